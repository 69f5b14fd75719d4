"""A roster of night patrols: nights and hours that nobody knows beforehand, three slots each."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from chalicelib.platform import times
from infra.player import Case, expect
from tests.journeys.wishes import BAI, FANG, PHONES, QIN, SHI, Timed, states
from tests.world import World, load_json

YAN, DAI = "community-yan", "community-dai"
WORDS = {"text": "周末凌晨巡一次居住区，三人一组。"}


def begun(front: Timed, **changes: Any) -> Case:
    found = load_json("forms/patrol-roster/examples/pass/homes.json")["answers"]
    more = {"channel": "outreach", "site": "jz-t1-v1"}
    given = {**deepcopy(found), **changes}
    case = Case.submit(front, given, [], DAI, "patrol-roster", YAN, **more)
    case.do(YAN, "begin")
    return case


def nights(case: Case) -> list[Case]:
    """The nights that were opened so far."""
    found = [one["data"] for one in case.view()["events"] if one["type"] == "emitted"]
    return [Case(case.front, one, "", YAN) for data in found for one in data["cases"]]


def next_night(front: Timed, case: Case) -> Case:
    (coming,) = case.view()["emits"]
    front.tick(times.moment(coming["opens_at"]) + timedelta(seconds=1), case.number)
    night = nights(case)[-1]
    front.settle(night.number)
    return night


def test_a_night_of_the_roster_is_opened_ahead_and_three_claim_it(front: Timed) -> None:
    case = begun(front)

    night = nights(case)[0] if nights(case) else next_night(front, case)

    told = night.view()["answers"]
    ahead = date.fromisoformat(told["night"]) - front.moment.date()
    assert timedelta(0) <= ahead <= timedelta(days=8)
    assert "00:30" <= told["start"] < "04:30"
    night.stands("arrange")
    night.do(YAN, "publish", WORDS)
    for who in (FANG, QIN, SHI, BAI):
        claim = {"name": "志愿者", "phone": PHONES[who]}
        expect(night.alone(who, "claim", claim), 200)
    assert states(night, FANG, QIN, SHI, BAI) == ["open", "open", "open", "waiting"]


def test_there_are_two_nights_in_every_week_and_their_hours_are_never_a_habit(
    world: World,
) -> None:
    case = begun(world)
    while len(nights(case)) < 24:
        next_night(world, case)

    told = [one.view()["answers"] for one in nights(case)]
    begin = times.moment(case.view()["received_at"])
    first = world.house.calendar.local_date(begin)
    weeks = [(date.fromisoformat(one["night"]) - first).days for one in told]
    assert [(day - 1) // 7 for day in weeks] == [week for week in range(12) for _ in range(2)]
    assert all("00:30" <= one["start"] < "04:30" for one in told)
    assert len({one["start"] for one in told}) > 15
    assert len({day % 7 for day in weeks}) > 3


def test_another_roster_walks_on_other_nights(world: World) -> None:
    def drawn(case: Case) -> list[tuple[str, str]]:
        while len(nights(case)) < 8:
            next_night(world, case)
        told = [one.view()["answers"] for one in nights(case)]
        return [(one["night"], one["start"]) for one in told]

    one, other = begun(world), begun(world, area="field")

    assert drawn(one)[:8] != drawn(other)[:8]


def test_the_year_is_over_and_no_night_is_left(world: World) -> None:
    case = begun(world)

    world.tick(case.due("term") + timedelta(seconds=1))

    case.stands(ended=True, result="ended")
    before = len(nights(case))
    world.tick(world.moment + timedelta(days=30))
    assert len(nights(case)) == before


def test_a_roster_that_is_stopped_opens_no_further_night(world: World) -> None:
    case = begun(world)
    next_night(world, case)
    case.do(YAN, "stop", {"text": "年底人手另有安排。"})
    before = len(nights(case))

    world.tick(world.moment + timedelta(days=30))

    assert len(nights(case)) == before
    case.stands(result="ended")


def test_a_roster_that_is_declined_says_why(world: World) -> None:
    found = load_json("forms/patrol-roster/examples/pass/homes.json")["answers"]
    more = {"channel": "outreach", "site": "jz-t1-v1"}
    case = Case.submit(world, found, [], DAI, "patrol-roster", YAN, **more)

    case.do(YAN, "decline", {"reason": "R1", "text": "冬天只有两个人能出来。"})

    case.stands(ended=True, result="declined")
    assert nights(case) == []


def test_the_route_and_the_nights_are_for_who_arranges_them(world: World) -> None:
    case = begun(world)

    seen = case.view("officer-zhou")

    assert seen["withheld"] == ["/route"]
    assert "emits" not in case.mine()
