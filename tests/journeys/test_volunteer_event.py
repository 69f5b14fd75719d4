"""A themed event: claimed wishes join it, both sides hear when and where, the outcome of each stays
its own, and the event is concluded when all have theirs."""

import json
from typing import Any

import pytest

from chalicelib.cases import act as acting
from chalicelib.cases.fact import Fact
from chalicelib.platform.errors import NotYet, OnceOnly
from infra.player import Answer, Case, expect
from tests.journeys.test_livelihood import done_to_many, members, numbers
from tests.journeys.wishes import (
    BAI,
    CALLER,
    FANG,
    GRID,
    OTHER_GRID,
    PHONES,
    QIN,
    claim,
    claim_of,
    claimed,
    offered,
    on_claim,
    seen,
    texts,
)
from tests.world import World, load_json

EVENT = "volunteer-event"
BENEFICIARY = "13800000011"
SIGNED = {"how": "signature", "reference": "签字单001"}
SUM_UP = {"text": "列入的心愿都有了结果。"}
RAIN = {"reason": "E1", "text": "下雨，改到下周。"}
TOWN = "360802101000"
LOWER_VILLAGE = "360802101202"


def arranged(world: World, by: str = GRID, **changes: Any) -> Case:
    """An event that is recorded, and not settled yet."""
    given = load_json(f"forms/{EVENT}/examples/pass/winter.json")["answers"]
    return Case.submit(world, {**given, **changes}, [], None, EVENT, by)


def gathering(world: World, by: str = GRID, **changes: Any) -> Case:
    """An event that wishes may join."""
    case = arranged(world, by, **changes)
    case.do(by, "open", {})
    return case


def invite(case: Case, of: str, to: Case) -> None:
    on_claim(case, of, GRID, "invite", {"container": to.number})


def refused(case: Case, of: str, number: str) -> Answer:
    path = f"/cases/{case.number}/tasks/{claim_of(case, of)['task']}/actions"
    headers = {"If-Match": f'"{case.view()["version"]}"'}
    body = {"action": "invite", "details": {"container": number}}
    return case.front.http("POST", path, body, GRID, headers)


def keyword(answer: Answer) -> str:
    (error,) = expect(answer, 422)["errors"]
    assert error["pointer"] == "/details/container"
    return str(error["keyword"])


def test_wishes_join_and_both_sides_hear_the_day_the_hour_and_the_place(world: World) -> None:
    of = gathering(world)
    case = claimed(world, FANG)

    invite(case, FANG, of)

    assert [one["case"] for one in members(world, of)] == [case.number]
    case.stands("offer", status="claimed", part_of=of.number)
    for phone in (BENEFICIARY, PHONES[FANG]):
        (told,) = [one for one in texts(case, phone) if "上村文化广场" in one]
        assert "3月14日09:00" in told
        assert "18号" not in told and "罗桂香" not in told
    shown = seen(case, FANG).body["told"]
    assert [one["details"] for one in shown] == [{"container": of.number}]


def test_the_outcome_is_recorded_per_wish_and_the_last_one_ends_the_event(world: World) -> None:
    of = gathering(world)
    came, stayed = claimed(world, FANG), claimed(world, QIN)
    invite(came, FANG, of)
    invite(stayed, QIN, of)
    of.do(GRID, "held", {"came": 3})
    expect(came.alone(FANG, "fulfil", {"note": "活动上送到"}), 200)
    came.decide("confirm", SIGNED)

    early = of.attempt(GRID, "conclude", SUM_UP)
    assert early.status == 409 and early.body["type"].endswith(NotYet.slug)
    stayed.decide("withdraw", {"why": "不需要了"})
    of.do(GRID, "conclude", SUM_UP)

    of.stands(ended=True, result="concluded")
    assert [one["case"] for one in members(world, of, "done")] == [came.number]
    assert [one["case"] for one in members(world, of, "dropped")] == [stayed.number]
    came.stands(ended=True, result="fulfilled")


def test_a_wish_that_nobody_has_claimed_does_not_join(world: World) -> None:
    of = gathering(world)
    case = offered(world)

    assert case.attempt(GRID, "invite", {"container": of.number}).status == 422
    expect(claim(case, FANG), 200)
    expect(claim(case, BAI), 200)
    on_list = claim_of(case, BAI)["task"]
    path = f"/cases/{case.number}/tasks/{on_list}/actions"
    headers = {"If-Match": f'"{case.view()["version"]}"'}
    body = {"action": "invite", "details": {"container": of.number}}
    assert world.http("POST", path, body, GRID, headers).status == 409

    assert members(world, of) == []


def test_why_a_wish_may_not_join_has_a_name(world: World) -> None:
    case = claimed(world, FANG)
    early, late, elsewhere = (
        arranged(world),
        gathering(world),
        gathering(world, OTHER_GRID, region=LOWER_VILLAGE),
    )
    late.do(GRID, "held", {"came": 3})

    assert keyword(refused(case, FANG, "1234567894")) == "container"
    assert keyword(refused(case, FANG, case.number)) == "container"
    assert keyword(refused(case, FANG, early.number)) == "container_closed"
    assert keyword(refused(case, FANG, late.number)) == "container_closed"
    assert keyword(refused(case, FANG, elsewhere.number)) == "container_place"


def test_an_event_of_the_town_takes_wishes_of_its_villages(world: World) -> None:
    of = gathering(world, OTHER_GRID, region=TOWN)
    case = claimed(world, FANG)

    invite(case, FANG, of)

    case.stands("offer", part_of=of.number)


def test_every_helper_of_a_wish_is_invited_to_the_same_event(world: World) -> None:
    of, other = gathering(world), gathering(world, theme="开学季")
    case = claimed(world, FANG, QIN, slots=2)
    invite(case, FANG, of)

    invite(case, QIN, of)

    assert [one["case"] for one in members(world, of)] == [case.number]
    assert [one for one in texts(case, PHONES[QIN]) if "上村文化广场" in one]
    again = refused(case, FANG, other.number)
    assert again.status == 409 and again.body["type"].endswith(OnceOnly.slug)


def test_an_event_that_is_off_is_told_to_both_sides_and_the_wish_joins_another(
    world: World,
) -> None:
    of, other = gathering(world), gathering(world, theme="开学季")
    case = claimed(world, FANG)
    invite(case, FANG, of)

    job = done_to_many(world, of, GRID, "event_off", members=numbers([case]))
    of.do(GRID, "call_off", RAIN)

    assert job["counts"] == {"done": 1}
    for phone in (BENEFICIARY, PHONES[FANG]):
        assert [one for one in texts(case, phone) if "活动取消" in one]
    invite(case, FANG, other)
    case.stands("offer", status="claimed", part_of=other.number)
    assert members(world, of) == []


def test_a_wish_does_not_slip_into_an_event_that_is_held_at_that_moment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever invites has read that it takes wishes; before this is written it does no more."""
    of = gathering(world)
    case = claimed(world, FANG)
    commit, meanwhile = Fact.commit, [lambda: of.do(GRID, "held", {"came": 3})]

    def late(fact: Fact, calendar: Any) -> Any:
        if fact.number == case.number and meanwhile:
            meanwhile.pop()()
        return commit(fact, calendar)

    monkeypatch.setattr(acting.Fact, "commit", late)

    assert keyword(refused(case, FANG, of.number)) == "container_closed"
    assert "part_of" not in case.view()


def test_the_event_tells_its_members_to_nobody_who_may_not_read_them(world: World) -> None:
    of = gathering(world)
    case = claimed(world, FANG)
    invite(case, FANG, of)

    for party in (FANG, CALLER):
        assert world.http("GET", f"/cases/{of.number}/members", None, party).status == 404
    for party in (GRID, OTHER_GRID):
        (one,) = expect(world.http("GET", f"/cases/{of.number}/members", None, party), 200)[
            "members"
        ]
        assert one["case"] == case.number
    (one,) = members(world, of) or [{}]
    said = json.dumps(one, ensure_ascii=False)
    assert "罗桂香" not in said and "18号" not in said
