"""Submit: one case, its receipt, one transaction.

The 2xx is made from what was committed: the receipt is rebuilt from the case and its key, so a
repeat gets the same bytes and nothing of the answer is stored twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chalicelib.cases import leading, opening, papers, ruling, spread, wording
from chalicelib.cases.actor import PRINCIPAL, Actor
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, load, pk
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import IdempotencyKey
from chalicelib.clocks.clock import read
from chalicelib.people.authority import Caller, grant_of
from chalicelib.people.directory import Node
from chalicelib.people.roles import role as titled
from chalicelib.platform import times
from chalicelib.platform.errors import (
    Finding,
    KeyReused,
    NotIdentified,
    NotPermitted,
    Refused,
    Unavailable,
    UnknownRegion,
    pick,
)
from chalicelib.platform.foroffices import ForOffices
from chalicelib.platform.json import resolve
from chalicelib.platform.numbers import document_number, new_number
from chalicelib.platform.ports import (
    Absent,
    Below,
    ConditionFailed,
    Either,
    Operation,
    Put,
    Row,
    Table,
)
from chalicelib.services.document import Service
from chalicelib.services.offer import Offer

TRIES = 4
WEB, OFFICE, AGENT = "web", "office", "agent"
COUNTER_ROLES = {
    "counter": "acceptor",
    AGENT: "agent",
    "telephone": "acceptor",
    "post": "acceptor",
    "outreach": "grid-worker",
}

SUBMISSION_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["answers"],
    "properties": {
        "answers": {"type": "object"},
        "papers": papers.GIVEN_SCHEMA,
        "channel": {"enum": [WEB, *COUNTER_ROLES, OFFICE]},
        "site": {"type": "string", "minLength": 1, "maxLength": 40},
    },
}


@dataclass(frozen=True)
class Submission:
    """A checked body; a version under test has no offer, and no bounds of time and place."""

    service: Service
    offer: Offer | None
    answers: Mapping[str, Any]
    papers: list[Mapping[str, Any]]
    channel: str
    site: str | None
    language: str
    dropped: tuple[str, ...] = ()


def read_submission(
    house: House,
    caller: Caller,
    service: str,
    body: Any,
    language: str,
    trial: Service | None = None,
) -> Submission:
    """The checked body, for the live version or the one under test.

    Raises NotFound, ServiceClosed, NotOpenYet, ForOffices, Refused with every finding at once,
    UnknownRegion.
    """
    live, offer = (trial, None) if trial else _open(house, service)
    if live.office and not caller.grants:
        raise ForOffices
    findings = house.forms.check("submission", SUBMISSION_SCHEMA, body)
    if findings:
        raise Refused(findings=findings)
    plain = opening.plain_phones(live, body["answers"])
    answers, dropped = ruling.settled(live, plain)
    findings = house.forms.check(f"{live.content}/form", live.data["form"], answers, "/answers")
    if findings:
        raise Refused(findings=findings)
    spread.refuse_places(house, live, answers)
    given = body.get("papers", [])
    papers.refuse_unknown(live, given, "/papers")
    channel, site = body.get("channel", ""), body.get("site")
    return Submission(live, offer, answers, given, channel, site, language, dropped)


def _open(house: House, service: str) -> tuple[Service, Offer]:
    """The live version and its offer, if it takes new cases now."""
    offer = house.catalogue.offer(service)
    offer.refuse_closed(house.now())
    return house.catalogue.version(service, offer.version), offer


def submit(house: House, caller: Caller, it: Submission, key: IdempotencyKey) -> Row:
    """The receipt of the case that this key makes or made. Raises KeyReused, Unavailable."""
    it, actor, site = placed(house, caller, it)
    for attempt in range(TRIES):
        fact, operations = _accept(house, it, actor, site)
        operations.append(_claim(key, fact, again=attempt > 0))
        try:
            house.ports.store.transact(operations)
            return receipt(house, CaseFile(fact.case, tuple(fact.events)))
        except ConditionFailed:
            # Either the key is taken (perhaps by ourselves, when the SDK lost our answer), or the
            # number is: look at the key, and if it is not there choose another number.
            fact.forget()
            made = _made(house, key)
            if made is not None:
                return receipt(house, made)
    raise Unavailable


def receipt(house: House, file: CaseFile) -> Row:
    """What the sender is told; the same for every repeat."""
    service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
    first = file.events[0]
    language = file.case["language"]
    notice = next(
        (n for _, n in service.notices_on(first["type"], file.case["channel"]) if "date" in n), None
    )
    reading = None
    if notice is not None and notice["date"] in service.clocks:
        start = CaseFile(file.case, (first,)).moments()
        reading = read(service.clocks[notice["date"]], start, house.calendar)
    unit = house.directory.unit(file.case["unit"])
    year = house.calendar.local_date(times.moment(first["at"])).year
    answer = {
        **({"test": True} if file.case.get("test") else {}),
        "case": file.number,
        "secret": house.ports.keys.secret(file.number),
        "service": service.id,
        "version": service.version,
        "received_at": first["at"],
        "answer_by": times.text(reading.due_at) if reading and reading.due_at else None,
        "documents": [
            document_number(
                unit.text("abbr") if unit else "",
                service.data["documents"][name]["class"],
                year,
                file.number,
                int(first["seq"]),
            )
            for name in service.documents_on(first["type"])
        ],
        "papers": {
            "given": wording.paper_titles(service, first["data"]["given"], language),
            "missing": wording.paper_titles(service, first["data"]["missing"], language),
        },
        **ruling.told(service, first["data"], language),
    }
    # An officer who submits for somebody must not hold the other case's secret.
    own = first["actor"]["as"] == "applicant"
    also = list(_also(house, service, file.number)) if own else []
    return {**answer, "also": also} if also else answer


def _also(house: House, service: Service, number: str) -> Iterator[Row]:
    """Numbers and secrets of the cases that were split off this one: only its sender hears them."""
    for index, one in enumerate(service.data.get("splits", [])):
        other = leading.split_number(house, number, index)
        row = house.ports.store.get(Table.CASES, (pk(other), "case"))
        if row is not None and row.get("about") == number:
            secret = house.ports.keys.secret(other)
            yield {"service": one["opens"]["service"], "case": other, "secret": secret}


def placed(house: House, caller: Caller, it: Submission) -> tuple[Submission, Actor, Node]:
    """The submission with how it came, who submits in which role, at which node.

    Raises Refused, NotIdentified, NotPermitted, UnknownRegion, NotOffered.
    """
    came = replace(it, channel=_channel(caller, it))
    return came, *_place(house, caller, came)


def _channel(caller: Caller, it: Submission) -> str:
    """How it came. Raises Refused for an officer who does not say: it might be their own matter."""
    if it.channel or not caller.grants:
        return it.channel or WEB
    zh = (
        "工作人员须写明渠道：代人登记的写 counter、telephone、outreach、agent 等，自己的事写 web，"
        "机关内部的事写 office"
    )
    en = (
        "Officers say how it came: counter, telephone, outreach, agent …; web for their own matter,"
        " office for a matter of the offices"
    )
    raise Refused(findings=[Finding("/channel", "required", {"zh-Hans": zh, "en": en})])


def _roles(service: Service, channel: str) -> list[str]:
    """The roles that may submit by the channel; none where everybody may.

    What the document names comes beside the usual role; of a restricted service, and of one for
    the offices, instead of it. Of a record it may name who submits by whatever channel.
    """
    if "who" in service.record:
        return list(service.record["who"])
    usual = [COUNTER_ROLES[channel]] if channel in COUNTER_ROLES else []
    named = [service.data["intake"][channel]] if channel in service.data.get("intake", {}) else []
    instead = service.office or service.data.get("restricted")
    return named if named and instead else named + usual


def _place(house: House, caller: Caller, it: Submission) -> tuple[Actor, Node]:
    """Who submits in which role, at which node."""
    if it.channel not in it.service.data["channels"]:
        raise _refused("/channel", "此事项不收这种渠道", "This service does not take this channel")
    site = _home(house, it)
    if it.offer is not None and site is not None:
        it.offer.refuse_outside(site.path)
    roles = _roles(it.service, it.channel)
    if not roles:
        if site is None:
            raise UnknownRegion
        return Actor(caller.id if caller.known else "applicant", "applicant"), site
    if not caller.known:
        raise NotIdentified
    role, node, holder = _site(house, caller, roles, it.site)
    if site is None and it.offer is not None:
        it.offer.refuse_outside(node.path)
    if it.channel == "outreach" and it.site is None and site is not None and node.id in site.path:
        # On a visit the place is the household's, where that lies in the visitor's area.
        node = site
    actor = Actor(caller.id, role, holder, PRINCIPAL if it.channel == AGENT else "")
    return actor, opening.lowest_capable(house, node, it.service)


def _home(house: House, it: Submission) -> Node | None:
    """Where the matter lies; None for a record that does not say."""
    region = it.service.data["subject"].get("region")
    if it.service.record and (region is None or resolve(it.answers, region) is None):
        return None
    return opening.place_of(house, it.service, it.answers)


def _site(
    house: House, caller: Caller, roles: list[str], site: str | None
) -> tuple[str, Node, str]:
    """In which of the roles, at which window or agent's place, named or the only one where the
    caller holds it, and for which absent person. Raises NotPermitted, naming the roles."""
    today = house.today()
    for role in roles:
        held = (one.node for one in caller.grants if one.role == role and one.holds_on(today))
        node = house.directory.node(site or next(held, ""))
        grant = node and grant_of(caller.grants, role, node.path, today)
        if node is not None and grant:
            return role, node, grant.holder
    zh = "、".join(pick(titled(role), "zh-Hans") for role in roles)
    en = ", ".join(pick(titled(role), "en") for role in roles)
    where, there = ("所写地点的", " at the place named") if site else ("", "")
    raise NotPermitted(
        {"zh-Hans": f"此渠道由{where}{zh}登记", "en": f"By this channel it is for: {en}{there}"}
    )


def _accept(house: House, it: Submission, actor: Actor, site: Node) -> tuple[Fact, list[Operation]]:
    """The rows of the case and of those split off it."""
    kept, splits = leading.split(it.service, it.answers)
    about = resolve(kept, it.service.data["about"]) if "about" in it.service.data else None
    case = opening.Opening(
        it.service,
        kept,
        it.channel,
        it.language,
        actor,
        site,
        it.papers,
        about,
        it.service.trial,
        it.dropped,
    )
    fact, operations = opening.open_case(house, case, new_number(house.ports.ids))
    for made, more in leading.split_off(house, fact, it.answers, splits):
        fact.minted += made.minted
        operations += more
    return fact, operations


def _claim(key: IdempotencyKey, fact: Fact, again: bool) -> Put:
    """The row that makes the key this case's; an expired one is in the way until it is looked at
    `again`, since hardly a key ever is."""
    unused = Either((Absent(), Below("until", int(fact.now.timestamp()))))
    return Put(
        Table.CASES,
        {
            "pk": f"key#{key.hash}",
            "sk": "key",
            "kind": "key",
            "case": fact.number,
            "body": key.body,
            "at": fact.at,
            "until": int((fact.now + key.holds).timestamp()),
            "expires": int((fact.now + key.holds + timedelta(days=1)).timestamp()),
        },
        when=unused if again else Absent(),
    )


def _made(house: House, key: IdempotencyKey) -> CaseFile | None:
    """The case this key has made, if any. Raises KeyReused when the body was another."""
    row = house.ports.store.get(Table.CASES, (f"key#{key.hash}", "key"))
    if row is None or row["until"] < int(house.now().timestamp()):
        return None
    if row["body"] != key.body:
        raise KeyReused
    return load(house.ports.store, row["case"])


def _refused(pointer: str, zh: str, en: str) -> Refused:
    return Refused(findings=[Finding(pointer, "enum", {"zh-Hans": zh, "en": en})])
