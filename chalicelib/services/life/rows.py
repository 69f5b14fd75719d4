"""The rows of a published service: version, live row with its offer, entry of the list, history.

Pure: what is written where, never when.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.people import audit
from chalicelib.platform.ports import Condition, Equals, Missing, Operation, Put, Row, Table
from chalicelib.services.catalogue import pack, version_key
from chalicelib.services.document import Data, Service
from chalicelib.services.offer import Offer, offer_of

# What the list says of a service besides its name.
LISTED = ("item_class", "class", "field", "level_of_exercise")


class Note(NamedTuple):
    """What the history keeps: who, whose document, why; the unit that owns it by this order."""

    do: str
    by: str
    message: str = ""
    written_by: str = ""
    verdict: str = ""
    unit: str = ""

    def data(self) -> Row:
        return {name: value for name, value in self._asdict().items() if value}


def version_row(
    service: Service, number: int, machine: str, content: str, note: Note, at: str
) -> Row:
    return {
        "pk": f"service#{service.id}",
        "sk": version_key(number),
        "kind": "version",
        "service": service.id,
        "version": number,
        "machine": machine,
        "content": content,
        "published_at": at,
        "published_by": note.by,
        "document": pack(service.data),
        "data": note.data(),
    }


def offered(
    service: Service, offer: Offer, live: Row | None, note: Note, at: str, last: int = 0
) -> list[Operation]:
    """The live row, the list's entry and the history; `service` is what the offer offers.

    `last` is the number that was given, where one was.
    """
    turn = turn_of(live) + 1
    row: Row = {
        "pk": f"service#{service.id}",
        "sk": "live",
        "kind": "live",
        "service": service.id,
        "version": offer.version,
        "content": offer.content,
        "turn": turn,
        "data": {**offer.data(), "last": max(last, last_of(live))},
    }
    entry: Row = {
        "pk": "catalogue",
        "sk": service.id,
        "kind": "entry",
        "data": {**_entry(service), "version": offer.version, **offer.data()},
    }
    about = {"version": last or offer.version, **offer.data(), **came_from(live, offer)}
    return [
        Put(Table.DIRECTORY, row, _same_turn(live)) if live else Put(Table.DIRECTORY, row),
        Put(Table.DIRECTORY, entry, None),
        noted(service.id, note, about, at, f"{turn:06d}"),
    ]


def noted(service: str, note: Note, about: Mapping[str, Any], at: str, mark: str) -> Put:
    """An entry of the history."""
    return Put(Table.DIRECTORY, audit.entry(service, at, mark, {**note.data(), **about}), None)


def came_from(live: Row | None, offer: Offer) -> Row:
    """The state it was in, where that becomes another: {"was": …}."""
    was = offer_of(live).state if live else offer.state
    return {} if was is offer.state else {"was": str(was)}


def turn_of(live: Row | None) -> int:
    """How often the live row was written."""
    return int(live.get("turn", 0)) if live else 0


def last_of(live: Row | None) -> int:
    """The highest number given so far."""
    if live is None:
        return 0
    return max(int(live["version"]), int((live.get("data") or {}).get("last", 0)))


def _entry(service: Service) -> Row:
    data = service.data
    opens = sorted({opening["service"] for _, opening in service.openings()} - {service.id})
    zones = {
        one["node"]: place_in(one) for one in data["guide"].get("counters", ()) if "node" in one
    }
    return {
        "service": service.id,
        "titles": dict(data["titles"]),
        "channels": list(data["channels"]),
        **{name: data["guide"][name] for name in LISTED if name in data["guide"]},
        **({"opens": opens} if opens else {}),
        **({"zones": zones} if zones else {}),
        **({"audience": data["audience"]} if service.office else {}),
    }


def place_in(counter: Data) -> Data:
    """Where in its centre a counter is, as the list of services and the inboxes have it."""
    return {name: counter[name] for name in ("zone", "window") if name in counter}


def _same_turn(live: Row) -> Condition:
    return Equals("turn", int(live["turn"])) if "turn" in live else Missing("turn")
