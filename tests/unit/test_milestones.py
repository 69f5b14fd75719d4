"""Milestones before and after a due moment; days that are set; clocks of some levels only."""

from typing import Any

import pytest

from chalicelib.clocks.clock import Moment, read
from chalicelib.clocks.milestones import before, moment
from chalicelib.clocks.telling import explain
from tests.unit.test_clock import CN, at, event


@pytest.mark.parametrize(
    ("milestone", "budget", "due", "expected"),
    [
        (0, {"working_days": 20}, "2026-03-30T17:30", "2026-03-30T17:30"),
        ("-20%", {"working_days": 20}, "2026-03-30T17:30", "2026-03-24T17:30"),
        # A fifth of three days is a day that has begun.
        ("-20%", {"working_days": 3}, "2026-03-09T17:30", "2026-03-06T17:30"),
        ("-50%", {"days": 10}, "2026-03-30T17:30", "2026-03-25T17:30"),
        ("-25%", {"office_minutes": 120}, "2026-03-30T09:15", "2026-03-27T17:15"),
        ({"working_days": -2}, {"working_days": 20}, "2026-03-30T17:30", "2026-03-26T17:30"),
        ({"working_days": 3}, {"days": 10}, "2026-09-29T17:30", "2026-10-09T17:30"),
        ({"office_minutes": 60}, {"office_minutes": 120}, "2026-03-30T17:00", "2026-03-31T09:30"),
        ({"office_minutes": -60}, {"working_days": 1}, "2026-03-30T13:45", "2026-03-30T11:15"),
    ],
)
def test_a_milestone_is_reached_when_it_says(
    milestone: Any, budget: Any, due: str, expected: str
) -> None:
    assert moment(milestone, budget, at(due), CN) == at(expected)


def test_reminders_lie_before_and_the_rest_does_not() -> None:
    marks: list[Any] = ["-20%", {"working_days": -1}, 0, {"office_minutes": 5}]

    assert [before(one) for one in marks] == [True, True, False, False]


AGREED: Any = {
    "budget": {"date": {"event": "promised_for", "member": "day"}},
    "start": ["promised_for"],
    "stop": ["solved"],
}


def promised(when: str, day: str | None) -> Moment:
    data = {"dates": {"day": day}} if day else {}
    return Moment("promised_for", at(when), data=data)


def test_a_day_that_was_set_ends_when_the_office_closes_and_a_later_one_moves_it() -> None:
    first = promised("2026-03-02T10", "2026-03-10")
    once = read(AGREED, [first], CN)
    again = read(AGREED, [first, promised("2026-03-05T10", "2026-03-14")], CN)

    assert once is not None and once.due_at == at("2026-03-10T17:30")
    # A Saturday: the next working day.
    assert again is not None and again.due_at == at("2026-03-16T17:30")
    assert explain(once, CN, "en") == "due Tue 2026-03-10 17:30 because it was set on 2026-03-02"
    assert "2026-03-02约定" in explain(once, CN, "zh-Hans")


def test_without_a_day_nothing_begins() -> None:
    assert read(AGREED, [promised("2026-03-02T10", None)], CN) is None


def test_a_clock_for_villages_runs_in_villages_and_where_nobody_knows() -> None:
    definition = {
        "budget": {"working_days": 2},
        "start": ["received"],
        "stop": ["solved"],
        "if": {"level": ["village"]},
    }
    received = event("received", "2026-03-02T10")
    levels = ["village", "town", None]

    runs = [
        read(definition, [Moment("received", received.at, data={"level": one} if one else {})], CN)
        for one in levels
    ]

    assert [one is not None for one in runs] == [True, False, True]


def test_the_level_is_that_of_the_node_that_has_it_when_the_clock_starts() -> None:
    definition = {
        "budget": {"working_days": 2},
        "start": ["passed_up"],
        "stop": ["solved"],
        "if": {"level": ["town"]},
    }
    received = Moment("received", at("2026-03-02T10"), data={"level": "village"})
    passed = Moment("passed_up", at("2026-03-02T11"), data={"level": "town"})

    assert read(definition, [received, passed], CN) is not None
    assert read(definition, [received, Moment("passed_up", passed.at)], CN) is None
