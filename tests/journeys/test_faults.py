"""Killed workers, killed executions, forged and repeated envelopes: the case ends all the same."""

from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.cases.chain import FIRST_HEAD, chain_hash
from chalicelib.platform.ports import Execution, Table
from infra.player import Case, Front
from tests.conftest import Tier
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.faults import CallBoundary, FaultyWorld
from tests.journeys.people import (
    APPROVER,
    EXAMINER,
    HANDED,
    ISSUER,
    LICENCE,
    REFUSAL,
    SIGNED,
    VILLAGE,
    example,
)
from tests.world import World, load_json

Step = Callable[[Case], object]

PERMIT: list[Step] = [
    lambda case: case.do(VILLAGE, "accept_with_gap", SIGNED),
    lambda case: case.do(EXAMINER, "propose_grant"),
    lambda case: case.do(APPROVER, "grant"),
    lambda case: case.give("record_papers", ["P3"]),
    lambda case: case.do(ISSUER, "ready", LICENCE),
    lambda case: case.do(ISSUER, "delivered", HANDED),
]
REFUSED: list[Step] = [
    lambda case: case.do(VILLAGE, "incomplete", {"missing": [{"paper": "P3", "what": "未交"}]}),
    lambda case: case.give("supply", ["P3"]),
    lambda case: case.do(VILLAGE, "accept"),
    lambda case: case.do(EXAMINER, "propose_refuse", REFUSAL),
    lambda case: case.do(APPROVER, "refuse", REFUSAL),
]


def begin(front: Front) -> Case:
    it = example()
    return Case.submit(front, it["answers"], [p for p in it["papers_needed"] if p != "P3"])


def play(front: Front, steps: list[Step]) -> Case:
    case = begin(front)
    for step in steps:
        step(case)
    return case


def assert_whole(world: World, case: Case, result: str, events: list[str]) -> None:
    """Nothing lost, nothing doubled, the chain intact, every text the same at every try."""
    case.stands(ended=True, result=result)
    assert [one for one in case.happened() if one != "resumed"] == events
    rows = world.store.partition(Table.CASES, f"case#{case.number}", "event#")
    previous = FIRST_HEAD
    for row in rows:
        assert row["previous"] == previous
        previous = chain_hash(case.number, row)
        assert row["hash"] == previous
    assert world.row(case.number)["head"] == previous
    assert isinstance(world.orchestrator, MemoryOrchestrator)
    runs = {name: run.status for name, run in world.orchestrator.runs.items()}
    assert sorted(runs) == world.executions(case.number)
    assert runs[world.executions(case.number)[-1]] is Execution.SUCCEEDED
    texts: dict[str, set[str]] = {}
    for sent in world.notifier.tried:
        texts.setdefault(sent.reference, set()).add(sent.text)
    assert all(len(different) == 1 for different in texts.values())
    assert max(Counter(sent.reference for sent in world.notifier.tried).values()) <= 4
    notices = world.store.partition(Table.CASES, f"case#{case.number}", "notice#")
    assert {row["state"] for row in notices} <= {"sms", "email", "person"}


def faulty(world: World, boundary: CallBoundary) -> FaultyWorld:
    made = FaultyWorld(boundary)
    made.take_over(world)
    return made


@pytest.mark.parametrize(("steps", "result"), [(PERMIT, "granted"), (REFUSED, "refused")])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_worker_killed_at_any_effect_loses_and_doubles_nothing(
    world: World, steps: list[Step], result: str, after: bool
) -> None:
    undisturbed = CallBoundary()
    expected = play(faulty(world, undisturbed), steps).happened()
    assert undisturbed.calls > 50

    for at in range(1, undisturbed.calls + 1):
        killed = faulty(world, CallBoundary(at, after))
        case = play(killed, steps)
        killed.settle()
        assert killed.killed == 1, f"call {at} was not reached"
        assert_whole(killed, case, result, expected)


def test_a_worker_that_dies_after_every_sms_sends_four_at_most(world: World) -> None:
    deadly = faulty(world, CallBoundary(always="sms"))

    case = begin(deadly)
    for _ in range(20):
        deadly.tick(deadly.moment + deadly.minutes(31))

    assert len(deadly.notifier.sent) == 4 == deadly.killed
    assert len({sent.text for sent in deadly.notifier.sent}) == 1
    assert "handed_to_person" in case.happened()


@pytest.mark.parametrize("stop_at", range(len(PERMIT)))
def test_an_execution_killed_at_any_stage_is_followed_by_the_next_generation(
    front: Tier, stop_at: int
) -> None:
    case = begin(front)
    for index, step in enumerate(PERMIT):
        if index == stop_at:
            front.kill(case.number)
            front.recover(case.number)
        step(case)

    case.stands(ended=True, result="granted")
    assert "resumed" in case.happened()
    assert case.happened().count("granted") == 1


def test_every_execution_killed_between_all_steps_still_ends(world: World) -> None:
    case = begin(world)
    for step in PERMIT:
        world.kill(case.number)
        world.recover(case.number)
        world.kill(case.number)
        step(case)
        world.recover(case.number)

    world.settle()
    case.stands(ended=True, result="granted")


def test_a_dead_execution_is_found_by_the_liveness_check_alone(world: World) -> None:
    case = begin(world)
    world.kill(case.number)

    checked = world.at_text(world.row(case.number)["check_at"])
    world.tick(checked)

    assert "resumed" in case.happened()
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.stands("examine")


@pytest.mark.parametrize("killed", [False, True], ids=["the first", "the next"])
def test_a_lost_envelope_is_found_by_the_liveness_check_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    """Its execution runs and waits: nobody else would ask for a month."""
    with monkeypatch.context() as queue:
        queue.setattr(world, "deliver", lambda _envelope: None)
        case = begin(world)
        if killed:
            world.kill(case.number)
            world.recover()
        assert not world.row(case.number)["open"]
    generation = int(world.row(case.number)["generation"])

    world.tick(world.moment + world.minutes(14))
    world.recover()
    assert not world.row(case.number)["open"]
    world.tick(world.at_text(world.row(case.number)["check_at"]))

    assert int(world.row(case.number)["generation"]) == generation + 1
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.stands("examine")


def test_a_lost_envelope_is_found_by_recovering(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as queue:
        queue.setattr(world, "deliver", lambda _envelope: None)
        case = begin(world)

    world.moment += world.minutes(16)
    world.recover()

    assert case.happened().count("resumed") == 1
    case.do(VILLAGE, "accept_with_gap", SIGNED)


def test_a_forged_envelope_for_each_stage_changes_nothing(world: World) -> None:
    case = begin(world)
    stages = list(load_json("forms/business-licence/service.json")["flow"]["stages"])
    for step in [*PERMIT, None]:
        before = world.row(case.number)
        for stage in stages:
            for generation in (1, 2):
                world.deliver(forged(case.number, generation, stage, "2020-01-01T00:00:00Z"))
                world.deliver(forged(case.number, generation, stage, "2999-01-01T00:00:00Z"))
        assert world.row(case.number) == before
        if step is not None:
            step(case)
    case.stands(ended=True, result="granted")


def test_a_forged_token_for_the_open_stage_is_outlived(world: World) -> None:
    """Whoever may send to the queue can misplace a token, but the flow takes the stored act."""
    case = begin(world)
    soon = world.moment.isoformat()
    world.deliver(forged(case.number, 1, "receive", soon.replace("+00:00", "Z")))

    PERMIT[0](case)
    for _ in range(12):
        world.tick(world.moment + world.minutes(15))

    case.stands("examine")
    for step in PERMIT[1:]:
        step(case)
    case.stands(ended=True, result="granted")


@pytest.mark.parametrize("member", ["case", "generation", "stage", "entered", "token"])
def test_a_partial_envelope_is_dropped(world: World, member: str) -> None:
    case = begin(world)
    before = world.row(case.number)
    envelope = forged(case.number, 1, "receive", "2026-03-10T02:00:00Z")
    del envelope[member]

    assert world.deliver(envelope) == {"batchItemFailures": []}

    assert world.row(case.number) == before


def test_a_token_answered_late_or_twice_changes_nothing(world: World) -> None:
    case = begin(world)
    orchestrator = world.orchestrator
    assert isinstance(orchestrator, MemoryOrchestrator)
    token = orchestrator.runs[f"{case.number}-1"].token
    PERMIT[0](case)
    before = world.row(case.number)

    assert not orchestrator.succeed(token, {"outcome": "not_accept"})
    assert not orchestrator.succeed(token, {"outcome": "accept"})
    world.settle()

    assert world.row(case.number) == before
    assert orchestrator.status("", f"{case.number}-1") is Execution.RUNNING


def test_envelopes_repeated_late_and_out_of_order_change_nothing(world: World) -> None:
    kept: list[dict[str, object]] = []
    case = begin(world)
    for step in PERMIT:
        step(case)
        kept += [
            forged(case.number, 1, str(task["stage"]), world.moment.isoformat())
            for task in case.view()["tasks"]
        ]
    before = world.row(case.number)
    for envelope in reversed(kept):
        world.deliver(envelope)
    assert world.row(case.number) == before


def forged(number: str, generation: int, stage: str, entered: str) -> dict[str, object]:
    return {
        "case": number,
        "generation": generation,
        "stage": stage,
        "entered": entered,
        "token": "forged",
    }


def test_a_case_that_cannot_be_handled_holds_up_no_other(world: World) -> None:
    world.notifier.refuse = {"sms": ZeroDivisionError}
    begin(world)
    world.notifier.refuse = {}
    other = begin(world)

    assert any("1380" in sent.to for sent in world.notifier.sent)
    other.stands("receive")
