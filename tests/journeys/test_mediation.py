"""Mediation: two sides, one who stands between them, and what both have signed."""

import json
from typing import Any

import pytest

from chalicelib.platform.errors import OnceOnly, SeparationOfDuty
from infra.player import Case, Front, expect
from tests.journeys.matters import overdue, refused_as
from tests.world import World, load_json

FIRST, SECOND, ELSEWHERE = "officer-zeng", "officer-xie", "officer-dai"
CHIEF = "officer-tao"
MOBILE, OTHER_SIDE = "13800000061", "13800000062"
WILLING = {"how": "visit", "on": "2026-03-10", "rights_told": True}
TALKED = {
    "on": "2026-03-10",
    "place": "上村村部",
    "present": "both",
    "text": "各让一步，还差尺寸。",
}
TERMS = "罗桂香与罗大山约定：罗大山四月底前拆开墙脚，让出水沟，赔谷子五百元。"
SIGNED = {"signed": True, "how": "fingerprint", "on": "2026-03-10"}
AGREED = {
    "text": TERMS,
    "due": "2026-04-30",
    "amount": 500,
    "claimant": SIGNED,
    "respondent": SIGNED,
    "mediator": {**SIGNED, "how": "signature"},
    "rights_told": True,
}
FAILED = {"reason": "M12", "text": "水沟的宽窄没有谈成，可以请法院判。"}
DECLINED = {"reason": "M11", "text": "对方不愿意谈，可以请法院判。"}
REFUSED = {"reason": "M1", "right_door": "区法院", "text": "法院已经立案，由法院处理。"}


def answers(name: str = "ditch") -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/mediation/examples/pass/{name}.json")["answers"]
    return found


def asked(front: Front, name: str = "ditch", party: str | None = None, **more: Any) -> Case:
    return Case.submit(front, answers(name), [], party, "mediation", CHIEF, **more)


def accepted(front: Front) -> Case:
    case = asked(front)
    case.do(FIRST, "accept")
    return case


def willing(front: Front) -> Case:
    """A dispute that both sides will talk about."""
    case = accepted(front)
    case.do(FIRST, "both_willing", WILLING)
    return case


def agreed(front: Front) -> Case:
    case = willing(front)
    case.do(FIRST, "agree", AGREED)
    return case


def says(case: Case, word: str) -> list[str]:
    texts = [text for text in case.front.messages(MOBILE) if case.number in text]
    return [text for text in texts if word in text]


def test_two_sides_agree_both_sign_and_the_agreement_is_numbered(front: Front) -> None:
    case = willing(front)
    case.do(FIRST, "session", TALKED)
    case.stands("mediate", status="in_progress")
    case.do(FIRST, "agree", AGREED)

    case.stands(ended=True, result="agreed", status="solved")
    assert case.happened() == [
        *["received", "accepted", "both_willing", "session_held", "agreed", "closed"]
    ]
    acceptance, agreement = case.mine()["documents"]
    assert acceptance["document"] == "acceptance"
    assert agreement["title"] == "人民调解协议书"
    assert agreement["number"].startswith("吉调调〔") and case.number in agreement["number"]
    for words in ("罗桂香", TERMS, "申请司法确认"):
        assert words in agreement["body"]
    for word in ("是否受理", "已受理", "双方都愿意", "双方已签字", "评价"):
        assert len(says(case, word)) == 1


def test_where_they_do_not_agree_the_ways_that_remain_are_named(front: Front) -> None:
    case = willing(front)
    case.do(FIRST, "fail", FAILED)

    case.stands(ended=True, result="none", status="terminated")
    document = case.mine()["documents"][-1]
    for words in ("双方没有谈成", FAILED["text"], "法律援助", "仲裁"):
        assert words in document["body"]
    assert len(says(case, "双方没有谈成")) == 1


@pytest.mark.parametrize("missing", ["claimant", "respondent", "mediator", "rights_told", "due"])
def test_without_both_signatures_there_is_no_agreement(world: World, missing: str) -> None:
    case = willing(world)
    without = {name: value for name, value in AGREED.items() if name != missing}

    refused = case.attempt(FIRST, "agree", without)

    pointers = [one["pointer"] for one in expect(refused, 422)["errors"]]
    assert pointers == [f"/details/{missing}"]
    case.stands("mediate")


def test_a_signature_that_was_not_given_or_has_no_day_is_none(world: World) -> None:
    case = willing(world)
    for wrong in ({**SIGNED, "signed": False}, {"signed": True, "how": "seal"}):
        refused = case.attempt(FIRST, "agree", {**AGREED, "respondent": wrong})
        (error,) = expect(refused, 422)["errors"]
        assert error["pointer"].startswith("/details/respondent/")
    assert "agreement" not in [one["document"] for one in case.mine()["documents"]]


def test_nobody_is_made_to_mediate(world: World) -> None:
    case = accepted(world)
    assert case.attempt(FIRST, "agree", AGREED).status == 422
    assert case.attempt(FIRST, "declined", {"text": "不愿意"}).status == 422

    case.do(FIRST, "declined", DECLINED)

    case.stands(ended=True, result="none")
    assert "一方不同意调解" in case.mine()["documents"][-1]["body"]


def test_either_side_may_ask_for_another_mediator_and_the_first_has_no_further_part(
    world: World,
) -> None:
    case = willing(world)
    case.do(FIRST, "change", {"asked_by": "respondent", "why": "是申请人的亲戚"})
    case.stands("again")
    assert len(says(case, "换人")) == 1

    assert refused_as(case.attempt(FIRST, "agree", AGREED), SeparationOfDuty)
    assert refused_as(case.attempt(FIRST, "session", TALKED), SeparationOfDuty)

    case.do(SECOND, "session", TALKED)
    case.do(SECOND, "agree", AGREED)
    case.stands(ended=True, result="agreed")


def test_what_belongs_before_a_court_is_not_accepted(world: World) -> None:
    case = asked(world)

    case.do(FIRST, "not_accept", REFUSED)

    case.stands(ended=True, result="not_accepted", status="not_accepted")
    (document,) = case.mine()["documents"]
    for words in ("已在诉讼或仲裁", "区法院", REFUSED["text"], "再次申请调解"):
        assert words in document["body"]


def test_who_asked_may_stop_at_any_time_before_it_is_signed(world: World) -> None:
    case = willing(world)

    case.decide("withdraw", {"how": "web", "why": "自己和好了"})

    case.stands(ended=True, result="withdrawn", status="withdrawn")
    assert "agree" not in {name for one in case.view()["tasks"] for name in one["actions"]}


def test_it_is_mediated_in_thirty_days_and_only_the_head_gives_more(world: World) -> None:
    case = willing(world)
    before = case.due("mediating")
    why = {"reason": "要量地界", "text": "等国土所来量。"}
    assert case.attempt(FIRST, "extend", why).status == 403
    case.do(CHIEF, "extend", why)
    assert case.due("mediating") > before
    assert refused_as(case.attempt(CHIEF, "extend", why), OnceOnly)

    case.after(case.due("mediating"))

    assert overdue(case) == {"mediating"}
    case.do(FIRST, "agree", AGREED)
    case.stands(ended=True, result="agreed")


def test_whether_the_agreement_was_kept_is_asked_and_if_not_the_court_is_named(
    world: World,
) -> None:
    case = agreed(world)
    assert [one["title"] for one in case.view(FIRST)["tasks"] if one["actions"]] == ["回访履行情况"]
    case.after(case.due("performing"))
    assert overdue(case) == {"performing"}

    case.do(FIRST, "not_performed", {"text": "催了两次，没有拆。"})

    assert len(says(case, "起诉")) == 1
    case.stands(ended=True, result="agreed")


def test_only_the_committee_knows_of_it_and_no_message_says_what_it_is_about(
    world: World,
) -> None:
    case = agreed(world)

    for party in ("officer-wang", "officer-zhao", "officer-zhou", "officer-he", ELSEWHERE):
        assert world.http("GET", f"/cases/{case.number}", None, party).status == 404
    texts = world.messages(MOBILE)
    assert len(texts) == 5
    texts += world.messages(OTHER_SIDE)
    assert len(texts) == 7
    assert not [one for one in texts if "调解员" in one or "水沟" in one or "罗" in one]


def test_a_mediator_writes_down_who_comes_to_the_counter(world: World) -> None:
    case = asked(world, "debt-least", FIRST, channel="counter")

    view = case.stands("receive", channel="counter", site="jz-t1")
    assert view["events"][0]["actor"] == {"party": FIRST, "as": "mediator"}
    calls = [one["call"] for one in case.view(FIRST)["tasks"] if "call" in one]
    assert calls[0]["phones"] == ["07968000061"] and "调解" not in calls[0]["script"]


def test_disputes_sums_and_sessions_can_be_counted_and_nothing_else_is_in_plain(
    world: World,
) -> None:
    case = willing(world)
    case.do(FIRST, "session", TALKED)
    case.do(FIRST, "agree", AGREED)

    events = case.view()["events"]
    counts = [one["data"]["counts"] for one in events if "counts" in one["data"]]
    assert counts == [
        {"kind": "neighbours", "amount": 800, "risk": False},
        {"present": "both"},
        {"amount": 500},
    ]
    assert "水沟" not in json.dumps([one["data"] for one in events], ensure_ascii=False)
