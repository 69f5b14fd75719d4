"""The key under which a unit's seal signs, made when it is first needed and kept wrapped."""

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.people.directory import Directory, Unit
from chalicelib.platform.errors import pick
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import ConditionFailed, Keys, Put, Row, Store, Table

if TYPE_CHECKING:
    from chalicelib.platform import signing
else:
    signing = lazy("chalicelib.platform.signing")

# A unit without a seal in the directory signs in its own name.
OWN = "own"


class SealKey(NamedTuple):
    """`id` is the seal's: the unit, and which of its seals; `title` as it is printed."""

    id: str
    title: str
    pair: "signing.Pair"


def seal_key(
    store: Store, keys: Keys, directory: Directory, unit: Unit, day: date, now: datetime
) -> SealKey:
    """The key of the seal that the unit uses on this day. One read; the first time one write."""
    seal = next((one for one in directory.seals(unit.id) if one.active_on(day)), None)
    title = pick(seal.titles, "zh-Hans") if seal else unit.text("titles", "zh-Hans")
    name = seal.id if seal else OWN
    place = (f"seal#{unit.id}", name)
    row = store.get(Table.KEYS, place) or _made(store, keys, unit, title, place, now)
    private = keys.unwrap("|".join(place), row["wrapped"])
    return SealKey(f"{unit.id}/{name}", title, signing.Pair(private, row["certificate"]))


def _made(
    store: Store, keys: Keys, unit: Unit, title: str, place: tuple[str, str], now: datetime
) -> Row:
    """A new key; when another worker was first, the key it made."""
    pair = signing.new_pair(unit.text("titles", "zh-Hans"), title, now)
    row: Row = {
        "pk": place[0],
        "sk": place[1],
        "kind": "seal_key",
        "wrapped": keys.wrap("|".join(place), pair.private),
        "certificate": pair.certificate,
    }
    try:
        store.transact([Put(Table.KEYS, row)])
    except ConditionFailed:
        return store.get(Table.KEYS, place) or row
    return row
