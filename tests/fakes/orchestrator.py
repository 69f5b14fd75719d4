"""The orchestrator port in memory: runs the compiled Amazon States Language itself, so that what
publishing made is what the tests play. Knows Choice, Pass, Task with a token, Fail."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib.platform import times
from chalicelib.platform.ports import Execution, Now


@dataclass
class Run:
    machine: str
    data: dict[str, Any]
    status: Execution = Execution.RUNNING
    token: str = ""
    state: str = ""
    entered: list[str] = field(default_factory=list)


class MemoryOrchestrator:
    """`send` takes an envelope as the queue would."""

    def __init__(self, now: Now, send: Callable[[dict[str, Any]], None]) -> None:
        self.machines: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, Run] = {}
        self._now = now
        self._send = send
        self._tokens = 0

    def create(self, machine: str, definition: str) -> None:
        self.machines.setdefault(machine, json.loads(definition))

    def start(self, machine: str, name: str, data: Mapping[str, Any]) -> None:
        if name in self.runs:
            return
        run = self.runs[name] = Run(machine, dict(data))
        self._go(run, self.machines[machine]["StartAt"])

    def stop(self, machine: str, name: str) -> None:
        run = self.runs.get(name)
        if run and run.status is Execution.RUNNING:
            run.status, run.token = Execution.DEAD, ""

    def status(self, machine: str, name: str) -> Execution:
        run = self.runs.get(name)
        return run.status if run else Execution.MISSING

    def succeed(self, token: str, outcome: Mapping[str, str]) -> bool:
        run = next((run for run in self.runs.values() if token and run.token == token), None)
        if run is None:
            return False
        run.token = ""
        run.data["last"] = dict(outcome)
        self._leave(run, self.machines[run.machine]["States"][run.state])
        return True

    def _leave(self, run: Run, state: Mapping[str, Any]) -> None:
        if state.get("End"):
            run.status = Execution.SUCCEEDED
        else:
            self._go(run, state["Next"])

    def _go(self, run: Run, name: str) -> None:
        while True:
            run.state = name
            run.entered.append(name)
            state = self.machines[run.machine]["States"][name]
            if state["Type"] == "Choice":
                name = self._choose(run, state)
            elif state["Type"] == "Pass":
                name = state["Next"]
            elif state["Type"] == "Fail":
                run.status = Execution.DEAD
                return
            else:
                self._wait(run, state)
                return

    def _choose(self, run: Run, state: Mapping[str, Any]) -> str:
        for choice in state["Choices"]:
            value: Any = run.data
            for part in choice["Variable"].removeprefix("$.").split("."):
                value = value.get(part, {})
            if value == choice["StringEquals"]:
                return str(choice["Next"])
        return str(state["Default"])

    def _wait(self, run: Run, state: Mapping[str, Any]) -> None:
        self._tokens += 1
        run.token = f"token-{self._tokens}"
        known = {
            "$.case": run.data["case"],
            "$.generation": run.data["generation"],
            "$$.State.EnteredTime": times.text(
                self._now() + timedelta(milliseconds=self._tokens % 1000)
            ),
            "$$.Task.Token": run.token,
        }
        body = state["Parameters"]["MessageBody"]
        self._send(
            {
                name.removesuffix(".$"): known[value] if name.endswith(".$") else value
                for name, value in body.items()
            }
        )
