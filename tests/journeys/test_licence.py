"""The business licence, as its document promises, on every tier."""

from infra.player import Case, Front
from tests.journeys.people import (
    AGENT,
    APPROVER,
    EXAMINER,
    HANDED,
    HEAD,
    ISSUER,
    LICENCE,
    REFUSAL,
    SIGNED,
    SUPERVISOR,
    VILLAGE,
    WINDOW,
    example,
)


def submitted(front: Front, without: tuple[str, ...] = (), name: str = "individual-leased") -> Case:
    it = example(name)
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, it["answers"], papers)


def granted(case: Case) -> None:
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")


def handed_over(case: Case) -> None:
    case.do(ISSUER, "ready", LICENCE)
    case.do(ISSUER, "delivered", HANDED)


def test_a_complete_application_is_accepted_granted_issued_delivered_and_told(front: Front) -> None:
    case = submitted(front)

    case.do(VILLAGE, "accept")
    granted(case)
    case.stands("deliver", status="granted")
    handed_over(case)

    case.stands(ended=True, result="granted", status="delivered")
    assert case.happened() == [
        *["received", "accepted", "proposed_grant", "granted", "cleared"],
        *["ready", "delivered", "closed"],
    ]
    kinds = [one["document"] for one in case.mine()["documents"]]
    assert kinds == ["receipt", "acceptance", "grant"]
    numbers = {one["number"] for one in case.mine()["documents"]}
    assert len(numbers) == 3 and all(case.number in number for number in numbers)
    assert len([text for text in front.messages("13800000001") if case.number in text]) == 5


def test_a_promised_paper_lets_the_case_go_on_but_holds_the_licence(front: Front) -> None:
    case = submitted(front, without=("P3",))
    assert case.attempt(VILLAGE, "accept").status == 409

    case.do(VILLAGE, "accept_with_gap", SIGNED)
    granted(case)
    case.stands("issue", status="granted")
    assert case.attempt(ISSUER, "ready", LICENCE).status == 422
    case.give("record_papers", ["P3"])
    case.stands("deliver")
    handed_over(case)

    case.stands(ended=True, result="granted")
    assert [one["state"] for one in case.mine()["papers"]["promised"]] == ["in"]


def test_a_promise_still_holds_when_the_case_was_sent_back_to_the_window(front: Front) -> None:
    case = submitted(front, without=("P3",))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    due = case.promised("P3")
    case.do(EXAMINER, "back", {"why": "请核对原件"})

    case.do(VILLAGE, "accept_with_gap", SIGNED)

    case.stands("examine")
    assert case.promised("P3") == due


def test_a_broken_promise_ends_the_case_with_its_own_result(front: Front) -> None:
    case = submitted(front, without=("P3",))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    granted(case)

    case.after(case.promised("P3"))

    case.stands(ended=True, result="lapsed", status="terminated")
    assert "lapse" in [one["document"] for one in case.mine()["documents"]]


def test_missing_papers_are_asked_for_once_and_completely(front: Front) -> None:
    case = submitted(front, without=("P1", "P3"))
    missing = {"missing": [{"paper": "P1", "what": "未签字"}, {"paper": "P3", "what": "未提交"}]}

    case.do(VILLAGE, "incomplete", missing)
    case.stands("complete", status="to_complete")
    case.give("supply", ["P1", "P3"])

    case.stands("receive", status="received")
    assert case.attempt(VILLAGE, "incomplete", missing).status == 409
    case.do(VILLAGE, "accept")
    case.stands("examine")


def test_papers_that_never_come_are_given_back(front: Front) -> None:
    case = submitted(front, without=("P1",))
    case.do(VILLAGE, "incomplete", {"missing": [{"paper": "P1", "what": "未签字"}]})

    case.after(case.due("supply"))

    view = case.stands(ended=True, result="returned", status="returned")
    assert [one["data"]["reason"] for one in view["events"] if one["type"] == "returned"] == ["N3"]


def test_silence_means_accepted_as_of_receipt_and_the_clock_escalates(front: Front) -> None:
    case = submitted(front)

    case.after(case.due("one-time-notice"))

    view = case.stands("examine", status="in_progress")
    deemed = next(one for one in view["events"] if one["type"] == "deemed_accepted")
    assert deemed["as_of"] == view["received_at"]
    case.after(case.due("one-time-notice"))
    assert {one["data"]["clock"] for one in case.view()["events"] if one["type"] == "overdue"} == {
        "statutory",
        "promised",
    }
    case.do(SUPERVISOR, "seen", {"step": "已要求当日审查"})
    granted(case)
    handed_over(case)
    case.stands(ended=True, result="granted")


def test_a_refusal_has_reason_basis_plain_words_and_remedies(front: Front) -> None:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_refuse", REFUSAL)
    assert case.attempt(APPROVER, "refuse", {"text": "没有理由代码"}).status == 422
    assert case.attempt(APPROVER, "refuse", {"reason": "N1", "text": "x"}).status == 422

    case.do(APPROVER, "refuse", REFUSAL)

    case.stands(ended=True, result="refused", status="refused")
    refusal = next(one for one in case.mine()["documents"] if one["document"] == "refusal")
    said = ("缺少前置审批文件", "第十四条", REFUSAL["text"], "行政复议", "行政诉讼", "六十日")
    for words in said:
        assert words in refusal["body"]


def test_a_matter_that_needs_no_licence_is_not_accepted(front: Front) -> None:
    case = submitted(front)

    case.do(VILLAGE, "not_accept", {"reason": "N2", "text": "属于邻区", "right_door": "青原区"})

    case.stands(ended=True, result="not_accepted")
    assert "青原区" in case.mine()["documents"][-1]["body"]


def test_the_head_extends_the_statutory_clock_once(front: Front) -> None:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    before = case.due("statutory")
    extension = {"reason": "情况复杂", "text": "需要核实住所。"}
    assert case.attempt(EXAMINER, "extend", extension).status == 403

    case.do(HEAD, "extend", extension)

    assert case.due("statutory") > before
    assert case.attempt(HEAD, "extend", extension).status == 409
    case.stands("examine", status="extended")


def test_a_case_sent_back_opens_new_visits(front: Front) -> None:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")

    case.do(APPROVER, "back", {"why": "请核对经营范围"})
    case.do(EXAMINER, "back", {"why": "请核对原件"})

    view = case.stands("receive")
    assert [one["stage"] for one in view["tasks"]] == [
        *["receive", "examine", "decide", "examine", "receive"]
    ]
    case.do(VILLAGE, "accept")
    granted(case)
    case.stands("deliver")


def test_an_agent_applies_for_a_resident_and_the_resident_is_told(front: Front) -> None:
    it = example("old-man-with-agent")

    case = Case.submit(front, it["answers"], it["papers_needed"], AGENT, channel="agent")

    view = case.stands("receive", channel="agent", site="jz-t1-v1")
    both = {"party": AGENT, "as": "agent", "principal": "applicant"}
    assert view["events"][0]["actor"] == both
    assert "by_agent" in [one["notice"] for one in view["notices"]]


def test_any_window_receives_and_accepts(front: Front) -> None:
    it = example()

    case = Case.submit(front, it["answers"], it["papers_needed"], "officer-lin", channel="counter")

    case.stands("receive", channel="counter", site="jz-t2")
    assert case.attempt(VILLAGE, "accept").status == 404
    case.do(WINDOW, "accept")
    case.stands("examine")
