"""Act: what a person does with a task or with a case at any stage; one transaction.

Order of refusals: out of sight (404), a key used before (the same answer again), settled by
somebody else (409), a stale view (412), not this person (403, 409), not now (409), not so (422).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.cases import lifecycle, papers
from chalicelib.cases.actions import ENGINE_TASKS, details_schema
from chalicelib.cases.clockwork import running
from chalicelib.cases.fact import Actor, Fact, Mark
from chalicelib.cases.file import CaseFile, answers_of, load, pack
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import IdempotencyKey
from chalicelib.people.authority import APPLICANT, Caller, holds, reads
from chalicelib.platform import times
from chalicelib.platform.errors import (
    AlreadyDecided,
    Conflict,
    Finding,
    KeyReused,
    NotFound,
    NotPermitted,
    PapersIncomplete,
    Refused,
    SeparationOfDuty,
    Unavailable,
    VersionChanged,
)
from chalicelib.platform.ports import ConditionFailed, Row
from chalicelib.services.document import Data, Service, result_of

TRIES = 5
ACTION_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["action"],
    "properties": {"action": {"type": "string", "maxLength": 40}, "details": {"type": "object"}},
}


@dataclass(frozen=True)
class Act:
    """One request: on a task, or on the case when `task` is None."""

    number: str
    task: str | None
    action: str
    details: Mapping[str, Any]
    version: int | None
    key: IdempotencyKey


def visible(house: House, caller: Caller, file: CaseFile) -> bool:
    """Whether the caller may know of the case at all."""
    if caller is APPLICANT:
        return True
    paths = [
        node.path
        for node in (
            house.directory.node(file.case["site"]),
            house.directory.node(file.case["node"]),
        )
        if node is not None
    ]
    return reads(caller.grants, paths, house.today())


def act(house: House, caller: Caller, it: Act) -> Row:
    """What was recorded: case, event, type, time, version. Raises the refusals named above."""
    for _ in range(TRIES):
        file = load(house.ports.store, it.number)
        if file is None or not visible(house, caller, file):
            raise NotFound
        done = _done(file, it.key, house.now())
        if done is not None:
            return answer(file.number, done)
        service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
        fact = _decide(house, service, file, caller, it)
        try:
            house.ports.store.transact(fact.commit(house.calendar))
            return answer(file.number, fact.events[0])
        except ConditionFailed:
            continue
    raise Unavailable


def answer(number: str, event: Row) -> Row:
    return {
        "case": number,
        "event": int(event["seq"]),
        "type": event["type"],
        "at": event["at"],
        "version": int(event["data"]["version"]),
    }


def _done(file: CaseFile, key: IdempotencyKey, now: datetime) -> Row | None:
    """The event this key has made, while the key holds. Raises KeyReused for another body."""
    since = times.text(now - key.holds)
    events = (row for row in file.events if row.get("key") == key.hash and row["at"] > since)
    event = next(events, None)
    if event is not None and event["body"] != key.body:
        raise KeyReused
    return event


def _decide(house: House, service: Service, file: CaseFile, caller: Caller, it: Act) -> Fact:
    task = file.task(it.task) if it.task else None
    if it.task and task is None:
        raise NotFound
    if task is not None and task["state"] != "open":
        raise AlreadyDecided
    if it.version is not None and it.version != int(file.case["version"]):
        raise VersionChanged
    action, who = _action(service, file, task, it)
    role = _permitted(house, file, caller, action, who, task)
    _refuse_timing(file, action)
    _refuse_details(house, service, file, action, it)
    _refuse_papers(house, service, file, action)
    actor = Actor("applicant" if caller is APPLICANT else caller.id, role)
    mark = Mark(it.key.hash, it.key.body)
    fact = Fact(file, service, house.now(), actor, house.ports.keys, mark)
    _apply(house, fact, action, task, it)
    return fact


def _action(
    service: Service, file: CaseFile, task: Row | None, it: Act
) -> tuple[Data, Mapping[str, Any] | None]:
    """The action as the document has it, and who may do it."""
    if task is not None and task["task_kind"] in ENGINE_TASKS:
        found: Data | None = ENGINE_TASKS[task["task_kind"]].get(it.action)
        who = None
    elif task is not None:
        stage = service.stages[task["stage"]]
        found = stage.get("actions", {}).get(it.action)
        who = (found or {}).get("who", stage.get("who"))
    else:
        found = None if file.case["ended"] else service.acts.get(it.action)
        who = (found or {}).get("who")
        if found is None and it.action in service.acts:
            raise Conflict
    if found is None:
        raise Refused(
            findings=[
                Finding(
                    "/action", "enum", {"zh-Hans": "没有这个操作", "en": "There is no such action"}
                )
            ]
        )
    return found, who


def _permitted(
    house: House,
    file: CaseFile,
    caller: Caller,
    action: Data,
    who: Mapping[str, Any] | None,
    task: Row | None,
) -> str:
    """The role in which the caller acts. Raises NotPermitted or SeparationOfDuty."""
    by = action.get("by", "officer")
    if caller is APPLICANT:
        if by == "officer":
            raise NotPermitted
        return "applicant"
    if who is not None:
        role, place = who["role"], file.case["node"] if who["at"] == "unit" else file.case["site"]
    elif task is not None and task.get("role"):
        role, place = task["role"], task["node"]
    else:
        raise NotPermitted
    node = house.directory.node(place)
    if (
        by == "applicant"
        or node is None
        or not holds(caller.grants, role, node.path, house.today())
    ):
        raise NotPermitted
    if who is not None and any(caller.id in file.actors_of(stage) for stage in who.get("not", [])):
        raise SeparationOfDuty
    return str(role)


def _refuse_timing(file: CaseFile, action: Data) -> None:
    event = action["event"]
    if action.get("once") and file.happened(event):
        raise Conflict({"zh-Hans": "此操作只能办理一次", "en": "This may be done once only"})
    if "after" in action and not any(
        row["type"] == action["after"] and row["visit"] == file.case["visit"] for row in file.events
    ):
        raise Conflict({"zh-Hans": "尚未到这一步", "en": "Something else must be done first"})


def _refuse_details(house: House, service: Service, file: CaseFile, action: Data, it: Act) -> None:
    """Raises Refused unless the details are what the action asks for."""
    schema = details_schema(action)
    name = f"{service.content}/{file.case.get('stage')}/{it.task}/{it.action}/{action['event']}"
    findings = house.forms.check(name, schema, it.details, "/details")
    if not findings and action.get("reason"):
        findings = _wrong_reason(service, action, it.details["reason"])
    if findings:
        raise Refused(findings=findings)
    for member in ("papers", "missing"):
        papers.refuse_unknown(service, it.details.get(member, []), f"/details/{member}")


def _wrong_reason(service: Service, action: Data, code: str) -> list[Finding]:
    result = action.get("reason_for") or result_of(action.get("to", ""))
    reason = service.data["reasons"].get(code)
    if reason is not None and result in reason["for"]:
        return []
    texts = {"zh-Hans": "此理由不适用", "en": "This reason does not apply here"}
    return [Finding("/details/reason", "enum", texts)]


def _refuse_papers(house: House, service: Service, file: CaseFile, action: Data) -> None:
    rule = action.get("papers")
    if rule is None:
        return
    lacking = lacking_papers(house, service, file)
    fits = (
        not lacking if rule == "complete" else bool(lacking) and papers.may_follow(service, lacking)
    )
    if not fits:
        titles = [service.papers[paper]["titles"] for paper in lacking]
        zh = "、".join(title["zh-Hans"] for title in titles) or "没有缺少的材料"
        en = (
            ", ".join(title.get("en", title["zh-Hans"]) for title in titles)
            or "no paper is missing"
        )
        raise PapersIncomplete({"zh-Hans": f"缺少：{zh}", "en": f"Missing: {en}"})


def lacking_papers(house: House, service: Service, file: CaseFile) -> list[str]:
    answers = answers_of(house.ports.keys, file)
    return papers.missing(papers.needed(house, service, answers), file.given())


def _apply(house: House, fact: Fact, action: Data, task: Row | None, it: Act) -> None:
    engine_task = task is not None and task["task_kind"] in ENGINE_TASKS
    target = action.get("to")
    data: dict[str, Any] = {"action": it.action}
    if action.get("reason"):
        data["reason"] = it.details["reason"]
    for name in action.get("does", []):
        data |= DOES[name](house, fact, action, it.details)
    if "status" in action:
        fact.case["status"] = action["status"]
    if target is None and not engine_task:
        fact.case["version"] += 1
    data["version"] = int(fact.case["version"]) + (1 if target else 0)
    event = fact.record(action["event"], data, details=it.details)
    if "record_papers" in action.get("does", []):
        _keep_papers(house, fact, it.details["papers"], int(event["seq"]))
    if target is not None:
        lifecycle.settle(fact, it.action, action)
    elif task is not None and engine_task:
        fact.settle_task(task["task"], it.action)
    lifecycle.join(fact)


def _promise_papers(house: House, fact: Fact, _: Data, __: Data) -> Row:
    """The papers that are missing become debts."""
    lacking = lacking_papers(house, fact.service, fact.file)
    lifecycle.promise_papers(fact, lacking, house.calendar)
    return {"papers": lacking}


def _name_missing(_: House, __: Fact, ___: Data, details: Data) -> Row:
    return {"papers": [item["paper"] for item in details["missing"]]}


def _record_papers(_: House, __: Fact, ___: Data, details: Data) -> Row:
    return {"papers": [item["paper"] for item in details["papers"]]}


def _extend(house: House, fact: Fact, action: Data, _: Data) -> Row:
    """Raises Conflict for a clock that does not run or was extended before."""
    if not _extensible(fact, action["clock"], house):
        raise Conflict({"zh-Hans": "该时限不能再延期", "en": "This clock cannot be extended"})
    return {"clock": action["clock"]}


DOES: Mapping[str, Callable[[House, Fact, Data, Data], Row]] = {
    "promise_papers": _promise_papers,
    "name_missing": _name_missing,
    "record_papers": _record_papers,
    "extend": _extend,
}


def _keep_papers(house: House, fact: Fact, given: list[Row], seq: int) -> None:
    sealed = pack(house.ports.keys, fact.number, f"papers#{seq:05d}", given)
    lifecycle.record_papers(fact, given, sealed, seq)


def _extensible(fact: Fact, clock: str, house: House) -> bool:
    return any(
        one.name == clock and not one.reading.extended
        for one in running(fact.service, fact.all_events, house.calendar)
    )
