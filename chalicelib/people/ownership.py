"""Who issues what, written: units with their items taken in, and items passed from unit to unit.

A transfer ends no record and changes no case: it adds the next tenure of each item, and retires
the seal of a unit that has no item left (R01). Open cases keep the unit they were received for.
Only the publisher function calls what writes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from chalicelib.people import adoption, audit, seeding, tenure
from chalicelib.people.seeding import UnknownNode, UnknownUnit
from chalicelib.people.tenure import DAY, Seal, Tenure
from chalicelib.platform.ports import Row, Store, Table

RETIRED = "retired"
# Services of a transfer that are written at once, each with its entry in the history.
AT_ONCE = 16


class InvalidTransfer(ValueError):
    """Its day, units or reason make no transfer, or a later one stands in its way."""


def register(store: Store, data: Mapping[str, Any]) -> Row:
    """Take in units, seals and who owns what: {"units", "seals", "owners"}; repeatable.

    An owner with a `node` owns the service in that subtree. Ownership that is recorded already is
    never overwritten: an owner other than the present one, there or in the whole tree, is listed
    under `refused`, since that takes a transfer; with `beside` it stands beside the other in a
    subtree. With `dry_run` nothing is written. Raises UnknownNode, UnknownUnit; then nothing is
    written.
    """
    units, seals = list(data.get("units", [])), list(data.get("seals", []))
    _refuse_unknown(store, units, [*seals, *data.get("owners", [])])
    kept = {seal["unit"]: _seals(store, seal["unit"]) for seal in seals}
    rows = [*seeding.units(units)]
    rows += [seeding.seal(seal) for seal in seals if not _known(kept[seal["unit"]], seal["seal"])]
    refused, new, same = [], [], 0
    for owner in data.get("owners", []):
        last = _last(store, owner["service"], owner.get("node", ""))
        if owner["unit"] in last:
            same += 1
        elif last and not (owner.get("node") and owner.get("beside")):
            refused.append({**owner, "owner": last[0]})
        else:
            new.append({name: owner[name] for name in owner if name != "beside"})
    if not data.get("dry_run"):
        seeding.put(store, [*rows, *seeding.owners(new)])
    return {"units": len(units), "owners": len(new), "unchanged": same, "refused": refused}


def transfer(store: Store, data: Mapping[str, Any], at: str) -> Row:
    """One unit takes over the items of others: {"to", "from": [units], "on", "because"}.

    `services` names the items, absent all that those units own; with `node` what they own in that
    subtree, else what they own in the whole tree. `at` is the moment as text that
    the histories of the items tell. A repeat writes nothing and reports the same. Raises
    InvalidTransfer, UnknownUnit; then nothing is written.
    """
    order = _order(store, data)
    everywhere = {service: _everywhere(store, service) for service in _owned(store)}
    held = {name: order.at_place(found) for name, found in everywhere.items()}
    moving = _moving(order, held, list(dict.fromkeys(data.get("services") or ())))
    owners = [order.owner(service, held[service]) for service in moving]
    new = [owner for owner in owners if order.still_moves(held[owner["service"]])]
    for first in range(0, len(new), AT_ONCE):
        part = new[first : first + AT_ONCE]
        seeding.put(store, [*seeding.owners(part), *(order.noted(one, at) for one in part)])
    # What passes on in a subtree leaves those alone who own the whole tree.
    whole = {name: tuple(t for t in found if not t.node) for name, found in everywhere.items()}
    passed = [] if order.node else moving
    left, former = _left(order, everywhere, moving), {owner["former"] for owner in owners}
    seals = [seal for unit in sorted(former - left.keys()) for seal in _seals(store, unit)]
    retiring = [seal for seal in seals if seal.active_on(order.on)]
    seeding.put(store, [order.retired(seal) for seal in retiring])
    return {
        "to": order.to,
        **({"node": order.node} if order.node else {}),
        "on": order.on.isoformat(),
        "because": order.because,
        "items_transferred": len(moving),
        "from_units": len(former),
        "seals_retired": len(retiring) + sum(seal.until == order.on - DAY for seal in seals),
        "written": {"owners": len(new), "seals": len(retiring)},
        "still_owned": left,
        "concentration": _rate(order.to, order.on, _after(order, whole, passed, _items(store))),
    }


def concentration(store: Store, data: Mapping[str, Any]) -> Row:
    """Items that a unit owns on a day, of all items: {"unit", "on", "item_class"?} (R01, R06).

    Items are the services of the catalogue that are not retired and that somebody owns that day;
    with `item_class` those of this class. The percentage has three decimals, rounded down, so
    that only all of them are 100.000.
    """
    day = date.fromisoformat(data["on"])
    held = (tenure.on(day, _tenures(store, item)) for item in _items(store, data.get("item_class")))
    return _rate(data["unit"], day, [one.unit for one in held if one is not None])


COMMANDS: Mapping[str, Callable[[Store, Mapping[str, Any]], Row]] = {
    "register": register,
    "concentration": concentration,
    "capability": seeding.capability,
    "units": adoption.units,
}


class _Order(NamedTuple):
    """A transfer as it was ordered, and what it says of an item's tenures."""

    to: str
    units: frozenset[str]
    on: date
    because: str
    node: str = ""

    def at_place(self, held: tuple[Tenure, ...]) -> tuple[Tenure, ...]:
        """The tenures that it is about, oldest first."""
        found = (one for one in held if one.node == self.node and self._about(one))
        return tuple(sorted(found, key=lambda one: one.since or date.min))

    def _about(self, one: Tenure) -> bool:
        """In a subtree a unit may stand beside those that it does not concern."""
        taking = one.unit == self.to and one.since is not None and one.since >= self.on
        return not self.node or one.unit in self.units or taking

    def takes(self, held: tuple[Tenure, ...]) -> bool:
        """Whether the item was one of theirs the day before, and is theirs or already passed on."""
        before, now = tenure.on(self.on - DAY, held), tenure.on(self.on, held)
        mine = before is not None and before.unit in self.units
        return mine and now is not None and now.unit in self.units | {self.to}

    def still_moves(self, held: tuple[Tenure, ...]) -> bool:
        now = tenure.on(self.on, held)
        return now is not None and now.unit != self.to

    def comes_late(self, held: tuple[Tenure, ...]) -> bool:
        """Whether another unit's tenure begins on the day or after it."""
        return any(
            one.since is not None
            and one.since >= self.on
            and (one.since, one.unit) != (self.on, self.to)
            for one in held
        )

    def owner(self, service: str, held: tuple[Tenure, ...]) -> Row:
        before = tenure.on(self.on - DAY, held)
        return {
            "service": service,
            "unit": self.to,
            **({"node": self.node} if self.node else {}),
            "from": self.on.isoformat(),
            "because": self.because,
            "former": before.unit if before else "",
        }

    def noted(self, owner: Row, at: str) -> Row:
        """The entry of an item's history."""
        names = [name for name in ("unit", "former", "from", "node") if name in owner]
        told = {"do": "transfer", "by": "operator", "message": self.because}
        told |= {name: owner[name] for name in names}
        return audit.entry(owner["service"], at, "transfer", told)

    def retired(self, seal: Seal) -> Row:
        return seeding.seal(
            {
                "seal": seal.id,
                "unit": seal.unit,
                "titles": dict(seal.titles),
                "from": seal.since.isoformat(),
                "to": (self.on - DAY).isoformat(),
                "because": self.because,
            }
        )


def _order(store: Store, data: Mapping[str, Any]) -> _Order:
    try:
        on = date.fromisoformat(data["on"])
    except (TypeError, ValueError) as error:
        raise InvalidTransfer(f"{data['on']} 不是日期（not a day such as 2026-05-27）") from error
    because, node = str(data["because"]).strip(), data.get("node") or ""
    order = _Order(data["to"], frozenset(data["from"]), on, because, node)
    if not order.units or order.to in order.units or not order.because:
        said = "划转须写明另外的单位和理由（a transfer needs other units, and a reason）"
        raise InvalidTransfer(said)
    if order.node and len(order.units) > 1:
        said = "辖区内划转只写一个原单位（in a subtree one unit passes its items on at a time）"
        raise InvalidTransfer(said)
    naming = [{"unit": unit} for unit in (order.to, *sorted(order.units))]
    _refuse_unknown(store, [], [{**one, "node": node} if node else one for one in naming])
    return order


def _moving(
    order: _Order, held: Mapping[str, tuple[Tenure, ...]], named: Sequence[str]
) -> list[str]:
    """The items that pass on: those that are named, else all. Raises InvalidTransfer."""
    whose = ", ".join(sorted(order.units))
    strange = sorted(one for one in named if one not in held or not order.takes(held[one]))
    if strange:
        said = f"{order.on}前一日不归{whose}主管（not owned by {whose} the day before {order.on}）"
        raise InvalidTransfer(f"{said}：{', '.join(strange)}")
    moving = [service for service in sorted(named or held) if order.takes(held[service])]
    if not moving:
        said = f"{whose}没有可划转的事项（{whose} owns nothing the day before {order.on}）"
        raise InvalidTransfer(said)
    later = [service for service in moving if order.comes_late(held[service])]
    if later:
        said = f"{order.on}或之后已经划转（passed on already on or after {order.on}）"
        raise InvalidTransfer(f"{said}：{', '.join(later)}")
    return moving


def _refuse_unknown(store: Store, units: Iterable[Row], naming: Iterable[Row]) -> None:
    nodes, named = {unit["unit"]: unit["node"] for unit in units}, list(naming)
    for node in sorted({*nodes.values(), *(row["node"] for row in named if row.get("node"))}):
        if not seeding.there(store, node):
            raise UnknownNode(seeding.unknown_node(node))
    for unit in sorted({row["unit"] for row in named} - nodes.keys()):
        if store.get(Table.DIRECTORY, (f"unit#{unit}", "unit")) is None:
            raise UnknownUnit(seeding.unknown_unit(unit))


def _left(
    order: _Order, held: Mapping[str, tuple[Tenure, ...]], moving: Iterable[str]
) -> dict[str, int]:
    """How many items each unit still owns on the day, in whichever part of the tree."""
    left: dict[str, int] = {}
    moved = set(moving)
    for service, tenures in held.items():
        here = order.node if service in moved else None
        units = {one.unit for one in tenures if one.holds_on(order.on) and one.node != here}
        for unit in units & order.units:
            left[unit] = left.get(unit, 0) + 1
    return dict(sorted(left.items()))


def _after(
    order: _Order,
    held: Mapping[str, tuple[Tenure, ...]],
    moving: Iterable[str],
    items: Iterable[str],
) -> list[str]:
    """The owners of the items on the day, the transfer done."""
    moved = set(moving)
    now = {service: tenure.on(order.on, held[service]) for service in items}
    return [order.to if s in moved else one.unit for s, one in now.items() if one is not None]


def _owned(store: Store) -> set[str]:
    """Every service that has an owner: those registered, and those of the catalogue."""
    return {
        row["sk"] for pk in ("owners", "catalogue") for row in store.partition(Table.DIRECTORY, pk)
    }


def _items(store: Store, item_class: str | None = None) -> list[str]:
    entries = (row["data"] for row in store.partition(Table.DIRECTORY, "catalogue"))
    return [
        entry["service"]
        for entry in entries
        if entry.get("state") != RETIRED and item_class in (None, entry.get("item_class"))
    ]


def _tenures(store: Store, service: str) -> tuple[Tenure, ...]:
    return tenure.tenures(store.partition(Table.DIRECTORY, f"owner#{service}"))


def _everywhere(store: Store, service: str) -> tuple[Tenure, ...]:
    return tenure.everywhere(store.partition(Table.DIRECTORY, f"owner#{service}"))


def _last(store: Store, service: str, node: str) -> list[str]:
    """Who owns the service there when all that is recorded has come to pass: in a subtree perhaps
    several units."""
    if not node:
        return [one.unit for one in _tenures(store, service)[-1:]]
    held = _everywhere(store, service)
    return [one.unit for one in held if one.node == node and one.until is None]


def _seals(store: Store, unit: str) -> tuple[Seal, ...]:
    return tenure.seals(store.partition(Table.DIRECTORY, f"unit#{unit}", "seal#"))


def _known(seals: tuple[Seal, ...], name: str) -> bool:
    return any(seal.id == name for seal in seals)


def _rate(unit: str, day: date, owners: list[str]) -> Row:
    mine, of_all = sum(one == unit for one in owners), len(owners)
    rate = {"unit": unit, "on": day.isoformat(), "numerator": mine, "denominator": of_all}
    return {**rate, "percent": _percent(mine, of_all)} if of_all else rate


def _percent(numerator: int, denominator: int) -> str:
    whole, thousandths = divmod(numerator * 100_000 // denominator, 1000)
    return f"{whole}.{thousandths:03d}"
