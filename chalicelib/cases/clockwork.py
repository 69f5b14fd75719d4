"""Clocks of a case: which run, which are due and not yet acted on, when to look again. Pure.

A clock that escalated has recorded `overdue` with its name and due moment, so it fires once; a
milestone has recorded its own event with the same, and is reached once for each due moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.cases import appeals
from chalicelib.cases.file import moments
from chalicelib.clocks import clock, milestones
from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import Reading
from chalicelib.platform import times
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service

OVERDUE = "overdue"
# What a clock may do that ends a stage, or all that may still be claimed.
ENDS = frozenset({"act", "settle", "close"})


@dataclass(frozen=True)
class Running:
    name: str
    reading: Reading


@dataclass(frozen=True)
class Ahead:
    """What a clock will do at a moment: reach a milestone, or (for None) run out."""

    clock: Running
    at: datetime
    due: datetime
    milestone: Data | None = None

    @property
    def reminds(self) -> bool:
        """Whether it has a meaning only before the clock is due."""
        return self.milestone is not None and milestones.before(self.milestone["at"])


def readings(service: Service, events: Sequence[Row], calendar: Calendar) -> Iterator[Running]:
    """Every clock that has started, running or stopped."""
    seen = moments(events)
    for name, definition in service.clocks.items():
        reading = clock.read(definition, seen, calendar)
        if reading is not None:
            yield Running(name, reading)


def running(service: Service, events: Sequence[Row], calendar: Calendar) -> Iterator[Running]:
    """Clocks that have not stopped and have not fired for their present due moment; also those
    that are paused."""
    for one in readings(service, events, calendar):
        if one.reading.stopped_at is None and not _fired(service, events, one):
            yield one


def ahead(service: Service, events: Sequence[Row], calendar: Calendar) -> Iterator[Ahead]:
    """What is still to come of each clock that is due at some time, in its order."""
    for one in readings(service, events, calendar):
        due = one.reading.due_at
        if one.reading.stopped_at is None and due is not None:
            found = list(_milestones(service, events, one, due, calendar))
            if _fired(service, events, one):
                found = [step for step in found if not step.reminds]
            else:
                found.append(Ahead(one, due, due))
            yield from sorted(found, key=lambda step: step.at)


def acting(
    service: Service, case: Row, events: Sequence[Row], calendar: Calendar
) -> Iterator[Ahead]:
    """What of that is acted on: while an appeal is open no clock ends anything."""
    held = appeals.pending(service, events)
    for one in ahead(service, events, calendar):
        ends = one.milestone is None and service.clocks[one.clock.name]["on_due"]["do"] in ENDS
        if watched(service, one.clock.name, case) and not (held and ends):
            yield one


def _milestones(
    service: Service, events: Sequence[Row], one: Running, due: datetime, calendar: Calendar
) -> Iterator[Ahead]:
    definition, text = service.clocks[one.name], times.text(due)
    for milestone in definition.get("milestones", ()):
        if not _recorded(events, milestone["event"], one.name, text):
            at = milestones.moment(milestone["at"], definition["budget"], due, calendar)
            yield Ahead(one, at, due, milestone)


def due_text(service: Service, name: str, events: Sequence[Row], calendar: Calendar) -> str:
    """When the clock is due, as text, or empty when it has not started."""
    reading = clock.read(service.clocks[name], moments(events), calendar)
    return times.text(reading.due_at) if reading and reading.due_at else ""


def watched(service: Service, name: str, case: Row) -> bool:
    """Whether the clock is acted on: a result stops every clock but those that outlive the end."""
    return "result" not in case or bool(service.clocks[name].get("after_end"))


def owed(service: Service, case: Row, debt: Row) -> bool:
    """Whether a promise is still looked at: a result ends those that it waited for, and leaves
    those for which it was given in advance."""
    if "result" not in case:
        return True
    return service.recovers(debt["paper"]) and service.recoverable(case["result"])


def next_due(
    service: Service,
    case: Row,
    events: Sequence[Row],
    debts: Sequence[Row],
    tasks: Sequence[Row],
    calendar: Calendar,
) -> str | None:
    """The earliest moment at which the tick must look at the case; None when there is none."""
    dues = [times.text(one.at) for one in acting(service, case, events, calendar)]
    decided, held = "result" in case, appeals.pending(service, events)
    if decided or not held:
        dues += [r["due"] for r in debts if r["state"] == "open" and owed(service, case, r)]
    if not decided and not held:
        dues += [row["due"] for row in tasks if row.get("due") and _awaited(case, row)]
    if not case["ended"]:
        dues.append(str(case["check_at"]))
    return min(dues, default=None)


def _awaited(case: Row, task: Row) -> bool:
    """Whether the tick must see that the task is late; of an item only once, in the open stage."""
    if task["state"] != "open" or "item" not in task:
        return bool(task["state"] == "open")
    return case["open"] and task["visit"] == case["visit"] and not task.get("late")


def promise_due(days: int, start: datetime, calendar: Calendar) -> str:
    """When a promised paper must be in: calendar days, counted as the Civil Code counts."""
    return due_within({"days": days}, start, calendar)


def due_within(budget: Data, start: datetime, calendar: Calendar) -> str:
    """When a budget that begins at a moment is over."""
    reading = clock.read(
        {"budget": budget, "start": ["promised"], "stop": []},
        [clock.Moment("promised", start)],
        calendar,
    )
    if reading is None or reading.due_at is None:
        raise AssertionError("a clock with its start event has started")
    return times.text(reading.due_at)


def check_after(now: datetime, number: str) -> str:
    """When to check that the execution lives: 6 to 12 hours on, spread by the case number."""
    spread = int(number[-4:]) % 360
    return times.text(now + timedelta(minutes=360 + spread))


def _fired(service: Service, events: Sequence[Row], one: Running) -> bool:
    due, on_due = one.reading.due_at, service.clocks[one.name]["on_due"]
    event = on_due["event"] if on_due["do"] == "note" else OVERDUE
    return due is not None and _recorded(events, event, one.name, times.text(due))


def _recorded(events: Sequence[Row], type: str, clock: str, due: str) -> bool:
    return any(
        row["type"] == type and row["data"].get("clock") == clock and row["data"].get("due") == due
        for row in events
    )
