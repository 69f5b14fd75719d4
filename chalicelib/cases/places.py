"""Where a task waits, and for whom: one reading of `who` for those who open it and who may act."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.cases.file import unpack
from chalicelib.platform.ports import Keys, Row

NAMED = "named"


def node_of(case: Row, who: Mapping[str, Any]) -> str:
    """The node at which the role must be held for the case."""
    if who["at"] == "parent":
        return str(case.get("above", case["node"]))
    return str(case["node"] if who["at"] in ("unit", NAMED) else case["site"])


def person_of(events: Iterable[Row], keys: Keys, number: str, who: Mapping[str, Any]) -> str:
    """Whom the latest event of its kind has named; empty where the task waits for the role."""
    if who["at"] != NAMED:
        return ""
    source = who["from"]
    event = next((row for row in reversed(list(events)) if row["type"] == source["event"]), None)
    if event is None or "sealed" not in event:
        return ""
    return str(unpack(keys, number, event).get(source["member"], ""))
