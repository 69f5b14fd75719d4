"""The local stack stopped and started with a case waiting at every stage."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from chalicelib.platform import times
from infra.front import StackFront
from infra.player import Case
from infra.stack import LocalStack
from tests.journeys.people import APPROVER, EXAMINER, SIGNED, VILLAGE
from tests.journeys.test_faults import PERMIT, begin

pytestmark = [pytest.mark.ministack, pytest.mark.alone]
SECOND_START = 20.0


def test_a_restart_at_every_stage_loses_nothing_and_tells_nobody_twice(stack: LocalStack) -> None:
    front = StackFront(stack)
    telling = waits_to_be_told(front)
    waiting = [waits_after(front, steps) for steps in range(len(PERMIT))]
    completing = begin(front)
    completing.do(VILLAGE, "incomplete", {"missing": [{"paper": "P3", "what": "未交"}]})
    stages = [str(case.view()["stage"]) for case in (*waiting, completing, telling)]
    assert set(stages) == {
        *("receive", "examine", "decide", "issue", "deliver", "complete", "tell"),
    }

    for _ in range(2):
        stack.stop()
        began = time.monotonic()
        stack.start()
        assert time.monotonic() - began < SECOND_START
    front = StackFront(stack)

    for steps, case in enumerate(waiting):
        case.front = front
        for step in PERMIT[steps:]:
            step(case)
        case.stands(ended=True, result="granted")
        assert case.happened().count("granted") == 1
    completing.front = telling.front = front
    completing.give("supply", ["P3"])
    completing.stands("receive")
    front.tick(times.moment(telling.view()["events"][-1]["at"]) + timedelta(days=1), telling.number)
    telling.stands(ended=True, result="lapsed")
    assert_nobody_was_told_twice(front, [*waiting, completing, telling])


def waits_after(front: StackFront, steps: int) -> Case:
    case = begin(front)
    for step in PERMIT[:steps]:
        step(case)
    return case


def waits_to_be_told(front: StackFront) -> Case:
    """A case whose result fell into the quiet hours: its notice waits for the morning."""
    case = begin(front)
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    night = case.promised("P3") + timedelta(hours=5)
    # By day the stream's wake-up would send the notice at once: only the driven night may try.
    with asleep(front.stack):
        for _ in range(4):
            event = {"now": times.text(night), "case": case.number}
            front.stack.invoke("worker", {"tick": event})
            time.sleep(0.5)
    view = case.view()
    assert (view["result"], view["stage"], view["ended"]) == ("lapsed", "tell", False)
    return case


@contextmanager
def asleep(stack: LocalStack) -> Iterator[None]:
    """The table's stream does not wake the worker."""
    client = stack.client("lambda")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    streams = [
        one["UUID"]
        for one in mappings
        if "/stream/" in one["EventSourceArn"] and "Worker" in one["FunctionArn"]
    ]
    assert len(streams) == 1
    client.update_event_source_mapping(UUID=streams[0], Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=streams[0], Enabled=True)


def assert_nobody_was_told_twice(front: StackFront, cases: list[Case]) -> None:
    sent = Counter(
        json.dumps(message.get("message", message.get("Message"))) for message in front.stack.sms()
    )
    numbers = {case.number for case in cases}
    repeated = {text for text, n in sent.items() if n > 1 and any(no in text for no in numbers)}
    assert not repeated
