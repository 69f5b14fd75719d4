"""A call to the hotline becomes a work order for several units, each with its own time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.platform.errors import AlreadyDecided, NotPermitted, SeparationOfDuty
from infra.player import Case, Front, expect
from tests.journeys.matters import overdue, refused_as
from tests.journeys.test_notice_down import counted
from tests.world import World, load_json

DISPATCHER, CALLER, SUPERVISOR = "officer-zhuo", "officer-he", "officer-zhou"
URBAN, TRANSPORT, WATER, TOWN = "officer-hua", "officer-kuang", "officer-shui", "officer-xing"
MOBILE = "13800000052"


def answers(name: str = "burst-pipe") -> dict[str, Any]:
    path = f"forms/hotline-complaint/examples/pass/{name}.json"
    found: dict[str, Any] = load_json(path)["answers"]
    return found


def called(front: Front, name: str = "burst-pipe") -> Case:
    return Case.submit(front, answers(name), [], None, "hotline-complaint", DISPATCHER)


def to(unit: str, lead: bool = False, within: str = "ordinary", **more: Any) -> dict[str, Any]:
    return {"unit": unit, "lead": lead, "within": within, "task": "请办理", **more}


THREE = {
    "units": [
        to("water-bureau", lead=True, within="danger", on_site="6时30分，东门，抢修一队"),
        to("urban-management"),
        to("town-1-government", within="utility"),
    ]
}


def dispatched(front: Front, units: Mapping[str, Any] = THREE, name: str = "burst-pipe") -> Case:
    case = called(front, name)
    case.do(DISPATCHER, "dispatch", units)
    return case


def items(case: Case) -> dict[str, Any]:
    """The open tasks of units, by unit."""
    tasks = case.view()["tasks"]
    return {one["item"]["unit"]: one for one in tasks if "item" in one and one["state"] == "open"}


def says(case: Case, word: str) -> list[str]:
    texts = [text for text in case.front.messages(MOBILE) if case.number in text]
    return [text for text in texts if word in text]


def test_a_call_goes_to_a_lead_and_others_and_who_called_hears_what_the_lead_says(
    front: Front,
) -> None:
    case = dispatched(front)

    case.stands("units", status="in_progress")
    assert set(items(case)) == {"water-bureau", "urban-management", "town-1-government"}
    case.do(URBAN, "solve", {"text": "路面扫干净了。"})
    case.stands("units")
    case.do(WATER, "solve", {"text": "水管换好了。", "arrived": "6时25分"})
    case.stands("callback", status="to_confirm")
    assert items(case) == {}
    case.do(CALLER, "solved", {"text": "路面干了"})

    case.stands(ended=True, result="solved", status="solved")
    assert case.happened() == [
        *["received", "dispatched", "items_opened", "unit_solved", "unit_solved", "answered"],
        *["items_closed", "solved", "closed"],
    ]
    for word in ("已登记", "已派给承办单位", "承办单位已答复", "谢谢您打来电话"):
        assert len(says(case, word)) == 1
    assert "items_opened" not in [one["type"] for one in case.mine()["events"]]


def test_each_unit_finds_its_own_part_in_its_own_inbox_with_its_own_time(world: World) -> None:
    case = dispatched(world)

    def due(unit: str) -> timedelta:
        return datetime.fromisoformat(items(case)[unit]["due"]) - world.moment

    assert due("water-bureau") < due("town-1-government") < due("urban-management")
    for party, node, unit in (
        (WATER, "jz-water", "water-bureau"),
        (TOWN, "jz-t1", "town-1-government"),
    ):
        inbox = expect(world.http("GET", f"/inbox?role=handler&node={node}", None, party), 200)
        assert [one["item"]["unit"] for one in inbox["tasks"]] == [unit]
        (offered,) = [one for one in case.view(party)["tasks"] if one.get("offers")]
        assert offered["item"]["unit"] == unit
    path = f"/cases/{case.number}"
    assert world.http("GET", path, None, TRANSPORT).status == 404


def test_one_unit_cannot_answer_for_another(world: World) -> None:
    case = dispatched(world)
    path = f"/cases/{case.number}/tasks/{items(case)['water-bureau']['task']}/actions"
    headers = {"If-Match": f'"{case.view()["version"]}"'}
    body = {"action": "solve", "details": {"text": "办了"}}

    assert refused_as(world.http("POST", path, body, URBAN, headers), NotPermitted)


def test_a_unit_that_is_not_in_charge_sends_it_back_and_it_is_dispatched_anew(
    front: Front,
) -> None:
    case = dispatched(front)
    case.do(URBAN, "solve", {"text": "路面扫干净了。"})
    returned = {"why": "other_unit", "rightly": "供水公司", "text": "管网已移交。"}
    case.do(WATER, "send_back", returned)

    case.stands("dispatch", status="received")
    assert items(case) == {}
    assert len(says(case, "换单位重办")) == 1
    (event,) = [one for one in case.view()["events"] if one["type"] == "sent_back"]
    assert event["data"]["counts"] == {"why": "other_unit"}
    assert event["data"]["item"] == {"n": 1, "unit": "water-bureau", "lead": True}
    case.do(DISPATCHER, "dispatch", {"units": [to("transport-bureau", lead=True)]})
    case.do(TRANSPORT, "explain", {"basis": "公路法", "text": "明年改造。"})
    explained = {"reason": "E2", "text": "路段明年改造，已列入计划。"}
    case.do(CALLER, "explained", explained)

    case.stands(ended=True, result="explained", status="explained")


def test_what_belongs_to_a_stage_that_is_settled_can_no_longer_be_done(world: World) -> None:
    case = dispatched(world)
    town = items(case)["town-1-government"]["task"]
    done = case.attempt(WATER, "solve", {"text": "水管换好了。"})
    expect(done, 200)
    path = f"/cases/{case.number}/tasks/{town}/actions"
    world.settle(case.number)
    headers = {"If-Match": f'"{case.view()["version"]}"'}

    late = world.http("POST", path, {"action": "solve", "details": {"text": "办"}}, TOWN, headers)
    assert refused_as(late, AlreadyDecided)


def test_a_unit_that_is_late_is_urged_and_answers_and_can_still_do_its_part(world: World) -> None:
    case = dispatched(world)
    case.after(datetime.fromisoformat(items(case)["water-bureau"]["due"]))

    assert items(case)["water-bureau"]["late"] and not items(case)["urban-management"].get("late")
    (urge,) = [one for one in case.view(WATER)["tasks"] if one["kind"] == "urge"]
    assert urge["about"]["task"] == items(case)["water-bureau"]["task"] and urge["offers"]
    world.tick(world.moment + timedelta(minutes=5))
    assert case.happened().count("unit_urged") == 1
    case.do(WATER, "answer", {"step": "材料在路上，今天换好"})
    case.do(WATER, "solve", {"text": "水管换好了。"})
    case.stands("callback")


def test_a_case_that_nobody_answers_climbs_the_ladder(world: World) -> None:
    case = dispatched(world, {"units": [to("urban-management", lead=True, within="difficult")]})
    due = case.due("handling")
    for days in (-2, 0, 8, 30):
        case.after(due + timedelta(days=days))

    ladder = ("handling_urged", "overdue", "handling_supervised", "handling_criticised")
    assert [one for one in case.happened() if one in ladder] == list(ladder)
    assert overdue(case) == {"handling"} and case.happened().count("unit_urged") == 1
    documents = case.view()["documents"]
    assert ["督办通知书" in one["body"] or "督办" in one["title"] for one in documents] == [True]


def test_a_call_that_is_not_dispatched_in_two_office_hours_is_escalated(world: World) -> None:
    case = called(world)
    case.after(case.due("dispatching"))

    assert overdue(case) == {"dispatching"}


def test_the_hotline_is_told_which_units_it_cannot_mean(world: World) -> None:
    case = called(world)

    def told(*units: Mapping[str, Any]) -> list[tuple[str, str]]:
        answer = case.attempt(DISPATCHER, "dispatch", {"units": list(units)})
        return [(one["pointer"], one["keyword"]) for one in expect(answer, 422)["errors"]]

    water = to("water-bureau", lead=True)
    assert told(water, to("nobody")) == [("/details/units/1/unit", "unit")]
    assert told(water, to("water-bureau")) == [("/details/units/1/unit", "uniqueItems")]
    assert told(to("water-bureau")) == [("/details/units", "lead")]
    assert told(water, to("urban-management", lead=True)) == [("/details/units", "lead")]
    case.stands("dispatch")


def test_who_handled_it_does_not_call_back(world: World) -> None:
    case = dispatched(world)
    case.do(WATER, "solve", {"text": "水管换好了。"})

    refused = case.attempt(DISPATCHER, "solved")
    assert refused_as(refused, NotPermitted) or refused_as(refused, SeparationOfDuty)


@pytest.mark.parametrize(("name", "withheld"), [("burst-pipe", []), ("name-kept", ["/reporter"])])
def test_a_unit_reads_who_called_unless_the_name_is_to_be_kept(
    world: World, name: str, withheld: list[str]
) -> None:
    case = dispatched(world, name=name)

    assert case.view(URBAN)["withheld"] == withheld


def test_an_act_of_a_unit_writes_case_event_task_and_one_row_of_effects(world: World) -> None:
    case = dispatched(world)
    with counted(world) as sizes:
        expect(case.attempt(WATER, "solve", {"text": "水管换好了。"}), 200)

    assert sizes == [4]


def test_why_says_how_many_units_are_still_at_it(world: World) -> None:
    case = dispatched(world)
    path = f"/cases/{case.number}/why"

    said = expect(world.http("GET", path, None, DISPATCHER, {"Accept-Language": "en"}), 200)
    assert any("Of 3 items 3 are open, 0 of them late" in one for one in said["why"])


def test_who_calls_about_the_same_matter_is_merged_into_one_work_order_and_hears_its_end(
    world: World,
) -> None:
    first, second = called(world), called(world)

    second.do(DISPATCHER, "merge", {"into": first.number})

    second.stands(ended=True, result="merged", status="referred")
    (told,) = says(second, "同一件事")
    assert first.number in told
    first.do(DISPATCHER, "dispatch", {"units": [to("water-bureau", lead=True)]})
    first.do(WATER, "solve", {"text": "水管换好了。", "arrived": "6时25分"})
    first.do(CALLER, "solved", {"text": "路面干了"})
    first.stands(ended=True, result="solved")
    heard = [one for one in second.mine()["events"] if one["type"] == "news"]
    assert {one["of"] for one in heard} == {first.number}
    assert "已解决" in heard[-1]["text"]
