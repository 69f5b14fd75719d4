"""The clock tick: fires what is due, sweeps what is owed, checks that executions live.

Every case that has not ended stands in the due index, at the latest for its next liveness check;
so the tick's cost depends on what is due, not on how many cases exist.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.cases import (
    appeals,
    effects,
    emitting,
    generations,
    ladder,
    lifecycle,
    pool,
    promises,
    spread,
)
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.clockwork import OVERDUE, Ahead, Running, acting, check_after, owed
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.dispatch import carry_out
from chalicelib.cases.fact import SHARDS, Fact
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.cases.promises import LAPSED
from chalicelib.platform import times
from chalicelib.platform.ports import Execution, Key, Table
from chalicelib.services.document import Data, Service

PAGE = 50
MOST_A_SHARD = 200


@dataclass
class Report:
    """What one tick did; counts only. `failed` rows stay due and are tried again."""

    fired: int = 0
    carried: int = 0
    restarted: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)


def tick(house: House, only: str | None = None) -> Report:
    """One tick at the house's now; `only` drives the clocks of a single case."""
    report = Report()
    if only is not None:
        _tick_one(house, only, report)
        return report
    for number in range(SHARDS):
        for key in _due(house, f"out#{number}"):
            _guarded(house, key, report, _carry)
        for key in _due(house, f"case#{number}"):
            _guarded(house, key, report, _fire)
        for key in _due(house, f"emit#{number}"):
            _guarded(house, key, report, _emit)
    return report


def _tick_one(house: House, number: str, report: Report) -> None:
    """Fire what is due on the case, then carry out what it owes by then."""
    file = load(house.ports.store, number)
    if file is not None and "due_at" in file.case:
        _fire(house, (file.case["pk"], "case"), report)
        file = load(house.ports.store, number)
    for row in file.outs if file else ():
        if "due_at" in row:
            _carry(house, (row["pk"], row["sk"]), report)
    for row in file.emitters if file else ():
        _emit(house, (row["pk"], row["sk"]), report)


def recover(house: House) -> Report:
    """Give every open case that its execution does not carry on its next generation; then one
    tick."""
    report = Report()
    for number in range(SHARDS):
        for key in _due(house, f"case#{number}", everything=True):
            _guarded(house, key, report, _revive)
    after = tick(house)
    after.restarted += report.restarted
    after.failed += report.failed
    return after


def revive(house: House, number: str) -> bool:
    """Restart one case if its execution is not running, or waits for a stage that nobody opens."""
    case = house.ports.store.get(Table.CASES, (f"case#{number}", "case"))
    if case is None or case["ended"]:
        return False
    status = house.ports.orchestrator.status(case["machine"], effects.execution_name(case))
    if status is not Execution.RUNNING:
        return effects.restart(house, number)
    return not case["open"] and effects.restart(house, number, effects.unopened)


def _due(house: House, shard: str, everything: bool = False) -> list[Key]:
    """Keys that are due in one shard, in order; a tick takes a bounded share of a backlog."""
    upto = None if everything else times.text(house.now())
    found: list[Key] = []
    cursor = None
    while everything or len(found) < MOST_A_SHARD:
        page = house.ports.store.find(Table.CASES, "due", shard, upto, PAGE, cursor)
        found += page.keys
        cursor = page.cursor
        if cursor is None:
            break
    return found


def _guarded(
    house: House, key: Key, report: Report, work: Callable[[House, Key, Report], None]
) -> None:
    """One case that cannot be handled now must not hold up the others; it stays due."""
    try:
        work(house, key, report)
    except Exception as error:  # noqa: BLE001 - whatever it is, the cases behind it wait
        report.failed += 1
        report.failures.append(f"{_number(key)} {type(error).__name__}")


def _carry(house: House, key: Key, report: Report) -> None:
    report.carried += carry_out(house, _number(key), key[1])


def _emit(house: House, key: Key, report: Report) -> None:
    report.carried += emitting.carry_on(house, _number(key), key[1].removeprefix("emitter#"))


def _fire(house: House, key: Key, report: Report) -> None:
    number = _number(key)
    while fact := commit(house, number, lambda file, service: _decide(house, file, service)):
        report.fired += 1
        if not spread.more_late(house, fact):
            break
    case = house.ports.store.get(Table.CASES, (f"case#{number}", "case"))
    if case is None or case["ended"] or case["check_at"] > times.text(house.now()):
        return
    _revive(house, key, report)
    if generations.old(case, house.now()):
        report.restarted += effects.restart(house, number, generations.outlived)
    commit(house, number, lambda file, service: _checked(house, file, service))


def _revive(house: House, key: Key, report: Report) -> None:
    report.restarted += revive(house, _number(key))


def _checked(house: House, file: CaseFile, service: Service) -> Decision | None:
    fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
    fact.case["check_at"] = check_after(house.now(), file.number)
    lifecycle.join(fact)
    return fact, []


def _decide(house: House, file: CaseFile, service: Service) -> Decision | None:
    """What is due on one case now, as one fact; None when nothing is."""
    now = times.text(house.now())
    fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
    decided, held = "result" in file.case, appeals.pending(service, file.events)
    broken = [
        row["paper"]
        for row in file.open_debts()
        if row["due"] < now and owed(service, file.case, row) and (decided or not held)
    ]
    if broken and not decided:
        return (fact, []) if _lapse(fact, broken) else None
    if broken:
        promises.breach(fact, broken)
    if _in_pool(fact) and not held and pool.lapse(fact, now, house.calendar):
        lifecycle.join(fact)
    spread.late(house, fact)
    for one in acting(service, file.case, file.events, house.calendar):
        if times.text(one.at) < now and not _stopped(fact, one):
            _come_to(fact, service, one, now)
            if not fact.case["open"] and file.case["open"]:
                break
    return (fact, []) if fact.events else None


def _stopped(fact: Fact, one: Ahead) -> bool:
    """Whether what this fact has recorded has stopped the clock."""
    stop = fact.service.clocks[one.clock.name]["stop"]
    return any(event["type"] in stop for event in fact.events)


def _come_to(fact: Fact, service: Service, one: Ahead, now: str) -> None:
    """A clock runs out, or reaches a milestone; a reminder that comes too late is left out."""
    if one.milestone is None:
        _act_on(fact, service, one.clock)
    elif not (one.reminds and times.text(one.due) < now):
        ladder.reach(fact, one)


def _in_pool(fact: Fact) -> bool:
    case = fact.case
    return bool(case["open"]) and fact.service.stages[case["stage"]]["kind"] == "pool"


def _lapse(fact: Fact, broken: list[str]) -> bool:
    """A broken promise settles whatever stage is open; between stages it waits for the next."""
    if not fact.case["open"]:
        return False
    way = fact.service.always[LAPSED]
    fact.record(way["event"], {"papers": broken})
    promises.lapse(fact, broken)
    lifecycle.settle(fact, LAPSED, way)
    return True


def _act_on(fact: Fact, service: Service, one: Running) -> None:
    """Do what the clock's `on_due` says; register, do not branch."""
    on_due = service.clocks[one.name]["on_due"]
    ON_DUE[on_due["do"]](fact, service, one, on_due)


def _take_action(fact: Fact, service: Service, one: Running, on_due: Data) -> None:
    """Silence has consequences: the system takes the action of the open stage."""
    stage = fact.case.get("stage")
    action = service.actions(stage).get(on_due["action"]) if stage and fact.case["open"] else None
    if action is None:
        return
    as_of = times.text(one.reading.started_at) if on_due.get("as_of") == "start" else None
    if "status" in action:
        fact.case["status"] = action["status"]
    fact.record(on_due.get("event", action["event"]), {"clock": one.name}, as_of=as_of)
    lifecycle.settle(fact, on_due["action"], action)


def _settle_stage(fact: Fact, service: Service, one: Running, on_due: Data) -> None:
    stage = fact.case.get("stage")
    way = service.ways(stage).get(on_due["outcome"]) if stage and fact.case["open"] else None
    if way is None:
        return
    fact.record(way["event"], {"clock": one.name, "reason": way.get("reason", "")})
    lifecycle.settle(fact, on_due["outcome"], way)


def _escalate(fact: Fact, service: Service, one: Running, on_due: Data) -> None:
    """Somebody above is asked to step in, and the resident hears of it."""
    due = times.text(one.reading.due_at) if one.reading.due_at else ""
    event = fact.record(OVERDUE, {"clock": one.name, "due": due})
    fact.open_task(
        f"overdue-{int(event['seq'])}",
        "escalation",
        ["seen"],
        who=on_due["who"],
        about={"clock": one.name, "due": due},
    )


def _close_pool(fact: Fact, service: Service, one: Running, on_due: Data) -> None:
    """No more claims are taken; what is held goes on to its own end."""
    stage = fact.case.get("stage")
    if not stage or not fact.case["open"] or service.stages[stage]["kind"] != "pool":
        return
    own = fact.tasks[str(fact.case["visit"])]
    if own["state"] == "open":
        fact.settle_task(own["task"], "closed", "moot")
        fact.record(on_due["event"], {"clock": one.name})
        lifecycle.join(fact)


def _note(fact: Fact, service: Service, one: Running, on_due: Data) -> None:
    """It is over, which is recorded, once for its due moment."""
    due = times.text(one.reading.due_at) if one.reading.due_at else ""
    fact.record(on_due["event"], {"clock": one.name, "due": due})


ON_DUE: dict[str, Callable[[Fact, Service, Running, Data], None]] = {
    "act": _take_action,
    "settle": _settle_stage,
    "escalate": _escalate,
    "close": _close_pool,
    "note": _note,
}


def _number(key: Key) -> str:
    return key[0].removeprefix("case#")
