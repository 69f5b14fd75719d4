"""What officers, volunteers and residents are told: what they can do, why not, who can, by name.

Nobody should need the documents, the code or an id to understand an answer.
"""

import argparse
import json
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.people import seeding
from chalicelib.platform.errors import (
    BadRequest,
    Conflict,
    Malformed,
    NotForThisCase,
    NothingToWaive,
    NotIdentified,
    NotPermitted,
    PapersIncomplete,
    PreconditionRequired,
    Problem,
)
from infra import local, sent
from infra.failures import Refused as CommandRefused
from infra.player import Answer, Case, expect
from infra.plays import licence as plays
from tests.journeys import matters, wishes
from tests.journeys.matters import CHAIR, HEADS, MOBILE, STAND_IN, TRIAGE, VILLAGE
from tests.journeys.matters import licence as original_of
from tests.journeys.matters import refused_as as refused
from tests.journeys.people import EXAMINER, HEAD, WINDOW, example
from tests.journeys.test_sms import THANKS, code_of, coordinated, fulfilled, new_phone, said
from tests.journeys.test_sms import refused as refused_licence
from tests.journeys.wishes import BAI, FANG, GRID, PUBLISHED, QIN, VETTER
from tests.world import World, load_json

TEXT = {"text": "材料可以共享取得。"}
AWAY = {"party": CHAIR, "from": "2026-03-10", "to": "2026-03-17", "because": "外出培训"}


def offers(case: Case, party: str, language: str = "zh-Hans") -> dict[str, Any]:
    """What the party can do on the case's tasks now, by action."""
    tasks = case.view(party, language)["tasks"]
    return {offer["action"]: offer for task in tasks for offer in task["offers"]}


def acts(case: Case, party: str) -> list[str]:
    return [one["action"] for one in case.view(party)["acts"]]


def choices(schema: Mapping[str, Any]) -> dict[str, str]:
    """The titled constants of a member, by value."""
    return {one["const"]: one["title"] for one in schema["oneOf"]}


def finding(answer: Answer) -> Any:
    (found,) = expect(answer, 422)["errors"]
    return found


def why(case: Case, party: str, language: str = "zh-Hans") -> str:
    headers = {"Accept-Language": language}
    answer = case.front.http("GET", f"/cases/{case.number}/why", None, party, headers)
    return "\n".join(expect(answer, 200)["why"])


def detail(answer: Answer, problem: type[Problem]) -> str:
    assert refused(answer, problem), answer
    return str(answer.body["detail"])


def submitted(world: World, service: str, answers: Any, party: str | None, **more: Any) -> Answer:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"answers": answers, **more}
    return world.http("POST", f"/services/{service}/cases", body, party, key)


def required(world: World, *lacking: str) -> tuple[Case, Case]:
    """A matter about a licence that lacks these papers, and that licence."""
    original = original_of(world, without=lacking)
    case = matters.triaged(world, "requirement", about={"case": original.number})
    return case, original


# --- reasons -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "reason", "title"),
    [("zh-Hans", "理由", "许愿人的情况有变化"), ("en", "Reason", "Things have changed")],
)
def test_an_offer_lists_the_reasons_that_apply_with_their_titles(
    world: World, language: str, reason: str, title: str
) -> None:
    case = wishes.recorded(world)

    asked = offers(case, VETTER, language)["refer"]["details"]["properties"]

    assert asked["reason"]["title"] == reason and asked["text"]["title"]
    listed = choices(asked["reason"])
    assert listed["W10"].startswith(title) and "W9" not in listed


def test_a_reason_that_does_not_apply_is_refused_with_those_that_do(world: World) -> None:
    case = wishes.recorded(world)

    found = finding(case.attempt(VETTER, "refer", {**wishes.REFERRAL, "reason": "W9"}))

    assert found["pointer"] == "/details/reason"
    assert "W1 超出估价上限" in found["detail"] and "W9" not in found["detail"]
    assert found["params"]["allowedValues"] == list(
        choices(offers(case, VETTER)["refer"]["details"]["properties"]["reason"])
    )


def test_the_guide_lists_the_reasons_for_which_a_service_may_be_refused(world: World) -> None:
    guide = expect(world.http("GET", "/services/business-licence"), 200)

    titles = load_json("forms/business-licence/service.json")["reasons"]
    assert guide["reasons"] == {code: one["titles"]["zh-Hans"] for code, one in titles.items()}


@pytest.mark.parametrize(
    ("path", "party", "detail"),
    [
        ("/inbox?role=approver&node=jz", WINDOW, "您没有这一岗位"),
        ("/uploads", WINDOW, "须由事项发布人员办理"),
    ],
)
def test_whoever_may_not_read_is_told_who_may(
    world: World, path: str, party: str, detail: str
) -> None:
    answer = world.http("GET", path, None, party)

    assert (answer.status, answer.body["detail"]) == (403, detail)


# --- what stands in the way ----------------------------------------------------------------


def test_what_the_answers_do_not_allow_is_not_offered_and_refused_with_the_way_out(
    world: World,
) -> None:
    case = wishes.recorded(world, "over-the-ceiling")

    assert sorted(offers(case, VETTER)) == ["refer"]
    told = detail(case.attempt(VETTER, "publish", PUBLISHED), NotForThisCase)
    assert "不能超过500" in told and "“转其他渠道”" in told


def test_the_same_refusal_is_said_in_english(world: World) -> None:
    case = wishes.recorded(world, "over-the-ceiling")
    body = {"action": "publish", "details": PUBLISHED}
    headers = {"If-Match": f'"{case.view()["version"]}"', "Accept-Language": "en"}

    answer = world.http("POST", f"/cases/{case.number}/actions", body, VETTER, headers)

    assert "must be at most 500" in detail(answer, NotForThisCase)
    assert "Instead you may choose:" in answer.body["detail"]


def test_papers_that_are_missing_take_the_acceptance_off_the_list(world: World) -> None:
    case = original_of(world, without=("P3",))

    assert sorted(offers(case, VILLAGE)) == ["accept_with_gap", "incomplete", "not_accept"]
    told = detail(case.attempt(VILLAGE, "accept"), PapersIncomplete)
    assert "住所" in told and "“容缺受理”" in told


def test_what_was_done_once_is_offered_no_more(world: World) -> None:
    case = original_of(world, without=("P1", "P3"))
    case.do(VILLAGE, "incomplete", {"missing": [{"paper": "P1", "what": "未签字"}]})
    case.give("supply", ["P1", "P3"])

    assert "accept" in offers(case, VILLAGE) and "incomplete" not in offers(case, VILLAGE)


def test_a_conclusion_is_offered_when_enough_have_answered_and_refused_with_how_many(
    world: World,
) -> None:
    case = matters.triaged(world, "several")
    case.do(CHAIR, "convene", matters.asking(*HEADS))
    expect(case.alone(HEADS[0], "opine", matters.opinion()), 200)

    assert sorted(offers(case, CHAIR)) == ["convene"]
    answer = case.attempt(CHAIR, "conclude_solved", matters.SOLUTION)
    assert "须有2人发表意见，现有1人" in answer.body["detail"]

    expect(case.alone(HEADS[1], "opine", matters.opinion()), 200)
    assert "conclude_solved" in offers(case, CHAIR)


def test_whoever_withdraws_what_is_concluded_is_told_how_it_ended(world: World) -> None:
    case = original_of(world)
    case.decide("withdraw")
    headers = {"Receipt-Secret": case.secret}

    answer = world.http(
        "POST", f"/my/cases/{case.number}/actions", {"action": "withdraw"}, None, headers
    )

    assert detail(answer, Conflict).startswith("此件已办结：")
    assert "withdraw" not in acts(case, WINDOW)


def test_an_officer_is_offered_what_he_may_do_and_nothing_else(world: World) -> None:
    case = original_of(world)

    assert "accept" in offers(case, VILLAGE) and offers(case, EXAMINER) == {}
    assert acts(case, HEAD) == []
    case.do(VILLAGE, "accept")
    assert "extend" in acts(case, HEAD) and "extend" not in acts(case, VILLAGE)
    assert not {"rate", "disown"} & set(acts(case, VILLAGE))


# --- a paper that is waived ----------------------------------------------------------------


def test_only_a_paper_that_the_other_case_lacks_can_be_waived_and_it_is_named(
    world: World,
) -> None:
    case, original = required(world, "P3")

    paper = offers(case, TRIAGE)["waive"]["details"]["properties"]["paper"]
    assert list(choices(paper)) == ["P3"]
    found = finding(case.attempt(TRIAGE, "waive", {"paper": "P4", **TEXT}))
    assert found["pointer"] == "/details/paper" and found["params"]["allowedValues"] == ["P3"]
    assert "P3 住所（经营场所）使用证明" in found["detail"]
    assert "requirement_waived" not in case.happened()
    assert matters.says(case, "已协调解决") == []

    case.do(TRIAGE, "waive", {"paper": "P3", **TEXT})
    assert original.view()["papers"]["missing"] == []


def test_where_nothing_is_lacking_nothing_can_be_waived(world: World) -> None:
    case, _ = required(world)

    assert sorted(offers(case, TRIAGE)) == ["not_needed", "uphold"]
    told = detail(case.attempt(TRIAGE, "waive", {"paper": "P4", **TEXT}), NothingToWaive)
    assert "原办件现在不缺材料" in told and "“裁定确需，作说明”" in told


def test_without_a_case_that_it_is_about_nothing_can_be_waived(world: World) -> None:
    case = matters.triaged(world, "requirement")

    answer = case.attempt(TRIAGE, "waive", {"paper": "P3", **TEXT})

    assert "waive" not in offers(case, TRIAGE)
    assert refused(answer, NotForThisCase) or refused(answer, NothingToWaive)


# --- telephone calls -----------------------------------------------------------------------


def call_of(case: Case, party: str) -> dict[str, Any]:
    (found,) = (one for one in case.view(party)["tasks"] if one["kind"] == "call")
    task: dict[str, Any] = found
    return task


def not_understood(world: World, *texts: str) -> tuple[Case, str]:
    """A matter whose reporter has written what nobody understands."""
    phone = new_phone()
    case = coordinated(world, phone)
    for text in texts or ("请问好了没有", "还要多久？"):
        case.answer(phone, text)
    return case, phone


def test_who_must_telephone_sees_the_phone_the_script_and_what_was_written(world: World) -> None:
    case, phone = not_understood(world)

    task = call_of(case, matters.CALLER)

    assert task["title"] == "打电话问清：短信没看懂"
    assert task["call"]["phones"] == [phone]
    assert task["call"]["wrote"] == ["请问好了没有", "还要多久？"]
    assert task["call"]["script"].startswith("您好，我们没看懂您的短信回复")
    (offer,) = task["offers"]
    assert offer["title"] == "记下通话结果"
    asked = offer["details"]["properties"]
    assert [asked[name]["title"] for name in ("reached", "note")] == ["打通了没有", "通话情况"]


def test_what_a_phone_wrote_is_for_those_who_telephone_only(world: World) -> None:
    case, phone = not_understood(world)

    for party in (TRIAGE, CHAIR, "officer-zhou"):
        view = json.dumps(case.view(party), ensure_ascii=False)
        assert "还要多久" not in view and "call" not in call_of(case, party)
    assert "还要多久" not in json.dumps(case.mine(), ensure_ascii=False)
    assert "还要多久" in json.dumps(case.view(matters.CALLER), ensure_ascii=False)


def test_a_call_is_off_when_the_phone_has_answered_after_all(world: World) -> None:
    case, phone = not_understood(world)

    case.answer(phone, "2")

    case.stands("callback")
    assert call_of(case, TRIAGE)["state"] == "moot"


def test_a_call_is_not_off_because_another_phone_answered(world: World) -> None:
    phone, volunteer = new_phone(), new_phone()
    case = wishes.offered(world)
    expect(case.alone(FANG, "claim", {"name": "方志愿", "phone": volunteer}), 200)
    expect(case.alone(QIN, "claim", {"name": "秦志愿", "phone": phone}), 200)
    for text in ("你好", "在吗"):
        case.answer(phone, text)

    case.answer(volunteer, "0")

    assert call_of(case, GRID)["state"] == "open"
    assert call_of(case, GRID)["call"]["phones"] == [phone]


def test_a_call_about_a_text_is_off_when_the_case_is_closed(world: World) -> None:
    case, _ = not_understood(world)

    case.decide("solved")

    case.stands(ended=True)
    assert call_of(case, TRIAGE)["state"] == "moot"


def test_a_call_that_tells_the_news_says_which(world: World) -> None:
    it = example("old-man-with-agent")
    case = Case.submit(world, it["answers"], it["papers_needed"])

    task = call_of(case, WINDOW)

    assert task["title"].startswith("电话告知：")
    assert call_of(case, VILLAGE)["call"]["phones"] == ["07968000003"]


# --- why, in words -------------------------------------------------------------------------


def test_why_names_places_roles_people_and_what_they_can_do(world: World) -> None:
    case = wishes.claimed(world, FANG, QIN, BAI)

    told = why(case, VETTER)

    assert "等上村（示范）的志愿者办理“公布认领”：认领（自3月10日10:00起）" in told
    assert "吉州区（示范）的审核人员也可以办理：停止认领（人手已够）、撤下，转其他渠道。" in told
    assert "等方圆办理“认领”：退出认领、申请延期（一次）、报告已实现" in told
    assert "名额1个，已认领1个" in told and "候补2人：秦永、白雪梅。" in told
    words = told.partition("流程执行")[0]
    assert not [raw for raw in ("volunteer", "jz", "take_down", "claim", "T0") if raw in words]
    assert "On the waiting list (2): 秦永, 白雪梅." in why(case, VETTER, "en")


def test_why_says_who_holds_the_post_and_who_stands_in_today(world: World) -> None:
    case = matters.triaged(world, "several")
    assert "的会商召集人郭建平办理" in why(case, TRIAGE)

    world.publisher.handle({"absence": AWAY})
    world.house.directory.refresh()

    assert "的会商召集人郭建平（今天由宋玉兰代）办理" in why(case, TRIAGE)
    assert "(郭建平 (宋玉兰 stands in today))" in why(case, TRIAGE, "en")


def test_a_volunteer_sees_only_what_volunteers_may_do(world: World) -> None:
    case = wishes.claimed(world, FANG, QIN)

    own, mine = case.view(QIN)["tasks"]

    assert (own["kind"], own["actions"]) == ("pool", [])
    assert (mine["state"], mine["actions"]) == ("waiting", ["release"])
    (pool,) = case.view(BAI)["tasks"]
    assert pool["actions"] == ["claim"] == [one["action"] for one in pool["offers"]]
    inbox = expect(world.http("GET", f"/inbox?party={QIN}", None, QIN), 200)["tasks"]
    assert [one["actions"] for one in inbox] == [["release"]]


def test_permission_comes_before_the_precondition(world: World) -> None:
    case = wishes.offered(world)
    close = {"action": "close"}
    path = f"/cases/{case.number}/actions"

    assert refused(world.http("POST", path, close, FANG), NotPermitted)
    assert refused(world.http("POST", path, close, VETTER), PreconditionRequired)


def test_who_may_not_is_told_whose_it_is(world: World) -> None:
    case = original_of(world)
    case.do(VILLAGE, "accept")

    told = detail(case.attempt(VILLAGE, "propose_grant"), NotPermitted)
    assert told == "须由吉州区（示范）的审查人员办理"
    headers = {"If-Match": f'"{case.view()["version"]}"', "Accept-Language": "en"}
    body = {"action": "propose_grant"}
    answer = world.http("POST", f"/cases/{case.number}/actions", body, VILLAGE, headers)
    assert detail(answer, NotPermitted) == "This is for: examiner at Jizhou District (demo)"


def test_an_action_of_a_task_that_one_cannot_see_does_not_exist(world: World) -> None:
    case = wishes.fulfilled(world)

    answer = case.alone(FANG, "confirm", {"how": "signature"})

    assert finding(answer)["pointer"] == "/action"


# --- how a submission came -----------------------------------------------------------------


@pytest.mark.parametrize("channel", ["counter", "telephone"])
@pytest.mark.parametrize(("party", "role"), [(TRIAGE, "triage"), (WINDOW, "acceptor")])
def test_the_windows_own_officers_record_visitors_and_callers(
    world: World, channel: str, party: str, role: str
) -> None:
    receipt = expect(submitted(world, "blocked", matters.answers(), party, channel=channel), 201)

    case = Case(world, receipt["case"], receipt["secret"], TRIAGE)
    world.settle()
    assert case.view()["events"][0]["actor"] == {"party": party, "as": role}


def test_who_may_not_record_is_told_who_may(world: World) -> None:
    answers = matters.answers()

    answer = submitted(world, "blocked", answers, EXAMINER, channel="counter")
    assert detail(answer, NotPermitted) == "此渠道由分派人员、受理人员登记"
    report = matters.example_of("conduct-report", "least")
    answer = submitted(world, "conduct-report", report, WINDOW, channel="counter")
    assert detail(answer, NotPermitted) == "此渠道由分派人员登记"


def test_an_officer_must_say_how_it_came(world: World) -> None:
    answers = wishes.answers()

    found = finding(submitted(world, "micro-wish", answers, GRID))
    assert (found["pointer"], found["keyword"]) == ("/channel", "required")
    assert "outreach" in found["detail"]

    receipt = expect(submitted(world, "micro-wish", answers, GRID, channel="outreach"), 201)
    case = Case(world, receipt["case"], receipt["secret"], GRID)
    assert case.view()["events"][0]["actor"]["as"] == "grid-worker"
    expect(submitted(world, "micro-wish", answers, None), 201)


def test_nobody_visits_without_signing_in(world: World) -> None:
    answer = submitted(world, "micro-wish", wishes.answers(), None, channel="outreach")

    assert refused(answer, NotIdentified)


# --- absences ------------------------------------------------------------------------------


def test_an_absence_can_be_taken_back(world: World) -> None:
    case = matters.triaged(world, "several")
    world.publisher.handle({"absence": AWAY})
    world.house.directory.refresh()
    assert "convene" in offers(case, STAND_IN)

    taken = {"party": CHAIR, "from": AWAY["from"], "cancel": True}
    assert world.publisher.handle({"absence": taken})["cancelled"] is True
    world.house.directory.refresh()

    path = f"/cases/{case.number}"
    assert world.http("GET", path, None, STAND_IN).status == 404
    assert "今天由" not in why(case, TRIAGE)
    world.publisher.handle({"absence": AWAY})
    world.house.directory.refresh()
    assert "convene" in offers(case, STAND_IN)


def test_an_absence_that_there_is_not_cannot_be_taken_back(world: World) -> None:
    wrong = {"party": CHAIR, "from": "2026-01-01", "cancel": True}

    with pytest.raises(seeding.InvalidAbsence, match="no absence that begins on 2026-01-01"):
        world.publisher.handle({"absence": wrong})


# --- texts ---------------------------------------------------------------------------------


def test_a_long_text_may_have_lines_and_a_blank_one_is_told_so(world: World) -> None:
    case = original_of(world)
    headers = {"Receipt-Secret": case.secret}
    path = f"/my/cases/{case.number}/actions"

    case.decide("comment", {"text": "请下午联系。\n谢谢！"})

    blank = {"action": "comment", "details": {"text": " \u3000\n "}}
    assert finding(world.http("POST", path, blank, None, headers))["detail"] == "不能为空"
    blank = {**matters.answers(), "told": "  "}
    assert finding(submitted(world, "blocked", blank, None))["detail"] == "不能为空"


def test_what_goes_into_a_text_message_stays_one_line(world: World) -> None:
    case = wishes.recorded(world)

    found = finding(case.attempt(VETTER, "refer", {**wishes.REFERRAL, "right_door": "民政\n救助"}))

    assert (found["pointer"], found["detail"]) == ("/details/right_door", "格式不对")


def test_nobody_is_told_that_something_was_done_which_was_not(world: World) -> None:
    case = matters.triaged(world, "attitude", "redo")

    (text,) = matters.says(case, "换人办理")
    assert "核实" not in text and "原事项" not in text
    case.do(matters.UNIT_HEAD, "answered", {"text": "已当面致歉。"})
    case.do(matters.TOWN, "redone", {"text": "已在镇里办好。"})
    (text,) = matters.says(case, "已协调解决")
    due = case.due("confirming")
    assert "原事项" not in text and f"{due.month}月{due.day}日前没回复" in text


def test_a_code_counts_among_other_words_and_not_among_words_against_it(world: World) -> None:
    phone = new_phone()
    case = fulfilled(world, phone)
    code = code_of(case, phone)

    for text in (f"没有实现 {code}", f"{code} {code}", f"{code}1", "实现了"):
        case.answer(phone, text)
        case.stands("confirm")
    case.answer(phone, f"实现了，{code}。谢谢")

    case.stands(ended=True, result="fulfilled")


def test_a_good_rating_is_thanked_and_asked_for_no_more(world: World) -> None:
    phone = new_phone()
    case = refused_licence(world, phone)
    assert "rate" in [one["action"] for one in case.mine()["actions"]]

    case.answer(phone, "5")

    assert said(case, phone, THANKS) == 1
    assert "rate" not in [one["action"] for one in case.mine()["actions"]]


def test_what_is_answered_by_a_text_of_its_own_is_not_thanked_twice(world: World) -> None:
    phone = new_phone()
    case = refused_licence(world, phone)

    case.answer(phone, "1")

    assert said(case, phone, THANKS) == 0
    assert said(case, phone, "您的评价已转整改") == 1


# --- who can be asked ----------------------------------------------------------------------


def test_who_convenes_chooses_from_those_who_hold_the_post(world: World) -> None:
    case = matters.triaged(world, "several")

    asked = offers(case, CHAIR)["convene"]["details"]["properties"]["participants"]

    people = choices(asked["items"]["properties"]["party"])
    assert set(people) == set(HEADS) and people[HEADS[0]] == "董志强"


@pytest.mark.parametrize(
    ("party", "keyword", "told"),
    [
        ("nobody-there", "party", "没有这个人"),
        (matters.CALLER, "role", "何丽不是吉州区（示范）的科室负责人"),
    ],
)
def test_somebody_unknown_is_refused_otherwise_than_somebody_without_the_post(
    world: World, party: str, keyword: str, told: str
) -> None:
    case = matters.triaged(world, "several")

    found = finding(case.attempt(CHAIR, "convene", matters.asking(HEADS[0], party)))

    assert (found["keyword"], found["detail"]) == (keyword, told)


def test_no_two_fields_of_one_action_have_the_same_title(world: World) -> None:
    case = matters.triaged(world, "several")
    case.do(CHAIR, "convene", matters.asking(*HEADS))

    asked = offers(case, HEADS[0])["opine"]["details"]["properties"]

    titles = [one["title"] for one in asked.values()]
    assert len(titles) == len(set(titles)) == 3


def test_the_limit_of_the_law_is_called_that_of_the_decision(world: World) -> None:
    case = original_of(world)
    case.do(VILLAGE, "accept")

    titles = {one["clock"]: one["title"] for one in case.mine()["clocks"]}

    assert titles["statutory"] == "法定决定时限"
    english = {one["clock"]: one["title"] for one in case.mine("en")["clocks"]}
    assert english["statutory"] == "Statutory limit for the decision"


# --- requests that cannot be read ----------------------------------------------------------


def test_a_version_that_is_none_is_no_stale_view(world: World) -> None:
    case = original_of(world)
    path = f"/cases/{case.number}/actions"

    for value in ("abc", "*", '"1", "2"', '"-1"'):
        headers = {"If-Match": value}
        answer = world.http("POST", path, {"action": "accept"}, VILLAGE, headers)
        assert "ETag" in detail(answer, BadRequest)


def test_a_name_that_stands_twice_is_named(world: World) -> None:
    raw = b'{"answers": {"kind": "goods", "kind": "service"}}'

    answer = world.http("POST", "/services/micro-wish/cases", None, None, raw=raw)

    assert detail(answer, Malformed) == "名称重复：kind"


# --- commands ------------------------------------------------------------------------------


def delivered(at: str, notice: str, about: int) -> dict[str, Any]:
    return {
        "type": "notice_delivered",
        "at": at,
        "data": json.dumps({"notice": notice, "about": about}),
    }


def text_message(phone: str, text: str, reference: str) -> dict[str, Any]:
    attributes = {"reference": {"DataType": "String", "StringValue": reference}}
    return {"PhoneNumber": f"+86{phone}", "Message": text, "MessageAttributes": attributes}


def test_the_messages_sent_are_listed_in_the_order_of_time() -> None:
    case, stranger = "1234567894", "ab" * 32
    rows = {
        f"case#{case}": [
            delivered("2026-03-10T02:00:00.000Z", "received", 1),
            delivered("2026-03-12T02:00:00.000Z", "accepted", 4),
        ],
        f"inbound#{stranger}": [{"at": "2026-03-11T02:00:00.000Z"}],
    }
    messages = [
        text_message("13800000001", "第三", f"notice#00004#accepted{case}"),
        text_message("13800000001", "第一", f"notice#00001#received{case}"),
        text_message("13900000002", "第二", f"stranger-{stranger}"),
        text_message("13900000002", "还没记下", f"notice#00009#rate{case}"),
    ]

    found = sent.in_order(messages, [], lambda pk: rows[pk])

    assert [one.text for one in found] == ["第一", "第二", "第三", "还没记下"]
    assert found[0].line() == "03-10 10:00  SMS     13800000001  第一"
    assert [one.text for one in sent.chosen(found, "13900000002", None)] == ["第二", "还没记下"]
    assert [one.text for one in sent.chosen(found, None, 1)] == ["还没记下"]


@pytest.mark.parametrize(
    ("command", "given", "told"),
    [
        (local.tick, {"now": None, "case": "123"}, "--case 1234567894"),
        (local.tick, {"now": "9999-12-31T02:00:00Z", "case": None}, "between 2000 and 2100"),
        (local.tick, {"now": "tomorrow", "case": None}, "a moment such as"),
        (local.why, {"case": ""}, "say which case: make why CASE=1234567894"),
        (local.away, {"party": CHAIR, "first": "soon", "cancel": True}, "--from takes a day"),
        (
            local.away,
            {"party": CHAIR, "first": "2026-03-10", "last": None, "because": "x", "cancel": False},
            "--to and --because",
        ),
    ],
)
def test_a_command_that_is_typed_wrongly_says_how_to_type_it(
    command: Any, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(CommandRefused, match=told):
        command(argparse.Namespace(**given))


def test_the_plays_ask_nobody_on_the_phone_of_the_walk(world: World) -> None:
    case = plays.submitted(world)

    assert world.messages(MOBILE) == []
    assert any(case.number in one.text for one in world.notifier.sent)
