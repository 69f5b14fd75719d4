"""A case that was ended is taken up again: the same number, the same officer, clocks from now."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform import times
from infra.player import Case, Front
from tests.journeys.matters import overdue
from tests.journeys.test_rating_rectification import CALLER, RIGHT, UNIT, put_right, says
from tests.world import World, load_json

AGAIN = {"text": "过了一周又是老样子"}
FINE = {"grade": 4, "text": "现在快了"}


def ended(front: Front) -> Case:
    case = put_right(front)
    case.do(CALLER, "satisfied", FINE)
    case.stands(ended=True, result="satisfied")
    return case


def reopened(front: Front) -> Case:
    case = ended(front)
    case.decide("reopen", AGAIN)
    return case


def of_type(case: Case, type: str) -> Any:
    return [one for one in case.view()["events"] if one["type"] == type]


def test_a_case_goes_on_where_the_document_says_and_ends_a_second_time(front: Front) -> None:
    case = reopened(front)

    view = case.stands("rectify", ended=False, status="rectifying", result=None)
    (again,) = of_type(case, "reopened")
    assert again["data"]["reopened"] == 1 and again["data"]["was"] == "satisfied"
    assert [one["data"]["result"] for one in of_type(case, "closed")] == ["satisfied"]
    assert len(says(case, "已重新办理")) == 1
    assert [one["result"] for one in (view, case.mine())] == [None, None]
    case.do(UNIT, "rectified", RIGHT)
    case.do(CALLER, "unreachable", {"tries": 3, "text": "没人接"})

    case.stands(ended=True, result="unconfirmed")
    results = [one["data"]["result"] for one in of_type(case, "closed")]
    assert results == ["satisfied", "unconfirmed"]


def test_it_goes_to_who_had_it_last_and_to_the_role_where_they_hold_it_no_more(
    world: World,
) -> None:
    case = reopened(world)
    (task,) = [one for one in case.view()["tasks"] if one["state"] == "open"]
    assert (task["party"], task["role"]) == (UNIT, "unit-head")
    case.do(UNIT, "rectified", RIGHT)
    case.do(CALLER, "satisfied", FINE)
    region = load_json("infra/seed/directory.json")
    theirs = [one for one in region["grants"] if (one["party"], one["role"]) == (UNIT, "unit-head")]
    over = [{**one, "to": "2026-01-31"} for one in theirs]
    people = [one for one in region["parties"] if one["party"] == UNIT]
    left = {"nodes": region["nodes"], "parties": people, "grants": over}
    world.publisher.handle({"directory": left})
    world.moment += timedelta(minutes=2)

    case.decide("reopen", AGAIN)

    (task,) = [one for one in case.view()["tasks"] if one["state"] == "open"]
    assert task.get("party") is None and task["role"] == "unit-head"


def test_its_clocks_run_from_now_and_not_from_the_first_time(world: World) -> None:
    case = ended(world)
    closed = case.due("rectifying")
    (over,) = of_type(case, "closed")
    world.tick(times.moment(over["at"]) + timedelta(days=8), case.number)

    case.decide("reopen", AGAIN)

    (again,) = of_type(case, "reopened")
    (clock,) = [one for one in case.mine()["clocks"] if one["clock"] == "rectifying"]
    assert clock["started_at"] == again["at"] and clock["state"] == "running"
    assert case.due("rectifying") > closed
    assert overdue(case) == set()
    case.after(case.due("rectifying"))
    assert overdue(case) == {"rectifying"}


def test_after_the_time_for_it_nobody_reopens(world: World) -> None:
    case = ended(world)
    assert "reopen" in [one["action"] for one in case.mine()["actions"]]

    case.after(case.due("reopening"))

    assert "reopen" not in [one["action"] for one in case.mine()["actions"]]
    assert len(of_type(case, "reopening_over")) == 1
    headers = {"Receipt-Secret": case.secret}
    body = {"action": "reopen", "details": AGAIN}
    answer = world.http("POST", f"/my/cases/{case.number}/actions", body, None, headers)
    assert answer.status == 409 and "届满" in answer.body["detail"]
    assert case.view()["ended"] and overdue(case) == set()


def test_an_open_case_is_not_reopened(world: World) -> None:
    case = put_right(world)
    headers = {"Receipt-Secret": case.secret}
    body = {"action": "reopen", "details": AGAIN}

    answer = world.http("POST", f"/my/cases/{case.number}/actions", body, None, headers)

    assert answer.status == 409


def test_a_token_of_the_former_generation_is_useless_after_reopening(world: World) -> None:
    case = put_right(world)
    kept: list[dict[str, Any]] = []
    deliver = world.deliver

    def keep(envelope: Any) -> Any:
        kept.append(dict(envelope))
        return deliver(envelope)

    world.deliver = keep  # type: ignore[method-assign]
    case.do(CALLER, "satisfied", FINE)
    world.deliver = deliver  # type: ignore[method-assign]
    case.decide("reopen", AGAIN)
    before = world.row(case.number)

    for envelope in kept:
        world.deliver(envelope)
        assert not world.orchestrator.succeed(envelope["token"], {"outcome": "rectified"})
    world.settle()

    assert world.row(case.number) == before
    assert int(before["generation"]) == 2
    case.stands("rectify")


@pytest.mark.parametrize("when", ["at once", "when it has started"])
def test_a_reopened_case_whose_execution_dies_goes_on(world: World, when: str) -> None:
    case = ended(world)
    if when == "at once":
        headers = {"Receipt-Secret": case.secret}
        body = {"action": "reopen", "details": AGAIN}
        world.http("POST", f"/my/cases/{case.number}/actions", body, None, headers)
        world.kill(case.number)
    else:
        case.decide("reopen", AGAIN)
        world.kill(case.number)

    world.recover()

    case.do(UNIT, "rectified", RIGHT)
    case.do(CALLER, "satisfied", FINE)
    case.stands(ended=True, result="satisfied")
    assert says(case, "帮我们改进")
