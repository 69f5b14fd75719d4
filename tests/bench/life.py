"""The whole life of a plain case of each service: submitted, dealt with, told, ended."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.platform import times
from chalicelib.platform.ports import Table
from infra.plays.plain import APPLICANT, Plan, plans
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.world import World, load_json


class Stuck(Exception):
    """The case did not go its way; the message says where."""


@dataclass(frozen=True)
class Life:
    """`requests`: for each request the transactions it made itself, as a slice of all."""

    requests: dict[str, tuple[int, int]]
    states: list[str]


def play(world: World, service: str, written: Callable[[], int]) -> Life:
    """Raises Stuck. `written` counts the transactions so far."""
    plan = plans()[service]
    requests: dict[str, tuple[int, int]] = {}

    first = written()
    headers = {"Idempotency-Key": f"life-{service}"}
    receipt = world.http("POST", f"/services/{service}/cases", plan.submission, plan.party, headers)
    if receipt.status != 201:
        raise Stuck(f"submit: {receipt}")
    number = str(receipt.body["case"])
    requests["submit"] = (first, written())
    world.settle()
    for party, action, details in plan.acts(times.text(world.moment)):
        ask = _request(world, plan, number, str(receipt.body["secret"]), party, action)
        first = written()
        answer = world.http("POST", ask[0], {"action": action, "details": details}, ask[1], ask[2])
        if answer.status != 200:
            raise Stuck(f"{action}: {answer}")
        name = action if action not in requests else f"{action} again"
        requests[name] = (first, written())
        world.settle()
    if not world.row(number)["ended"]:
        raise Stuck(f"not ended: {world.row(number)}")
    return Life(requests, _states(world, number))


def _request(
    world: World, plan: Plan, number: str, secret: str, party: str, action: str
) -> tuple[str, str | None, dict[str, str]]:
    """Path, party and headers of one act."""
    if party == APPLICANT:
        return f"/my/cases/{number}/actions", None, {"Receipt-Secret": secret}
    view = world.http("GET", f"/cases/{number}", party=plan.reader)
    rows = world.store.partition(Table.CASES, f"case#{number}", "task#")
    tasks = [row for row in rows if row["state"] == "open" and action in row["actions"]]
    own = [row for row in tasks if row.get("party") == party] or [
        row for row in tasks if "item" in row and _lies_with(party, row["node"])
    ]
    # What no task offers is done to the case itself.
    where = f"tasks/{(own or tasks)[0]['task']}/" if tasks else ""
    path = f"/cases/{number}/{where}actions"
    return path, party, {"If-Match": view.headers["etag"]}


def _lies_with(party: str | None, node: str) -> bool:
    """Whether the party has a post at the node itself."""
    grants = load_json("infra/seed/directory.json")["grants"]
    return any((one["party"], one["node"]) == (party, node) for one in grants)


def _states(world: World, number: str) -> list[str]:
    if not isinstance(world.orchestrator, MemoryOrchestrator):
        raise Stuck("states are counted on the orchestrator in memory")
    runs = [world.orchestrator.runs[name] for name in world.executions(number)]
    return [state for run in runs for state in run.entered]
