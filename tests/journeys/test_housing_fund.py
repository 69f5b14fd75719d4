"""The housing fund: one lead unit asks the others, concludes, answers, and the bank pays."""

from datetime import timedelta
from typing import Any

import pytest

from infra.player import Case, Front
from tests.journeys.people import AGENT, SUPERVISOR, WINDOW
from tests.world import World, load_json

TOWN, EXAMINER, APPROVER, PAYER = "officer-wang", "officer-xin", "officer-pu", "officer-qi"
REALTY, BANK, EMPLOYER = "officer-ou", "officer-ji", "officer-an"
ASKED = {REALTY: "realty", BANK: "bank", EMPLOYER: "employer"}
PHONE = "13800000071"
TRUE = {"text": "登记信息与申请一致。"}
UNTRUE = {"text": "该合同已经撤销。"}
PROPOSED = {"amount": "86000.00", "text": "符合购房提取，余额够。"}
GRANTED = {"licence": "吉公提〔2026〕71号", "amount": "86000.00", "yuan": 86000}
REFUSED = {"reason": "J2", "text": "购房合同已经撤销，请先核对。"}
PAID = {"proof": "支付单2026-0071"}
ACCOUNT = {"holder": "卢思远", "bank": "农业银行吉州支行", "number": "6228000000000071"}


def submitted(
    front: Front,
    name: str = "home-with-spouse",
    party: str | None = None,
    without: tuple[str, ...] = (),
    **more: Any,
) -> Case:
    it = load_json(f"forms/housing-fund/examples/pass/{name}.json")
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, it["answers"], papers, party, "housing-fund", **more)


def sent_out(front: Front, *units: str) -> Case:
    case = submitted(front)
    case.do(TOWN, "accept")
    case.do(EXAMINER, "consult", {"units": [ASKED[one] for one in units]})
    case.stands("assist")
    return case


def concluded(front: Front) -> Case:
    case = sent_out(front, REALTY, EMPLOYER)
    case.do(REALTY, "agree", TRUE)
    case.do(EMPLOYER, "agree", TRUE)
    case.stands("conclude")
    return case


def at_payment(front: Front) -> Case:
    case = concluded(front)
    case.do(EXAMINER, "propose_grant", PROPOSED)
    case.do(APPROVER, "grant", GRANTED)
    case.stands("pay", status="granted")
    return case


def told(case: Case, words: str) -> bool:
    return any(case.number in text and words in text for text in case.front.messages(PHONE))


def test_a_withdrawal_is_checked_by_several_answered_by_one_and_paid(front: Front) -> None:
    case = at_payment(front)

    case.do(PAYER, "paid", PAID)

    case.stands(ended=True, result="granted", status="delivered")
    happened = [one for one in case.happened() if one != "asked_unit"]
    assert happened == [
        *["received", "accepted", "sent_to_units", "unit_agreed", "unit_agreed", "units_agreed"],
        *["proposed_grant", "granted", "paid", "closed"],
    ]
    kinds = [one["document"] for one in case.mine()["documents"]]
    assert kinds == ["receipt", "acceptance", "grant"]
    for words in ("前到账", "由其统一答复", "已准予", "已支付到"):
        assert told(case, words), words


def test_every_unit_that_is_asked_is_heard_and_none_that_is_not(world: World) -> None:
    case = sent_out(world, REALTY, BANK)

    case.do(REALTY, "agree", TRUE)

    case.stands("assist")
    assert case.attempt(EMPLOYER, "agree", TRUE).status in (403, 409)
    assert case.attempt(EXAMINER, "propose_grant", PROPOSED).status in (403, 409, 422)
    case.do(BANK, "agree", TRUE)
    case.stands("conclude")
    assert case.happened()[-1] == "units_agreed"


@pytest.mark.parametrize("objecting", [REALTY, EMPLOYER])
def test_one_unit_that_objects_is_heard_by_the_lead_who_may_ask_again(
    world: World, objecting: str
) -> None:
    case = sent_out(world, REALTY, EMPLOYER)
    for unit in (REALTY, EMPLOYER):
        case.do(unit, *(("object", UNTRUE) if unit == objecting else ("agree", TRUE)))
    case.stands("conclude")
    assert case.happened()[-1] == "units_objected"

    case.do(EXAMINER, "again", {"why": "申请人补了新合同"})
    case.do(EXAMINER, "consult", {"units": [ASKED[objecting]]})
    case.do(objecting, "agree", TRUE)

    case.stands("conclude")
    assert case.happened()[-1] == "units_agreed"


def test_a_unit_that_is_late_is_escalated_and_its_silence_is_no_consent(world: World) -> None:
    case = sent_out(world, REALTY, BANK)
    case.do(REALTY, "agree", TRUE)

    case.after(case.due("assist"))

    case.stands("assist")
    overdue = [one["data"]["clock"] for one in case.view()["events"] if one["type"] == "overdue"]
    assert "assist" in overdue
    case.do(SUPERVISOR, "seen", {"step": "已催银行今天回复"})
    case.do(BANK, "agree", TRUE)
    case.stands("conclude")


def test_it_is_decided_within_three_days_by_law_and_nobody_may_extend_that(world: World) -> None:
    case = submitted(world)
    case.do(TOWN, "accept")

    assert case.due("statutory") - world.moment <= timedelta(days=4)
    assert case.attempt("officer-xu", "extend", {"reason": "忙", "text": "忙"}).status == 422
    case.after(case.due("statutory"))
    assert "overdue" in case.happened() and told(case, "抱歉")


def test_the_lead_does_not_decide_and_who_decides_does_not_pay(world: World) -> None:
    case = concluded(world)
    case.do(EXAMINER, "propose_grant", PROPOSED)
    assert case.attempt(EXAMINER, "grant", GRANTED).status == 403

    case.do(APPROVER, "grant", GRANTED)

    assert case.attempt(APPROVER, "paid", PAID).status == 403
    case.do(PAYER, "paid", PAID)
    case.stands(ended=True, result="granted")


def test_what_is_not_as_stated_is_refused_with_reason_basis_and_remedies(world: World) -> None:
    case = sent_out(world, REALTY)
    case.do(REALTY, "object", UNTRUE)
    case.do(EXAMINER, "propose_refuse", REFUSED)
    assert case.attempt(APPROVER, "refuse", {"text": "没有理由代码"}).status == 422

    case.do(APPROVER, "refuse", REFUSED)

    case.stands(ended=True, result="refused", status="refused")
    body = case.mine()["documents"][-1]["body"]
    assert all(words in body for words in (REFUSED["text"], "第二十五条", "行政复议", "行政诉讼"))


def test_a_payment_that_bounces_has_a_clock_of_its_own(world: World) -> None:
    case = at_payment(world)
    case.do(PAYER, "bounced", {"why": "账户已注销"})
    assert told(case, "更正收款账户")

    case.decide("give_account", ACCOUNT)
    case.after(case.due("payment"))

    assert case.happened()[-1] == "overdue"
    case.do(PAYER, "paid", PAID)
    case.stands(ended=True, result="granted")


def test_any_window_accepts_and_sums_are_counted_but_no_account(world: World) -> None:
    case = submitted(world, "rent", "officer-lin", channel="counter")
    case.stands("receive", site="jz-t2", channel="counter")
    case.do(WINDOW, "accept")
    case.do(EXAMINER, "consult", {"units": ["realty"]})
    case.do(REALTY, "agree", TRUE)
    case.do(EXAMINER, "propose_grant", PROPOSED | {"amount": "9600.50"})
    case.do(APPROVER, "grant", GRANTED | {"amount": "9600.50", "yuan": 9601})

    events = case.view()["events"]
    counts = [one["data"]["counts"] for one in events if "counts" in one["data"]]
    assert counts == [{"purpose": "rent"}, {"yuan": 9601}]


def test_one_withdraws_while_units_check_and_not_once_it_is_granted(world: World) -> None:
    case = sent_out(world, REALTY, BANK)

    case.decide("withdraw", {"why": "不买了"})

    case.stands(ended=True, result="withdrawn")
    assert case.attempt(BANK, "agree", TRUE).status in (403, 409)
    granted = at_payment(world)
    assert "withdraw" not in [one["action"] for one in granted.mine()["actions"]]


def test_an_agent_applies_and_papers_that_never_come_are_returned(world: World) -> None:
    case = submitted(world, "retirement-by-agent", AGENT, without=("P5",), channel="agent")
    case.do(TOWN, "incomplete", {"missing": [{"paper": "P5", "what": "请带退休证"}]})

    case.after(case.due("supply"))

    case.stands(ended=True, result="returned", status="returned")
