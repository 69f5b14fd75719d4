"""How old somebody is: the only thing that expressions know of days. Pure; the day is given.

A year of age is complete on the birthday. Who was born on 29 February completes it, in a year
without that day, on the last of the month: where there is no corresponding day a period ends so
(Civil Code of the PRC, article 202).
"""

import re
from datetime import date
from json import dumps, loads

from chalicelib.people.identifiers import citizen_number

PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FEBRUARY_28 = (2, 28)
LEAP_DAY = (2, 29)


def aged(arguments: str) -> str:
    """`arguments` is a JSON array: a date of birth or a citizen number (GB 11643), and a day.

    The years, as JSON. Raises ValueError for what is neither, and for a birth that lies ahead.
    """
    given, on = loads(arguments)
    return dumps(years(born(given), _date(on)))


def born(given: object) -> date:
    """The date itself, or the one that a citizen number holds."""
    if isinstance(given, str) and citizen_number(given):
        return date(int(given[6:10]), int(given[10:12]), int(given[12:14]))
    return _date(given)


def years(birth: date, on: date) -> int:
    """Full years of age on a day."""
    if on < birth:
        raise ValueError("not born yet")
    birthday = (birth.month, birth.day)
    if birthday == LEAP_DAY and not _leap(on.year):
        birthday = FEBRUARY_28
    return on.year - birth.year - ((on.month, on.day) < birthday)


def _date(given: object) -> date:
    """As RFC 3339 spells it."""
    if not isinstance(given, str) or not PLAIN.fullmatch(given):
        raise ValueError("no date")
    return date.fromisoformat(given)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
