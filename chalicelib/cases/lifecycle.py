"""The legal moves of a case: opening and settling visits, promises, papers. Pure over a Fact.

A stage is settled by one outcome in the transaction of the act that settles it; the rest of its
tasks are then moot. A gate that is already clear settles as it opens.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.cases import appeals, clockwork, joins, passing
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CORRECTION, answers_of, unpack
from chalicelib.clocks.calendar import Calendar
from chalicelib.platform import times
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.services.document import TOLD, Service, result_of

CLEAR = "clear"
HELD = "held"
VOID = "claim_void"
NOT_UNDERSTOOD = "not_understood"


def expected_next(service: Service, case: Mapping[str, Any]) -> str | None:
    """The stage that the recorded outcome leads to; None while a visit is open or after the end."""
    if case["ended"] or case["open"]:
        return None
    if case["visit"] == 0:
        return begin(service, case)
    if case["stage"] == service.tell and result_of(case["target"]) is not None:
        return None
    return service.next_stage(case["target"])


def begin(service: Service, case: Mapping[str, Any]) -> str:
    """Where the case begins: before an arbiter, where it is not clear who is in charge."""
    unclear = case.get("begin")
    return str(unclear) if unclear in service.stages else service.start


def entry(service: Service, case: Mapping[str, Any]) -> str:
    """Where a generation enters: at the last recorded stage; of a reopened case, where it goes on,
    since nothing leads there from the stage that tells."""
    stage = case.get("stage") or begin(service, case)
    if stage == service.tell and not case["open"]:
        return expected_next(service, case) or str(stage)
    return str(stage)


def open_visit(fact: Fact, stage: str) -> None:
    """Enter a stage: a numbered visit with its tasks; a stage that can settle at once does."""
    definition = fact.service.stages[stage]
    fact.case |= {"stage": stage, "visit": fact.case["visit"] + 1, "open": True}
    fact.touch()
    for name in ("outcome", "target", "items"):
        fact.case.pop(name, None)
    if "status" in definition:
        fact.case["status"] = definition["status"]
    passing.lapse(fact)
    fact.record("stage_entered", {"kind": definition["kind"]})
    if definition.get("actions"):
        _open_own_task(fact, definition)
    if definition["kind"] == "fanout" and not fact.service.spread(stage):
        _open_items(fact, definition)
    join(fact)


def _open_own_task(fact: Fact, definition: Mapping[str, Any]) -> None:
    more: dict[str, Any] = {}
    if "slots" in definition:
        answers = answers_of(fact.keys, fact.file)
        slots = definition["slots"]
        more["slots"] = int(slots.get("is") or resolve(answers, slots["from"]) or 1)
    fact.open_task(
        str(fact.case["visit"]),
        definition["kind"],
        definition["actions"],
        who=definition.get("who"),
        **more,
    )


def _open_items(fact: Fact, definition: Mapping[str, Any]) -> None:
    """One part for each item that the latest event of the kind named."""
    over = definition["over"]
    event = next(row for row in reversed(fact.file.events) if row["type"] == over["event"])
    details = unpack(fact.keys, fact.number, event) if "sealed" in event else {}
    for item in details.get(over["member"], []):
        open_part(fact, item, f"{fact.case['visit']}-{item}")


def open_part(fact: Fact, part: str, task: str, **more: Any) -> None:
    """Open one task inside the open stage."""
    definition = fact.service.parts(fact.case["stage"])[part]
    if "opened" in definition:
        fact.record(definition["opened"], {"task": task}, actor=SYSTEM)
    who = None if more.get("party") else definition.get("who")
    fact.open_task(task, "part", definition["actions"], who=who, part=part, **more)


def join(fact: Fact) -> None:
    """Settle the open stage if its rows say so."""
    if fact.case["open"]:
        kind = fact.service.stages[fact.case["stage"]]["kind"]
        JOINS.get(kind, _join_by_act)(fact)


def _join_by_act(_: Fact) -> None:
    """Only an act or a clock settles a desk, a review."""


def _join_gate(fact: Fact) -> None:
    """Clear when no debt is open; the first look at a gate that is not clear records `held`."""
    clear = fact.service.stages[fact.case["stage"]]["outcomes"][CLEAR]
    if not any(_holds(fact, row) for row in fact.debts.values()):
        fact.record(clear["event"])
        settle(fact, CLEAR, clear)
    elif fact.events and fact.events[-1]["type"] == "stage_entered":
        fact.record(HELD)


def _holds(fact: Fact, debt: Row) -> bool:
    return bool(debt["state"] == "open") and not fact.service.recovers(debt["paper"])


def _join_tell(fact: Fact) -> None:
    told = not fact.file.owed_notices() and not _owes_notice(fact)
    if told and not appeals.pending(fact.service, fact.all_events):
        finish(fact)


def _join_parts(fact: Fact) -> None:
    """What the tasks inside the stage come to, if they come to anything yet. What the items of a
    fanout over data come to is the worker's to settle, so that an act changes one of them."""
    stage = fact.service.stages[fact.case["stage"]]
    items = int(fact.case.get("items", 0))
    outcome = joins.outcome(stage, fact.tasks.values(), int(fact.case["visit"]), items)
    if outcome is not None and items:
        fact.owe("items", visit=int(fact.case["visit"]))
    elif outcome is not None:
        way = stage["outcomes"][outcome]
        fact.record(way["event"], actor=SYSTEM)
        settle(fact, outcome, way)


def _join_hold(fact: Fact) -> None:
    """What the cases that were opened have come to; anybody else is heard by an act or a clock."""
    stage = fact.service.stages[fact.case["stage"]]
    if stage["for"] == "case":
        outcome = joins.heard(stage, fact.case["stage"], fact.all_events, int(fact.case["visit"]))
        if outcome is not None:
            way = stage["outcomes"][outcome]
            fact.record(way["event"], actor=SYSTEM)
            settle(fact, outcome, way)


JOINS: Mapping[str, Callable[[Fact], None]] = {
    "gate": _join_gate,
    "tell": _join_tell,
    "hold": _join_hold,
    "pool": _join_parts,
    "fanout": _join_parts,
}


def finish(fact: Fact) -> None:
    """The result has been told: the case is closed."""
    fact.case["ended"] = True
    drop_calls(fact)
    closed = fact.record("closed", {"result": fact.case["result"]})
    if "patterns" in fact.service.data:
        fact.owe("patterns", event=int(closed["seq"]))
    settle(fact, TOLD, {"to": f"end:{fact.case['result']}"})


def settle(fact: Fact, outcome: str, way: Mapping[str, Any]) -> None:
    """Settle the open visit with an outcome; the flow is owed the signal."""
    visit = fact.case["visit"]
    _void_claims(fact)
    for task, row in list(fact.tasks.items()):
        mine = row["state"] in joins.UNSETTLED and row["visit"] == visit and joins.inside(row)
        if mine and "item" not in row:
            decided = row["task_kind"] in ("desk", "hold") and fact.actor.party != "system"
            fact.settle_task(task, outcome, "settled" if decided else "moot")
    if any("item" in row and row["state"] == "open" for row in fact.tasks.values()):
        fact.owe("items", visit=visit)
    fact.case |= {"open": False, "outcome": outcome, "target": way["to"]}
    fact.touch()
    if "status" in way:
        fact.case["status"] = way["status"]
    result = result_of(way["to"])
    if result is not None and "result" not in fact.case:
        fact.case["result"] = result
        fact.case["status"] = fact.service.data["results"][result]["status"]
        drop_corrections(fact)
        if "hears" in fact.case and not fact.service.data.get("restricted"):
            fact.owe("report", event=int(fact.case["events"]), result=result)
    fact.owe("signal", visit=visit, stage=fact.case["stage"], outcome=outcome)


def drop_corrections(fact: Fact) -> None:
    """Nobody need correct what is decided, or what goes on without it."""
    for name, row in list(fact.tasks.items()):
        if row["task_kind"] == CORRECTION and row["state"] == "open":
            fact.settle_task(name, "not_needed", "moot")


def drop_calls(fact: Fact, phone: str | None = None) -> bool:
    """Nobody need call about a text that was not understood: the phone has answered since, or (for
    no phone) the case is closed. Whether there was such a call."""
    mine = {
        int(row["seq"])
        for row in fact.file.events
        if row["type"] == NOT_UNDERSTOOD and (phone is None or _wrote_from(fact, row) == phone)
    }
    calls = [
        name
        for name, row in fact.tasks.items()
        if row["task_kind"] == "call" and row["state"] == "open" and _about(row) in mine
    ]
    for name in calls:
        fact.settle_task(name, "answered" if phone else "closed", "moot")
    return bool(calls)


def _about(call: Row) -> int:
    """The number of the event that a call is about."""
    return int(call["about"]["about"])


def _wrote_from(fact: Fact, event: Row) -> str:
    said = unpack(fact.keys, fact.number, event) if "sealed" in event else {}
    return str(said.get("phone", ""))


def _void_claims(fact: Fact) -> None:
    """Whoever holds or awaits a slot of a pool that ends otherwise is told."""
    for row in list(fact.tasks.values()):
        if row.get("part") == "claim" and row["state"] in joins.UNSETTLED:
            fact.record(VOID, {"claim": row["task"]}, actor=SYSTEM)


def promise_papers(fact: Fact, papers: Iterable[str], calendar: Calendar) -> None:
    """Open a debt for each paper that is to follow and is not promised already."""
    for paper in (one for one in papers if one not in fact.debts):
        days = fact.service.papers[paper]["gap"]["within"]["days"]
        row = {
            "paper": paper,
            "state": "open",
            "opened_at": fact.at,
            "due": clockwork.promise_due(days, times.moment(fact.at), calendar),
        }
        fact.debts[paper] = row
        fact.put("debt", f"debt#{paper}", **row)


def record_papers(fact: Fact, given: Iterable[Mapping[str, Any]], sealed: bytes, seq: int) -> None:
    """Papers come in; debts they pay are closed, and a gate that waited may be clear."""
    ids = [paper["paper"] for paper in given]
    fact.put("papers", f"papers#{seq:05d}", papers=ids, sealed=sealed)
    fact.given.update(ids)
    for paper in ids:
        if fact.debts.get(paper, {}).get("state") == "open":
            fact.change_debt(paper, "in")


def _owes_notice(fact: Fact) -> bool:
    return any(effect["do"] == "notice" for effect in fact.effects)
