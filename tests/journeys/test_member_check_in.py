"""A party member checks in where he lives: confirmed, and published item by item as he agrees."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

from chalicelib.platform.errors import AlreadyDecided, Conflict, OnceOnly, SeparationOfDuty
from infra.player import Answer, Case, Front, a_phone
from tests.world import World, load_json

SERVICE = "member-check-in"
YAN, DAI = "community-yan", "community-dai"
SUPERVISOR, HEAD = "officer-zhou", "officer-xu"
ITEMS = ("name", "unit", "post", "speciality", "phone")
CHECKED = {"checked": "call", "join": False}
JOINED = {"checked": "letter", "join": True, "group": "上村帮帮队"}
PHONE = "13800000071"
HELP = {"on": "2026-03-09", "what": "辅导两个孩子", "hours": 2, "confirmed": "signature"}


def answers(name: str = "teacher", **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"]
    return {**deepcopy(found), **changes}


def sent(front: Front, by: str | None = None, phone: str = PHONE, **more: Any) -> Case:
    """A check-in from the web, or over the counter by somebody of the community."""
    given = answers()
    given["member"]["phone"] = phone
    extra = {"channel": "counter", **more} if by else more
    return Case.submit(front, given, [], by, SERVICE, YAN, **extra)


def confirmed(front: Front, details: Mapping[str, Any] = CHECKED, **more: Any) -> Case:
    case = sent(front, **more)
    case.do(YAN, "confirm", details)
    return case


def refused(answer: Answer, problem: type[Conflict]) -> bool:
    return answer.status == 409 and answer.body["type"].endswith(problem.slug)


def allowing(*items: str) -> dict[str, bool]:
    return {item: item in items for item in ITEMS}


def said(case: Case, document: str) -> str:
    return str(next(one["body"] for one in case.mine()["documents"] if one["document"] == document))


def texts(case: Case, phone: str = PHONE) -> list[str]:
    return [text for text in case.front.messages(phone) if case.number in text]


def counted(case: Case, kind: str) -> Mapping[str, Any]:
    """What statistics may read of the latest event of a kind."""
    found = [one for one in case.view()["events"] if one["type"] == kind][-1]
    counts: Mapping[str, Any] = found["data"]["counts"]
    return counts


def open_tasks(case: Case) -> list[str]:
    return [task["kind"] for task in case.view()["tasks"] if task["state"] == "open"]


def test_a_member_checks_in_and_the_community_confirms(front: Front) -> None:
    phone = a_phone()
    case = sent(front, phone=phone)
    case.stands("check", status="received", site="jz-t1-v1", unit="organisation-department")

    case.do(YAN, "confirm", CHECKED)

    case.stands(ended=True, result="registered", status="accepted")
    assert case.happened() == ["received", "confirmed", "closed"]
    assert [one["document"] for one in case.mine()["documents"]] == ["receipt", "slip"]
    by = case.due("confirming") + timedelta(hours=8)
    for words in (f"社区{by.month}月{by.day}日前确认", "社区已确认，到", "回复数字评价"):
        assert len([text for text in texts(case, phone) if words in text]) == 1


def test_statistics_read_the_year_the_speciality_and_each_consent_and_no_name(
    front: Front,
) -> None:
    case = sent(front)

    counts = counted(case, "received")

    consents = {f"publish_{item}": item != "phone" for item in ITEMS}
    assert counts == {"year": 2026, "speciality": "teaching", **consents}
    assert "龙志远" not in json.dumps(counts, ensure_ascii=False)


def test_who_joins_the_volunteers_is_listed_and_the_group_must_be_named(front: Front) -> None:
    case = sent(front)
    nameless = {"checked": "letter", "join": True}
    assert case.attempt(YAN, "confirm", nameless).status == 422

    case.do(YAN, "confirm", JOINED)
    case.stands(ended=True, result="registered")
    assert "confirmed_and_joined" in case.happened()
    case.do(YAN, "listed", {"party": "volunteer-fang"})

    assert case.happened()[-1] == "listed"
    assert counted(case, "confirmed_and_joined") == {"checked": "letter", "join": True}


def test_a_changed_consent_is_carried_out_by_the_community_within_two_working_days(
    front: Front,
) -> None:
    case = confirmed(front)

    case.decide("change_consent", allowing("speciality"))

    due = case.due("take-down") + timedelta(hours=8)
    assert f"{due.month}月{due.day}日前改好" in texts(case)[-1]
    assert "没有同意的项目不再公布" in said(case, "consent")
    assert counted(case, "consent_changed") == allowing("speciality")
    case.do(DAI, "changed", {"where": "上村公布栏"})
    before = case.happened()
    case.after(case.due("take-down"))
    assert case.happened() == before


def test_a_changed_consent_that_nobody_carries_out_is_escalated(world: World) -> None:
    case = confirmed(world)
    case.decide("change_consent", allowing())

    case.after(case.due("take-down"))

    assert "escalation" in open_tasks(case)
    case.do(SUPERVISOR, "seen", {"step": "已要求当日撤下"})
    case.do(YAN, "changed", {"where": "公布栏"})
    assert open_tasks(case) == []


def test_every_item_is_answered_when_a_consent_is_changed(world: World) -> None:
    case = confirmed(world)
    headers = {"Receipt-Secret": case.secret}
    body = {"action": "change_consent", "details": {"phone": True}}

    answer = world.http("POST", f"/my/cases/{case.number}/actions", body, None, headers)

    assert answer.status == 422
    assert {error["pointer"] for error in answer.body["errors"]} == {
        f"/details/{item}" for item in ITEMS if item != "phone"
    }


def test_what_the_community_asks_is_asked_once_answered_and_then_confirmed(world: World) -> None:
    case = sent(world)

    case.do(YAN, "ask_more", {"text": "请说明组织关系在哪个支部。"})
    case.stands("explain", status="to_complete")
    case.decide("say_more", {"text": "在吉州区第三小学党支部。"})

    case.stands("check")
    assert refused(case.attempt(YAN, "ask_more", {"text": "还有一件"}), OnceOnly)
    case.do(YAN, "confirm", CHECKED)
    case.stands(ended=True, result="registered")


def test_who_does_not_answer_gets_it_back_and_may_check_in_anew(world: World) -> None:
    case = sent(world)
    case.do(YAN, "ask_more", {"text": "请说明组织关系在哪个支部。"})

    case.after(case.due("answering"))

    case.stands(ended=True, result="returned", status="returned")
    assert "随时可以重新报到" in said(case, "returned")
    confirmed(world).stands(result="registered")


def test_who_took_it_down_at_the_counter_does_not_confirm_it(world: World) -> None:
    case = sent(world, by=DAI)

    assert refused(case.attempt(DAI, "confirm", CHECKED), SeparationOfDuty)
    case.do(YAN, "confirm", CHECKED)

    case.stands(ended=True, channel="counter")


def test_a_refusal_says_why_and_names_no_court(world: World) -> None:
    case = sent(world)
    elsewhere = {"reason": "D1", "text": "门牌在下村。", "right_door": "下村社区"}

    assert case.attempt(YAN, "not_accept", {**elsewhere, "reason": "D9"}).status == 422
    case.do(YAN, "not_accept", elsewhere)

    case.stands(ended=True, result="not_accepted", status="not_accepted")
    paper = said(case, "refusal")
    assert "不住在本社区" in paper and "应当找：下村社区" in paper and "区委组织部复核" in paper
    assert "法院" not in paper
    assert refused(case.attempt(YAN, "confirm", CHECKED), AlreadyDecided)


def test_address_and_telephone_are_for_the_community_and_service_is_counted_in_hours(
    world: World,
) -> None:
    case = confirmed(world)

    shown = case.view(SUPERVISOR)
    assert shown["withheld"] == ["/member/phone", "/address"]
    told = json.dumps(shown["answers"], ensure_ascii=False)
    assert not [word for word in (PHONE, "上村一组7号") if word in told]
    case.do(YAN, "served", HELP)
    case.do(YAN, "served", {**HELP, "hours": 3, "confirmed": "none"})

    hours = [one["data"]["counts"] for one in case.view()["events"] if one["type"] == "served"]
    assert hours == [
        {"hours": 2, "confirmed": "signature"},
        {"hours": 3, "confirmed": "none"},
    ]


def test_after_a_year_the_community_is_asked_to_remind_unless_the_member_has_left(
    world: World,
) -> None:
    stays, leaves = confirmed(world), confirmed(world)
    leaves.decide("leave", {"why": "搬到外地"})

    stays.after(stays.due("year"))

    assert open_tasks(stays) == ["escalation"]
    assert "满一年" not in "".join(texts(stays)) and "时限已到" in texts(stays)[-1]
    assert open_tasks(leaves) == []
    assert refused(leaves.attempt(YAN, "leave"), OnceOnly)


def test_a_check_in_that_waits_too_long_is_escalated(world: World) -> None:
    case = sent(world)

    case.after(case.due("confirming"))

    roles = [task["role"] for task in case.view()["tasks"] if task["kind"] == "escalation"]
    assert roles == ["supervisor"]
    case.do(SUPERVISOR, "seen", {"step": "已要求当日确认"})
    case.do(YAN, "confirm", CHECKED)
    case.stands(ended=True, result="registered")
