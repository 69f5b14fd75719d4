"""Which days an office works, and when it closes.

A calendar is an uploaded document: office hours, and for each published year the days off and
the make-up working days (调休). A year not published is assumed to be plain weekdays, and every
result that looked at one of its days is provisional. Dates are those of the calendar's own time
zone; moments go in aware and come out in UTC. No tzdata package on Lambda or Linux: the system's.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

MAX_AMOUNT = 10_000  # days or office minutes that one budget may count
ONE_DAY = timedelta(days=1)
SATURDAY = 5
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"


class InvalidCalendar(ValueError):
    """A calendar document that cannot be used; `pointer` (RFC 6901) says where."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(f"{pointer or '/'}: {message}")
        self.pointer = pointer


class Due(NamedTuple):
    """A date, and whether it rests on a year that is not yet published."""

    date: date
    provisional: bool


class DueAt(NamedTuple):
    """A moment in UTC, and whether it rests on a year that is not yet published."""

    at: datetime
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """Working days and office hours of one place. Build it with `from_document`."""

    name: str
    timezone: ZoneInfo
    hours: tuple[tuple[time, time], ...]
    years: frozenset[int]
    holidays: frozenset[date]
    workdays: frozenset[date]

    @classmethod
    def from_document(cls, document: object) -> "Calendar":
        """Read a calendar document; raise InvalidCalendar at the first thing that is wrong."""
        doc = _members(document, "", {"calendar", "timezone", "hours", "years"})
        holidays, workdays = set[date](), set[date]()
        for key, year in _members(doc["years"], "/years").items():
            at = "/years/" + _text(key, "/years", r"[12][0-9]{3}")
            lists = _members(year, at, {"holidays", "workdays"})
            holidays |= _dates(lists["holidays"], f"{at}/holidays", key, holidays)
            workdays |= _dates(lists["workdays"], f"{at}/workdays", key, holidays)
        return cls(
            name=_text(doc["calendar"], "/calendar", r"[a-z0-9-]{1,64}"),
            timezone=_zone(doc["timezone"], "/timezone"),
            hours=_hours(doc["hours"], "/hours"),
            years=frozenset(int(key) for key in doc["years"]),
            holidays=frozenset(holidays),
            workdays=frozenset(workdays),
        )

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on `day`; a guess when its year is not published."""
        return day not in self.holidays if day.weekday() < SATURDAY else day in self.workdays

    def published(self, day: date) -> bool:
        """Whether the holidays of the year of `day` are known."""
        return day.year in self.years

    def add_working_days(self, day: date, n: int) -> Due:
        """The n-th working day after `day`, which itself is not counted.

        With n = 0: `day` itself or the next working day. n is at most MAX_AMOUNT.
        """
        if bounded(n) == 0:
            return self.next_working_day_on_or_after(day)
        provisional = False
        while n:
            day += ONE_DAY
            provisional = provisional or not self.published(day)
            n -= self.is_working_day(day)
        return Due(day, provisional)

    def next_working_day_on_or_after(self, day: date) -> Due:
        """`day` if the office works, otherwise the first working day after it."""
        return self.add_working_days(day - ONE_DAY, 1)

    def close_of(self, day: date) -> datetime:
        """The end of office hours on `day`, in UTC, whether or not the office works that day."""
        return self._at(day, self.hours[-1][1])

    def add_office_minutes(self, moment: datetime, n: int) -> DueAt:
        """The moment n minutes of office hours after `moment`.

        A count that is used up exactly at a closing ends there, not at the next opening.
        With n = 0: `moment` itself, or the next opening. n is at most MAX_AMOUNT.
        """
        return self.add_office_time(moment, timedelta(minutes=bounded(n)))

    def add_office_time(self, moment: datetime, left: timedelta) -> DueAt:
        """The same for any length of time."""
        day, now = self.local_date(moment), moment.astimezone(UTC)
        provisional = False
        while True:
            provisional = provisional or not self.published(day)
            for opening, closing in self._open(day):
                begin = max(now, opening)
                if begin < closing and begin + left <= closing:
                    return DueAt(begin + left, provisional)
                left -= max(closing - begin, timedelta())
            day += ONE_DAY

    def take_office_time(self, moment: datetime, left: timedelta) -> datetime:
        """The latest moment from which this much office time leads up to `moment`."""
        day, now = self.local_date(moment), moment.astimezone(UTC)
        while True:
            for opening, closing in reversed(self._open(day)):
                end = min(now, closing)
                if opening < end and opening <= end - left:
                    return end - left
                left -= max(end - opening, timedelta())
            day -= ONE_DAY

    def office_time(self, start: datetime, end: datetime) -> timedelta:
        """How much office time lies between two moments; nothing where `end` is not later."""
        first, last = self.local_date(start), self.local_date(end)
        days = (first + n * ONE_DAY for n in range((last - first).days + 1))
        spans = (span for day in days for span in self._open(day))
        lengths = (min(end, closing) - max(start, opening) for opening, closing in spans)
        return sum((max(one, timedelta()) for one in lengths), timedelta())

    def working_days(self, after: date, upto: date) -> int:
        """How many working days there are after one day, up to and including another."""
        days = (after + n * ONE_DAY for n in range(1, (upto - after).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def working_day_before(self, day: date, n: int) -> date:
        """The n-th working day before `day`, which itself is not counted."""
        left = bounded(n)
        while left:
            day -= ONE_DAY
            left -= self.is_working_day(day)
        return day

    def on(self, day: date, clock: time) -> datetime:
        """What the office's clock shows as `clock` on `day`, in UTC."""
        return self._at(day, clock)

    def local(self, moment: datetime) -> datetime:
        """`moment` on the office's clock; ValueError if it has no time zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self.timezone)

    def local_date(self, moment: datetime) -> date:
        """The date on the office's wall at `moment`."""
        return self.local(moment).date()

    def _open(self, day: date) -> list[tuple[datetime, datetime]]:
        """The office hours of a day, none on a day off."""
        spans = self.hours if self.is_working_day(day) else ()
        return [(self._at(day, opening), self._at(day, closing)) for opening, closing in spans]

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.timezone).astimezone(UTC)


def bounded(n: int) -> int:
    """n, if a budget may be so large; otherwise ValueError."""
    if not 0 <= n <= MAX_AMOUNT:
        raise ValueError(f"an amount must be 0 to {MAX_AMOUNT}, not {n}")
    return n


def _members(value: object, at: str, names: Set[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidCalendar(at, "must be an object")
    for name in sorted(map(str, value.keys() ^ (names or value.keys()))):
        step = name.replace("~", "~0").replace("/", "~1")
        raise InvalidCalendar(f"{at}/{step}", "is not known" if name in value else "is missing")
    return value


def _items(value: object, at: str) -> list[tuple[str, Any]]:
    if not isinstance(value, list):
        raise InvalidCalendar(at, "must be a list")
    return [(f"{at}/{index}", item) for index, item in enumerate(value)]


def _text(value: object, at: str, pattern: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise InvalidCalendar(at, f"must be a string of the form {pattern}")
    return value


def _zone(value: object, at: str) -> ZoneInfo:
    name = _text(value, at, r"[A-Za-z][A-Za-z0-9_+/-]{1,63}")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidCalendar(at, "is not a known time zone") from error


def _hours(value: object, at: str) -> tuple[tuple[time, time], ...]:
    spans: list[tuple[time, time]] = []
    for where, span in _items(value, at):
        ends = [time.fromisoformat(_text(item, at, CLOCK)) for at, item in _items(span, where)]
        if len(ends) != 2 or ends[0] >= ends[1]:
            raise InvalidCalendar(where, "must be an opening and a later closing")
        if spans and ends[0] < spans[-1][1]:
            raise InvalidCalendar(where, "must not begin before the span above it ends")
        spans.append((ends[0], ends[1]))
    if not spans:
        raise InvalidCalendar(at, "needs at least one span")
    return tuple(spans)


def _dates(value: object, at: str, year: str, taken: set[date]) -> set[date]:
    days: set[date] = set()
    for where, item in _items(value, at):
        text = _text(item, where, year + r"-[0-9]{2}-[0-9]{2}")
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise InvalidCalendar(where, "is not a date") from error
        if day in days or day in taken:
            raise InvalidCalendar(where, "is listed already")
        days.add(day)
    return days
