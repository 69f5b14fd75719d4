"""A unit checks in with the community of its seat: confirmed, noted, counted, once a year."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

from chalicelib.platform.errors import (
    AlreadyDecided,
    Conflict,
    OnceOnly,
    PapersIncomplete,
    SeparationOfDuty,
)
from infra.player import Answer, Case, Front, a_phone
from tests.world import World, load_json

SERVICE = "unit-check-in"
YAN, DAI = "community-yan", "community-dai"
SUPERVISOR, CALLER = "officer-zhou", "officer-he"
NOTED = {"noted": ["venue", "skill"], "planned": 3, "liaison": "颜春梅"}
MISSING = {"missing": [{"paper": "U1", "what": "没有盖章"}]}
SUPPLIED = {"papers": [{"paper": "U1", "reference": "盖章件照片", "how": "web"}]}
EVENING = {"on": "2026-03-09", "what": "给孩子辅导作业", "heads": 4, "hours": 2, "fen": 0}


def answers(name: str = "school", **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"]
    return {**deepcopy(found), **changes}


def sent(
    front: Front, papers: tuple[str, ...] = ("U1",), by: str | None = None, **more: Any
) -> Case:
    """A check-in from the web, or at the counter by somebody of the community."""
    given = answers(more.pop("example", "school"))
    given["contact"]["phone"] = more.pop("phone", given["contact"]["phone"])
    extra = {"channel": "counter", **more} if by else more
    return Case.submit(front, given, list(papers), by, SERVICE, YAN, **extra)


def confirmed(front: Front, **more: Any) -> Case:
    case = sent(front, **more)
    case.do(DAI, "confirm", NOTED)
    return case


def refused(answer: Answer, problem: type[Conflict]) -> bool:
    return answer.status == 409 and answer.body["type"].endswith(problem.slug)


def documents(case: Case) -> list[str]:
    return [one["document"] for one in case.mine()["documents"]]


def said(case: Case, document: str) -> str:
    return str(next(one["body"] for one in case.mine()["documents"] if one["document"] == document))


def texts(case: Case, phone: str) -> list[str]:
    return [text for text in case.front.messages(phone) if case.number in text]


def counted(case: Case, kind: str) -> Mapping[str, Any]:
    """What statistics may read of the latest event of a kind."""
    found = [one for one in case.view()["events"] if one["type"] == kind][-1]
    counts: Mapping[str, Any] = found["data"]["counts"]
    return counts


def test_a_unit_checks_in_the_community_confirms_and_notes_what_it_offers(front: Front) -> None:
    phone = a_phone()
    case = sent(front, phone=phone)
    case.stands("check", status="received", site="jz-t1-v1", unit="organisation-department")

    case.do(YAN, "confirm", NOTED)

    case.stands(ended=True, result="registered", status="accepted")
    assert case.happened() == ["received", "confirmed", "closed"]
    assert documents(case) == ["receipt", "slip"]
    by, mine = case.due("confirming") + timedelta(hours=8), texts(case, phone)
    for words in (f"社区{by.month}月{by.day}日前确认", "社区已确认，到", "回复数字评价"):
        assert len([text for text in mine if words in text]) == 1
    assert counted(case, "confirmed") == {"planned": 3}


def test_the_slip_holds_for_a_year_and_the_community_is_then_asked_to_remind(front: Front) -> None:
    case = confirmed(front)
    holds_until = case.due("year")
    slip = said(case, "slip")
    local = holds_until + timedelta(hours=8)
    assert f"本回执到{local.year}年{local.month}月{local.day}日有效" in slip

    case.after(holds_until)

    tasks = [task for task in case.view()["tasks"] if task["kind"] == "escalation"]
    assert [(task["role"], task["node"]) for task in tasks] == [("community-worker", "jz-t1-v1")]
    case.do(YAN, "seen", {"step": "已请学校重新报到"})
    case.stands(ended=True, result="registered")


def test_what_is_missing_is_told_once_supplied_and_then_confirmed(front: Front) -> None:
    case = sent(front, papers=())
    assert refused(case.attempt(YAN, "confirm", NOTED), PapersIncomplete)

    case.do(YAN, "incomplete", MISSING)
    case.stands("complete", status="to_complete")
    assert "没有盖章" in said(case, "one_time")
    case.decide("supply", SUPPLIED)

    case.stands("check")
    assert refused(case.attempt(YAN, "incomplete", MISSING), OnceOnly)
    case.do(YAN, "confirm", NOTED)
    case.stands(ended=True, result="registered")


def test_what_is_not_completed_in_time_is_returned_not_refused(world: World) -> None:
    case = sent(world, papers=())
    case.do(YAN, "incomplete", MISSING)

    case.after(case.due("supply"))

    case.stands(ended=True, result="returned", status="returned")
    assert documents(case) == ["receipt", "one_time", "returned"]
    assert "退件不是不予确认" in said(case, "returned")
    assert "补正已逾期" in texts(case, "13800000061")[-1]


def test_who_took_the_check_in_down_does_not_confirm_it(world: World) -> None:
    case = sent(world, by=YAN)
    case.stands("check", channel="counter")

    assert refused(case.attempt(YAN, "confirm", NOTED), SeparationOfDuty)
    case.do(DAI, "confirm", NOTED)

    case.stands(ended=True, result="registered")


def test_a_refusal_says_why_where_to_turn_and_who_looks_again(world: World) -> None:
    case = sent(world)
    elsewhere = {"reason": "B1", "text": "学校大门在下村。", "right_door": "下村社区"}

    assert case.attempt(YAN, "not_accept", {"text": "不行"}).status == 422
    unknown = case.attempt(YAN, "not_accept", {**elsewhere, "reason": "B9"})
    assert unknown.status == 422
    case.do(YAN, "not_accept", elsewhere)

    case.stands(ended=True, result="not_accepted", status="not_accepted")
    paper = said(case, "refusal")
    for words in ("驻地不在本社区", "学校大门在下村", "应当找：下村社区", "请区委组织部复核"):
        assert words in paper
    assert "行政复议" not in paper
    assert "请找下村社区" in "".join(texts(case, "13800000061"))


def test_a_check_in_that_waits_too_long_is_escalated_and_the_unit_is_told(world: World) -> None:
    case = sent(world)

    case.after(case.due("confirming"))
    case.do(SUPERVISOR, "seen", {"step": "已要求当日确认"})

    assert case.happened() == ["received", "overdue", "escalation_seen"]
    assert "时限已到" in texts(case, "13800000061")[-1]
    case.do(YAN, "confirm", NOTED)
    case.stands(ended=True, result="registered")


def test_the_three_working_days_skip_the_weekend(world: World) -> None:
    world.moment += timedelta(days=2)
    case = sent(world)

    due = case.due("confirming") + timedelta(hours=8)

    assert (due.month, due.day) == (3, 17)


def test_what_the_unit_does_in_its_year_is_recorded_in_heads_and_never_in_words(
    world: World,
) -> None:
    case = confirmed(world)

    case.do(YAN, "took_part", EVENING)
    case.do(DAI, "took_part", {**EVENING, "heads": 6})
    assert case.attempt(YAN, "took_part", {**EVENING, "heads": 0}).status == 422

    assert case.happened().count("took_part") == 2
    assert counted(case, "took_part") == {"heads": 6, "hours": 2, "yuan": 0}
    assert "辅导" not in json.dumps(counted(case, "took_part"), ensure_ascii=False)
    assert case.attempt(CALLER, "took_part", EVENING).status == 403


def test_a_new_check_in_ends_the_year_of_the_old_one(world: World) -> None:
    case = confirmed(world)
    other = confirmed(world)

    case.do(YAN, "renewed", {"case": other.number})

    assert refused(case.attempt(YAN, "renewed", {"case": other.number}), OnceOnly)
    before = case.happened()
    case.after(case.due("year"))
    assert case.happened() == before


def test_the_unit_may_withdraw_before_and_leave_after_the_confirmation(world: World) -> None:
    early, late = sent(world), confirmed(world)

    early.decide("withdraw", {"how": "web"})
    early.stands(ended=True, result="withdrawn")
    assert refused(early.attempt(YAN, "confirm", NOTED), AlreadyDecided)
    late.decide("leave", {"why": "学校搬走了"})

    assert late.happened()[-1] == "left"
    assert "已按您的要求结束" in texts(late, "13800000061")[-1]


def test_the_contact_is_shown_to_the_community_and_not_to_the_supervisor(world: World) -> None:
    case = sent(world)

    shown = case.view(SUPERVISOR)

    assert shown["withheld"] == ["/contact/email", "/contact/phone"]
    assert "13800000061" not in json.dumps(shown["answers"])
    assert case.view(YAN)["answers"]["contact"]["phone"] == "13800000061"
    assert case.view()["events"][0]["data"]["counts"]["members"] == 18
    stranger = case.front.http("GET", f"/cases/{case.number}", None, "volunteer-fang")
    assert stranger.status == 404
