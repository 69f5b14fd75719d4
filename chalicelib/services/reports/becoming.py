"""What comes of a move, up to where the rehearsed case waits again."""

from collections.abc import Callable, Mapping

from chalicelib.services.document import LADDER, WAITED_FOR, Data
from chalicelib.services.reports.happening import enter, join, open_part, record, settle, slots
from chalicelib.services.reports.moves import Move, in_hand
from chalicelib.services.reports.situation import (
    CLAIM,
    LAPSED,
    MERGED,
    OPEN,
    OVERDUE,
    SETTLED,
    WAITING,
    Course,
    Opened,
    Part,
    Rules,
    Situation,
)

# Who is asked for an opinion where no conclusion says how many must have answered.
LEAST_ASKED = 1


def submitted(rules: Rules, lacking: frozenset[str]) -> Course:
    """A case that is handed in without the papers that are lacking."""
    course = Course(Situation(lacking=lacking))
    record(rules, course, rules.service.received)
    enter(rules, course, rules.service.start)
    course.change(fresh=bool(rules.service.unclear))
    return course


def after(rules: Rules, now: Situation, move: Move) -> Course:
    """The situation after it, with everything that happened on the way."""
    course = Course(now._replace(fresh=False))
    course.taken.append(move.at)
    if move.only[0]:
        course.change(only=move.only)
    AFTER[move.kind](rules, course, move)
    return course


def _action(rules: Rules, course: Course, move: Move) -> None:
    action = rules.listed[move.at.partition("/branch/")[0]].data
    does = action.get("does", [])
    event = move.event
    for one in does:
        event = BEFORE[one](rules, course, move) or event if one in BEFORE else event
    record(rules, course, event)
    if event != move.event:
        course.taken.append(f"{move.at}/else_event")
    for one in does:
        if one in AFTERWARDS:
            AFTERWARDS[one](rules, course, move)
    if "settles" in action:
        _settle_part(course, move, action["settles"])
    elif "to" in action:
        settle(rules, course, action)
    if "to" not in action:
        join(rules, course)


def _task(rules: Rules, course: Course, move: Move) -> None:
    """Any action of a task beside the stages settles it."""
    course.change(tasks=course.situation.tasks - {move.at.split("/")[3]})
    record(rules, course, move.event)


def _settle_part(course: Course, move: Move, verdict: str) -> None:
    """A part is settled; what it had asked of others is moot."""
    parts = list(course.situation.parts)
    index = _index(course.situation, move)
    settled = parts[index] = parts[index]._replace(state=SETTLED + verdict)
    course.change(parts=tuple(one for one in parts if one.parent != settled.name))


def _index(now: Situation, move: Move) -> int:
    """Where the part that is acted on stands among all of them."""
    waiting = [i for i, one in enumerate(now.parts) if not one.state.startswith(SETTLED)]
    return waiting[move.part]


def _clock(rules: Rules, course: Course, move: Move) -> None:
    name = move.at.rpartition("/")[2]
    on_due = rules.service.clocks[name]["on_due"]
    now = course.situation
    if on_due["do"] == "escalate":
        course.change(running=now.running - {name}, fired=now.fired | {name})
        course.opened.append(Opened(move.at, on_due["who"]))
        record(rules, course, OVERDUE)
        if name in rules.excuses:
            course.change(here=course.situation.here | {f"{OVERDUE}:{name}"})
    elif on_due["do"] == "note":
        course.change(running=now.running - {name}, fired=now.fired | {name})
        record(rules, course, on_due["event"])
    elif on_due["do"] == "close":
        course.change(closed=True)
        record(rules, course, on_due["event"])
        join(rules, course)
    else:
        _settled_by_clock(rules, course, on_due)


def _milestone(rules: Rules, course: Course, move: Move) -> None:
    """A clock comes to a milestone: somebody may get a task, and nothing else moves."""
    found = next(one for at, _, one in rules.service.milestones() if at == move.at)
    course.change(reached=course.situation.reached | {move.at})
    if "who" in found:
        course.opened.append(Opened(move.at, found["who"]))
    record(rules, course, move.event)


def _settled_by_clock(rules: Rules, course: Course, on_due: Data) -> None:
    stage = course.situation.stage
    if on_due["do"] == "act":
        way = rules.service.actions(stage)[on_due["action"]]
        record(rules, course, on_due.get("event", way["event"]))
    else:
        way = rules.ways[stage][on_due["outcome"]]
        own = on_due["outcome"] in rules.service.stages[stage].get("outcomes", {})
        place = f"/flow/stages/{stage}/outcomes" if own else "/flow/always"
        course.taken.append(f"{place}/{on_due['outcome']}")
        record(rules, course, way["event"])
    settle(rules, course, way)


def _promise(_: Rules, course: Course, __: Move) -> str:
    course.change(debts=course.situation.debts | course.situation.lacking)
    return ""


def _bring(_: Rules, course: Course, __: Move) -> None:
    course.change(lacking=frozenset(), debts=frozenset())


def _claim(rules: Rules, course: Course, move: Move) -> str:
    """A slot, or a place on the waiting list: then the event is another."""
    if _free(rules, course.situation):
        open_part(rules, course, CLAIM)
        return ""
    course.change(parts=(*course.situation.parts, Part(CLAIM, WAITING)))
    return str(rules.listed[move.at].data.get("else_event", ""))


def _free(rules: Rules, now: Situation) -> bool:
    taken = [one for one in now.parts if one.name == CLAIM and one.state != WAITING]
    return len(taken) < slots(rules, now)


def _release(rules: Rules, course: Course, move: Move) -> str:
    parts = list(course.situation.parts)
    waited = parts.pop(_index(course.situation, move)).state == WAITING
    course.change(parts=tuple(parts))
    return str(rules.listed[move.at].data.get("else_event", "")) if waited else ""


def _promote(rules: Rules, course: Course, _: Move) -> None:
    """A slot that is free goes to the first who waits, as if the claim were new."""
    parts = list(course.situation.parts)
    waiting = next((i for i, one in enumerate(parts) if one.state == WAITING), None)
    if waiting is None or not _free(rules, course.situation):
        return
    parts[waiting] = Part(CLAIM, OPEN)
    stage = course.situation.stage
    course.change(parts=tuple(parts))
    course.opened.append(Opened(f"/flow/stages/{stage}/parts/{CLAIM}", None))
    actions = rules.service.actions(stage).values()
    claim = next(one for one in actions if CLAIM in one.get("does", []))
    record(rules, course, claim["event"])


def _close(_: Rules, course: Course, __: Move) -> str:
    course.change(closed=True)
    return ""


def _ask(rules: Rules, course: Course, move: Move) -> None:
    """As many as the conclusions need."""
    stage, parts = course.situation.stage, course.situation.parts
    parent = parts[_index(course.situation, move)].name if move.part >= 0 else ""
    least = [
        one.data["least"]["parts"]
        for one in rules.listed.values()
        if one.stage == stage and "least" in one.data
    ]
    for _ in range(max(least, default=LEAST_ASKED)):
        open_part(rules, course, rules.listed[move.at].data["asks"], parent)


def _anew(rules: Rules, course: Course, _: Move) -> str:
    """The case has no result; of its clocks only those go on that run after the end."""
    now, clocks = course.situation, rules.service.clocks
    after_end = {name for name, one in clocks.items() if one.get("after_end")}
    course.change(
        result="",
        running=now.running & after_end,
        fired=now.fired & after_end,
        ran=now.ran & after_end,
        paused=frozenset(),
        reached=frozenset(),
    )
    return ""


def _go_on(rules: Rules, course: Course, move: Move) -> None:
    enter(rules, course, rules.listed[move.at].data["reopens"])


def _merged(rules: Rules, course: Course, _: Move) -> None:
    """It ends in another case."""
    way = rules.service.always[MERGED]
    course.taken.append(f"/flow/always/{MERGED}")
    record(rules, course, way["event"])
    settle(rules, course, way)


def _address(rules: Rules, course: Course, move: Move) -> None:
    """Who is urged gets a task; what it answers moves nothing."""
    to = rules.listed[move.at].data["addressee"]
    who = next(in_hand(rules, course.situation), None) if to == WAITED_FOR else to
    course.opened.append(Opened(move.at, who))


BEFORE: Mapping[str, Callable[[Rules, Course, Move], str]] = {
    "promise_papers": _promise,
    "claim": _claim,
    "release": _release,
    "close": _close,
    "reopen": _anew,
}
AFTERWARDS: Mapping[str, Callable[[Rules, Course, Move], None]] = {
    "transfer": lambda _, course, __: course.change(sent=True),
    "take_over": lambda _, course, __: course.change(sent=False),
    "return": lambda _, course, __: course.change(sent=False),
    "record_papers": _bring,
    "release": _promote,
    "ask": _ask,
    "reopen": _go_on,
    "merge": _merged,
    **dict.fromkeys(LADDER, _address),
}


def _lapse(rules: Rules, course: Course, move: Move) -> None:
    """A claim that was not fulfilled in time is given back."""
    parts = list(course.situation.parts)
    parts.pop(_index(course.situation, move))
    course.change(parts=tuple(parts))
    record(rules, course, move.event)
    _promote(rules, course, move)
    join(rules, course)


def _broken(rules: Rules, course: Course, move: Move) -> None:
    """A promised paper did not come."""
    course.change(debts=frozenset())
    record(rules, course, move.event)
    settle(rules, course, rules.service.always[LAPSED])


def _breach(rules: Rules, course: Course, move: Move) -> None:
    """A paper for which the result did not wait has not come: somebody is to revoke it."""
    course.change(debts=frozenset())
    record(rules, course, move.event)


def _elsewhere(rules: Rules, course: Course, move: Move) -> None:
    """Another case has ruled that what is lacking is not needed."""
    course.change(lacking=frozenset(), debts=frozenset())
    record(rules, course, "paper_waived")
    record(rules, course, move.event)
    stage, outcome = course.situation.stage, move.at.rpartition("/")[2]
    settle(rules, course, rules.service.stages[stage]["outcomes"][outcome])


def _heard(rules: Rules, course: Course, move: Move) -> None:
    """A case that this one has opened was decided."""
    stage, outcome = course.situation.stage, move.at.rpartition("/")[2]
    definition = rules.service.stages[stage]
    record(rules, course, definition["of"])
    record(rules, course, move.event)
    settle(rules, course, definition["outcomes"][outcome])


def _report(rules: Rules, course: Course, move: Move) -> None:
    record(rules, course, move.event)


def _unrouted(rules: Rules, course: Course, move: Move) -> None:
    """It was not clear who is in charge: the case begins before an arbiter."""
    record(rules, course, move.event)
    enter(rules, course, rules.service.unclear["to"])


def _item_late(rules: Rules, course: Course, move: Move) -> None:
    """The time of an item is over: somebody gets a task, or the item its verdict."""
    on_due = dict(rules.service.item_dues())[move.at]
    course.change(reached=course.situation.reached | {move.at})
    record(rules, course, move.event)
    if "verdict" in on_due:
        _settle_part(course, move, on_due["verdict"])
        join(rules, course)
    else:
        course.opened.append(Opened(move.at, on_due["who"]))


def _unlisted(rules: Rules, course: Course, move: Move) -> None:
    record(rules, course, move.event)
    stage, outcome = course.situation.stage, move.at.rpartition("/")[2]
    settle(rules, course, rules.service.stages[stage]["outcomes"][outcome])


AFTER: Mapping[str, Callable[[Rules, Course, Move], None]] = {
    "unrouted": _unrouted,
    "action": _action,
    "act": _action,
    "task": _task,
    "clock": _clock,
    "escalation": _clock,
    "milestone": _milestone,
    "lapse": _lapse,
    "broken": _broken,
    "breach": _breach,
    "elsewhere": _elsewhere,
    "heard": _heard,
    "report": _report,
    "item_late": _item_late,
    "item_over": _item_late,
    "unlisted": _unlisted,
}
