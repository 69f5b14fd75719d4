"""Dated records of who issues what, read: tenures of a service, seals of a unit. Pure.

A tenure lasts until the next one of the same service begins, or to its own last day. Records are
never taken away: what was true on a day can be read for ever (R01).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple

from chalicelib.platform.ports import Row

DAY = timedelta(days=1)


class Tenure(NamedTuple):
    """The unit owns the service on the days from `since` (always, for None) to `until` (open)."""

    unit: str
    since: date | None
    until: date | None
    because: str = ""

    def holds_on(self, day: date) -> bool:
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day <= self.until)


class Seal(NamedTuple):
    """The seal (印章) that a unit puts on what it issues; retired, it is kept and readable."""

    id: str
    unit: str
    titles: Mapping[str, str]
    since: date
    until: date | None
    because: str = ""

    def active_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def retired(self) -> bool:
        """Whether its last day is known."""
        return self.until is not None


def tenures(rows: Iterable[Row]) -> tuple[Tenure, ...]:
    """The tenures of one service, oldest first, from the rows of its partition."""
    found = sorted((_tenure(row["data"]) for row in rows if row["kind"] == "owner"), key=_begins)
    return tuple(_ended(one, then) for one, then in zip_longest(found, found[1:]))


def on(day: date, found: Iterable[Tenure]) -> Tenure | None:
    """The tenure of this day."""
    return next((one for one in found if one.holds_on(day)), None)


def seals(rows: Iterable[Row]) -> tuple[Seal, ...]:
    """The seals of one unit from the rows of its partition."""
    return tuple(_seal(row["data"]) for row in rows if row["kind"] == "seal")


def _begins(one: Tenure) -> date:
    return one.since or date.min


def _ended(one: Tenure, then: Tenure | None) -> Tenure:
    if then is None or then.since is None:
        return one
    before = then.since - DAY
    return one._replace(until=before if one.until is None else min(one.until, before))


def _tenure(data: Mapping[str, Any]) -> Tenure:
    return Tenure(data["unit"], _day(data, "from"), _day(data, "to"), data.get("because", ""))


def _seal(data: Mapping[str, Any]) -> Seal:
    since = date.fromisoformat(data["from"])
    because = data.get("because", "")
    return Seal(data["seal"], data["unit"], data["titles"], since, _day(data, "to"), because)


def _day(data: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(data[name]) if data.get(name) else None
