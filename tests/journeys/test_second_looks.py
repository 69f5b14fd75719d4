"""What is looked at a second time: ends that may game a clock, and a sample by a keyed hash."""

from datetime import timedelta
from typing import Any

from chalicelib.cases.sampling import drawn
from chalicelib.platform.errors import SeparationOfDuty
from infra.player import Case, Front
from tests.journeys.matters import refused_as
from tests.journeys.test_rating_rectification import (
    CALLER,
    FINAL,
    HEAD,
    PASSED,
    RIGHT,
    SUPERVISOR,
    UNIT,
    before_the_head,
    passed_on,
    rated,
)
from tests.unit.test_lint import edited
from tests.world import World, load_json

RATING = load_json("forms/rating-rectification/service.json")
FINE = {"grade": 4, "text": "现在快了"}
CALLED = {
    "titles": {"zh-Hans": "抽查回访", "en": "Sampled call-back"},
    "on": ["closed"],
    "share": 30,
    "who": {"role": "caller", "at": "unit", "not_part": True},
    "actions": {
        "sampled": {
            "titles": {"zh-Hans": "记下回访结果", "en": "Note what was said"},
            "event": "sampled",
            "input": {
                "type": "object",
                "additionalProperties": False,
                "required": ["true"],
                "properties": {"true": {"type": "boolean"}},
            },
        }
    },
}
SAMPLED: Any = edited(
    RATING,
    {
        "/flow/tasks": {"sample": CALLED},
        "/events/sampled": {"titles": {"zh-Hans": "已抽查回访"}, "public": False},
    },
)


def noted(case: Case) -> list[Any]:
    return [one["data"] for one in case.view()["events"] if one["type"] == "pattern_noted"]


def test_what_is_explained_on_the_last_day_is_noted_for_the_office_alone(world: World) -> None:
    case = before_the_head(world)
    world.tick(case.due("answering") - timedelta(hours=1), case.number)

    case.do(HEAD, "answer", FINAL)

    (one,) = noted(case)
    assert one["patterns"] == ["explained_late"]
    facts = {**one["facts"]}
    assert facts["passed_on_last_day"] == 1 and facts["closed_as_explained"] is True
    assert "pattern_noted" not in [one["type"] for one in case.mine()["events"]]


def test_who_sends_in_at_night_and_is_answered_the_next_morning_is_not_noted(world: World) -> None:
    world.tick(world.moment.replace(hour=15))
    case = rated(world)
    world.tick(world.moment + timedelta(hours=10), case.number)
    case.do(SUPERVISOR, "pass_on", PASSED)
    assert case.due("passing").date() == world.moment.date()
    case.do(UNIT, "rectified", RIGHT)
    case.do(CALLER, "unsatisfied", {"text": "还是要我多跑"})

    case.do(HEAD, "answer", FINAL)

    assert noted(case) == []


def test_what_is_explained_in_good_time_is_not_noted(front: Front) -> None:
    case = before_the_head(front)

    case.do(HEAD, "answer", FINAL)

    assert noted(case) == []


def test_who_withdraws_tells_a_resident_from_a_clerk(world: World) -> None:
    by_clerk, by_resident = rated(world), rated(world)

    by_clerk.do(SUPERVISOR, "withdraw", {"how": "visit"})
    by_resident.decide("withdraw", {"why": "不说了"})

    assert [one["patterns"] for one in noted(by_clerk)] == [["withdrawn_here"]]
    assert noted(by_resident) == []


def test_a_case_that_ends_twice_is_looked_at_twice(world: World) -> None:
    case = rated(world)
    for _ in range(2):
        case.do(SUPERVISOR, "withdraw", {"how": "visit"})
        case.stands(ended=True, result="withdrawn")
        if len(noted(case)) == 1:
            case.decide("reopen", {"text": "我没有要撤回"})

    assert [one["facts"]["reopened"] for one in noted(case)] == [0, 1]


def test_a_sample_is_called_by_somebody_who_had_no_part(world: World) -> None:
    assert world.publish(SAMPLED)["published"]
    keys, found = world.ports.keys, {True: 0, False: 0}
    for _ in range(40):
        case = passed_on(world)
        case.do(UNIT, "rectified", RIGHT)
        case.do(CALLER, "satisfied", FINE)
        tasks = [one for one in case.view()["tasks"] if one["kind"] == "side"]
        assert bool(tasks) is drawn(keys, case.number, "sample", 30)
        found[bool(tasks)] += 1
        for task in tasks:
            path = f"/cases/{case.number}/tasks/{task['task']}/actions"
            body = {"action": "sampled", "details": {"true": True}}
            view = {"If-Match": f'"{case.view()["version"]}"'}
            assert refused_as(world.http("POST", path, body, CALLER, view), SeparationOfDuty)
        if all(found.values()):
            return
    raise AssertionError(found)


def test_the_share_of_a_sample_is_about_what_was_asked_for(world: World) -> None:
    numbers = [f"{n:010d}" for n in range(2_000)]
    share = sum(drawn(world.ports.keys, one, "sample", 30) for one in numbers)

    assert 500 < share < 700
    assert all(drawn(world.ports.keys, one, "sample", 100) for one in numbers[:50])
