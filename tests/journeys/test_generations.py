"""A case that lives longer than an execution may: it is handed to a fresh one in time, once."""

from datetime import timedelta

import boto3
import pytest

from chalicelib.cases import generations
from chalicelib.cases.generations import MOST_AGE, MOST_EVENTS, outlived
from chalicelib.platform.ports import Execution
from chalicelib.services import history
from infra.player import Case
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.faults import CallBoundary
from tests.journeys.people import APPROVER, EXAMINER, HANDED, ISSUER, LICENCE, VILLAGE, example
from tests.journeys.test_faults import Step, assert_whole, faulty
from tests.moto_world import PREFIX, MotoWorld
from tests.world import World, load_json

REST: list[Step] = [
    lambda case: case.do(EXAMINER, "propose_grant"),
    lambda case: case.do(APPROVER, "grant"),
    lambda case: case.do(ISSUER, "ready", LICENCE),
    lambda case: case.do(ISSUER, "delivered", HANDED),
]


def begin(world: World) -> Case:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    case.do(VILLAGE, "accept")
    case.stands("examine")
    return case


def aged(world: World, case: Case, days: int) -> None:
    """The clocks of all those days have run out, and the flow has been looked at every day."""
    start = world.at_text(world.row(case.number)["received_at"])
    for day in range(1, days + 1):
        world.tick(start + timedelta(days=day))


def resumed(case: Case) -> int:
    return case.happened().count("resumed")


def running(world: World, case: Case) -> list[str]:
    assert isinstance(world.orchestrator, MemoryOrchestrator)
    runs = world.orchestrator.runs.items()
    return [name for name, run in runs if run.status is Execution.RUNNING]


def finish(case: Case) -> None:
    for step in REST:
        step(case)
    case.stands(ended=True, result="granted")


def test_at_300_days_a_case_is_handed_over_once_and_ends_as_it_would_have(world: World) -> None:
    case = begin(world)

    aged(world, case, 299)
    assert resumed(case) == 0 and running(world, case) == [f"{case.number}-1"]
    aged(world, case, 303)

    assert resumed(case) == 1 and running(world, case) == [f"{case.number}-2"]
    finish(case)


def test_a_case_that_lives_on_is_handed_over_again_after_as_long(world: World) -> None:
    case = begin(world)

    aged(world, case, 604)

    assert resumed(case) == 2
    finish(case)


def test_doubled_ticks_hand_over_once(world: World) -> None:
    case = begin(world)
    aged(world, case, 299)
    start = world.at_text(world.row(case.number)["received_at"])

    world.moment = start + timedelta(days=301)
    for _ in range(3):
        world.run_events({"tick": {}})
        world.run_events({"recover": {}})
    world.settle()

    assert resumed(case) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_hand_over_that_is_killed_at_any_effect_is_finished(world: World, after: bool) -> None:
    calm = faulty(world, CallBoundary())
    case = begin(calm)
    expected = None
    before = calm.boundary.calls
    calm.moment += MOST_AGE + timedelta(days=1)
    calm.settle()
    calls = calm.boundary.calls - before
    finish(case)
    expected = [one for one in case.happened() if one != "resumed"]
    assert resumed(case) == 1 and calls > 3

    for at in range(before + 1, before + calls + 1):
        killed = faulty(world, CallBoundary(at, after))
        case = begin(killed)
        killed.moment += MOST_AGE + timedelta(days=1)
        killed.settle()
        killed.settle()
        assert killed.killed == 1, f"call {at} was not reached"
        assert resumed(case) == 1
        finish(case)
        assert_whole(killed, case, "granted", expected)


def test_much_history_hands_over_as_age_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = begin(world)
    monkeypatch.setattr(generations, "MOST_EVENTS", history.most(2, timedelta(0)))

    aged(world, case, 3)

    assert resumed(case) == 1
    finish(case)


def test_a_case_that_has_ended_is_not_handed_over(world: World) -> None:
    case = begin(world)
    finish(case)

    aged(world, case, 310)

    assert resumed(case) == 0


def test_an_execution_writes_no_more_history_than_is_computed() -> None:
    """Counted by another interpreter of the language. Only the last stage writes less than was
    reckoned: it has no Choice behind it."""
    with MotoWorld() as world:
        for name in ("conduct-report", "blocked", "rating-rectification", "business-licence"):
            world.publish(load_json(f"forms/{name}/service.json"))
        case = begin(world)
        finish(case)
        row = world.row(case.number)
        machine = PREFIX.replace("stateMachine", "execution") + row["machine"]
        found = boto3.client("stepfunctions").get_execution_history(
            executionArn=f"{machine}:{case.number}-1", maxResults=1000
        )

    written = [one["type"] for one in found["events"]]
    visits = written.count("TaskStateEntered")
    assert visits == int(row["visit"]) and written.count("TaskSucceeded") == visits
    assert len(written) + history.WRITTEN["Choice"] == history.most(visits, timedelta(0))


def test_the_bounds_leave_room_to_what_aws_allows() -> None:
    assert MOST_AGE + timedelta(days=30) < timedelta(days=365)
    assert MOST_EVENTS + history.VISIT * 60 < 25_000
    assert outlived.__module__ == generations.__name__
