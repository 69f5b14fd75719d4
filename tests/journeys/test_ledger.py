"""A ledger of 65 problems: each put right by one, inspected by another, in two batches."""

import uuid
from typing import Any

from chalicelib.platform.errors import NotYet
from infra.player import Answer, Case, expect
from tests.journeys.matters import appoint
from tests.journeys.test_livelihood import done_to_many, members, numbers
from tests.world import World, load_json

LEDGER, PROBLEM = "rectification-ledger", "rectification-problem"
CLERK, INSPECTOR, DOER, OTHER = (
    "ledger-zhongli",
    "inspector-duanmu",
    "rectifier-xiahou",
    "rectifier-huangfu",
)
FOUND, FIRST = 65, 40
ASSIGNED = {"rectifier": DOER, "text": "中午留一个窗口"}
SUBMITTED = {"text": "已排班。", "evidence": "排班表"}
PASSED = {"text": "中午有人。"}
SPLIT: dict[str, Any] = {
    "measures": [
        {"owner": DOER, "text": "中午留一个窗口", "term": "week"},
        {"owner": OTHER, "text": "改取号系统的时段", "term": "week"},
    ]
}


def ledger(world: World) -> Case:
    given = load_json(f"forms/{LEDGER}/examples/pass/windows.json")["answers"]
    return Case.submit(world, given, [], None, LEDGER, CLERK)


def found(world: World, of: Case | None = None) -> Case:
    given: dict[str, Any] = load_json(f"forms/{PROBLEM}/examples/pass/noon.json")["answers"]
    into = {"ledger": of.number} if of else {}
    return Case.submit(world, {**given, **into}, [], None, PROBLEM, CLERK)


def parts(case: Case) -> list[str]:
    """The open tasks of the measures of a problem, as they were named."""
    open_ = [one for one in case.view()["tasks"] if "item" in one and one["state"] == "open"]
    by = {one["item"]["party"]: one["task"] for one in open_}
    return [by[one["owner"]] for one in SPLIT["measures"] if one["owner"] in by]


def answered(
    world: World, case: Case, party: str, task: str, action: str, details: dict[str, str]
) -> Answer:
    path = f"/cases/{case.number}/tasks/{task}/actions"
    version = case.view()["version"]
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": uuid.uuid4().hex}
    done = world.http("POST", path, {"action": action, "details": details}, party, headers)
    world.settle()
    return done


def test_a_problem_is_put_right_by_one_and_passed_by_another(world: World) -> None:
    case = found(world)
    case.do(CLERK, "assign", ASSIGNED)
    case.do(DOER, "step", {"percent": 50, "text": "班次已改"})
    case.do(DOER, "submit", SUBMITTED)
    case.do(CLERK, "call_up", {"batch": 1, "on": "2026-03-20"})
    case.do(INSPECTOR, "pass", PASSED)

    case.stands(ended=True, result="passed", status="solved")
    assert [one["document"] for one in case.mine()["documents"]] == ["order", "passed"]


def test_whoever_put_it_right_does_not_inspect_it(world: World) -> None:
    appoint(world, "inspector-lu", ("ledger-inspector", "jz"), ("rectifier", "jz"))
    case = found(world)
    case.do(CLERK, "assign", {**ASSIGNED, "rectifier": "inspector-lu"})
    case.do("inspector-lu", "submit", SUBMITTED)
    case.do(CLERK, "call_up", {"batch": 1, "on": "2026-03-20"})

    refused = case.attempt("inspector-lu", "pass", PASSED)

    assert refused.status == 409 and refused.body["type"].endswith("separation-of-duty")
    case.stands("inspect")


def test_what_fails_goes_back_and_is_due_anew(world: World) -> None:
    case = found(world)
    case.do(CLERK, "assign", ASSIGNED)
    before = case.due("rectifying")
    case.do(DOER, "submit", SUBMITTED)
    case.do(CLERK, "call_up", {"batch": 1, "on": "2026-03-20"})
    world.moment += world.minutes(3 * 24 * 60)
    case.do(INSPECTOR, "fail", {"text": "周五没有人。"})

    case.stands("rectify", status="rectifying")
    assert case.due("rectifying") > before


def test_a_problem_that_is_added_to_a_ledger_is_its_member(world: World) -> None:
    of = ledger(world)
    of.do(CLERK, "listed", {})
    given = load_json(f"forms/{PROBLEM}/examples/pass/noon.json")["answers"]
    details = {name: given[name] for name in ("organisation", "problem", "level", "contact")}

    opened = of.do(CLERK, "add", details)["opened"]

    (member,) = members(world, of)
    assert member["case"] == opened
    view = expect(world.http("GET", f"/cases/{opened}", None, CLERK), 200)
    assert view["part_of"] == of.number and view["about"] == of.number


def test_an_empty_ledger_is_not_closed(world: World) -> None:
    of = ledger(world)
    of.do(CLERK, "listed", {})

    refused = of.attempt(CLERK, "close", {"text": "没有问题"})

    assert refused.status == 409 and refused.body["type"].endswith(NotYet.slug)


def test_65_problems_are_inspected_in_two_batches_and_the_ledger_is_closed(world: World) -> None:
    of = ledger(world)
    cases = [found(world, of) for _ in range(FOUND)]
    of.do(CLERK, "listed", {})
    assigned = done_to_many(world, of, CLERK, "assign", details=ASSIGNED)
    assert assigned["counts"] == {"done": FOUND}
    for case in cases:
        expect(case.attempt(DOER, "submit", SUBMITTED), 200)
    world.settle()

    for batch, part in ((1, cases[:FIRST]), (2, cases[FIRST:])):
        called = {"batch": batch, "on": f"2026-03-{10 + 5 * batch}"}
        wanted = numbers(part)
        seen = done_to_many(world, of, CLERK, "call_up", members=wanted, details=called)
        assert seen["counts"] == {"done": len(part)}
        assert of.attempt(CLERK, "close", {"text": "收账"}).status == 409
        for case in part:
            expect(case.attempt(INSPECTOR, "pass", PASSED), 200)
        world.settle()
        assert len(members(world, of, "done")) == (FIRST if batch == 1 else FOUND)

    of.do(CLERK, "close", {"text": "65项全部销号"})
    of.stands(ended=True, result="cleared")
    batches = [
        one["data"]["counts"]["batch"]
        for case in cases
        for one in case.view()["events"]
        if one["type"] == "called_up"
    ]
    assert (batches.count(1), batches.count(2)) == (FIRST, FOUND - FIRST)


def test_the_measures_of_a_problem_have_an_owner_and_a_time_each(world: World) -> None:
    of = ledger(world)
    case = found(world, of)
    case.do(CLERK, "split", SPLIT)
    first, second = parts(case)

    expect(answered(world, case, DOER, first, "measure_done", SUBMITTED), 200)
    assert answered(world, case, DOER, second, "measure_done", SUBMITTED).status in (403, 404)
    case.stands("measures")
    world.tick(world.moment + world.minutes(10 * 24 * 60))
    assert case.happened().count("measure_urged") == 1
    expect(answered(world, case, OTHER, second, "measure_done", SUBMITTED), 200)
    world.settle()
    case.do(CLERK, "call_up", {"batch": 1, "on": "2026-03-25"})
    case.do(INSPECTOR, "pass", PASSED)

    case.stands(ended=True, result="passed")


def test_a_measure_that_cannot_be_done_brings_the_problem_back(world: World) -> None:
    case = found(world)
    case.do(CLERK, "split", SPLIT)
    first, second = parts(case)
    why = {"text": "要换系统，本单位改不了。"}
    expect(answered(world, case, DOER, first, "measure_done", SUBMITTED), 200)

    expect(answered(world, case, OTHER, second, "measure_unable", why), 200)
    world.settle()

    case.stands("list")
    case.do(CLERK, "assign", ASSIGNED)
    case.stands("rectify")


def test_who_put_a_measure_right_does_not_inspect_the_problem(world: World) -> None:
    appoint(world, "inspector-lu", ("ledger-inspector", "jz"), ("rectifier", "jz"))
    case = found(world)
    case.do(
        CLERK,
        "split",
        {"measures": [{**SPLIT["measures"][0], "owner": "inspector-lu"}] + [SPLIT["measures"][1]]},
    )
    for party in ("inspector-lu", OTHER):
        expect(case.attempt(party, "measure_done", SUBMITTED), 200)
    world.settle()
    case.do(CLERK, "call_up", {"batch": 1, "on": "2026-03-20"})

    refused = case.attempt("inspector-lu", "pass", PASSED)

    assert refused.status == 409 and refused.body["type"].endswith("separation-of-duty")
