"""Which cases an order on many is for: the members of a container or, where its document says
`reaches`, the members of its members; of them those of a service, of a place and of a kind.

What a case is follows from its own row and events when its turn comes, so that an order over
thousands of households keeps no list.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.cases import membership
from chalicelib.cases.file import CaseFile, pk
from chalicelib.cases.house import House
from chalicelib.cases.standing import OPEN, PART_OF
from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Row, Table
from chalicelib.services.document import Service

PAGE = 25
WHERE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "description": "of the cases that are under way, those of a service, received at or below a "
    "node, whose counts, as they were recorded last, have these values",
    "properties": {
        "service": {"type": "string", "minLength": 1, "maxLength": 40},
        "node": {"type": "string", "minLength": 1, "maxLength": 40},
        "counts": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 5,
            "additionalProperties": {"type": ["string", "integer", "boolean"], "maxLength": 100},
        },
    },
}
Cursor = Mapping[str, Any] | None


def services(container: Mapping[str, Any], where: Mapping[str, Any]) -> list[str]:
    """The services whose cases an order is for: the one it names, else all members."""
    return [where["service"]] if "service" in where else list(container["members"])


def findings(
    house: House, container: Mapping[str, Any], where: Mapping[str, Any]
) -> Iterator[Finding]:
    """What an order names that there is not."""
    known = [*container["members"], *container.get("reaches", ())]
    if where.get("service", known[0]) not in known:
        zh, en = "此专项下没有这个事项的办件", "It holds no cases of this service"
        yield Finding("/where/service", "enum", {"zh-Hans": zh, "en": en})
    if "node" in where and house.directory.named(where["node"]) is None:
        zh, en = "没有这个地方", "There is no such place"
        yield Finding("/where/node", "node", {"zh-Hans": zh, "en": en})


def page(
    house: House, service: Service, file: CaseFile, where: Mapping[str, Any], upto: str, at: Cursor
) -> tuple[list[str], Cursor]:
    """The numbers of the next page, of what had joined by `upto`, and where the one after begins.

    Of members of members a page is what a few members hold: `held` are those whose turn is to
    come, `inner` is how far the first of them is read, `outer` where more of them are.
    """
    test = bool(file.case.get("test"))
    if not _through(service, where):
        return _numbers(house, file.number, test, upto, at)
    begun = at or {}
    held, inner, outer = begun.get("held"), begun.get("inner"), begun.get("outer")
    if not held:
        held, outer = _numbers(house, file.number, test, upto, outer)
        inner = None
    found: list[str] = []
    while held and len(found) < PAGE:
        more, inner = _numbers(house, held[0], test, upto, inner)
        found += more
        held = held if inner else held[1:]
    further = {"held": held, "inner": inner, "outer": outer}
    return found, further if held or outer else None


def within(house: House, file: CaseFile, number: str) -> bool:
    """Whether it is a member of the container or, where that `reaches` it, of a member of it."""
    holder = file.case.get(PART_OF)
    if holder == number or holder is None:
        return bool(holder)
    above, container = (_row(house, one) for one in (holder, number))
    if above is None or container is None or above.get(PART_OF) != number:
        return False
    service = house.catalogue.version(container["service"], int(container["service_version"]))
    return file.case["service"] in service.container.get("reaches", ())


def fits(house: House, file: CaseFile, where: Mapping[str, Any]) -> bool:
    """Whether the case is one of those that the order is for, as it stands now."""
    if where.get("service", file.case["service"]) != file.case["service"]:
        return False
    if "node" in where and not _lies_below(house, file.case, where["node"]):
        return False
    counts = _counts(file)
    return all(counts.get(name) == value for name, value in where.get("counts", {}).items())


def _row(house: House, number: str) -> Row | None:
    return house.ports.store.get(Table.CASES, (pk(number), "case"))


def _through(service: Service, where: Mapping[str, Any]) -> bool:
    return where.get("service") in service.container.get("reaches", ())


def _numbers(
    house: House, container: str, test: bool, upto: str, cursor: Any
) -> tuple[list[str], Any]:
    value = membership.list_of(container, OPEN, test)
    found = house.ports.store.find(Table.CASES, "inbox", value, upto, PAGE, cursor)
    return [key[0].removeprefix("case#") for key in found.keys], found.cursor


def _lies_below(house: House, case: Row, place: str) -> bool:
    node, site = house.directory.named(place), house.directory.node(case["site"])
    return node is not None and site is not None and node.id in site.path


def _counts(file: CaseFile) -> dict[str, Any]:
    """Each count of the case as it was recorded last."""
    found: dict[str, Any] = {}
    for event in file.events:
        found |= event["data"].get("counts", {})
    return found
