"""Rebasing all open cases of a service: a job that the worker carries on, page by page.

The due index has every open case, so the job walks its shards; it may die anywhere and goes on
from its last page, since each case's fate is a row under the job and moving a case twice moves
it once. A walk that met a case between two stages is followed by another.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import AT_ONCE, SHARDS
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.cases.plans import refuse_unknown
from chalicelib.cases.rebase import Fate, Judged, Plan, judge, rebase
from chalicelib.platform import times
from chalicelib.platform.errors import Finding, NotFound, Refused
from chalicelib.platform.ports import (
    Busy,
    Change,
    ConditionFailed,
    Equals,
    Put,
    Row,
    Table,
)
from chalicelib.services.document import Service
from chalicelib.services.life.orders import ORDER_SCHEMA, Order, order_row

SHARD = "rebase#0"
PAGE = 50
LEASE = timedelta(minutes=2)
# A worker has a minute; the tick goes on with what is left.
MOST_PAGES = 10
# A case between two stages is looked at in the next walk; after these it is left as it is.
WALKS = 5
PAUSE = timedelta(seconds=30)
LISTED = 1000


class Wanted(NamedTuple):
    """`plan.by` orders it, `message` says why."""

    service: str
    plan: Plan
    dry: bool
    message: str = ""


REBASE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "to": {"type": "integer", "minimum": 1, "maximum": 999999},
        "message": ORDER_SCHEMA["properties"]["message"],
        "dry_run": {"type": "boolean"},
        "checked": {"type": "boolean"},
        "accepted": {"type": "boolean"},
        "stages": {
            "type": "object",
            "maxProperties": 40,
            "additionalProperties": {"type": "string", "maxLength": 40},
        },
        "fields": {
            "type": "object",
            "maxProperties": 100,
            "propertyNames": {"pattern": "^(/[^/~]{1,60})+$"},
            "additionalProperties": {"type": "string", "pattern": "^((/[^/~]{1,60})+)?$"},
        },
    },
}


def wanted(house: House, service: str, body: Mapping[str, Any], by: str) -> Wanted:
    """What is asked for; without `to`, the version that is live.

    Raises Refused for a version that is not live, and for names that no version has.
    """
    live = house.catalogue.offer(service).version
    if body.get("to", live) != live:
        texts = {"zh-Hans": f"只能转到现行版本{live}", "en": f"only to the live version {live}"}
        raise Refused(findings=[Finding("/to", "const", texts, {"allowedValue": live})])
    plan = Plan(
        live,
        body.get("stages", {}),
        body.get("fields", {}),
        bool(body.get("checked")),
        bool(body.get("accepted")),
        by,
    )
    refuse_unknown(house, service, plan)
    return Wanted(service, plan, bool(body.get("dry_run")), body.get("message", ""))


def keep_job(house: House, name: str, it: Wanted, body: str) -> Row:
    """Keep the job for the worker, and unless dry an order to note it in the service's history.

    Raises ConditionFailed when there is one of this name.
    """
    at = times.text(house.now())
    row: Row = {
        "pk": f"rebase#{name}",
        "sk": "job",
        "kind": "job",
        "job": name,
        "service": it.service,
        "by": it.plan.by,
        "at": at,
        "body": body,
        "state": "running",
        "fence": 0,
        "data": {
            "to": it.plan.to,
            "stages": dict(it.plan.stages),
            "fields": dict(it.plan.fields),
            "checked": it.plan.checked,
            "accepted": it.plan.accepted,
            "dry_run": it.dry,
            **({"message": it.message} if it.message else {}),
        },
        "progress": {"walk": 1, "shard": 0, "cursor": None, "again": 0},
        "due_shard": SHARD,
        "due_at": AT_ONCE,
    }
    kept = [Put(Table.CASES, row)]
    if not it.dry:
        order = Order(it.service, "rebase", it.plan.by, it.message, {"job": name, "to": it.plan.to})
        kept.append(Put(Table.DIRECTORY, order_row(name, order, body, at)))
    house.ports.store.transact(kept)
    return row


def read_job(house: House, service: str, name: str) -> Row:
    """Raises NotFound."""
    row = house.ports.store.get(Table.CASES, (f"rebase#{name}", "job"))
    if row is None or row["service"] != service:
        raise NotFound
    return row


def over(house: House, name: str) -> bool:
    """Whether a job of this name is done."""
    row = house.ports.store.get(Table.CASES, (f"rebase#{name}", "job"))
    return row is not None and row["state"] == "done"


def fates(house: House, name: str) -> list[Row]:
    """What became of each case so far; the first thousand, those that wait for somebody first."""
    rows = house.ports.store.partition(Table.CASES, f"rebase#{name}", "case#")
    waits = {Fate.PLAN: 0, Fate.CORRECTION: 1, Fate.LATER: 2}
    ordered = sorted(rows, key=lambda row: (waits.get(Fate(row["state"]), 3), row["sk"]))
    return [
        {"case": row["number"], "fate": row["state"], **row["data"]} for row in ordered[:LISTED]
    ]


def carry_on(house: House, name: str) -> int:
    """Go on with one job for a while; how many pages were done."""
    for pages in range(MOST_PAGES):
        row = leased(house, f"rebase#{name}")
        if row is None:
            return pages
        _page(house, row)
    return MOST_PAGES


def _page(house: House, row: Row) -> None:
    """One page of open cases, whatever their service."""
    progress = dict(row["progress"])
    shard, cursor = f"case#{progress['shard']}", progress["cursor"]
    page = house.ports.store.find(Table.CASES, "due", shard, None, PAGE, cursor)
    for case in house.ports.store.get_many(Table.CASES, page.keys):
        if case["service"] == row["service"] and not case.get("test"):
            progress["again"] += _one(house, row, case) is Fate.LATER
    save(house, row, following(progress, page.cursor))


def _one(house: House, job: Row, case: Row) -> Fate | None:
    """The fate of one case, recorded; what this job has recorded before stays."""
    number = case["number"]
    key = (job["pk"], f"case#{number}")
    known = house.ports.store.get(Table.CASES, key)
    if known is not None and known["state"] != Fate.LATER:
        return Fate(known["state"])
    judged = _judged(house, number, plan_of(job), dry=bool(job["data"]["dry_run"]))
    if judged is None:
        return None
    row: Row = {
        "pk": key[0],
        "sk": key[1],
        "kind": "fate",
        "number": number,
        "state": str(judged.fate),
        "data": {
            "from": int(case["service_version"]),
            "findings": [
                {"pointer": one.pointer, "keyword": one.keyword, "texts": dict(one.texts)}
                for one in judged.findings[:10]
            ],
        },
    }
    house.ports.store.transact([Put(Table.CASES, row, None)])
    return judged.fate


def _judged(house: House, number: str, plan: Plan, dry: bool) -> Judged | None:
    """Judge one case and, unless dry, do what follows; None when there is no such case."""
    found: Judged | None = None

    def decide(file: CaseFile, old: Service) -> Decision | None:
        nonlocal found
        new = house.catalogue.version(old.id, plan.to)
        found, fact = rebase(house, file, old, new, plan)
        return (fact, []) if fact is not None else None

    if dry:
        file = load(house.ports.store, number)
        if file is None:
            return None
        old = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
        new = house.catalogue.version(old.id, plan.to)
        return judge(house, file, old, new, plan)
    try:
        commit(house, number, decide)
    except Busy:
        return Judged(Fate.LATER)
    if found is not None and found.fate is Fate.THERE and moved_by(house, number, plan.to):
        # Moved by this job just before it died.
        return Judged(Fate.MOVED)
    return found


def moved_by(house: House, number: str, to: int) -> bool:
    """Whether the case has come to this version by a rebase, and not by its submission."""
    file = load(house.ports.store, number)
    return file is not None and any(
        row["type"] == "rebased" and row["data"]["to"] == to for row in file.events
    )


def plan_of(job: Row) -> Plan:
    data = job["data"]
    members = ("to", "stages", "fields", "checked", "accepted")
    return Plan(**{name: data[name] for name in members}, by=job["by"])


def following(progress: Row, cursor: Any) -> Row:
    """The next page, shard or walk; `done` after the last."""
    if cursor is not None:
        return {**progress, "cursor": dict(cursor)}
    if progress["shard"] + 1 < SHARDS:
        return {**progress, "shard": progress["shard"] + 1, "cursor": None}
    if progress["again"] and progress["walk"] < WALKS:
        return {**progress, "walk": progress["walk"] + 1, "shard": 0, "cursor": None, "again": 0}
    return {**progress, "cursor": None, "done": True}


def leased(house: House, pk: str) -> Row | None:
    """Take the job for a while; None while another worker has it."""
    store, now = house.ports.store, times.text(house.now())
    row = store.get(Table.CASES, (pk, "job"))
    if row is None or row["state"] != "running" or row["due_at"] > now:
        return None
    to = {"fence": int(row["fence"]) + 1, "due_at": times.text(house.now() + LEASE)}
    try:
        store.transact([_change(row, to)])
    except ConditionFailed:
        return None
    return {**row, **to}


def save(house: House, row: Row, progress: Row) -> None:
    """The page is done; whoever lost the lease meanwhile writes nothing."""
    done = bool(progress.pop("done", False))
    to: Row = {"progress": progress, "fence": int(row["fence"]) + 1}
    remove: tuple[str, ...] = ()
    if done:
        to |= {"state": "done", "counts": _counted(house, row)}
        remove = ("due_shard", "due_at")
    else:
        to["due_at"] = times.text(house.now() + PAUSE) if _waits(progress) else AT_ONCE
    try:
        house.ports.store.transact([_change(row, to, remove)])
    except ConditionFailed:
        return


def _counted(house: House, row: Row) -> dict[str, int]:
    """How many cases had which fate."""
    rows = house.ports.store.partition(Table.CASES, row["pk"], "case#")
    return dict(Counter(row["state"] for row in rows))


def _waits(progress: Row) -> bool:
    """Between two walks the cases need a moment to move on."""
    return bool(progress["walk"] > 1 and progress["shard"] == 0 and progress["cursor"] is None)


def _change(row: Row, to: Row, remove: tuple[str, ...] = ()) -> Change:
    key = (row["pk"], row["sk"])
    return Change(Table.CASES, "job", key, to, Equals("fence", int(row["fence"])), remove)


def due_jobs(house: House) -> Iterator[str]:
    """Jobs that are due now."""
    page = house.ports.store.find(Table.CASES, "due", SHARD, times.text(house.now()), PAGE)
    yield from (key[0].removeprefix("rebase#") for key in page.keys)
