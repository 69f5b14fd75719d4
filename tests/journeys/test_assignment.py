"""Who gets a task: one level above the unit, or the person whom somebody has named."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from infra.player import Case, expect
from tests.journeys.matters import appoint
from tests.journeys.publishing import publish, upload
from tests.world import World, load_json

SERVICE = "letters"
VILLAGE, HALL, EXAMINER = "officer-li", "officer-zhao", "officer-chen"
CADRE, OTHER, DISTRICT = "cadre-mei", "cadre-luo", "cadre-head"
DONE = {"text": "由镇便民中心中午留一个窗口。", "by": "2026-04-01"}
TITLES = {"zh-Hans": "交办", "zh-Hant": "交辦", "en": "Hand to a cadre"}
PLAIN = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$"
Document = dict[str, Any]


def letters() -> Document:
    """A suggestion that is handed to one cadre by name, who acknowledges it."""
    made: Document = copy.deepcopy(load_json("forms/suggestion/service.json"))
    made["service"] = SERVICE
    stages = made["flow"]["stages"]
    who = {"type": "string", "minLength": 2, "maxLength": 64, "pattern": PLAIN, "title": "交给谁"}
    stages["sort"]["actions"]["hand"] = {
        "titles": TITLES,
        "event": "letter_sent",
        "to": "consider",
        "input": {
            "type": "object",
            "additionalProperties": False,
            "required": ["cadre"],
            "properties": {"cadre": who},
        },
    }
    stages["consider"]["who"] = {
        "role": "cadre",
        "at": "named",
        "from": {"event": "letter_sent", "member": "cadre"},
    }
    stages["decide"]["who"] = {"role": "cadre-head", "at": "parent", "not": ["consider"]}
    made["events"]["letter_sent"] = {"titles": TITLES}
    return made


@pytest.fixture
def case(world: World) -> Case:
    for cadre in (CADRE, OTHER):
        appoint(world, cadre, ("cadre", "jz"))
    appoint(world, DISTRICT, ("cadre-head", "jz"))
    publish(world, letters(), unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    return Case.submit(world, answers, [], service=SERVICE, reader=HALL)


def mine(world: World, party: str) -> list[str]:
    """The cases in somebody's own inbox."""
    seen = expect(world.http("GET", f"/inbox?party={party}", None, party), 200)
    return [one["case"] for one in seen["tasks"]]


def test_who_is_named_has_it_in_their_own_inbox_reads_it_and_acts_on_it(
    world: World, case: Case
) -> None:
    case.do(VILLAGE, "hand", {"cadre": CADRE})

    assert (mine(world, CADRE), mine(world, OTHER)) == ([case.number], [])
    seen = case.view(CADRE)
    assert seen["answers"]["text"]
    (task,) = [one for one in seen["tasks"] if one["state"] == "open"]
    assert (task["party"], task["role"]) == (CADRE, "cadre")
    case.do(CADRE, "propose_adopt", DONE)
    actor = next(one for one in case.view()["events"] if one["type"] == "adoption_proposed")
    assert actor["actor"] == {"party": CADRE, "as": "cadre"}
    case.stands("decide")


def test_another_holder_of_the_role_neither_reads_nor_acts(world: World, case: Case) -> None:
    case.do(VILLAGE, "hand", {"cadre": CADRE})

    assert world.http("GET", f"/cases/{case.number}", None, OTHER).status == 404
    assert case.attempt(OTHER, "propose_adopt", DONE).status == 404


def test_nobody_is_named_who_does_not_hold_the_role(world: World, case: Case) -> None:
    for party, keyword in ((EXAMINER, "role"), ("nobody-here", "party")):
        refused = case.attempt(VILLAGE, "hand", {"cadre": party})
        assert refused.status == 422
        (error,) = refused.body["errors"]
        assert (error["pointer"], error["keyword"]) == ("/details/cadre", keyword)


def test_who_stands_in_for_the_person_named_acts_in_their_place(world: World, case: Case) -> None:
    stand_in = appoint(world, "cadre-stand-in", instead_of=CADRE)
    today = world.house.today().isoformat()
    away = {"party": CADRE, "from": today, "to": today, "because": "培训"}
    world.publisher.handle({"absence": away})
    world.house.directory.refresh()
    case.do(VILLAGE, "hand", {"cadre": CADRE})

    case.do(stand_in, "propose_adopt", DONE)

    case.stands("decide")


def test_what_nobody_was_named_for_waits_for_the_role(world: World, case: Case) -> None:
    case.do(VILLAGE, "pass_on")

    (task,) = [one for one in case.view()["tasks"] if one["state"] == "open"]
    assert (task.get("party"), task["role"], task["node"]) == (None, "cadre", "jz")
    case.do(OTHER, "propose_adopt", DONE)


def test_a_task_one_level_above_a_unit_waits_at_the_node_above(world: World) -> None:
    document = letters()
    document["service"] = "town-letters"
    appoint(world, DISTRICT, ("cadre-head", "jz"))
    appoint(world, CADRE, ("cadre", "jz-t1"))
    publish(world, document, unit="town-1-hall")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    case = Case.submit(world, answers, [], service="town-letters", reader=HALL)
    case.do(VILLAGE, "hand", {"cadre": CADRE})
    case.do(CADRE, "propose_adopt", DONE)

    (task,) = [one for one in case.view()["tasks"] if one["state"] == "open"]
    assert (task["role"], task["node"]) == ("cadre-head", "jz")
    case.do(DISTRICT, "adopt", DONE)
    case.stands(ended=True, result="adopted")


REFUSED: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "nobody is named": (lambda who: who.pop("from"), "/from", "required"),
    "an event nobody records": (
        lambda who: who["from"].update(event="nothing"),
        "/from/event",
        "event",
    ),
    "a member nobody asks for": (
        lambda who: who["from"].update(member="other"),
        "/from/member",
        "required",
    ),
    "a name for a role": (lambda who: who.update(at="unit"), "/from", "place"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_in_which_nobody_would_be_named_is_refused(world: World, name: str) -> None:
    edit, below, keyword = REFUSED[name]
    document = letters()
    edit(document["flow"]["stages"]["consider"]["who"])

    found = upload(world, document)

    said = [(one["pointer"], one["keyword"]) for one in found["report"]["findings"]]
    assert found["state"] == "refused"
    assert (f"/flow/stages/consider/who{below}", keyword) in said


def test_only_a_task_waits_for_a_person_who_is_named(world: World) -> None:
    document = letters()
    document["calls"] = document["flow"]["stages"]["consider"]["who"]

    found = upload(world, document)

    said = [(one["pointer"], one["keyword"]) for one in found["report"]["findings"]]
    assert ("/calls/at", "place") in said


def handled_again() -> Document:
    """A village matter that may be looked at and comes back to whoever dealt with it."""
    made: Document = copy.deepcopy(load_json("forms/village-matter/service.json"))
    made["service"] = SERVICE
    stages, titles = made["flow"]["stages"], {"titles": TITLES}
    stages["handle"]["who"]["same_as"] = "handle"
    stages["handle"]["actions"]["show"] = {**titles, "event": "shown", "to": "look"}
    stages["look"] = {
        **titles,
        "kind": "desk",
        "status": stages["handle"]["status"],
        "who": {"role": "acceptor", "at": "received"},
        "actions": {"back": {**titles, "event": "looked_at", "to": "handle"}},
    }
    made["events"] |= {"shown": titles, "looked_at": titles}
    return made


def test_what_is_passed_on_waits_no_longer_for_the_one_person_who_had_it(world: World) -> None:
    publish(world, handled_again(), unit="approval-bureau")
    answers = load_json("forms/village-matter/examples/pass/street-lamps.json")["answers"]
    case = Case.submit(world, answers, [], None, SERVICE, HALL)
    case.do(VILLAGE, "show")
    case.do(VILLAGE, "back")
    assert mine(world, VILLAGE) == [case.number]

    case.do(VILLAGE, "pass_up", {"reason": "V1", "text": "村里没有路灯专项经费。"})

    assert not mine(world, VILLAGE)
    case.do("officer-wang", "take_over")
    case.stands("handle", accountable="jz-t1")
