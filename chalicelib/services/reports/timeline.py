"""A rehearsed case in fake time: when each step happens on the calendar, who gets which task,
what goes out, which clocks run until when.

People act half an office hour after it was their turn, those who work side by side five minutes
apart; what runs out before that happens first, as the engine's tick would have it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from chalicelib.clocks import clock, milestones
from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import ANEW, DATES, Moment, Reading
from chalicelib.platform.json import resolve
from chalicelib.services.document import Data
from chalicelib.services.reports.becoming import after, submitted
from chalicelib.services.reports.moves import Move, moves
from chalicelib.services.reports.situation import (
    BREACH,
    CLAIM,
    LAPSED,
    OPEN,
    STANDING,
    Course,
    Opened,
    Rules,
    Situation,
)

TURN, BESIDE = 30, 5  # office minutes
# The day that an officer is taken to set, in working days from then, where no clock bounds it.
AGREED = 5
TICK = timedelta(minutes=1)


class Overtaken(Exception):
    """Something else runs out, and moves the case, before the step can be taken."""

    def __init__(self, by: Move) -> None:
        super().__init__(by.at)
        self.by = by


class Due(NamedTuple):
    """When something runs out that this step has started or moved; `of` is the pointer of a clock,
    of the hold of a claim, or of a promised paper."""

    of: str
    at: datetime
    provisional: bool = False


class Stopped(NamedTuple):
    """A clock that this step has stopped."""

    of: str
    in_time: bool


class Sent(NamedTuple):
    """A notice that goes out, and the moment behind its {date}."""

    notice: str
    date: datetime | None


@dataclass(frozen=True)
class Step:
    """`move` is None for the submission; `stage` is where the case stands afterwards."""

    at: datetime
    move: Move | None
    stage: str
    events: tuple[str, ...]
    taken: tuple[str, ...]
    tasks: tuple[Opened, ...]
    notices: tuple[Sent, ...]
    documents: tuple[str, ...]
    due: tuple[Due, ...]
    stopped: tuple[Stopped, ...]


class Timeline:
    def __init__(
        self,
        rules: Rules,
        calendar: Calendar,
        start: datetime,
        channel: str,
        dates: Mapping[str, date],
    ) -> None:
        """`dates`: for a pool whose claims are held until a day of the answers, that day."""
        self.rules = rules
        self.calendar = calendar
        self.channel = channel
        self.dates = dates
        self.now = calendar.add_office_minutes(start, 0).at
        self.situation = Situation()
        self.steps: list[Step] = []
        self._moments: list[Moment] = []
        self._readings: dict[str, Reading] = {}
        self._claims: list[datetime] = []
        self._debts: dict[str, datetime] = {}
        self._items: dict[str, datetime] = {}

    def submit(self, lacking: frozenset[str]) -> None:
        self._keep(None, submitted(self.rules, lacking))

    def take(self, move: Move) -> None:
        """One step, after everything that is due before it. Raises Overtaken."""
        at = self._when(move)
        for due, other in self._before(at, move):
            if not self._escalates(other):
                raise Overtaken(other)
            self.now = due
            self._keep(other, after(self.rules, self.situation, other))
        self.now = max(at, self.now)
        self._keep(move, after(self.rules, self.situation, move))

    def _before(self, at: datetime, move: Move) -> Iterator[tuple[datetime, Move]]:
        """What runs out before a moment, in order; looked at anew after each. What runs out with
        a clock at the same moment comes after it."""
        while True:
            due = dict(self._due())
            own = due.pop(move.at, None)
            due = {of: when for of, when in due.items() if when < at or (when == at and not own)}
            others = [one for one in moves(self.rules, self.situation) if one.at in due]
            if not others:
                return
            first = min(others, key=lambda one: due[one.at])
            yield due[first.at], first

    def _escalates(self, move: Move) -> bool:
        """Whether it moves nothing, and at most asks somebody to step in."""
        if move.kind in ("milestone", "item_late", "breach"):
            return True
        found = self.rules.service.clocks.get(move.at.removeprefix("/clocks/"), {})
        return bool(found) and found["on_due"]["do"] in STANDING

    def _due(self) -> Iterator[tuple[str, datetime]]:
        """When each clock, claim and promise runs out, by its pointer."""
        for name in self.situation.running:
            due = self._readings[name].due_at
            if due is not None:
                yield f"/clocks/{name}", due + TICK
        yield from self._milestones()
        for at, when in self._items.items():
            if at not in self.situation.reached:
                yield at, when + TICK
        if self._claims:
            yield f"/flow/stages/{self.situation.stage}/hold", self._claims[0] + TICK
        if self._debts:
            at = BREACH if self.situation.result else f"/flow/always/{LAPSED}"
            yield at, min(self._debts.values()) + TICK

    def _milestones(self) -> Iterator[tuple[str, datetime]]:
        now = self.situation
        for at, name, one in self.rules.service.milestones():
            here = name in now.running or (name in now.fired and not milestones.before(one["at"]))
            due = self._readings[name].due_at if here and at not in now.reached else None
            if due is not None:
                budget = self.rules.service.clocks[name]["budget"]
                yield at, milestones.moment(one["at"], budget, due, self.calendar) + TICK

    def _when(self, move: Move) -> datetime:
        """When a step is taken; what runs out does so at its own time."""
        minutes = BESIDE if "/parts/" in move.at else TURN
        due = dict(self._due()).get(move.at)
        return due or self.calendar.add_office_minutes(self.now, minutes).at

    def _keep(self, move: Move | None, course: Course) -> None:
        before, was, due = self.situation, dict(self._readings), set(self._due())
        self.situation = course.situation
        as_of, anew = self._as_of(move), self._anew(move)
        for event in course.events:
            self._moments.append(Moment(event, self.now, as_of, {**self._days(event), **anew}))
            anew = {}
            self._read(event)
            as_of = None
        self._hold(before)
        self._hand_out(course)
        service = self.rules.service
        changed = {n: one for n, one in self._readings.items() if was.get(n) != one}
        self.steps.append(
            Step(
                at=self.now,
                move=move,
                stage=course.situation.stage,
                events=tuple(course.events),
                taken=tuple(course.taken),
                tasks=tuple(course.opened),
                notices=tuple(self._sent(course.events)),
                documents=tuple(d for event in course.events for d in service.documents_on(event)),
                due=tuple(self._ahead(changed, due)),
                stopped=tuple(
                    Stopped(f"/clocks/{name}", bool(one.met))
                    for name, one in changed.items()
                    if one.stopped_at is not None
                ),
            )
        )

    def _ahead(
        self, changed: Mapping[str, Reading], before: set[tuple[str, datetime]]
    ) -> Iterator[Due]:
        """What runs out later than was known before the step."""
        for name, one in changed.items():
            if one.stopped_at is None and one.due_at is not None:
                yield Due(f"/clocks/{name}", one.due_at, one.provisional)
        for pointer, at in self._due():
            if not pointer.startswith("/clocks/") and (pointer, at) not in before:
                yield Due(pointer, at - TICK)

    def _as_of(self, move: Move | None) -> datetime | None:
        """A clock may take its action as of its own start."""
        if move is None or move.kind != "clock":
            return None
        name = move.at.rpartition("/")[2]
        as_of_start = self.rules.service.clocks[name]["on_due"].get("as_of") == "start"
        return self._readings[name].started_at if as_of_start else None

    def _anew(self, move: Move | None) -> dict[str, int]:
        """Where a case is reopened its clocks begin anew."""
        listed = self.rules.listed.get(move.at) if move else None
        return {ANEW: 1} if listed is not None and "reopens" in listed.data else {}

    def _days(self, event: str) -> dict[str, dict[str, str]]:
        """The days that an act sets: the last that it may, else AGREED working days on."""
        days: dict[str, str] = {}
        for _, budget in self.rules.service.days_set_by(event):
            most = self._readings.get(budget.get("at_most", ""))
            today = self.calendar.local_date(self.now)
            day = self.calendar.add_working_days(today, AGREED).date
            if most is not None and most.due_at is not None:
                day = self.calendar.local_date(most.due_at)
            days[budget["date"]["member"]] = day.isoformat()
        return {DATES: days} if days else {}

    def _read(self, event: str) -> None:
        """Read anew the clocks that the event concerns."""
        for name, definition in self.rules.service.clocks.items():
            concerned = event in self.rules.touched and name in self.rules.touched[event]
            if concerned or definition.get("extend", {}).get("event") == event:
                reading = clock.read(definition, self._moments, self.calendar)
                if reading is not None:
                    self._readings[name] = reading

    def _hold(self, before: Situation) -> None:
        """Keep the ends of claims and promises."""
        held = sum(one.name == CLAIM and one.state == OPEN for one in self.situation.parts)
        were = len(self._claims)
        self._claims = self._claims[max(0, were - held) :]
        for _ in range(held - were):
            self._claims.append(self._claim_due())
        for paper in self.situation.debts - before.debts:
            days = self.rules.service.papers[paper]["gap"]["within"]["days"]
            self._debts[paper] = self._after_days(days)
        for paper in self._debts.keys() - self.situation.debts:
            del self._debts[paper]

    def _hand_out(self, course: Course) -> None:
        """When each item of the open stage must be done, from when it was opened on; where the
        items differ, by the first of their budgets."""
        here = f"/flow/stages/{self.situation.stage}/parts/"
        self._items = {at: due for at, due in self._items.items() if at.startswith(here)}
        for at, _ in self.rules.service.item_dues():
            part = at.removesuffix("/within/on_due")
            if part in course.taken and at.startswith(here):
                within = resolve(self.rules.service.data, f"{part}/within")
                spans = within.get("budgets", {"": within.get("budget")})
                self._items[at] = self._after(next(iter(spans.values())))

    def _claim_due(self) -> datetime:
        day = self.dates.get(self.situation.stage)
        if day is not None:
            end = self.calendar.close_of(self.calendar.next_working_day_on_or_after(day).date)
            if end > self.now:
                return end
        return self._after_days(self.rules.service.stages[self.situation.stage]["hold"]["days"])

    def _after_days(self, days: int) -> datetime:
        """Calendar days, counted as the Civil Code counts."""
        return self._after({"days": days})

    def _after(self, budget: Data) -> datetime:
        definition = {"budget": budget, "start": ["now"], "stop": []}
        reading = clock.read(definition, [Moment("now", self.now)], self.calendar)
        return reading.due_at if reading and reading.due_at else self.now

    def _sent(self, events: list[str]) -> Iterator[Sent]:
        """Notices of one step, each once; not those that answer a text message."""
        seen: set[str] = set()
        for event in events:
            for name, notice in self.rules.service.notices_on(event, self.channel):
                if name not in seen:
                    seen.add(name)
                    yield Sent(name, self._date(notice.get("date")))

    def _date(self, of: str | None) -> datetime | None:
        if of == "debts":
            return min(self._debts.values(), default=None)
        if of == "claim":
            return self._claims[-1] if self._claims else None
        reading = self._readings.get(of) if of else None
        return reading.due_at if reading else None
