"""Containers and their members: a campaign, a ledger, a batch, a session is a case itself, and
members name it. Which list of it a member stands in follows from the member's own row, so that
pages, "has everybody ended" and counts are read from one index and no row counts anything.
"""

from collections.abc import Mapping

from chalicelib.cases import inheriting
from chalicelib.cases.doing import Doing
from chalicelib.cases.fact import listed
from chalicelib.cases.file import answers_of, load, pk
from chalicelib.cases.house import House
from chalicelib.cases.standing import DONE, DROPPED, OPEN, PART_OF, STATES, joined, place, state_of
from chalicelib.people.directory import Node
from chalicelib.platform.errors import Conflict, Finding, NotYet, OnceOnly, Refused
from chalicelib.platform.json import resolve
from chalicelib.platform.numbers import is_number
from chalicelib.platform.ports import Check, Equals, Every, Missing, Row, Table
from chalicelib.services.document import Data, Service

COUNTED_AT_ONCE = 500
NEVER = "There is no such campaign, ledger or session, or it does not take this"


def list_of(container: str, state: str, test: bool) -> str:
    """The value of the inbox index under which these members stand."""
    return listed(place(container, state), test)


def named_in(
    house: House, service: Service, answers: Data, site: Node | None, test: bool
) -> str | None:
    """The container that the answers name. Raises Refused where it does not take this."""
    pointer = service.data.get(PART_OF)
    number = resolve(answers, pointer) if pointer else None
    if number is not None:
        of = taking(house, service, str(number), f"/answers{pointer}", site, test)
        inheriting.refuse_outside(house, service, answers, of)
    return number


def taking(
    house: House, service: Service, number: str, at: str, site: Node | None, test: bool
) -> Row:
    """The row of the container, which takes a case of this service that was received there.

    Raises Refused: `container`, in the same words for what does not exist and for what never takes
    such cases; `container_closed`; `container_place`. A number is no secret and membership gives
    no sight, so whoever knows it may join.
    """
    case = _row(house, number)
    holder = _service(house, case) if case is not None else None
    if case is None or holder is None or not _ever(holder, case, service, test):
        raise _refusal(at, "container", "没有这个编号的专项，或者它不收此事项", NEVER)
    if "result" in case or case.get("stage", holder.start) not in _stages(holder):
        zh = f"{number}现在不收：还没有开始，或者已经截止"
        raise _refusal(at, "container_closed", zh, f"{number} does not take anything in now")
    if holder.container.get("takes_from") == "below" and not _below(case, site):
        zh = f"{number}只收本地及下级登记的办件"
        raise _refusal(at, "container_place", zh, f"{number} takes only what was received below it")
    return case


def _refusal(at: str, keyword: str, zh: str, en: str) -> Refused:
    return Refused(findings=[Finding(at, keyword, {"zh-Hans": zh, "en": en})])


def _row(house: House, number: str) -> Row | None:
    return house.ports.store.get(Table.CASES, (pk(number), "case")) if is_number(number) else None


def _service(house: House, case: Row) -> Service:
    return house.catalogue.version(case["service"], int(case["service_version"]))


def _ever(holder: Service, case: Row, service: Service, test: bool) -> bool:
    return bool(case.get("test")) == test and service.id in holder.container.get("members", ())


def _stages(holder: Service) -> list[str]:
    return list(holder.container.get("takes_in", holder.stages))


def _below(case: Row, site: Node | None) -> bool:
    return site is not None and case["site"] in site.path


def count(house: House, container: str, state: str, test: bool, most: int) -> int:
    """How many members stand in one list, or `most` + 1 where they are more."""
    found, cursor = 0, None
    while found <= most:
        limit = min(COUNTED_AT_ONCE, most + 1 - found)
        value = list_of(container, state, test)
        page = house.ports.store.find(Table.CASES, "inbox", value, None, limit, cursor)
        found, cursor = found + len(page.keys), page.cursor
        if cursor is None:
            break
    return found


def tally(house: House, container: str, test: bool) -> dict[str, int]:
    """How many members stand in each list, COUNTED_AT_ONCE + 1 where they are more than that."""
    return {one: count(house, container, one, test, COUNTED_AT_ONCE) for one in STATES}


def conclude(it: Doing) -> Row:
    """What the container came to, by number: kept with the event that concludes it."""
    return {"members": tally(it.house, it.fact.number, bool(it.fact.case.get("test")))}


def unfinished(it: Doing) -> Conflict | None:
    """Why the container cannot be concluded: members are under way, or too few or many ended."""
    number, test = it.fact.number, bool(it.fact.case.get("test"))
    if count(it.house, number, OPEN, test, 0):
        zh, en = "还有成员没有办结，不能收尾", "Members are still under way"
        return NotYet({"zh-Hans": zh, "en": en})
    least, most = _bound(it, "least"), _bound(it, "most")
    done = count(it.house, number, DONE, test, max(least, most)) if least or most else 0
    if done < least:
        zh = f"数量不够：应办成{least}件，现有{done}件"
        return NotYet({"zh-Hans": zh, "en": f"{least} must be done, {done} are so far"})
    if most and done > most:
        zh, en = f"超过数量：最多{most}件", f"More than {most} are done"
        return NotYet({"zh-Hans": zh, "en": en})
    return None


def _bound(it: Doing, name: str) -> int:
    """A bound of the quota, as the document or the answer it names has it; 0 for none."""
    said = it.fact.service.container.get("quota", {}).get(name)
    answers = answers_of(it.house.ports.keys, it.fact.file) if isinstance(said, str) else {}
    return inheriting.bound(answers, said) or 0


def join(it: Doing) -> Row:
    """The case becomes a member of the container that the details name, which is still so when
    this is written; where it is one already, that is only recorded. Raises Refused, OnceOnly.
    """
    number, fact = str(it.details["container"]), it.fact
    test, site = bool(fact.case.get("test")), it.house.directory.node(fact.case["site"])
    of = taking(it.house, fact.service, number, "/details/container", site, test)
    former = fact.case.get(PART_OF, number)
    if former != number and not _came_to_nothing(it.house, former):
        raise OnceOnly
    stage = Equals("stage", of["stage"]) if "stage" in of else Missing("stage")
    still = Every((stage, Missing("result")))
    fact.operations.append(Check(Table.CASES, "case", (of["pk"], of["sk"]), still))
    if fact.case.get(PART_OF) != number:
        fact.case |= joined(number, fact.at, fact.number)
    return {"container": number}


def _came_to_nothing(house: House, number: str) -> bool:
    """Whether what held the case was withdrawn or called off."""
    case = _row(house, number)
    return case is not None and state_of(_service(house, case), case) == DROPPED


def told(house: House, number: str | None) -> Mapping[str, str]:
    """What a container tells of itself to those of its members: date, hour, place."""
    file = load(house.ports.store, number) if number else None
    if file is None:
        return {}
    tells = _service(house, file.case).container.get("tells", {})
    answers = answers_of(house.ports.keys, file) if tells else {}
    return {name: str(resolve(answers, pointer) or "") for name, pointer in tells.items()}
