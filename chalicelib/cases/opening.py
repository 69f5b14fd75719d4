"""Opening a case: the rows of a new one, whoever asks for it, and cases that others lead to.

A linked case is opened in the transaction of what leads to it. The link stands on its own side
only; the number of a case that was split off is derived from the other's by a keyed hash, so that
nothing stored on the other side leads to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.cases import papers, ruling
from chalicelib.cases.chain import FIRST_HEAD
from chalicelib.cases.clockwork import check_after
from chalicelib.cases.counts import counted
from chalicelib.cases.fact import SYSTEM, Actor, Fact
from chalicelib.cases.file import CaseFile, answers_of, pack, pk
from chalicelib.cases.house import House
from chalicelib.people.directory import Node, Unit
from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform import times
from chalicelib.platform.errors import Finding, NotFound, Refused, Unavailable, UnknownRegion
from chalicelib.platform.json import resolve, without
from chalicelib.platform.numbers import RANDOM_DIGITS, check_digit, new_number
from chalicelib.platform.ports import Operation, Put, Row, Table
from chalicelib.services.document import Data, Service


@dataclass(frozen=True)
class Opening:
    """What a new case consists of; `about` is the number of the case it is about.

    A `test` case is kept apart: its tasks stand in inboxes of their own, nothing is sent. The
    answers are settled; `dropped` is where something was sent that is not among them.
    """

    service: Service
    answers: Mapping[str, Any]
    channel: str
    language: str
    actor: Actor
    site: Node
    papers: list[Mapping[str, Any]] = field(default_factory=list)
    about: str | None = None
    test: bool = False
    dropped: tuple[str, ...] = ()


def open_case(house: House, it: Opening, number: str) -> tuple[Fact, list[Operation]]:
    """The first fact of a case and all its rows. Raises UnknownRegion without an owning unit,
    Refused where a decision table names one that is not known."""
    unit = _handling(house, it.service, it.answers)
    now = house.now()
    mint = house.ports.keys.mint(number)
    given = [item["paper"] for item in it.papers]
    lacking = papers.missing(papers.needed(house, it.service, it.answers), given)
    case: Row = {
        "pk": pk(number),
        "sk": "case",
        "kind": "case",
        "number": number,
        "service": it.service.id,
        "service_version": it.service.version,
        "machine": it.service.machine,
        "generation": 1,
        "version": 1,
        "events": 0,
        "head": FIRST_HEAD,
        "status": "submitted",
        "visit": 0,
        "open": False,
        "ended": False,
        "channel": it.channel,
        "site": it.site.id,
        "node": unit.node,
        "unit": unit.id,
        "received_at": times.text(now),
        "check_at": check_after(now, number),
        "language": it.language,
    }
    if it.about:
        case["about"] = it.about
    if it.test:
        case["test"] = True
    fact = Fact(CaseFile(case), it.service, now, it.actor, house.ports.keys)
    fact.minted.append(number)
    fact.put("answers", "answers#1", sealed=pack(house.ports.keys, number, "answers#1", it.answers))
    if given:
        place = "papers#00001"
        fact.put(
            "papers", place, papers=given, sealed=pack(house.ports.keys, number, place, it.papers)
        )
    fact.owe("start", generation=1)
    fact.record(
        it.service.received,
        {
            "given": given,
            "missing": lacking,
            "channel": it.channel,
            **counted(it.service.data, it.answers),
            **ruling.recorded(it.service, it.answers, it.dropped),
        },
    )
    fact.watch(house.calendar)
    return fact, [Put(Table.CASES, fact.case), *fact.operations, fact.out(), mint]


def _handling(house: House, service: Service, answers: Data) -> Unit:
    """The unit that a decision table names, else the owner."""
    decided = ruling.decided(service, answers)
    if decided is not None and decided.unit is not None:
        named = house.directory.unit(decided.unit)
        if named is None:
            zh = "应由另一单位办理，但该单位尚未登记，请联系受理单位"
            en = "Another unit handles this, but it is not known here; please contact the office"
            params = {"unit": decided.unit}
            raise Refused(findings=[Finding("/answers", "unit", {"zh-Hans": zh, "en": en}, params)])
        return named
    owner = house.directory.owner(service.id, house.today())
    if owner is None:
        zh, en = "此事项今天没有主管单位", "No unit owns this service today"
        raise UnknownRegion({"zh-Hans": zh, "en": en})
    return owner


def plain_phones(service: Service, answers: Any) -> Any:
    """Phones as people write them (+86, spaces, full-width digits) become plain digits."""
    for pointer in service.data["subject"]["phones"]:
        phone = resolve(answers, pointer)
        plain = normalise_phone(phone) if isinstance(phone, str) else None
        if plain is not None and plain != phone:
            answers = _with(answers, pointer.split("/")[1:], plain)
    return answers


def _with(holder: Any, path: list[str], value: str) -> Any:
    """A copy of nested objects with another value at a path that exists."""
    if not path:
        return value
    return {**holder, path[0]: _with(holder[path[0]], path[1:], value)}


def place_of(house: House, service: Service, answers: Data, pointer: str = "/answers") -> Node:
    """The lowest node that may receive, from the region the answers name (R18).

    Raises UnknownRegion.
    """
    region = resolve(answers, service.data["subject"]["region"])
    node = house.directory.node_of_code(str(region))
    if node is None:
        at = pointer + service.data["subject"]["region"]
        texts = {"zh-Hans": "地区不在受理范围", "en": "Not served"}
        raise UnknownRegion(findings=[Finding(at, "region", texts)])
    return lowest_capable(house, node, service)


def lowest_capable(house: House, node: Node, service: Service) -> Node:
    """The lowest node on the path to the root whose level may accept, and which is able to.

    Raises UnknownRegion.
    """
    for name in reversed(node.path):
        candidate = house.directory.node(name)
        if (
            candidate is not None
            and candidate.level in service.data["levels"]
            and house.directory.capable(service.id, candidate, house.today())
        ):
            return candidate
    raise UnknownRegion


def open_linked(house: House, fact: Fact, opens: Data, details: Data) -> str:
    """Open a case of another service about this one, in this fact's transaction; its number."""
    answers = answers_of(fact.keys, fact.file)
    service = _live(house, opens["service"])
    told = mapped(opens, answers, details, fact.number, fact.service)
    given = _checked(house, service, told, "/details")
    number = new_number(house.ports.ids)
    it = Opening(
        service,
        given,
        channel=service.data["channels"][0],
        language=fact.case["language"],
        actor=fact.actor,
        site=place_of(house, service, given),
        about=fact.number,
        test=bool(fact.case.get("test")),
    )
    made, operations = open_case(house, it, number)
    fact.minted += made.minted
    fact.operations += operations
    return number


def split(service: Service, answers: Data) -> tuple[Data, list[tuple[str, Data]]]:
    """The answers without what opens cases of its own, and (pointer, opening) of each of those."""
    found = []
    for one in service.data.get("splits", []):
        if resolve(answers, one["pointer"]) is not None:
            found.append((one["pointer"], one["opens"]))
    kept = answers
    for pointer, _ in found:
        kept = without(kept, pointer)
    return kept, found


def split_off(
    house: House, main: Fact, answers: Data, splits: list[tuple[str, Data]]
) -> Iterator[tuple[Fact, list[Operation]]]:
    """The cases that were split off a submission, about it."""
    for index, (pointer, opens) in enumerate(splits):
        service = _live(house, opens["service"])
        told = mapped(opens, answers, {}, main.number, main.service)
        given = _checked(house, service, told, f"/answers{pointer}")
        it = Opening(
            service,
            given,
            channel=service.data["channels"][0],
            language=main.case["language"],
            actor=Actor(SYSTEM.party, "applicant"),
            site=place_of(house, service, given, f"/answers{pointer}"),
            about=main.number,
            test=bool(main.case.get("test")),
        )
        yield open_case(house, it, split_number(house, main.number, index))


def split_number(house: House, number: str, index: int) -> str:
    """The number of the case split off another: nine digits of a keyed hash and the check digit."""
    secret = house.ports.keys.secret(f"split|{index}|{number}")
    digits = str(int.from_bytes(secret.encode(), "big") % 10**RANDOM_DIGITS).zfill(RANDOM_DIGITS)
    return digits + check_digit(digits)


def mapped(opens: Data, answers: Data, details: Data, number: str, service: Service) -> Row:
    """The new case's answers, put together as the document says."""
    given: Row = {}
    words = {"number": number, "service": service.data["short"]["zh-Hans"]}
    for pointer, source in opens["answers"].items():
        ((kind, value),) = source.items()
        found = {
            "from": lambda value=value: resolve(answers, value),
            "details": lambda value=value: resolve(details, value),
            "is": lambda value=value: value,
            "this": lambda value=value: words[value],
        }[kind]()
        if found is not None:
            _place(given, pointer.split("/")[1:], found)
    return given


def _live(house: House, service: str) -> Service:
    try:
        return house.catalogue.live(service)
    except NotFound as error:
        # Publishing refuses a document that opens cases of a service that is not live.
        raise Unavailable from error


def _checked(house: House, service: Service, given: Data, at: str) -> Data:
    """The answers as they are stored."""
    answers, _ = ruling.settled(service, given)
    findings = house.forms.check(f"{service.content}/form", service.data["form"], answers, at)
    if findings:
        raise Refused(findings=findings)
    return answers


def _place(holder: Row, path: list[str], value: Any) -> None:
    for name in path[:-1]:
        holder = holder.setdefault(name, {})
    holder[path[-1]] = value
