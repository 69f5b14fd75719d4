"""The supervisors urge, order and criticise whoever has a case in hand, at any stage, and move
nothing: its stage, its clocks and the tasks that wait stay as they were."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.cases.act import MOST_A_DAY
from chalicelib.platform.errors import NotPermitted, NotYet, Refused
from infra.player import Answer, Case, expect
from tests.journeys import matters
from tests.journeys import test_hotline as hotline
from tests.journeys import test_livelihood as livelihood
from tests.journeys import test_no_owner as no_owner
from tests.journeys.matters import appoint, overdue, refused_as
from tests.journeys.people import APPROVER, EXAMINER, SUPERVISOR, VILLAGE, WINDOW
from tests.journeys.test_licence import submitted
from tests.journeys.test_rating_rectification import CALLER, HEAD, SUSPECT, UNIT, put_right, rated
from tests.world import World, load_json

ASKED = {"text": "请今天说明为什么还没有办"}
STEP = {"step": "今天下午办好"}
RUNGS = frozenset({"urge", "supervision", "criticism"})
KIND = {"urge": "urge", "press": "urge", "supervise": "supervision", "criticise": "criticism"}


def standing(world: World, case: Case) -> Any:
    """What urging must leave alone: where the case is, what waits and for whom, what runs."""
    row, view = world.row(case.number), case.view()
    tasks = [
        (one["task"], one["state"], one["role"], one["node"], one.get("party"), one["opened_at"])
        for one in view["tasks"]
        if one["kind"] not in RUNGS
    ]
    clocks = [one for one in view["clocks"] if one["clock"] != "ordered"]
    where = {name: row.get(name) for name in ("stage", "visit", "status", "generation", "items")}
    return where, tasks, clocks


def rungs(case: Case, action: str, state: str = "open") -> list[dict[str, Any]]:
    found = (one for one in case.view()["tasks"] if one["kind"] == KIND[action])
    return [one for one in found if one["state"] == state]


def offered(case: Case, party: str = SUPERVISOR) -> set[str]:
    return {one["action"] for one in case.view(party)["acts"]} & KIND.keys()


def whoms(case: Case, action: str) -> dict[str, str]:
    """Who can be chosen, by task."""
    act = next(one for one in case.view(SUPERVISOR)["acts"] if one["action"] == action)
    listed = act["details"]["properties"].get("whom", {}).get("oneOf", [])
    return {one["const"]: one["title"] for one in listed}


def replied(world: World, case: Case, rung: Mapping[str, Any], by: str) -> Answer:
    path = f"/cases/{case.number}/tasks/{rung['task']}/actions"
    headers = {"If-Match": f'"{case.view()["version"]}"', "Idempotency-Key": uuid.uuid4().hex}
    return world.http("POST", path, {"action": "answer", "details": STEP}, by, headers)


def asks(world: World, case: Case, action: str, answers: str, **details: Any) -> Mapping[str, Any]:
    """The supervisor asks, one who has it in hand answers, and nothing else has changed."""
    before = standing(world, case)
    assert refused_as(case.attempt(answers, action, ASKED), NotPermitted)
    done = case.do(SUPERVISOR, action, {**ASKED, **details})
    assert standing(world, case) == before
    assert case.happened()[-1] == done["type"]
    (rung,) = [one for one in rungs(case, action) if one["about"]["event"] == done["event"]]
    expect(replied(world, case, rung, answers), 200)
    assert standing(world, case) == before
    assert rung["task"] in [one["task"] for one in rungs(case, action, "settled")]
    assert done["type"] not in [one["type"] for one in case.mine()["events"]]
    return rung


def orders(case: Case) -> list[str]:
    return [one["body"] for one in case.view()["documents"] if one["document"] == "order"]


def test_a_licence_is_urged_at_the_window_supervised_at_the_desk_criticised_before_the_grant(
    world: World,
) -> None:
    case = submitted(world)

    rung = asks(world, case, "urge", VILLAGE)
    assert (rung["role"], rung["node"]) == ("acceptor", "jz-t1-v1")
    case.do(VILLAGE, "accept")
    rung = asks(world, case, "supervise", EXAMINER)
    assert (rung["role"], rung["node"]) == ("examiner", "jz")
    (order,) = orders(case)
    assert "审查人员" in order and ASKED["text"] in order and case.number in order
    case.do(EXAMINER, "propose_grant")
    rung = asks(world, case, "criticise", APPROVER)
    assert (rung["role"], rung["node"]) == ("approver", "jz")

    case.do(APPROVER, "grant")
    case.stands("deliver")
    wanted = ("urged", "urge_answered", "supervised", "supervision_answered")
    told = [one for one in case.happened() if one in (*wanted, "criticised", "criticism_answered")]
    assert told == [*wanted, "criticised", "criticism_answered"]


def test_nobody_is_urged_while_the_applicant_has_it_or_when_it_is_over(world: World) -> None:
    case = submitted(world, without=("P1",))
    missing = {"missing": [{"paper": "P1", "what": "缺少申请书"}]}
    case.do(VILLAGE, "incomplete", missing)

    assert offered(case) == set()
    refused = case.attempt(SUPERVISOR, "urge", ASKED)
    assert refused_as(refused, NotYet)
    assert "没有工作人员在办" in refused.body["detail"]
    case.give("supply", ["P1"])
    assert offered(case) == {"urge", "supervise", "criticise"}
    case.decide("withdraw")
    assert case.attempt(SUPERVISOR, "urge", ASKED).status == 409 and offered(case) == set()


def test_a_work_order_is_urged_supervised_and_criticised_unit_by_unit(world: World) -> None:
    case = hotline.called(world)
    asks(world, case, "press", hotline.DISPATCHER)
    case.do(hotline.DISPATCHER, "dispatch", hotline.THREE)
    tasks = {unit: one["task"] for unit, one in hotline.items(case).items()}
    water, urban = tasks["water-bureau"], tasks["urban-management"]

    assert set(whoms(case, "supervise")) == set(tasks.values())
    assert "水利局" in whoms(case, "supervise")[water]
    unnamed = case.attempt(SUPERVISOR, "supervise", ASKED)
    assert refused_as(unnamed, Refused) and unnamed.body["errors"][0]["pointer"] == "/details/whom"
    assert refused_as(case.attempt(SUPERVISOR, "supervise", {**ASKED, "whom": "1"}), Refused)
    rung = asks(world, case, "supervise", hotline.WATER, whom=water)
    assert (rung["role"], rung["node"], rung["about"]["task"]) == ("handler", "jz-water", water)
    assert "水利局" in orders(case)[0]
    asks(world, case, "criticise", hotline.URBAN, whom=urban)

    case.do(hotline.WATER, "solve", {"text": "水管换好了。"})
    case.stands("callback")
    asks(world, case, "press", hotline.CALLER)


def test_each_unit_owes_its_own_reply_and_the_next_waits_for_it(world: World) -> None:
    case = hotline.dispatched(world)
    tasks = {unit: one["task"] for unit, one in hotline.items(case).items()}
    water, urban = tasks["water-bureau"], tasks["urban-management"]
    case.do(SUPERVISOR, "press", {**ASKED, "whom": water})

    again = case.attempt(SUPERVISOR, "press", {**ASKED, "whom": water})
    assert refused_as(again, NotYet)
    assert "水利局" in again.body["detail"] and "还没有回复" in again.body["detail"]
    assert water not in whoms(case, "press") and water in whoms(case, "supervise")
    case.do(SUPERVISOR, "press", {**ASKED, "whom": urban})
    assert list(whoms(case, "press")) == [tasks["town-1-government"]]
    assert refused_as(case.attempt(SUPERVISOR, "press", ASKED), Refused)
    again = case.attempt(SUPERVISOR, "press", {**ASKED, "whom": water})
    assert refused_as(again, NotYet) and "水利局" in again.body["detail"]
    assert refused_as(case.attempt(hotline.URBAN, "press", ASKED), NotPermitted)
    mine = expect(world.http("GET", "/inbox?role=handler&node=jz-water", None, hotline.WATER), 200)
    assert "urge" in [one["kind"] for one in mine["tasks"]]
    case.do(hotline.WATER, "answer", STEP)
    case.do(SUPERVISOR, "press", {**ASKED, "whom": water})


def test_an_order_to_a_unit_that_does_not_answer_goes_before_the_head(world: World) -> None:
    case = hotline.dispatched(world)
    water = hotline.items(case)["water-bureau"]["task"]
    case.do(SUPERVISOR, "supervise", {**ASKED, "whom": water})

    case.after(case.due("ordered"))

    assert case.happened()[-2:] == ["order_escalated", "order_late"]
    assert overdue(case) == set()
    (task,) = [one for one in case.view()["tasks"] if one["kind"] == "escalation"]
    assert (task["role"], task["state"]) == ("head", "open")
    assert len(hotline.says(case, "没有按期")) == 0
    case.stands("units")


def test_a_matter_of_nobody_is_urged_where_heads_are_heard_and_where_it_is_ruled(
    world: World,
) -> None:
    case = no_owner.convened(world)
    opinion = next(
        one["task"] for one in case.view()["tasks"] if one.get("party") == no_owner.HEADS[0]
    )
    rung = asks(world, case, "urge", no_owner.HEADS[0], whom=opinion)
    assert rung["party"] == no_owner.HEADS[0]
    case.do(SUPERVISOR, "urge", {**ASKED, "whom": opinion})
    (rung,) = rungs(case, "urge")
    assert refused_as(replied(world, case, rung, no_owner.HEADS[1]), NotPermitted)
    expect(replied(world, case, rung, no_owner.HEADS[0]), 200)

    for head in no_owner.HEADS[:2]:
        expect(case.alone(head, "opine", no_owner.opinion()), 200)
    case.do(no_owner.ARBITER, "put_up", {"text": "两家各有一部分。"})
    asks(world, case, "supervise", no_owner.CHIEF)
    case.do(no_owner.CHIEF, "rule", no_owner.BOTH)
    town = next(name for name, who in whoms(case, "criticise").items() if "熊" in who)
    asks(world, case, "criticise", no_owner.TOWN, whom=town)
    case.stands("execute")


def test_what_could_not_get_done_is_urged_cause_by_cause_and_not_while_the_resident_confirms(
    world: World,
) -> None:
    case = matters.blocked(world)
    asks(world, case, "urge", matters.TRIAGE)
    case.do(matters.TRIAGE, "triage", {"causes": ["several"]})
    asks(world, case, "criticise", matters.CHAIR)
    case.do(matters.CHAIR, "convene", matters.asking(*matters.HEADS))
    named = {one.get("party"): one["task"] for one in case.view()["tasks"]}

    rung = asks(world, case, "supervise", matters.HEADS[0], whom=named[matters.HEADS[0]])
    assert rung["party"] == matters.HEADS[0]
    (order,) = orders(case)
    assert "董志强" in order and "袁梅" not in order
    for head in matters.HEADS:
        expect(case.alone(head, "opine", matters.opinion()), 200)
    case.do(matters.CHAIR, "conclude_solved", matters.SOLUTION)
    case.stands("confirm")
    assert offered(case) == set()


def test_a_cadre_who_was_named_is_urged_by_name_and_nobody_else_answers(world: World) -> None:
    item = livelihood.answers()
    case = Case.submit(world, item, [], None, livelihood.ITEM, livelihood.CLERK)
    asks(world, case, "urge", livelihood.CLERK)
    case.do(livelihood.CLERK, "list", livelihood.LISTED)
    asks(world, case, "supervise", livelihood.LEAD)
    case.do(livelihood.LEAD, "select", {})
    livelihood.hand_over(case)

    rung = asks(world, case, "criticise", livelihood.CADRE)

    assert rung["party"] == livelihood.CADRE
    case.do(SUPERVISOR, "urge", ASKED)
    assert case.attempt(livelihood.OTHER, "answer", STEP).status == 404
    case.do(livelihood.CADRE, "acknowledge", {"plan": "本月立杆，下月通电。"})
    case.do(livelihood.CADRE, "answer", STEP)


def test_a_rating_is_followed_up_wherever_it_is_put_right_checked_or_asked_about(
    world: World,
) -> None:
    case = rated(world)
    assert offered(case) == set()
    case.do(SUPERVISOR, "propose_exclude", SUSPECT)
    asks(world, case, "urge", HEAD)
    case = put_right(world)
    rung = asks(world, case, "supervise", CALLER)
    assert rung["role"] == "caller"
    case.do(CALLER, "unsatisfied", {"text": "还是要我多跑"})
    asks(world, case, "criticise", HEAD)
    case.do(HEAD, "send_back", {"text": "制证要进柜台当天办"})
    assert asks(world, case, "criticise", UNIT)["role"] == "unit-head"


@pytest.mark.parametrize("addressee", ["waited_for", {"role": "handler", "at": "item"}])
def test_one_of_a_list_is_urged_at_its_own_part(world: World, addressee: Any) -> None:
    document = load_json("forms/hotline-complaint/service.json")
    press = {**document["flow"]["acts"]["press"], "addressee": addressee}
    actions = document["flow"]["stages"]["units"]["parts"]["unit"]["actions"]
    actions["nudge"] = {**press, "event": "nudged"}
    document["events"]["nudged"] = document["events"]["pressed"]
    assert world.publish(document)["published"]
    case = hotline.dispatched(world)
    urban = hotline.items(case)["urban-management"]["task"]
    before = standing(world, case)

    path, body = f"/cases/{case.number}/tasks/{urban}/actions", {"action": "nudge"}
    headers = {"If-Match": f'"{case.view()["version"]}"'}
    expect(world.http("POST", path, {**body, "details": ASKED}, SUPERVISOR, headers), 200)

    assert standing(world, case) == before
    (rung,) = rungs(case, "press")
    assert (rung["role"], rung["node"]) == ("handler", "jz-urban")
    expect(replied(world, case, rung, hotline.URBAN), 200)


@pytest.mark.parametrize("action", ["urge", "supervise", "criticise"])
def test_only_the_supervisors_may(world: World, action: str) -> None:
    case = submitted(world)

    assert refused_as(case.attempt(WINDOW, action, ASKED), NotPermitted)
    other = appoint(world, "officer-tan", ("supervisor", "jz-t2"))
    assert case.attempt(other, action, ASKED).status in (403, 404)
    headers = {"Receipt-Secret": case.secret}
    path, body = f"/my/cases/{case.number}/actions", {"action": action, "details": ASKED}
    assert world.http("POST", path, body, None, headers).status in (403, 422)
    case.do(SUPERVISOR, action, ASKED)


def test_a_case_is_not_filled_by_urging(world: World) -> None:
    """Each next waits for a reply, no execution learns of any, and a day holds so many acts."""
    case = submitted(world)
    before = world.row(case.number)
    for _ in range(3):
        case.do(SUPERVISOR, "urge", ASKED)
        assert refused_as(case.attempt(SUPERVISOR, "urge", ASKED), NotYet)
        case.do(VILLAGE, "answer", STEP)

    after = world.row(case.number)
    assert int(after["events"]) == int(before["events"]) + 6 < MOST_A_DAY
    assert {name: after[name] for name in ("visit", "generation", "machine")} == {
        name: before[name] for name in ("visit", "generation", "machine")
    }
