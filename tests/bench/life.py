"""The whole life of a plain permit: submitted online with its papers, granted, handed over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.platform.ports import Table
from tests.bench.document import LICENCE, load
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.world import World

EXAMPLE = LICENCE / "examples" / "pass" / "individual-leased.json"
HANDED = {"handed_to": "周小满", "how": "window", "proof": "签收单0312"}
ACTS: list[tuple[str, str, dict[str, Any]]] = [
    ("officer-li", "accept", {}),
    ("officer-chen", "propose_grant", {}),
    ("officer-huang", "grant", {}),
    ("officer-sun", "ready", {"licence": "91350100M000100Y43"}),
    ("officer-sun", "delivered", HANDED),
]


class Stuck(Exception):
    """The permit did not go its way; the message says where."""


@dataclass(frozen=True)
class Life:
    """`requests`: for each request the transactions it made itself, as a slice of all."""

    requests: dict[str, tuple[int, int]]
    states: list[str]


def play(world: World, written: Callable[[], int]) -> Life:
    """Raises Stuck. `written` counts the transactions so far."""
    example = load(EXAMPLE)
    papers = [
        {"paper": paper, "reference": f"窗口收件{paper}"} for paper in example["papers_needed"]
    ]
    body = {"answers": example["answers"], "papers": papers}
    path = "/services/business-licence/cases"
    requests: dict[str, tuple[int, int]] = {}

    first = written()
    receipt = world.http("POST", path, body, headers={"Idempotency-Key": "life"})
    if receipt.status != 201:
        raise Stuck(f"submit: {receipt}")
    number = str(receipt.body["case"])
    requests["submit"] = (first, written())
    world.settle()
    for party, action, details in ACTS:
        view = world.http("GET", f"/cases/{number}", party=party)
        path = f"/cases/{number}/tasks/{_task(world, number, action)}/actions"
        act = {"action": action, "details": details}
        first = written()
        answer = world.http("POST", path, act, party, {"If-Match": view.headers["etag"]})
        if answer.status != 200:
            raise Stuck(f"{action}: {answer}")
        requests[action] = (first, written())
        world.settle()
    if not world.row(number)["ended"]:
        raise Stuck(f"not ended: {world.row(number)}")
    return Life(requests, _states(world, number))


def _task(world: World, number: str, action: str) -> str:
    for row in world.store.partition(Table.CASES, f"case#{number}", "task#"):
        if row["state"] == "open" and action in row["actions"]:
            return str(row["task"])
    raise Stuck(f"nobody may {action}")


def _states(world: World, number: str) -> list[str]:
    if not isinstance(world.orchestrator, MemoryOrchestrator):
        raise Stuck("states are counted on the orchestrator in memory")
    runs = [world.orchestrator.runs[name] for name in world.executions(number)]
    return [state for run in runs for state in run.entered]
