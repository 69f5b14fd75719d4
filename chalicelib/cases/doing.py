"""What carrying out an action does besides recording it, by the names documents use in `does`.

HINDERS says why it cannot be done at all now; BEFORE runs first and gives the event's data; AFTER
knows the event; CHOICES lists what a member of the details may be. Register, do not branch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.cases import bonds, holders, leading, lifecycle, opening, pool, rebase, ruling
from chalicelib.cases.clockwork import running
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import pack
from chalicelib.cases.house import House
from chalicelib.cases.permission import case_about
from chalicelib.cases.refusals import lacking_papers, wanted_papers
from chalicelib.people.directory import Node, Party
from chalicelib.platform.errors import (
    Conflict,
    Finding,
    NoMoreTime,
    NothingToWaive,
    Refused,
    Texts,
    pick,
)
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service


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


def _to_waive(it: Doing) -> dict[str, Texts]:
    found = waivable(it)
    return found[1] if found else {}


def unhindered(_: Doing) -> Conflict | None:
    return None


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


def _no_extension(it: Doing) -> Conflict | None:
    """The clock does not run, or was extended before."""
    extensible = any(
        one.name == it.action["clock"] and not one.reading.extended
        for one in running(it.fact.service, it.fact.all_events, it.house.calendar)
    )
    if extensible:
        return None
    zh, en = "该时限没有在走，或者已经延过", "The clock is not running, or was extended before"
    return NoMoreTime({"zh-Hans": zh, "en": en})


def _extend(it: Doing) -> Row:
    return {"clock": it.action["clock"]}


def _no_claim(it: Doing) -> Conflict | None:
    return pool.no_claim(it.fact, it.own, it.fact.actor.party)


def _claim(it: Doing) -> Row:
    return pool.claim(it.fact, it.own, it.fact.actor.party, it.house.calendar)


def _release(it: Doing) -> Row:
    task = _claimed(it)
    waited = task["state"] == "waiting"
    pool.release(it.fact, task, "released")
    return {"claim": task["task"], **({"left_list": True} if waited else {})}


def _promote(it: Doing, _: Row) -> None:
    pool.promote(it.fact, it.house.calendar)


def _no_more_time(it: Doing) -> Conflict | None:
    return pool.no_more_time(it.fact, _claimed(it))


def _more_time(it: Doing) -> Row:
    return pool.more_time(it.fact, _claimed(it), it.house.calendar)


def _close(it: Doing) -> Row:
    """No more claims are taken; those who wait may still get a slot that is given back."""
    it.fact.settle_task(it.own["task"], "closed")
    return {}


def _asked(it: Doing) -> tuple[str, Node | None]:
    """Which role is asked, and where it must be held."""
    who = it.fact.service.parts(it.fact.case["stage"])[it.action["asks"]]["who"]
    return who["role"], holders.place_of(it.house, it.fact.file, who)


def _askable(it: Doing) -> dict[str, Texts]:
    """Who holds the role that is asked, or stands in for who does."""
    role, node = _asked(it)
    found = it.house.directory.holders(role, node, it.house.today()) if node else ()
    return {party.id: {"zh-Hans": party.name} for party in found}


def _ask(it: Doing) -> Row:
    """Raises Refused, with a pointer, for somebody unknown or who does not hold the role."""
    role, node = _asked(it)
    findings, asked = [], []
    for index, participant in enumerate(it.details["participants"]):
        party = it.house.directory.party(participant["party"])
        if party is None or node is None or not party.has(role, node, it.house.today()):
            findings.append(_not_asked(f"/details/participants/{index}/party", party, role, node))
        asked.append(participant["party"])
    if findings:
        raise Refused(findings=findings)
    return {"asked": asked}


def _not_asked(pointer: str, party: Party | None, role: str, node: Node | None) -> Finding:
    if party is None:
        return Finding(pointer, "party", {"zh-Hans": "没有这个人", "en": "There is no such person"})
    post = holders.at(role, node)
    zh, en = f"{party.name}不是{post['zh-Hans']}", f"{party.name} is not {post['en']}"
    return Finding(pointer, "role", {"zh-Hans": zh, "en": en})


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
    """Owed to the worker; its number is known already. Raises Refused where its form says no."""
    listed = it.fact.service.every_action()
    at = next(one.at for one in listed if one.data is it.action)
    owed = {"event": it.fact.next_seq, "at": at, "version": it.fact.service.version}
    leading.refuse_opening(it.house, it.fact, it.action, it.details)
    it.fact.owe("open_case", **owed)
    return {"opened": leading.opened_number(it.house, it.fact.number, owed)}


def _open_bond(it: Doing) -> Row:
    return {"bond": bonds.open_bond(it.house, it.fact, it.details)}


def waivable(it: Doing) -> tuple[Row, dict[str, Texts]] | None:
    """The open case this one is about and the papers, with their titles, that it needs and has
    not; None when there is no such case."""
    about = case_about(it.house, it.fact.file)
    if about is None or "result" in about.case:
        return None
    service = it.house.catalogue.version(about.case["service"], int(about.case["service_version"]))
    lacking = wanted_papers(it.house, service, about)
    return about.case, {paper: service.papers[paper]["titles"] for paper in lacking}


def _nothing_to_waive(it: Doing) -> Conflict | None:
    found = waivable(it)
    if found is None:
        zh, en = "原办件不存在或已办结", "There is no open case that this one is about"
        return NothingToWaive({"zh-Hans": zh, "en": en})
    if not found[1]:
        zh, en = "原办件现在不缺材料", "The case that this one is about lacks no paper now"
        return NothingToWaive({"zh-Hans": zh, "en": en})
    return None


def _waive_paper(it: Doing) -> Row:
    """Owed to the case this one is about: it goes on without the paper.

    Raises Refused for a paper that case does not wait for: waiving it would solve nothing.
    """
    about, papers = waivable(it) or ({}, {})
    paper = it.details["paper"]
    if paper not in papers:
        raise Refused(findings=[_not_wanted(papers)])
    it.fact.owe("waive", case=about["number"], paper=paper, event=it.fact.next_seq)
    return {"about": about["number"], "waived": paper}


def _not_wanted(papers: Mapping[str, Texts]) -> Finding:
    zh = "、".join(f"{paper} {titles['zh-Hans']}" for paper, titles in papers.items())
    en = ", ".join(f"{paper} {pick(titles, 'en')}" for paper, titles in papers.items())
    texts = {
        "zh-Hans": f"原办件不缺这份材料，现在缺的是：{zh}",
        "en": f"That case does not lack this paper; it lacks: {en}",
    }
    return Finding("/details/paper", "enum", texts, {"allowedValues": list(papers)})


def _link(it: Doing) -> Row:
    """Owed to the case this one is about, where there is one: it records that this one exists."""
    about = case_about(it.house, it.fact.file)
    if about is not None:
        it.fact.owe("link", case=about.number, event=it.fact.next_seq)
    return {}


def _correct(it: Doing) -> Row:
    """Raises Refused for answers that the new form does not take, Conflict where the case cannot
    go on under it."""
    new, plan = _corrects_for(it)
    kept = _settled(it, new)
    schema, place = new.data["form"], "/details/answers"
    findings = it.house.forms.check(f"{new.content}/form", schema, kept, place)
    if findings:
        raise Refused(findings=findings)
    judged = rebase.judge(it.house, it.fact.file, it.fact.service, new, plan)
    if judged.fate not in (rebase.Fate.MOVED, rebase.Fate.CORRECTION):
        raise Conflict
    return {"to": new.version}


def _go_on(it: Doing, __: Row) -> None:
    """Under the version whose form was filled in; the task goes with its own version."""
    new, plan = _corrects_for(it)
    rebase.become(it.fact, new, plan, _settled(it, new))


def _settled(it: Doing, new: Service) -> Data:
    """The corrected answers as a submission would keep them."""
    answers, _ = ruling.settled(new, opening.plain_phones(new, it.details["answers"]))
    kept, _ = leading.split(new, answers)
    return kept


def _corrects_for(it: Doing) -> tuple[Service, rebase.Plan]:
    """The version and the plan that the correction was asked for under."""
    asked = it.task["about"] if it.task else {}
    plan = rebase.Plan(
        asked["to"], asked["stages"], checked=asked["checked"], accepted=asked["accepted"]
    )
    return it.house.catalogue.version(it.fact.case["service"], plan.to), plan


def _claimed(it: Doing) -> Row:
    if it.task is None or it.task.get("part") != pool.PART:
        raise Conflict
    return it.fact.tasks[it.task["task"]]


HINDERS: Mapping[str, Callable[[Doing], Conflict | None]] = {
    "extend": _no_extension,
    "claim": _no_claim,
    "more_time": _no_more_time,
    "waive_paper": _nothing_to_waive,
}
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
    "correct": _correct,
}
AFTER: Mapping[str, Callable[[Doing, Row], None]] = {
    "claim": lambda it, _: pool.show_status(it.fact),
    "record_papers": _keep_papers,
    "release": _promote,
    "ask": _open_parts,
    "correct": _go_on,
}
# Where the member stands in the schema of the details, and what it may be now, by title.
CHOICES: Mapping[str, tuple[tuple[str, ...], Callable[[Doing], dict[str, Texts]]]] = {
    "waive_paper": (("properties", "paper"), _to_waive),
    "ask": (("properties", "participants", "items", "properties", "party"), _askable),
}
