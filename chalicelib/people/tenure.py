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
    """The unit owns the service on the days from `since` (always, for None) to `until` (open).

    In the subtree of `node`; in the whole tree where that is empty.
    """

    unit: str
    since: date | None
    until: date | None
    because: str = ""
    node: str = ""

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
    """The tenures of one service in the whole tree, oldest first, from its partition."""
    found = sorted((_tenure(data) for data in _owners(rows) if not data.get("node")), key=_begins)
    return tuple(_ended(one, then) for one, then in zip_longest(found, found[1:]))


def everywhere(rows: Iterable[Row]) -> tuple[Tenure, ...]:
    """Those in the whole tree and those in subtrees.

    At one node a unit may stand beside another: its tenure ends when it is recorded anew, or when
    another takes over from it by name.
    """
    kept = list(rows)
    apart = sorted((data for data in _owners(kept) if data.get("node")), key=_first)
    return (*tenures(kept), *(_until_passed(one, apart) for one in apart))


def on(day: date, found: Iterable[Tenure]) -> Tenure | None:
    """The tenure of this day."""
    return next((one for one in found if one.holds_on(day)), None)


def seals(rows: Iterable[Row]) -> tuple[Seal, ...]:
    """The seals of one unit from the rows of its partition."""
    return tuple(_seal(row["data"]) for row in rows if row["kind"] == "seal")


def _owners(rows: Iterable[Row]) -> list[Mapping[str, Any]]:
    return [row["data"] for row in rows if row["kind"] == "owner"]


def _first(data: Mapping[str, Any]) -> date:
    return _day(data, "from") or date.min


def _until_passed(data: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> Tenure:
    mine = (data["node"], data["unit"])
    later = (
        _tenure(one)
        for one in others
        if one is not data
        and mine in ((one["node"], one["unit"]), (one["node"], one.get("former")))
        and _first(one) > _first(data)
    )
    return _ended(_tenure(data), next(later, None))


def _begins(one: Tenure) -> date:
    return one.since or date.min


def _ended(one: Tenure, then: Tenure | None) -> Tenure:
    if then is None or then.since is None:
        return one
    before = then.since - DAY
    return one._replace(until=before if one.until is None else min(one.until, before))


def _tenure(data: Mapping[str, Any]) -> Tenure:
    days = _day(data, "from"), _day(data, "to")
    return Tenure(data["unit"], *days, data.get("because", ""), data.get("node", ""))


def _seal(data: Mapping[str, Any]) -> Seal:
    since = date.fromisoformat(data["from"])
    because = data.get("because", "")
    return Seal(data["seal"], data["unit"], data["titles"], since, _day(data, "to"), because)


def _day(data: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(data[name]) if data.get(name) else None
