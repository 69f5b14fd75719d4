"""What somebody can do on a case now: each action with the schema of its details, and refused by
the same rule whatever is not offered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.cases import joins
from chalicelib.cases.actions import Stands, choice, shown_schema, stands
from chalicelib.cases.deeds import CHOICES
from chalicelib.cases.doing import Doing
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile
from chalicelib.cases.hindrances import hindrance
from chalicelib.cases.house import House
from chalicelib.cases.permission import permitted
from chalicelib.people.authority import Caller
from chalicelib.platform.errors import (
    NotForThisCase,
    NothingToWaive,
    NotPermitted,
    PapersIncomplete,
    SeparationOfDuty,
    Texts,
    pick,
)
from chalicelib.platform.ports import Row
from chalicelib.platform.skillmissing import SkillMissing
from chalicelib.services.document import Data, Service

# What these say stays so: whoever is refused is told what can be done instead.
LASTING = (NotForThisCase, NothingToWaive, PapersIncomplete)


@dataclass(frozen=True)
class Reader:
    """Who looks at which case, and in which language."""

    house: House
    caller: Caller
    file: CaseFile
    service: Service
    language: str


def of_task(reader: Reader, task: Row) -> list[dict[str, Any]]:
    """What the reader can do with a task now; nothing with one that is closed."""
    if not joins.waits(reader.file.case, task):
        return []
    return [_view(reader, it, name) for name, it in _possible(reader, task, task["actions"])]


def beside(reader: Reader) -> list[dict[str, Any]]:
    """What the reader can do now at whatever stage the case is."""
    return [_view(reader, it, name) for name, it in _possible(reader, None, reader.service.acts)]


def refuse(it: Doing, caller: Caller, place: str) -> None:
    """Raises the Conflict that stands in the way, with what the caller could do instead."""
    found = hindrance(it, place)
    if found is None:
        return
    if isinstance(found, LASTING) and found.detail and it.task is not None:
        found.detail = _or_instead(it, caller, it.task, found.detail)
    raise found


def _or_instead(it: Doing, caller: Caller, task: Row, detail: Texts) -> Texts:
    reader = Reader(it.house, caller, it.fact.file, it.fact.service, "zh-Hans")
    others = _possible(reader, task, task["actions"])
    titles: list[Texts] = [other.action["titles"] for _, other in others]
    if not titles:
        return detail
    zh = "、".join(f"“{pick(one, 'zh-Hans')}”" for one in titles)
    en = ", ".join(f"“{pick(one, 'en')}”" for one in titles)
    return {
        "zh-Hans": f"{detail['zh-Hans']}。可以改办：{zh}",
        "en": f"{pick(detail, 'en')}. Instead you may choose: {en}",
    }


def _possible(
    reader: Reader, task: Row | None, names: Iterable[str]
) -> Iterator[tuple[str, Doing]]:
    """The actions that nothing and nobody keeps the reader from, as they would be done."""
    for name in names:
        found = stands(reader.service, task, name)
        it = found and _as_done(reader, found, task)
        if found is not None and it is not None and hindrance(it, found.place) is None:
            yield name, it


def _as_done(reader: Reader, found: Stands, task: Row | None) -> Doing | None:
    """The action in the reader's hands; None for somebody who may not take it."""
    house, file = reader.house, reader.file
    try:
        actor = permitted(house, file, reader.caller, found.action, found.who, task)
    except (NotPermitted, SeparationOfDuty, SkillMissing):
        return None
    fact = Fact(file, reader.service, house.now(), actor, house.ports.keys)
    return Doing(house, fact, found.action, task, {})


def _view(reader: Reader, it: Doing, name: str) -> dict[str, Any]:
    schema = shown_schema(reader.service, it.action, reader.language)
    for does in it.action.get("does", []):
        if does in CHOICES:
            path, choices = CHOICES[does]
            ways = [
                choice(value, pick(title, reader.language)) for value, title in choices(it).items()
            ]
            schema = _narrowed(schema, path, ways) if ways else schema
    title = pick(it.action["titles"], reader.language)
    return {"action": name, "title": title, "details": schema}


def _narrowed(schema: Data, path: tuple[str, ...], ways: list[dict[str, str]]) -> dict[str, Any]:
    """A copy of the schema in which one member is chosen from a list."""
    if not path:
        return {**schema, "oneOf": ways}
    return {**schema, path[0]: _narrowed(schema.get(path[0], {}), path[1:], ways)}
