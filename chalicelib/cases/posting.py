"""Public postings (公示): what a document posts of a case at a node, for everybody below it.

A posting is one row, however many villages read it: it stands in the inbox index of the node that
the answers name, and a reader asks the nodes of his own path, a query each. What it shows is the
two texts that the document names and nothing else; the latest of the events that post it and take
it down decides, so that carrying it out again, or late, changes nothing.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from chalicelib.cases import competence
from chalicelib.cases import cursor as cursors
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.cases.house import House
from chalicelib.people.directory import Node
from chalicelib.platform import times
from chalicelib.platform.errors import NotFound, pick
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Absent, Below, ConditionFailed, Either, Put, Row, Table
from chalicelib.services.document import Data, Service

PAGE = 24
# Rows are gone some days after their last day; whoever reads leaves them out before.
KEPT = timedelta(days=2)
LAST_MOMENT = 10**14


def update(house: House, file: CaseFile, service: Service) -> None:
    """Make the row what the case says now; an older picture never replaces a newer one."""
    if file.case.get("test"):
        return
    row = _row(house, file, service)
    newer = Either((Absent(), Below("seen", row["seen"] + 1)))
    try:
        house.ports.store.transact([Put(Table.CASES, row, newer)])
    except ConditionFailed:
        # Somebody has written what came later.
        return


def posted(house: House, file: CaseFile, service: Service) -> dict[str, Any]:
    """For the office: since when and up to which day it is posted; empty where it is not."""
    event = _posting(service, file)
    if event is None or file.case.get("test"):
        return {}
    answers = answers_of(house.ports.keys, file)
    until = _until(house, service.posted, event, answers)
    if not _meant(house, service, answers) or until < house.today():
        return {}
    return {"posted": {"at": event["at"], "until": until.isoformat()}}


def _row(house: House, file: CaseFile, service: Service) -> Row:
    """As the events have it; out of the index where nothing is to be read."""
    said, answers = service.posted, answers_of(house.ports.keys, file)
    event = _posting(service, file)
    row: Row = {
        "pk": f"posting#{file.number}",
        "sk": "posting",
        "kind": "posting",
        "number": file.number,
        "service": service.id,
        "seen": int(file.case["events"]),
    }
    last = house.today() if event is None else _until(house, said, event, answers)
    over = datetime.combine(last, time.min, UTC) + KEPT
    row |= {"until": last.isoformat(), "expires": int(over.timestamp())}
    if event is None or not _meant(house, service, answers):
        return row
    place = competence.region_of(house, service, answers)
    node = place.id if place else file.case["site"]
    return row | {
        "node": node,
        "unit": file.case["unit"],
        "at": event["at"],
        "data": {name: resolve(answers, said[name]) for name in ("title", "text")},
        "inbox": _listed(node),
        "inbox_at": f"{_newest_first(event['at'])}#{file.number}",
    }


def _posting(service: Service, file: CaseFile) -> Row | None:
    """The event by which it is posted, unless it was taken down since."""
    said = service.posted
    names = (said["event"], *said["ends"]) if said else ()
    latest = next((row for row in reversed(file.events) if row["type"] in names), None)
    return latest if latest is not None and latest["type"] == said["event"] else None


def _meant(house: House, service: Service, answers: Data) -> bool:
    condition = service.posted.get("if", {})
    return house.forms.holds(f"{service.content}/posted/if", condition, answers)


def _until(house: House, said: Data, event: Row, answers: Data) -> date:
    """The last day: that of the answers, and so many days after the event at the latest."""
    most = house.calendar.local_date(times.moment(event["at"])) + timedelta(days=said["days"])
    named = resolve(answers, said["until"]) if "until" in said else None
    return min(most, date.fromisoformat(named)) if named else most


def _listed(node: str) -> str:
    return f"posted@{node}"


def _newest_first(at: str) -> str:
    """A text that sorts before those of earlier moments; the index is read upwards."""
    return f"{LAST_MOMENT - int(times.moment(at).timestamp() * 1000):014}"


def read(house: House, node: str, cursor: str | None, language: str) -> dict[str, Any]:
    """One page of what is posted at a node or above it and still in force, newest first.

    Raises NotFound for a node there is not, InvalidCursor.
    """
    place = house.directory.node(node)
    if place is None:
        raise NotFound
    lists = [_listed(one) for one in place.path]
    rows, further = cursors.merged(house, "|".join(lists), lists, PAGE, cursor)
    today = house.today().isoformat()
    shown = [
        _view(house, row, language) for row in rows if "inbox" in row and row["until"] >= today
    ]
    return {"postings": shown, "cursor": further}


def _view(house: House, row: Row, language: str) -> dict[str, Any]:
    node, unit = house.directory.node(row["node"]), house.directory.unit(row["unit"])
    return {
        "case": row["number"],
        "service": row["service"],
        "node": row["node"],
        "place": _title(node, row["node"], language),
        "office": unit.text("titles", language) if unit else row["unit"],
        **row["data"],
        "posted_at": row["at"],
        "until": row["until"],
    }


def _title(node: Node | None, id: str, language: str) -> str:
    return pick(node.titles, language) if node else id
