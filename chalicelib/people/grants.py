"""Grants: who holds which role where, since when, and what they are good at. Pure over rows.

The skills of a grant are codes that documents choose: two volunteers of one village may be in
different teams, and a team of one skill may have members in every village.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from chalicelib.people.region import Node
from chalicelib.platform.ports import Row


class Grant(NamedTuple):
    """The party holds the role at the node and everything below it, from, to (inclusive).

    `holder` is the absent party whose grant it is; empty for one's own.
    """

    role: str
    node: str
    since: date
    until: date | None
    holder: str = ""
    skills: frozenset[str] = frozenset()

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def has(self, skill: str) -> bool:
        """Whether the skill comes with it; every grant has what is not asked for."""
        return not skill or skill in self.skills

    def during(self, first: date, last: date, holder: str) -> "Grant | None":
        """The holder's grant in a stand-in's hands from first to last day; None if none is left."""
        since, until = max(self.since, first), min(self.until or last, last)
        return self._replace(since=since, until=until, holder=holder) if since <= until else None


class Party(NamedTuple):
    id: str
    name: str
    grants: tuple[Grant, ...]

    def has(self, role: str, node: Node, on: date, skill: str = "") -> bool:
        """Whether one of the grants gives the role at the node on a day, with the skill if any."""
        fitting = (one for one in self.grants if one.role == role and one.node in node.path)
        return any(one.holds_on(on) and one.has(skill) for one in fitting)


def read(data: Mapping[str, Any]) -> Grant:
    until = data.get("to")
    return Grant(
        data["role"],
        data["node"],
        date.fromisoformat(data["from"]),
        date.fromisoformat(until) if until else None,
        skills=frozenset(data.get("skills", ())),
    )


def while_away(absent: str, rows: Iterable[Row]) -> Iterator[Grant]:
    """The absent party's own grants, never those of others, on the days of each absence."""
    rows = list(rows)
    held = [read(grant) for grant in of("grant", rows)]
    for first, last in _absences(rows):
        for grant in held:
            narrowed = grant.during(first, last, absent)
            if narrowed is not None:
                yield narrowed


def away(rows: Iterable[Row], on: date) -> bool:
    """Whether the party of these rows is absent on a day."""
    return any(first <= on <= last for first, last in _absences(rows))


def of(kind: str, rows: Iterable[Row]) -> Iterator[Mapping[str, Any]]:
    return (row["data"] for row in rows if row["kind"] == kind)


def _absences(rows: Iterable[Row]) -> Iterator[tuple[date, date]]:
    for absence in (one for one in of("absence", rows) if not one.get("cancelled")):
        yield date.fromisoformat(absence["from"]), date.fromisoformat(absence["to"])
