"""A pool: claims on its slots, the waiting list, what happens when one is given back. Pure.

Everything about one pool is decided under the condition on its case row, so a slot has one winner
and the first of the waiting list gets a freed slot in the transaction that frees it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.clockwork import promise_due
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import answers_of
from chalicelib.clocks.calendar import Calendar
from chalicelib.platform import times
from chalicelib.platform.errors import AlreadyClaimed, Conflict, NoMoreTime, PoolFull
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row

PART = "claim"
WAITING = 20


def claims(fact: Fact) -> list[Row]:
    """The claims of the open visit, in the order they were made."""
    visit = fact.case["visit"]
    mine = [row for row in fact.tasks.values() if row.get("part") == PART and row["visit"] == visit]
    return sorted(mine, key=lambda row: int(row["event"]))


def free(fact: Fact, own: Row) -> int:
    """How many slots nobody holds or has fulfilled."""
    taken = [row for row in claims(fact) if row["state"] == "open" or row.get("outcome") == "done"]
    return int(own["slots"]) - len(taken)


def waiting(fact: Fact) -> int:
    """How many stand on the waiting list."""
    return sum(row["state"] == "waiting" for row in claims(fact))


def no_claim(fact: Fact, own: Row, party: str) -> Conflict | None:
    """Why somebody may not claim: AlreadyClaimed, or PoolFull when the list is full too."""
    mine = [row for row in claims(fact) if row["party"] == party]
    if any(row["state"] in ("open", "waiting") for row in mine):
        return AlreadyClaimed()
    places = int(fact.service.stages[fact.case["stage"]].get("waiting", WAITING))
    return PoolFull() if free(fact, own) <= 0 and waiting(fact) >= places else None


def claim(fact: Fact, own: Row, party: str, calendar: Calendar) -> Row:
    """A slot, or a place on the waiting list: the event's data."""
    won, place = free(fact, own) > 0, waiting(fact) + 1
    seq = fact.next_seq
    more: Row = {"due": due(fact, calendar)} if won else {}
    task = f"{fact.case['visit']}-{seq}"
    fact.open_task(
        task,
        "part",
        fact.service.parts(fact.case["stage"])[PART]["actions"],
        party=party,
        state="open" if won else "waiting",
        part=PART,
        event=seq,
        **more,
    )
    return {"claim": task} if won else {"claim": task, "waiting": place}


def show_status(fact: Fact) -> None:
    """The case is shown as claimed while anybody holds a slot or has fulfilled a part of it."""
    stage = fact.service.stages[fact.case["stage"]]
    held = any(row["state"] == "open" or row.get("outcome") == "done" for row in claims(fact))
    status = _claiming(fact).get("status") if held else stage.get("status")
    if status and fact.case["open"]:
        fact.case["status"] = status


def _claiming(fact: Fact) -> Row:
    """The action by which the stage is claimed."""
    actions = fact.service.actions(fact.case["stage"]).values()
    return dict(next(action for action in actions if PART in action.get("does", [])))


def release(fact: Fact, task: Row, outcome: str) -> None:
    """Give a claim back."""
    fact.settle_task(task["task"], outcome)


def promote(fact: Fact, calendar: Calendar) -> None:
    """Free slots go to those who wait, in their order; each is told as if the claim were new."""
    own = fact.tasks[str(fact.case["visit"])]
    event = _claiming(fact)["event"]
    for row in claims(fact):
        if row["state"] == "waiting" and free(fact, own) > 0:
            fact.change_task(row["task"], {"state": "open", "due": due(fact, calendar)})
            fact.record(event, {"claim": row["task"], "from_list": True}, actor=SYSTEM)
    show_status(fact)


def no_more_time(fact: Fact, task: Row) -> Conflict | None:
    """Why a claim is not extended: it was before, or the document gives no more time."""
    already = any(
        row["data"].get("claim") == task["task"] and row["data"].get("until")
        for row in fact.all_events
    )
    if "extend" in _hold(fact) and task.get("due") and not already:
        return None
    return NoMoreTime({"zh-Hans": "认领只能延期一次", "en": "A claim is extended once at most"})


def more_time(fact: Fact, task: Row, calendar: Calendar) -> Row:
    """The one extension of a claim."""
    days = int(_hold(fact)["extend"]["days"])
    until = promise_due(days, times.moment(task["due"]), calendar)
    fact.change_task(task["task"], {"due": until})
    return {"claim": task["task"], "until": until}


def lapse(fact: Fact, now: str, calendar: Calendar) -> bool:
    """Release every claim whose time is over; whether there was one."""
    late = [row for row in claims(fact) if row["state"] == "open" and row.get("due", now) < now]
    hold = fact.service.stages[fact.case["stage"]].get("hold", {})
    for row in late:
        release(fact, row, "lapsed")
        fact.record(hold["event"], {"claim": row["task"]})
    if late:
        promote(fact, calendar)
    return bool(late)


def _hold(fact: Fact) -> Mapping[str, Any]:
    hold: Mapping[str, Any] = fact.service.stages[fact.case["stage"]]["hold"]
    return hold


def due(fact: Fact, calendar: Calendar) -> str:
    """When a claim made now must be fulfilled: the day the answers name, or so many days."""
    hold = _hold(fact)
    now = times.moment(fact.at)
    day = resolve(answers_of(fact.keys, fact.file), hold["date"]) if "date" in hold else None
    if isinstance(day, str):
        end = _end_of(date.fromisoformat(day), calendar)
        if end > now:
            return times.text(end)
    return promise_due(int(hold["days"]), now, calendar)


def _end_of(day: date, calendar: Calendar) -> datetime:
    """The close of office hours on that day, or on the next working day (Civil Code Art. 203)."""
    return calendar.close_of(calendar.next_working_day_on_or_after(day).date)
