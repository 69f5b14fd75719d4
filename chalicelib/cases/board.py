"""The public board: cards of pools with a free slot, and nothing that their document does not show.

A card is a few rows, one for each list it stands in: all, its category, each node of its path,
each of these by category. They stand in the inbox index while a slot is free, so a page is one
query of one list, however many cards there are.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.cases import cursor as cursors
from chalicelib.cases import joins, skills
from chalicelib.cases.file import CaseFile, answers_of, load, unpack
from chalicelib.cases.house import House
from chalicelib.platform.errors import pick
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Absent, Below, ConditionFailed, Either, Put, Row, Table
from chalicelib.services.document import Data, Service

PAGE = 24
ANY = "*"


def update(house: House, file: CaseFile, service: Service) -> None:
    """Make the card's rows what the case says now; an older picture never replaces a newer one.

    Looked at twice: whoever came between our look and our rows found no rows to take away.
    """
    _picture(house, file, service)
    now = load(house.ports.store, file.number)
    if now is not None and now.case["events"] != file.case["events"]:
        _picture(house, now, service)


def _picture(house: House, file: CaseFile, service: Service) -> None:
    stage = file.case.get("stage", "")
    shown = joins.offered(service.stages.get(stage), file.case, file.tasks)
    rows = list(_rows(house, file, service)) if shown else _hidden(house, file)
    if not rows:
        return
    seen = int(file.case["events"])
    newer = Either((Absent(), Below("seen", seen + 1)))
    try:
        house.ports.store.transact([Put(Table.CASES, {**row, "seen": seen}, newer) for row in rows])
    except ConditionFailed:
        # Somebody has written what came later.
        return


def _hidden(house: House, file: CaseFile) -> list[Row]:
    """The rows there are, out of the index."""
    rows = house.ports.store.partition(Table.CASES, f"card#{file.number}")
    return [{n: v for n, v in row.items() if n not in ("inbox", "inbox_at")} for row in rows]


def _rows(house: House, file: CaseFile, service: Service) -> Iterator[Row]:
    card = service.stages[file.case["stage"]]["card"]
    node = house.directory.node(file.case["site"])
    event = next(row for row in reversed(file.events) if row["type"] == card["event"])
    words = unpack(house.ports.keys, file.number, event)
    answers = answers_of(house.ports.keys, file)
    category = str(resolve(answers, card["category"]) or "")
    skill = skills.asked(service.stages[file.case["stage"]]["who"], answers)
    for place in (ANY, *(node.path if node else ())):
        for kind in ("", category):
            yield {
                "pk": f"card#{file.number}",
                "sk": f"{place}#{kind}",
                "kind": "card",
                "number": file.number,
                "service": service.id,
                "node": file.case["site"],
                "category": category,
                "data": {**_said(card, words), **({"skill": skill} if skill else {})},
                "inbox": f"board@{place}#{kind}",
                "inbox_at": f"{event['at']}#{file.number}",
            }


def card(house: House, file: CaseFile, service: Service, language: str) -> dict[str, Any] | None:
    """The card of the stage that stands open, if it has one."""
    stage = service.stages.get(file.case.get("stage", ""), {})
    if not file.case["open"] or "card" not in stage:
        return None
    return _view(house, next(_rows(house, file, service)), language)


def _said(card: Data, words: Data) -> dict[str, Any]:
    """Text, and for whom, as the office has worded them for the public."""
    said = {"text": words[card["text"]]}
    if "whom" in card and card["whom"] in words:
        said["whom"] = words[card["whom"]]
    return said


def read(
    house: House, node: str | None, category: str | None, cursor: str | None, language: str
) -> dict[str, Any]:
    """One page, oldest first; of a node with what it has taken over. Raises InvalidCursor."""
    place = house.directory.node(node) if node else None
    lists = [f"board@{one}#{category or ''}" for one in (place.inboxes if place else [node or ANY])]
    rows, further = cursors.merged(house, "|".join(lists), lists, PAGE, cursor)
    # A card stands in the list of the node that was taken over and in that of its heir.
    cards = {row["pk"]: row for row in rows if "inbox" in row}
    return {"cards": [_view(house, row, language) for row in cards.values()], "cursor": further}


def _view(house: House, row: Row, language: str) -> dict[str, Any]:
    node = house.directory.node(row["node"])
    return {
        "case": row["number"],
        "service": row["service"],
        "category": row["category"],
        **row["data"],
        "community": pick(node.titles, language) if node else row["node"],
    }
