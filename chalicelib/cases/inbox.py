"""Inboxes: the open tasks of one role at one node, or of one person, a page at a time."""

from typing import Any

from chalicelib.cases import cursor as cursors
from chalicelib.cases import joins
from chalicelib.cases.fact import PERSONAL, listed
from chalicelib.cases.file import load
from chalicelib.cases.house import House
from chalicelib.cases.permission import Sight, sight, stands_for
from chalicelib.cases.tasks import task_view
from chalicelib.cases.zones import Zones, is_in, shown
from chalicelib.people.authority import Caller, holds
from chalicelib.platform.errors import NotFound, NotPermitted
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

PAGE = 50


def inbox(
    house: House,
    caller: Caller,
    role: str,
    node: str,
    cursor: str | None,
    language: str,
    test: bool = False,
    zone: str | None = None,
) -> dict[str, Any]:
    """Tasks in the order they were opened, those of tests apart; with them the tasks of nodes that
    this one has taken over. Of one zone of the centre there if one is named: then a page is as much
    of the list as always, and holds those that are in it.

    Raises NotPermitted, NotFound, UnknownZone, InvalidCursor.
    """
    place = house.directory.node(node)
    if not any(grant.role == role for grant in caller.grants):
        raise NotPermitted({"zh-Hans": "您没有这一岗位", "en": "You do not hold this role"})
    if place is None or not holds(caller.grants, role, place.path, house.today()):
        raise NotFound
    if zone is not None:
        Zones(house).refuse_unknown(place.id, zone, language)
    lists = [listed(f"{role}@{one}", test) for one in place.inboxes]
    return _page(house, caller, lists, cursor, language, zone)


def personal(
    house: House,
    caller: Caller,
    party: str,
    cursor: str | None,
    language: str,
    test: bool = False,
) -> dict[str, Any]:
    """What waits for the caller by name, or for somebody the caller stands in for today.

    Raises NotFound, InvalidCursor.
    """
    if party not in stands_for(house, caller):
        raise NotFound
    return _page(house, caller, [listed(f"{PERSONAL}@{party}", test)], cursor, language)


def _page(
    house: House,
    caller: Caller,
    lists: list[str],
    cursor: str | None,
    language: str,
    zone: str | None = None,
) -> dict[str, Any]:
    scope = "|".join((caller.id, *lists, *([] if zone is None else [f"zone {zone}"])))
    rows, further = cursors.merged(house, scope, lists, PAGE, cursor)
    zones = Zones(house)
    placed = ((row, zones.of(row["service"], row.get("node", ""))) for row in rows)
    return {
        "tasks": [
            {**task_view(row, _service(house, row), language), **shown(place, language)}
            for row, place in placed
            if row["state"] in joins.UNSETTLED
            and (zone is None or is_in(place.get("zone", {}), zone))
            and _may_know(house, caller, row)
        ],
        "cursor": further,
    }


def _may_know(house: House, caller: Caller, row: Row) -> bool:
    """Whether the case may be known to the caller: some name people who hold the role."""
    service = _service(house, row)
    if "named" not in service.data:
        return True
    file = load(house.ports.store, row["number"])
    return file is not None and sight(house, caller, file, service) is not Sight.NONE


def _service(house: House, row: Row) -> Service:
    """The version that the case stays with: a later one may not have its stage any more."""
    return house.catalogue.version(row["service"], int(row["service_version"]))
