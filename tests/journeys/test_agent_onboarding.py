"""A village's agent: nominated, appointed, trained, examined, publicised, on post, dismissed."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.errors import AlreadyDecided, PapersIncomplete, SeparationOfDuty
from infra.player import Answer, Case, Front, a_phone, expect
from tests.journeys.people import example
from tests.world import World, load_json

SERVICE = "agent-onboarding"
VILLAGE, TOWN, HALL = "officer-li", "officer-wang", "officer-zhao"
LEAD, TRAINER, EXAMINER = "officer-rao", "officer-ke", "officer-nong"
SUPERVISOR, HEAD, SECOND = "officer-zhou", "officer-xu", "officer-zheng"
NEW = "agent-yuan"
PHONE = "13800000131"
PLACE = "jz-t1-v1"
TRAINED = {"hours": 12, "done_on": "2026-03-20", "topics": ["law", "items", "privacy"]}
PASSED = {"score": 86, "on": "2026-03-23"}
FAILED = {"score": 52, "on": "2026-03-23", "weak": "个人信息保护那一部分"}
UP = {"where": "上村村务公开栏", "on": "2026-03-24", "proof": "照片0324"}
OBJECTION = {
    "came": "letter",
    "on": "2026-03-26",
    "what": "她长期不在村里。",
    "book": "登记册第4号",
}
FINDING = "走访了十二户，她每天都在村里。"
POST = {"party": NEW, "pledge": True, "badge": "上代012", "board": "村便民服务站门口"}
DISMISSAL = {"reason": "F1", "text": "本人要外出打工，已书面辞职。", "badge_back": True}


def answers(**candidate: Any) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{SERVICE}/examples/pass/villager.json")["answers"]
    made = deepcopy(found)
    made["candidate"] |= candidate
    return made


def nominated(
    front: Front, by: str = VILLAGE, papers: Iterable[str] = ("A1", "A2"), phone: str = PHONE
) -> Case:
    given, where = answers(phone=phone), {"channel": "counter", "site": PLACE}
    return Case.submit(front, given, list(papers), by, SERVICE, HALL, **where)


def examined(front: Front, **more: Any) -> Case:
    """A nomination that waits for the examination."""
    case = nominated(front, **more)
    case.do(LEAD, "appoint", {"talked": "visit"})
    case.do(TRAINER, "trained", TRAINED)
    return case


def publicised(front: Front, **more: Any) -> Case:
    case = examined(front, **more)
    case.do(EXAMINER, "passed", PASSED)
    case.do(VILLAGE, "put_up", UP)
    return case


def on_post(front: Front, **more: Any) -> Case:
    case = publicised(front, **more)
    case.after(case.due("publicity"))
    case.do(LEAD, "post", POST)
    return case


def carried_out(world: World) -> None:
    """The publisher function deals with what was ordered; the worker looks a minute later."""
    world.settle()
    world.publisher.handle({"uploads": {}})
    world.tick(world.moment + world.minutes(1))
    world.house.directory.refresh()


def roles(world: World, party: str = NEW) -> set[tuple[str, str]]:
    """(role, node) of what somebody holds today."""
    world.house.directory.refresh()
    found, today = world.house.directory.party(party), world.house.today()
    return {(one.role, one.node) for one in found.grants if one.holds_on(today)} if found else set()


def held_by(world: World, party: str, role: str, node: str = "jz-t1") -> None:
    """Somebody holds one more role, as in a small town."""
    given = {"party": party, "role": role, "node": node, "from": "2020-01-01", "to": "2030-12-31"}
    world.publisher.handle({"directory": {"grants": [given]}})
    world.house.directory.refresh()


def barred(answer: Answer) -> bool:
    return answer.status == 409 and answer.body["type"].endswith(SeparationOfDuty.slug)


def texts(case: Case, phone: str = PHONE) -> list[str]:
    return [text for text in case.front.messages(phone) if case.number in text]


def said(case: Case, document: str) -> str:
    found = [one["body"] for one in case.mine()["documents"] if one["document"] == document]
    return str(found[-1])


def counted(case: Case, kind: str) -> Mapping[str, Any]:
    found = [one for one in case.view()["events"] if one["type"] == kind][-1]
    counts: Mapping[str, Any] = found["data"]["counts"]
    return counts


def open_tasks(case: Case) -> set[tuple[str, str]]:
    tasks = case.view()["tasks"]
    return {(one["kind"], one["role"]) for one in tasks if one["state"] == "open"}


def test_who_is_nominated_trained_examined_and_publicised_takes_up_the_post(front: Front) -> None:
    phone = a_phone()
    case = nominated(front, phone=phone)
    case.stands("appoint", status="received", channel="counter", site=PLACE)

    case.do(LEAD, "appoint", {"talked": "visit"})
    case.do(TRAINER, "trained", TRAINED)
    case.do(EXAMINER, "passed", PASSED)
    case.do(VILLAGE, "put_up", UP)
    case.stands("publicity", status="published")
    until = case.due("publicity") + timedelta(hours=8)
    case.after(case.due("publicity"))
    case.stands("post")
    case.do(LEAD, "post", POST)

    case.stands(ended=True, result="on_post", status="granted")
    ways = ["nominated", "appointed", "trained", "exam_passed", "publicised", "publicity_over"]
    assert case.happened()[:7] == [*ways, "on_post"]
    kinds = [one["document"] for one in case.mine()["documents"]]
    assert kinds == ["nomination", "announcement", "letter"]
    for words in ("被推荐为代办员", f"公示到{until.month}月{until.day}日", "您已上岗，任期三年"):
        assert len([text for text in texts(case, phone) if words in text]) == 1
    assert counted(case, "exam_passed") == {"score": 86}


def test_the_new_agent_holds_the_role_for_three_years_and_acts_for_somebody_else(
    world: World,
) -> None:
    case = on_post(world)
    assert roles(world) == set()

    carried_out(world)

    assert roles(world) == {("agent", PLACE)}
    (event,) = [one for one in case.view()["events"] if one["type"] == "role_granted"]
    first = world.house.today()
    last = first.replace(year=first.year + 3) - timedelta(days=1)
    assert event["data"]["to"] == last.isoformat()
    it = example("old-man-with-agent")
    theirs = Case.submit(world, it["answers"], it["papers_needed"], NEW, channel="agent")
    view = theirs.stands("receive", channel="agent", site=PLACE)
    both = {"party": NEW, "as": "agent", "principal": "applicant"}
    assert view["events"][0]["actor"] == both
    assert "by_agent" in [one["notice"] for one in view["notices"]]
    history = expect(world.http("GET", f"/services/{SERVICE}/history", None, SECOND), 200)
    (noted,) = [one for one in history["history"] if one["do"] == "grant_role"]
    assert (noted["by"], noted["party"], noted["case"]) == (LEAD, NEW, case.number)


def test_before_the_post_and_after_the_term_nobody_is_an_agent(world: World) -> None:
    it, outside = example("old-man-with-agent"), "/services/business-licence/cases"
    body = {"answers": it["answers"], "channel": "agent", "site": PLACE}
    case = publicised(world)
    assert world.http("POST", outside, body, NEW).status == 403
    case.after(case.due("publicity"))
    case.do(LEAD, "post", POST)
    carried_out(world)
    assert roles(world) == {("agent", PLACE)}

    world.moment += timedelta(days=3 * 365 + 2)

    assert roles(world) == set()
    assert world.http("POST", outside, body, NEW).status == 403


def test_a_dismissal_says_why_and_takes_the_role_back_the_same_day(world: World) -> None:
    case = on_post(world)
    carried_out(world)
    assert ("side", "agent-lead") in open_tasks(case)
    assert case.attempt(LEAD, "dismiss", {**DISMISSAL, "party": NEW, "reason": "A2"}).status == 422

    case.do(LEAD, "dismiss", {**DISMISSAL, "party": NEW})
    carried_out(world)

    assert roles(world) == set()
    assert case.happened()[-2:] == ["dismissed", "role_revoked"]
    case.stands(ended=True, result="on_post")
    assert "本人辞职" in said(case, "dismissal") and "外出打工" in said(case, "dismissal")
    assert "已免职：本人辞职" in texts(case)[-1]
    assert open_tasks(case) == set()


def test_where_no_operator_has_allowed_it_no_role_is_given_until_it_is_done_once_more(
    world: World,
) -> None:
    region = load_json("infra/seed/directory.json")
    nobody = {"nodes": region["nodes"], "grantable": [{"role": "agent", "services": []}]}
    world.publisher.handle({"directory": nobody})
    case = on_post(world)

    carried_out(world)

    assert roles(world) == set()
    assert case.happened()[-1] == "role_not_granted"
    assert ("escalation", "acceptor") in open_tasks(case)
    world.publisher.handle({"directory": {**nobody, "grantable": region["grantable"]}})
    again = {"party": NEW, "why": "运行人员已允许"}
    case.do(LEAD, "post_again", again)
    carried_out(world)
    assert roles(world) == {("agent", PLACE)}
    assert ("side", "agent-lead") in open_tasks(case)


def test_a_role_given_to_a_wrong_id_is_taken_back_and_the_office_goes_on(world: World) -> None:
    case = publicised(world)
    case.after(case.due("publicity"))
    case.do(LEAD, "post", {**POST, "party": "agent-yaun"})
    carried_out(world)
    assert roles(world, "agent-yaun") == {("agent", PLACE)}

    case.do(LEAD, "take_back", {"party": "agent-yaun", "why": "写错了"})
    case.do(LEAD, "post_again", {"party": NEW, "why": "写错了"})
    carried_out(world)

    assert (roles(world, "agent-yaun"), roles(world)) == (set(), {("agent", PLACE)})
    case.do(LEAD, "dismiss", {**DISMISSAL, "party": NEW})
    carried_out(world)
    assert roles(world) == set()


def test_no_officer_can_be_made_an_agent_by_this_and_the_pledge_is_signed(world: World) -> None:
    case = publicised(world)
    case.after(case.due("publicity"))

    for wrong in ({"party": EXAMINER}, {"party": "袁小兰"}, {"pledge": False}):
        answer = case.attempt(LEAD, "post", {**POST, **wrong})
        pointers = {one["pointer"] for one in expect(answer, 422)["errors"]}
        assert pointers == {f"/details/{name}" for name in wrong}
    case.stands("post")


def test_who_registers_does_not_appoint_and_who_appoints_or_trains_does_not_examine(
    world: World,
) -> None:
    for party, role in [
        (TOWN, "agent-lead"),
        (LEAD, "agent-examiner"),
        (TRAINER, "agent-examiner"),
    ]:
        held_by(world, party, role)
    held_by(world, EXAMINER, "agent-lead")
    case = nominated(world, by=TOWN)
    assert barred(case.attempt(TOWN, "appoint", {"talked": "visit"}))

    case.do(LEAD, "appoint", {"talked": "visit"})
    assert case.attempt(LEAD, "trained", TRAINED).status == 403
    case.do(TRAINER, "trained", TRAINED)
    for party in (LEAD, TRAINER):
        assert barred(case.attempt(party, "passed", PASSED))
    case.do(EXAMINER, "passed", PASSED)
    case.do(VILLAGE, "put_up", UP)
    case.after(case.due("publicity"))

    assert barred(case.attempt(EXAMINER, "post", POST))
    case.do(LEAD, "post", POST)


def test_an_objection_that_is_not_upheld_begins_the_publicity_anew(world: World) -> None:
    case = publicised(world)
    first = case.due("publicity")
    case.after(first - timedelta(days=2))

    case.do(VILLAGE, "object", OBJECTION)
    case.stands("inquire", status="in_progress")
    case.decide("explain", {"text": "我每天都在。"})
    case.after(first)
    case.stands("inquire")
    case.do(SUPERVISOR, "reject", {"finding": FINDING, "told": "visit"})

    case.stands("publicity")
    assert case.due("publicity") >= world.moment + timedelta(days=6)
    assert "经核查不成立" in said(case, "announced_again")
    case.after(case.due("publicity"))
    case.do(LEAD, "post", POST)
    case.stands(ended=True, result="on_post")
    told = json.dumps(case.mine(), ensure_ascii=False)
    assert "登记册第4号" not in told and OBJECTION["what"] not in told


def test_an_objection_that_is_upheld_ends_it_with_its_reason_and_no_role(world: World) -> None:
    case = publicised(world)
    case.do(VILLAGE, "object", OBJECTION)
    found = {"finding": "户籍和邻居都说住在县城。", "text": "人选常年不住在本村。"}
    assert case.attempt(LEAD, "uphold", {**found, "reason": "D1"}).status == 403

    case.do(SUPERVISOR, "uphold", {**found, "reason": "D1"})
    carried_out(world)

    case.stands(ended=True, result="objection_upheld", status="refused")
    paper = said(case, "refusal")
    assert "因经核查不符合条件" in paper and "常年不住在本村" in paper and "复核" in paper
    assert "没有聘用：经核查不符合条件" in texts(case)[-1]
    assert roles(world) == set() and open_tasks(case) == set()
    refused = case.attempt(LEAD, "dismiss", {**DISMISSAL, "party": "agent-deng"})
    assert [one["pointer"] for one in expect(refused, 422)["errors"]] == ["/action"]
    assert roles(world, "agent-deng") == {("agent", PLACE)}


def test_there_is_one_resit(world: World) -> None:
    passes, fails = examined(world), examined(world)
    assert passes.attempt(EXAMINER, "passed", {**PASSED, "score": 59}).status == 422

    for case in (passes, fails):
        case.do(EXAMINER, "failed", FAILED)
        case.stands("resit")
        assert "没有及格" in texts(case)[-1]
    passes.do(EXAMINER, "passed", {**PASSED, "score": 60})
    fails.do(EXAMINER, "failed_again", {"reason": "C1", "text": "补考48分。", "score": 48})

    passes.stands("put-up")
    fails.stands(ended=True, result="not_passed", status="refused")
    assert "因补考不合格" in said(fails, "refusal")
    assert [counted(fails, one) for one in ("exam_failed", "exam_failed_again")] == [
        {"score": 52},
        {"score": 48},
    ]


def test_a_nomination_needs_its_minutes_and_a_vote_that_carried(world: World) -> None:
    case = nominated(world, papers=["A2"])
    answer = case.attempt(LEAD, "appoint", {"talked": "voice"})
    assert answer.status == 409 and answer.body["type"].endswith(PapersIncomplete.slug)
    case.do(VILLAGE, "record_papers", {"papers": [{"paper": "A1", "reference": "记录0306"}]})
    case.do(LEAD, "appoint", {"talked": "voice"})

    lost = answers()
    lost["meeting"] |= {"present": 20, "votes": 10}
    body = {"answers": lost, "channel": "counter", "site": PLACE}
    refused = world.http("POST", f"/services/{SERVICE}/cases", body, VILLAGE)
    (error,) = expect(refused, 422)["errors"]
    assert (error["pointer"], error["keyword"]) == ("/answers/meeting/valid", "const")


def test_it_is_registered_at_a_window_and_for_a_village(world: World) -> None:
    path, body = f"/services/{SERVICE}/cases", {"answers": answers()}

    (error,) = expect(world.http("POST", path, body), 422)["errors"]
    assert error["pointer"] == "/channel"
    at_the_town = {**body, "channel": "counter"}
    assert world.http("POST", path, at_the_town, TOWN).status == 422
    assert world.http("POST", path, at_the_town, EXAMINER).status == 403
    nominated(world, by=TOWN).stands("appoint", site=PLACE)


def test_who_does_not_want_it_says_so_by_one_digit(world: World) -> None:
    case = nominated(world)

    case.answer(PHONE, "9")

    case.stands(ended=True, result="withdrawn", status="withdrawn")
    answer = case.attempt(LEAD, "appoint", {"talked": "visit"})
    assert answer.status == 409 and answer.body["type"].endswith(AlreadyDecided.slug)


@pytest.mark.parametrize(
    ("clock", "steps"),
    [
        ("appointing", []),
        ("training", [(LEAD, "appoint", {"talked": "visit"})]),
        ("examining", [(LEAD, "appoint", {"talked": "visit"}), (TRAINER, "trained", TRAINED)]),
    ],
)
def test_what_the_town_does_late_is_escalated_and_the_candidate_hears_of_it(
    world: World, clock: str, steps: list[tuple[str, str, Mapping[str, Any]]]
) -> None:
    case = nominated(world)
    for party, action, details in steps:
        case.do(party, action, details)

    case.after(case.due(clock))

    assert ("escalation", "head") in open_tasks(case)
    assert "有一项时限已到" in texts(case)[-1]


def test_before_the_term_ends_the_town_is_reminded_and_notes_the_next_one(world: World) -> None:
    case = on_post(world)
    carried_out(world)

    case.after(case.due("renewal"))

    assert ("escalation", "agent-lead") in open_tasks(case)
    assert roles(world) == {("agent", PLACE)}
    case.do(LEAD, "renewed", {"case": case.number})
    assert roles(world) == {("agent", PLACE)}


def test_the_telephone_and_the_age_are_not_for_the_examiner(world: World) -> None:
    case = nominated(world)

    shown = case.view(EXAMINER)

    assert shown["withheld"] == ["/candidate/phone", "/candidate/age"]
    assert PHONE not in json.dumps(shown["answers"], ensure_ascii=False)
