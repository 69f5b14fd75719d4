"""Where no unit or more than one is in charge: the case is received, and somebody rules."""

from typing import Any

import pytest

from chalicelib.platform.ports import Put, Table
from infra.player import Case, expect
from tests.journeys.test_village_matter import (
    ARBITER,
    DISTRICT,
    DONE,
    PHONE,
    SERVICE,
    T1,
    V1,
    VILLAGE,
    clocks,
    matter,
    offered,
)
from tests.world import World, load_json

HALL, BUREAU = "town-1-hall", "approval-bureau"
RULED = {"unit": HALL, "text": "路灯由镇便民服务中心管。"}
WHY = "两家都说归自己"


def operator(world: World, event: dict[str, Any]) -> Any:
    done = world.publisher.handle(event)
    world.house.directory.refresh()
    return done


def overlap(world: World, node: str = T1) -> Case:
    """Two units own the service in the town: a case from there."""
    owner = {"service": SERVICE, "unit": "civil-affairs", "node": node, "because": WHY}
    operator(world, {"register": {"owners": [{**owner, "beside": True}]}})
    return matter(world)


def carried_out(world: World, case: Case) -> None:
    """The publisher carries out what the worker has ordered, and the case hears of it."""
    world.publisher.handle({"uploads": {}})
    world.house.directory.refresh()
    world.tick(world.moment + world.minutes(2))


def test_where_two_units_are_in_charge_the_case_is_received_and_somebody_rules(
    world: World,
) -> None:
    case = overlap(world)

    view = case.stands("arbitrate", unit="staffing-office", accountable="jz")
    (unrouted,) = [one for one in view["events"] if one["type"] == "unrouted"]
    assert sorted(unrouted["data"]["among"]) == ["civil-affairs", HALL]
    assert clocks(case) == {"whole": "paused", "village": "paused", "ruling": "running"}
    assert any("归哪家管要先认定" in text for text in world.messages(PHONE))
    (offer,) = [
        one
        for task in case.view(ARBITER)["tasks"]
        for one in task["offers"]
        if one["action"] == "rule"
    ]
    choices = [one["const"] for one in offer["details"]["properties"]["unit"]["oneOf"]]
    assert sorted(choices) == ["civil-affairs", HALL]
    case.do(ARBITER, "rule", RULED)

    case.stands("handle", unit=HALL, accountable=V1)
    assert clocks(case) == {"whole": "running", "village": "running", "ruling": "stopped"}
    case.do(VILLAGE, "finish", DONE)
    view = case.stands(ended=True, result="done")
    assert [(one["node"], one["ended_by"]) for one in view["legs"]] == [
        ("jz", "ruled"),
        (V1, "closed"),
    ]


def test_nobody_but_the_arbiter_rules_and_only_between_those_in_charge(world: World) -> None:
    case = overlap(world)

    assert "rule" not in offered(case, DISTRICT)
    assert case.attempt(DISTRICT, "rule", RULED).status == 403
    wrong = case.attempt(ARBITER, "rule", {**RULED, "unit": BUREAU})
    assert wrong.body["errors"][0]["pointer"] == "/details/unit"


def test_a_ruling_that_takes_too_long_calls_somebody(world: World) -> None:
    case = overlap(world)
    case.after(case.due("ruling"))

    (late,) = [one for one in case.view()["events"] if one["type"] == "overdue"]
    assert late["data"]["clock"] == "ruling"
    (task,) = [one for one in case.view()["tasks"] if one["kind"] == "escalation"]
    assert task["role"] == "arbiter-head"


def test_a_ruling_for_one_case_leaves_the_next_unclear(world: World) -> None:
    overlap(world).do(ARBITER, "rule", RULED)

    matter(world).stands("arbitrate")


def test_a_ruling_may_be_written_as_a_rule_for_all_that_comes_from_there(world: World) -> None:
    case = overlap(world)
    case.do(ARBITER, "rule_for_good", RULED)
    carried_out(world, case)

    assert "rule_written" in case.happened()
    matter(world).stands("handle", unit=HALL)
    matter(world, region="360802101202").stands("handle", unit=HALL)
    matter(world, region="360802102201").stands("handle", unit="town-2-hall")
    answer = world.http("GET", f"/services/{SERVICE}/history", None, "officer-zheng")
    (noted,) = [one for one in expect(answer, 200)["history"] if one["do"] == "write_rule"]
    assert noted["by"] == ARBITER


def test_a_rule_is_written_only_where_an_operator_has_allowed_it(world: World) -> None:
    case = overlap(world)
    forbidden(world)
    case.do(ARBITER, "rule_for_good", RULED)
    carried_out(world, case)

    assert "rule_not_written" in case.happened()
    case.stands("handle", unit=HALL)
    assert any(one["task"].startswith("not-") for one in case.view()["tasks"])
    matter(world).stands("arbitrate")


@pytest.mark.parametrize("unit", [HALL, "civil-affairs"])
def test_where_nobody_is_in_charge_any_unit_may_be_named(world: World, unit: str) -> None:
    vacuum(world)
    case = matter(world)

    view = case.stands("arbitrate")
    (unrouted,) = [one for one in view["events"] if one["type"] == "unrouted"]
    assert unrouted["data"]["among"] == []
    assert case.attempt(ARBITER, "rule", {**RULED, "unit": "no-such-unit"}).status == 422
    case.do(ARBITER, "rule_for_good", {**RULED, "unit": unit})
    carried_out(world, case)

    case.stands("handle", unit=unit)
    matter(world).stands("handle", unit=unit)


def test_a_flow_that_dies_before_the_ruling_goes_on_there(world: World) -> None:
    case = overlap(world)
    world.kill(case.number)
    world.recover(case.number)

    case.stands("arbitrate")
    case.do(ARBITER, "rule", RULED)
    case.stands("handle")


def test_a_matter_that_nobody_is_to_rule_on_is_refused_as_before(world: World) -> None:
    it = load_json("forms/enquiry-reply/examples/pass/pension.json")
    owner = {"service": "enquiry-reply", "because": WHY, "node": T1}
    for unit in (HALL, "civil-affairs"):
        operator(world, {"register": {"owners": [{**owner, "unit": unit, "beside": True}]}})

    answer = world.http("POST", "/services/enquiry-reply/cases", {"answers": it["answers"]})
    assert answer.status == 422


def forbidden(world: World) -> None:
    row = world.store.get(Table.DIRECTORY, (f"ruling#{SERVICE}", "ruling"))
    assert row is not None
    world.store.transact([Put(Table.DIRECTORY, {**row, "data": {"rulable": False}}, None)])


def vacuum(world: World) -> None:
    for row in world.store.partition(Table.DIRECTORY, f"owner#{SERVICE}"):
        data = {**row["data"], "to": "2026-01-01"}
        world.store.transact([Put(Table.DIRECTORY, {**row, "data": data}, None)])
    world.house.directory.refresh()
