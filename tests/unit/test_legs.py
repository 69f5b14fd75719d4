"""Legs are read from events: one node has the case, one answers for it, and no time is lost."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases import legs
from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import Moment, read
from chalicelib.platform import times
from tests.world import load_json

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
SITE = "v1"
NODES = st.sampled_from(["v1", "v2", "t1", "t2", "gz"])
STEPS = st.tuples(
    st.sampled_from(["transfer", "take_over", "return", "overdue", "stage_entered", "other"]),
    NODES,
    st.integers(0, 5_000),
)


def played(steps: list[tuple[str, str, int]], closed: bool) -> list[dict[str, Any]]:
    """Events as the deeds record them: each only where it can be done."""
    at, sent, answers = START, "", SITE
    events = [event("received", at)]
    for do, node, minutes in steps:
        at += timedelta(minutes=minutes)
        if do == "transfer" and not sent and node != answers:
            sent = node
            said = {"do": do, "from": answers, "to": node, "direction": "up"}
            events.append(event("passed", at, {"leg": said, "reason": "V1"}))
        elif do == "take_over" and sent:
            answers, sent = sent, ""
            events.append(event("taken", at, {"leg": {"do": do, "node": answers}}))
        elif do == "return" and sent:
            events.append(event("back", at, {"leg": {"do": do, "from": sent, "to": answers}}))
            sent = ""
        elif do == "stage_entered":
            events.append(event(do, at))
            sent = ""
        else:
            events.append(event("overdue" if do == "overdue" else "other", at, {"clock": "whole"}))
    if closed:
        events += [event("stage_entered", at), event("closed", at + timedelta(minutes=1))]
    return events


def event(type: str, at: datetime, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"type": type, "at": times.text(at), "data": dict(data or {})}


def length(leg: legs.Leg, end: str) -> timedelta:
    return times.moment(leg.until or end) - times.moment(leg.since)


@given(st.lists(STEPS, max_size=40), st.booleans())
def test_one_node_has_the_case_one_answers_and_the_legs_are_the_whole(
    steps: list[tuple[str, str, int]], closed: bool
) -> None:
    events = played(steps, closed)
    found = legs.read(SITE, events)
    last, end = found[-1], events[-1]["at"]

    assert [one.until for one in found[:-1]] == [one.since for one in found[1:]]
    assert all(one.until for one in found[:-1]) and bool(last.until) is closed
    whole = times.moment(end) - START
    assert sum((length(one, end) for one in found), timedelta()) == whole
    # Until the next one has accepted, the same one answers.
    for before, leg in zip(found, found[1:], strict=False):
        assert leg.answers == leg.node if leg.taken_at else leg.answers == before.answers
    standing = legs.standing(SITE, events)
    assert standing.leg == last.answers
    assert standing.sent == ("" if last.taken_at else last.node)
    assert standing.bounces == sum("back" == one["type"] for one in events)


@given(st.lists(STEPS, max_size=40))
def test_what_runs_out_counts_against_exactly_who_answers(
    steps: list[tuple[str, str, int]],
) -> None:
    events = played(steps, False)
    for index, one in enumerate(events):
        if one["type"] == "overdue":
            before = legs.standing(SITE, events[:index])
            after = legs.read(SITE, events[: index + 1])
            assert [leg.node for leg in after if leg.late][-1] == before.leg


def test_the_arbiter_has_it_from_the_beginning() -> None:
    said = {"leg": {"do": "unrouted", "to": "gz"}}
    ruled = {"leg": {"do": "ruled", "to": SITE}}
    events = [
        event("received", START),
        event("unrouted", START, said),
        event("ruled", START + timedelta(days=1), ruled),
    ]

    first, second = legs.read(SITE, events)
    assert (first.node, first.since, first.ended_by) == ("gz", times.text(START), "ruled")
    assert (second.node, second.answers, second.until) == (SITE, SITE, "")


CALENDAR = Calendar.from_document(load_json("infra/calendars/cn.json"))
LEG_CLOCK = {
    "budget": {"working_days": 2},
    "start": ["received", "taken_over"],
    "stop": ["taken_over", "done"],
    "restart": True,
    "if": {"level": ["village"]},
}


@pytest.mark.parametrize(
    ("level", "started", "stopped"),
    [("village", 3, None), ("town", 0, 3)],
    ids=["anew where it is taken over again", "ended where it is for others"],
)
def test_a_clock_of_each_leg_begins_anew_with_what_ends_it(
    level: str, started: int, stopped: int | None
) -> None:
    days = [START + timedelta(days=n) for n in range(4)]
    moments = [
        Moment("received", days[0], None, {"level": "village"}),
        Moment("taken_over", days[3], None, {"level": level}),
    ]

    reading = read(LEG_CLOCK, moments, CALENDAR)
    assert reading is not None and reading.started_at == days[started]
    assert reading.stopped_at == (None if stopped is None else days[stopped])
