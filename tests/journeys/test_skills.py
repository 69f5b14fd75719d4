"""Who gets what by skill: teams by skill beside teams by region, the nearest, the least loaded."""

import copy
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.cases import assigning
from chalicelib.people import seeding
from chalicelib.platform.ports import Table
from chalicelib.platform.skillmissing import SkillMissing
from infra.player import Answer, Case, expect
from tests.journeys.matters import refused_as
from tests.journeys.publishing import publish, upload
from tests.journeys.test_firm_visit import LIAISON, REPORT, SU, YE
from tests.journeys.wishes import BAI, FANG, PHONES, QIN, SHI, cards_of, seen
from tests.world import World, load_json

POST, VISIT, EDITED = "service-post", "firm-visit", "visit-edited"
YAN, GRID = "community-yan", "grid-luo"
PUBLISHED = {"text": "帮一位独居老人检查屋里的电线。", "whom": "独居老人"}
# Four special groups by age and trade, of 35 members who live in three villages (R67).
GROUPS = ("technology", "farming", "market", "law")
HOMES = ("jz-t1-v1", "jz-t2-v1", "jz-t1-v2")
AWAY = {"from": "2026-03-01", "to": "2026-03-31", "because": "外出培训"}
Document = dict[str, Any]


def post(world: World, example: str = "wiring") -> Case:
    """A service post on offer to the volunteers."""
    answers = load_json(f"forms/{POST}/examples/pass/{example}.json")["answers"]
    outside = {"channel": "outreach", "site": "jz-t1-v1"}
    case = Case.submit(world, copy.deepcopy(answers), [], YAN, POST, YAN, **outside)
    case.do(YAN, "publish", PUBLISHED)
    return case


def claim(case: Case, party: str, **headers: str) -> Answer:
    """Somebody claims the post, whatever skill they say they have."""
    details = {"name": "志愿者", "phone": PHONES.get(party, "13800000029"), "skill": "repair"}
    path = f"/cases/{case.number}/tasks/{own(case)['task']}/actions"
    fresh = {"Idempotency-Key": uuid.uuid4().hex, **headers}
    return case.front.http("POST", path, {"action": "claim", "details": details}, party, fresh)


def own(case: Case) -> dict[str, Any]:
    """The task of the stage itself."""
    reader = YAN if case.view()["service"] == POST else LIAISON
    tasks = case.view(reader)["tasks"]
    found: dict[str, Any] = max(
        (one for one in tasks if "-" not in one["task"]), key=lambda one: int(one["task"])
    )
    return found


def register(
    world: World, *grants: Mapping[str, Any], absences: Any = (), instead_of: str = ""
) -> None:
    """People who are new in the directory, with what they hold there."""
    names = dict.fromkeys(str(one["party"]) for one in grants)
    stands = {"stands_in_for": [instead_of]} if instead_of else {}
    parties = [{"party": one, "name": one, "kind": "officer", **stands} for one in names]
    held = [{"from": "2020-01-01", "to": None, **one} for one in grants]
    region = load_json("infra/seed/directory.json")
    data = {"nodes": region["nodes"], "parties": parties, "grants": held, "absences": absences}
    world.publisher.handle({"directory": data})
    world.house.directory.refresh()


def holds(party: str, node: str, *skills: str) -> dict[str, Any]:
    return {"party": party, "role": "expert", "node": node, "skills": list(skills)}


def nobody_of_the_seed(world: World) -> None:
    """The experts of the seed have retired."""
    register(world, *({**holds(one, "jz"), "to": "2020-12-31"} for one in (SU, YE)))


def edited(*edits: Callable[[Document], Any]) -> Document:
    made: Document = copy.deepcopy(load_json(f"forms/{VISIT}/service.json"))
    made["service"] = EDITED
    for edit in edits:
        edit(made)
    return made


def picking(rule: str, **more: Any) -> Callable[[Document], Any]:
    """Whoever is chosen for the stage of the nearest expert is chosen by another rule."""
    return lambda made: made["flow"]["stages"]["nearby"]["who"].update({"pick": rule, **more})


def firm(world: World, need: str = "technology", service: str = VISIT) -> Case:
    """A firm in the first town that asks for an expert of a speciality."""
    answers = load_json(f"forms/{VISIT}/examples/pass/fruit-that-rots.json")["answers"]
    given = {**copy.deepcopy(answers), "need": need}
    return Case.submit(world, given, [], None, service, LIAISON)


def sought(world: World, need: str = "technology", service: str = VISIT) -> Case:
    case = firm(world, need, service)
    case.do(LIAISON, "seek")
    case.stands("nearby")
    return case


def assigned(case: Case) -> Any:
    """What the latest event says of who was chosen, and how; None where nobody was."""
    found = [one["data"] for one in case.view()["events"] if one["type"] == "assigned"]
    return found[-1] if found else None


def test_who_has_not_the_skill_is_refused_by_name_and_who_has_it_claims(world: World) -> None:
    case = post(world)

    refused = claim(case, QIN)

    assert refused_as(refused, SkillMissing)
    assert "水电维修" in refused.body["detail"]
    english = claim(case, QIN, **{"Accept-Language": "en"})
    assert "“Repairs”" in english.body["detail"]
    expect(claim(case, FANG), 200)


def test_nobody_is_offered_what_asks_for_another_skill(world: World) -> None:
    case = post(world)

    offers = {}
    for party in (FANG, QIN):
        (task,) = seen(case, party).body["tasks"]
        offers[party] = [one["action"] for one in task["offers"]]

    assert offers == {FANG: ["claim"], QIN: []}


def test_the_board_the_inbox_and_why_say_which_skill_is_asked_for(world: World) -> None:
    case = post(world)

    assert cards_of(case)[0]["skill"] == "repair"
    inbox = expect(world.http("GET", "/inbox?role=volunteer&node=jz-t1-v1", None, FANG), 200)
    (mine,) = [one for one in inbox["tasks"] if one["case"] == case.number]
    assert mine["skill"] == "repair"
    why = expect(world.http("GET", f"/cases/{case.number}/why", None, YAN), 200)["why"]
    assert any("须有专长：水电维修" in one for one in why)


def test_a_post_that_asks_for_no_skill_is_for_everybody(world: World) -> None:
    case = post(world, "river")

    assert "skill" not in own(case) and "skill" not in cards_of(case)[0]
    expect(claim(case, BAI), 200)


def test_who_stands_in_for_somebody_has_what_that_one_is_good_at(world: World) -> None:
    stand_in = {"party": "volunteer-xi", "role": "volunteer", "node": "jz"}
    register(world, stand_in, instead_of=FANG)
    case = post(world)
    assert refused_as(claim(case, "volunteer-xi"), SkillMissing)

    world.publisher.handle({"absence": {"party": FANG, **AWAY}})
    world.house.directory.refresh()

    expect(claim(case, "volunteer-xi"), 200)
    claimed = next(one for one in case.view()["events"] if one["type"] == "claimed")
    assert (claimed["actor"]["party"], claimed["actor"]["for"]) == ("volunteer-xi", FANG)


def test_the_skill_is_that_of_the_grant_and_not_that_of_another_role(world: World) -> None:
    register(world, {"party": SHI, "role": "expert", "node": "jz", "skills": ["repair"]})

    assert refused_as(claim(post(world), SHI), SkillMissing)


def test_nobody_is_named_without_the_speciality(world: World) -> None:
    case = firm(world, "tax")

    refused = case.attempt(LIAISON, "name", {"expert": SU, "speciality": "tax"})

    (error,) = expect(refused, 422)["errors"]
    assert (error["pointer"], error["keyword"]) == ("/details/expert", "skill")
    assert "税费政策" in error["detail"]
    case.do(LIAISON, "name", {"expert": YE, "speciality": "tax"})
    case.stands("visit")


def test_thirty_five_members_in_four_groups_serve_by_skill_and_then_by_place(
    world: World,
) -> None:
    nobody_of_the_seed(world)
    skill, home = {}, {}
    for n in range(35):
        party = f"member-{n:02d}"
        skill[party], home[party] = GROUPS[n % 4], HOMES[n % 3]
        register(world, holds(party, "jz", skill[party]), holds(party, home[party]))

    cases = {group: [sought(world, group) for _ in range(4)] for group in GROUPS}

    for group, visits in cases.items():
        found = [assigned(case) for case in visits]
        assert {skill[one["party"]] for one in found} == {group}
        assert {home[one["party"]] for one in found} <= {"jz-t1-v1", "jz-t1-v2"}
        assert {(one["by"], one["steps"], one["of"]) for one in found} == {
            ("nearest", 1, Counter(skill.values())[group])
        }
        # As near, and with nothing in hand yet: each has one.
        assert len({one["party"] for one in found}) == 4


def test_who_is_chosen_has_it_alone_reads_it_and_reports(world: World) -> None:
    case = sought(world)

    assert assigned(case)["party"] == SU
    inbox = expect(world.http("GET", f"/inbox?party={SU}", None, SU), 200)["tasks"]
    assert [one["case"] for one in inbox] == [case.number]
    assert world.http("GET", f"/cases/{case.number}", None, YE).status == 404
    assert "assigned" in case.happened()
    assert "assigned" not in [one["type"] for one in case.mine()["events"]]
    case.do(SU, "visited", REPORT)
    case.stands("confirm")


def test_the_nearest_comes_first_however_much_they_have_in_hand(world: World) -> None:
    register(world, holds("expert-near", "jz-t1", "technology"))

    found = [assigned(sought(world)) for _ in range(3)]

    assert [(one["party"], one["steps"], one["of"]) for one in found] == [
        ("expert-near", 0, 3),
    ] * 3


def test_the_least_loaded_gets_the_next_and_the_first_by_id_of_those_who_are_even(
    world: World,
) -> None:
    nobody_of_the_seed(world)
    register(world, *(holds(f"expert-{one}", "jz", "technology") for one in "cab"))
    publish(world, edited(picking("least-loaded")), unit="agriculture-bureau")

    cases = [sought(world, service=EDITED) for _ in range(4)]

    assert [(assigned(one)["party"], assigned(one)["load"]) for one in cases] == [
        ("expert-a", 0),
        ("expert-b", 0),
        ("expert-c", 0),
        ("expert-a", 1),
    ]
    cases[1].do("expert-b", "visited", REPORT)
    assert assigned(sought(world, service=EDITED))["party"] == "expert-b"


def test_nobody_who_is_away_is_chosen(world: World) -> None:
    register(world, holds("expert-near", "jz-t1", "technology"))
    world.publisher.handle({"absence": {"party": "expert-near", **AWAY}})
    world.house.directory.refresh()

    assert assigned(sought(world))["party"] == SU


def test_nobody_is_chosen_who_had_a_part_before(world: World) -> None:
    register(world, holds("expert-near", "jz-t1", "technology"))
    publish(world, edited(picking("nearest", **{"not": ["nearby"]})), unit="agriculture-bureau")
    case = sought(world, service=EDITED)
    back = {"reason": "E4", "text": "家里人在这家社里入了股。"}
    case.do("expert-near", "hand_back", back)

    case.do(LIAISON, "seek")

    assert assigned(case)["party"] == SU


def test_who_had_it_before_has_it_again_whoever_is_nearer_now(world: World) -> None:
    publish(world, edited(picking("nearest", same_as="nearby")), unit="agriculture-bureau")
    case = sought(world, service=EDITED)
    case.do(SU, "visited", REPORT)
    case.decide("deny", {"how": "web"})
    register(world, holds("expert-near", "jz-t1", "technology"))

    case.do(LIAISON, "seek")

    assert own(case)["party"] == SU
    assert len([one for one in case.view()["events"] if one["type"] == "assigned"]) == 1


def test_where_nobody_fits_it_waits_for_the_role_and_the_skill_and_is_taken_back(
    world: World,
) -> None:
    nobody_of_the_seed(world)
    case = sought(world)

    assert assigned(case) is None
    task = own(case)
    assert (task.get("party"), task["role"], task["skill"]) == (None, "expert", "technology")
    register(world, holds("expert-late", "jz-t1", "technology"))
    late = expect(world.http("GET", "/inbox?role=expert&node=jz-t1", None, "expert-late"), 200)
    assert [one["case"] for one in late["tasks"]] == [case.number]
    case.do(LIAISON, "take_back", {"why": "另外请省里的专家"})
    case.stands("match")


def test_a_visit_that_nobody_makes_is_brought_to_the_supervisors(world: World) -> None:
    nobody_of_the_seed(world)
    case = sought(world)

    case.after(case.due("visiting"))

    assert case.happened()[-1] == "overdue"


def test_of_a_crowd_twenty_are_looked_at_and_those_who_are_there_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody_of_the_seed(world)
    register(world, *(holds(f"expert-{n:02d}", "jz", "technology") for n in range(40)))
    register(world, holds("expert-39", "jz-t1"))
    case = firm(world)
    read: list[str] = []
    partition = world.house.ports.store.partition

    def counting(table: Table, pk: str, *more: Any) -> Any:
        read.append(pk)
        return partition(table, pk, *more)

    monkeypatch.setattr(world.house.ports.store, "partition", counting)
    case.do(LIAISON, "seek")

    looked_at = {pk for pk in read if pk.startswith("party#expert-")}
    assert len(looked_at) == assigning.MOST
    found = assigned(case)
    assert (found["party"], found["steps"], found["of"]) == ("expert-39", 0, assigning.MOST)


def test_who_was_chosen_keeps_it_under_a_new_version(world: World) -> None:
    publish(world, edited(), unit="agriculture-bureau")
    case = sought(world, service=EDITED)
    register(world, holds("expert-near", "jz-t1", "technology"))

    moved_on(world, case, edited(picking("least-loaded")))

    assert own(case)["party"] == SU
    inbox = expect(world.http("GET", f"/inbox?party={SU}", None, SU), 200)["tasks"]
    assert [one["case"] for one in inbox] == [case.number]
    case.do(SU, "visited", REPORT)


def test_the_skill_is_read_where_the_new_version_has_it(world: World) -> None:
    publish(world, edited(), unit="agriculture-bureau")
    nobody_of_the_seed(world)
    case = sought(world, service=EDITED)

    moved_on(world, case, edited(renamed), fields={"/need": "/topic"})

    assert own(case)["skill"] == "technology"
    register(world, holds("expert-other", "jz", "law"), holds("expert-able", "jz", "technology"))
    assert refused_as(case.attempt("expert-other", "visited", REPORT), SkillMissing)
    case.do("expert-able", "visited", REPORT)


def renamed(made: Document) -> None:
    """The form asks for the speciality under another name."""
    form = made["form"]
    form["properties"]["topic"] = form["properties"].pop("need")
    form["required"] = ["topic" if one == "need" else one for one in form["required"]]
    made["counts"]["need"]["from"] = "/topic"
    for stage in ("offer", "visit", "nearby"):
        made["flow"]["stages"][stage]["who"]["skills"]["from"] = "/topic"


def moved_on(world: World, case: Case, document: Document, **plan: Any) -> None:
    """The case goes on under the next version, by a plan."""
    publish(world, document, accepts="breaking")
    path, sent = f"/services/{EDITED}/rebases", {"to": 2, "accepted": True, "checked": True}
    job = expect(world.http("POST", path, {**sent, **plan}, "officer-gao"), 202)["job"]
    world.tick(world.moment + world.minutes(1))
    done = expect(world.http("GET", f"{path}/{job}", None, "officer-zheng"), 200)
    assert [(one["case"], one["fate"]) for one in done["cases"]] == [(case.number, "moved")], done


NEARBY = "/flow/stages/nearby/who"
REFUSED: dict[str, tuple[Callable[[Document], Any], str, str]] = {
    "an answer that nobody is asked for": (
        lambda made: made["flow"]["stages"]["offer"]["who"]["skills"].update({"from": "/none"}),
        "/flow/stages/offer/who/skills/from",
        "pointer",
    ),
    "words of one's own": (
        lambda made: made["flow"]["stages"]["nearby"]["who"]["skills"].update({"from": "/problem"}),
        f"{NEARBY}/skills/from",
        "skills",
    ),
    "a choice that there is not": (
        lambda made: made["flow"]["stages"]["nearby"]["who"]["skills"].update({"except": ["x"]}),
        f"{NEARBY}/skills/except/0",
        "enum",
    ),
    "no skill ever": (
        lambda made: made["flow"]["stages"]["nearby"]["who"]["skills"].update(
            {"except": [one["const"] for one in made["form"]["properties"]["need"]["oneOf"]]}
        ),
        f"{NEARBY}/skills/except",
        "skills",
    ),
    "something sensitive": (
        lambda made: made["form"]["properties"]["need"].update({"x-sensitive": True}),
        f"{NEARBY}/skills/from",
        "skills",
    ),
    "who telephones": (
        lambda made: made["calls"].update({"skills": {"from": "/need"}}),
        "/calls/skills",
        "place",
    ),
    "an action": (
        lambda made: made["flow"]["stages"]["nearby"]["actions"]["take_back"]["who"].update(
            {"skills": {"from": "/need"}}
        ),
        "/flow/stages/nearby/actions/take_back/who/skills",
        "place",
    ),
    "a claim that somebody has made": (
        lambda made: made["flow"]["stages"]["offer"]["parts"]["claim"]["who"].update(
            {"skills": {"from": "/need"}}
        ),
        "/flow/stages/offer/parts/claim/who/skills",
        "place",
    ),
    "one person of a pool": (
        lambda made: made["flow"]["stages"]["offer"]["who"].update({"pick": "nearest"}),
        "/flow/stages/offer/who/pick",
        "place",
    ),
    "one person who telephones": (
        lambda made: made["calls"].update({"pick": "nearest"}),
        "/calls/pick",
        "place",
    ),
    "somebody who is named, and picked": (
        lambda made: made["flow"]["stages"]["visit"]["who"].update({"pick": "least-loaded"}),
        "/flow/stages/visit/who/pick",
        "contradiction",
    ),
    "one person for a restricted case": (
        lambda made: made.update({"restricted": True}),
        f"{NEARBY}/pick",
        "restricted",
    ),
    "a rule that there is not": (picking("oldest"), f"{NEARBY}/pick", "enum"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_asks_so_is_refused(world: World, name: str) -> None:
    edit, pointer, keyword = REFUSED[name]

    found = upload(world, edited(edit))

    said = [(one["pointer"], one["keyword"]) for one in found["report"]["findings"]]
    assert found["state"] == "refused"
    assert (pointer, keyword) in said


@pytest.mark.parametrize("skills", ["technology", [1], {"technology": True}])
def test_skills_of_a_grant_are_a_list_of_codes(world: World, skills: Any) -> None:
    grant = {**holds("expert-odd", "jz"), "skills": skills, "from": "2020-01-01", "to": None}

    with pytest.raises(seeding.InvalidSkills):
        seeding.directory(world.store, {"grants": [grant]})

    assert world.store.get(Table.DIRECTORY, ("party#expert-odd", "grant#expert#jz")) is None


def test_the_flow_says_of_whom_a_stage_waits(world: World) -> None:
    seen_flow = expect(world.http("GET", f"/services/{VISIT}/versions/1/flow?as=mermaid"), 200)

    assert "专家（收件地，有所需专长，派给最近的一人）" in seen_flow.decode()
