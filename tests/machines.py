"""Our own lint of compiled machines, beside statelint and asl-validator.

Both emulators accept machines that AWS refuses or that hang; design D1 says what a machine of ours
may be: every stage one wait for a token, everything else choices.
"""

from collections.abc import Iterator, Mapping
from typing import Any

States = Mapping[str, Mapping[str, Any]]

DAY = 86_400
SHORTEST_WAIT = 30 * DAY
# The Amazon States Language's own limit of TimeoutSeconds.
LONGEST_WAIT = 99_999_999
TYPES = frozenset({"Choice", "Task", "Pass", "Fail"})
WAIT = ":states:::sqs:sendMessage.waitForTaskToken"
ENVELOPE = frozenset({"case.$", "generation.$", "stage", "entered.$", "token.$"})


def faults(machine: Mapping[str, Any], partition: str = "aws") -> list[str]:
    """What is wrong with the definition, one sentence each; nothing for a machine of ours."""
    states: States = machine["States"]
    if machine.get("StartAt") not in states:
        return ["StartAt leads nowhere"]
    return [
        *_kinds(machine),
        *_ways(states),
        *_reachable(states, machine["StartAt"]),
        *_waits(states, partition),
    ]


def targets(state: Mapping[str, Any]) -> list[str]:
    """Every state that this one can lead to."""
    ways = [state[name] for name in ("Next", "Default") if name in state]
    return ways + [way["Next"] for part in ("Choices", "Catch") for way in state.get(part, [])]


def waits(states: States) -> dict[str, Mapping[str, Any]]:
    return {name: state for name, state in states.items() if state["Type"] == "Task"}


def _kinds(machine: Mapping[str, Any]) -> Iterator[str]:
    if machine.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield "not JSONPath"
    start = machine["States"][machine["StartAt"]]
    if start["Type"] != "Choice":
        yield "the first state is not a Choice"
    entries = {way["Next"] for way in start.get("Choices", [])}
    for name, state in machine["States"].items():
        if state["Type"] not in TYPES:
            yield f"{name} is a {state['Type']}"
        if state["Type"] == "Choice" and "Default" not in state:
            yield f"{name} has no Default"
        if state["Type"] == "Task" and name not in entries:
            yield f"{name} cannot be entered at once"


def _ways(states: States) -> Iterator[str]:
    for name, state in states.items():
        for target in targets(state):
            if target not in states:
                yield f"{name} leads to {target}, which does not exist"
            elif target == name:
                yield f"{name} leads to itself"
        if state["Type"] in ("Task", "Pass") and ("Next" in state) == bool(state.get("End")):
            yield f"{name} needs either Next or End"


def _reachable(states: States, start: str) -> Iterator[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in states and name not in seen:
            seen.add(name)
            ahead += targets(states[name])
    for name in states.keys() - seen:
        yield f"{name} is never reached"


def _waits(states: States, partition: str) -> Iterator[str]:
    resources = {str(state.get("Resource")) for state in waits(states).values()}
    if resources != {f"arn:{partition}{WAIT}"}:
        yield f"not the one Resource: {sorted(resources)}"
    if sum(bool(state.get("End")) for state in states.values()) != 1:
        yield "not exactly one end"
    for name, state in waits(states).items():
        yield from (f"{name} {fault}" for fault in _wait(state))
        if not _waits_again(states, name):
            yield f"{name} does not wait again after a time-out"


def _wait(state: Mapping[str, Any]) -> Iterator[str]:
    limit = state.get("TimeoutSeconds", 0)
    if not SHORTEST_WAIT <= limit <= LONGEST_WAIT:
        yield f"waits {limit} s"
    if state.get("HeartbeatSeconds", 0) >= limit > 0:
        yield "has a heartbeat longer than its wait"
    if state.get("ResultPath") != "$.last":
        yield "does not keep its outcome in $.last"
    if state["Parameters"]["MessageBody"].keys() != ENVELOPE:
        yield "sends another envelope"


def _waits_again(states: States, name: str) -> bool:
    """Whether a time-out, and nothing else, leads back through a Pass."""
    match states[name].get("Catch"):
        case [{"ErrorEquals": ["States.Timeout"], "Next": again}] if again in states:
            return states[again]["Type"] == "Pass" and states[again].get("Next") == name
    return False
