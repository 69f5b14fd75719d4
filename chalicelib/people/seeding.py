"""Reference data in: the region tree, units, owners, people, grants, calendars, token keys.

Each document replaces the rows it names and leaves others alone; repeatable. Only the publisher
function, invoked by an operator, calls this.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.clocks.calendar import Calendar
from chalicelib.platform.ports import Put, Row, Store, Table

BATCH = 50


class UnknownNode(ValueError):
    """A node, unit or grant names a node that the document does not hold."""


def directory(store: Store, data: Mapping[str, Any]) -> Row:
    """Write nodes, units, owners, people. Raises UnknownNode; then nothing is written."""
    rows = [
        *_nodes(data["nodes"]),
        *_plain(data.get("units", []), "unit"),
        *_owners(data.get("owners", [])),
        *_people(data.get("parties", []), data.get("grants", [])),
    ]
    known = {node["node"] for node in data["nodes"]}
    for row in rows:
        node = row["data"].get("node")
        if node is not None and node not in known:
            raise UnknownNode(f"{row['pk']}: {node}")
    for start in range(0, len(rows), BATCH):
        store.transact([Put(Table.DIRECTORY, row, None) for row in rows[start : start + BATCH]])
    return {"rows": len(rows)}


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


def _row(pk: str, sk: str, kind: str, data: Mapping[str, Any]) -> Row:
    return {"pk": pk, "sk": sk, "kind": kind, "data": dict(data)}
