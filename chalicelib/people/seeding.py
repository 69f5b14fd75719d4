"""Reference data in: the region tree, units, seals, owners, people, absences, calendars, keys.

Each document replaces the rows it names and leaves others alone; repeatable. Only the publisher
function, invoked by an operator, calls this.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.clocks.calendar import Calendar
from chalicelib.people import region
from chalicelib.platform.ports import Put, Row, Store, Table

BATCH = 50
LONGEST_ABSENCE = 366


class UnknownNode(ValueError):
    """A node, unit or grant names a node that the document does not hold."""


class UnknownParty(ValueError):
    """Nobody of this name is in the directory."""


class UnknownUnit(ValueError):
    """A service, a seal or a transfer names a unit that is not in the directory."""


class InvalidTrust(ValueError):
    """No public Ed25519 key in the form of a JWK (RFC 8037), with its kid."""


class InvalidSkills(ValueError):
    """The skills of a grant are no list of codes."""


class InvalidAbsence(ValueError):
    """Its days are no dates, end before they begin, or are more than LONGEST_ABSENCE."""


def directory(store: Store, data: Mapping[str, Any]) -> Row:
    """Write nodes, units, seals, owners, capabilities, people and their absences.

    What names a node names one of the document or one that is there. Raises UnknownNode,
    InvalidAbsence, InvalidSkills; then nothing is written.
    """
    rows = [
        *_nodes(data.get("nodes", [])),
        *units(data.get("units", [])),
        *map(seal, data.get("seals", [])),
        *owners(data.get("owners", [])),
        *map(_capability, data.get("capabilities", [])),
        *people(data.get("parties", []), data.get("grants", [])),
        *_plain(data.get("channels", []), "channel"),
        *map(_absence, data.get("absences", [])),
        *map(_grantable, data.get("grantable", [])),
        *map(_rulable, data.get("rulable", [])),
    ]
    known = {node["node"] for node in data.get("nodes", [])}
    for row in rows:
        for holder in (row["data"], *row["data"].get("rows", ())):
            node = holder.get("node")
            if node is not None and node not in known and not there(store, node):
                raise UnknownNode(f"{row['pk']}: {unknown_node(node)}")
    put(store, rows)
    return {"rows": len(rows)}


def put(store: Store, rows: Sequence[Row]) -> None:
    """Write rows in transactions of BATCH; they replace what they name, the last of a name."""
    puts = list({(row["pk"], row["sk"]): Put(Table.DIRECTORY, row, None) for row in rows}.values())
    for start in range(0, len(puts), BATCH):
        store.transact(puts[start : start + BATCH])


def capability(store: Store, data: Mapping[str, Any]) -> Row:
    """Write which levels and nodes are able to receive a service (R18, R26).

    {"service", "rows": [{"level", "node"?, "from", "to"?, "because"?}]}: all of the level within
    the node's subtree, everywhere for none, on those days. A level that no row names is able to
    as the document says. Raises UnknownNode, ValueError for a day that is none; then nothing is
    written.
    """
    for row in data["rows"]:
        node = row.get("node")
        if node is not None and not there(store, node):
            raise UnknownNode(f"{data['service']}: {unknown_node(node)}")
    store.transact([Put(Table.DIRECTORY, _capability(data), None)])
    return {"service": data["service"], "rows": len(data["rows"])}


def absence(store: Store, data: Mapping[str, Any]) -> Row:
    """Write one absence: {"party", "from", "to", "because"}, both days included.

    It replaces the one of the same party that begins on the same day, so that the last day can
    be put right; {"party", "from", "cancel": true} takes that one back. What is written here is in
    force when the directory is read anew, within `directory.BELIEVED`. Raises UnknownParty,
    InvalidAbsence; then nothing is written.
    """
    row = _cancelled(store, data) if data.get("cancel") else _absence(data)
    if store.get(Table.DIRECTORY, (row["pk"], "party")) is None:
        raise UnknownParty(f"nobody in the directory is called {data['party']}")
    store.transact([Put(Table.DIRECTORY, row, None)])
    days = {name: row["data"][name] for name in ("from", "to")}
    return {"party": data["party"], **days, "cancelled": bool(data.get("cancel"))}


def _cancelled(store: Store, data: Mapping[str, Any]) -> Row:
    """The absence as it was written, marked as taken back: the record of it stays."""
    row = store.get(Table.DIRECTORY, (f"party#{data['party']}", f"absence#{data['from']}"))
    if row is None:
        raise InvalidAbsence(f"{data['party']} has no absence that begins on {data['from']}")
    return {**row, "data": {**row["data"], "cancelled": True}}


def rotate(store: Store, name: str, version: int) -> None:
    """Make this the version of a channel's secret; the one before it holds on."""
    row = _row(f"channel#{name}", "secret", "channel", {"version": version})
    store.transact([Put(Table.DIRECTORY, row, None)])


def calendar(store: Store, data: Mapping[str, Any], at: str) -> Row:
    """Write one calendar; what it was before is kept beside it, so that open cases can be told
    whose dates have moved. Raises InvalidCalendar with a pointer."""
    Calendar.from_document(data)
    pk = f"calendar#{data['calendar']}"
    rows = [_row(pk, "calendar", "calendar", data)]
    former = store.get(Table.DIRECTORY, (pk, "calendar"))
    if former is not None and former["data"] != data:
        change = {"former": former["data"], "at": at}
        rows.append(_row(pk, f"change#{at}", "calendar", change))
    store.transact([Put(Table.DIRECTORY, row, None) for row in rows])
    return {"calendar": data["calendar"], "years": sorted(data["years"])}


def trust(store: Store, data: Mapping[str, Any]) -> Row:
    """Believe packages that are signed with this key, or with "revoke" no longer do.

    {"name": whose it is, "key": a public Ed25519 JWK with its kid, as `GET /packages/key` has it}.
    Raises InvalidTrust; then nothing is written.
    """
    key = data["key"] if isinstance(data["key"], Mapping) else {}
    kept = {name: str(key.get(name) or "") for name in ("kty", "crv", "x", "kid")}
    if (kept["kty"], kept["crv"]) != ("OKP", "Ed25519") or not (kept["x"] and kept["kid"]):
        said = "不是事项包的公钥（no public Ed25519 JWK with its kid, as GET /packages/key has it）"
        raise InvalidTrust(said)
    row = _row(f"trust#{kept['kid']}", "trust", "trust", {"name": data["name"], "key": kept})
    row["data"]["revoked"] = bool(data.get("revoke"))
    store.transact([Put(Table.DIRECTORY, row, None)])
    return {"trusted": data["name"], "kid": kept["kid"], "revoked": row["data"]["revoked"]}


def issuer(store: Store, data: Mapping[str, Any]) -> Row:
    """Store the JWKS of a token issuer: {"issuer": url, "keys": [...]}."""
    row = _row(f"issuer#{data['issuer']}", "issuer", "issuer", {"keys": data["keys"]})
    store.transact([Put(Table.DIRECTORY, row, None)])
    return {"issuer": data["issuer"], "keys": len(data["keys"])}


def _nodes(nodes: list[Mapping[str, Any]]) -> Iterator[Row]:
    """Their first states; what was recorded of them since is left alone."""
    parents = {node["node"]: node.get("parent") for node in nodes}
    for node in nodes:
        path = [node["node"]]
        while (parent := parents.get(path[0])) is not None:
            if parent not in parents or parent in path:
                raise UnknownNode(f"{path[0]}: {parent}")
            path.insert(0, parent)
        state = _dated(node)
        yield from region.rows_of(node["node"], state, first=True)
        yield from region.code_rows(node["node"], state)


def _plain(items: list[Mapping[str, Any]], kind: str) -> Iterator[Row]:
    for item in items:
        yield _row(f"{kind}#{item[kind]}", kind, kind, item)


def owners(owners: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The rows of {"service", "unit", "node"?, "from"?, "to"?, "because"?}; undated without `from`,
    in the whole tree without `node`. Raises ValueError for a day that is none.
    """
    for owner in owners:
        data = _dated({name: value for name, value in owner.items() if name != "service"})
        sk = f"from#{data['from']}" if data.get("from") else "owner"
        if data.get("node"):
            sk = f"node#{data['node']}#{data['unit']}#{sk}"
        yield _row(f"owner#{owner['service']}", sk, "owner", data)
        yield _row("owners", owner["service"], "owned", {"service": owner["service"]})


def seal(data: Mapping[str, Any]) -> Row:
    """The row of {"seal", "unit", "titles", "from", "to"?, "because"?}. Raises ValueError."""
    return _row(f"unit#{data['unit']}", f"seal#{data['seal']}", "seal", _dated(data))


def units(units: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The rows of units as a directory document has them, each with its line in the register."""
    for unit in units:
        yield _row(f"unit#{unit['unit']}", "unit", "unit", unit)
        listed = {name: unit[name] for name in ("unit", "node", "titles") if name in unit}
        yield _row("units", unit["unit"], "unit", listed)


def there(store: Store, node: str) -> bool:
    """Whether a node of this id is or was in the region tree."""
    return store.get(Table.DIRECTORY, (f"node#{node}", "node")) is not None


def unknown_node(node: str) -> str:
    """What to say of a node that is not there."""
    return f"没有节点{node}（there is no node {node}）"


def unknown_unit(unit: str) -> str:
    """What to say of a unit that is not there."""
    return f"没有单位{unit}（there is no unit {unit}）"


def _capability(data: Mapping[str, Any]) -> Row:
    rows = [{"level": row["level"], "from": row["from"], **_dated(row)} for row in data["rows"]]
    content = {"service": data["service"], "rows": rows}
    return _row(f"capability#{data['service']}", "capability", "capability", content)


def _dated(data: Mapping[str, Any]) -> Row:
    """With its first and last day as 2026-01-31, where it has them. Raises ValueError."""
    days = {name: data[name] for name in ("from", "to") if data.get(name)}
    return {**data, **{name: date.fromisoformat(day).isoformat() for name, day in days.items()}}


def people(
    parties: Sequence[Mapping[str, Any]], grants: Sequence[Mapping[str, Any]]
) -> Iterator[Row]:
    """The rows of people and grants, and those by which people are found by what they hold."""
    for party in parties:
        yield _row(f"party#{party['party']}", "party", "party", party)
        for absent in party.get("stands_in_for", ()):
            yield _row(f"stand-ins#{absent}", f"party#{party['party']}", "party", party)
    for grant in grants:
        skills = grant.get("skills", [])
        if not isinstance(skills, list) or not all(isinstance(one, str) for one in skills):
            raise InvalidSkills(f"{grant['party']}, {grant['role']}: no list of codes: {skills}")
        sk = f"grant#{grant['role']}#{grant['node']}"
        yield _row(f"party#{grant['party']}", sk, "grant", grant)
        holders = f"holders#{grant['role']}#{grant['node']}"
        yield _row(holders, f"party#{grant['party']}", "grant", grant)
    for role in sorted({grant["role"] for grant in grants}):
        yield _row(f"role#{role}", "role", "role", {"role": role})


def _grantable(data: Mapping[str, Any]) -> Row:
    """The row of {"role", "services"}: whose cases may give the role."""
    return _row(f"role#{data['role']}", "grantable", "role", data)


def _rulable(service: str) -> Row:
    """The row of a service whose rulings may be written as rules."""
    return _row(f"ruling#{service}", "ruling", "ruling", {"rulable": True})


def _absence(absence: Mapping[str, Any]) -> Row:
    try:
        first, last = date.fromisoformat(absence["from"]), date.fromisoformat(absence["to"])
    except (TypeError, ValueError) as error:
        given = f"{absence['from']} to {absence['to']}"
        raise InvalidAbsence(f"{given}: not days such as 2026-03-10") from error
    if not 0 <= (last - first).days < LONGEST_ABSENCE:
        raise InvalidAbsence(f"{first} to {last}: not 1 to {LONGEST_ABSENCE} days")
    days = {"from": first.isoformat(), "to": last.isoformat(), "because": absence["because"]}
    return _row(f"party#{absence['party']}", f"absence#{first}", "absence", days)


def _row(pk: str, sk: str, kind: str, data: Mapping[str, Any]) -> Row:
    return {"pk": pk, "sk": sk, "kind": kind, "data": dict(data)}
