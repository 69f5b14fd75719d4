"""Orders for many members of a container: one act on each of them, as `bulkrun` carries it on."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.cases import reach
from chalicelib.cases.act import ACTION_SCHEMA, refuse_flood
from chalicelib.cases.actions import details_schema
from chalicelib.cases.actor import Actor
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import AT_ONCE, Fact
from chalicelib.cases.file import CaseFile, pack
from chalicelib.cases.house import House
from chalicelib.cases.permission import reading_grant
from chalicelib.people.authority import Caller
from chalicelib.platform import times
from chalicelib.platform.errors import Conflict, Finding, NotFound, NotPermitted, Refused, pick
from chalicelib.platform.ports import Put, Row, Table
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
    may = service.container.get("bulk", ())
    if sent["action"] not in may:
        zh, en = "此操作不能批量办理", "This is not done to many at once"
        allowed = {"allowedValues": list(may)}
        raise Refused(findings=[Finding("/action", "enum", {"zh-Hans": zh, "en": en}, allowed)])
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


def _fate(row: Row, language: str) -> Row:
    """A member as it is listed."""
    data = row["data"]
    said: Row = {"case": row["number"], "fate": row["state"]}
    if "event" in data:
        said["event"] = int(data["event"])
    if "type" in data:
        said["problem"] = {"type": data["type"], "message": pick(data["texts"], language)}
    return said
