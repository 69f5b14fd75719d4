"""What carrying out an action does besides recording it, by the names documents use in `does`.

BEFORE runs first and gives the event's data; AFTER knows the event. Register, do not branch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.cases import bonds, lifecycle, opening, pool
from chalicelib.cases.clockwork import running
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import pack
from chalicelib.cases.house import House
from chalicelib.cases.permission import case_about
from chalicelib.cases.refusals import lacking_papers
from chalicelib.people.authority import holds
from chalicelib.platform.errors import Conflict, Finding, Refused
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data


@dataclass(frozen=True)
class Doing:
    house: House
    fact: Fact
    action: Data
    task: Row | None
    details: Data

    @property
    def own(self) -> Row:
        """The open stage's own task."""
        return self.fact.tasks[str(self.fact.case["visit"])]


def nothing(_: Doing) -> Row:
    return {}


def nothing_after(_: Doing, __: Row) -> None:
    return


def _promise_papers(it: Doing) -> Row:
    """The papers that are missing become debts."""
    lacking = lacking_papers(it.house, it.fact.service, it.fact.file)
    lifecycle.promise_papers(it.fact, lacking, it.house.calendar)
    return {"papers": lacking}


def _name_missing(it: Doing) -> Row:
    return {"papers": [item["paper"] for item in it.details["missing"]]}


def _record_papers(it: Doing) -> Row:
    return {"papers": [item["paper"] for item in it.details["papers"]]}


def _keep_papers(it: Doing, event: Row) -> None:
    seq = int(event["seq"])
    given = it.details["papers"]
    sealed = pack(it.house.ports.keys, it.fact.number, f"papers#{seq:05d}", given)
    lifecycle.record_papers(it.fact, given, sealed, seq)


def _extend(it: Doing) -> Row:
    """Raises Conflict for a clock that does not run or was extended before."""
    clock = it.action["clock"]
    extensible = any(
        one.name == clock and not one.reading.extended
        for one in running(it.fact.service, it.fact.all_events, it.house.calendar)
    )
    if not extensible:
        raise Conflict({"zh-Hans": "该时限不能再延期", "en": "This clock cannot be extended"})
    return {"clock": clock}


def _claim(it: Doing) -> Row:
    return pool.claim(it.fact, it.own, it.fact.actor.party, it.house.calendar)


def _release(it: Doing) -> Row:
    task = _claimed(it)
    waited = task["state"] == "waiting"
    pool.release(it.fact, task, "released")
    return {"claim": task["task"], **({"left_list": True} if waited else {})}


def _promote(it: Doing, _: Row) -> None:
    pool.promote(it.fact, it.house.calendar)


def _more_time(it: Doing) -> Row:
    return pool.more_time(it.fact, _claimed(it), it.house.calendar)


def _close(it: Doing) -> Row:
    """No more claims are taken; those who wait may still get a slot that is given back."""
    it.fact.settle_task(it.own["task"], "closed")
    return {}


def _ask(it: Doing) -> Row:
    """Raises Refused, with a pointer, for somebody who does not hold the role that is asked."""
    fact, part = it.fact, it.action["asks"]
    who = fact.service.parts(fact.case["stage"])[part]["who"]
    node = it.house.directory.node(fact.node_of(who))
    findings, asked = [], []
    for index, participant in enumerate(it.details["participants"]):
        party = it.house.directory.party(participant["party"])
        grants = party.grants if party else ()
        if node is None or not holds(grants, who["role"], node.path, it.house.today()):
            texts = {"zh-Hans": "此人不能参加", "en": "This person cannot be asked"}
            findings.append(Finding(f"/details/participants/{index}/party", "role", texts))
        asked.append(participant["party"])
    if findings:
        raise Refused(findings=findings)
    return {"asked": asked}


def _open_parts(it: Doing, event: Row) -> None:
    """A part for everybody who is asked and has not been asked yet."""
    part, parent = it.action["asks"], it.task["task"] if it.task and "part" in it.task else None
    there = {
        row["party"]
        for row in it.fact.tasks.values()
        if row.get("part") == part
        and row.get("parent") == parent
        and row["visit"] == it.fact.case["visit"]
    }
    for index, party in enumerate(event["data"]["asked"]):
        if party not in there:
            task = f"{it.fact.case['visit']}-{event['seq']}-{index + 1}"
            more = {"parent": parent} if parent else {}
            lifecycle.open_part(it.fact, part, task, party=party, **more)


def _open_case(it: Doing) -> Row:
    number = opening.open_linked(it.house, it.fact, it.action["opens"], it.details)
    return {"opened": number}


def _open_bond(it: Doing) -> Row:
    return {"bond": bonds.open_bond(it.house, it.fact, it.details)}


def _about(it: Doing) -> Row:
    """The case this one is about. Raises Conflict when there is none that is open."""
    about = case_about(it.house, it.fact.file)
    if about is None or "result" in about.case:
        raise Conflict(
            {"zh-Hans": "原办件不存在或已办结", "en": "There is no open case it is about"}
        )
    return about.case


def _waive_paper(it: Doing) -> Row:
    """Owed to the case this one is about: it goes on without the paper."""
    about = _about(it)
    service = it.house.catalogue.version(about["service"], int(about["service_version"]))
    paper = it.details["paper"]
    if paper not in service.papers:
        texts = {"zh-Hans": "原办件没有这份材料", "en": "That case has no such paper"}
        raise Refused(findings=[Finding("/details/paper", "enum", texts)])
    it.fact.owe("waive", case=about["number"], paper=paper, event=it.fact.next_seq)
    return {"about": about["number"], "waived": paper}


def _link(it: Doing) -> Row:
    """Owed to the case this one is about, where there is one: it records that this one exists."""
    about = case_about(it.house, it.fact.file)
    if about is not None:
        it.fact.owe("link", case=about.number, event=it.fact.next_seq)
    return {}


def _claimed(it: Doing) -> Row:
    if it.task is None or it.task.get("part") != pool.PART:
        raise Conflict
    return it.fact.tasks[it.task["task"]]


BEFORE: Mapping[str, Callable[[Doing], Row]] = {
    "promise_papers": _promise_papers,
    "name_missing": _name_missing,
    "record_papers": _record_papers,
    "extend": _extend,
    "claim": _claim,
    "release": _release,
    "more_time": _more_time,
    "close": _close,
    "ask": _ask,
    "open_case": _open_case,
    "open_bond": _open_bond,
    "waive_paper": _waive_paper,
    "link": _link,
}
AFTER: Mapping[str, Callable[[Doing, Row], None]] = {
    "claim": lambda it, _: pool.show_status(it.fact),
    "record_papers": _keep_papers,
    "release": _promote,
    "ask": _open_parts,
}
