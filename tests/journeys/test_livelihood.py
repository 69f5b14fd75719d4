"""A campaign collects 425 proposals, 46 are selected at once and handed to cadres by name; every
proposer hears, and nothing is concluded while one is under way."""

import copy
import uuid
from typing import Any

import pytest

import app as front_door
from chalicelib.cases import bulkrun
from chalicelib.platform.errors import NotPermitted, NotYet, Refused, VersionChanged
from infra.player import Answer, Case, expect
from tests.journeys.matters import appoint
from tests.journeys.publishing import publish
from tests.world import World, load_json

CAMPAIGN, ITEM = "livelihood-campaign", "livelihood-item"
CLERK, LEAD, CADRE, OTHER = "project-ouyang", "project-shangguan", "cadre-situ", "cadre-zhuge"
SUPERVISOR = "officer-zhou"
COLLECTED, SELECTED = 425, 46
LISTED = {"summary": "村口装六盏路灯"}
DROPPED = {"reason": "L3", "text": "这次先办受益面更大的，明年征集请再提。"}
PROGRESS = {"percent": 60, "what": "灯杆已立", "evidence": "照片2026-061"}
COMPLETED = {"text": "六盏灯已亮。", "evidence": "验收单2026-061", "fen": 1200000}
REPLIED = {"text": "灯装好了，晚上看得见路。", "how": "visit"}
SUM_UP = {"text": "征集、选定、办理全部结束。"}


def answers(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{ITEM}/examples/pass/lights.json")["answers"]
    return {**copy.deepcopy(found), **changes}


def campaign(world: World, planned: int = 1) -> Case:
    """One that is collecting."""
    given = load_json(f"forms/{CAMPAIGN}/examples/pass/year.json")["answers"]
    case = Case.submit(world, {**given, "planned": planned}, [], None, CAMPAIGN, CLERK)
    case.do(LEAD, "approve", {})
    return case


def proposed(world: World, to: Case, **changes: Any) -> Case:
    return Case.submit(world, answers(campaign=to.number, **changes), [], None, ITEM, CLERK)


def handed_in(world: World, to: Case, number: int) -> Case:
    """A proposal that nothing has come of yet."""
    body = {"answers": answers(campaign=to.number)}
    key = {"Idempotency-Key": f"{to.number}-{number}"}
    made = expect(world.http("POST", f"/services/{ITEM}/cases", body, None, key), 201)
    return Case(world, made["case"], made["secret"], CLERK)


def members(world: World, of: Case, state: str = "open") -> list[dict[str, Any]]:
    """Every page of one list."""
    found: list[dict[str, Any]] = []
    path = f"/cases/{of.number}/members?state={state}"
    page = expect(world.http("GET", path, None, of.reader), 200)
    found += page["members"]
    while page["cursor"]:
        page = expect(world.http("GET", f"{path}&cursor={page['cursor']}", None, of.reader), 200)
        found += page["members"]
    return found


def ordered(world: World, of: Case, by: str, action: str, **more: Any) -> Answer:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    return world.http("POST", f"/cases/{of.number}/bulk", {"action": action, **more}, by, key)


def done_to_many(world: World, of: Case, by: str, action: str, **more: Any) -> dict[str, Any]:
    """An order for many, carried out; the job as it is read then."""
    job = expect(ordered(world, of, by, action, **more), 202)
    world.settle()
    path = f"/cases/{of.number}/bulk/{job['job']}"
    seen: dict[str, Any] = expect(world.http("GET", path, None, by), 200)
    assert seen["state"] == "done"
    return seen


def numbers(cases: list[Case]) -> list[str]:
    return [case.number for case in cases]


def hand_over(case: Case, cadre: str = CADRE) -> None:
    case.do(LEAD, "send_letter", {"cadre": cadre, "text": "村口装六盏灯", "by": "2026-05-01"})


def carried_out(case: Case, cadre: str = CADRE) -> None:
    hand_over(case, cadre)
    case.do(cadre, "acknowledge", {"plan": "本月立杆，下月通电。"})
    case.do(cadre, "milestone", PROGRESS)
    case.do(cadre, "complete", COMPLETED)
    case.do(CLERK, "reply", REPLIED)


def test_a_proposal_is_listed_selected_handed_over_done_and_answered(world: World) -> None:
    case = Case.submit(world, answers(), [], None, ITEM, CLERK)
    case.do(CLERK, "list", LISTED)
    case.do(LEAD, "select", {})

    carried_out(case)

    case.stands(ended=True, result="done", status="solved")
    assert [one for one in case.happened() if one in ("milestone", "replied")] == [
        "milestone",
        "replied",
    ]
    assert [one["document"] for one in case.mine()["documents"]] == ["letter", "reply"]


def test_the_letter_goes_to_one_cadre_who_acknowledges_or_gives_it_back(world: World) -> None:
    case = Case.submit(world, answers(), [], None, ITEM, CLERK)
    case.do(CLERK, "list", LISTED)
    case.do(LEAD, "select", {})
    hand_over(case)

    inbox = expect(world.http("GET", f"/inbox?party={CADRE}", None, CADRE), 200)["tasks"]
    assert [one["case"] for one in inbox] == [case.number]
    assert case.attempt(OTHER, "acknowledge", {"plan": "代签。"}).status in (403, 404)
    case.do(CADRE, "decline", {"text": "不归我联系的村。"})
    hand_over(case, OTHER)
    case.do(OTHER, "acknowledge", {"plan": "本月立杆。"})

    case.stands("work")


def test_nothing_is_done_without_a_milestone_and_the_percentage_is_counted(world: World) -> None:
    case = Case.submit(world, answers(), [], None, ITEM, CLERK)
    case.do(CLERK, "list", LISTED)
    case.do(LEAD, "select", {})
    hand_over(case)
    case.do(CADRE, "acknowledge", {"plan": "本月立杆。"})

    assert case.attempt(CADRE, "complete", COMPLETED).status == 409
    case.do(CADRE, "milestone", PROGRESS)
    case.do(CADRE, "complete", COMPLETED)

    found = {one["type"]: one["data"].get("counts") for one in case.view()["events"]}
    assert found["milestone"] == {"percent": 60} and found["completed"] == {"fen": 1200000}


def test_a_proposal_joins_by_its_number_and_is_listed(world: World) -> None:
    of = campaign(world)
    case = proposed(world, of)

    assert [one["case"] for one in members(world, of)] == [case.number]
    seen = case.view()
    assert seen["part_of"] == of.number and of.view()["container"] == "campaign"
    received = seen["events"][0]
    assert received["data"]["part_of"] == of.number


def test_what_holds_no_others_or_is_over_takes_nothing(world: World) -> None:
    of, single = campaign(world), Case.submit(world, answers(), [], None, ITEM, CLERK)
    of.do(CLERK, "collected", {})
    for number in (of.number, single.number, "1234567897"):
        body = {"answers": answers(campaign=number)}
        refused = world.http("POST", f"/services/{ITEM}/cases", body)
        assert refused.status == 422
        (error,) = refused.body["errors"]
        assert error["pointer"] == "/answers/campaign"


def test_an_officer_puts_a_proposal_into_a_campaign_later_once(world: World) -> None:
    of, other = campaign(world), campaign(world)
    case = Case.submit(world, answers(), [], None, ITEM, CLERK)
    assert members(world, of) == []

    case.do(CLERK, "join", {"container": of.number})

    assert [one["case"] for one in members(world, of)] == [case.number]
    assert case.attempt(CLERK, "join", {"container": other.number}).status == 409
    fresh = Case.submit(world, answers(), [], None, ITEM, CLERK)
    wrong = fresh.attempt(CLERK, "join", {"container": case.number})
    assert wrong.status == 422 and wrong.body["errors"][0]["pointer"] == "/details/container"


def test_a_campaign_is_not_concluded_while_one_is_under_way_or_too_few_are_done(
    world: World,
) -> None:
    of = campaign(world, planned=2)
    first, second, third = (proposed(world, of) for _ in range(3))
    for case in (first, second, third):
        case.do(CLERK, "list", LISTED)
    of.do(CLERK, "collected", {})
    third.do(LEAD, "drop", DROPPED)
    for case in (first, second):
        case.do(LEAD, "select", {})
    of.do(LEAD, "chosen", {"text": "两件"})
    carried_out(first)

    early = of.attempt(LEAD, "conclude", SUM_UP)
    assert early.status == 409 and early.body["type"].endswith(NotYet.slug)
    assert "还有成员没有办结" in early.body["detail"]
    second.do(CLERK, "comment", {"text": "等材料"})
    carried_out(second)
    of.do(LEAD, "conclude", SUM_UP)

    of.stands(ended=True, result="concluded")
    assert {one["case"] for one in members(world, of, "done")} == set(numbers([first, second]))
    assert [one["case"] for one in members(world, of, "dropped")] == [third.number]


def test_too_few_done_are_said_with_both_figures(world: World) -> None:
    of = campaign(world, planned=2)
    case = proposed(world, of)
    of.do(CLERK, "collected", {})
    of.do(LEAD, "chosen", {"text": "一件"})
    case.do(CLERK, "list", LISTED)
    case.do(LEAD, "select", {})
    carried_out(case)

    early = of.attempt(LEAD, "conclude", SUM_UP)

    assert early.status == 409 and "应办成2件，现有1件" in early.body["detail"]


def test_every_item_of_an_order_for_many_has_its_own_fate(world: World) -> None:
    of = campaign(world)
    ready, early = proposed(world, of), proposed(world, of)
    stranger = Case.submit(world, answers(), [], None, ITEM, CLERK)
    ready.do(CLERK, "list", LISTED)
    wanted = [ready.number, early.number, stranger.number, "no-number"]

    seen = done_to_many(world, of, LEAD, "select", members=wanted)

    fates = {one["case"]: one for one in seen["cases"]}
    assert seen["counts"] == {"done": 1, "refused": 3}
    assert fates[ready.number]["fate"] == "done" and "event" in fates[ready.number]
    assert fates[early.number]["problem"]["message"]
    assert fates[stranger.number]["problem"]["type"] == fates["no-number"]["problem"]["type"]
    ready.stands("hand")
    early.stands("check")
    told = [one for one in of.view()["events"] if one["type"].startswith("bulk_")]
    assert [one["type"] for one in told] == ["bulk_ordered", "bulk_done"]
    assert told[1]["data"]["done"] == 1 and told[1]["data"]["refused"] == 3


def test_an_order_for_many_does_no_more_than_its_giver_may(world: World) -> None:
    of = campaign(world)
    case = proposed(world, of)
    case.do(CLERK, "list", LISTED)

    seen = done_to_many(world, of, CLERK, "select", members=[case.number])

    assert seen["cases"][0]["problem"]["type"] == NotPermitted.slug
    case.stands("choose")


def test_whoever_acts_meanwhile_is_not_passed_over(world: World) -> None:
    of = campaign(world)
    case = proposed(world, of)
    case.do(CLERK, "list", LISTED)
    job = expect(ordered(world, of, LEAD, "drop", members=[case.number], details=DROPPED), 202)
    world.moment += world.minutes(1)
    case.decide("comment", {"text": "村里愿意出一半的钱。"})

    world.settle()

    path = f"/cases/{of.number}/bulk/{job['job']}"
    seen = expect(world.http("GET", path, None, LEAD), 200)
    assert seen["cases"][0]["problem"]["type"] == VersionChanged.slug
    case.stands("choose")


def test_the_same_order_is_one_job_and_another_body_is_refused(world: World) -> None:
    of = campaign(world)
    case = proposed(world, of)
    case.do(CLERK, "list", LISTED)
    path, key = f"/cases/{of.number}/bulk", {"Idempotency-Key": "bulk-1"}
    body = {"action": "select", "members": [case.number]}

    first = expect(world.http("POST", path, body, LEAD, key), 202)
    again = expect(world.http("POST", path, body, LEAD, key), 202)
    other = world.http("POST", path, {"action": "drop"}, LEAD, key)

    assert first["job"] == again["job"] and other.status == 422
    world.settle()
    assert case.happened().count("selected") == 1


@pytest.mark.parametrize(
    "action,details,event", [("select", {}, "selected"), ("drop", DROPPED, "not_selected")]
)
@pytest.mark.parametrize("named", [True, False], ids=["by number", "all of them"])
def test_an_order_that_was_killed_between_two_items_goes_on_and_acts_once(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    details: dict[str, Any],
    event: str,
    named: bool,
) -> None:
    of = campaign(world)
    cases = [proposed(world, of) for _ in range(4)]
    for case in cases:
        case.do(CLERK, "list", LISTED)
    done, die_after = [], 2
    really = bulkrun.act

    def dying(*args: Any) -> Any:
        row = really(*args)
        done.append(row["case"])
        if len(done) == die_after:
            raise SystemExit
        return row

    monkeypatch.setattr(bulkrun, "act", dying)
    members = {"members": numbers(cases)} if named else {}
    job = expect(ordered(world, of, LEAD, action, details=details, **members), 202)
    with pytest.raises(SystemExit):
        front_door.worker({"tick": {}}, None)
    # What was done takes its way while the dead worker's lease still holds.
    world.settle()
    world.moment += world.minutes(5)
    world.settle()

    seen = expect(world.http("GET", f"/cases/{of.number}/bulk/{job['job']}", None, LEAD), 200)
    assert seen["counts"] == {"done": 4}
    assert {one["case"] for one in seen["cases"]} == set(numbers(cases))
    assert [case.happened().count(event) for case in cases] == [1, 1, 1, 1]


def test_hostile_orders_are_refused_with_a_pointer(world: World) -> None:
    of = campaign(world)
    single = Case.submit(world, answers(), [], None, ITEM, CLERK)
    wrong: list[tuple[Any, str]] = [
        ({"action": "withdraw"}, "/action"),
        ({"action": "select", "members": []}, "/members"),
        ({"action": "select", "members": [single.number] * 2}, "/members"),
        ({"action": "select", "members": ["9" * 30]}, "/members/0"),
        ({"action": "select", "members": [f"{n}" for n in range(501)]}, "/members"),
        ({"action": "select", "at": "2020-01-01T00:00:00Z"}, "/at"),
        ({"members": [single.number]}, "/action"),
    ]
    for body, pointer in wrong:
        answer = world.http("POST", f"/cases/{of.number}/bulk", body, LEAD)
        assert answer.status == 422 and answer.body["type"].endswith(Refused.slug)
        assert answer.body["errors"][0]["pointer"] == pointer
    (error,) = ordered(world, of, LEAD, "withdraw").body["errors"]
    assert error["params"]["allowedValues"] == ["list", "select", "drop"]
    assert ordered(world, single, LEAD, "select").status == 404
    assert ordered(world, of, CADRE, "select").status == 404
    for path in ("members?state=all", "members?cursor=xx"):
        assert world.http("GET", f"/cases/{of.number}/{path}", None, LEAD).status == 400
    for path in (f"/cases/{single.number}/members", f"/cases/{of.number}/bulk/{'0' * 32}"):
        assert world.http("GET", path, None, LEAD).status == 404
    assert world.http("GET", f"/cases/{of.number}/members").status == 401


def test_the_members_that_one_lists_are_those_that_one_reads(world: World) -> None:
    """Whoever asks: the list is what point reads of every member give, no more and no less."""
    document = load_json(f"forms/{ITEM}/service.json")
    readers = ["supervisor", "project-reader"]
    publish(world, {**document, "readers": readers}, accepts="narrowing")
    appoint(world, "reader-mu", ("project-reader", "jz"))
    appoint(world, "head-mu", ("head", "jz"))
    of = campaign(world)
    cases = [proposed(world, of) for _ in range(4)]
    for case in cases:
        case.reader = SUPERVISOR
    for case in cases[:3]:
        case.do(CLERK, "list", LISTED)
    for case in cases[:2]:
        case.do(LEAD, "select", {})
    hand_over(cases[0])
    hand_over(cases[1], OTHER)
    parties = [one["party"] for one in load_json("infra/seed/directory.json")["parties"]]
    seen = set()
    for party in [*parties, "reader-mu", "head-mu"]:
        path = f"/cases/{of.number}"
        listed = world.http("GET", f"{path}/members", None, party)
        views = [world.http("GET", f"/cases/{case.number}", None, party) for case in cases]
        if world.http("GET", path, None, party).status == 404:
            assert listed.status == 404
            continue
        read = {one.body["case"]: "status" in one.body for one in views if one.status == 200}
        assert {one["case"]: "status" in one for one in listed.body["members"]} == read
        seen.add((len(read), sum(read.values())))
    # All, a single one by its task, and none.
    assert {(4, 4), (1, 0), (0, 0)} <= seen


def test_of_425_proposals_46_are_selected_at_once_and_the_rest_are_told_why(
    world: World,
) -> None:
    of = campaign(world, planned=SELECTED)
    cases = [handed_in(world, of, number) for number in range(COLLECTED)]
    world.settle()
    assert done_to_many(world, of, CLERK, "list", details=LISTED)["counts"] == {"done": COLLECTED}
    of.do(CLERK, "collected", {})
    chosen = numbers(cases)[:SELECTED]

    selected = done_to_many(world, of, LEAD, "select", members=chosen)
    dropped = done_to_many(world, of, LEAD, "drop", details=DROPPED)

    assert selected["counts"] == {"done": SELECTED}
    assert dropped["counts"] == {"done": COLLECTED - SELECTED, "refused": SELECTED}
    assert {one["case"] for one in members(world, of)} == set(chosen)
    assert len(members(world, of, "dropped")) == COLLECTED - SELECTED
    cases[-1].stands(ended=True, result="not_selected")
    of.do(LEAD, "chosen", {"text": "选出46件"})
    assert of.attempt(LEAD, "conclude", SUM_UP).status == 409
    letter = {"cadre": CADRE, "text": "按候选清单办", "by": "2026-05-01"}
    for party, action, details in (
        (LEAD, "send_letter", letter),
        (CADRE, "acknowledge", {"plan": "本月动工。"}),
        (CADRE, "milestone", PROGRESS),
        (CADRE, "complete", COMPLETED),
        (CLERK, "reply", REPLIED),
    ):
        for case in cases[:SELECTED]:
            expect(case.attempt(party, action, details), 200)
        world.settle()
    of.do(LEAD, "conclude", SUM_UP)

    of.stands(ended=True, result="concluded")
    assert len(members(world, of, "done")) == SELECTED and members(world, of) == []
