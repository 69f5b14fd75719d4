"""Many at once, on real transactions: one key makes one case, one task takes one decision."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.front import StackFront
from infra.player import Answer, Case
from infra.stack import LocalStack
from tests.journeys.people import APPROVER, EXAMINER, OTHER_APPROVER, REFUSAL, VILLAGE, example

pytestmark = pytest.mark.ministack
AT_ONCE = 50
THREADS = 8
ROUTE = "/services/business-licence/cases"


def body() -> dict[str, Any]:
    it = example()
    return {
        "answers": it["answers"],
        "papers": [{"paper": paper, "reference": "原件"} for paper in it["papers_needed"]],
        "channel": "web",
    }


def test_fifty_submissions_with_one_key_make_one_case_and_fifty_equal_receipts(
    stack: LocalStack,
) -> None:
    front = StackFront(stack)
    headers = {"Idempotency-Key": "fifty-at-once"}
    sent = body()

    def submit(_: int) -> Answer:
        return front.http("POST", ROUTE, sent, None, headers)

    with ThreadPoolExecutor(THREADS) as many:
        answers = list(many.map(submit, range(AT_ONCE)))

    assert {answer.status for answer in answers} == {201}
    assert len({repr(answer.body) for answer in answers}) == 1
    number = answers[0].body["case"]
    front.settle(number)
    assert len([text for text in front.messages("13800000001") if number in text]) == 1

    other = {**sent, "papers": sent["papers"][:1]}
    again = front.http("POST", ROUTE, other, None, headers)
    assert again.status == 422
    assert again.body["type"] == "urn:bancheng:problem:idempotency-key-reused"
    assert number not in repr(again.body)
    stranger = front.http("POST", ROUTE, sent, "officer-lin", headers)
    assert stranger.status == 201 and stranger.body["case"] != number


def test_two_officers_decide_at_once_and_the_flow_follows_the_stored_one(stack: LocalStack) -> None:
    front = StackFront(stack)
    for _ in range(6):
        case = decidable(front)
        version = case.view()["version"]
        headers = {"If-Match": f'"{version}"'}
        path = f"/cases/{case.number}/tasks/3/actions"

        def decide(
            choice: tuple[str, str], path: str = path, headers: dict[str, str] = headers
        ) -> Answer:
            party, action = choice
            details = REFUSAL if action == "refuse" else {}
            return front.http("POST", path, {"action": action, "details": details}, party, headers)

        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(decide, [(APPROVER, "grant"), (OTHER_APPROVER, "refuse")]))
        front.settle(case.number)

        assert sorted(answer.status for answer in answers) == [200, 409]
        won = next(answer.body["type"] for answer in answers if answer.status == 200)
        happened = case.happened()
        assert [one for one in happened if one in ("granted", "refused")] == [won]
        expected = {"granted": "deliver", "refused": "tell"}[won]
        assert case.view()["stage"] == expected


def decidable(front: StackFront) -> Case:
    it = example()
    case = Case.submit(front, it["answers"], it["papers_needed"])
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    return case
