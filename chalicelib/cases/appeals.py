"""Appeals: while one is open, nothing of the case that is appealed ends by itself. Pure.

An appeal is a case that an event has opened and whose decision comes back as an event; it is open
from the first of these on, before the other case is there, until the second.
"""

from collections.abc import Sequence

from chalicelib.cases.joins import NOT_OPENED
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service


def pending(service: Service, events: Sequence[Row]) -> bool:
    """Whether an appeal is open; one that could not be opened is not."""
    return any(_open(one["hears"], events) for _, one in service.follows if "appeal" in one)


def _open(hears: str, events: Sequence[Row]) -> bool:
    awaited = sum(int(row["data"].get("awaits", {}).get(hears, 0)) for row in events)
    failed = sum(row["type"] == NOT_OPENED and row["data"].get("hears") == hears for row in events)
    decided = {row["data"]["case"] for row in events if row["type"] == hears}
    return bool(awaited > failed + len(decided))
