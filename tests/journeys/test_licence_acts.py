"""What can be done with a licence beside its stages: withdraw, attach, comment, rate, propose."""

import pytest

from infra.player import Case, Front, expect
from tests.journeys.people import (
    APPROVER,
    EXAMINER,
    HANDED,
    ISSUER,
    LICENCE,
    REFUSAL,
    SUPERVISOR,
    VILLAGE,
    example,
)

TRIAGE = "officer-ma"


def submitted(front: Front) -> Case:
    it = example()
    return Case.submit(front, it["answers"], it["papers_needed"])


def at(front: Front, stage: str) -> Case:
    """A case that stands in the stage."""
    case = submitted(front)
    for party, action, reached in (
        (VILLAGE, "accept", "examine"),
        (EXAMINER, "propose_grant", "decide"),
        (APPROVER, "grant", "deliver"),
    ):
        if case.view()["stage"] != stage:
            case.do(party, action)
            case.stands(reached)
    return case


def handed_over(front: Front) -> Case:
    case = at(front, "deliver")
    case.do(ISSUER, "ready", LICENCE)
    case.do(ISSUER, "delivered", HANDED)
    case.stands(ended=True, result="granted")
    return case


@pytest.mark.parametrize("stage", ["receive", "examine", "decide"])
def test_an_applicant_withdraws_before_the_decision_and_the_case_ends_so(
    front: Front, stage: str
) -> None:
    case = at(front, stage)

    case.decide("withdraw", {"why": "不办了"})

    view = case.stands(ended=True, result="withdrawn", status="withdrawn")
    assert [one["notice"] for one in view["notices"]][-1] == "withdrawn"
    assert [one["state"] for one in view["tasks"] if one["kind"] == "desk"][-1] == "settled"


def test_after_the_decision_it_is_too_late_to_withdraw(front: Front) -> None:
    case = at(front, "deliver")
    headers = {"Receipt-Secret": case.secret}
    path = f"/my/cases/{case.number}/actions"

    refused = front.http("POST", path, {"action": "withdraw"}, None, headers)

    assert (refused.status, refused.body["type"]) == (
        409,
        "urn:bancheng:problem:invalid-transition",
    )
    assert "withdraw" not in [one["action"] for one in case.mine()["actions"]]


def test_a_window_withdraws_for_the_applicant_and_others_may_not(front: Front) -> None:
    case = at(front, "examine")

    assert case.attempt(EXAMINER, "withdraw").status == 403
    case.do(VILLAGE, "withdraw", {"how": "visit"})

    case.stands(ended=True, result="withdrawn")


def test_what_is_attached_and_said_is_kept_sealed_and_moves_nothing(front: Front) -> None:
    case = at(front, "examine")

    case.decide("attach", {"what": "照片", "reference": "IMG-1"})
    case.decide("comment", {"text": "请下午联系"})
    case.do(VILLAGE, "comment", {"text": "好的"})

    view = case.stands("examine")
    said = [one["details"] for one in view["events"] if one["type"] in ("attached", "commented")]
    assert said == [
        {"what": "照片", "reference": "IMG-1"},
        {"text": "请下午联系"},
        {"text": "好的"},
    ]


def rectification_of(case: Case) -> Case:
    """The case that a bad rating has opened."""
    opened = [one for one in case.view()["events"] if one["type"] == "case_opened"]
    (number,) = [one["data"]["case"] for one in opened]
    case.front.settle(number)
    return Case(case.front, number, "", SUPERVISOR)


def rectify(case: Case) -> None:
    """Put right and called about: the one that rated is satisfied."""
    case.do(SUPERVISOR, "pass_on", {"text": "说好四天，用了九天。"})
    case.do("officer-pan", "rectified", {"measures": "process", "text": "以后当天制证。"})
    case.do("officer-he", "satisfied", {"grade": 4, "text": "现在快了"})


def test_a_rating_counts_once_and_a_bad_one_opens_a_rectification_with_a_clock(
    front: Front,
) -> None:
    case = handed_over(front)

    case.decide("rate", {"rating": 2, "text": "跑了三趟"})

    again = front.http(
        "POST",
        f"/my/cases/{case.number}/actions",
        {"action": "rate", "details": {"rating": 5}},
        None,
        {"Receipt-Secret": case.secret},
    )
    assert again.status == 409
    assert [one["clock"] for one in case.mine()["clocks"]][-1] == "bad-rating"
    rectification = rectification_of(case)
    seen = rectification.view()
    assert (seen["service"], seen["about"]) == ("rating-rectification", case.number)
    assert seen["answers"]["about"] == {"case": case.number}
    assert (seen["answers"]["grade"], seen["answers"]["said"]) == (2, "跑了三趟")
    rectify(rectification)
    case.front.settle(case.number)
    assert case.happened()[-1] == "rating_answered"
    (heard,) = [one for one in case.view()["events"] if one["type"] == "rating_answered"]
    assert (heard["data"]["case"], heard["data"]["result"]) == (rectification.number, "satisfied")


def test_who_is_called_after_a_bad_rating_rates_again_and_worse_is_proposed_to_the_window(
    front: Front,
) -> None:
    case = handed_over(front)
    case.decide("rate", {"rating": 1})
    assert "rate_again" not in [one["action"] for one in case.mine()["actions"]]
    rectify(rectification_of(case))
    case.front.settle(case.number)

    case.decide("rate_again", {"rating": 1, "text": "还是一样"})

    assert case.happened()[-1] == "rated_badly_again"
    (proposed,) = [one for one in case.view()["tasks"] if one["kind"] == "side"]
    assert (proposed["role"], proposed["state"]) == ("triage", "open")


def test_a_bad_rating_that_nobody_answers_escalates_after_the_end(front: Front) -> None:
    case = handed_over(front)
    case.decide("rate", {"rating": 1})

    case.after(case.due("bad-rating"))

    escalated = [one for one in case.view()["tasks"] if one["kind"] == "escalation"]
    assert [(one["role"], one["state"]) for one in escalated] == [("head", "open")]


def test_a_good_rating_opens_nothing(front: Front) -> None:
    case = handed_over(front)

    case.decide("rate", {"rating": 5})

    assert [one["task"] for one in case.view()["tasks"] if one["kind"] == "side"] == []


def test_nobody_rates_before_there_is_a_result(front: Front) -> None:
    case = at(front, "decide")
    path, headers = f"/my/cases/{case.number}/actions", {"Receipt-Secret": case.secret}
    rating = {"action": "rate", "details": {"rating": 5}}

    assert front.http("POST", path, rating, None, headers).status == 409
    case.do(APPROVER, "refuse", REFUSAL)
    assert front.http("POST", path, rating, None, headers).status == 200


def test_an_overdue_case_is_proposed_to_the_window_which_takes_it_up(front: Front) -> None:
    case = at(front, "decide")

    case.after(case.due("statutory"))

    inbox = expect(front.http("GET", "/inbox?role=triage&node=jz", None, TRIAGE), 200)
    task = next(one for one in inbox["tasks"] if one["case"] == case.number)
    path = f"/cases/{case.number}/tasks/{task['task']}/actions"
    version = case.view()["version"]
    headers = {"If-Match": f'"{version}"'}
    done = expect(front.http("POST", path, {"action": "take_up"}, TRIAGE, headers), 200)
    front.settle(case.number)
    front.settle(done["opened"])
    opened = expect(front.http("GET", f"/cases/{done['opened']}", None, TRIAGE), 200)
    assert (opened["service"], opened["about"], opened["stage"]) == (
        *("blocked", case.number, "triage"),
    )
    assert opened["answers"]["reporter"]["phone"] == "13800000001"
    case.stands("decide")
