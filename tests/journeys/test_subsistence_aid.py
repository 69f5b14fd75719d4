"""Subsistence aid: visited by two, reviewed by villagers, publicised for seven days, confirmed."""

from datetime import timedelta
from typing import Any

from chalicelib.platform.errors import NotYet
from infra.player import Case, Front, expect
from tests.journeys.matters import refused_as
from tests.journeys.people import AGENT, SUPERVISOR, VILLAGE
from tests.world import World, load_json

LEAD, CHECKERS, CHAIR = "officer-qiu", ("officer-tan", "officer-wan"), "officer-duan"
VILLAGERS = ("villager-xie", "villager-liao", "villager-xiong", "villager-yi")
APPROVER, HEAD, PAYER = "officer-hou", "officer-shao", "officer-long"
PHONE = "13800000051"
SIGNED = {"visited": "2026-03-12", "persons": 3, "text": "一间砖房，妻子卧床，孩子上学。"}
CHECKED = {"per_head": 100, "persons": 3, "fits": True, "text": "情况属实，人均月收入100元。"}
POSTED = {"text": "拟确认：洪大山户，三人。", "where": "上村公示栏"}
GRANTED = {"licence": "吉民保〔2026〕51号", "persons": 3, "monthly": 960, "from": "2026-04-01"}
PAID = {"month": "2026-04", "proof": "批次2026-04-02"}
OBJECTION = {"how": "anonymous", "text": "说他儿子在外打工，没有报收入。"}
REFUSED = {"reason": "J1", "text": "重新核查后人均收入超过标准。"}


def submitted(
    front: Front,
    name: str = "family-with-an-illness",
    party: str | None = None,
    without: tuple[str, ...] = (),
    **more: Any,
) -> Case:
    it = load_json(f"forms/subsistence-aid/examples/pass/{name}.json")
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, it["answers"], papers, party, "subsistence-aid", LEAD, **more)


def called(*parties: str) -> dict[str, Any]:
    return {"participants": [{"party": one} for one in parties], "on": "2026-03-12"}


def accepted(front: Front) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    case.stands("check", status="in_progress")
    return case


def visited(case: Case) -> None:
    case.do(LEAD, "assign", called(*CHECKERS))
    for one in CHECKERS:
        expect(case.alone(one, "sign", SIGNED), 200)
    case.do(LEAD, "checked", CHECKED)
    case.stands("meeting")


def heard(case: Case, *villagers: str) -> None:
    case.do(CHAIR, "convene", called(*VILLAGERS))
    for one in villagers:
        expect(case.alone(one, "opine", {"view": "true", "text": "确实困难。"}), 200)


def reviewed(front: Front) -> Case:
    case = accepted(front)
    visited(case)
    heard(case, *VILLAGERS[:3])
    case.do(CHAIR, "agree", {"text": "三名代表都说属实。"})
    case.stands("publicity", status="published")
    return case


def publicised(front: Front) -> Case:
    case = reviewed(front)
    case.do(LEAD, "post", POSTED)
    case.after(case.due("publicity"))
    case.stands("decide")
    return case


def texts(case: Case) -> list[str]:
    return [text for text in case.front.messages(PHONE) if case.number in text]


def told(case: Case, words: str) -> bool:
    return any(words in text for text in texts(case))


def test_a_household_is_visited_reviewed_publicised_confirmed_and_paid(front: Front) -> None:
    case = publicised(front)

    case.do(APPROVER, "grant", GRANTED)
    case.do(PAYER, "paid", PAID)

    case.stands(ended=True, result="granted", status="delivered")
    happened = [one for one in case.happened() if one != "overdue"]
    assert happened == [
        *["received", "accepted", "visit_assigned", "visit_signed", "visit_signed", "checked"],
        *["convened", "opinion_given", "opinion_given", "opinion_given", "review_agreed"],
        *["posted", "publicity_over", "granted", "paid", "closed"],
    ]
    assert [one["document"] for one in case.mine()["documents"]] == [
        *["receipt", "acceptance", "review", "publicity", "grant"]
    ]
    for words in ("已受理", "看证件", "已公示到", "已确认", "第一笔已发到"):
        assert told(case, words), words


def test_no_text_message_says_which_aid_it_is_or_names_anybody(front: Front) -> None:
    case = publicised(front)
    case.do(APPROVER, "grant", GRANTED)

    said = "".join(texts(case))

    assert "救助申请" in said
    for words in ("低保", "最低生活", "洪大山", "李秀兰", "上村二组", "重病"):
        assert words not in said


def test_one_signature_is_not_enough_and_one_officer_cannot_be_sent_alone(world: World) -> None:
    case = accepted(world)
    assert case.attempt(LEAD, "assign", called(CHECKERS[0])).status == 422
    twice = case.attempt(LEAD, "assign", called(CHECKERS[0], CHECKERS[0]))
    assert [one["pointer"] for one in twice.body["errors"]] == ["/details/participants"]
    assert case.attempt(LEAD, "assign", called(CHECKERS[0], VILLAGERS[0])).status == 422
    case.do(LEAD, "assign", called(*CHECKERS))
    expect(case.alone(CHECKERS[0], "sign", SIGNED), 200)

    assert refused_as(case.attempt(LEAD, "checked", CHECKED), NotYet)

    expect(case.alone(CHECKERS[1], "sign", SIGNED), 200)
    case.do(LEAD, "checked", CHECKED)
    case.stands("meeting")


def test_a_conclusion_needs_three_opinions_and_is_one(world: World) -> None:
    case = accepted(world)
    visited(case)
    heard(case, *VILLAGERS[:2])
    assert refused_as(case.attempt(CHAIR, "agree", {"text": "属实"}), NotYet)
    assert refused_as(case.attempt(CHAIR, "disagree", {"text": "不属实"}), NotYet)

    expect(case.alone(VILLAGERS[2], "opine", {"view": "unknown"}), 200)
    case.do(CHAIR, "agree", {"text": "多数属实。"})

    case.stands("publicity")
    assert case.alone(VILLAGERS[3], "opine", {"view": "true"}).status == 409


def test_a_meeting_that_comes_to_nothing_is_escalated_and_goes_back_to_the_visit(
    world: World,
) -> None:
    case = accepted(world)
    visited(case)
    heard(case, VILLAGERS[0])

    case.after(case.due("meeting"))

    assert "overdue" in case.happened()
    assert refused_as(case.attempt(CHAIR, "agree", {"text": "属实"}), NotYet)
    case.do(CHAIR, "back", {"why": "代表都说不清楚，请再入户"})
    case.stands("check")


def test_who_gives_an_opinion_reads_nothing_of_the_case(world: World) -> None:
    case = accepted(world)
    visited(case)
    heard(case)

    seen = expect(world.http("GET", f"/cases/{case.number}", None, VILLAGERS[0]), 200)

    assert "answers" not in seen
    assert [task["actions"] for task in seen["tasks"]] and "洪大山" not in str(seen)


def test_what_is_posted_names_no_address_no_family_and_no_number(world: World) -> None:
    case = reviewed(world)
    for words in ("洪大山户，住上村二组5号", "洪大山、李秀兰户", "洪大山户，13800000051"):
        refused = case.attempt(LEAD, "post", POSTED | {"text": words})
        assert [one["keyword"] for one in refused.body["errors"]] == ["hides"], words

    case.do(LEAD, "post", POSTED)

    body = case.mine()["documents"][-1]["body"]
    assert POSTED["text"] in body and "七天" in body and "0796-8223456" in body


def test_seven_days_must_pass_and_nothing_begins_before_it_is_posted(world: World) -> None:
    case = reviewed(world)
    assert "publicity" not in [one["clock"] for one in case.mine()["clocks"]]
    assert case.attempt(LEAD, "object", OBJECTION).status == 409

    case.do(LEAD, "post", POSTED)
    assert (case.due("publicity").date() - world.moment.date()).days >= 7
    world.tick(case.due("publicity") - timedelta(hours=1), case.number)
    case.stands("publicity")
    case.after(case.due("publicity"))

    case.stands("decide")


def test_who_objects_sets_off_a_new_visit_and_a_new_review(world: World) -> None:
    case = reviewed(world)
    case.do(LEAD, "post", POSTED)

    case.do(LEAD, "object", OBJECTION)

    case.stands("check")
    assert told(case, "有人提出异议") and not told(case, "儿子")
    visited(case)
    assert refused_as(case.attempt(CHAIR, "agree", {"text": "属实"}), NotYet)
    heard(case, *VILLAGERS[:3])
    case.do(CHAIR, "disagree", {"text": "收入没有报全。"})
    case.do(APPROVER, "refuse", REFUSED)
    case.stands(ended=True, result="refused", status="refused")
    body = case.mine()["documents"][-1]["body"]
    assert all(words in body for words in (REFUSED["text"], "第九条", "行政复议", "行政诉讼"))


def test_thirty_working_days_are_the_limit_and_the_head_may_add_fifteen_once(world: World) -> None:
    case = accepted(world)
    before, reason = case.due("statutory"), {"reason": "人在外地", "text": "家人在外务工。"}
    assert case.due("promised") < before
    assert case.attempt(LEAD, "extend", reason).status == 403

    case.do(HEAD, "extend", reason)

    assert case.due("statutory") - before >= timedelta(days=21)
    assert case.attempt(HEAD, "extend", reason).status == 409


def test_a_visit_that_nobody_makes_is_escalated(world: World) -> None:
    case = accepted(world)

    case.after(case.due("visit"))

    case.stands("check")
    assert "overdue" in case.happened()
    case.do(SUPERVISOR, "seen", {"step": "已催镇里明天入户"})


def test_hardship_is_read_by_those_who_handle_it_only(world: World) -> None:
    case = accepted(world)

    handling, looking_on = case.view(APPROVER), case.view(SUPERVISOR)

    assert handling["answers"]["hardship"] == ["illness", "school"]
    assert not {"hardship", "property"} & looking_on["answers"].keys()


def test_an_agent_applies_for_an_old_woman_who_withdraws(world: World) -> None:
    case = submitted(world, "old-woman-alone-by-agent", AGENT, channel="agent")
    case.stands("receive", channel="agent", site="jz-t1-v1")

    case.decide("withdraw", {"how": "voice"})

    case.stands(ended=True, result="withdrawn", status="withdrawn")
