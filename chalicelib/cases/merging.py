"""Cases of one matter become one (并案): each ends in another, and its applicants follow that.

The act is owed to the worker, which ends the one case and notes the follower in the other in one
transaction: so no two cases end in each other, and nobody who followed is lost. Each public event
of the other is repeated in the cases that follow it, told by their own notices in their own
language; a case that follows may itself be followed, and passes on what it hears.
"""

from typing import Any

from chalicelib.cases import lifecycle
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import TRIES, Decision, commit
from chalicelib.cases.doing import Doing
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.cases.permission import Sight, sight
from chalicelib.people.authority import Caller
from chalicelib.platform.errors import Finding, Refused, Texts
from chalicelib.platform.numbers import is_number
from chalicelib.platform.ports import Busy, ConditionFailed, Row
from chalicelib.services.document import Service

MERGED = "merged"
FOLLOWED, NOT_MERGED = "followed", "not_merged"
# What those who follow hear: with a notice, or only in their story.
NEWS, QUIET_NEWS = "news", "quiet_news"
NOWHERE: Texts = {
    "zh-Hans": "没有这个可以并入的办件",
    "en": "There is no such open case to merge into",
}


def merge(it: Doing) -> Row:
    """Owed to the worker. Raises Refused for a case that cannot take this one over."""
    into = str(it.details["into"])
    if not _takes(it, into):
        raise Refused(findings=[Finding("/details/into", "case", NOWHERE)])
    it.fact.owe("merge", case=into, event=it.fact.next_seq)
    return {"into": into}


def _takes(it: Doing, into: str) -> bool:
    """Whether there is another open case of the service that whoever acts may read."""
    if not is_number(into) or into == it.fact.number:
        return False
    other = load(it.house.ports.store, into)
    party = it.house.directory.party(it.fact.actor.party)
    if other is None or party is None or not _alike(it.fact.file, other):
        return False
    caller = Caller(party.id, party.name, party.grants)
    version = int(other.case["service_version"])
    service = it.house.catalogue.version(it.fact.service.id, version)
    return sight(it.house, caller, other, service) is Sight.FULL


def _alike(one: CaseFile, other: CaseFile) -> bool:
    same = one.case["service"] == other.case["service"]
    tests = bool(one.case.get("test")) is bool(other.case.get("test"))
    return same and tests and "result" not in other.case


def carry(house: House, number: str, effect: Row) -> bool:
    """End the case in the other; repeatable. False where its flow is just between two stages."""
    for _ in range(TRIES):
        file, other = load(house.ports.store, number), load(house.ports.store, effect["case"])
        if file is None or other is None or "result" in file.case or _failed(file, effect):
            return True
        if not file.case["open"]:
            return False
        facts = _both(house, file, other, effect)
        try:
            house.ports.store.transact([one for f in facts for one in f.commit(house.calendar)])
            return True
        except ConditionFailed:
            continue
    raise Busy(f"case {number} is contended")


def _both(house: House, file: CaseFile, other: CaseFile, effect: Row) -> list[Fact]:
    by = int(effect["event"])
    fact = Fact(file, _service(house, file), house.now(), SYSTEM, house.ports.keys)
    if not _alike(file, other):
        event = fact.record(NOT_MERGED, {"into": other.number, "by": by})
        name = f"not-merged-{int(event['seq'])}"
        about = {"event": int(event["seq"])}
        fact.open_task(name, "escalation", ["seen"], who=fact.service.calls, about=about)
        return [fact]
    way = fact.service.always[MERGED]
    fact.record(way["event"], {"into": other.number, "by": by})
    lifecycle.settle(fact, MERGED, way)
    takes = Fact(other, _service(house, other), house.now(), SYSTEM, house.ports.keys)
    event = takes.record(FOLLOWED, {"case": file.number, "by": f"{file.number}-{by}"})
    takes.put("follower", f"follower#{file.number}", case=file.number, seq=int(event["seq"]))
    return [fact, takes]


def _failed(file: CaseFile, effect: Row) -> bool:
    by = int(effect["event"])
    return any(row["type"] == NOT_MERGED and row["data"]["by"] == by for row in file.events)


def _service(house: House, file: CaseFile) -> Service:
    return house.catalogue.version(file.case["service"], int(file.case["service_version"]))


def repeat(house: House, file: CaseFile, service: Service, effect: Row) -> None:
    """Tell every case that follows this one of an event; repeatable for each of them."""
    event = file.events[int(effect["event"]) - 1]
    told = any(
        notice.get("to", "applicant") == "applicant"
        for _, notice in service.notices_on(event["type"], file.case["channel"])
    )
    data = event["data"]
    via = [*data.get("via", []), file.number]
    news: dict[str, Any] = {
        "case": via[0],
        "type": data["type"] if event["type"] in (NEWS, QUIET_NEWS) else event["type"],
        "by": f"{file.number}-{int(event['seq'])}",
        "via": via,
    }
    for row in file.followers:
        if row["case"] not in via:
            _tell(house, row["case"], NEWS if told else QUIET_NEWS, news)


def _tell(house: House, number: str, type: str, news: Row) -> None:
    def decide(file: CaseFile, service: Service) -> Decision | None:
        if any(row["data"].get("by") == news["by"] for row in file.events):
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        fact.record(type, news)
        lifecycle.join(fact)
        return fact, []

    commit(house, number, decide)
