"""Dates and times as RFC 3339 spells them: the validator's own checks let other characters through.

`+202-01-01` or `12:00:0.Z` pass there, and would fail where the answer is used.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

import jsonschema_rs

# No calendar here has a year 0.
_DAY = "(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})"
SPELT: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(_DAY),
    "time": re.compile(_TIME),
    "date-time": re.compile(f"{_DAY}[tT]{_TIME}"),
}


@cache
def strict() -> Mapping[str, Callable[[str], bool]]:
    """A check for each of SPELT: its spelling, and what the validator makes of it."""
    return {name: _both(name, spelt) for name, spelt in SPELT.items()}


def _both(name: str, spelt: re.Pattern[str]) -> Callable[[str], bool]:
    own = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    return lambda text: spelt.fullmatch(text) is not None and own.is_valid(text)
