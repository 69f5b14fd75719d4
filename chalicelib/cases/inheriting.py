"""What a container hands down to members of its own kind: a programme's items to those below it,
by reference and all the way down, and how many of their own these may add."""

from collections.abc import Iterator

from chalicelib.cases.file import CaseFile, answers_of, load
from chalicelib.cases.house import House
from chalicelib.cases.standing import PART_OF
from chalicelib.platform.errors import Finding, Refused
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service

# Steps up the tree that are followed: regions have five levels.
MOST_ABOVE = 8


def refuse_outside(house: House, service: Service, answers: Data, of: Row) -> None:
    """Raises Refused (`quota`) where a member adds fewer items of its own than what it is part of
    asks for, or more."""
    handed = _handed(house, service, of)
    file = load(house.ports.store, str(of["number"])) if handed else None
    if file is None:
        return
    above = answers_of(house.ports.keys, file)
    least, most = (bound(above, handed.get(name)) for name in ("least", "most"))
    own = len(resolve(answers, handed["items"]) or [])
    if own >= (least or 0) and (most is None or own <= most):
        return
    zh = f"上级计划{file.number}要求本级增加{_span(least, most, '至')}项，这里有{own}项"
    en = f"{file.number} above asks for {_span(least, most, ' to ')} of your own; here are {own}"
    at = f"/answers{handed['items']}"
    raise Refused(findings=[Finding(at, "quota", {"zh-Hans": zh, "en": en})])


def inherited(house: House, file: CaseFile, service: Service) -> list[Row]:
    """The items that come from above, the highest first: each list under the number it stands in,
    so that nothing is copied."""
    return list(_above(house, file, service))[::-1]


def bound(answers: Data, said: int | str | None) -> int | None:
    """A bound as the document or the answer it names has it; None for none."""
    found = resolve(answers, said) if isinstance(said, str) else said
    return None if found is None else int(found)


def _above(house: House, file: CaseFile, service: Service) -> Iterator[Row]:
    here = file
    for _ in range(MOST_ABOVE):
        number = here.case.get(PART_OF)
        above = load(house.ports.store, number) if number else None
        handed = _handed(house, service, above.case) if above else {}
        if above is None or not handed:
            return
        items = resolve(answers_of(house.ports.keys, above), handed["items"]) or []
        yield {"case": above.number, "items": items}
        here = above


def _handed(house: House, service: Service, of: Row) -> Data:
    """What the container hands down to a case of this service; empty for another kind."""
    if of["service"] != service.id:
        return {}
    holder = house.catalogue.version(of["service"], int(of["service_version"]))
    handed: Data = holder.container.get("hands_down", {})
    return handed


def _span(least: int | None, most: int | None, to: str) -> str:
    if most is None:
        return f"≥{least}"
    return str(most) if least == most else f"{least or 0}{to}{most}"
