"""What becomes of a rehearsed case: events, stages, parts and joins, by the engine's rules
(reliability.md TP-11)."""

from collections.abc import Callable, Iterable, Mapping

from chalicelib.services.document import AUTO, Data, result_of
from chalicelib.services.reports.situation import (
    CLAIM,
    CLEAR,
    DONE,
    OPEN,
    SETTLED,
    UNCLAIMED,
    WAITING,
    Course,
    Opened,
    Part,
    Rules,
    Situation,
)
from chalicelib.services.rules.tables import tables


def record(rules: Rules, course: Course, event: str) -> None:
    """An event: clocks start and stop by it, tasks beside the stages open on it."""
    now = course.situation
    running, fired, ran = set(now.running), set(now.fired), set(now.ran)
    paused, reached = set(now.paused), set(now.reached)
    for name in rules.touched.get(event, ()):
        clock = rules.service.clocks[name]
        _pause(paused, name, clock, event)
        # Due at another time, it comes to its milestones again.
        reached = {at for at in reached if not at.startswith(f"/clocks/{name}/")}
        if name in running or name in fired:
            if event in clock["stop"] and not (clock.get("restart") and event in clock["start"]):
                running.discard(name)
                fired.discard(name)
            elif event in clock["stop"]:
                running.add(name)
                fired.discard(name)
        elif event in clock["start"] and (name not in ran or clock.get("restart")):
            running.add(name)
            ran.add(name)
    tasks = {name for name, _ in rules.service.side_tasks_on(event)}
    for name in sorted(tasks):
        task = rules.service.side_tasks[name]
        course.opened.append(Opened(f"/flow/tasks/{name}", task["who"]))
    course.events.append(event)
    course.change(
        running=frozenset(running),
        fired=frozenset(fired),
        ran=frozenset(ran),
        paused=frozenset(paused),
        reached=frozenset(reached),
        tasks=now.tasks | tasks,
        events=now.events | ({event} & rules.once),
        here=now.here | ({event} & rules.awaited),
        unheard=(now.unheard | rules.leads.get(event, frozenset())) - {event},
    )


def _pause(paused: set[str], name: str, clock: Data, event: str) -> None:
    for index, pause in enumerate(clock.get("pause", ())):
        at = f"/clocks/{name}/pause/{index}"
        if event in pause["from"]:
            paused.add(at)
        elif event in pause["until"]:
            paused.discard(at)


def enter(rules: Rules, course: Course, stage: str) -> None:
    """Open a stage with its tasks; one that can settle at once does."""
    definition = rules.service.stages[stage]
    # The items of a stage are opened anew, each with its own time.
    at = f"/flow/stages/{stage}/"
    reached = frozenset(one for one in course.situation.reached if not one.startswith(at))
    course.change(stage=stage, here=frozenset(), parts=(), closed=False, sent=False)
    course.change(reached=reached)
    course.taken.append(f"/flow/stages/{stage}")
    record(rules, course, "stage_entered")
    if definition.get("actions"):
        party = "applicant" if definition.get("for") == "applicant" else ""
        course.opened.append(Opened(f"/flow/stages/{stage}", definition.get("who"), party))
        _assign(rules, course, definition)
    if definition["kind"] == "fanout":
        only = course.situation.only
        for item in [only[1]] if only[0] == stage else rules.items(stage):
            open_part(rules, course, item)
    if definition["kind"] == "gate" and rules.holding(course.situation.debts):
        record(rules, course, "held")
    join(rules, course)


def open_part(rules: Rules, course: Course, name: str, parent: str = "", state: str = OPEN) -> None:
    stage = course.situation.stage
    part = rules.service.parts(stage)[name]
    course.taken.append(f"/flow/stages/{stage}/parts/{name}")
    course.opened.append(Opened(f"/flow/stages/{stage}/parts/{name}", part.get("who")))
    _assign(rules, course, part)
    course.change(parts=(*course.situation.parts, Part(name, state, parent)))
    if "opened" in part:
        record(rules, course, part["opened"])


def _assign(rules: Rules, course: Course, place: Data) -> None:
    """Somebody is picked for the task: in a rehearsal there is always one who fits."""
    if "pick" in place.get("who", {}):
        record(rules, course, "assigned")


def settle(rules: Rules, course: Course, way: Data) -> None:
    """Leave the stage; an end is told, and the case is closed."""
    for part in course.situation.parts:
        if part.name == CLAIM and part.state in (OPEN, WAITING):
            record(rules, course, "claim_void")
    if course.situation.only[0] == course.situation.stage:
        course.change(only=("", ""))
    result = result_of(way["to"])
    if result is None:
        enter(rules, course, way["to"])
        return
    debts = rules.outliving(course.situation.debts, result)
    course.change(result=result, parts=(), debts=debts)
    course.taken.append(f"/results/{result}")
    enter(rules, course, rules.service.tell)
    record(rules, course, "closed")


def join(rules: Rules, course: Course) -> None:
    """Settle the open stage if what stands inside it says so."""
    now = course.situation
    definition = rules.service.stages[now.stage]
    outcome = JOINS.get(definition["kind"], _none)(definition, now, rules)
    if outcome:
        way = definition["outcomes"][outcome]
        course.taken.append(f"/flow/stages/{now.stage}/outcomes/{outcome}")
        record(rules, course, way["event"])
        settle(rules, course, way)


def _none(_: Data, __: Situation, ___: Rules) -> str:
    return ""


def _gate(_: Data, now: Situation, rules: Rules) -> str:
    return "" if rules.holding(now.debts) else CLEAR


def _auto(definition: Data, now: Situation, rules: Rules) -> str:
    """By its table; what lacks a paper is for a person."""
    default: str = tables(rules.service)[definition["table"]]["default"]["outcome"]
    return default if now.lacking else dict(rules.setting.ruled).get(now.stage, default)


def _pool(_: Data, now: Situation, rules: Rules) -> str:
    done = sum(part.state == SETTLED + DONE for part in now.parts)
    if done >= slots(rules, now):
        return DONE
    if not now.closed or any(part.state == OPEN for part in now.parts):
        return ""
    return DONE if done else UNCLAIMED


def slots(rules: Rules, now: Situation) -> int:
    return dict(rules.setting.slots).get(now.stage, 1)


def _fanout(definition: Data, now: Situation, _: Rules) -> str:
    join = definition["join"]
    top = [part for part in now.parts if not part.parent]
    verdicts = {p.name: p.state.removeprefix(SETTLED) for p in top if p.state.startswith(SETTLED)}
    needed = {"all": len(top), "any": 1, "least": min(join.get("least", 1), len(top))}
    lead = join.get("lead") if join["rule"] == "lead" else None
    if lead in {part.name for part in top}:
        return verdicts.get(str(lead), "")
    if len(verdicts) < needed.get(join["rule"], len(top)):
        return ""
    return next((code for code in join["prefer"] if code in verdicts.values()), "")


JOINS: Mapping[str, Callable[[Data, Situation, Rules], str]] = {
    "gate": _gate,
    AUTO: _auto,
    "pool": _pool,
    "fanout": _fanout,
}


def count(parts: Iterable[Part], verdict: str, parent: str) -> int:
    """How many parts that a task asked for were settled with a verdict."""
    return sum(one.state == SETTLED + verdict and one.parent == parent for one in parts)
