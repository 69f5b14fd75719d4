"""Who and where: nodes, units, owners, parties, grants, calendars and token keys, read cached.

An entry is believed for 60 s at most, so a grant that was taken back stops working within that.
While somebody is away, those who stand in hold the absent party's own grants as well (AB岗).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.people import grants, region, tenure
from chalicelib.people.grants import Grant as Grant
from chalicelib.people.grants import Party as Party
from chalicelib.people.region import Node as Node
from chalicelib.people.region import Regions
from chalicelib.people.tenure import Seal, Tenure
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Now, Row, Store, Table

if TYPE_CHECKING:
    from chalicelib.clocks import calendar as calendars
else:
    calendars = lazy("chalicelib.clocks.calendar")

BELIEVED = timedelta(seconds=60)
CACHED = 4096
NAME = re.compile("[A-Za-z0-9-]{1,64}")
KID = re.compile("[A-Za-z0-9_-]{1,64}")
CODE = re.compile("[0-9]{12}")


class Unit(NamedTuple):
    id: str
    node: str
    data: Mapping[str, Any]

    def text(self, name: str, language: str = "zh-Hans") -> str:
        value = self.data.get(name, "")
        if isinstance(value, Mapping):
            return str(value.get(language) or value.get("zh-Hans", ""))
        return str(value)


class _Date(NamedTuple):
    """A day where the office is, from its first moment to the first of the next."""

    day: date
    first: datetime
    last: datetime


class Directory:
    def __init__(self, store: Store, now: Now) -> None:
        self._store = store
        self._now = now
        self._kept: dict[tuple[str, str], tuple[datetime, datetime, Any]] = {}
        self._until = datetime.max.replace(tzinfo=UTC)
        self._date: _Date | None = None
        self._regions = Regions(self.history, self._day)

    def today(self) -> date:
        """The date where the office is. Raises LookupError where there is no calendar."""
        now = self._now()
        if self._date is None or not self._date.first <= now < self._date.last:
            calendar = self.calendar()
            day = calendar.local_date(now)
            ends = (
                datetime.combine(one, time.min, calendar.timezone).astimezone(UTC)
                for one in (day, day + timedelta(days=1))
            )
            self._date = _Date(day, *ends)
        return self._date.day

    def node(self, node: str, on: date | None = None) -> Node | None:
        """What an id stands for on a day, today unless another is named: itself while it lasts,
        then what took over from it. None for an id that is unknown or has not begun."""
        if on is not None:
            return self._regions.node(node, on)
        found: Node | None = self._cached(node, "today", lambda: self._regions.node(node))
        return found

    def history(self, node: str) -> region.History:
        """Every state that a node has had or will have, with its former names."""
        if not NAME.fullmatch(node):
            return region.NOTHING
        read: region.History = self._cached(f"node#{node}", "history", lambda: self._history(node))
        return read

    def node_of_code(self, code: str, on: date | None = None) -> Node | None:
        """The node that carries a 12-digit code, or its nearest ancestor that is known.

        None besides where that node was split: only the code of a part says which (`parts`).
        """
        found = self._carrier(code, on)
        return None if not found or self._regions.parts(found, on) else self.node(found, on)

    def named(self, place: str, on: date | None = None) -> Node | None:
        """The node that an address means: by its code, or for one without a code by its id."""
        if on is not None or not NAME.fullmatch(place):
            return self._named(place, on)
        found: Node | None = self._cached(place, "named", lambda: self._named(place))
        return found

    def _named(self, place: str, on: date | None = None) -> Node | None:
        return self.node_of_code(place, on) if CODE.fullmatch(place) else self._whole(place, on)

    def parts(self, place: str, on: date | None = None) -> tuple[Node, ...]:
        """What the node that an address means was split into, so that it means none of them."""
        found = self._carrier(place, on) if CODE.fullmatch(place) else place
        return self._regions.parts(found, on)

    def unit(self, unit: str) -> Unit | None:
        data = self._data(f"unit#{unit}", "unit")
        return None if data is None else Unit(unit, data["node"], data)

    def owner(self, service: str, on: date) -> Unit | None:
        """The unit that owns a service in the whole tree on a day."""
        found = tenure.on(on, self.tenures(service))
        return None if found is None else self.unit(found.unit)

    def tenures(self, service: str) -> tuple[Tenure, ...]:
        """Who owned a service when in the whole tree, oldest first."""
        return tenure.tenures(self._owners(service))

    def competent(self, service: str, node: Node, day: date) -> list[Unit]:
        """The units that own a service at a node on a day: those of the nearest subtree, else that
        of the whole tree. One is the rule; none is a vacuum, several are an overlap (R27)."""
        found: list[Unit] = self._cached(
            f"{service}@{node.id}", f"{day}", lambda: self._competent(service, node, day)
        )
        return found

    def _competent(self, service: str, node: Node, day: date) -> list[Unit]:
        held = [one for one in tenure.everywhere(self._owners(service)) if one.holds_on(day)]
        near = [(self._reach(one.node, node, day), one.unit) for one in held]
        nearest = max((reach for reach, _ in near), default=None)
        names = dict.fromkeys(unit for reach, unit in near if reach == nearest and reach >= 0)
        return [unit for unit in map(self.unit, names) if unit is not None]

    def owning(self, service: str, day: date) -> list[Unit]:
        """The units that own a service on a day, wherever in the tree."""
        held = (one.unit for one in tenure.everywhere(self._owners(service)) if one.holds_on(day))
        return [unit for unit in map(self.unit, dict.fromkeys(held)) if unit is not None]

    def seals(self, unit: str) -> tuple[Seal, ...]:
        """The seals of a unit, those that are retired included."""
        return tenure.seals(self._rows(f"unit#{unit}"))

    def capable(self, service: str, node: Node, on: date) -> bool:
        """Whether a node of a level that may receive a service is able to, on a day (R18).

        Where the capability table names the node's level for the service, only what it names is.
        """
        table = self._data(f"capability#{service}", "capability")
        rows = [row for row in (table or {}).get("rows", ()) if row["level"] == node.level]
        return not rows or any(_reaches(row, node, on) for row in rows)

    def party(self, party: str) -> Party | None:
        """With their own grants first, then those they hold while somebody is away."""
        rows = self._rows(f"party#{party}")
        data = next(grants.of("party", rows), None)
        if data is None:
            return None
        held = [grants.read(grant) for grant in grants.of("grant", rows)]
        for absent in data.get("stands_in_for", ()):
            held += grants.while_away(absent, self._rows(f"party#{absent}"))
        return Party(party, data["name"], tuple(held))

    def holders(self, role: str, node: Node, on: date) -> tuple[Party, ...]:
        """Who has the role at the node on a day: those who hold it, then those who stand in."""
        names = [name for name, _ in self.registered(role, node)]
        for absent in list(names):
            rows = self._rows(f"stand-ins#{absent}")
            names += [data["party"] for data in grants.of("party", rows)]
        parties = [self.party(name) for name in dict.fromkeys(names)]
        return tuple(one for one in parties if one and one.has(role, node, on))

    def registered(self, role: str, node: Node) -> list[tuple[str, Grant]]:
        """Each grant that gives the role at the node on some day, with its party; those of the
        root come first. A query for each node of the path, whoever they are."""
        rows = [row for place in node.path for row in self._rows(f"holders#{role}#{place}")]
        return [(data["party"], grants.read(data)) for data in grants.of("grant", rows)]

    def away(self, party: str, on: date) -> bool:
        """Whether somebody is absent on a day."""
        return grants.away(self._rows(f"party#{party}"), on)

    def calendar(self, name: str = "cn") -> "calendars.Calendar":
        """Raises LookupError when there is none of this name."""
        found: calendars.Calendar = self._cached(
            f"calendar#{name}", "read", lambda: self._calendar(name)
        )
        return found

    def channel(self, name: str) -> Mapping[str, Any] | None:
        """How a channel speaks for us (sign, phone, number), and the version of its secret."""
        data = self._data(f"channel#{name}", "channel")
        if data is None:
            return None
        secret = self._data(f"channel#{name}", "secret") or {"version": 1}
        return {**data, **secret}

    def issuer(self, issuer: str) -> Mapping[str, Any] | None:
        return self._data(f"issuer#{issuer}", "issuer")

    def trusted(self, kid: str) -> Mapping[str, Any] | None:
        """The public key of this id, if packages signed with it are believed now."""
        if not KID.fullmatch(kid):
            return None
        row = self._store.get(Table.DIRECTORY, (f"trust#{kid}", "trust"))
        if row is None or row["data"]["revoked"]:
            return None
        key: Mapping[str, Any] = row["data"]["key"]
        return key

    def has_role(self, role: str) -> bool:
        """Whether anybody here has a role of this name."""
        return self._data(f"role#{role}", "role") is not None

    def gives(self, service: str, role: str) -> bool:
        """Whether cases of the service may give this role and take it back."""
        data = self._data(f"role#{role}", "grantable")
        return data is not None and service in data["services"]

    def refresh(self) -> None:
        """Forget everything read so far."""
        self._kept.clear()
        self._date = None

    def _day(self) -> date:
        """Today, where something is so today only: what is made of it ends at midnight."""
        day = self.today()
        if self._date is not None:
            self._until = min(self._until, self._date.last)
        return day

    def _reach(self, owned: str, node: Node, day: date) -> int:
        """How near a subtree lies: 0 for the whole tree, -1 for one that the node is not in."""
        if not owned:
            return 0
        place = self.node(owned, day) if owned in node.path else None
        return -1 if place is None else 1 + node.path.index(place.id)

    def _owners(self, service: str) -> list[Row]:
        rows = self._rows(f"owner#{service}")
        if not rows:
            # Publishing it may name one any moment: nor is what is made of this kept.
            self._kept.pop((f"owner#{service}", ""), None)
            self._until = self._now()
        return rows

    def _whole(self, node: str, on: date | None) -> Node | None:
        return None if self._regions.parts(node, on) else self.node(node, on)

    def _carrier(self, code: str, on: date | None) -> str:
        """The node of a code, or of the nearest code above it that is known; empty for none."""
        for digits in (12, 9, 6, 4, 2):
            rows = self._rows(f"code#{code[:digits].ljust(12, '0')}")
            found = region.holder(rows, lambda: on or self.today()) if rows else ""
            if found:
                return found
        return ""

    def _history(self, node: str) -> region.History:
        return region.history(self._store.partition(Table.DIRECTORY, f"node#{node}"))

    def _calendar(self, name: str) -> "calendars.Calendar":
        data = self._data(f"calendar#{name}", "calendar")
        if data is None:
            raise LookupError(f"no calendar {name} has been published")
        return calendars.Calendar.from_document(data)

    def _rows(self, pk: str) -> list[Row]:
        rows: list[Row] = self._cached(pk, "", lambda: self._store.partition(Table.DIRECTORY, pk))
        return rows

    def _data(self, pk: str, sk: str) -> Mapping[str, Any] | None:
        row = self._cached(pk, sk, lambda: self._store.get(Table.DIRECTORY, (pk, sk)))
        return None if row is None else row["data"]

    def _cached(self, pk: str, sk: str, read: Callable[[], Any]) -> Any:
        now = self._now()
        kept = self._kept.get((pk, sk))
        if kept is None or not kept[0] <= now < kept[1]:
            outer, self._until = self._until, now + BELIEVED
            try:
                value = read()
                # What is made of other entries is believed no longer than the oldest of them.
                kept = (now, self._until, value)
            finally:
                self._until = outer
            if len(self._kept) >= CACHED:
                self._kept.clear()
            self._kept[pk, sk] = kept
        if kept[1] < self._until:
            self._until = kept[1]
        return kept[2]


def _reaches(row: Mapping[str, Any], node: Node, day: date) -> bool:
    """Whether an entry of the capability table covers the node on the day."""
    within = row.get("node") in (None, *node.path)
    return within and row["from"] <= day.isoformat() <= (row.get("to") or "9999-12-31")
