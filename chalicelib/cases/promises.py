"""Promises of papers that were broken (容缺): what follows for the case, and for the person.

Two modes (domain.md §2.6): a result that waits lapses with its promise; one that was given in
advance is breached, and a person revokes it. Either is remembered by the keyed hash of the
person's identity, and hinders the next acceptance with a gap until its day.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.cases.house import House
from chalicelib.clocks.calendar import Calendar
from chalicelib.people.authority import APPLICANT
from chalicelib.platform import times
from chalicelib.platform.errors import Conflict, NotYet
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Keys, Put, Row, Table
from chalicelib.services.document import Data, Service

LAPSED, IN_TIME = "lapsed", "in_time"


def lapse(fact: Fact, papers: Iterable[str]) -> None:
    """These promises are broken; the person is remembered where the service says so."""
    for paper in papers:
        fact.change_debt(paper, LAPSED)
    if "bars" in fact.service.breach:
        fact.owe("remember")


def breach(fact: Fact, papers: list[str]) -> None:
    """The result was given for these papers and they have not come."""
    fact.record(fact.service.breach["event"], {"papers": papers})
    lapse(fact, papers)


def in_time(fact: Fact, given: Iterable[Data], calendar: Calendar) -> dict[str, list[str]]:
    """Papers that come late and were posted in time: the postmark counts, as an officer read it."""
    if fact.actor.party == APPLICANT.id:
        return {}
    found = [
        item["paper"]
        for item in given
        if fact.debts.get(item["paper"], {}).get("state") == LAPSED
        and _posted_by(item, fact.debts[item["paper"]]["due"], calendar)
    ]
    return {IN_TIME: found} if found else {}


def _posted_by(item: Data, due: str, calendar: Calendar) -> bool:
    last = calendar.local_date(times.moment(due)).isoformat()
    return bool(item.get("posted_on")) and item["posted_on"] <= last


def redeem(fact: Fact, papers: Iterable[str]) -> None:
    """These were in time after all: nothing is revoked for them, nothing held against anybody."""
    redeemed = list(papers)
    for paper in redeemed:
        fact.change_debt(paper, "in")
    if not redeemed or any(row["state"] == LAPSED for row in fact.debts.values()):
        return
    broken = {
        int(row["seq"]) for row in fact.file.events if row["type"] == fact.service.breach["event"]
    }
    for name, row in list(fact.tasks.items()):
        if row["task_kind"] == "side" and row["state"] == "open" and int(row["event"]) in broken:
            fact.settle_task(name, IN_TIME, "moot")
    if "bars" in fact.service.breach:
        fact.owe("remember")


def remember(house: House, file: CaseFile, service: Service) -> None:
    """Write until when the person may have no further gap, as the case stands now; repeatable."""
    key = _person(house.ports.keys, service, answers_of(house.ports.keys, file))
    if key is None:
        return
    until = _until(file, service, house.calendar)
    end = datetime.combine(until + timedelta(days=2), time())
    row: Row = {
        "pk": key,
        "sk": file.number,
        "kind": "lapse",
        "until": until.isoformat(),
        "expires": int(end.timestamp()),
    }
    house.ports.store.transact([Put(Table.CASES, row, when=None)])


def _until(file: CaseFile, service: Service, calendar: Calendar) -> date:
    """The last day of the bar, counted from the latest breach; a day gone by when nothing is."""
    types = {service.breach.get("event"), service.always.get(LAPSED, {}).get("event")}
    days = [
        calendar.local_date(times.moment(row["at"])) for row in file.events if row["type"] in types
    ]
    if not any(row["state"] == LAPSED for row in file.debts):
        return days[-1] - timedelta(days=1)
    bars = service.breach["bars"]
    if "days" in bars:
        return days[-1] + timedelta(days=bars["days"])
    return days[-1].replace(month=12, day=31)


def barred(house: House, file: CaseFile, service: Service) -> Conflict | None:
    """Why nothing more is accepted with a gap from this person now. One query."""
    key = _person(house.ports.keys, service, answers_of(house.ports.keys, file))
    if key is None:
        return None
    today = house.today().isoformat()
    days = [
        row["until"]
        for row in house.ports.store.partition(Table.CASES, key)
        if row["until"] >= today and row["sk"] != file.number
    ]
    if not days:
        return None
    until = max(days)
    zh = f"申请人曾承诺补交材料而未兑现，{until}（含当日）以前不再适用容缺，须补齐后受理"
    en = (
        f"The applicant has broken a promise to hand in a paper: up to and including {until} "
        "nothing is accepted with a gap, so the papers must be complete"
    )
    return NotYet({"zh-Hans": zh, "en": en})


def _person(keys: Keys, service: Service, answers: Mapping[str, Any]) -> str | None:
    """Where a person's broken promises lie; None where the answers name nobody."""
    pointer = service.data["subject"].get("identity")
    who = resolve(answers, pointer) if pointer else None
    if not isinstance(who, Mapping) or not who.get("kind") or not who.get("number"):
        return None
    number = str(who["number"]).strip().upper()
    return "promise#" + keys.secret(f"promise|{who['kind']}|{number}")
