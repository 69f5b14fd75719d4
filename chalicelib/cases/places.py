"""Where a task waits, and for whom: one reading of `who` for those who open it and who may act."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from chalicelib.cases.file import CaseFile, unpack
from chalicelib.people.authority import is_outside
from chalicelib.platform.ports import Keys, Row

NAMED, ITEM = "named", "item"
# Where the case was sent, or is; who answers for it until that is accepted.
LEG = "leg"
LEGS = frozenset({LEG, "accountable"})
# The event that the worker has chosen a person for a task.
ASSIGNED = "assigned"
# Members of a `who` that keep somebody from acting though they hold the role.
BARS = ("not", "not_submitter", "not_about", "not_part")


class Chosen(NamedTuple):
    """Whom a task waits for by name, nobody for the role; how they were chosen among others."""

    party: str = ""
    how: Mapping[str, Any] | None = None


def node_of(case: Row, who: Mapping[str, Any], task: Row | None = None) -> str:
    """The node at which the role must be held for the case; for an item, where its task lies."""
    if who["at"] == ITEM and task is not None and task.get("node"):
        return str(task["node"])
    if who["at"] == "parent":
        return str(case.get("above", case["node"]))
    if who["at"] in LEGS:
        accountable = str(case.get("leg", case["site"]))
        return str(case.get("sent", accountable)) if who["at"] == LEG else accountable
    return str(case["node"] if who["at"] in ("unit", NAMED, ITEM) else case["site"])


def person_of(
    events: Iterable[Row],
    keys: Keys,
    number: str,
    who: Mapping[str, Any],
    task: Row | None = None,
) -> str:
    """Whom the latest event of its kind or the item has named; empty where the task waits for the
    role."""
    if who["at"] == ITEM and task is not None:
        return str(task["item"].get("party", ""))
    if who["at"] != NAMED:
        return ""
    source = who["from"]
    event = next((row for row in reversed(list(events)) if row["type"] == source["event"]), None)
    if event is None or "sealed" not in event:
        return ""
    return str(unpack(keys, number, event).get(source["member"], ""))


def last_at(file: CaseFile, stage: str, actions: Iterable[str]) -> str:
    """Who took one of a stage's own actions last; empty for nobody, and for those outside."""
    names, own = file.names_of(stage), set(actions)
    found = (
        row["actor"]
        for row in reversed(file.events)
        if row.get("stage") in names and row["data"].get("action") in own
    )
    actor = next(found, {"as": "applicant"})
    outside = actor["as"] == "applicant" or is_outside(str(actor.get("party", "")))
    return "" if outside else str(actor["party"])
