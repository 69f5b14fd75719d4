"""The second act of the demo: one day in a district, every service at least once.

Each scene is a plain case of a service, at the hour at which it would happen.
"""

import uuid
from typing import Any

from infra.player import Case, Departure, Front, expect
from infra.plays.plain import APPLICANT, Plan, plans


def play(front: Front, plan: Plan) -> Case | None:
    """The scene from submission to end; None for a record. Raises Departure."""
    if not plan.steps:
        _keep(front, plan)
        return None
    body = plan.submission
    case = Case.submit(
        front,
        body.pop("answers"),
        [one["paper"] for one in body.pop("papers")],
        plan.party,
        plan.service,
        plan.reader,
        **body,
    )
    for party, action, details in plan.acts(case.view()["received_at"]):
        _act(case, party, action, details)
    if case.view()["result_text"] is None:
        raise Departure(f"{plan.service} {case.number} has no result")
    return case


def _act(case: Case, party: str, action: str, details: dict[str, Any]) -> None:
    if party == APPLICANT:
        case.decide(action, details)
    elif case.front.http("GET", f"/cases/{case.number}", None, party).status == 200:
        case.do(party, action, details)
    else:
        expect(case.alone(party, action, details), 200)


def _keep(front: Front, plan: Plan) -> None:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    path = f"/services/{plan.service}/cases"
    expect(front.http("POST", path, plan.submission, plan.party, headers), 201)


def scenes() -> list[Plan]:
    """In the order of the clock."""
    return sorted(plans().values(), key=lambda plan: plan.hour)
