"""One act on many members of a container: a job that the worker carries on, as `rebasing` does.

Each item is one ordinary act of whoever ordered it, refused or done by the rules of its own case
under a key derived from the job's name; it may die anywhere and be repeated. What somebody else
has done on a case since the order makes the act stale there.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.cases import reach
from chalicelib.cases.act import ACTION_SCHEMA, Act, act, refuse_flood
from chalicelib.cases.actions import details_schema
from chalicelib.cases.actor import SYSTEM, Actor
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import AT_ONCE, Fact
from chalicelib.cases.file import CaseFile, load, pack, unpack
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import GIVEN_HOLDS, IdempotencyKey
from chalicelib.cases.permission import Sight, reading_grant, sight
from chalicelib.cases.rebasing import MOST_PAGES, WALKS, leased, save
from chalicelib.people.authority import Caller
from chalicelib.platform import times
from chalicelib.platform.errors import (
    Conflict,
    Finding,
    NotFound,
    NotPermitted,
    Problem,
    Refused,
    Unavailable,
    VersionChanged,
    pick,
)
from chalicelib.platform.numbers import is_number
from chalicelib.platform.ports import Operation, Put, Row, Table
from chalicelib.services.document import Service

SHARD = "bulk#0"
PREFIX = "bulk#"
PAGE = 25
LISTED = 1000
MOST = 500
ORDERED, FINISHED = "bulk_ordered", "bulk_done"
DONE, REFUSED, LATER = FATES = ("done", "refused", "later")
BULK_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["action"],
    "properties": {
        **ACTION_SCHEMA["properties"],
        "members": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST,
            "uniqueItems": True,
            "items": {"type": "string", "minLength": 1, "maxLength": 20},
        },
        "where": reach.WHERE_SCHEMA,
    },
    "not": {"required": ["members", "where"]},
}


def order(
    house: House, caller: Caller, number: str, sent: Mapping[str, Any], name: str, body: str
) -> Row:
    """Keep the job for the worker and record on the container who ordered what; a name that was
    used before gives the job there is. Without `members` it is for all who are under way now, or
    for those of them that `where` describes.

    Raises NotFound, NotPermitted, Refused, Conflict for a container that is concluded,
    RateLimited, Unavailable.
    """

    def decide(file: CaseFile, service: Service) -> Decision | None:
        if _row(house, name) is not None:
            return None
        fact = Fact(file, service, house.now(), _who(house, caller, file, service), keys)
        _refuse(house, file, service, sent)
        refuse_flood(file, fact.actor, house.now())
        many = {"members": len(sent["members"])} if "members" in sent else {}
        fact.record(ORDERED, {"job": name, **_ordered(sent), **many})
        return fact, [Put(Table.CASES, _job(house, fact, caller, sent, name, body))]

    keys = house.ports.keys
    commit(house, number, decide)
    return read(house, number, name)


def read(house: House, number: str, name: str) -> Row:
    """Raises NotFound."""
    row = _row(house, name)
    if row is None or row["data"]["container"] != number:
        raise NotFound
    return row


def over(house: House, name: str) -> bool:
    """Whether a job of this name is done."""
    row = _row(house, name)
    return row is not None and row["state"] == "done"


def fates(house: House, name: str, language: str) -> list[Row]:
    """What became of each member so far; the first thousand, those refused first."""
    rows = house.ports.store.partition(Table.CASES, f"{PREFIX}{name}", "case#")
    ordered = sorted(rows, key=lambda row: (row["state"] == DONE, row["sk"]))
    return [_fate(row, language) for row in ordered[:LISTED]]


def due_jobs(house: House) -> Iterator[str]:
    """Jobs that are due now."""
    page = house.ports.store.find(Table.CASES, "due", SHARD, times.text(house.now()), PAGE)
    yield from (key[0].removeprefix(PREFIX) for key in page.keys)


def carry_on(house: House, name: str) -> int:
    """Go on with one job for a while; how many pages were done."""
    for pages in range(MOST_PAGES):
        row = leased(house, f"{PREFIX}{name}")
        if row is None:
            return pages
        _page(house, row)
    return MOST_PAGES


def _row(house: House, name: str) -> Row | None:
    return house.ports.store.get(Table.CASES, (f"{PREFIX}{name}", "job"))


def _who(house: House, caller: Caller, file: CaseFile, service: Service) -> Actor:
    grant = reading_grant(house, caller, file, service)
    if grant is None:
        zh, en = "须由能查看此专项全部情况的人布置", "This is for those who may read all of it"
        raise NotPermitted({"zh-Hans": zh, "en": en})
    return Actor(caller.id, grant.role, grant.holder)


def _refuse(house: House, file: CaseFile, service: Service, sent: Mapping[str, Any]) -> None:
    if not service.container:
        raise NotFound
    if sent["action"] not in service.container.get("bulk", ()):
        zh, en = "此操作不能批量办理", "This is not done to many at once"
        raise Refused(findings=[Finding("/action", "enum", {"zh-Hans": zh, "en": en})])
    if "result" in file.case:
        raise Conflict({"zh-Hans": "专项已有结果", "en": "It has its result already"})
    where = sent.get("where", {})
    wrong = list(reach.findings(house, service.container, where))
    if wrong:
        raise Refused(findings=wrong)
    over = reach.services(service.container, where)
    _refuse_details(house, over, sent["action"], sent.get("details", {}))


def _refuse_details(house: House, services: list[str], action: str, details: Any) -> None:
    """Raises Refused for details that none of these services takes as it is live now, so that
    a slip is told once and not by each member."""
    wrong: list[Finding] = []
    for one in services:
        try:
            live = house.catalogue.live(one)
        except NotFound:
            continue
        for listed in (each for each in live.every_action() if each.name == action):
            place = f"{live.content}{listed.at}"
            found = house.forms.check(place, details_schema(listed.data), details, "/details")
            if not found:
                return
            wrong = wrong or list(found)
    if wrong:
        raise Refused(findings=wrong)


def _job(
    house: House, fact: Fact, caller: Caller, sent: Mapping[str, Any], name: str, body: str
) -> Row:
    wanted = {"details": sent.get("details", {}), "members": sent.get("members")}
    return {
        "pk": f"{PREFIX}{name}",
        "sk": "job",
        "kind": "job",
        "job": name,
        "service": fact.service.id,
        "by": caller.id,
        "at": fact.at,
        "body": body,
        "state": "running",
        "fence": 0,
        "data": {"container": fact.number, **_ordered(sent)},
        "sealed": pack(house.ports.keys, fact.number, f"{PREFIX}{name}", wanted),
        "progress": {"walk": 1, "shard": 0, "cursor": None, "again": 0},
        "due_shard": SHARD,
        "due_at": AT_ONCE,
    }


def _ordered(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sent[name] for name in ("action", "where") if name in sent}


def _page(house: House, job: Row) -> None:
    """One page of members."""
    progress, container = dict(job["progress"]), job["data"]["container"]
    sealed = {"sk": job["pk"], "sealed": job["sealed"]}
    wanted = unpack(house.ports.keys, container, sealed)
    party = house.directory.party(job["by"])
    caller = Caller(party.id, party.name, party.grants) if party else Caller(job["by"])
    numbers, cursor = _numbers(house, job, wanted["members"], progress["cursor"])
    for number in numbers:
        progress["again"] += _one(house, job, caller, wanted["details"], number) == LATER
    progress = _following(progress, cursor)
    if progress.get("done"):
        _tell(house, job)
    save(house, job, progress)


def _numbers(
    house: House, job: Row, members: list[str] | None, cursor: Any
) -> tuple[list[str], Any]:
    """The numbers of the next page and where the one after begins: in the list that was sent, or
    among those who were under way when it was ordered."""
    if members is not None:
        start = int(cursor["at"]) if cursor else 0
        end = start + PAGE
        return members[start:end], {"at": end} if end < len(members) else None
    file = load(house.ports.store, job["data"]["container"])
    if file is None:
        return [], None
    where = job["data"].get("where", {})
    return reach.page(house, _service(house, file), file, where, f"{job['at']}$", cursor)


def _service(house: House, file: CaseFile) -> Service:
    return house.catalogue.version(file.case["service"], int(file.case["service_version"]))


def _following(progress: Row, cursor: Any) -> Row:
    """The next page or walk; `done` after the last."""
    if cursor is not None:
        return {**progress, "cursor": dict(cursor)}
    if progress["again"] and progress["walk"] < WALKS:
        return {**progress, "walk": progress["walk"] + 1, "cursor": None, "again": 0}
    return {**progress, "cursor": None, "done": True}


def _one(house: House, job: Row, caller: Caller, details: Row, number: str) -> str:
    """The fate of one member, recorded; what this job has recorded before stays. Nothing for one
    that the order is not for."""
    key = (job["pk"], f"case#{number}")
    known = house.ports.store.get(Table.CASES, key)
    if known is not None and known["state"] != LATER:
        return str(known["state"])
    row: Row = {"pk": key[0], "sk": key[1], "kind": "fate", "number": number}

    def became(state: str, data: Mapping[str, Any]) -> Put:
        return Put(Table.CASES, {**row, "state": state, "data": data}, None)

    try:
        file = _member(house, job, number)
        if not _is_for(house, job, caller, file):
            return ""
        _refuse_stale(file, job)
        _act(house, job, caller, details, file, lambda seq: [became(DONE, {"event": seq})])
        return DONE
    except Unavailable:
        fate = became(LATER, {})
    except Problem as problem:
        fate = became(REFUSED, _why(problem))
    house.ports.store.transact([fate])
    return str(fate.row["state"])


def _act(
    house: House,
    job: Row,
    caller: Caller,
    details: Row,
    file: CaseFile,
    beside: Callable[[int], Sequence[Operation]],
) -> None:
    """The act on one member, with its fate beside it: what was done may be under way no more when
    the page is read again, so that nobody would ask for it."""
    name = hashlib.sha256(f"{job['job']}|{file.number}".encode()).hexdigest()
    key, version = IdempotencyKey(name, job["body"], GIVEN_HOLDS), int(file.case["version"])
    it = Act(file.number, None, job["data"]["action"], details, version, key, beside=beside)
    act(house, caller, it)


def _member(house: House, job: Row, number: str) -> CaseFile:
    file = load(house.ports.store, number) if is_number(number) else None
    if file is None or not reach.within(house, file, job["data"]["container"]):
        raise NotFound
    return file


def _is_for(house: House, job: Row, caller: Caller, file: CaseFile) -> bool:
    """Whether a description, where the order has one, fits; nobody learns by it what a case is
    that they do not read."""
    where = job["data"].get("where")
    if where is None:
        return True
    seen = sight(house, caller, file, _service(house, file))
    return seen is Sight.FULL and reach.fits(house, file, where)


def _refuse_stale(file: CaseFile, job: Row) -> None:
    """Raises VersionChanged where somebody has acted since the order was given."""
    since = (row for row in file.events if row["at"] > job["at"])
    if any(row["actor"]["party"] != SYSTEM.party for row in since):
        raise VersionChanged


def _why(problem: Problem) -> dict[str, Any]:
    found = problem.findings[:1]
    texts = problem.detail or (found[0].texts if found else problem.titles)
    return {"type": problem.slug, "texts": dict(texts)}


def _fate(row: Row, language: str) -> Row:
    """A member as it is listed."""
    data = row["data"]
    said: Row = {"case": row["number"], "fate": row["state"]}
    if "event" in data:
        said["event"] = int(data["event"])
    if "type" in data:
        said["problem"] = {"type": data["type"], "message": pick(data["texts"], language)}
    return said


def _tell(house: House, job: Row) -> None:
    """Record on the container what came of it, once."""
    rows = house.ports.store.partition(Table.CASES, job["pk"], "case#")
    counts = dict(Counter(str(row["state"]) for row in rows))

    def decide(file: CaseFile, service: Service) -> Decision | None:
        told = (row for row in file.events if row["type"] == FINISHED)
        if any(row["data"]["job"] == job["job"] for row in told):
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        fact.record(FINISHED, {"job": job["job"], "action": job["data"]["action"], **counts})
        return fact, []

    commit(house, job["data"]["container"], decide)
