"""A campaign with members, for tests that need something of the kind."""

from typing import Any

from infra.player import Case, expect
from infra.plays.plain import plans
from tests.world import World


def listed(world: World) -> tuple[Case, list[Case], dict[str, str]]:
    """A campaign with two members, one of them dealt with by a job: its place in the path."""
    plan, member = plans()["livelihood-campaign"], plans()["livelihood-item"]
    body = plan.submission
    of = Case.submit(world, body["answers"], [], plan.party, plan.service, plan.reader)
    party, action, details = plan.steps[0]
    of.do(party, action, details)
    answers = {**member.submission["answers"], "campaign": of.number}
    items = [
        Case.submit(world, answers, [], member.party, member.service, member.reader)
        for _ in range(2)
    ]
    path, order = f"/cases/{of.number}/bulk", bulk_order(items[0])
    job = expect(world.http("POST", path, order, of.reader), 202)
    world.settle()
    return of, items, {"number": of.number, "job": job["job"]}


def bulk_order(case: Case) -> dict[str, Any]:
    details = {"summary": "村口装六盏路灯"}
    return {"action": "list", "members": [case.number], "details": details}
