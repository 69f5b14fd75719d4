"""Reference data in: the region tree, units, owners, people, grants, absences, calendars, keys.

Each document replaces the rows it names and leaves others alone; repeatable. Only the publisher
function, invoked by an operator, calls this.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from chalicelib.clocks.calendar import Calendar
from chalicelib.platform.ports import Put, Row, Store, Table

BATCH = 50
LONGEST_ABSENCE = 366


class UnknownNode(ValueError):
    """A node, unit or grant names a node that the document does not hold."""


class UnknownParty(ValueError):
    """Nobody of this name is in the directory."""


class InvalidAbsence(ValueError):
    """Its days are no dates, end before they begin, or are more than LONGEST_ABSENCE."""


def directory(store: Store, data: Mapping[str, Any]) -> Row:
    """Write nodes, units, owners, people and their absences.

    Raises UnknownNode, InvalidAbsence; then nothing is written.
    """
    rows = [
        *_nodes(data["nodes"]),
        *_plain(data.get("units", []), "unit"),
        *_owners(data.get("owners", [])),
        *_people(data.get("parties", []), data.get("grants", [])),
        *_plain(data.get("channels", []), "channel"),
        *map(_absence, data.get("absences", [])),
    ]
    known = {node["node"] for node in data["nodes"]}
    for row in rows:
        node = row["data"].get("node")
        if node is not None and node not in known:
            raise UnknownNode(f"{row['pk']}: {node}")
    for start in range(0, len(rows), BATCH):
        store.transact([Put(Table.DIRECTORY, row, None) for row in rows[start : start + BATCH]])
    return {"rows": len(rows)}


def absence(store: Store, data: Mapping[str, Any]) -> Row:
    """Write one absence: {"party", "from", "to", "because"}, both days included.

    It replaces the one of the same party that begins on the same day, so that the last day can
    be put right. Raises UnknownParty, InvalidAbsence; then nothing is written.
    """
    row = _absence(data)
    if store.get(Table.DIRECTORY, (row["pk"], "party")) is None:
        raise UnknownParty(f"nobody in the directory is called {data['party']}")
    store.transact([Put(Table.DIRECTORY, row, None)])
    return {"party": data["party"], "from": row["data"]["from"], "to": row["data"]["to"]}


def rotate(store: Store, name: str, version: int) -> None:
    """Make this the version of a channel's secret; the one before it holds on."""
    row = _row(f"channel#{name}", "secret", "channel", {"version": version})
    store.transact([Put(Table.DIRECTORY, row, None)])


def calendar(store: Store, data: Mapping[str, Any]) -> Row:
    """Write one calendar. Raises InvalidCalendar with a pointer."""
    Calendar.from_document(data)
    row = _row(f"calendar#{data['calendar']}", "calendar", "calendar", data)
    store.transact([Put(Table.DIRECTORY, row, None)])
    return {"calendar": data["calendar"], "years": sorted(data["years"])}


def issuer(store: Store, data: Mapping[str, Any]) -> Row:
    """Store the JWKS of a token issuer: {"issuer": url, "keys": [...]}."""
    row = _row(f"issuer#{data['issuer']}", "issuer", "issuer", {"keys": data["keys"]})
    store.transact([Put(Table.DIRECTORY, row, None)])
    return {"issuer": data["issuer"], "keys": len(data["keys"])}


def _nodes(nodes: list[Mapping[str, Any]]) -> Iterator[Row]:
    parents = {node["node"]: node.get("parent") for node in nodes}
    for node in nodes:
        path = [node["node"]]
        while (parent := parents.get(path[0])) is not None:
            if parent not in parents or parent in path:
                raise UnknownNode(f"{path[0]}: {parent}")
            path.insert(0, parent)
        yield _row(f"node#{node['node']}", "node", "node", {**node, "path": path})
        if node.get("code"):
            yield _row(f"code#{node['code']}", "code", "code", {"node": node["node"]})


def _plain(items: list[Mapping[str, Any]], kind: str) -> Iterator[Row]:
    for item in items:
        yield _row(f"{kind}#{item[kind]}", kind, kind, item)


def _owners(owners: list[Mapping[str, Any]]) -> Iterator[Row]:
    for owner in owners:
        yield _row(f"owner#{owner['service']}", "owner", "owner", {"unit": owner["unit"]})


def _people(parties: list[Mapping[str, Any]], grants: list[Mapping[str, Any]]) -> Iterator[Row]:
    for party in parties:
        yield _row(f"party#{party['party']}", "party", "party", party)
    for grant in grants:
        sk = f"grant#{grant['role']}#{grant['node']}"
        yield _row(f"party#{grant['party']}", sk, "grant", grant)


def _absence(absence: Mapping[str, Any]) -> Row:
    try:
        first, last = date.fromisoformat(absence["from"]), date.fromisoformat(absence["to"])
    except (TypeError, ValueError) as error:
        raise InvalidAbsence(f"{absence['from']} to {absence['to']}: {error}") from error
    if not 0 <= (last - first).days < LONGEST_ABSENCE:
        raise InvalidAbsence(f"{first} to {last}: not 1 to {LONGEST_ABSENCE} days")
    days = {"from": first.isoformat(), "to": last.isoformat(), "because": absence["because"]}
    return _row(f"party#{absence['party']}", f"absence#{first}", "absence", days)


def _row(pk: str, sk: str, kind: str, data: Mapping[str, Any]) -> Row:
    return {"pk": pk, "sk": sk, "kind": kind, "data": dict(data)}
