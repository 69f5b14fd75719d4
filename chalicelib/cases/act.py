"""Act: what a person does with a task or with a case at any stage; one transaction.

Order of refusals: out of sight (404), a key used before (the same answer again), settled by
somebody else (409), not this person (403, 409), no view or a stale one (428, 412), not now (409),
not so (422).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases import (
    days,
    deeds,
    emitting,
    joins,
    leading,
    lifecycle,
    offers,
    pool,
    refusals,
    reworking,
    spread,
)
from chalicelib.cases.actions import Stands, stands
from chalicelib.cases.actor import Actor, Mark
from chalicelib.cases.counts import counted
from chalicelib.cases.doing import Doing
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import DERIVED_HOLDS, IdempotencyKey
from chalicelib.cases.permission import Sight, concerns, meant_for, permitted, sight
from chalicelib.people.authority import APPLICANT, Caller, outside_of, side_of
from chalicelib.platform import times
from chalicelib.platform.errors import (
    AlreadyDecided,
    Finding,
    KeyReused,
    NotFound,
    PreconditionRequired,
    RateLimited,
    Refused,
    Unavailable,
    VersionChanged,
)
from chalicelib.platform.ports import ConditionFailed, Operation, Row
from chalicelib.services.document import Data, Service

TRIES = 8
DAY = timedelta(days=1)
THANKS = "sms_thanks"
MOST_A_DAY = 60
READS = frozenset({Sight.FULL, Sight.PRINCIPAL})
NO_SUCH = Finding("/action", "enum", {"zh-Hans": "没有这个操作", "en": "There is no such action"})
ACTION_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["action"],
    "properties": {"action": {"type": "string", "maxLength": 40}, "details": {"type": "object"}},
}


@dataclass(frozen=True)
class Act:
    """One request: on a task; or, when `task` is None, on the case or on the one open task that
    offers the action to the caller."""

    number: str
    task: str | None
    action: str
    details: Mapping[str, Any]
    version: int | None
    key: IdempotencyKey
    channel: str = "web"
    # Of the event's number: what is written with the act or not at all.
    beside: Callable[[int], Sequence[Operation]] = lambda _: ()


def act(house: House, caller: Caller, it: Act) -> Row:
    """What was recorded: case, event, type, time, version. Raises the refusals named above."""
    for _ in range(TRIES):
        file = load(house.ports.store, it.number)
        if file is None:
            raise NotFound
        service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
        if sight(house, caller, file, service) is Sight.NONE:
            raise NotFound
        done = _done(file, it.key, house.now())
        if done is not None:
            return answer(file.number, done)
        fact = _decide(house, service, file, caller, it)
        try:
            beside = it.beside(int(fact.events[0]["seq"]))
            house.ports.store.transact([*fact.commit(house.calendar), *beside])
            return answer(file.number, fact.events[0])
        except ConditionFailed:
            fact.forget()
    raise Unavailable


def answer(number: str, event: Row) -> Row:
    data = event["data"]
    return {
        "case": number,
        "event": int(event["seq"]),
        "type": event["type"],
        "at": event["at"],
        "version": int(data["version"]),
        **{name: data[name] for name in ("claim", "waiting", "opened", "bond") if name in data},
    }


def _done(file: CaseFile, key: IdempotencyKey, now: datetime) -> Row | None:
    """The event this key has made, while the key holds. Raises KeyReused for another body."""
    since = times.text(now - key.holds)
    made = (row for row in reversed(file.events) if row.get("key") == key.hash)
    event = next((row for row in made if row["at"] > since), None)
    if event is None:
        return None
    if event["body"] != key.body:
        raise KeyReused
    # Without a key of its own, the same request is a repeat only until its sender does another.
    given = key.holds > DERIVED_HOLDS
    if given or (_latest_of(file, event["actor"]["party"]) is event and not _taken(file, event)):
        return event
    return None


def _taken(file: CaseFile, event: Row) -> bool:
    """Whether the claim that the event made has been taken away since."""
    claim = file.task(event["data"].get("claim", ""))
    if claim is None or claim["event"] != event["seq"]:
        return False
    return claim["state"] not in joins.UNSETTLED


def _latest_of(file: CaseFile, party: str) -> Row | None:
    return next((row for row in reversed(file.events) if row["actor"]["party"] == party), None)


def _decide(house: House, service: Service, file: CaseFile, caller: Caller, it: Act) -> Fact:
    _refuse_others(service, caller, it)
    task = _task(house, service, file, caller, it)
    if task is not None and not joins.waits(file.case, task):
        raise AlreadyDecided
    action, who, place = _stands(service, task, it)
    actor = permitted(house, file, caller, action, who, task)
    _refuse_stale(file, caller, action, task, it)
    details = refusals.plain(it.details)
    mark = Mark(it.key.hash, it.key.body)
    fact = Fact(file, service, house.now(), actor, house.ports.keys, mark)
    offers.refuse(Doing(house, fact, action, task, details), caller, place)
    if task is None and "to" in action and not file.case["open"]:
        # The flow is between two stages: a moment later there is something to settle.
        raise Unavailable
    refusals.refuse_details(house, service, file, action, details, place)
    refusals.refuse_pretence(details, it.channel)
    days.refuse(house, fact, action, details)
    refuse_flood(file, actor, house.now())
    _apply(house, fact, action, task, replace(it, details=details))
    return fact


def _refuse_others(service: Service, caller: Caller, it: Act) -> None:
    """Raises Refused for what no party that holds a receipt of its own may do, and no body outside,
    whether it is offered to others now or not."""
    called = (one.data for one in service.every_action() if one.name == it.action)
    if caller.outside and caller.outside not in (outside_of(one.get("by")) for one in called):
        raise Refused(findings=[NO_SUCH])


def _refuse_stale(file: CaseFile, caller: Caller, action: Data, task: Row | None, it: Act) -> None:
    """Raises PreconditionRequired, VersionChanged: nobody decides on a view that is over."""
    outside = caller is APPLICANT or caller.outside
    if it.version is None and not outside and not _blind(action, task):
        raise PreconditionRequired
    if it.version is not None and it.version != int(file.case["version"]):
        raise VersionChanged


def refuse_flood(file: CaseFile, actor: Actor, now: datetime) -> None:
    """Raises RateLimited: every act is kept for ever, so nobody may fill a case with them."""
    since = times.text(now - DAY)
    lately = [
        row for row in file.events if row["at"] > since and row["actor"]["party"] == actor.party
    ]
    if len(lately) >= MOST_A_DAY:
        raise RateLimited


def _task(house: House, service: Service, file: CaseFile, caller: Caller, it: Act) -> Row | None:
    """The task that is meant. Raises NotFound for one that the case does not have."""
    if it.task:
        task = file.task(it.task)
        if task is None or not _shown(house, service, file, caller, task):
            raise NotFound
        return task
    if it.action in service.acts:
        return None
    # Such a party, or a body outside, asks only for what is its own.
    reads = bool(caller.outside) or sight(house, caller, file, service) in READS
    offering = [
        row
        for row in file.tasks
        if joins.waits(file.case, row)
        and it.action in row["actions"]
        and ((reads and _offices(service, caller, row, it)) or concerns(house, caller, row))
    ]
    closed = [
        row
        for row in file.tasks
        if not joins.waits(file.case, row)
        and it.action in row["actions"]
        and ((reads and not row.get("party")) or meant_for(house, caller, row))
    ]
    if closed and not offering:
        raise AlreadyDecided
    return offering[0] if len(offering) == 1 else None


def _offices(service: Service, caller: Caller, task: Row, it: Act) -> bool:
    """Whether whoever reads the case may mean this task without naming it: nobody's own, or one on
    which this action is an officer's."""
    if not task.get("party") or caller is APPLICANT:
        return not task.get("party")
    found = stands(service, task, it.action)
    return found is not None and "who" in found.action


def _shown(house: House, service: Service, file: CaseFile, caller: Caller, task: Row) -> bool:
    """Whether the caller, who sees something of the case, may know of this task."""
    seen = sight(house, caller, file, service)
    if seen in READS:
        theirs = caller is APPLICANT or seen is Sight.PRINCIPAL
        return not theirs or not task.get("party") or concerns(house, caller, task)
    return concerns(house, caller, task)


def _blind(action: Data, task: Row | None) -> bool:
    """Whether the action needs no view of the case: on one's own task, on an item of a list, which
    many deal with side by side, or a claim."""
    if task is None:
        return False
    own = bool(task.get("party")) or "item" in task
    return (own and "who" not in action) or "claim" in action.get("does", [])


def _stands(service: Service, task: Row | None, it: Act) -> Stands:
    """The action that is meant. Raises Refused for one that the task does not have."""
    found = stands(service, task, it.action)
    if found is None:
        raise Refused(findings=[NO_SUCH])
    return found


def _apply(house: House, fact: Fact, action: Data, task: Row | None, it: Act) -> None:
    it_is = Doing(house, fact, action, task, it.details)
    data: dict[str, Any] = {"action": it.action}
    if action.get("reason"):
        data["reason"] = it.details["reason"]
    if task is not None and task.get("part"):
        data["task"] = task["task"]
        data |= {"item": task["item"]} if "item" in task else {}
        if task["part"] == pool.PART:
            data["claim"] = task["task"]
    data |= counted(action, it.details) | days.set_by(fact.service, action, it.details)
    data |= reworking.counted_against(it_is)
    for name in action.get("does", []):
        data |= deeds.BEFORE.get(name, deeds.nothing)(it_is)
    if "status" in action:
        fact.case["status"] = action["status"]
    fact.touch()
    data["version"] = int(fact.case["version"])
    name = _event(house, action, data, it, fact)
    leading.refuse_unopenable(house, fact, name, it.details)
    emitting.refuse_unopenable(house, fact, name, it.details)
    refusals.refuse_unnamed(house, fact.service, fact.file, name, it.details)
    spread.refuse_unlisted(house, fact.service, name, it.details)
    event = fact.record(name, data, details=it.details)
    for name in action.get("does", []):
        deeds.AFTER.get(name, deeds.nothing_after)(it_is, event)
    _settle(fact, action, task, it)
    lifecycle.join(fact)
    if it.channel == "sms" and not _answers(fact, task):
        fact.owe("notice", notice=THANKS, event=int(event["seq"]))


def _answers(fact: Fact, task: Row | None) -> bool:
    """Whether whoever wrote hears of it by a notice of the document, or of the case it opens."""
    if any(effect["do"] == "open_case" for effect in fact.effects):
        return True
    side = side_of(fact.actor.party)
    own = "holder" if task is not None and task.get("party") else "applicant"
    to = {"party": side} if side else own
    names = [effect["notice"] for effect in fact.effects if effect["do"] == "notice"]
    return any(fact.service.notices[name].get("to", "applicant") == to for name in names)


def _settle(fact: Fact, action: Data, task: Row | None, it: Act) -> None:
    """Close what the action closes: the stage, the part with what it asked, the engine's task."""
    if "to" in action:
        if task is not None and "item" in task:
            fact.settle_task(task["task"], it.action)
        lifecycle.settle(fact, it.action, action)
    elif task is None:
        return
    elif "settles" in action:
        fact.settle_task(task["task"], action["settles"])
        for name, row in list(fact.tasks.items()):
            if row.get("parent") == task["task"] and row["state"] in joins.UNSETTLED:
                fact.settle_task(name, it.action, "moot")
    elif not joins.inside(task):
        fact.settle_task(task["task"], it.action)


def _event(house: House, action: Data, data: Data, it: Act, fact: Fact) -> str:
    """The event that is recorded, which the details or a full pool may change."""
    if "waiting" in data or "left_list" in data:
        return str(action.get("else_event", action["event"]))
    for index, branch in enumerate(action.get("branch", [])):
        name = f"{fact.service.content}/{it.action}/{action['event']}/branch/{index}"
        if house.forms.holds(name, branch["if"], it.details):
            return str(branch["event"])
    return str(action["event"])
