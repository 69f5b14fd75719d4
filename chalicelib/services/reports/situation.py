"""Where a rehearsed case stands: a flow in miniature, without time.

Values only: no rows, no people, no moments. `happening` says what becomes of it, by the engine's
rules (reliability.md TP-11), `moves` what can be done; `timeline` adds the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from chalicelib.services.document import Data, Listed, Service

OPEN, WAITING, SETTLED = "open", "waiting", "="
DONE, UNCLAIMED, CLEAR, LAPSED = "done", "unclaimed", "clear", "lapsed"
CLAIM, OVERDUE, MERGED = "claim", "overdue", "merged"
# What a clock may do that leaves the flow where it is.
STANDING = frozenset({"escalate", "note"})
# What a broken promise comes to after the result, by pointer.
BREACH = "/flow/breach"


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
    `reached` milestones, both by pointer; `sent`: passed on and not taken over; `fresh`:
    nothing has been done yet."""

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
    sent: bool = False
    fresh: bool = False


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


class Act(NamedTuple):
    """An action beside the stages: whether it ends the case or takes it up again, begins a clock
    or a pause, or something waits for it."""

    at: str
    action: Data
    ends: bool
    timed: bool
    waited_for: bool


class Rules:
    """A service as a rehearsal with certain answers reads it; computed once."""

    def __init__(self, service: Service, setting: Setting) -> None:
        self.service = service
        self.setting = setting
        self.listed: Mapping[str, Listed] = {one.at: one for one in service.every_action()}
        self.ways = {stage: service.ways(stage) for stage in service.stages}
        self.variants: dict[str, tuple[Any, ...]] = {}
        self.pools = {name for name, one in service.stages.items() if one["kind"] == "pool"}

    @cached_property
    def once(self) -> frozenset[str]:
        """Events that are looked back to: of actions taken once in a case, or waited for ever."""
        once = (one.data for one in self.listed.values() if one.data.get("once"))
        return self.ever | {event for action in once for event in recorded(action)}

    @cached_property
    def once_in_stages(self) -> frozenset[str]:
        inside = (one.data for one in self.listed.values() if one.stage and one.data.get("once"))
        return self.ever | {event for action in inside for event in recorded(action)}

    @cached_property
    def ever(self) -> frozenset[str]:
        """Events that an action waits for, in whatever visit they were."""
        return frozenset(one.data["after"] for one in self.listed.values() if "ever" in one.data)

    @cached_property
    def awaited(self) -> frozenset[str]:
        """Events that an action of the same visit waits for."""
        return frozenset(one.data.get("after", "") for one in self.listed.values())

    @cached_property
    def leads(self) -> Mapping[str, frozenset[str]]:
        """By event, what cases that it opens come back as, where something waits for that."""
        found: dict[str, frozenset[str]] = {}
        for _, one in self.service.follows:
            heard = self.awaited | ({one.get("hears", "")} if "appeal" in one else set())
            hears = frozenset({one.get("hears", "")}) & heard - {""}
            for event in one["on"] if hears else ():
                found[event] = found.get(event, frozenset()) | hears
        return found

    @cached_property
    def acts(self) -> list[Act]:
        waited_for = self.awaited | self.leads.keys()
        return [
            Act(
                f"/flow/acts/{name}",
                one,
                bool({"to", "reopens"} & one.keys()) or "merge" in one.get("does", ()),
                not recorded(one).isdisjoint(self.timing),
                not recorded(one).isdisjoint(waited_for),
            )
            for name, one in self.service.acts.items()
        ]

    @cached_property
    def fanouts(self) -> Mapping[str, list[str]]:
        """By event, the stages whose items it names."""
        found: dict[str, list[str]] = {}
        for stage, one in self.service.stages.items():
            if "event" in one.get("over", {}):
                found.setdefault(one["over"]["event"], []).append(stage)
        return found

    @cached_property
    def appeals(self) -> frozenset[str]:
        """What appeals come back as."""
        found = (one["hears"] for _, one in self.service.follows if "appeal" in one)
        return frozenset(found)

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
        """Events that begin a pause, or a clock that counts for the flow."""
        clocks = self.service.clocks.items()
        pauses = (
            event for _, one in clocks for pause in one.get("pause", ()) for event in _ends(pause)
        )
        return frozenset(pauses).union(*(one["start"] for n, one in clocks if n not in self.beside))

    @cached_property
    def beside(self) -> frozenset[str]:
        """Clocks of which the flow knows nothing: they await the reply of whoever is urged, and
        only call for help."""
        every = [one.data for one in self.listed.values()]
        asking = {one["event"] for one in every if "addressee" in one}
        named = self.excuses.union(*({one.get("within"), one.get("clock")} for one in every))
        return frozenset(
            name
            for name, one in self.service.clocks.items()
            if asking >= set(one["start"]) and one["on_due"]["do"] in STANDING
            if name not in named
        )

    def holding(self, debts: frozenset[str]) -> frozenset[str]:
        """The promised papers that the result waits for."""
        return frozenset(paper for paper in debts if not self.service.recovers(paper))

    def outliving(self, debts: frozenset[str], result: str) -> frozenset[str]:
        """The promised papers that are owed after this result."""
        given = self.service.recoverable(result)
        return debts - self.holding(debts) if given else frozenset[str]()

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
