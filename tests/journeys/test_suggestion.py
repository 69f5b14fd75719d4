"""Suggestions: with or without a name, adopted or not adopted with a reason, and thanked for."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.errors import AlreadyDecided, OnceOnly, SeparationOfDuty
from infra.player import Case, Front, expect
from tests.journeys.matters import appoint, overdue, refused_as
from tests.world import World, load_json

VILLAGE, EXAMINER, HEAD = "officer-li", "officer-chen", "officer-xu"
SUPERVISOR, HALL, GRID = "officer-zhou", "officer-zhao", "grid-luo"
MOBILE = "13800000041"
DONE = {"text": "由镇便民中心中午留一个窗口。", "by": "2026-04-01"}
DECLINED = {"reason": "S3", "text": "今年的路灯经费已经用完，排在明年。"}
ELSEWHERE = {"reason": "S11", "right_door": "反映窗口", "text": "没办成的事由反映窗口接着办。"}


def answers(name: str) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/suggestion/examples/pass/{name}.json")["answers"]
    return found


def suggested(
    front: Front, name: str = "with-a-name", party: str | None = None, **more: Any
) -> Case:
    return Case.submit(front, answers(name), [], party, "suggestion", HALL, **more)


def considered(front: Front, name: str = "with-a-name") -> Case:
    case = suggested(front, name)
    case.do(VILLAGE, "pass_on")
    return case


def says(case: Case, word: str) -> list[str]:
    texts = [text for text in case.front.messages(MOBILE) if case.number in text]
    return [text for text in texts if word in text]


def test_a_suggestion_is_adopted_carried_out_and_its_maker_hears_of_both(front: Front) -> None:
    case = considered(front)
    case.do(EXAMINER, "propose_adopt", DONE)
    case.do(HEAD, "adopt", DONE)

    case.stands(ended=True, result="adopted", status="solved")
    (document,) = case.mine()["documents"]
    assert DONE["text"] in document["body"] and "感谢" in document["body"]
    assert len(says(case, "已采纳")) == 1 and "谢谢" in says(case, "已采纳")[0]

    case.do(EXAMINER, "done", {"text": "四月一日起中午有人。"})
    assert len(says(case, "已经落实")) == 1
    assert case.happened() == [
        *["received", "passed_on", "adoption_proposed", "adopted", "closed", "carried_out"]
    ]


def test_a_suggestion_without_a_name_is_answered_to_whoever_holds_the_receipt(
    front: Front,
) -> None:
    case = considered(front, "without-a-name")
    case.do(EXAMINER, "propose_decline", DECLINED)
    case.do(HEAD, "decline", DECLINED)

    case.stands(ended=True, result="declined", status="explained")
    (document,) = case.mine()["documents"]
    assert case.number in document["number"]
    for words in ("条件暂不具备", DECLINED["text"], "谢谢您的建议"):
        assert words in document["body"]
    assert "declined" in [one["type"] for one in case.mine()["events"]]


@pytest.mark.parametrize("name", ["without-a-name", "name-only", "e-mail-only"])
def test_who_leaves_no_telephone_is_called_by_nobody_and_the_case_still_ends(
    world: World, name: str
) -> None:
    case = suggested(world, name)
    case.do(VILLAGE, "adopt", DONE)

    view = case.stands(ended=True, result="adopted")
    calls = [one["call"] for one in view["tasks"] if one["kind"] == "call"]
    assert [one for one in case.view(VILLAGE)["tasks"] if one.get("call", {}).get("phones")] == []
    if name == "e-mail-only":
        assert calls == []
    else:
        # The script says that there is nothing to do but to note it.
        scripts = [one["call"]["script"] for one in case.view(VILLAGE)["tasks"] if "call" in one]
        assert len(scripts) == 3 and all("没有留电话的，不用打" in one for one in scripts)
    assert world.notifier.sent == [] or name == "e-mail-only"


def test_what_a_village_can_do_itself_it_adopts_at_once(world: World) -> None:
    case = suggested(world)
    view = case.stands("sort")
    assert [(one["role"], one["node"]) for one in view["tasks"]] == [("acceptor", "jz-t1-v1")]

    case.do(VILLAGE, "adopt", DONE)

    case.stands(ended=True, result="adopted")
    assert case.view()["tasks"][-1]["title"] == "落实采纳的建议"


def test_nobody_declines_a_suggestion_alone(world: World) -> None:
    post = (("examiner", "jz"), ("head", "jz"))
    both = appoint(world, "officer-both", *post)
    case = considered(world)
    assert "decline" not in {name for one in case.view(VILLAGE)["tasks"] for name in one["actions"]}
    assert case.attempt(EXAMINER, "decline", DECLINED).status == 422

    case.do(both, "propose_decline", DECLINED)
    assert refused_as(case.attempt(both, "decline", DECLINED), SeparationOfDuty)

    case.do(HEAD, "decline", DECLINED)
    case.stands(ended=True, result="declined")


def test_a_refusal_without_a_reason_or_with_one_for_something_else_is_none(world: World) -> None:
    case = considered(world)
    for details in (
        {"text": "不做"},
        {"reason": "S3"},
        {"reason": "S11", "text": "不做"},
    ):
        assert case.attempt(EXAMINER, "propose_decline", details).status == 422, details
    case.do(EXAMINER, "propose_decline", DECLINED)
    assert case.attempt(HEAD, "decline", {"text": "不做"}).status == 422
    case.stands("decide")


def test_what_is_no_suggestion_is_sent_to_the_right_door(world: World) -> None:
    case = suggested(world)

    case.do(VILLAGE, "elsewhere", ELSEWHERE)

    case.stands(ended=True, result="elsewhere", status="referred")
    (document,) = case.mine()["documents"]
    assert "反映窗口" in document["body"] and "属于没办成的事" in document["body"]
    assert len(says(case, "反映窗口")) == 1


def test_it_goes_back_and_forth_until_it_is_decided(world: World) -> None:
    case = considered(world)
    case.do(EXAMINER, "back", {"why": "请问清是哪条路"})
    case.stands("sort", status="received")
    case.do(VILLAGE, "pass_on", {"note": "上村小学门口"})
    case.do(EXAMINER, "propose_decline", DECLINED)
    case.do(HEAD, "back", {"why": "能不能装太阳能的"})
    case.stands("consider")
    case.do(EXAMINER, "propose_adopt", DONE)
    case.do(HEAD, "adopt", DONE)

    stages = [one["stage"] for one in case.view()["tasks"] if one["kind"] == "desk"]
    assert stages == ["sort", "consider", "sort", "consider", "decide", "consider", "decide"]


def test_the_answer_is_due_in_fifteen_days_extended_once_and_what_is_adopted_in_thirty(
    world: World,
) -> None:
    case = considered(world)
    before = case.due("answering")
    why = {"reason": "要现场看", "text": "要到现场量一量。"}
    assert case.attempt(EXAMINER, "extend", why).status == 403
    case.do(SUPERVISOR, "extend", why)
    assert case.due("answering") > before
    assert refused_as(case.attempt(SUPERVISOR, "extend", why), OnceOnly)
    assert len(says(case, "要现场看")) == 1

    case.after(case.due("answering"))
    assert overdue(case) == {"answering"}
    case.do(EXAMINER, "propose_adopt", DONE)
    case.do(HEAD, "adopt", DONE)
    case.after(case.due("carrying") - timedelta(seconds=2))
    assert overdue(case) == {"answering"}
    case.after(case.due("carrying"))
    assert overdue(case) == {"answering", "carrying"}


def test_a_grid_worker_writes_down_what_is_said_at_the_door(world: World) -> None:
    case = suggested(world, "without-a-name", GRID, channel="outreach", site="jz-t1-v1")

    view = case.stands("sort", channel="outreach", site="jz-t1-v1")
    assert view["events"][0]["actor"] == {"party": GRID, "as": "grid-worker"}
    assert "writer" not in view["answers"]


def test_what_was_adopted_on_which_topic_can_be_counted_and_nothing_else(world: World) -> None:
    case = considered(world)
    case.do(EXAMINER, "propose_adopt", DONE)
    case.do(HEAD, "adopt", DONE)
    case.answer(MOBILE, "5")

    counts = [one["data"]["counts"] for one in case.view()["events"] if "counts" in one["data"]]
    assert counts == [{"topic": "services"}, {"rating": 5}]
    assert "罗桂香" not in json.dumps(case.view()["events"][0]["data"], ensure_ascii=False)


def test_who_suggested_may_take_it_back_until_it_is_decided(world: World) -> None:
    case = considered(world)
    expect(case.attempt(EXAMINER, "propose_decline", DECLINED), 200)
    world.settle()

    case.decide("withdraw", {"how": "web"})

    case.stands(ended=True, result="withdrawn", status="withdrawn")
    assert refused_as(case.attempt(HEAD, "decline", DECLINED), AlreadyDecided)
