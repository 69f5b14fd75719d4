"""Whether a service takes new cases: its state, from and until when, where. Pure.

draft → test → published → closing (open cases go on, no new ones) → retired. Only published
versions have an offer; a draft and a test are not for the public.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.platform import times
from chalicelib.platform.errors import NotOffered, NotOpenYet, ServiceClosed
from chalicelib.platform.ports import Row


class State(StrEnum):
    PUBLISHED = "published"
    CLOSING = "closing"
    RETIRED = "retired"


class Offer(NamedTuple):
    """`opens_at` is the first moment at which cases are taken, `closes_at` the first at which none
    are any more. `nodes`: the subtrees of the region tree where it is open; empty means everywhere.

    `later` is the version that takes over at a moment to come: {"version", "content", "at"}.
    """

    version: int
    content: str
    state: State = State.PUBLISHED
    opens_at: str = ""
    closes_at: str = ""
    nodes: tuple[str, ...] = ()
    later: Mapping[str, Any] | None = None

    def at(self, now: datetime) -> "Offer":
        """The offer as it is at a moment: a version whose time has come has taken over."""
        if self.later is None or self.later["at"] > times.text(now):
            return self
        return self._replace(
            version=int(self.later["version"]), content=self.later["content"], later=None
        )

    def refuse_closed(self, now: datetime) -> None:
        """Raises ServiceClosed, NotOpenYet unless new cases are taken at this moment."""
        if self.state is not State.PUBLISHED or self.over(now):
            raise ServiceClosed
        if self.opens_at > times.text(now):
            raise NotOpenYet

    def over(self, now: datetime) -> bool:
        """Whether its closing moment has come."""
        return "" < self.closes_at <= times.text(now)

    def open(self, now: datetime) -> bool:
        """Whether new cases are taken at this moment, somewhere."""
        begun = self.opens_at <= times.text(now)
        return self.state is State.PUBLISHED and begun and not self.over(now)

    def refuse_outside(self, path: Sequence[str]) -> None:
        """Raises NotOffered unless the service is open at a node with this path."""
        if not self.covers(path):
            raise NotOffered

    def covers(self, path: Sequence[str]) -> bool:
        return not self.nodes or any(node in path for node in self.nodes)

    def data(self) -> Row:
        """As stored beside the version, and as everybody may read it."""
        kept: Row = {"state": str(self.state)}
        for name in ("opens_at", "closes_at"):
            if getattr(self, name):
                kept[name] = getattr(self, name)
        if self.nodes:
            kept["nodes"] = list(self.nodes)
        if self.later:
            kept["later"] = dict(self.later)
        return kept


def offer_of(row: Row) -> Offer:
    """The offer that a live row keeps."""
    data = row.get("data") or {}
    return Offer(
        int(row["version"]),
        row["content"],
        State(data.get("state", State.PUBLISHED)),
        data.get("opens_at", ""),
        data.get("closes_at", ""),
        tuple(data.get("nodes", ())),
        data.get("later"),
    )
