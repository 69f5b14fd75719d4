"""Rebase: an open case goes on under another version of its service.

A case moves when nothing is lost: it is not decided; its stage, tasks, debts and recorded words
are all in the new version; its answers pass the new form. If only the answers do not, the
applicant is asked to correct them and the case stays where it is until then. Everything else
waits for a plan, and a decided case moves under none. Cases between two stages are looked at
again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from chalicelib.cases import lifecycle, opening, ruling
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.decided import decided
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CORRECTION, REBASED, CaseFile, answers_of, pack, unpack
from chalicelib.cases.house import House
from chalicelib.cases.moving import moved_answers
from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.platform.ports import Row
from chalicelib.services.changes.change import Change
from chalicelib.services.changes.diff import diff
from chalicelib.services.document import AUTO, Service

ASKED = "correction_asked"
# What the office has not yet taken a stand on.
# Items of a fanout over data whose tasks one transaction may change.
MOST_ITEMS = 40
NOT_ACCEPTED = frozenset({"submitted", "received", "to_complete"})
Words = Mapping[str, Any]


class Fate(StrEnum):
    """What becomes of one case."""

    MOVED = "moved"
    CORRECTION = "correction"
    PLAN = "needs_plan"
    DECIDED = "decided"
    THERE = "there"
    LATER = "later"


@dataclass(frozen=True)
class Plan:
    """Which version, and what an officer has decided for what does not fit by itself.

    `stages`: old stage to new; `fields`: old answer to new, by JSON Pointers, an empty one drops
    it; `checked`: an officer has seen the changes outside the form; `accepted`: accepted cases too;
    `by`: the party that ordered it.
    """

    to: int
    stages: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    checked: bool = False
    accepted: bool = False
    by: str = ""


@dataclass(frozen=True)
class Judged:
    fate: Fate
    findings: tuple[Finding, ...] = ()
    answers: Mapping[str, Any] | None = None


def judge(house: House, file: CaseFile, old: Service, new: Service, plan: Plan) -> Judged:
    """What would become of the case; changes nothing."""
    case = file.case
    if int(case["service_version"]) == new.version:
        return Judged(Fate.THERE)
    if decided(file, old, house.calendar):
        zh, en = "已作出决定，按原版本办结", "decided: it is finished under the version it has"
        return Judged(Fate.DECIDED, (_finding("/result", "decided", zh, en),))
    if not case["open"]:
        return Judged(Fate.LATER)
    found = [*_accepted(case, plan), *_unchecked(old, new, plan)]
    found += [*_stage(house, file, old, new, plan), *_tasks(file, new, plan)]
    found += _lost_words(file, new)
    if found:
        return Judged(Fate.PLAN, tuple(found))
    was = answers_of(house.ports.keys, file)
    moved = moved_answers(was, plan.fields)
    if moved is None:
        zh, en = "要转到的位置已有别的答案", "another answer is where one is to go"
        return Judged(Fate.PLAN, (_finding("/fields", "taken", zh, en),))
    answers, _ = ruling.settled(new, opening.plain_phones(new, moved))
    wrong = house.forms.check(f"{new.content}/form", new.data["form"], answers, "/answers")
    if wrong:
        return Judged(Fate.CORRECTION, tuple(wrong))
    return Judged(Fate.MOVED, answers=answers if answers != was else None)


def become(fact: Fact, new: Service, plan: Plan, answers: Mapping[str, Any] | None = None) -> None:
    """Let the fact's case go on under the new version, with new answers if there are any."""
    old = fact.service
    stage = str(fact.case["stage"])
    becomes = plan.stages.get(stage, stage)
    moved_to = {old: new for old, new in plan.stages.items() if old != new}
    data: Row = {"from": old.version, "to": new.version, **_by(plan)}
    fact.record(REBASED, {**data, **({"stages": moved_to} if moved_to else {})})
    fact.service = new
    fact.case["service_version"] = new.version
    fact.touch()
    if answers is not None:
        _write_answers(fact, answers)
    if fact.case["machine"] != new.machine:
        _restart(fact, new)
    if fact.actor == SYSTEM:
        lifecycle.drop_corrections(fact)
    if becomes == stage:
        _refresh_tasks(fact)
    else:
        _enter(fact, becomes)


def ask_correction(fact: Fact, new: Service, plan: Plan, findings: tuple[Finding, ...]) -> None:
    """Ask the applicant, or the window for them, for answers that pass the new form."""
    if any(row["task_kind"] == CORRECTION and _asks(row, new) for row in fact.tasks.values()):
        return
    lifecycle.drop_corrections(fact)
    places = [
        {"pointer": one.pointer, "keyword": one.keyword, "texts": dict(one.texts)}
        for one in findings[:50]
    ]
    event = fact.record(ASKED, {"to": new.version, **_by(plan)}, details={"findings": places})
    fact.touch()
    fact.open_task(
        f"correct-{int(event['seq'])}",
        CORRECTION,
        ["correct"],
        who=fact.service.calls,
        about={
            "to": new.version,
            "stages": dict(plan.stages),
            "checked": plan.checked,
            "accepted": plan.accepted,
        },
    )


def _by(plan: Plan) -> Row:
    return {"by": plan.by} if plan.by else {}


def _asks(row: Row, new: Service) -> bool:
    return row["state"] == "open" and bool(row["about"]["to"] == new.version)


def _accepted(case: Row, plan: Plan) -> Iterator[Finding]:
    if case["status"] not in NOT_ACCEPTED and not plan.accepted:
        yield _finding("/accepted", "accepted", "已受理，须按方案转版", "accepted: needs a plan")


def _unchecked(old: Service, new: Service, plan: Plan) -> Iterator[Finding]:
    """Changes outside the form that less is possible under; what they mean an officer decides."""
    if plan.checked:
        return
    for change in diff(old.data, new.data):
        if not change.verdict.harmless and not _about_form(change):
            texts = change.body()["texts"]
            yield Finding(change.pointer, "changed", texts)


def _about_form(change: Change) -> bool:
    return change.pointer == "/form" or change.pointer.startswith("/form/")


def _stage(
    house: House, file: CaseFile, old: Service, new: Service, plan: Plan
) -> Iterator[Finding]:
    stage = str(file.case["stage"])
    becomes = plan.stages.get(stage, stage)
    if becomes not in new.stages:
        zh, en = f"新版没有环节{becomes}", f"the new version has no stage {becomes}"
        yield _finding(f"/stages/{escape(stage)}", "stage", zh, en)
    elif becomes == stage and new.stages[stage]["kind"] != old.stages[stage]["kind"]:
        zh, en = f"环节{stage}的类型变了", f"stage {stage} is of another kind"
        yield _finding(f"/stages/{escape(stage)}", "stage", zh, en)
    elif becomes != stage and new.stages[becomes]["kind"] == AUTO:
        zh, en = f"环节{becomes}由系统判定，不能转入", f"nothing waits in stage {becomes}"
        yield _finding(f"/stages/{escape(stage)}", "stage", zh, en)
    elif becomes != stage and not _has_items(house, file, new, becomes):
        zh, en = f"环节{becomes}应分给谁还没有指定", f"nobody was named yet for stage {becomes}"
        yield _finding(f"/stages/{escape(stage)}", "stage", zh, en)


def _has_items(house: House, file: CaseFile, new: Service, stage: str) -> bool:
    """Whether the parts that a fanout opens for its items can be opened; others open none."""
    if new.stages[stage]["kind"] != "fanout":
        return True
    if new.spread(stage):
        # Its items are opened by the envelope that enters it.
        return False
    over = new.stages[stage]["over"]
    event = next((row for row in reversed(file.events) if row["type"] == over["event"]), None)
    if event is None or "sealed" not in event:
        return False
    items = unpack(house.ports.keys, file.number, event).get(over["member"], [])
    return bool(items) and set(items) <= set(new.parts(stage))


def _tasks(file: CaseFile, new: Service, plan: Plan) -> Iterator[Finding]:
    """Tasks that are open must be in the new version; those of a stage that is left are not."""
    if sum("item" in row for row in file.open_tasks()) > MOST_ITEMS:
        zh, en = f"还有{MOST_ITEMS}项以上未办结", f"more than {MOST_ITEMS} items are open"
        yield _finding("/tasks", "items", zh, en)
    left = str(file.case["stage"]) in plan.stages
    for row in file.open_tasks():
        side, part = row.get("side"), row.get("part")
        gone = bool(side) and side not in new.side_tasks
        if part and not left:
            gone = part not in new.stages.get(row["stage"], {}).get("parts", {})
        if gone:
            zh, en = f"新版没有待办{side or part}", f"the new version has no task {side or part}"
            yield _finding(f"/tasks/{escape(row['task'])}", "task", zh, en)


def _lost_words(file: CaseFile, new: Service) -> Iterator[Finding]:
    """What is recorded must stay readable, and what is promised must stay known."""
    used = [("papers", row["paper"]) for row in file.debts]
    used += [("papers", paper) for row in file.papers for paper in row["papers"]]
    used += [("notices", row["notice"]) for row in file.notices]
    used += [("documents", row["document"]) for row in file.documents]
    for row in file.events:
        data = row["data"]
        used += [("clocks", data["clock"])] if "clock" in data else []
        used += [("reasons", data["reason"])] if data.get("reason") else []
        used += [("papers", paper) for paper in data.get("papers", ())]
    for row in file.outs:
        used += [
            (f"{effect['do']}s", effect[effect["do"]])
            for effect in row["effects"]
            if effect["state"] == "owed" and effect["do"] in ("notice", "document")
        ]
    known: Words = {**new.data, "papers": new.papers, "notices": new.notices}
    for part, name in sorted(set(used)):
        if name not in known[part]:
            zh, en = f"办件用到的{name}在新版中没有", f"the case uses {name}, which is gone"
            yield _finding(f"/{part}/{escape(name)}", "gone", zh, en)


def _write_answers(fact: Fact, answers: Mapping[str, Any]) -> None:
    row = fact.file.answers
    number = int(row["sk"].partition("#")[2]) + 1 if row else 1
    place = f"answers#{number}"
    sealed = pack(fact.keys, fact.number, place, answers)
    fact.put("answers", place, sealed=sealed)
    # What is read of the answers from here on, slots and skills, is read of these.
    fact.file = replace(fact.file, answers={"sk": place, "sealed": sealed})


def _restart(fact: Fact, new: Service) -> None:
    """Another flow is another machine: its execution starts where the case stands."""
    was = {"machine": fact.case["machine"], "generation": int(fact.case["generation"])}
    fact.case |= {"machine": new.machine, "generation": was["generation"] + 1}
    fact.owe("stop", **was)
    fact.owe("start", generation=fact.case["generation"])


def _refresh_tasks(fact: Fact) -> None:
    """Open tasks offer what the new version says, to whom it says."""
    for name, row in list(fact.tasks.items()):
        if row["state"] not in ("open", "waiting") or row["task_kind"] == CORRECTION:
            continue
        to: Row = {"service_version": fact.service.version}
        if "stage" in row or "side" in row:
            place = fact.service.place(row) if _placed(fact, row) else {}
            if place.get("actions"):
                to["actions"] = list(place["actions"])
            if place.get("who") and row.get("role"):
                to |= _offered(fact, place["who"], row)
        gone = ("party", "bars") if "inbox" in to else ()
        fact.change_task(name, to, tuple(one for one in gone if one in row and one not in to))


def _offered(fact: Fact, who: Words, row: Row) -> Row:
    """To whom the new version says; who has it by name keeps it while the role is the same."""
    keeps = str(row.get("party", "")) if who["role"] == row["role"] else ""
    return fact.offered_to(who, row if "item" in row else None, keeps)


def _placed(fact: Fact, row: Row) -> bool:
    """Whether the task is one the document has: not a call, not an escalation."""
    return bool(row.get("side") or row.get("part")) or row["task"] == str(fact.case["visit"])


def _enter(fact: Fact, stage: str) -> None:
    """Leave the stage for another: its tasks are moot, the other is entered as a new visit."""
    for name, row in list(fact.tasks.items()):
        inside = row["task"] == str(fact.case["visit"]) or row.get("part")
        if row["state"] in ("open", "waiting") and inside and "item" not in row:
            fact.settle_task(name, "rebased", "moot")
    if any("item" in row and row["state"] == "open" for row in fact.tasks.values()):
        fact.owe("items", visit=int(fact.case["visit"]))
    lifecycle.open_visit(fact, stage)


def rebase(house: House, file: CaseFile, old: Service, new: Service, plan: Plan) -> Any:
    """(what became of it, the fact to commit or None)."""
    judged = judge(house, file, old, new, plan)
    fact = Fact(file, old, house.now(), SYSTEM, house.ports.keys)
    if judged.fate is Fate.MOVED:
        become(fact, new, plan, judged.answers)
    elif judged.fate is Fate.CORRECTION:
        ask_correction(fact, new, plan, judged.findings)
    return judged, fact if fact.events else None


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
