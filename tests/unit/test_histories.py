"""What must hold of clocks whatever happens: a hundred thousand random histories, the same ones
every time.

Pausing never shortens; replay is identical, also of a part; a day off more moves a clock that
counts over it, later and never earlier, and leaves alone one that does not; reminders come before
the due moment and the rungs of the ladder after it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest

from chalicelib.clocks import clock, milestones
from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import Moment, Reading, read
from tests.unit.test_clock import CN
from tests.unit.test_pauses import PAUSE

HISTORIES = 100_000
SEED = 20261122
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
KINDS = (
    *("accepted", "deemed_accepted", "extended", "granted", "urged"),
    *("special_begun", "special_ended", "hearing", "heard"),
)
MARKS: tuple[milestones.At, ...] = (
    *("-20%", {"working_days": -1}, {"office_minutes": -30}),
    *(0, {"working_days": 3}, {"office_minutes": 30}),
)
BUDGETS = (
    *({"working_days": n} for n in (1, 2, 3, 5, 10, 20)),
    *({"days": n} for n in (1, 7, 15, 30)),
    *({"office_minutes": n} for n in (15, 120, 480, 900)),
    {"same_working_day": True},
)


class History(NamedTuple):
    definition: Mapping[str, Any]
    events: list[Moment]

    def plain(self) -> Mapping[str, Any]:
        return {name: one for name, one in self.definition.items() if name != "pause"}


def histories(seed: int, n: int) -> Iterator[History]:
    random = Random(seed)
    for _ in range(n):
        definition = {
            "budget": random.choice(BUDGETS),
            "start": ["accepted", "deemed_accepted"],
            "stop": ["granted"],
            "restart": random.random() < 0.3,
            "extend": {"working_days": random.randint(1, 5), "event": "extended"},
            "pause": PAUSE,
        }
        yield History(definition, list(_events(random)))


def _events(random: Random) -> Iterator[Moment]:
    now = FIRST + timedelta(minutes=random.randrange(365 * 24 * 60))
    for index in range(random.randint(1, 7)):
        kind = random.choice(KINDS if index else KINDS[:2])
        early = timedelta(days=random.randint(1, 9))
        yield Moment(kind, now, now - early if kind == "deemed_accepted" else None)
        now += timedelta(minutes=random.choice((0, 1, 40, 700, 3_000, 15_000)))


def off(day: Any) -> Calendar:
    """The calendar with this day off."""
    return replace(CN, holidays=CN.holidays | {day}, workdays=CN.workdays - {day})


def violations(it: History) -> Iterator[str]:
    reading, without = read(it.definition, it.events, CN), read(it.plain(), it.events, CN)
    if reading is None or without is None:
        if (reading is None) != (without is None):
            yield "a pause decides whether it starts"
        return
    if read(it.definition, iter(it.events), CN) != reading:
        yield "replay differs"
    if without.due_at is None or (reading.due_at and reading.due_at < without.due_at):
        yield "the pause shortens"
    if (reading.due_at is None) != (reading.paused is not None):
        yield "not due, and nothing says why"
    if reading.due_at is not None and reading.stopped_at is None:
        yield from _marks(it, reading.due_at)
        yield from _calendars(it, reading, reading.due_at)


def _marks(it: History, due: datetime) -> Iterator[str]:
    """On the due moment's own calendar every milestone lies on its own side."""
    for at in MARKS:
        if isinstance(at, str) and "same_working_day" in it.definition["budget"]:
            continue
        when = milestones.moment(at, it.definition["budget"], due, CN)
        if when >= due if milestones.before(at) else when < due:
            yield f"the milestone {at} is on the wrong side"


def _calendars(it: History, reading: Reading, due: datetime) -> Iterator[str]:
    last, start = CN.local_date(due), CN.local_date(reading.started_at)
    moved = read(it.definition, it.events, off(last))
    # It may rest now: what paused too late before has something left to stop.
    if moved is None or (moved.due_at is not None and moved.due_at <= due):
        yield "a day off on its last day does not move it"
    for day in (start - timedelta(days=1), last + timedelta(days=1)):
        if read(it.definition, it.events, off(day)) != reading:
            yield "a day off outside its time moves it"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_a_hundred_thousand_random_histories_break_no_rule(part: int) -> None:
    found = [(one, it) for it in histories(SEED + part, HISTORIES // 4) for one in violations(it)]

    assert found[:3] == []
    assert len(found) == 0


def test_the_histories_meet_what_they_are_for() -> None:
    """Pauses that last, pauses that are over, extensions, restarts: all are among them."""
    seen = [read(it.definition, it.events, CN) for it in histories(SEED, 2_000)]
    readings = [one for one in seen if one is not None]

    assert sum(one.paused is not None for one in readings) > 100
    assert sum(bool(one.explanation.pauses) for one in readings) > 50
    assert sum(one.extended and bool(one.explanation.pauses) for one in readings) > 5


@pytest.mark.parametrize("broken", ["shortens", "restarts"])
def test_a_clock_that_cheats_is_found(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeded faults: one that forgets a day of what was left, one that counts from the start."""
    resumed = clock._resumed

    def cheating(reading: Reading, at: datetime, calendar: Calendar) -> Reading:
        if reading.paused is None:
            return reading
        early = reading.paused.start - timedelta(days=4)
        if broken == "restarts":
            return replace(reading, paused=None, due_at=reading.started_at)
        return resumed(reading, early, calendar)

    monkeypatch.setattr(clock, "_resumed", cheating)

    assert any(one for it in histories(SEED, 2_000) for one in violations(it))
