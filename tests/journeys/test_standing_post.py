"""A standing post: a service post is set at its times, each for the skill that is needed (R63)."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.platform import times
from chalicelib.platform.skillmissing import SkillMissing
from infra.player import Case, expect
from tests.journeys.matters import refused_as
from tests.journeys.wishes import FANG, PHONES, QIN, Timed
from tests.world import World, load_json

SERVICE = "standing-post"
YAN, DAI, GRID, SUPERVISOR = "community-yan", "community-dai", "grid-luo", "officer-zhou"
PUBLISHED = {"text": "帮独居老人看一遍屋里的电线和插座。", "whom": "独居老人"}
PLACE = {"on": "2026-04-10", "hours": 3}
SIGNED = {"how": "signature", "reference": "签字单031"}


def asked(front: Timed, example: str = "wiring", by: str | None = DAI) -> Case:
    found = load_json(f"forms/{SERVICE}/examples/pass/{example}.json")["answers"]
    more = {"channel": "outreach", "site": "jz-t1-v1"} if by else {}
    return Case.submit(front, deepcopy(found), [], by, SERVICE, YAN, **more)


def begun(front: Timed, how: str = "monthly", example: str = "wiring") -> Case:
    case = asked(front, example)
    case.do(YAN, how)
    case.stands("running", status="in_progress")
    return case


def posts(case: Case) -> list[Case]:
    """The service posts that were set so far."""
    found = [one["data"] for one in case.view()["events"] if one["type"] == "emitted"]
    return [Case(case.front, one, "", YAN) for data in found for one in data["cases"]]


def next_post(front: Timed, case: Case) -> Case:
    (coming,) = case.view()["emits"]
    front.tick(times.moment(coming["opens_at"]) + timedelta(seconds=1), case.number)
    post = posts(case)[-1]
    front.settle(post.number)
    return post


def days(found: list[Case]) -> list[date]:
    return [date.fromisoformat(one.view()["answers"]["date"]) for one in found]


def claim(post: Case, party: str) -> Any:
    details = {"name": "志愿者", "phone": PHONES[party], "skill": "repair"}
    return post.alone(party, "claim", details)


def test_each_post_asks_for_the_skill_and_is_served_and_confirmed(world: World) -> None:
    case = begun(world)

    post = next_post(world, case)

    post.stands("set")
    told = post.view()["answers"]
    assert (told["title"], told["skill"], told["slots"]) == ("电工帮看线路", "repair", 2)
    post.do(YAN, "publish", PUBLISHED)
    assert refused_as(claim(post, QIN), SkillMissing)
    expect(claim(post, FANG), 200)
    post.do(YAN, "close")
    expect(post.alone(FANG, "serve", PLACE), 200)
    post.do(GRID, "confirm", SIGNED)
    post.stands(ended=True, result="served")
    case.stands("running")


@pytest.mark.parametrize(("how", "apart"), [("weekly", {7}), ("monthly", {28, 29, 30, 31})])
def test_posts_are_set_every_week_or_every_month(world: World, how: str, apart: set[int]) -> None:
    case = begun(world, how, "river")

    while len(posts(case)) < 4:
        next_post(world, case)

    found = days(posts(case))
    assert {(later - one).days for one, later in zip(found, found[1:], strict=False)} <= apart


def test_what_is_stopped_sets_no_more_posts_and_the_last_one_goes_on(world: World) -> None:
    case = begun(world)
    post = next_post(world, case)

    case.do(YAN, "stop", {"text": "电工师傅搬走了。"})

    case.stands(ended=True, result="ended")
    world.tick(world.moment + timedelta(days=70))
    assert len(posts(case)) == 1
    post.do(YAN, "publish", PUBLISHED)


def test_after_a_year_it_ends_by_itself(world: World) -> None:
    case = begun(world)

    case.after(case.due("term"))

    case.stands(ended=True, result="ended")


def test_a_resident_may_ask_for_one_and_hears_why_there_is_none(world: World) -> None:
    case = asked(world, by=None)

    case.do(YAN, "decline", {"reason": "S1", "text": "请先提一次服务岗位。"})

    case.stands(ended=True, result="declined", status="explained")
    assert [one["document"] for one in case.mine()["documents"]] == ["refusal"]


def test_what_is_not_answered_in_two_days_is_escalated(world: World) -> None:
    case = asked(world)

    case.after(case.due("answering"))

    assert case.happened()[-1] == "overdue"
    case.do(SUPERVISOR, "seen", {"step": "已要求当日答复"})


def test_a_request_may_be_taken_back(world: World) -> None:
    case = asked(world)

    case.decide("withdraw", {"how": "web"})

    case.stands(ended=True, result="withdrawn")
