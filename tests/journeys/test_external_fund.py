"""An application to an outside fund: prepared with an assistant, sent up, answered, told."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.people import seeding
from chalicelib.platform.errors import AlreadyDecided, Conflict, PapersIncomplete, SeparationOfDuty
from infra.player import Answer, Case, Front, a_phone
from tests.world import World, load_json

SERVICE = "external-fund"
WINDOW, XIE = "officer-wang", "assistant-xie"
CHECKER, APPROVER, SUPERVISOR = "officer-chen", "officer-huang", "officer-zhou"
PHONE = "13800000091"
PAPERS = ["F1", "F2", "F3", "F4"]
ASSIGNED = {"assistant": "谢春林", "phone": "0796-8225678", "text": "先上门帮填申报书。"}
READY = {"asked": 500000, "visits": 2}
SENT = {
    "body": "省农业农村厅",
    "on": "2026-03-10",
    "licence": "吉农报〔2026〕12号",
    "how": "carried",
    "proof": "收文回执0310",
}
GRANTED = {
    "answer": "granted",
    "on": "2026-03-09",
    "number": "赣农计字〔2026〕15号",
    "body": "省农业农村厅",
    "amount": 500000,
    "reference": "镇档案柜3号",
}
REFUSED = {
    **{name: GRANTED[name] for name in ("on", "number", "body", "reference")},
    "answer": "refused",
}
TOLD = {"basis": "2026年3月9日赣农计字〔2026〕15号", "amount": 500000, "text": "分两次拨付。"}
TURNED_DOWN = {"reason": "U1", "basis": TOLD["basis"], "text": "全省报了九十家，选了四十家。"}


def sent_in(
    front: Front, name: str = "coop-cold-store", phone: str = PHONE, papers: list[str] = PAPERS
) -> Case:
    found = load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"]
    given = deepcopy(found)
    given["contact"]["phone"] = phone
    return Case.submit(front, given, papers, None, SERVICE)


def prepared(front: Front, **more: Any) -> Case:
    case = sent_in(front, **more)
    case.do(WINDOW, "assign", ASSIGNED)
    case.do(XIE, "prepared", READY)
    return case


def outside(front: Front, **more: Any) -> Case:
    """An application that the outside body has before it."""
    case = prepared(front, **more)
    case.do(CHECKER, "pass")
    case.do(XIE, "sent", SENT)
    return case


def refused(answer: Answer, problem: type[Conflict]) -> bool:
    return answer.status == 409 and answer.body["type"].endswith(problem.slug)


def said(case: Case, document: str) -> str:
    found = [one["body"] for one in case.mine()["documents"] if one["document"] == document]
    return str(found[-1])


def texts(case: Case, phone: str = PHONE) -> list[str]:
    return [text for text in case.front.messages(phone) if case.number in text]


def counted(case: Case, kind: str) -> Mapping[str, Any]:
    """What statistics may read of the latest event of a kind."""
    found = [one for one in case.view()["events"] if one["type"] == kind][-1]
    counts: Mapping[str, Any] = found["data"]["counts"]
    return counts


def clocks(case: Case) -> dict[str, str | None]:
    """When each clock that has begun was stopped, if it was."""
    return {one["clock"]: one["stopped_at"] for one in case.view()["clocks"]}


def test_half_a_million_is_asked_for_sent_to_the_province_granted_and_told(front: Front) -> None:
    phone = a_phone()
    case = sent_in(front, phone=phone)
    case.stands("receive", status="received", site="jz-t1", unit="agriculture-bureau")

    case.do(WINDOW, "assign", ASSIGNED)
    case.do(XIE, "prepared", READY)
    case.do(CHECKER, "pass")
    case.do(XIE, "sent", SENT)
    case.stands("outside", status="in_progress")
    case.do(XIE, "answered", GRANTED)
    case.do(APPROVER, "tell_granted", TOLD)

    case.stands(ended=True, result="granted", status="granted")
    assert case.happened() == [
        *["received", "assigned", "prepared", "checked", "sent_out"],
        *["answered", "granted", "closed"],
    ]
    kinds = [one["document"] for one in case.mine()["documents"]]
    assert kinds == ["receipt", "assignment", "dispatch", "granted"]
    assert "吉农报〔2026〕12号" in said(case, "dispatch")
    assert "赣农计字〔2026〕15号" in said(case, "granted")
    for words in ("已指派帮办员", "已报上级部门", "上级已同意", "回复数字评价"):
        assert len([text for text in texts(case, phone) if words in text]) == 1
    assert counted(case, "received")["asked"] == 500000
    assert counted(case, "granted") == {"amount": 500000}


def test_the_answer_is_recorded_with_date_and_number_and_an_amount_unless_refused(
    front: Front,
) -> None:
    case = outside(front)

    for name in ("on", "number", "body", "reference", "amount"):
        lacking = {key: value for key, value in GRANTED.items() if key != name}
        answer = case.attempt(XIE, "answered", lacking)
        assert answer.status == 422 and f"/details/{name}" in json.dumps(answer.body), name
    assert case.attempt(XIE, "answered", {**REFUSED, "amount": 1}).status == 422
    case.do(XIE, "answered", GRANTED)

    case.stands("verify")
    event = [one for one in case.view()["events"] if one["type"] == "answered"][-1]
    assert event["details"] == GRANTED
    assert event["data"]["counts"] == {"answer": "granted", "amount": 500000}


def test_a_refusal_of_the_province_is_told_with_its_reason_and_not_as_ours(front: Front) -> None:
    case = outside(front)
    case.do(XIE, "answered", REFUSED)
    assert case.attempt(APPROVER, "tell_refused", {**TURNED_DOWN, "reason": "E1"}).status == 422

    case.do(APPROVER, "tell_refused", TURNED_DOWN)

    case.stands(ended=True, result="refused", status="refused")
    paper = said(case, "refused")
    for words in ("评审未入选", "赣农计字〔2026〕15号", "由上级部门决定", "上级文书写明的办法"):
        assert words in paper
    assert "法院" not in paper and "六十日" not in paper
    assert "上级没有同意：评审未入选" in "".join(texts(case))


def test_nothing_runs_against_us_while_the_province_has_it_but_we_ask(front: Front) -> None:
    case = outside(front)
    stopped = clocks(case)
    assert {name for name, at in stopped.items() if at is None} == {"asking"}
    first = case.due("asking")

    case.do(XIE, "chase", {"how": "phone", "said": "正在评审"})
    assert case.due("asking") >= first
    case.after(case.due("asking"))
    case.do(SUPERVISOR, "seen", {"step": "已要求发函催问"})
    case.do(XIE, "chase", {"how": "letter", "said": "月底公布"})

    case.stands("outside")
    assert case.happened()[-4:] == ["chased", "overdue", "escalation_seen", "chased"]
    assert clocks(case)["asking"] is None


def test_papers_that_are_missing_are_listed_supplied_and_then_sent(front: Front) -> None:
    case = sent_in(front, papers=["F1", "F2"])
    case.do(WINDOW, "assign", ASSIGNED)
    assert refused(case.attempt(XIE, "prepared", READY), PapersIncomplete)

    missing = [{"paper": "F3", "what": "预算没有分项"}, {"paper": "F4", "what": "还没有签字"}]
    case.do(XIE, "ask_papers", {"missing": missing})
    assert "预算没有分项" in said(case, "list") and "缺2项材料" in "".join(texts(case))
    supplied = [{"paper": one, "reference": f"补交{one}", "how": "home"} for one in ("F3", "F4")]
    case.decide("supply", {"papers": supplied})

    case.stands("prepare", status="in_progress")
    case.do(XIE, "prepared", READY)
    case.stands("check")


def test_the_time_of_the_applicant_is_not_counted_as_preparing(world: World) -> None:
    case = sent_in(world, papers=["F1"])
    case.do(WINDOW, "assign", ASSIGNED)
    before = case.due("preparing")

    case.do(XIE, "ask_papers", {"missing": [{"paper": "F3", "what": "还没有交"}]})
    assert clocks(case)["preparing"] is not None
    world.tick(world.moment + timedelta(days=3))
    supplied = [{"paper": "F3", "reference": "方案", "how": "web"}]
    case.decide("supply", {"papers": supplied})

    assert clocks(case)["preparing"] is None
    assert case.due("preparing") > before


def test_papers_that_never_come_are_returned(world: World) -> None:
    case = sent_in(world, papers=["F1"])
    case.do(WINDOW, "assign", ASSIGNED)
    case.do(XIE, "ask_papers", {"missing": [{"paper": "F3", "what": "还没有交"}]})

    case.after(case.due("supply"))

    case.stands(ended=True, result="returned", status="returned")
    assert "退件不是不给办" in said(case, "returned")


def test_new_land_needs_its_proof(world: World) -> None:
    case = sent_in(world, "collective-new-land")
    case.do(WINDOW, "assign", ASSIGNED)

    assert refused(case.attempt(XIE, "prepared", READY), PapersIncomplete)
    found = {"paper": "F5", "reference": "用地证明3号", "how": "home"}
    case.do(XIE, "record_papers", {"papers": [found]})
    case.do(XIE, "prepared", READY)

    case.stands("check")


@pytest.mark.parametrize(("role", "stage"), [("examiner", "check"), ("approver", "verify")])
def test_who_prepared_or_sent_it_neither_checks_it_nor_compares_the_answer(
    world: World, role: str, stage: str
) -> None:
    region = load_json("infra/seed/directory.json")
    also = {**region["grants"][0], "party": XIE, "role": role, "node": "jz"}
    seeding.directory(world.store, {**region, "grants": [also], "parties": []})
    case = prepared(world) if stage == "check" else outside(world)
    if stage == "verify":
        case.do(XIE, "answered", GRANTED)
    action, details = ("pass", {}) if stage == "check" else ("tell_granted", TOLD)

    assert refused(case.attempt(XIE, action, details), SeparationOfDuty)

    case.stands(stage)


def test_an_answer_that_is_not_as_the_paper_says_is_recorded_anew(world: World) -> None:
    case = outside(world)
    case.do(XIE, "answered", {**GRANTED, "amount": 5000000})

    case.do(APPROVER, "doubt", {"why": "原件写的是五十万"})
    case.stands("outside")
    case.do(XIE, "answered", GRANTED)
    case.do(APPROVER, "tell_granted", TOLD)

    case.stands(ended=True, result="granted")
    assert "answer_doubted" not in [one["type"] for one in case.mine()["events"]]


def test_what_the_province_wants_besides_is_prepared_checked_and_sent_again(world: World) -> None:
    case = outside(world)

    case.do(XIE, "more_wanted", {"on": "2026-03-10", "text": "补一份冷库图纸。"})
    assert "上级要求" in texts(case)[-1]
    case.stands("prepare")
    case.do(XIE, "prepared", READY)
    case.do(CHECKER, "back", {"why": "图纸没有盖章"})
    case.do(XIE, "prepared", READY)
    case.do(CHECKER, "pass")
    case.do(XIE, "sent", {**SENT, "licence": "吉农报〔2026〕13号"})

    case.stands("outside")
    assert case.happened().count("sent_out") == 2
    assert "13号" in said(case, "dispatch")


def test_a_round_without_an_answer_ends_uncounted_and_is_told(world: World) -> None:
    case = outside(world)
    case.do(XIE, "no_answer", {"reason": "U4", "text": "省里今年的批次已经结束。"})

    case.stands(ended=True, result="unanswered", status="terminated")
    assert load_json(f"forms/{SERVICE}/service.json")["results"]["unanswered"]["counted"] is False
    assert "上级没有答复" in texts(case)[-1] and "下一批申报可以再来" in said(case, "unanswered")


def test_a_fund_that_is_closed_is_not_accepted_with_the_right_door(world: World) -> None:
    case = sent_in(world)
    why = {"reason": "E4", "text": "农机补贴由农机站报送。", "right_door": "区农机站"}

    case.do(WINDOW, "not_accept", why)

    case.stands(ended=True, result="not_accepted", status="not_accepted")
    assert "应当找：区农机站" in said(case, "refusal")
    assert refused(case.attempt(WINDOW, "assign", ASSIGNED), AlreadyDecided)


def test_money_that_arrives_is_recorded_after_the_end(world: World) -> None:
    case = outside(world)
    assert case.attempt(XIE, "money_in", {"on": "2026-03-09", "amount": 1}).status == 409
    case.do(XIE, "answered", GRANTED)
    case.do(APPROVER, "tell_granted", TOLD)

    case.decide("money_in", {"on": "2026-03-09", "amount": 250000})
    case.do(XIE, "money_in", {"on": "2026-03-10", "amount": 250000})

    paid = [one["data"]["counts"] for one in case.view()["events"] if one["type"] == "money_in"]
    assert paid == [{"amount": 250000}, {"amount": 250000}]


def test_a_request_nobody_takes_up_is_escalated_after_two_working_days(world: World) -> None:
    case = sent_in(world)
    due: datetime = case.due("accepting") + timedelta(hours=8)
    assert (due.month, due.day) == (3, 12)

    case.after(case.due("accepting"))
    case.do(SUPERVISOR, "seen", {"step": "已要求当日指派"})

    assert case.happened() == ["received", "overdue", "escalation_seen"]
    assert "未按期办理" in texts(case)[-1]
