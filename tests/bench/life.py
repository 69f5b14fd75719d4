"""The whole life of a plain case of each service: submitted, dealt with, told, ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.platform.ports import Table
from tests.bench.document import ROOT, load
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.world import World

APPLICANT = "applicant"
Step = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """An example of a service and what is then done with it, in order; `body` joins the answers."""

    example: str
    steps: list[Step]
    reader: str
    party: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


PLANS: Mapping[str, Plan] = {
    "business-licence": Plan(
        "individual-leased",
        [
            ("officer-li", "accept", {}),
            ("officer-chen", "propose_grant", {}),
            ("officer-huang", "grant", {}),
            ("officer-sun", "ready", {"licence": "91350100M000100Y43"}),
            (
                "officer-sun",
                "delivered",
                {"handed_to": "周小满", "how": "window", "proof": "签收单0312"},
            ),
        ],
        "officer-zhao",
    ),
    "micro-wish": Plan(
        "goods",
        [
            ("officer-tang", "publish", {"wish": "想要一件过冬用的厚棉衣。", "whom": "困难老人"}),
            ("volunteer-fang", "claim", {"name": "方志愿", "phone": "13900000001"}),
            ("volunteer-fang", "fulfil", {}),
            (APPLICANT, "confirm", {"how": "voice", "reference": "录音12"}),
        ],
        "officer-tang",
        "grid-luo",
        {"channel": "outreach", "site": "jz-t1-v1"},
    ),
    "blocked": Plan(
        "failed-visit",
        [
            ("officer-ma", "triage", {"causes": ["several"]}),
            (
                "officer-guo",
                "convene",
                {
                    "participants": [{"party": "officer-dong"}, {"party": "officer-yuan"}],
                    "question": "能否先办",
                },
            ),
            ("officer-dong", "opine", {"text": "可以"}),
            ("officer-yuan", "opine", {"text": "可以"}),
            ("officer-guo", "conclude_solved", {"text": "当日办理"}),
            (APPLICANT, "solved", {}),
        ],
        "officer-ma",
    ),
}


class Stuck(Exception):
    """The case did not go its way; the message says where."""


@dataclass(frozen=True)
class Life:
    """`requests`: for each request the transactions it made itself, as a slice of all."""

    requests: dict[str, tuple[int, int]]
    states: list[str]


def play(world: World, service: str, written: Callable[[], int]) -> Life:
    """Raises Stuck. `written` counts the transactions so far."""
    plan = PLANS[service]
    example = load(ROOT / "forms" / service / "examples" / "pass" / f"{plan.example}.json")
    papers = [
        {"paper": paper, "reference": f"窗口收件{paper}"} for paper in example["papers_needed"]
    ]
    body = {"answers": example["answers"], "papers": papers, **plan.body}
    requests: dict[str, tuple[int, int]] = {}

    first = written()
    headers = {"Idempotency-Key": f"life-{service}"}
    receipt = world.http("POST", f"/services/{service}/cases", body, plan.party, headers)
    if receipt.status != 201:
        raise Stuck(f"submit: {receipt}")
    number = str(receipt.body["case"])
    requests["submit"] = (first, written())
    world.settle()
    for party, action, details in plan.steps:
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
    own = [row for row in tasks if row.get("party") == party] or tasks
    if not own:
        raise Stuck(f"nobody may {action}")
    path = f"/cases/{number}/tasks/{own[0]['task']}/actions"
    return path, party, {"If-Match": view.headers["etag"]}


def _states(world: World, number: str) -> list[str]:
    if not isinstance(world.orchestrator, MemoryOrchestrator):
        raise Stuck("states are counted on the orchestrator in memory")
    runs = [world.orchestrator.runs[name] for name in world.executions(number)]
    return [state for run in runs for state in run.entered]
