"""Effects on another case: a paper waived there, a link or this one's result recorded there.

Repeatable by name.
"""

from typing import Any

from chalicelib.cases import lifecycle
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, pack
from chalicelib.cases.house import House
from chalicelib.cases.refusals import lacking_papers
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

WAIVED = "waived"
PAPER_WAIVED, LINKED = "paper_waived", "linked"


def waive(house: House, file: CaseFile, effect: Row) -> None:
    """The other case goes on without the paper: it counts as given, and a wait for it may end."""
    paper = effect["paper"]

    def decide(other: CaseFile, service: Service) -> Decision | None:
        if _there(other, file, effect, PAPER_WAIVED) or "result" in other.case:
            return None
        fact = _fact(house, other, service)
        seq = fact.next_seq
        fact.record(PAPER_WAIVED, {"papers": [paper], "by": _name(file, effect)})
        place = f"papers#{seq:05d}"
        sealed = pack(house.ports.keys, other.number, place, [{"paper": paper, "how": WAIVED}])
        fact.put("papers", place, papers=[paper], sealed=sealed)
        if fact.debts.get(paper, {}).get("state") == "open":
            fact.change_debt(paper, WAIVED)
        lacking = [one for one in lacking_papers(house, service, other) if one != paper]
        way = service.ways(other.case["stage"]).get(WAIVED) if other.case["open"] else None
        if way is not None and not lacking:
            fact.record(way["event"])
            lifecycle.settle(fact, WAIVED, way)
        lifecycle.join(fact)
        return fact, []

    commit(house, effect["case"], decide)


def link(house: House, file: CaseFile, effect: Row) -> None:
    """The other case records that this one is about it."""

    def decide(other: CaseFile, service: Service) -> Decision | None:
        if _there(other, file, effect, LINKED):
            return None
        fact = _fact(house, other, service)
        fact.record(LINKED, {"case": file.number, "by": _name(file, effect)})
        return fact, []

    commit(house, effect["case"], decide)


def report(house: House, file: CaseFile, effect: Row) -> None:
    """The case this one is about records how this one was decided, and may have waited for it."""

    def decide(other: CaseFile, service: Service) -> Decision | None:
        if _there(other, file, effect, file.case["hears"]):
            return None
        fact = _fact(house, other, service)
        told = {"case": file.number, "service": file.case["service"], "result": effect["result"]}
        fact.record(file.case["hears"], {**told, "by": _name(file, effect)})
        lifecycle.join(fact)
        return fact, []

    commit(house, file.case["about"], decide)


def _fact(house: House, other: CaseFile, service: Service) -> Fact:
    fact = Fact(other, service, house.now(), SYSTEM, house.ports.keys)
    fact.touch()
    return fact


def _name(file: CaseFile, effect: Row) -> str:
    return f"{file.number}-{effect['event']}"


def _there(other: CaseFile, file: CaseFile, effect: Row, type: str) -> bool:
    """Whether it is recorded: one event may owe several things to the same case."""
    name: Any = _name(file, effect)
    return any(row["type"] == type and row["data"].get("by") == name for row in other.events)
