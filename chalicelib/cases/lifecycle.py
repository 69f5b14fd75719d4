"""The legal moves of a case: opening and settling visits, promises, papers. Pure over a Fact.

A stage is settled by one outcome in the transaction of the act that settles it; the rest of its
tasks are then moot. A gate that is already clear settles as it opens.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.cases import clockwork
from chalicelib.cases.fact import Fact
from chalicelib.clocks.calendar import Calendar
from chalicelib.platform import times
from chalicelib.services.document import TOLD, Service, result_of

CLEAR = "clear"
HELD = "held"


def expected_next(service: Service, case: Mapping[str, Any]) -> str | None:
    """The stage that the recorded outcome leads to; None while a visit is open or after the end."""
    if case["ended"] or case["open"]:
        return None
    if case["visit"] == 0:
        return service.start
    if case["stage"] == service.tell:
        return None
    return service.next_stage(case["target"])


def node_of(fact: Fact, who: Mapping[str, Any]) -> str:
    """Where a task is offered: at the owning unit, or where the case was received."""
    return str(fact.case["node"] if who["at"] == "unit" else fact.case["site"])


def open_visit(fact: Fact, stage: str) -> None:
    """Enter a stage: a numbered visit with its task; a stage that can settle at once does."""
    definition = fact.service.stages[stage]
    fact.case |= {
        "stage": stage,
        "visit": fact.case["visit"] + 1,
        "open": True,
        "version": fact.case["version"] + 1,
    }
    for name in ("outcome", "target"):
        fact.case.pop(name, None)
    if "status" in definition:
        fact.case["status"] = definition["status"]
    fact.record("stage_entered", {"kind": definition["kind"]})
    if definition["kind"] in ("desk", "hold"):
        who = definition.get("who")
        fact.open_task(
            str(fact.case["visit"]),
            definition["kind"],
            list(definition["actions"]),
            who and who["role"],
            who and node_of(fact, who),
        )
    join(fact)


def join(fact: Fact) -> None:
    """Settle the open stage if its rows say so: a gate without debts, a tell without notices."""
    if not fact.case["open"]:
        return
    stage = fact.case["stage"]
    kind = fact.service.stages[stage]["kind"]
    if kind == "gate":
        _join_gate(fact, fact.service.stages[stage]["outcomes"][CLEAR])
    if kind == "tell" and not fact.file.owed_notices() and not _owes_notice(fact):
        finish(fact)


def _join_gate(fact: Fact, clear: Mapping[str, Any]) -> None:
    """Clear when no debt is open; the first look at a gate that is not clear records `held`."""
    if not any(row["state"] == "open" for row in fact.debts.values()):
        fact.record(clear["event"])
        settle(fact, CLEAR, clear)
    elif fact.events and fact.events[-1]["type"] == "stage_entered":
        fact.record(HELD)


def finish(fact: Fact) -> None:
    """The result has been told: the case is closed."""
    fact.case["ended"] = True
    fact.record("closed", {"result": fact.case["result"]})
    settle(fact, TOLD, {"to": f"end:{fact.case['result']}"})


def settle(fact: Fact, outcome: str, way: Mapping[str, Any]) -> None:
    """Settle the open visit with an outcome; the flow is owed the signal."""
    visit = fact.case["visit"]
    for task, row in list(fact.tasks.items()):
        if (
            row["state"] == "open"
            and row["visit"] == visit
            and row["task_kind"] in ("desk", "hold")
        ):
            fact.settle_task(task, outcome, "moot" if fact.actor.party == "system" else "settled")
    fact.case |= {
        "open": False,
        "outcome": outcome,
        "target": way["to"],
        "version": fact.case["version"] + 1,
    }
    if "status" in way:
        fact.case["status"] = way["status"]
    result = result_of(way["to"])
    if result is not None and "result" not in fact.case:
        fact.case["result"] = result
        fact.case["status"] = fact.service.data["results"][result]["status"]
    fact.owe("signal", visit=visit, stage=fact.case["stage"], outcome=outcome)


def promise_papers(fact: Fact, papers: Iterable[str], calendar: Calendar) -> None:
    """Open a debt for each paper that is to follow."""
    for paper in papers:
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
