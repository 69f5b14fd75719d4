"""A published service document, read: the questions the engine asks of it.

The document has passed `lint`; nothing is checked again here. Targets are stage names or
`end:<result>`; a case that reaches an end goes through the flow's tell stage.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

Data = Mapping[str, Any]

END = "end:"
TOLD = "told"


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
    def stages(self) -> Mapping[str, Data]:
        stages: Mapping[str, Data] = self.data["flow"]["stages"]
        return stages

    @property
    def start(self) -> str:
        return str(self.data["flow"]["start"])

    @property
    def received(self) -> str:
        """The event that a submission records."""
        return str(self.data["flow"].get("received", "received"))

    @cached_property
    def tell(self) -> str:
        return next(name for name, stage in self.stages.items() if stage["kind"] == "tell")

    @property
    def always(self) -> Mapping[str, Data]:
        always: Mapping[str, Data] = self.data["flow"].get("always", {})
        return always

    @property
    def acts(self) -> Mapping[str, Data]:
        acts: Mapping[str, Data] = self.data["flow"].get("acts", {})
        return acts

    @property
    def clocks(self) -> Mapping[str, Data]:
        clocks: Mapping[str, Data] = self.data["clocks"]
        return clocks

    @cached_property
    def papers(self) -> Mapping[str, Data]:
        return {paper["id"]: paper for paper in self.data["papers"]}

    def actions(self, stage: str) -> Mapping[str, Data]:
        actions: Mapping[str, Data] = self.stages[stage].get("actions", {})
        return actions

    def ways(self, stage: str) -> dict[str, Data]:
        """Every outcome that can settle the stage: by an action, by itself, by anything always."""
        ways: dict[str, Data] = {
            name: action for name, action in self.actions(stage).items() if "to" in action
        }
        ways |= self.stages[stage].get("outcomes", {})
        return ways | dict(self.always)

    def next_stage(self, target: str) -> str:
        """The stage a target leads to; every end leads to the tell stage."""
        return self.tell if target.startswith(END) else target

    def notices_on(self, event: str, channel: str) -> Iterator[tuple[str, Data]]:
        for name, notice in self.data["notices"].items():
            if event in notice["on"] and channel in notice.get("when_channel", [channel]):
                yield name, notice

    def documents_on(self, event: str) -> Iterator[str]:
        for name, document in self.data["documents"].items():
            if event in document["on"]:
                yield name


def result_of(target: str) -> str | None:
    """The result an end target names."""
    return target.removeprefix(END) if target.startswith(END) else None
