"""A clock: when it started, when it is due, when it stopped. Pure: (definition, events, calendar).

The day of the event is not counted. Working days end at the close of office hours of the last
one; calendar days that end on a day off end on the next working day (Civil Code 201, 203).
Definitions come from a checked service document and are trusted here; they are not validated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from chalicelib.clocks.calendar import ONE_DAY, Calendar, Due, DueAt, bounded
from chalicelib.clocks.pauses import Pause, Pauses

# What is left of the last day of a budget.
REST = "same_working_day"
# Members of an event's data: the days that it sets, the level of the node that has the case.
DATES, LEVEL = "dates", "level"
# Member of the data of an event with which a case begins anew.
ANEW = "reopened"
State = Literal["running", "paused", "overdue", "stopped"]


@dataclass(frozen=True)
class Moment:
    """An event as a clock sees it: aware UTC; `as_of` where the event counts from earlier."""

    type: str
    at: datetime
    as_of: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """Why a clock is due when it is, as data; `unit` is the member name of the budget."""

    unit: str
    amount: Any
    counted_from: date
    extension: int = 0  # working days, all extensions together
    pauses: tuple[Pause, ...] = ()


class Left(NamedTuple):
    """What is left of a budget, counted on from a moment; `days`: of its extensions, in working
    days."""

    unit: str
    amount: Any
    since: datetime
    days: int = 0


@dataclass(frozen=True)
class Reading:
    """One clock read from one case's events. All moments are aware UTC.

    While it is paused it is not due: `due_at` is None, `paused` says since when and by what.
    """

    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    provisional: bool
    extended: bool
    explanation: Explanation
    left: Left
    paused: Pause | None = None

    def state(self, now: datetime) -> State:
        """`stopped` once it has stopped, in time or not; `overdue` after the due moment."""
        if self.stopped_at is not None:
            return "stopped"
        if self.due_at is None:
            return "paused"
        return "overdue" if now > self.due_at else "running"

    @property
    def met(self) -> bool | None:
        """Whether it stopped in time; None while it has not stopped."""
        if self.stopped_at is None:
            return None
        return self.due_at is None or self.stopped_at <= self.due_at


def read(
    definition: Mapping[str, Any], events: Iterable[Moment], calendar: Calendar
) -> Reading | None:
    """Read a clock from events in the order they were recorded; None if it never started.

    The first start event counts, from its `as_of` if it has one. After a stop a further start
    counts only when the definition says `"restart": true`, at once where the event that stops it is
    one that starts it. What is left when a pause begins is counted on when it ends; a pause that
    begins when nothing is left changes nothing. Where a case is reopened every clock is as if it
    had never started, but those that run after the end.
    """
    reading: Reading | None = None
    pauses, rests = Pauses(definition.get("pause", ())), "pause" in definition
    level: str | None = None
    for event in events:
        if ANEW in event.data and not definition.get("after_end"):
            reading, pauses = None, Pauses(definition.get("pause", ()))
        if rests:
            pauses.take(event)
        level = event.data.get(LEVEL, level)
        if reading is None or (reading.stopped_at is not None and definition.get("restart")):
            if event.type in definition["start"] and _concerns(definition, level):
                reading = _started(definition["budget"], event, pauses, calendar) or reading
        elif _anew(definition, event, level):
            reading = _started(definition["budget"], event, pauses, calendar) or reading
        elif reading.stopped_at is None:
            reading = _moved(reading, definition, event, calendar)
            reading = _at_rest(reading, pauses, calendar) if rests else reading
    return reading


def _anew(definition: Mapping[str, Any], event: Moment, level: str | None) -> bool:
    """Whether one event ends the clock's run and begins the next: what was passed on is taken over
    by somebody who has the time anew."""
    both = event.type in definition["stop"] and event.type in definition["start"]
    return both and bool(definition.get("restart")) and _concerns(definition, level)


def _concerns(definition: Mapping[str, Any], level: str | None) -> bool:
    """Whether the clock is one for a case at a node of this level; where none is known it is."""
    levels = definition.get("if", {}).get("level")
    return levels is None or level is None or level in levels


def unit_of(budget: Mapping[str, Any]) -> tuple[str, Any]:
    """The unit of a budget and how much of it there is; of a date, the event that sets it."""
    ((unit, amount),) = ((name, value) for name, value in budget.items() if name != "at_most")
    return unit, amount


def _started(
    budget: Mapping[str, Any], event: Moment, pauses: Pauses, calendar: Calendar
) -> Reading | None:
    """None where the day that it should end is not said."""
    unit, amount = unit_of(budget)
    start = event.as_of or event.at
    if unit == "date":
        amount = _day(amount, event)
        if amount is None:
            return None
    left = Left(unit, amount, start)
    due = _due_of(left, calendar)
    why = Explanation(unit, amount, calendar.local_date(start))
    reading = Reading(start, due.at, None, due.provisional, False, why, left)
    for pause in pauses.over:
        # A clock that starts in the past may have been paused before anybody knew that it ran.
        if pause.end is not None and pause.end > start:
            reading = _resumed(_paused(reading, pause, calendar), pause.end, calendar)
    return _at_rest(reading, pauses, calendar)


def _day(source: Mapping[str, Any], event: Moment) -> date | None:
    """The day that an event has set, as its data has it."""
    found = event.data.get(DATES, {}).get(source["member"])
    return date.fromisoformat(found) if event.type == source["event"] and found else None


def _moved(
    reading: Reading, definition: Mapping[str, Any], event: Moment, calendar: Calendar
) -> Reading:
    if event.type in definition["stop"]:
        return replace(reading, stopped_at=event.at)
    unit, source = unit_of(definition["budget"])
    day = _day(source, event) if unit == "date" else None
    if day is not None:
        why = replace(reading.explanation, amount=day)
        left = reading.left._replace(amount=day)
        return _counted_on(replace(reading, explanation=why), left, calendar)
    extend = definition.get("extend", {})
    if event.type != extend.get("event") or (reading.extended and extend.get("once")):
        return reading
    return _extended(reading, extend, calendar)


def _extended(reading: Reading, extend: Mapping[str, Any], calendar: Calendar) -> Reading:
    """Count whole working days on from the date that was due."""
    added = extend["working_days"]
    why = reading.explanation
    why = replace(why, extension=why.extension + added)
    left = reading.left._replace(days=reading.left.days + added)
    return _counted_on(replace(reading, extended=True, explanation=why), left, calendar)


def _counted_on(reading: Reading, left: Left, calendar: Calendar) -> Reading:
    """With what is left now, and due accordingly unless it is at rest."""
    if reading.paused is not None:
        return replace(reading, left=left)
    due = _due_of(left, calendar)
    provisional = reading.provisional or due.provisional
    return replace(reading, left=left, due_at=due.at, provisional=provisional)


def _at_rest(reading: Reading, pauses: Pauses, calendar: Calendar) -> Reading:
    """At rest while a pause lasts, and on again when it is over."""
    if reading.stopped_at is None and pauses.now is not None and reading.paused is None:
        return _paused(reading, pauses.now, calendar)
    if reading.stopped_at is None and pauses.now is None and reading.paused is not None:
        end = pauses.over[-1].end
        return _resumed(reading, end, calendar) if end is not None else reading
    return reading


def _paused(reading: Reading, pause: Pause, calendar: Calendar) -> Reading:
    at = max(pause.start, reading.started_at)
    if reading.due_at is None or at >= reading.due_at:
        return reading
    left = _left_at(reading.left, at, reading.due_at, calendar)
    return replace(reading, due_at=None, paused=pause._replace(start=at), left=left)


def _resumed(reading: Reading, at: datetime, calendar: Calendar) -> Reading:
    if reading.paused is None:
        return reading
    why = reading.explanation
    why = replace(why, pauses=(*why.pauses, reading.paused._replace(end=at)))
    left = reading.left._replace(since=at)
    return _counted_on(replace(reading, paused=None, explanation=why), left, calendar)


def _left_at(left: Left, at: datetime, due: datetime, calendar: Calendar) -> Left:
    """What is left of it at a moment before it is due."""
    day, base = calendar.local_date(at), _due(left.unit, left.amount, left.since, calendar)
    if at >= base.at:
        days = calendar.working_days(day, calendar.local_date(due))
        return Left("working_days", days, at) if days else Left(REST, True, at)
    amount = left.amount
    if left.unit == "working_days":
        amount = calendar.working_days(day, calendar.local_date(base.at))
    elif left.unit == "days":
        amount -= (day - calendar.local_date(left.since)).days
    elif left.unit == "office_minutes":
        return left._replace(amount=calendar.office_time(at, base.at), since=at)
    if left.unit in ("working_days", "days") and amount <= 0:
        # It is the last day: what is left of a day is a day.
        return Left(REST, True, at, left.days)
    return left._replace(amount=amount, since=at)


def _due_of(left: Left, calendar: Calendar) -> DueAt:
    due = _due(left.unit, left.amount, left.since, calendar)
    if not left.days:
        return due
    further = _due("working_days", left.days, due.at, calendar)
    return DueAt(further.at, due.provisional or further.provisional)


def _due(unit: str, amount: Any, start: datetime, calendar: Calendar) -> DueAt:
    if unit == "office_minutes":
        if isinstance(amount, timedelta):
            return calendar.add_office_time(start, amount)
        return calendar.add_office_minutes(start, amount)
    due = _due_day(unit, amount, start, calendar)
    return DueAt(calendar.close_of(due.date), due.provisional)


def _due_day(unit: str, amount: Any, start: datetime, calendar: Calendar) -> Due:
    day = calendar.local_date(start)
    if unit == "working_days":
        return calendar.add_working_days(day, amount)
    if unit == "days":
        return calendar.next_working_day_on_or_after(day + bounded(amount) * ONE_DAY)
    if unit == REST:
        return _same_working_day(day, start, calendar)
    if unit == "date":
        return calendar.next_working_day_on_or_after(amount)
    raise ValueError(f"no such budget: {unit}")


def _same_working_day(day: date, start: datetime, calendar: Calendar) -> Due:
    if start < calendar.close_of(day):
        return calendar.next_working_day_on_or_after(day)
    return calendar.add_working_days(day, 1)
