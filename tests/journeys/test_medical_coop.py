"""Residents' medical insurance: joining, and claims of which some papers may follow later."""

from typing import Any

import pytest

from infra.player import Case, Front
from tests.journeys.people import AGENT, SUPERVISOR, VILLAGE
from tests.world import World, load_json

EXAMINER, APPROVER, HEAD, PAYER = (
    *("officer-bi", "officer-hao"),
    *("officer-nie", "officer-ge"),
)
PHONE = "13800000061"
SIGNED = {"signed": True, "signed_by": "涂金莲"}
PROPOSED = {"amount": "9115.28", "text": "目录内费用按比例核定。"}
GRANTED = {"licence": "吉医核〔2026〕61号", "amount": "9115.28", "yuan": 9115}
ENROLLED = {"licence": "3608022026000062", "from": "2026-03-10"}
PAID = {"proof": "批次2026-03-11"}
REFUSED = {"reason": "J3", "text": "交通事故由对方负担，请向对方或者其保险公司要求赔偿。"}
ACCOUNT = {"holder": "涂金莲", "bank": "邮政储蓄兴桥所", "number": "6210000000000061"}


def submitted(
    front: Front,
    name: str = "hospital-in-the-capital",
    party: str | None = None,
    without: tuple[str, ...] = (),
    **more: Any,
) -> Case:
    it = load_json(f"forms/medical-coop/examples/pass/{name}.json")
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, it["answers"], papers, party, "medical-coop", **more)


def on_a_promise(front: Front) -> Case:
    case = submitted(front, without=("P5", "P6"))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.stands("examine")
    return case


def decided(case: Case) -> None:
    case.do(EXAMINER, "propose_grant", PROPOSED)
    case.do(APPROVER, "grant", GRANTED)


def at_payment(front: Front) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    decided(case)
    case.stands("pay")
    return case


def told(case: Case, words: str) -> bool:
    return any(case.number in text and words in text for text in case.front.messages(PHONE))


def test_a_complete_claim_is_examined_decided_by_another_and_paid(front: Front) -> None:
    case = at_payment(front)

    case.do(PAYER, "paid", PAID)

    case.stands(ended=True, result="granted", status="delivered")
    assert case.happened() == [
        *["received", "accepted", "proposed_grant", "granted", "cleared", "paid", "closed"]
    ]
    kinds = [one["document"] for one in case.mine()["documents"]]
    assert kinds == ["receipt", "acceptance", "grant"]
    for words in ("前核定", "支付到您登记的账户", "已支付到", "请回复数字评价"):
        assert told(case, words), words


def test_papers_that_follow_let_the_claim_go_on_and_hold_the_money(front: Front) -> None:
    case = on_a_promise(front)
    sheet = case.mine()["documents"][-1]
    assert sheet["document"] == "gap" and "费用清单" in sheet["body"]

    decided(case)
    case.stands("issue", status="granted")
    assert told(case, "补齐后支付")
    assert case.attempt(PAYER, "paid", PAID).status == 422
    case.give("record_papers", ["P5"])
    case.stands("issue")
    case.give("record_papers", ["P6"])

    case.stands("pay")
    case.do(PAYER, "paid", PAID)
    case.stands(ended=True, result="granted")
    assert [one["state"] for one in case.mine()["papers"]["promised"]] == ["in", "in"]


def test_a_broken_promise_ends_the_claim_and_nothing_is_paid(world: World) -> None:
    case = on_a_promise(world)
    decided(case)

    case.after(case.promised("P5"))

    case.stands(ended=True, result="lapsed", status="terminated")
    assert told(case, "已终止办理") and "paid" not in case.happened()


@pytest.mark.parametrize("paper", ["P1", "P2", "P4"])
def test_what_proves_who_and_how_much_never_follows_later(world: World, paper: str) -> None:
    case = submitted(world, without=(paper, "P5"))

    assert case.attempt(VILLAGE, "accept_with_gap", SIGNED).status == 409

    case.stands("receive")


def test_joining_is_decided_without_payment_and_a_claim_is_no_joining(world: World) -> None:
    joining = submitted(world, "newborn-joins", "officer-lin", channel="counter")
    joining.do("officer-lin", "accept")
    joining.do(EXAMINER, "propose_grant", {"text": "本地户籍，未参加职工医保。"})
    assert joining.attempt(APPROVER, "grant", GRANTED).status == 409

    joining.do(APPROVER, "enrol", ENROLLED)

    joining.stands(ended=True, result="enrolled", status="delivered")
    proof = joining.mine()["documents"][-1]
    assert proof["document"] == "enrolment" and ENROLLED["licence"] in proof["body"]
    claim = submitted(world)
    claim.do(VILLAGE, "accept")
    claim.do(EXAMINER, "propose_grant", PROPOSED)
    assert claim.attempt(APPROVER, "enrol", ENROLLED).status == 409


def test_who_examines_does_not_decide_and_who_decides_does_not_pay(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant", PROPOSED)
    assert case.attempt(EXAMINER, "grant", GRANTED).status == 403

    case.do(APPROVER, "grant", GRANTED)

    assert case.attempt(APPROVER, "paid", PAID).status == 403
    assert case.attempt(EXAMINER, "paid", PAID).status == 403


def test_what_another_must_pay_is_refused_with_reason_basis_and_remedies(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_refuse", REFUSED)

    case.do(APPROVER, "refuse", REFUSED)

    case.stands(ended=True, result="refused", status="refused")
    body = case.mine()["documents"][-1]["body"]
    assert all(words in body for words in (REFUSED["text"], "第三十条", "行政复议", "行政诉讼"))


def test_a_late_decision_is_escalated_and_silence_grants_nothing(world: World) -> None:
    case = submitted(world)

    case.after(case.due("one-time-notice"))
    case.stands("receive")
    assert case.happened().count("overdue") == 1
    case.do(VILLAGE, "accept")
    case.after(case.due("promised"))

    case.stands("examine")
    assert case.happened().count("overdue") == 2
    case.do(SUPERVISOR, "seen", {"step": "已催审核"})


def test_the_head_gives_ten_days_more_once(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    before, reason = case.due("promised"), {"reason": "向外地核实", "text": "向外地医院核实票据。"}

    case.do(HEAD, "extend", reason)

    assert case.due("promised") > before
    assert case.attempt(HEAD, "extend", reason).status == 409
    assert told(case, "向外地核实")


def test_money_that_comes_back_waits_for_another_account(world: World) -> None:
    case = at_payment(world)
    case.do(PAYER, "bounced", {"why": "账号不存在"})
    assert told(case, "更正收款账户")
    case.after(case.due("account"))
    assert case.happened()[-1] == "overdue"

    case.decide("give_account", ACCOUNT)
    case.do(PAYER, "paid", PAID)

    case.stands(ended=True, result="granted")


def test_a_claim_for_a_child_by_an_agent_is_told_and_counted(world: World) -> None:
    case = submitted(world, "child-injured-by-agent", AGENT, channel="agent")

    view = case.stands("receive", channel="agent")

    assert view["events"][0]["data"]["counts"] == {
        "matter": "reimburse",
        "kind": "emergency",
        "elsewhere": False,
    }
    assert "骑车" not in str(view["events"])
    case.decide("withdraw", {"why": "对方已经赔了"})
    case.stands(ended=True, result="withdrawn")
