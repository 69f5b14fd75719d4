"""The members of a container, a page at a time: each is shown to whom its own case is shown."""

from collections.abc import Iterator
from typing import Any

from chalicelib.cases import cursor as cursors
from chalicelib.cases import membership, story
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.cases.permission import Sight, sight
from chalicelib.people.authority import Caller
from chalicelib.platform.errors import NotFound, pick
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

PAGE = 25


def page(
    house: House,
    caller: Caller,
    file: CaseFile,
    service: Service,
    state: str,
    cursor: str | None,
    language: str,
) -> dict[str, Any]:
    """A page of one list, in the order of joining; it may be short, since what the caller may not
    see is left out. The first says how many stand in each list, whoever may see them.

    Raises NotFound for a case that holds no others, InvalidCursor.
    """
    if not service.container:
        raise NotFound
    test = bool(file.case.get("test"))
    value = membership.list_of(file.number, state, test)
    rows, further = cursors.page(house, f"{caller.id}|{value}", value, PAGE, cursor)
    there = [row for row in rows if row.get("inbox") == value]
    return {
        "container": file.number,
        "kind": service.container["kind"],
        "tags": [pick(tag, language) for tag in service.container.get("tags", ())],
        **({} if cursor else {"counts": membership.tally(house, file.number, test)}),
        "members": list(_shown(house, caller, there, language)),
        "cursor": further,
    }


def _shown(
    house: House, caller: Caller, rows: list[Row], language: str
) -> Iterator[dict[str, Any]]:
    for row in rows:
        service = house.catalogue.version(row["service"], int(row["service_version"]))
        file, seen = _sight(house, caller, row, service)
        head = story.head(service, file, language)
        version = int(file.case["version"])
        if seen is Sight.FULL:
            place = {"site": file.case["site"], "unit": file.case["unit"]}
            yield {**head, "version": version, **place}
        elif seen is Sight.TASKS:
            kept = ("case", "service", "title")
            yield {**{name: head[name] for name in kept}, "version": version}


def _sight(house: House, caller: Caller, row: Row, service: Service) -> tuple[CaseFile, Sight]:
    """What a reading of the case itself would give; the whole case is read only where its row
    does not tell."""
    file = CaseFile(row)
    if "named" not in service.data and sight(house, caller, file, service) is Sight.FULL:
        return file, Sight.FULL
    whole = load(house.ports.store, row["number"]) or file
    return whole, sight(house, caller, whole, service)
