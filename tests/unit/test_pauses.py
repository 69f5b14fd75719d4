"""A paused clock rests: what is left when the pause begins is counted on when it ends. Expected
moments are counted by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clocks.clock import Moment, Reading, read
from chalicelib.clocks.telling import explain
from tests.unit.test_clock import BUDGETS, CN, SHANGHAI, STATUTORY, at, event

PAUSE = [
    {"from": ["special_begun"], "until": ["special_ended"]},
    {"from": ["hearing"], "until": ["heard"]},
]
PAUSED: Mapping[str, Any] = {**STATUTORY, "pause": PAUSE}


def reading(definition: Mapping[str, Any], *events: Moment) -> Reading:
    result = read(definition, events, CN)
    assert result is not None
    return result


def begun(when: str) -> Moment:
    return event("special_begun", when)


def ended(when: str) -> Moment:
    return event("special_ended", when)


@pytest.mark.parametrize(
    ("budget", "start", "pause", "resume", "expected"),
    [
        # Monday; Tuesday is spent when it pauses, two days are left on Friday: Monday, Tuesday.
        ({"working_days": 3}, "03-02T10", "03-03T15", "03-06T10", "03-10T17:30"),
        # Begun and ended on one day, nothing is won.
        ({"working_days": 3}, "03-02T10", "03-03T09", "03-03T16", "03-05T17:30"),
        # On the last day: what is left of it is that day, or the next if the office has closed.
        ({"working_days": 1}, "03-02T10", "03-03T10", "03-09T10", "03-09T17:30"),
        ({"working_days": 1}, "03-02T10", "03-03T10", "03-09T18", "03-10T17:30"),
        # Ten calendar days, four spent, six left after the 16th: the 22nd is a Sunday.
        ({"days": 10}, "03-02T10", "03-06T10", "03-16T10", "03-23T17:30"),
        # Two hours: one before lunch is spent, one is left at 16:45 and runs into the next day.
        (
            {"office_minutes": 120},
            *("03-02T10", "03-02T11", "03-02T16:45", "03-03T09:15"),
        ),
        ({"same_working_day": True}, "03-02T10", "03-02T11", "03-05T10", "03-05T17:30"),
    ],
)
def test_what_is_left_is_counted_on_after_the_pause(
    budget: Any, start: str, pause: str, resume: str, expected: str
) -> None:
    definition = {**PAUSED, "budget": budget}
    moments = [f"2026-{one}" for one in (start, pause, resume)]
    events = zip(["accepted", "special_begun", "special_ended"], moments, strict=True)
    result = reading(definition, *[event(kind, when) for kind, when in events])

    assert result.due_at == at(f"2026-{expected}")


def test_while_it_rests_it_is_not_due_and_never_overdue() -> None:
    result = reading(PAUSED, event("accepted", "2026-03-02T10"), begun("2026-03-03T10"))

    assert result.due_at is None
    assert result.state(at("2027-01-01T10")) == "paused"
    assert explain(result, CN, "en", "Hearing") == (
        "paused since 2026-03-03 10:00 (Hearing), not due; 2 working days left"
    )
    assert "起暂停计时（听证），尚无到期时间；还剩2个工作日" in explain(
        result, CN, "zh-Hans", "听证"
    )


def test_after_the_pause_it_says_what_was_not_counted() -> None:
    result = reading(
        PAUSED,
        *[event("accepted", "2026-03-02T10"), begun("2026-03-03T15"), ended("2026-03-06T10")],
    )

    assert explain(result, CN, "en") == (
        "due Tue 2026-03-10 17:30 because 3 working days after 2026-03-02, "
        "not counting 2026-03-03 15:00 to 2026-03-06 10:00, days off: 7 Mar to 8 Mar"
    )


def test_two_pauses_at_once_are_one() -> None:
    both = [begun("2026-03-03T10"), event("hearing", "2026-03-04T10"), ended("2026-03-05T10")]
    accepted = event("accepted", "2026-03-02T10")

    assert reading(PAUSED, accepted, *both).due_at is None
    over = reading(PAUSED, accepted, *both, event("heard", "2026-03-06T10"))
    assert over.due_at == at("2026-03-10T17:30")
    assert [(one.start, one.end) for one in over.explanation.pauses] == [
        (at("2026-03-03T10"), at("2026-03-06T10"))
    ]


def test_a_pause_that_begins_when_it_is_overdue_changes_nothing() -> None:
    accepted = event("accepted", "2026-03-02T10")
    late = reading(PAUSED, accepted, begun("2026-03-06T10"), ended("2026-03-09T10"))

    assert late == reading(PAUSED, accepted)


def test_a_clock_that_starts_in_a_pause_rests_from_the_start() -> None:
    events = [begun("2026-03-02T09"), event("accepted", "2026-03-02T10")]

    assert reading(PAUSED, *events).due_at is None
    assert reading(PAUSED, *events, ended("2026-03-04T10")).due_at == at("2026-03-09T17:30")


def test_a_clock_that_starts_in_the_past_leaves_out_the_pause_since() -> None:
    events = [
        *[begun("2026-03-03T10"), ended("2026-03-04T10")],
        event("deemed_accepted", "2026-03-05T10", as_of="2026-03-02T10"),
    ]

    assert reading(PAUSED, *events).due_at == at("2026-03-06T17:30")


def test_an_extension_in_a_pause_counts_afterwards() -> None:
    result = reading(
        PAUSED,
        *[event("accepted", "2026-03-02T10"), begun("2026-03-03T10")],
        *[event("extended", "2026-03-04T10"), ended("2026-03-04T11")],
    )

    # Two days are left, then three of extension: 5, 6, 9, 10, 11.
    assert result.due_at == at("2026-03-11T17:30")


def test_a_pause_in_the_extension_leaves_the_rest_of_the_extension() -> None:
    result = reading(
        PAUSED,
        *[event("accepted", "2026-03-02T10"), event("extended", "2026-03-03T10")],
        *[begun("2026-03-09T10"), ended("2026-03-16T10")],
    )

    # Due on the 5th, extended to the 10th; one day is left on the 9th.
    assert result.due_at == at("2026-03-17T17:30")


def test_what_stops_in_a_pause_has_stopped_in_time() -> None:
    events = [event("accepted", "2026-03-02T10"), begun("2026-03-03T10")]

    assert reading(PAUSED, *events, event("granted", "2026-06-03T10")).met is True


KINDS = (
    "accepted deemed_accepted extended granted special_begun special_ended hearing heard".split()
)
STARTS = datetime(2025, 1, 1, tzinfo=UTC)
steps = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 30_000)), max_size=12)


def history(made: list[tuple[str, int]]) -> list[Moment]:
    """Events in the order of time, as a case records them."""
    now, found = STARTS, []
    for kind, minutes in made:
        now += timedelta(minutes=minutes)
        found.append(Moment(kind, now))
    return found


@given(BUDGETS, steps, st.booleans())
def test_pausing_never_shortens(
    budget: Mapping[str, Any], made: list[tuple[str, int]], restart: bool
) -> None:
    plain = {**STATUTORY, "budget": budget, "restart": restart}
    events = history(made)
    for upto in range(1, len(events) + 1):
        without = read(plain, events[:upto], CN)
        paused = read({**plain, "pause": PAUSE}, events[:upto], CN)

        assert (without is None) == (paused is None)
        if without is not None and paused is not None and paused.due_at is not None:
            assert without.due_at is not None and paused.due_at >= without.due_at
            assert paused.started_at == without.started_at


@given(BUDGETS, steps)
def test_replay_of_a_paused_clock_is_identical_and_is_told(
    budget: Mapping[str, Any], made: list[tuple[str, int]]
) -> None:
    definition, events = {**PAUSED, "budget": budget}, history(made)
    first = read(definition, events, CN)

    assert first == read(definition, iter(events), CN)
    assert first is None or explain(first, CN, "en") != explain(first, CN, "zh-Hans")


def test_office_time_there_and_back_is_the_same() -> None:
    due = datetime(2026, 3, 3, 9, 15, tzinfo=SHANGHAI).astimezone(UTC)
    start = CN.take_office_time(due, timedelta(minutes=120))

    assert start == at("2026-03-02T15:45")
    assert CN.office_time(start, due) == timedelta(minutes=120)
    assert CN.add_office_minutes(start, 120).at == due
