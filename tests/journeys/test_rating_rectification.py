"""A bad rating: put right, asked about by somebody else, and satisfied or before the head."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.errors import OnceOnly, SeparationOfDuty
from infra.player import Case, Front, expect
from tests.journeys.matters import appoint, overdue, refused_as
from tests.journeys.people import EXAMINER, VILLAGE
from tests.journeys.people import example as licence_example
from tests.world import World, load_json

SUPERVISOR, HEAD, UNIT, CALLER = "officer-zhou", "officer-xu", "officer-pan", "officer-he"
MOBILE = "13800000001"
PASSED = {"text": "说好四天，用了九天，请查原因。"}
RIGHT = {"measures": "process", "text": "以后制证当天完成，已向您道歉。"}
SUSPECT = {"kind": "mistaken", "text": "短信记录是回错了编号。"}
MISTAKEN = {"reason": "R2", "text": "您回的是另一件事的编号，评价不计入这一件。"}
FINAL = {"reason": "R12", "text": "工本以外的费用没有收过，退不了。"}


def answers(name: str = "slow", **more: Any) -> dict[str, Any]:
    path = f"forms/rating-rectification/examples/pass/{name}.json"
    return {**load_json(path)["answers"], **more}


def rated(front: Front, party: str | None = None, **more: Any) -> Case:
    channel = {"channel": more.pop("channel")} if "channel" in more else {}
    sent = answers(**more)
    return Case.submit(front, sent, [], party, "rating-rectification", SUPERVISOR, **channel)


def passed_on(front: Front, **more: Any) -> Case:
    case = rated(front, **more)
    case.do(SUPERVISOR, "pass_on", PASSED)
    return case


def put_right(front: Front, **more: Any) -> Case:
    case = passed_on(front, **more)
    case.do(UNIT, "rectified", RIGHT)
    return case


def before_the_head(front: Front) -> Case:
    case = put_right(front)
    case.do(CALLER, "unsatisfied", {"text": "还是要我多跑"})
    return case


def says(case: Case, word: str) -> list[str]:
    texts = [text for text in case.front.messages(MOBILE) if case.number in text]
    return [text for text in texts if word in text]


def test_a_bad_rating_is_put_right_called_back_and_satisfied(front: Front) -> None:
    case = passed_on(front)
    case.stands("rectify", status="rectifying")
    case.do(UNIT, "rectified", RIGHT)
    case.stands("callback", status="to_confirm")
    case.do(CALLER, "satisfied", {"grade": 4, "text": "现在快了"})

    case.stands(ended=True, result="satisfied", status="solved")
    assert case.happened() == [
        *["received", "passed_on", "rectified", "satisfied", "closed"],
    ]
    for word in ("已转整改", "已处理", "帮我们改进"):
        assert len(says(case, word)) == 1
    counts = [one["data"]["counts"] for one in case.view()["events"] if "counts" in one["data"]]
    assert counts == [{"grade": 1}, {"measures": "process"}, {"grade": 4}]


def test_who_is_still_not_satisfied_has_a_written_answer_of_the_head(front: Front) -> None:
    case = before_the_head(front)
    case.stands("review")
    case.do(HEAD, "answer", FINAL)

    case.stands(ended=True, result="answered", status="explained")
    (document,) = case.mine()["documents"]
    assert case.number in document["number"]
    for words in ("现行规定不允许", FINAL["text"], "上一级", "行政复议"):
        assert words in document["body"]


def test_the_head_sends_it_back_once_and_then_has_to_answer(world: World) -> None:
    case = before_the_head(world)
    case.do(HEAD, "send_back", {"text": "制证要进柜台当天办"})
    case.stands("rectify", status="rectifying")
    case.do(UNIT, "rectified", RIGHT)
    case.do(CALLER, "unsatisfied", {"text": "还是慢"})

    assert refused_as(case.attempt(HEAD, "send_back", {"text": "再改"}), OnceOnly)
    case.do(HEAD, "answer", FINAL)
    case.stands(ended=True, result="answered")


def test_a_rating_is_excluded_by_two_people_with_a_reason_and_is_not_counted(
    world: World,
) -> None:
    both = appoint(world, "officer-both", ("supervisor", "jz"), ("head", "jz"))
    case = rated(world)
    case.do(both, "propose_exclude", SUSPECT)
    assert refused_as(case.attempt(both, "exclude", MISTAKEN), SeparationOfDuty)
    assert case.attempt(HEAD, "exclude", {"text": "误评"}).status == 422
    assert case.attempt(HEAD, "exclude", {"reason": "R12", "text": "误评"}).status == 422

    case.do(HEAD, "exclude", MISTAKEN)

    case.stands(ended=True, result="excluded", status="explained")
    (document,) = case.mine()["documents"]
    for words in ("查明属误评", MISTAKEN["text"], "不计入统计", "重新核实"):
        assert words in document["body"]
    assert len(says(case, "评价不计入")) == 1
    results = load_json("forms/rating-rectification/service.json")["results"]
    assert results["excluded"]["counted"] is False


def test_the_unit_that_was_rated_cannot_exclude_the_rating(world: World) -> None:
    case = rated(world)
    for action, details in (("propose_exclude", SUSPECT), ("pass_on", PASSED)):
        assert case.attempt(UNIT, action, details).status == 403
    case.do(SUPERVISOR, "propose_exclude", SUSPECT)
    assert case.attempt(UNIT, "exclude", MISTAKEN).status == 403

    case.do(HEAD, "keep", {"text": "短信是回对了的，要整改。"})

    case.stands("rectify", status="rectifying")
    assert len(says(case, "继续整改")) == 1


def test_who_had_a_part_in_the_case_that_was_rated_neither_checks_nor_calls(world: World) -> None:
    it = licence_example()
    about = Case.submit(world, it["answers"], it["papers_needed"])
    about.do(VILLAGE, "accept")
    for role in ("supervisor", "caller"):
        appoint(world, f"officer-{role}", (role, "jz"), ("examiner", "jz"))
    about.do("officer-caller", "propose_grant")
    about.do("officer-huang", "back", {"why": "请核对"})
    about.do("officer-supervisor", "propose_grant")

    case = rated(world, about={"case": about.number})
    assert refused_as(case.attempt("officer-supervisor", "pass_on", PASSED), SeparationOfDuty)
    case.do(SUPERVISOR, "pass_on", PASSED)
    case.do(UNIT, "rectified", RIGHT)
    assert refused_as(case.attempt("officer-caller", "satisfied", {"grade": 5}), SeparationOfDuty)
    case.do(CALLER, "satisfied", {"grade": 5})
    case.stands(ended=True, about=about.number)
    assert EXAMINER not in {one["actor"]["party"] for one in case.view()["events"]}


def test_who_put_it_right_or_wrote_it_down_does_not_call_back(world: World) -> None:
    unit = appoint(world, "officer-unit", ("unit-head", "jz"), ("caller", "jz"))
    desk = appoint(world, "officer-desk", ("supervisor", "jz"), ("caller", "jz"))
    case = rated(world, desk, channel="telephone")
    case.do(SUPERVISOR, "pass_on", PASSED)
    case.do(unit, "rectified", RIGHT)

    for party in (unit, desk):
        assert refused_as(case.attempt(party, "satisfied", {"grade": 5}), SeparationOfDuty)
    case.do(CALLER, "satisfied", {"grade": 5})


def test_it_is_put_right_within_fifteen_working_days_and_each_step_has_its_time(
    world: World,
) -> None:
    case = rated(world)
    promised = case.due("rectifying")
    case.after(case.due("passing"))
    assert overdue(case) == {"passing"}
    case.do(SUPERVISOR, "propose_exclude", SUSPECT)
    case.after(case.due("excluding"))
    case.do(HEAD, "keep", {"text": "要整改。"})
    # What the office took to doubt the rating is not given to the unit on top.
    assert case.due("rectifying") == promised

    case.after(promised)

    assert overdue(case) == {"passing", "excluding", "rectifying"}
    assert "head" in {one["role"] for one in case.view(HEAD)["tasks"] if one["actions"]}
    case.do(UNIT, "explained", {"basis": "登记管理条例第十九条", "text": "当时系统停了三天。"})
    case.after(case.due("calling"))
    assert overdue(case) == {"passing", "excluding", "rectifying", "calling"}


def test_who_cannot_be_reached_does_not_count_as_satisfied(world: World) -> None:
    case = put_right(world)
    assert case.attempt(CALLER, "unreachable", {"tries": 2}).status == 422

    case.do(CALLER, "unreachable", {"tries": 3, "text": "三天都没人接"})

    case.stands(ended=True, result="unconfirmed", status="to_confirm")
    assert len(says(case, "待确认")) == 1


@pytest.mark.parametrize("grade", [1, 2])
def test_satisfied_is_no_bad_grade(world: World, grade: int) -> None:
    case = put_right(world)

    refused = case.attempt(CALLER, "satisfied", {"grade": grade})

    assert [one["pointer"] for one in expect(refused, 422)["errors"]] == ["/details/grade"]
    case.stands("callback")


def test_who_rated_may_take_it_back(world: World) -> None:
    case = passed_on(world)

    case.decide("withdraw", {"how": "web", "why": "已经解决了"})

    case.stands(ended=True, result="withdrawn", status="withdrawn")


def test_what_is_not_put_right_is_urged_supervised_with_a_numbered_order_and_criticised(
    world: World,
) -> None:
    """The resident hears that it is late, and nothing of what offices say to each other."""
    case = passed_on(world)
    due = case.due("rectifying")
    before = world.house.calendar.working_day_before(due.date(), 3)

    case.after(due.replace(year=before.year, month=before.month, day=before.day))
    assert case.happened()[-1] == "rectifying_urged"
    case.do(UNIT, "answer", {"step": "设备明天到。"})

    case.after(due)
    calendar = world.house.calendar
    for days in (3, 10):
        late = calendar.add_working_days(calendar.local_date(due), days).date
        case.after(calendar.close_of(late))

    assert case.happened() == [
        *["received", "passed_on", "rectifying_urged", "urge_answered", "overdue"],
        *["rectifying_supervised", "rectifying_criticised"],
    ]
    kinds = {one["kind"] for one in case.view()["tasks"] if one["state"] == "open"}
    assert kinds == {"desk", "escalation", "supervision", "criticism"}
    order = next(one for one in case.view()["documents"] if one["document"] == "supervision")
    assert "督" in order["number"] and case.number in order["number"]
    assert case.mine()["documents"] == []
    shown = {one["type"] for one in case.mine()["events"]}
    assert "overdue" in shown and not {one for one in shown if one.startswith("rectifying_")}
    sent = world.messages(MOBILE)
    world.tick(world.moment + timedelta(days=40))
    assert case.happened().count("rectifying_criticised") == 1
    assert [text for text in world.messages(MOBILE) if text not in sent] == []


def test_who_puts_it_right_in_time_is_not_urged(world: World) -> None:
    case = put_right(world)
    world.tick(world.moment + timedelta(days=1))

    assert "rectifying_urged" not in case.happened()


def test_a_reminder_that_comes_too_late_is_left_out(world: World) -> None:
    """The tick did not run before the clock was due: nobody is reminded of what is over."""
    case = passed_on(world)
    case.after(case.due("rectifying"))

    assert "rectifying_urged" not in case.happened()
    assert "rectifying" in overdue(case)
