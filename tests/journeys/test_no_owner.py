"""What nobody is in charge of: the units are heard, it is ruled who is, and who reported hears."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.platform.errors import NotYet, SeparationOfDuty
from infra.player import Case, Front, expect
from tests.journeys.matters import appoint, overdue, refused_as
from tests.world import World, load_json

ARBITER, CHIEF, CALLER, SUPERVISOR = "officer-qian", "officer-chai", "officer-he", "officer-zhou"
HEADS = ("officer-bu", "officer-fan", "officer-pan")
URBAN, TRAFFIC, TOWN = "officer-lan", "officer-mi", "officer-xiong"
MOBILE = "13800000051"
TAKEN = {"text": "三定规定没有写市场外停车归谁管。"}
QUESTION = "集日停车由谁划位、谁执法"
BOTH: Mapping[str, Any] = {
    "owners": ["urban", "town"],
    "lead": "urban",
    "duties": {"urban": "划车位、查乱停", "town": "集日派人疏导"},
    "text": "由区城市管理局牵头，划车位、查乱停；兴桥镇集日派人疏导。",
}
ONE: Mapping[str, Any] = {
    "owners": ["traffic"],
    "lead": "traffic",
    "duties": {"traffic": "修路面"},
    "text": "由区交通运输局修。",
}
OWNED = {"reason": "O1", "right_door": "区水利局", "text": "河堤归水利局管，电话在告知书上。"}
PRIVATE = {"reason": "O11", "right_door": "物业公司", "text": "小区里的盖板由业主自己修。"}
OBJECTION = {"basis": "三定规定第四条", "text": "乱停车的处罚权不在本单位。"}


def answers(name: str = "parking") -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/no-owner/examples/pass/{name}.json")["answers"]
    return found


def reported(front: Front, name: str = "parking", **more: Any) -> Case:
    return Case.submit(front, answers(name), [], None, "no-owner", ARBITER, **more)


def asking(*heads: str) -> dict[str, Any]:
    return {"participants": [{"party": one} for one in heads], "question": QUESTION}


def opinion(view: str = "partly") -> dict[str, Any]:
    return {"view": view, "text": "停车的事一直没有分工。"}


def convened(front: Front, *heads: str) -> Case:
    case = reported(front)
    case.do(ARBITER, "take_up", TAKEN)
    case.do(ARBITER, "convene", asking(*(heads or HEADS)))
    return case


def put_up(front: Front) -> Case:
    """A matter on which two units were heard and which awaits its ruling."""
    case = convened(front)
    for head in HEADS[:2]:
        expect(case.alone(head, "opine", opinion()), 200)
    case.do(ARBITER, "put_up", {"text": "两家各有一部分。"})
    return case


def ruled(front: Front, ruling: Mapping[str, Any] = BOTH) -> Case:
    case = put_up(front)
    case.do(CHIEF, "rule", ruling)
    return case


def executed(front: Front) -> Case:
    case = ruled(front, ONE)
    case.do(TRAFFIC, "done", {"text": "路面修好了。"})
    return case


def says(case: Case, word: str) -> list[str]:
    texts = [text for text in case.front.messages(MOBILE) if case.number in text]
    return [text for text in texts if word in text]


def test_what_nobody_is_in_charge_of_gets_owners_who_do_their_parts_and_the_end_is_told(
    front: Front,
) -> None:
    case = put_up(front)
    case.do(CHIEF, "rule", BOTH)
    case.stands("execute")
    case.do(URBAN, "done", {"text": "划了四十个车位。"})
    case.stands("execute")
    case.do(TOWN, "done", {"text": "集日有三个人疏导。"})
    case.stands("callback", status="to_confirm")
    case.do(CALLER, "solved", {"text": "车不乱停了"})

    case.stands(ended=True, result="solved", status="solved")
    assert case.happened() == [
        *["received", "taken_up", "convened", "opinion_asked", "opinion_asked", "opinion_asked"],
        *["opinion_given", "opinion_given", "put_up", "ruled", "urban_opened", "town_opened"],
        *["urban_done", "town_done", "executed", "solved", "closed"],
    ]
    (ruling,) = case.mine()["documents"]
    assert case.number in ruling["number"] and BOTH["text"] in ruling["body"]
    for word in ("已登记", "编办召集", "认定负责单位", "都已办完", "有人管了"):
        assert len(says(case, word)) == 1


def test_where_an_office_is_in_charge_it_is_named_at_once(front: Front) -> None:
    case = reported(front)
    case.do(ARBITER, "has_owner", OWNED)

    case.stands(ended=True, result="has_owner", status="referred")
    (document,) = case.mine()["documents"]
    for words in ("已有明确主管单位", "区水利局", OWNED["text"], "带上告知书再来"):
        assert words in document["body"]
    assert len(says(case, "区水利局")) == 1


def test_a_ruling_needs_two_opinions_unless_their_time_is_over(world: World) -> None:
    case = convened(world)
    summary = {"text": "只有一家说了。"}
    expect(case.alone(HEADS[0], "opine", opinion()), 200)
    assert refused_as(case.attempt(ARBITER, "put_up", summary), NotYet)

    case.after(case.due("opinions"))

    assert overdue(case) == {"opinions"}
    case.do(ARBITER, "put_up", summary)
    case.stands("rule")


def test_only_heads_of_units_can_be_convened_and_two_at_least(world: World) -> None:
    case = reported(world)
    case.do(ARBITER, "take_up", TAKEN)

    alone = case.attempt(ARBITER, "convene", asking(HEADS[0]))
    assert [one["pointer"] for one in expect(alone, 422)["errors"]] == ["/details/participants"]
    clerk = case.attempt(ARBITER, "convene", asking(HEADS[0], URBAN))
    assert [one["pointer"] for one in expect(clerk, 422)["errors"]] == [
        "/details/participants/1/party"
    ]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"owners": []}, "/details/owners"),
        ({"owners": ["urban", "urban"]}, "/details/owners"),
        ({"owners": ["urban", "water"]}, "/details/duties/water"),
        ({"owners": ["urban"]}, "/details/duties/town"),
        ({"lead": "traffic"}, "/details/lead"),
        ({"text": "  "}, "/details/text"),
    ],
)
def test_a_ruling_gives_every_owner_a_part_and_nobody_else_one(
    world: World, changes: Mapping[str, Any], pointer: str
) -> None:
    case = put_up(world)

    refused = case.attempt(CHIEF, "rule", {**BOTH, **changes})

    assert pointer in [one["pointer"] for one in expect(refused, 422)["errors"]]
    case.stands("rule")


def test_who_checked_and_convened_does_not_rule(world: World) -> None:
    both = appoint(world, "officer-both", ("arbiter", "jz"), ("arbiter-head", "jz"))
    case = reported(world)
    case.do(both, "take_up", TAKEN)
    case.do(ARBITER, "convene", asking(*HEADS))
    for head in HEADS[:2]:
        expect(case.alone(head, "opine", opinion()), 200)
    case.do(ARBITER, "put_up", {"text": "两家各有一部分。"})

    assert refused_as(case.attempt(both, "rule", BOTH), SeparationOfDuty)
    assert case.attempt(ARBITER, "rule", BOTH).status == 403


def test_an_objection_of_one_owner_brings_a_new_ruling(world: World) -> None:
    case = ruled(world)
    case.do(URBAN, "object", OBJECTION)
    case.stands("execute")
    case.do(TOWN, "done", {"text": "集日有三个人疏导。"})
    case.stands("rule")
    assert len(says(case, "重新认定")) == 1

    case.do(CHIEF, "back", {"why": "再问交通局"})
    case.stands("study")
    case.do(ARBITER, "convene", asking(*HEADS))
    for head in HEADS[1:]:
        expect(case.alone(head, "opine", opinion("ours")), 200)
    case.do(ARBITER, "put_up", {"text": "由交通局管。"})
    case.do(CHIEF, "rule", ONE)

    assert [one["document"] for one in case.mine()["documents"]] == ["ruling", "ruling"]
    assert case.attempt(URBAN, "done", {"text": "已办"}).status == 403
    case.do(TRAFFIC, "done", {"text": "路面修好了。"})
    case.stands("callback")


def test_who_reported_is_called_by_somebody_who_had_no_part_and_may_say_that_it_is_not_solved(
    world: World,
) -> None:
    both = appoint(world, "officer-both", ("duty-traffic", "jz"), ("caller", "jz"))
    case = ruled(world, ONE)
    case.do(both, "done", {"text": "路面修好了。"})
    assert refused_as(case.attempt(both, "solved"), SeparationOfDuty)

    case.do(CALLER, "unsolved", {"text": "下雨又坏了"})

    case.stands("rule", status="in_progress")
    assert len(says(case, "重新认定")) == 1
    case.do(CHIEF, "rule", ONE)
    case.do(TRAFFIC, "done", {"text": "重新铺了。"})
    case.do(CALLER, "unreachable", {"tries": 3, "text": "三天都没人接"})
    case.stands(ended=True, result="unconfirmed", status="to_confirm")


def test_where_no_office_has_to_be_in_charge_the_reason_and_another_way_are_given(
    world: World,
) -> None:
    case = put_up(world)
    assert (
        case.attempt(CHIEF, "explain", {"text": "不归单位管", "right_door": "物业"}).status == 422
    )

    case.do(CHIEF, "explain", PRIVATE)

    case.stands(ended=True, result="explained", status="explained")
    (document,) = case.mine()["documents"]
    assert "由产权人自己管理" in document["body"] and "物业公司" in document["body"]


def test_the_parts_are_due_in_twenty_days_extended_once_by_who_rules(world: World) -> None:
    case = ruled(world)
    before = case.due("executing")
    why = {"reason": "要招标", "text": "划线要招标。"}
    assert case.attempt(URBAN, "extend", why).status == 403
    case.do(CHIEF, "extend", why)
    assert case.due("executing") > before
    assert case.attempt(CHIEF, "extend", why).status == 409

    case.after(case.due("executing"))

    assert overdue(case) == {"executing"}
    assert [one["kind"] for one in case.view(SUPERVISOR)["tasks"] if one["actions"]] == [
        *["escalation"]
    ]


def test_the_units_read_what_it_is_about_and_not_who_reported_it(world: World) -> None:
    case = ruled(world)

    for party in (HEADS[0], URBAN, TOWN, SUPERVISOR):
        view = case.view(party)
        assert view["answers"]["place"] == "兴桥镇菜市场东门"
        assert view["withheld"] == ["/reporter"] and "reporter" not in view["answers"]
    assert case.view(CALLER)["answers"]["reporter"]["name"] == "彭大勇"
    assert case.view(ARBITER)["answers"]["reporter"]["phone"] == MOBILE


def test_the_town_that_does_its_part_is_the_one_where_the_matter_lies(world: World) -> None:
    case = ruled(world)

    assert case.attempt("officer-lei", "done", {"text": "已办"}).status == 404
    case.do(TOWN, "done", {"text": "集日有三个人疏导。"})


def test_a_bad_rating_of_the_end_opens_a_rectification(world: World) -> None:
    case = executed(world)
    case.do(CALLER, "solved")
    case.answer(MOBILE, "1")

    case.do(SUPERVISOR, "rectify", {"grade": 1})

    (opened,) = [one["data"]["opened"] for one in case.view()["events"] if "opened" in one["data"]]
    other = Case(world, opened, "", SUPERVISOR)
    other.stands("assess", about=case.number, service="rating-rectification")
