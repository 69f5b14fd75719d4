"""Opening a case: the rows of a new one, whoever asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.cases import arbitration, competence, membership, papers, ruling, standing
from chalicelib.cases.actor import Actor
from chalicelib.cases.chain import FIRST_HEAD
from chalicelib.cases.clockwork import check_after
from chalicelib.cases.counts import counted
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, pack, pk
from chalicelib.cases.house import House
from chalicelib.clocks.clock import LEVEL
from chalicelib.people.directory import Node
from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform import times
from chalicelib.platform.errors import Finding, UnknownRegion
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Operation, Put, Row, Table
from chalicelib.services.document import Data, Service


@dataclass(frozen=True)
class Opening:
    """What a new case consists of; `about` is the number of the case it is about.

    A `test` case is kept apart: its tasks stand in inboxes of their own, nothing is sent. The
    answers are settled; `dropped` is where something was sent that is not among them. `hears` is
    the event that the case it is about records when this one is decided.
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
    hears: str = ""


def open_case(house: House, it: Opening, number: str) -> tuple[Fact, list[Operation]]:
    """The first fact of a case and all its rows. Raises UnknownRegion where not exactly one unit
    is competent and nobody is to rule, Refused where a decision table names one not known, or for
    a container that does not take it."""
    route = competence.route(house, it.service, it.answers, it.site)
    unit = route.unit
    container = membership.named_in(house, it.service, it.answers, it.site, it.test)
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
    if it.service.climbs:
        case["above"] = competence.above(house, unit)
    if it.hears:
        case["hears"] = it.hears
    if it.test:
        case["test"] = True
    if container is not None:
        case |= standing.joined(container, case["received_at"], number)
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
            LEVEL: it.site.level,
            **({standing.PART_OF: container} if container is not None else {}),
            **counted(it.service.data, it.answers),
            **ruling.recorded(it.service, it.answers, it.dropped),
        },
    )
    if route.among is not None:
        arbitration.refer(fact, route)
    fact.watch(house.calendar)
    fact.stand()
    return fact, [Put(Table.CASES, fact.case), *fact.operations, fact.out(), mint]


def plain_phones(service: Service, answers: Any) -> Any:
    """Phones as people write them (+86, spaces, full-width digits) become plain digits."""
    for pointer in service.data["subject"].get("phones", ()):
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
    node = competence.region_of(house, service, answers)
    if node is None:
        at = pointer + service.data["subject"]["region"]
        texts = competence.outside(house, service, answers)
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
