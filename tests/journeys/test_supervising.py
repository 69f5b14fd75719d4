"""People urge, order and criticise; who is addressed answers, in time or before the head."""

from chalicelib.platform.errors import NotYet, SeparationOfDuty
from infra.player import Case, Front, expect
from tests.journeys.matters import appoint, overdue, refused_as
from tests.journeys.test_rating_rectification import CALLER, RIGHT, SUPERVISOR, UNIT, passed_on
from tests.world import World, load_json

ASKED = {"text": "两天内说明为什么还没有联系当事人"}
STEP = {"step": "今天下午联系，明天上门"}


def rungs(case: Case, kind: str) -> list[tuple[str, str]]:
    return [(one["role"], one["state"]) for one in case.view()["tasks"] if one["kind"] == kind]


def test_an_order_is_a_numbered_document_with_its_addressee_its_day_and_a_reply(
    front: Front,
) -> None:
    case = passed_on(front)

    case.do(SUPERVISOR, "supervise", ASKED)

    assert rungs(case, "supervision") == [("unit-head", "open")]
    (order,) = [one for one in case.view()["documents"] if one["document"] == "order"]
    due = case.due("ordered")
    assert "潘" in order["body"] and ASKED["text"] in order["body"]
    assert f"{due.month}月{due.day}日" in order["body"] and case.number in order["number"]
    assert [one["document"] for one in case.mine()["documents"]] == []
    case.do(UNIT, "answer", STEP)

    assert rungs(case, "supervision") == [("unit-head", "settled")]
    case.after(due)
    assert overdue(case) == set()
    case.stands("rectify")


def test_an_order_that_nobody_answers_goes_before_the_head(front: Front) -> None:
    case = passed_on(front)
    case.do(SUPERVISOR, "supervise", ASKED)

    case.after(case.due("ordered"))

    assert overdue(case) == {"ordered"}
    assert rungs(case, "escalation") == [("head", "open")]


def test_the_next_of_a_kind_waits_for_the_answer_to_the_former(world: World) -> None:
    case = passed_on(world)
    case.do(SUPERVISOR, "urge", ASKED)

    assert refused_as(case.attempt(SUPERVISOR, "urge", ASKED), NotYet)
    case.do(SUPERVISOR, "criticise", ASKED)
    case.do(UNIT, "answer", STEP)
    case.do(UNIT, "answer", STEP)

    case.do(SUPERVISOR, "urge", ASKED)
    assert case.attempt(UNIT, "urge", ASKED).status == 403
    case.do(UNIT, "answer", STEP)
    case.do(UNIT, "rectified", RIGHT)
    case.do(SUPERVISOR, "urge", ASKED)
    assert sorted(rungs(case, "urge"))[0] == ("caller", "open")
    case.do(CALLER, "satisfied", {"grade": 4, "text": "现在快了"})
    assert case.attempt(SUPERVISOR, "urge", ASKED).status == 409


def test_who_is_kept_apart_is_kept_apart_from_what_a_clock_asks_too(world: World) -> None:
    """Whoever passed the matter on may not step in where it became overdue."""
    document = load_json("forms/rating-rectification/service.json")
    clock = document["clocks"]["rectifying"]
    clock["on_due"]["who"] = {"role": "supervisor", "at": "unit", "not": ["assess"]}
    assert world.publish(document)["published"]
    case = passed_on(world)

    case.after(case.due("rectifying"))

    seen = case.view(SUPERVISOR)
    (task,) = [one for one in seen["tasks"] if one["kind"] == "escalation"]
    assert task["actions"] == []
    path = f"/cases/{case.number}/tasks/{task['task']}/actions"
    body, view = {"action": "seen", "details": STEP}, {"If-Match": f'"{seen["version"]}"'}
    assert refused_as(world.http("POST", path, body, SUPERVISOR, view), SeparationOfDuty)
    other = appoint(world, "officer-tan", ("supervisor", "jz"))
    assert expect(world.http("POST", path, body, other, view), 200)["type"] == "escalation_seen"
