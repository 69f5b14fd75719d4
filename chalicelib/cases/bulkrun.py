"""Carries an order for many on, as `rebasing` does.

Each item is one ordinary act of whoever ordered it, refused or done by the rules of its own case
under a key derived from the job's name; it may die anywhere and be repeated. What somebody else
has done on a case since the order makes the act stale there.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.cases import reach
from chalicelib.cases.act import Act, act
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.bulk import DONE, FINISHED, LATER, PREFIX, REFUSED
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, load, unpack
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import GIVEN_HOLDS, IdempotencyKey
from chalicelib.cases.permission import Sight, sight
from chalicelib.cases.rebasing import MOST_PAGES, WALKS, leased, save
from chalicelib.people.authority import Caller
from chalicelib.platform.errors import NotFound, Problem, Unavailable, VersionChanged
from chalicelib.platform.numbers import is_number
from chalicelib.platform.ports import Operation, Put, Row, Table
from chalicelib.services.document import Service

PAGE = 25


def carry_on(house: House, name: str) -> int:
    """Go on with one job for a while; how many pages were done."""
    for pages in range(MOST_PAGES):
        row = leased(house, f"{PREFIX}{name}")
        if row is None:
            return pages
        _page(house, row)
    return MOST_PAGES


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
