"""Where a rehearsed case stands, and what becomes of it: a flow in miniature, without time.

Follows the engine's rules for stages, joins, promises and clocks (reliability.md TP-11), over
values: no rows, no people, no moments. `moves` says what can be done; `timeline` adds the time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from chalicelib.services.document import AUTO, Data, Listed, Service, result_of
from chalicelib.services.rules.tables import tables

OPEN, WAITING, SETTLED = "open", "waiting", "="
DONE, UNCLAIMED, CLEAR, LAPSED = "done", "unclaimed", "clear", "lapsed"
CLAIM, OVERDUE = "claim", "overdue"


class Part(NamedTuple):
    """A task inside the open stage: `state` is open, waiting, or = and its verdict; `parent` the
    name of the part that asked for it."""

    name: str
    state: str
    parent: str = ""


class Situation(NamedTuple):
    """`events` are those that some rule of the document looks back to, those of this visit in
    `here`; `only` is the one part that a fanout was narrowed to; `unheard` are events that other
    cases come back as, and something waits for; `paused` are the pauses of clocks that last,
    `reached` milestones, both by pointer."""

    stage: str = ""
    result: str = ""
    lacking: frozenset[str] = frozenset()
    debts: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()
    fired: frozenset[str] = frozenset()
    ran: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    closed: bool = False
    only: tuple[str, str] = ("", "")
    tasks: frozenset[str] = frozenset()
    unheard: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()


class Opened(NamedTuple):
    """A task that somebody gets: the pointer of its place, and for whom it waits."""

    at: str
    who: Data | None
    party: str = ""


class Setting(NamedTuple):
    """What the answers decide: pointers of the conditions that hold, papers needed, slots, the
    outcomes of stages that decide by themselves."""

    holds: frozenset[str]
    needed: frozenset[str]
    slots: tuple[tuple[str, int], ...]
    ruled: tuple[tuple[str, str], ...] = ()


@dataclass
class Course:
    """What happened in one step: events in order, pointers of what was taken, tasks opened."""

    situation: Situation
    events: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)

    def change(self, **members: Any) -> None:
        self.situation = self.situation._replace(**members)


class Rules:
    """A service as a rehearsal with certain answers reads it; computed once."""

    def __init__(self, service: Service, setting: Setting) -> None:
        self.service = service
        self.setting = setting
        self.listed: Mapping[str, Listed] = {one.at: one for one in service.every_action()}
        self.ways = {stage: service.ways(stage) for stage in service.stages}
        self.pools = {name for name, one in service.stages.items() if one["kind"] == "pool"}

    @cached_property
    def once(self) -> frozenset[str]:
        """Events of actions that are taken once in the life of a case."""
        once = (one.data for one in self.listed.values() if one.data.get("once"))
        return frozenset(event for action in once for event in recorded(action))

    @cached_property
    def once_in_stages(self) -> frozenset[str]:
        inside = (one.data for one in self.listed.values() if one.stage and one.data.get("once"))
        return frozenset(event for action in inside for event in recorded(action))

    @cached_property
    def awaited(self) -> frozenset[str]:
        """Events that an action of the same visit waits for."""
        return frozenset(one.data.get("after", "") for one in self.listed.values())

    @cached_property
    def leads(self) -> Mapping[str, frozenset[str]]:
        """By event, what cases that it opens come back as, where an action waits for that."""
        found: dict[str, frozenset[str]] = {}
        for _, one in self.service.follows:
            hears = frozenset({one.get("hears", "")}) & self.awaited - {""}
            for event in one["on"] if hears else ():
                found[event] = found.get(event, frozenset()) | hears
        return found

    @cached_property
    def excuses(self) -> frozenset[str]:
        """Clocks after whose end fewer opinions will do."""
        least = (one.data.get("least", {}) for one in self.listed.values())
        return frozenset(one["unless"] for one in least if "unless" in one)

    @cached_property
    def reasoned(self) -> frozenset[str]:
        """Outcomes that carry a reason although nobody chose one."""
        return frozenset(
            f"/flow/stages/{stage}/outcomes/{name}"
            for stage, definition in self.service.stages.items()
            for name, way in definition.get("outcomes", {}).items()
            if way.get("reason")
        )

    @cached_property
    def touched(self) -> Mapping[str, list[str]]:
        """The clocks that an event may start, stop, pause or set going again."""
        found: dict[str, list[str]] = {}
        for name, clock in self.service.clocks.items():
            pauses = [event for one in clock.get("pause", ()) for event in _ends(one)]
            for event in {*clock["start"], *clock["stop"], *pauses}:
                found.setdefault(event, []).append(name)
        return found

    @cached_property
    def timing(self) -> frozenset[str]:
        """Events that begin a clock or a pause."""
        clocks = self.service.clocks.values()
        pauses = (
            event for one in clocks for pause in one.get("pause", ()) for event in _ends(pause)
        )
        return frozenset(pauses).union(*(one["start"] for one in clocks))

    def rests(self, clock: str, situation: Situation) -> bool:
        return any(at.startswith(f"/clocks/{clock}/") for at in situation.paused)

    def items(self, stage: str) -> list[str]:
        """The parts that a fanout may open by itself: not those that somebody asks for."""
        asked = {one.data.get("asks") for one in self.listed.values() if one.stage == stage}
        return [name for name in self.service.parts(stage) if name not in asked]

    def watched(self, clock: str, situation: Situation) -> bool:
        """Whether a clock is acted on: a result stops all but those that outlive the end."""
        return not situation.result or bool(self.service.clocks[clock].get("after_end"))


def recorded(action: Data) -> set[str]:
    return {action["event"], *(branch["event"] for branch in action.get("branch", []))}


def _ends(pause: Data) -> list[str]:
    return [*pause["from"], *pause["until"]]


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
            if event in clock["stop"]:
                running.discard(name)
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
    course.change(stage=stage, here=frozenset(), parts=(), closed=False)
    course.taken.append(f"/flow/stages/{stage}")
    record(rules, course, "stage_entered")
    if definition.get("actions"):
        party = "applicant" if definition.get("for") == "applicant" else ""
        course.opened.append(Opened(f"/flow/stages/{stage}", definition.get("who"), party))
    if definition["kind"] == "fanout":
        only = course.situation.only
        for item in [only[1]] if only[0] == stage else rules.items(stage):
            open_part(rules, course, item)
    if definition["kind"] == "gate" and course.situation.debts:
        record(rules, course, "held")
    join(rules, course)


def open_part(rules: Rules, course: Course, name: str, parent: str = "", state: str = OPEN) -> None:
    stage = course.situation.stage
    part = rules.service.parts(stage)[name]
    course.taken.append(f"/flow/stages/{stage}/parts/{name}")
    course.opened.append(Opened(f"/flow/stages/{stage}/parts/{name}", part.get("who")))
    course.change(parts=(*course.situation.parts, Part(name, state, parent)))
    if "opened" in part:
        record(rules, course, part["opened"])


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
    course.change(result=result, parts=())
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


def _gate(_: Data, now: Situation, __: Rules) -> str:
    return "" if now.debts else CLEAR


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
