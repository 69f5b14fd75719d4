"""A complaint sends a law-enforcement squad out: to a place, by an hour, one member on duty."""

import copy
from typing import Any

from infra.player import Case, expect
from tests.journeys.matters import overdue
from tests.journeys.test_hotline import CALLER, DISPATCHER, URBAN, dispatched, says, to
from tests.world import World, load_json

CALL = "squad-call"
# Squad 1 is in charge of the first town, squad 2 of the second.
LEADER, OTHER_LEADER = "squad-hong", "squad-fu"
LOU, MU, GONG, OTHER = "enforcer-lou", "enforcer-mu", "enforcer-gong", "enforcer-zhu"
SQUAD = {"units": [to("enforcement-squad-1", lead=True), to("urban-management")]}
SENT = {
    "kind": "street",
    "place": "兴桥镇菜市场东门",
    "point": {"lng": 114.9785, "lat": 27.1032},
    "on": "2026-03-10",
    "hour": "15:30",
}
THERE = {"on": "2026-03-10", "hour": "15:20", "point": {"lng": 114.9786, "lat": 27.1031}}
REPORT = {"how": "persuaded", "text": "十一个摊都劝到疏导点。", "left": "15:50"}
ELSEWHERE = {"reason": "F3", "text": "还在商业街的现场。"}


def stall(world: World, **more: Any) -> tuple[Case, Case]:
    """The work order about street stalls, and the call of the squad that the hotline sends out."""
    order = dispatched(world, SQUAD, "street-stall")
    order.do(DISPATCHER, "send_team", {**SENT, **more})
    (opened,) = [one for one in order.view()["events"] if one["type"] == "case_opened"]
    return order, Case(world, opened["data"]["case"], "", LEADER)


def call(world: World, kind: str = "street", region: str = "360802101201") -> Case:
    """What the squad has found by itself."""
    answers = load_json(f"forms/{CALL}/examples/pass/street-stall.json")["answers"]
    given = {**copy.deepcopy(answers), "kind": kind, "region": region}
    return Case.submit(world, given, [], LEADER, CALL, LEADER, channel="office")


def sent_to(case: Case) -> Any:
    """Whom the latest rule chose, and how."""
    found = [one["data"] for one in case.view(LEADER)["events"] if one["type"] == "assigned"]
    return found[-1] if found else None


def inbox(world: World, party: str) -> list[str]:
    tasks = expect(world.http("GET", f"/inbox?party={party}", None, party), 200)["tasks"]
    return [one["case"] for one in tasks]


def test_a_stall_is_for_the_member_on_duty_who_reports_and_the_lead_answers_the_caller(
    world: World,
) -> None:
    order, sent = stall(world)

    chosen = sent_to(sent)
    assert (chosen["party"], chosen["by"], chosen["of"]) == (LOU, "least-loaded", 2)
    assert inbox(world, LOU) == [sent.number]
    seen = sent.view(LOU)
    assert seen["answers"]["place"] == SENT["place"] and seen["answers"]["point"] == SENT["point"]
    assert (seen["answers"]["on"], seen["answers"]["hour"]) == ("2026-03-10", "15:30")
    sent.do(LOU, "arrive", THERE)
    sent.do(LOU, "deal", REPORT)
    sent.stands(ended=True, result="dealt_with", status="solved")

    (reported,) = [one["data"] for one in order.view()["events"] if one["type"] == "team_reported"]
    print(reported)
    order.stands("units")
    order.do(LEADER, "solve", {"text": "东门的摊都劝到疏导点了。", "arrived": "15:20"})
    order.do(CALLER, "solved", {"text": "东门通了"})
    order.stands(ended=True, result="solved")
    assert len(says(order, "谢谢您打来电话")) == 1


def test_nobody_of_another_squad_or_bureau_hears_of_it(world: World) -> None:
    _, sent = stall(world)

    for party in (OTHER, OTHER_LEADER, URBAN, "enforcer-tie", MU, GONG):
        assert sent.number not in inbox(world, party)
    path = f"/cases/{sent.number}"
    for party in (OTHER, OTHER_LEADER, URBAN):
        assert world.http("GET", path, None, party).status == 404
    for role, party in (("enforcer", OTHER), ("squad-leader", OTHER_LEADER)):
        path = f"/inbox?role={role}&node=jz-squad-2"
        assert expect(world.http("GET", path, None, party), 200)["tasks"] == []


def test_the_squad_in_charge_of_the_place_goes_and_its_unit_has_it(world: World) -> None:
    first, second, elsewhere = (
        call(world, region=region) for region in ("360802101201", "360802102201", "360802000000")
    )

    units = [one.view(DISPATCHER)["unit"] for one in (first, second, elsewhere)]
    assert units == ["enforcement-squad-1", "enforcement-squad-2", "enforcement-squad-3"]
    assert inbox(world, OTHER) == [second.number]
    assert inbox(world, "enforcer-tie") == [elsewhere.number]


def test_of_those_who_can_do_it_the_one_with_least_in_hand_goes(world: World) -> None:
    kinds = ("street", "street", "noise", "noise", "building")

    chosen = [sent_to(call(world, kind))["party"] for kind in kinds]

    assert chosen == [LOU, MU, GONG, GONG, MU]


def test_who_is_off_duty_is_not_sent(world: World) -> None:
    off = {"from": "2026-03-01", "to": "2026-03-31", "because": "轮休"}
    world.publisher.handle({"absence": {"party": LOU, **off}})
    world.house.directory.refresh()

    _, sent = stall(world)

    assert sent_to(sent)["party"] == MU


def test_who_cannot_go_hands_it_back_and_the_leader_sends_another(world: World) -> None:
    _, sent = stall(world)
    sent.do(LOU, "hand_back", ELSEWHERE)
    sent.stands("resend")
    sent.do(LEADER, "send")

    assert sent_to(sent)["party"] == MU
    sent.do(MU, "arrive", THERE)
    sent.do(MU, "nothing_there", {"reason": "F1", "text": "到的时候摊已经散了。"})
    sent.stands(ended=True, result="nothing_there", status="explained")


def test_who_came_deals_with_it_and_no_other_member(world: World) -> None:
    sent = call(world, "street")
    sent.do(LOU, "arrive", THERE)

    assert inbox(world, LOU) == [sent.number] and inbox(world, MU) == []
    for party in (MU, GONG):
        assert sent.attempt(party, "deal", REPORT).status == 404
    sent.do(LOU, "deal", REPORT)
    sent.stands(ended=True, result="dealt_with")


def test_who_is_not_there_in_two_office_hours_is_the_leaders_matter(world: World) -> None:
    sent = call(world)

    sent.after(sent.due("arriving"))

    assert overdue(sent) == {"arriving"}
    (task,) = [one for one in sent.view(LEADER)["tasks"] if one["kind"] == "escalation"]
    assert task["offers"]


def test_a_call_that_is_not_needed_is_called_off_with_a_reason(world: World) -> None:
    order, sent = stall(world)

    sent.do(LEADER, "call_off", {"reason": "F6", "text": "热线说摊已经散了。"})

    sent.stands(ended=True, result="called_off", status="terminated")
    assert "team_reported" in order.happened()
    order.stands("units")
