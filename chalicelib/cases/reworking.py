"""A case that was ended goes on: the same case, under its old number and version.

Its result leaves the row and stays in the events; the execution and its tokens are the former
generation's and useless. Clocks begin anew with the event, whose time is the engine's own.
"""

from chalicelib.cases.clockwork import check_after, due_text, readings
from chalicelib.cases.doing import Doing
from chalicelib.clocks.clock import ANEW
from chalicelib.platform import times
from chalicelib.platform.errors import Conflict, pick
from chalicelib.platform.ports import Row

IN_PROGRESS = "in_progress"


def reopen(it: Doing) -> Row:
    """What the case was decided as, and the how manieth time it is reopened."""
    fact, case = it.fact, it.fact.case
    former = {"machine": case["machine"], "generation": int(case["generation"])}
    often = sum(ANEW in row["data"] for row in fact.file.events)
    was = case.pop("result")
    case.pop("outcome", None)
    case |= {
        "ended": False,
        "open": False,
        "status": IN_PROGRESS,
        "target": it.action["reopens"],
        "generation": former["generation"] + 1,
        "check_at": check_after(it.house.now(), fact.number),
    }
    fact.owe("stop", **former)
    fact.owe("start", generation=case["generation"])
    return {ANEW: often + 1, "was": was}


def too_late(it: Doing, _: str) -> Conflict | None:
    """The time in which it may be done has not begun or is over."""
    name = it.action.get("within")
    if name is None:
        return None
    service, events, calendar = it.fact.service, it.fact.all_events, it.house.calendar
    title = service.clocks[name]["titles"]
    now = it.house.now()
    for one in readings(service, events, calendar):
        if one.name == name and one.reading.state(now) in ("running", "paused"):
            return None
    due = due_text(service, name, events, calendar)
    if due and times.moment(due) < now:
        day = f"{calendar.local(times.moment(due)):%Y-%m-%d}"
        zh, en = f"“{pick(title, 'zh-Hans')}”已于{day}届满", f"{pick(title, 'en')} ended on {day}"
        return Conflict({"zh-Hans": zh, "en": en})
    zh, en = f"不在“{pick(title, 'zh-Hans')}”之内", f"This is only within: {pick(title, 'en')}"
    return Conflict({"zh-Hans": zh, "en": en})


def counted_against(it: Doing) -> Row:
    """Against whom it counts: whoever recorded the event it names last; nobody for the system."""
    event = it.action.get("against")
    if event is None:
        return {}
    made = next((row for row in reversed(it.fact.file.events) if row["type"] == event), None)
    return {"against": made["actor"]} if made is not None else {}
