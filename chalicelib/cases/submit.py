"""Submit: one case, its receipt, one transaction.

The 2xx is made from what was committed: the receipt is rebuilt from the case and its key, so a
repeat gets the same bytes and nothing of the answer is stored twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.cases import opening, papers, wording
from chalicelib.cases.fact import Actor, Fact
from chalicelib.cases.file import CaseFile, load, pk
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import IdempotencyKey
from chalicelib.clocks.clock import read
from chalicelib.people.authority import Caller, grant_of
from chalicelib.people.directory import Node
from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform import times
from chalicelib.platform.errors import (
    Finding,
    KeyReused,
    NotPermitted,
    Refused,
    Unavailable,
)
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

TRIES = 4
COUNTER_ROLES = {
    "counter": "acceptor",
    "agent": "agent",
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
        "channel": {"enum": ["web", *COUNTER_ROLES]},
        "site": {"type": "string", "minLength": 1, "maxLength": 40},
    },
}


@dataclass(frozen=True)
class Submission:
    service: Service
    answers: Mapping[str, Any]
    papers: list[Mapping[str, Any]]
    channel: str
    site: str | None
    language: str


def read_submission(house: House, service: str, body: Any, language: str) -> Submission:
    """The checked body. Raises NotFound, Refused with every finding at once, UnknownRegion."""
    live = house.catalogue.live(service)
    findings = house.forms.check("submission", SUBMISSION_SCHEMA, body)
    if findings:
        raise Refused(findings=findings)
    answers = _plain_phones(live, body["answers"])
    findings = house.forms.check(f"{live.content}/form", live.data["form"], answers, "/answers")
    if findings:
        raise Refused(findings=findings)
    given = body.get("papers", [])
    papers.refuse_unknown(live, given, "/papers")
    return Submission(live, answers, given, body.get("channel", "web"), body.get("site"), language)


def _plain_phones(service: Service, answers: Any) -> Any:
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


def submit(house: House, caller: Caller, it: Submission, key: IdempotencyKey) -> Row:
    """The receipt of the case that this key makes or made. Raises KeyReused, Unavailable."""
    actor, site = _place(house, caller, it)
    for _ in range(TRIES):
        fact, operations = _accept(house, it, key, actor, site)
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
        "case": file.number,
        "secret": house.ports.keys.secret(file.number),
        "service": service.id,
        "version": service.version,
        "received_at": first["at"],
        "answer_by": reading and times.text(reading.due_at),
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
    }
    # An officer who submits for somebody must not hold the other case's secret.
    own = first["actor"]["as"] == "applicant"
    also = list(_also(house, service, file.number)) if own else []
    return {**answer, "also": also} if also else answer


def _also(house: House, service: Service, number: str) -> Iterator[Row]:
    """Numbers and secrets of the cases that were split off this one: only its sender hears them."""
    for index, one in enumerate(service.data.get("splits", [])):
        other = opening.split_number(house, number, index)
        row = house.ports.store.get(Table.CASES, (pk(other), "case"))
        if row is not None and row.get("about") == number:
            secret = house.ports.keys.secret(other)
            yield {"service": one["opens"]["service"], "case": other, "secret": secret}


def _place(house: House, caller: Caller, it: Submission) -> tuple[Actor, Node]:
    """Who submits in which role, at which node."""
    if it.channel not in it.service.data["channels"]:
        raise _refused("/channel", "此事项不收这种渠道", "This service does not take this channel")
    site = opening.place_of(house, it.service, it.answers)
    role = {**COUNTER_ROLES, **it.service.data.get("intake", {})}.get(it.channel)
    if role is None:
        return Actor(caller.id if caller.known else "applicant", "applicant"), site
    node, holder = _site(house, caller, role, it.site)
    if it.channel == "outreach" and it.site is None and node.id in site.path:
        # On a visit the place is the household's, where that lies in the visitor's area.
        node = site
    return Actor(caller.id, role, holder), opening.lowest_capable(house, node, it.service)


def _site(house: House, caller: Caller, role: str, site: str | None) -> tuple[Node, str]:
    """The window or agent's place, named or the only one where the caller holds the role; and for
    which absent person."""
    today = house.today()
    named = site or next(
        (grant.node for grant in caller.grants if grant.role == role and grant.holds_on(today)), ""
    )
    node = house.directory.node(named)
    grant = node and grant_of(caller.grants, role, node.path, today)
    if node is None or not grant:
        raise NotPermitted
    return node, grant.holder


def _accept(
    house: House, it: Submission, key: IdempotencyKey, actor: Actor, site: Node
) -> tuple[Fact, list[Operation]]:
    """The rows of the case, of those split off it, and of the key that made them."""
    kept, splits = opening.split(it.service, it.answers)
    about = resolve(kept, it.service.data["about"]) if "about" in it.service.data else None
    case = opening.Opening(it.service, kept, it.channel, it.language, actor, site, it.papers, about)
    fact, operations = opening.open_case(house, case, new_number(house.ports.ids))
    for made, more in opening.split_off(house, fact, it.answers, splits):
        fact.minted += made.minted
        operations += more
    claim = Put(
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
        when=Either((Absent(), Below("until", int(fact.now.timestamp())))),
    )
    return fact, [*operations, claim]


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
