"""Rules that rulings write: a unit owns a service where a matter lies, from a day on (R27).

Only where an operator has allowed it to the service: {"rulable": [service, …]} in the directory.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.people import ownership, tenure
from chalicelib.people.directory import Directory
from chalicelib.people.ownership import InvalidTransfer
from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Store, Table


def allowed(store: Store, service: str) -> bool:
    row = store.get(Table.DIRECTORY, (f"ruling#{service}", "ruling"))
    return row is not None and bool(row["data"].get("rulable"))


def write(store: Store, directory: Directory, data: Mapping[str, Any], at: str) -> Finding | None:
    """Write the rule: {"service", "unit", "node", "day", "because"}; a repeat changes nothing.

    Where several units own the service in the nearest subtree, the others pass that on to this one;
    where nobody owns it, the unit owns it at the node where the matter lies. A finding, and nothing
    more written, where a later transfer stands in its way.
    """
    day, unit = date.fromisoformat(data["day"]), data["unit"]
    rows = store.partition(Table.DIRECTORY, f"owner#{data['service']}")
    held = [one for one in tenure.everywhere(rows) if one.holds_on(day)]
    near = {one: _reach(directory, one.node, data["node"]) for one in held}
    nearest = max(near.values(), default=-1)
    here = [one for one, reach in near.items() if reach == nearest and reach >= 0]
    for other in (one for one in here if one.unit != unit and one.node):
        passed = {"to": unit, "from": [other.unit], "on": data["day"], "node": other.node}
        passed |= {"because": data["because"], "services": [data["service"]]}
        try:
            ownership.transfer(store, passed, at)
        except InvalidTransfer as error:
            return Finding("/unit", "transfer", {"zh-Hans": str(error), "en": str(error)})
    if not here:
        names = {name: data[name] for name in ("service", "unit", "node", "because")}
        ownership.register(store, {"owners": [{**names, "from": data["day"]}]})
    return None


def _reach(directory: Directory, owned: str, node: str) -> int:
    """How near a subtree lies to the node: 0 for the whole tree, -1 where the node is not in it."""
    place, there = directory.node(node), directory.node(owned) if owned else None
    if not owned:
        return 0
    inside = place is not None and there is not None and there.id in place.path
    return 1 + place.path.index(there.id) if inside and place and there else -1
