"""A calendar has changed: due dates of open cases are computed anew, and those are told who were
told another date. A job that the worker carries on page by page, as `rebasing` does.

It begins when nobody believes the former calendar any more; it may die anywhere, since what it
has recorded on a case carries its name.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from chalicelib.cases import clockwork
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.rebasing import MOST_PAGES, PAGE, following, leased, save
from chalicelib.clocks import clock
from chalicelib.clocks.calendar import Calendar
from chalicelib.people.directory import BELIEVED
from chalicelib.platform import times
from chalicelib.platform.ports import Busy, ConditionFailed, Put, Row, Table
from chalicelib.services.document import Service

CALENDAR = "cn"
SHARD = "recompute#0"
SETTLED_AFTER = BELIEVED + timedelta(seconds=5)
RECOMPUTED, TOLD_ANEW = "recomputed", "date_moved"


class Moved(NamedTuple):
    """A clock that is due at another time than under the former calendar."""

    clock: str
    was: str
    now: str


def notice(house: House) -> None:
    """Keep a job for what has changed since the last one; several changes are one."""
    store = house.ports.store
    unseen: list[Row] = []
    for row in reversed(store.partition(Table.DIRECTORY, f"calendar#{CALENDAR}", "change#")):
        if store.get(Table.CASES, (_pk(row["data"]["at"]), "job")) is not None:
            break
        unseen.append(row)
    if unseen:
        _keep_job(house, unseen[0]["data"]["at"], unseen[-1]["data"]["former"])


def due_jobs(house: House) -> Iterator[str]:
    """Jobs that are due now."""
    page = house.ports.store.find(Table.CASES, "due", SHARD, times.text(house.now()), PAGE)
    yield from (key[0].removeprefix("recompute#") for key in page.keys)


def carry_on(house: House, name: str) -> int:
    """Go on with one job for a while; how many pages were done."""
    house.directory.refresh()
    for pages in range(MOST_PAGES):
        row = leased(house, _pk(name))
        if row is None:
            return pages
        _page(house, row)
    return MOST_PAGES


def _pk(name: str) -> str:
    return f"recompute#{name}"


def _keep_job(house: House, name: str, former: Row) -> None:
    row: Row = {
        "pk": _pk(name),
        "sk": "job",
        "kind": "job",
        "job": name,
        "service": "*",
        "by": SYSTEM.party,
        "at": times.text(house.now()),
        "body": name,
        "state": "running",
        "fence": 0,
        "data": {"former": former},
        "progress": {"walk": 1, "shard": 0, "cursor": None, "again": 0},
        "due_shard": SHARD,
        "due_at": times.text(house.now() + SETTLED_AFTER),
    }
    try:
        house.ports.store.transact([Put(Table.CASES, row)])
    except ConditionFailed:
        return


def _page(house: House, job: Row) -> None:
    """One page of open cases. A case may change its place while they are walked: there are two
    walks."""
    progress = dict(job["progress"])
    shard, cursor = f"case#{progress['shard']}", progress["cursor"]
    page = house.ports.store.find(Table.CASES, "due", shard, None, PAGE, cursor)
    former = Calendar.from_document(job["data"]["former"])
    progress["again"] = int(progress["walk"] == 1)
    for pk, _ in page.keys:
        progress["again"] += not _one(house, job["job"], pk.removeprefix("case#"), former)
    save(house, job, following(progress, page.cursor))


def _one(house: House, job: str, number: str, former: Calendar) -> bool:
    """Whether the case is as the calendar has it now."""

    def decide(file: CaseFile, service: Service) -> Decision | None:
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        if not any(row["data"].get("job") == job for row in file.events):
            _record(fact, job, moved(file, service, former, house.calendar))
        before = file.case.get("due_at")
        fact.watch(house.calendar)
        if not fact.events and fact.case.get("due_at") == before:
            return None
        return fact, []

    try:
        commit(house, number, decide)
    except Busy:
        return False
    return True


def moved(file: CaseFile, service: Service, former: Calendar, calendar: Calendar) -> list[Moved]:
    """Clocks that run and are due at another time than they were, promises first."""
    found = []
    for one in clockwork.readings(service, file.events, calendar):
        definition = service.clocks[one.name]
        was = clock.read(definition, file.moments(), former)
        running = one.reading.stopped_at is None and clockwork.watched(service, one.name, file.case)
        if was is None or was.due_at is None or one.reading.due_at is None or not running:
            continue
        told, due = times.text(was.due_at), times.text(one.reading.due_at)
        if told != due and _last(file, one.name) != due:
            found.append(Moved(one.name, told, due))
    return sorted(found, key=lambda one: service.clocks[one.clock].get("kind") != "promised")


def _last(file: CaseFile, name: str) -> str:
    """When the clock was found to be due the last time that a calendar changed."""
    dues = (
        str(row["data"]["is"])
        for row in reversed(file.events)
        if row["type"] == RECOMPUTED and row["data"]["clock"] == name
    )
    return next(dues, "")


def _record(fact: Fact, job: str, found: list[Moved]) -> None:
    for one in found:
        data = {"clock": one.clock, "was": one.was, "is": one.now, "job": job}
        fact.record(RECOMPUTED, data)
        if _told(fact, one.clock):
            fact.record(TOLD_ANEW, data)


def _told(fact: Fact, name: str) -> bool:
    """Whether the applicant has been told by when this clock is due."""
    return any(
        notice.get("date") == name and notice.get("to", "applicant") == "applicant"
        for row in fact.file.events
        for _, notice in fact.service.notices_on(row["type"], fact.case["channel"])
    )
