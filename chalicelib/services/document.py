"""A published service document, read: the questions the engine asks of it.

The document has passed `lint`; nothing is checked again here. Targets are stage names or
`end:<result>`; a case that reaches an end goes through the flow's tell stage.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from chalicelib.services.common import COMMON

Data = Mapping[str, Any]

END = "end:"
TOLD = "told"
# For whom a service is that is not for the public, and whom its end is then told to.
OFFICE = "office"
NOBODY = "nobody"
# The kind of stage that decides by itself.
AUTO = "auto"
# What asks somebody of the office to answer, by people or by a clock.
LADDER = frozenset({"urge", "supervise", "criticise"})
# The addressee of that where it is whoever has the open stage in hand.
WAITED_FOR = "waited_for"
# The mode of a gap in which the result does not wait for the paper (告知承诺, 容缺办理).
RECOVER = "issue_then_recover"
CALLS: Data = {"role": "acceptor", "at": "received"}
# What the flow of a service is that has none: each submission is one record.
NO_FLOW: Data = {"start": "", "stages": {}}


class Listed(NamedTuple):
    """An action and where it stands: its JSON Pointer, its stage (empty beside the stages)."""

    at: str
    stage: str
    name: str
    data: Data


class Service:
    """One version: its number, its machine's name, the hash of its content."""

    def __init__(self, data: Data, version: int = 0, machine: str = "", content: str = "") -> None:
        self.data = data
        self.version = version
        self.machine = machine
        self.content = content

    @property
    def id(self) -> str:
        return str(self.data["service"])

    @property
    def trial(self) -> bool:
        """Whether this is a version under test."""
        return self.version < 0

    @property
    def office(self) -> bool:
        """Whether it is for the offices themselves and not offered to the public."""
        return self.data.get("audience") == OFFICE

    @property
    def untold(self) -> bool:
        """Whether there is nobody outside who would be told anything."""
        return any(stage.get("for") == NOBODY for stage in self.stages.values())

    @property
    def record(self) -> Data:
        """How a submission is kept where it is one row and no case; empty where there is a flow."""
        return _part(self.data, "record")

    @property
    def container(self) -> Data:
        """What cases of it hold: which services, how many; empty where they hold none."""
        return _part(self.data, "container")

    @property
    def posted(self) -> Data:
        """What everybody may read of a case, by which event, until when; empty for nothing."""
        return _part(self.data, "posted")

    @property
    def flow(self) -> Data:
        flow: Data = self.data.get("flow", NO_FLOW)
        return flow

    @property
    def stages(self) -> Mapping[str, Data]:
        stages: Mapping[str, Data] = self.flow["stages"]
        return stages

    @property
    def start(self) -> str:
        return str(self.flow["start"])

    @property
    def unclear(self) -> Data:
        """Where a case begins that no unit or more than one is competent for; empty for nowhere."""
        return _part(self.flow, "unclear")

    @property
    def received(self) -> str:
        """The event that a submission records."""
        return str(self.flow.get("received", "received"))

    @cached_property
    def tell(self) -> str:
        return next(name for name, stage in self.stages.items() if stage["kind"] == "tell")

    @property
    def breach(self) -> Data:
        """What becomes of a broken promise: `event` after the result, `bars` for the person."""
        return _part(self.flow, "breach")

    def recovers(self, paper: str) -> bool:
        """Whether the result does not wait for this paper, and is revoked if it never comes."""
        return bool(self.papers[paper].get("gap", {}).get("mode") == RECOVER)

    def recoverable(self, result: str) -> bool:
        """Whether there is something to revoke: a decision that is not against the applicant."""
        definition = self.data["results"].get(result, {})
        return bool(definition.get("decision")) and not definition["negative"]

    @property
    def always(self) -> Mapping[str, Data]:
        return _part(self.flow, "always")

    @property
    def acts(self) -> Mapping[str, Data]:
        return _part(self.flow, "acts")

    @property
    def parties(self) -> Mapping[str, Data]:
        """Who is in a case beside the applicant, by name."""
        return _part(self.data, "parties")

    @property
    def calls(self) -> Data:
        """Who telephones when a notice reached nobody."""
        calls: Data = self.data.get("calls", CALLS)
        return calls

    @property
    def side_tasks(self) -> Mapping[str, Data]:
        """Tasks beside the stages, by name."""
        return _part(self.flow, "tasks")

    @property
    def clocks(self) -> Mapping[str, Data]:
        clocks: Mapping[str, Data] = self.data["clocks"]
        return clocks

    def milestones(self) -> Iterator[tuple[str, str, Data]]:
        """(pointer, clock, milestone) of every one."""
        for name, clock in self.clocks.items():
            for index, one in enumerate(clock.get("milestones", ())):
                yield f"/clocks/{name}/milestones/{index}", name, one

    def spread(self, stage: str) -> Data:
        """Where the items of a fanout come from that are data; empty for every other stage."""
        over: Data = self.stages[stage].get("over", {})
        return over if "part" in over else {}

    def item_dues(self) -> Iterator[tuple[str, Data]]:
        """(pointer, on_due) of every item that has a time of its own."""
        for stage in self.stages:
            for part, definition in self.parts(stage).items():
                if "within" in definition:
                    at = f"/flow/stages/{stage}/parts/{part}/within/on_due"
                    yield at, definition["within"]["on_due"]

    def days_set_by(self, event: str) -> Iterator[tuple[str, Data]]:
        """(clock, budget) of every clock whose last day the acts set that record the event."""
        for name, clock in self.clocks.items():
            if clock["budget"].get("date", {}).get("event") == event:
                yield name, clock["budget"]

    @cached_property
    def papers(self) -> Mapping[str, Data]:
        return {paper["id"]: paper for paper in self.data["papers"]}

    def actions(self, stage: str) -> Mapping[str, Data]:
        return _part(self.stages[stage], "actions")

    def parts(self, stage: str) -> Mapping[str, Data]:
        return _part(self.stages[stage], "parts")

    def place(self, task: Data) -> Data:
        """What the document says of a task: its stage, its part, or the task beside the stages."""
        if "side" in task:
            return self.side_tasks[task["side"]]
        if "part" in task:
            return self.parts(task["stage"])[task["part"]]
        return self.stages[task["stage"]]

    def every_action(self) -> Iterator[Listed]:
        return iter(self._actions)

    def actions_of(self, stage: str) -> Sequence[Listed]:
        """All of one stage, its parts' included; of no stage, those beside the stages."""
        return self._by_stage.get(stage, ())

    @cached_property
    def _by_stage(self) -> Mapping[str, Sequence[Listed]]:
        found: dict[str, list[Listed]] = {}
        for one in self._actions:
            found.setdefault(one.stage, []).append(one)
        return found

    @cached_property
    def _actions(self) -> Sequence[Listed]:
        return tuple(self._listed())

    def _listed(self) -> Iterator[Listed]:
        for stage in self.stages:
            at = f"/flow/stages/{stage}"
            for name, action in self.actions(stage).items():
                yield Listed(f"{at}/actions/{name}", stage, name, action)
            for part, definition in self.parts(stage).items():
                for name, action in definition["actions"].items():
                    yield Listed(f"{at}/parts/{part}/actions/{name}", stage, name, action)
        for task, definition in self.side_tasks.items():
            for name, action in definition["actions"].items():
                yield Listed(f"/flow/tasks/{task}/actions/{name}", "", name, action)
        for name, action in self.acts.items():
            yield Listed(f"/flow/acts/{name}", "", name, action)

    def following(self, event: str) -> Iterator[tuple[str, Data]]:
        """(pointer, effect) of what an event leads to beyond this case."""
        return ((at, one) for at, one in self.follows if event in one["on"])

    @cached_property
    def follows(self) -> Sequence[tuple[str, Data]]:
        """(pointer, effect) of all that follows from events beyond this case."""
        follows = self.flow.get("follows", {})
        return tuple((f"/flow/follows/{name}", one) for name, one in follows.items())

    def emitting(self, event: str) -> Iterator[tuple[str, Data]]:
        """(name, emission) of what an event begins."""
        return ((name, one) for name, one in self.emissions.items() if event in one["on"])

    @property
    def emissions(self) -> Mapping[str, Data]:
        """What this case opens again and again, by name."""
        return _part(self.flow, "emits")

    def openings(self) -> Iterator[tuple[str, Data]]:
        """(pointer, opening) of every case of another service that this one may lead to."""
        for index, one in enumerate(self.data.get("splits", [])):
            yield f"/splits/{index}/opens", one["opens"]
        if "then" in self.record:
            yield "/record/then/opens", self.record["then"]["opens"]
        for action in self.every_action():
            if "opens" in action.data:
                yield f"{action.at}/opens", action.data["opens"]
        for at, one in self.follows:
            if "opens" in one:
                yield f"{at}/opens", one["opens"]
        for name, one in self.emissions.items():
            yield f"/flow/emits/{name}/opens", one["opens"]

    def ways(self, stage: str) -> dict[str, Data]:
        """Every outcome that can settle the stage: by an action, by itself, by anything always."""
        ways: dict[str, Data] = {
            one.name: one.data
            for one in (*self.actions_of(stage), *self.actions_of(""))
            if "to" in one.data and (one.stage or self.valid_in(one, stage))
        }
        ways |= self.stages[stage].get("outcomes", {})
        return ways | dict(self.always)

    def valid_in(self, one: Listed, stage: str) -> bool:
        """Whether an action beside the stages may settle this one."""
        tells = self.stages[stage]["kind"] == "tell"
        return not one.stage and stage in one.data.get("in", self.stages) and not tells

    def next_stage(self, target: str) -> str:
        """The stage a target leads to; every end leads to the tell stage."""
        return self.tell if target.startswith(END) else target

    @cached_property
    def notices(self) -> Mapping[str, Data]:
        """The document's notices, and those every service has; of these none to an applicant where
        there is none."""
        common = {name: one for name, one in COMMON.items() if "to" in one or not self.untold}
        return {**common, **self.data["notices"]}

    def notices_on(self, event: str, channel: str) -> Iterator[tuple[str, Data]]:
        for name, notice in self._notices_by_event.get(event, ()):
            if channel in notice.get("when_channel", [channel]):
                yield name, notice

    @cached_property
    def _notices_by_event(self) -> Mapping[str, Sequence[tuple[str, Data]]]:
        found: dict[str, list[tuple[str, Data]]] = {}
        for name, notice in self.notices.items():
            for event in dict.fromkeys(notice["on"]):
                found.setdefault(event, []).append((name, notice))
        return found

    def documents_on(self, event: str) -> Iterator[str]:
        for name, document in self.data["documents"].items():
            if event in document["on"]:
                yield name

    @cached_property
    def climbs(self) -> bool:
        """Whether anything is dealt with one level above the unit."""
        return _above([self.flow, self.clocks, self.calls])

    def named_by(self, event: str) -> Iterator[Data]:
        """The `who` of each person whom an event names to deal with it."""
        parts = (part for stage in self.stages for part in self.parts(stage).values())
        for place in (*self.stages.values(), *parts, *self.side_tasks.values()):
            source = place.get("who", {}).get("from", {})
            if source.get("event") == event:
                yield place["who"]

    def side_tasks_on(self, event: str) -> Iterator[tuple[str, Data]]:
        for name, task in self.side_tasks.items():
            if event in task["on"]:
                yield name, task


def _part(data: Data, name: str) -> Data:
    """What not every document has."""
    part: Data = data.get(name, {})
    return part


def _above(value: Any) -> bool:
    """Whether a `who` in it is one level above the unit."""
    if isinstance(value, Mapping):
        return ("role" in value and value.get("at") == "parent") or _above(list(value.values()))
    return isinstance(value, list) and any(_above(one) for one in value)


def reasoned(action: Data) -> str:
    """The result or the event whose reasons may be chosen for an action."""
    return str(action.get("reason_for") or result_of(action.get("to", "")) or action["event"])


def result_of(target: str) -> str | None:
    """The result an end target names."""
    return target.removeprefix(END) if target.startswith(END) else None
