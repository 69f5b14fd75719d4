"""When something recurs: the moment of its n-th time, from its definition alone. Pure.

Times are counted from 1 and have a number each, so that whoever asks twice is told the same, none
is left out and none comes twice. A definition is an `emission` of the service document: `every`
says on which days, counted from the day after the beginning; `between` in which hours, else as the
office opens; `at_once` that the beginning itself is the first. What is irregular (`times_a_week`,
`between`) follows from the seed: nobody knows it beforehand, and it is the same for ever.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from chalicelib.clocks.calendar import ONE_DAY, Calendar

WEEK = 7
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES = 24 * 60
Definition = Mapping[str, Any]


def occasion(
    definition: Definition, seed: str, start: datetime, number: int, calendar: Calendar
) -> datetime:
    """The moment of one time, in UTC; each is later than the one before."""
    if definition.get("at_once"):
        if number == 1:
            return start
        number -= 1
    ((unit, amount),) = definition["every"].items()
    day = DAYS[unit](amount, seed, calendar.local_date(start), number, calendar)
    if "between" not in definition:
        return calendar.on(day, calendar.hours[0][0])
    opening, minutes = window(definition["between"])
    return calendar.on(day, opening) + timedelta(minutes=_drawn(seed, f"{number}", minutes))


def window(between: list[str]) -> tuple[time, int]:
    """When a window opens and how many minutes it has; it may go on after midnight."""
    first, last = (time.fromisoformat(one) for one in between)
    minutes = (last.hour - first.hour) * 60 + last.minute - first.minute
    return first, minutes % MINUTES


def last_day(months: int, start: datetime, calendar: Calendar) -> date:
    """The day on which so many months are over."""
    return _later(calendar.local_date(start), months)


def a_year(every: Mapping[str, Any]) -> float:
    """How often it comes in a year, at most."""
    ((unit, amount),) = every.items()
    return A_YEAR[unit](amount)


def _days(amount: int, _: str, first: date, number: int, __: Calendar) -> date:
    return first + number * amount * ONE_DAY


def _months(amount: int, _: str, first: date, number: int, __: Calendar) -> date:
    return _later(first, number * amount)


def _working_days(amount: int, _: str, first: date, number: int, calendar: Calendar) -> date:
    return calendar.add_working_days(first, number * amount).date


def _weekdays(names: list[str], _: str, first: date, number: int, __: Calendar) -> date:
    wanted = {WEEKDAYS.index(name) for name in names}
    week, place = divmod(number - 1, len(wanted))
    ahead = sorted((one - first.weekday() - 1) % WEEK + 1 for one in wanted)
    return first + (week * WEEK + ahead[place]) * ONE_DAY


def _times_a_week(amount: int, seed: str, first: date, number: int, _: Calendar) -> date:
    """Some days of each seven, other ones each week."""
    week, place = divmod(number - 1, amount)
    drawn = sorted(range(1, WEEK + 1), key=lambda day: _digest(seed, f"{week}/{day}"))
    return first + (week * WEEK + sorted(drawn[:amount])[place]) * ONE_DAY


def _later(day: date, months: int) -> date:
    """The same day of a later month, its last where it has no such day (民法典 art. 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _drawn(seed: str, name: str, below: int) -> int:
    return int.from_bytes(_digest(seed, name), "big") % below


def _digest(seed: str, name: str) -> bytes:
    return sha256(f"{seed}|{name}".encode()).digest()


DAYS: Mapping[str, Callable[[Any, str, date, int, Calendar], date]] = {
    "days": _days,
    "months": _months,
    "working_days": _working_days,
    "weekdays": _weekdays,
    "times_a_week": _times_a_week,
}
A_YEAR: Mapping[str, Callable[[Any], float]] = {
    "days": lambda amount: 366 / amount,
    "months": lambda amount: 12 / amount,
    "working_days": lambda amount: 262 / amount,
    "weekdays": lambda names: 53.0 * len(names),
    "times_a_week": lambda amount: 53.0 * amount,
}
