"""A session near home: a place, a time, people and services; matters are recorded in it, and most
are done on the spot."""

from typing import Any

from infra.player import Case
from tests.journeys.test_livelihood import done_to_many, members, numbers
from tests.world import World, load_json

SESSION, MATTER = "outreach-session", "outreach-matter"
WORKER = "community-yan"
DONE = {"text": "换了水龙头。", "minutes": 15}
BACK = {"text": "要到社保窗口查。"}


def session(world: World) -> Case:
    """One that is going on."""
    given = load_json(f"forms/{SESSION}/examples/pass/square.json")["answers"]
    case = Case.submit(world, given, [], None, SESSION, WORKER)
    case.do(WORKER, "begin", {"came": 12})
    return case


def brought(world: World, to: Case, name: str = "tap") -> Case:
    given: dict[str, Any] = load_json(f"forms/{MATTER}/examples/pass/{name}.json")["answers"]
    given = {**given, "session": to.number}
    return Case.submit(world, given, [], WORKER, MATTER, WORKER, channel="outreach")


def test_a_matter_is_recorded_in_the_session_and_done_on_the_spot(world: World) -> None:
    of = session(world)
    case = brought(world, of)
    world.moment += world.minutes(15)

    case.do(WORKER, "done", DONE)

    case.stands(ended=True, result="done", channel="outreach", part_of=of.number)
    (event,) = [one for one in case.view()["events"] if one["type"] == "done_on_spot"]
    assert event["data"]["counts"] == {"minutes": 15}
    assert [one["case"] for one in members(world, of, "done")] == [case.number]


def test_nothing_is_brought_to_a_session_before_it_begins_or_when_it_is_over(world: World) -> None:
    given = load_json(f"forms/{SESSION}/examples/pass/square.json")["answers"]
    of = Case.submit(world, given, [], None, SESSION, WORKER)
    matter = load_json(f"forms/{MATTER}/examples/pass/tap.json")["answers"]
    body = {"answers": {**matter, "session": of.number}, "channel": "outreach"}
    early = world.http("POST", f"/services/{MATTER}/cases", body, WORKER)
    of.do(WORKER, "begin", {"came": 12})
    of.do(WORKER, "over", {"visitors": 80})
    late = world.http("POST", f"/services/{MATTER}/cases", body, WORKER)

    assert (early.status, late.status) == (422, 422)
    assert late.body["errors"][0]["pointer"] == "/answers/session"


def test_what_is_taken_back_keeps_the_session_open_until_it_is_done(world: World) -> None:
    of = session(world)
    here, there = brought(world, of), brought(world, of, "pension")
    here.do(WORKER, "done", DONE)
    there.do(WORKER, "take_back", BACK)
    of.do(WORKER, "over", {"visitors": 80})

    assert of.attempt(WORKER, "conclude", {"text": "两件"}).status == 409
    told = {"text": "已到账，已打电话。"}
    seen = done_to_many(world, of, WORKER, "done_later", members=numbers([there]), details=told)
    assert seen["counts"] == {"done": 1}
    of.do(WORKER, "conclude", {"text": "两件"})

    of.stands(ended=True, result="concluded")
    assert len(members(world, of, "done")) == 2


def test_a_session_that_is_called_off_says_why(world: World) -> None:
    given = load_json(f"forms/{SESSION}/examples/pass/square.json")["answers"]
    of = Case.submit(world, given, [], None, SESSION, WORKER)

    of.do(WORKER, "call_off", {"reason": "E1", "text": "下雨，改到下周。"})

    of.stands(ended=True, result="called_off", status="terminated")


def test_why_says_what_a_matter_belongs_to_and_what_a_session_waits_for(world: World) -> None:
    of = session(world)
    case = brought(world, of)
    why = [
        world.http("GET", f"/cases/{one.number}/why", None, WORKER).body["why"]
        for one in (case, of)
    ]

    assert f"属于专项{of.number}。" in why[0] and "还有成员没有办结。" in why[1]
