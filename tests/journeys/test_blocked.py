"""What could not get done, and what is said of staff, as their documents promise it."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.errors import AlreadyDecided, NotYet, SeparationOfDuty
from infra.player import Case, Front, expect
from tests.journeys.matters import (
    ASSESSOR,
    CALLER,
    CHAIR,
    EXPLANATION,
    FINDING,
    HALL,
    HEADS,
    HELPER,
    INQUIRER,
    LANDLINE,
    NOT_PURSUED,
    OTHER_TRIAGE,
    OUTSIDE,
    PUBLISHER,
    SOLUTION,
    TOWN,
    TRIAGE,
    UNIT_HEAD,
    VILLAGE,
    appoint,
    asking,
    blocked,
    command,
    confirmed,
    licence,
    opinion,
    overdue,
    refused_as,
    report,
    says,
    split,
    triaged,
)
from tests.journeys.people import (
    APPROVER,
    EXAMINER,
    HANDED,
    HEAD,
    ISSUER,
    LICENCE,
    SIGNED,
    SUPERVISOR,
)
from tests.world import World

NOBODY: dict[str, Any] = {"name": "何如烟", "phone": "13800000007", "anonymous": True}
WAIVER = {"paper": "P3", "text": "租的是自家院子，有村里备案。"}


def test_what_the_rules_forbid_is_explained_with_basis_plain_words_and_another_way(
    front: Front,
) -> None:
    case = triaged(front, "policy")
    without_a_way = {name: EXPLANATION[name] for name in ("reason", "basis", "text")}
    assert case.attempt(TRIAGE, "explain", without_a_way).status == 422

    case.do(TRIAGE, "explain", EXPLANATION)

    case.stands(ended=True, result="explained", status="explained")
    assert case.happened() == [
        *["received", "triaged", "policy_opened", "policy_explained", "explained", "closed"]
    ]
    (paper,) = case.mine()["documents"]
    for words in (*(EXPLANATION[name] for name in ("basis", "text", "right_door")), "行政复议"):
        assert words in paper["body"]
    assert len(says(case, "政策规定不能办", "区市场监管局")) == 1


def test_what_several_must_settle_goes_to_a_joint_review_and_is_solved(front: Front) -> None:
    case = triaged(front, "several")
    case.do(CHAIR, "convene", asking(*HEADS))
    inbox = expect(front.http("GET", f"/inbox?party={HEADS[0]}", None, HEADS[0]), 200)
    assert case.number in [task["case"] for task in inbox["tasks"]]
    assert case.alone(HEADS[0], "opine", opinion("可以并联核查。")).status == 200
    assert refused_as(case.attempt(CHAIR, "conclude_solved", SOLUTION), NotYet)
    assert case.alone(HEADS[1], "opine", opinion()).status == 200
    view = case.view(CHAIR)
    given = [one["details"]["text"] for one in view["events"] if one["type"] == "opinion_given"]
    assert given == ["可以并联核查。", "可以一起做。"]

    case.do(CHAIR, "conclude_solved", SOLUTION)

    case.stands("confirm", status="to_confirm")
    assert refused_as(case.alone(HEADS[2], "opine", opinion()), AlreadyDecided)
    assert len(says(case, "已协调解决", "解决了回复1")) == 1
    confirmed(case)
    case.stands(ended=True, result="solved", status="solved")


def test_a_bad_welcome_is_followed_up_by_the_head_and_the_matter_is_done_by_another(
    front: Front,
) -> None:
    case = triaged(front, "attitude", "redo")
    assert case.attempt(TRIAGE, "answered", {"text": "我来说。"}).status == 403

    case.do(UNIT_HEAD, "answered", {"text": "已当面致歉。"})
    case.stands("handle", status="in_progress")
    case.do(TOWN, "redone", {"text": "已在镇里办好。"})

    case.stands("confirm")
    assert len(says(case, "换人办理")) == 1
    confirmed(case)
    case.stands(ended=True, result="solved")


def at_the_window(front: Front) -> Case:
    """A licence that cannot be accepted for want of a paper."""
    case = licence(front, without=("P3",))
    assert case.attempt(VILLAGE, "accept").status == 409
    return case


def asked_for_papers(front: Front) -> Case:
    """A licence that waits for the applicant to bring a paper."""
    case = licence(front, without=("P3",))
    case.do(VILLAGE, "incomplete", {"missing": [{"paper": "P3", "what": "无产权证"}]})
    return case


def held_by_a_promise(front: Front) -> Case:
    """A licence that is granted and waits for a promised paper."""
    case = licence(front, without=("P3",))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.stands("issue")
    return case


def waived(front: Front, original: Case) -> Case:
    """The matter of somebody who was asked for a paper that is not needed, ruled on."""
    case = triaged(front, "requirement", about={"case": original.number})
    case.do(TRIAGE, "waive", WAIVER)
    front.settle(original.number)
    return case


def test_a_paper_that_is_not_needed_is_waived_and_the_original_case_is_accepted(
    front: Front,
) -> None:
    original = at_the_window(front)

    case = waived(front, original)

    assert original.happened() == ["received", "linked", "paper_waived"]
    assert original.view()["papers"]["missing"] == []
    original.do(VILLAGE, "accept")
    original.stands("examine")
    case.stands("confirm")
    confirmed(case)
    case.stands(ended=True, result="solved")


def test_a_waived_paper_ends_the_wait_for_what_was_promised(front: Front) -> None:
    original = held_by_a_promise(front)

    waived(front, original)

    original.stands("deliver", status="granted")
    assert [one["state"] for one in original.mine()["papers"]["promised"]] == ["waived"]
    original.do(ISSUER, "ready", LICENCE)
    original.do(ISSUER, "delivered", HANDED)
    original.stands(ended=True, result="granted")


def test_a_waived_paper_ends_the_wait_for_what_was_to_be_supplied(front: Front) -> None:
    original = asked_for_papers(front)

    waived(front, original)

    original.stands("receive", status="received")
    original.do(VILLAGE, "accept")


def test_a_paper_the_original_case_never_asks_for_cannot_be_waived(world: World) -> None:
    original = licence(world, without=("P3",))
    case = triaged(world, "requirement", about={"case": original.number})

    refused = case.attempt(TRIAGE, "waive", WAIVER | {"paper": "P99"})

    assert refused.status == 422
    assert [one["pointer"] for one in refused.body["errors"]] == ["/details/paper"]
    assert "requirement_waived" not in case.happened()


def test_the_publisher_may_change_the_guide_without_reading_the_case(front: Front) -> None:
    case = waived(front, at_the_window(front))
    confirmed(case)
    case.stands(ended=True)

    inbox = expect(front.http("GET", "/inbox?role=publisher&node=jz", None, PUBLISHER), 200)
    assert case.number in [task["case"] for task in inbox["tasks"]]
    view = case.view(PUBLISHER)
    assert not {"answers", "events", "notices", "documents", "clocks"} & set(view)
    assert front.http("GET", f"/cases/{case.number}/why", None, PUBLISHER).status == 403
    (task,) = view["tasks"]
    assert task["title"] == "修改办事指南"
    path = f"/cases/{case.number}/tasks/{task['task']}/actions"
    act = {"action": "adopt", "details": {"text": "住所证明可用村里备案代替。"}}
    expect(front.http("POST", path, act, PUBLISHER, {"If-Match": f'"{view["version"]}"'}), 200)

    assert case.happened()[-1] == "guide_change_adopted"
    assert front.http("GET", f"/cases/{case.number}", None, PUBLISHER).status == 404


def test_who_lacks_papers_is_helped_by_an_agent_with_one_complete_list(front: Front) -> None:
    case = triaged(front, "papers")

    case.do(HELPER, "helped", {"list": ["租赁合同", "身份证"], "text": "一起把合同补齐了。"})

    view = case.stands("confirm")
    helped = next(one for one in view["events"] if one["type"] == "helped")
    assert helped["actor"] == {"party": HELPER, "as": "agent"}
    confirmed(case)
    case.stands(ended=True, result="solved")


def test_of_several_causes_one_that_was_solved_outweighs_one_that_was_explained(
    front: Front,
) -> None:
    case = triaged(front, "policy", "papers", "requirement")

    case.do(TRIAGE, "explain", EXPLANATION)
    case.do(HELPER, "helped", {"text": "清单已经列好。"})
    case.stands("handle")
    case.do(OTHER_TRIAGE, "uphold", EXPLANATION | {"reason": "B3"})

    case.stands("confirm", status="to_confirm")
    assert "coordinated" in case.happened()
    assert len(case.mine()["documents"]) == 2


def test_what_must_first_be_put_right_outweighs_what_was_solved_and_is_followed_up(
    front: Front,
) -> None:
    case = triaged(front, "several", "redo")
    case.do(TOWN, "redone", {"text": "已在镇里办好。"})
    case.do(CHAIR, "convene", asking(*HEADS[:2]))
    for head in HEADS[:2]:
        assert case.alone(head, "opine", opinion()).status == 200

    case.do(CHAIR, "conclude_rectify", {"text": "窗口两周内改掉叫号办法。"})

    case.stands(ended=True, result="rectify", status="rectifying")
    case.after(case.due("rectifying"))
    assert overdue(case) == {"rectifying"}
    case.do(CHAIR, "rectified", {"text": "叫号办法已改。"})
    assert len(says(case, "已整改完成")) == 1


def test_what_can_be_solved_at_once_is_only_to_be_confirmed(front: Front) -> None:
    case = blocked(front)

    case.do(TRIAGE, "solve", SOLUTION)

    case.stands("confirm", status="to_confirm")
    confirmed(case)
    case.stands(ended=True, result="solved")
    assert case.happened() == ["received", "solved_at_once", "solved", "closed"]


def test_what_belongs_elsewhere_is_told_at_once_with_the_right_door(front: Front) -> None:
    case = blocked(front)
    assert case.attempt(TRIAGE, "outside", OUTSIDE | {"reason": "B1"}).status == 422

    case.do(TRIAGE, "outside", OUTSIDE)

    case.stands(ended=True, result="outside", status="referred")
    (paper,) = case.mine()["documents"]
    assert paper["document"] == "outside"
    assert "区信访局" in paper["body"] and OUTSIDE["text"] in paper["body"]
    assert len(says(case, "不能在本窗口办", "区信访局")) == 1


@pytest.mark.parametrize(
    ("digit", "stage", "result"), [("1", "tell", "solved"), ("2", "callback", None)]
)
def test_a_digit_by_text_says_whether_it_is_solved(
    front: Front, digit: str, stage: str, result: str | None
) -> None:
    # A phone of its own: a deployed stack is shared, and so are the questions of a phone.
    phone = f"139{uuid.uuid4().int % 10**8:08d}"
    case = blocked(front, reporter={"name": "周小满", "phone": phone})
    case.do(TRIAGE, "solve", SOLUTION)
    assert "解决了回复1" in front.messages(phone)[-1]

    case.answer(phone, digit)

    case.stands(stage, result=result)


def test_what_is_not_solved_is_called_back_by_somebody_else_and_triaged_again(
    front: Front,
) -> None:
    both = appoint(front, "officer-tan-new", ("triage", "jz"), ("caller", "jz"))
    case = triaged(front, "requirement")
    case.do(both, "not_needed", {"what": "村里的证明", "text": "办法里没有这一项。"})
    case.stands("confirm")

    case.decide("unsolved", {"text": "窗口还是不收。"})
    case.stands("callback", status="to_confirm")
    assert refused_as(case.attempt(both, "unsolved"), SeparationOfDuty)
    case.do(CALLER, "unsolved", {"text": "确实还没有办成。"})

    case.stands("triage", status="received")
    case.do(TRIAGE, "triage", {"causes": ["redo"]})
    assert [one["stage"] for one in case.view()["tasks"] if one["kind"] == "part"] == ["handle"] * 2
    case.do(TOWN, "redone", {"text": "已在镇里办好。"})
    confirmed(case)
    case.stands(ended=True, result="solved")


def test_who_says_nothing_for_a_week_is_called(front: Front) -> None:
    case = blocked(front)
    case.do(TRIAGE, "solve", SOLUTION)

    case.after(case.due("confirming"))

    case.stands("callback", status="to_confirm")
    case.do(CALLER, "solved", {"text": "已经办好了。"})
    case.stands(ended=True, result="solved")


def test_who_cannot_be_reached_leaves_the_case_unconfirmed_and_not_solved(front: Front) -> None:
    case = blocked(front)
    case.do(TRIAGE, "solve", SOLUTION)
    case.after(case.due("confirming"))

    case.do(CALLER, "unreachable", {"tries": 3})

    case.stands(ended=True, result="unconfirmed", status="to_confirm")
    assert len(says(case, "待确认")) == 1


def test_an_officer_who_acted_in_the_original_case_may_not_do_it_anew(front: Front) -> None:
    original = licence(front)
    original.do(VILLAGE, "accept")
    case = triaged(front, "redo", about={"case": original.number})

    refused = case.attempt(VILLAGE, "redone", {"text": "我再办一次。"})

    assert refused_as(refused, SeparationOfDuty)
    assert "redone" not in case.happened()
    case.do(TOWN, "redone", {"text": "已在镇里办好。"})
    case.stands("confirm")


def test_who_stays_anonymous_is_known_to_those_who_triage_and_call_only(front: Front) -> None:
    case = triaged(front, "policy", "papers", reporter=NOBODY)
    case.do(TRIAGE, "explain", EXPLANATION)

    for party in (TRIAGE, CALLER):
        view = case.view(party)
        assert view["answers"]["reporter"] == NOBODY and view["withheld"] == []
    for party in (VILLAGE, HALL, CHAIR, HEADS[0], UNIT_HEAD, HELPER, SUPERVISOR, HEAD):
        view = case.view(party)
        assert view["withheld"] == ["/reporter"] and view["answers"]["matter"]
        said = json.dumps(view, ensure_ascii=False)
        assert NOBODY["name"] not in said and NOBODY["phone"] not in said


def test_a_script_for_a_call_names_the_anonymous_to_those_who_call_only(world: World) -> None:
    case = blocked(world, reporter=NOBODY | {"phone": LANDLINE})

    assert NOBODY["name"] in json.dumps(case.view(CALLER)["notices"], ensure_ascii=False)
    for party in (VILLAGE, CHAIR, HELPER):
        said = json.dumps(case.view(party), ensure_ascii=False)
        assert NOBODY["name"] not in said and LANDLINE not in said


def test_who_gives_a_name_is_known_to_those_who_handle_the_matter(world: World) -> None:
    case = blocked(world)

    assert case.view(VILLAGE)["answers"]["reporter"]["name"] == "周小满"
    assert case.view(VILLAGE)["withheld"] == []


def test_a_stand_in_concludes_for_the_absent_chair(front: Front) -> None:
    # Both are new, since a deployed stack believes for a minute what it has read of others.
    chair = appoint(front, "officer-gu", ("chair", "jz"))
    stand_in = appoint(front, "officer-tan-aide", instead_of=chair)
    # The protocol leaves out a front's own idea of the time; every front has one.
    today = front.moment.date()  # type: ignore[attr-defined]
    days = {"from": str(today - timedelta(days=2)), "to": str(today + timedelta(days=2))}
    command(front, {"absence": {"party": chair, **days, "because": "外出培训"}})
    case = triaged(front, "several")
    case.do(stand_in, "convene", asking(*HEADS))
    for head in HEADS[:2]:
        assert case.alone(head, "opine", opinion()).status == 200

    case.do(stand_in, "conclude_solved", SOLUTION)

    view = case.stands("confirm")
    concluded = next(one for one in view["events"] if one["type"] == "several_solved")
    assert concluded["actor"] == {"party": stand_in, "as": "chair", "for": chair}


def test_an_explanation_that_is_late_is_escalated_and_the_resident_hears_of_it(
    front: Front,
) -> None:
    case = triaged(front, "policy")

    case.after(case.due("explain"))

    assert overdue(case) == {"explain"}
    assert len(says(case, "没有按期")) == 1
    case.do(SUPERVISOR, "seen", {"step": "已要求当日说明"})
    case.do(TRIAGE, "explain", EXPLANATION)
    case.stands(ended=True, result="explained")


def test_a_joint_review_is_extended_once_and_escalated_when_it_is_late(front: Front) -> None:
    case = triaged(front, "several")
    case.do(CHAIR, "convene", asking(*HEADS[:2]))
    before = case.due("joint")
    extension = {"reason": "要现场核查", "text": "两个部门一起去看。"}
    assert case.attempt(CHAIR, "extend", extension).status == 403

    case.do(HEAD, "extend", extension)

    assert case.due("joint") > before
    assert case.attempt(HEAD, "extend", extension).status == 409
    case.after(case.due("joint"))
    assert overdue(case) == {"joint"}
    case.do(SUPERVISOR, "seen", {"step": "已请会商负责人当日下结论"})
    case.do(CHAIR, "conclude_explained", EXPLANATION | {"reason": "B6"})
    case.stands(ended=True, result="explained")


def test_who_withdraws_ends_whatever_is_still_being_done(front: Front) -> None:
    case = triaged(front, "several", "papers")
    case.do(CHAIR, "convene", asking(*HEADS[:2]))

    case.decide("withdraw", {"how": "web", "why": "已经办好了。"})

    case.stands(ended=True, result="withdrawn", status="withdrawn")
    assert refused_as(case.alone(HEADS[0], "opine", opinion()), AlreadyDecided)
    assert {task["state"] for task in case.view()["tasks"]} == {"settled", "moot"}
    assert len(says(case, "已按您的申请撤回")) == 1


def test_a_report_is_assessed_inquired_by_another_and_concluded(front: Front) -> None:
    _, case = split(front)
    case.do(ASSESSOR, "open_inquiry", {"text": "先调录像。"})
    case.stands("inquire", status="in_progress")
    assert refused_as(case.attempt(ASSESSOR, "finding", FINDING), SeparationOfDuty)

    case.do(INQUIRER, "finding", FINDING)

    case.stands(ended=True, result="concluded", status="explained")
    assert case.happened() == ["received", "inquiry_opened", "concluded", "closed"]
    assert FINDING["text"] not in json.dumps(case.mine(), ensure_ascii=False)
    assert len(says(case, "已办结")) == 1


def test_a_report_that_is_not_pursued_is_answered_with_a_reason_in_private(front: Front) -> None:
    case = report(front)
    without_reason = {"text": NOT_PURSUED["text"]}
    assert case.attempt(ASSESSOR, "not_pursued", without_reason).status == 422

    case.do(ASSESSOR, "not_pursued", NOT_PURSUED)

    case.stands(ended=True, result="closed", status="explained")
    (told,) = says(case, "已办结")
    assert "不够具体" not in told and NOT_PURSUED["text"] not in told


def test_a_report_that_is_left_alone_is_escalated_among_those_who_may_know_of_it(
    front: Front,
) -> None:
    case = report(front)

    case.after(case.due("accepting"))

    (task,) = [one for one in case.view()["tasks"] if one["kind"] == "escalation"]
    assert (task["role"], task["node"]) == ("discipline", "jz")
    case.do(INQUIRER, "seen", {"step": "本周内答复"})
    case.do(ASSESSOR, "open_inquiry")
    case.stands("inquire")


@pytest.mark.parametrize("stage", ["triage", "handle", "confirm", "callback"])
def test_a_matter_can_be_withdrawn_until_it_has_a_result(world: World, stage: str) -> None:
    case = blocked(world)
    if stage == "handle":
        case.do(TRIAGE, "triage", {"causes": ["policy"]})
    elif stage != "triage":
        case.do(TRIAGE, "solve", SOLUTION)
    if stage == "callback":
        case.decide("unsolved")
    case.stands(stage)

    case.do(TRIAGE, "withdraw", {"how": "voice"})

    case.stands(ended=True, result="withdrawn")
    assert case.attempt(TRIAGE, "withdraw", {"how": "voice"}).status == 409
