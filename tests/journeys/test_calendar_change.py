"""A calendar is published anew: due dates of open cases are computed again, and whom that moves is
told, once, whatever dies on the way."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases import recomputing
from chalicelib.platform.ports import Row
from infra.player import Case
from tests.journeys.people import VILLAGE, example
from tests.world import World, load_json

MOBILE = "13800000001"
CALENDAR = load_json("infra/calendars/cn.json")


def accepted(world: World) -> Case:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    case.do(VILLAGE, "accept")
    return case


def publish(world: World, *days_off: str, **years: Any) -> None:
    """The calendar with further days off; and years that nobody has published yet."""
    document = deepcopy(CALENDAR)
    for day in days_off:
        document["years"][day[:4]]["holidays"].append(day)
    document["years"] |= years
    done = world.publisher.handle({"calendar": document})
    assert done["calendar"] == "cn"


def settled(world: World) -> None:
    """Until the job has walked over every case, twice."""
    for seconds in (1, 70, 40, 40):
        world.tick(world.moment + timedelta(seconds=seconds))


def moves(case: Case) -> list[Row]:
    events = case.view()["events"]
    return [
        {name: one["data"][name] for name in ("clock", "was", "is")}
        for one in events
        if one["type"] == "recomputed"
    ]


def told(case: Case) -> list[str]:
    return [t for t in case.front.messages(MOBILE) if case.number in t and "放假安排" in t]


def day_off(world: World) -> str:
    """The second working day from today."""
    day = world.house.calendar.add_working_days(world.house.today(), 2).date
    return day.isoformat()


def test_a_further_day_off_moves_the_promise_and_the_applicant_is_told_once(world: World) -> None:
    case = accepted(world)
    was = {name: case.due(name) for name in ("statutory", "promised")}
    publish(world, day_off(world))
    settled(world)

    assert {one["clock"] for one in moves(case)} == {"statutory", "promised"}
    for name, before in was.items():
        assert case.due(name) > before
    assert len(told(case)) == 1
    assert f"{case.due('promised').day}日" in told(case)[0]
    shown = [one["type"] for one in case.mine()["events"]]
    assert "date_moved" in shown and "recomputed" not in shown
    settled(world)
    assert len(told(case)) == 1 and len(moves(case)) == 2


def test_nobody_is_told_whom_the_change_does_not_concern(world: World) -> None:
    case = accepted(world)
    far = world.house.calendar.add_working_days(world.house.today(), 60).date
    publish(world, far.isoformat())
    settled(world)

    assert moves(case) == [] and told(case) == []


def test_the_same_calendar_again_changes_nothing(world: World) -> None:
    accepted(world)
    publish(world)
    world.tick(world.moment + timedelta(seconds=70))

    assert list(recomputing.due_jobs(world.house)) == []


def test_a_year_that_is_published_settles_what_was_provisional() -> None:
    world = World(datetime(2026, 12, 30, 2, tzinfo=UTC))
    world.publish_all()
    case = accepted(world)
    clock = next(one for one in case.mine()["clocks"] if one["clock"] == "promised")
    assert clock["provisional"]
    year = {"holidays": ["2027-01-01", "2027-01-04"], "workdays": []}
    publish(world, **{"2027": year})
    settled(world)

    clock = next(one for one in case.mine()["clocks"] if one["clock"] == "promised")
    assert not clock["provisional"]
    assert {one["clock"] for one in moves(case)} == {"statutory", "promised"}
    assert len(told(case)) == 1


def test_two_changes_before_the_worker_looks_are_one(world: World) -> None:
    case = accepted(world)
    was = case.due("promised")
    first = day_off(world)
    publish(world, first)
    world.moment += timedelta(seconds=2)
    world.publisher.handle({"calendar": CALENDAR})
    settled(world)

    assert case.due("promised") == was
    assert moves(case) == [] and told(case) == []


@pytest.mark.parametrize("dies", range(3))
def test_a_worker_that_dies_tells_nobody_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, dies: int
) -> None:
    """It dies after the first, second or third case; the lease runs out and another goes on."""
    cases = [accepted(world) for _ in range(3)]
    publish(world, day_off(world))
    done: list[str] = []
    one = recomputing._one

    def dying(*args: Any) -> bool:
        if len(done) == dies:
            done.append("died")
            raise KeyboardInterrupt
        result = one(*args)
        done.append("case")
        return result

    monkeypatch.setattr(recomputing, "_one", dying)
    world.tick(world.moment + timedelta(seconds=1))
    with pytest.raises(KeyboardInterrupt):
        world.tick(world.moment + timedelta(seconds=70))
    monkeypatch.undo()
    world.tick(world.moment + timedelta(minutes=3))
    settled(world)

    assert [len(told(case)) for case in cases] == [1, 1, 1]
    assert [len(moves(case)) for case in cases] == [2, 2, 2]
