"""One night patrol: three claim it, walk after midnight, and the log says what was found."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from infra.player import Answer, Case, a_phone, expect
from tests.journeys.wishes import (
    BAI,
    FANG,
    PHONES,
    QIN,
    SHI,
    SUPERVISOR,
    Timed,
    cards_of,
    on_claim,
    seen,
    states,
    texts,
)
from tests.world import World, load_json

SERVICE = "patrol-night"
YAN = "community-yan"
LEADER = "13800000095"
WORDS = {"text": "周末凌晨巡一次居住区，三人一组。"}
WAY = {"start": "01:20", "route": "从村口绕到后山水塔", "meet": "村委会门口"}
LOG = {"left": "01:20", "back": "03:10", "walkers": 3, "places": 12}
LAMP = {**LOG, "kind": "light", "at": "02:05", "what": "后山路口的路灯不亮。", "called": "nobody"}
POST = {
    "title": "后山路口夜间护学岗",
    "what": "路灯修好以前，晚上陪放学的孩子过路口。",
    "place": "后山路口",
    "hours": 2,
    "slots": 2,
    "people": 9,
}


def asked(front: Timed, phone: str = LEADER, **changes: Any) -> Case:
    found = load_json(f"forms/{SERVICE}/examples/pass/homes.json")["answers"]
    given = {**deepcopy(found), "night": (front.moment + timedelta(days=4)).date().isoformat()}
    given["leader"]["phone"] = phone
    more = {"channel": "outreach", "site": "jz-t1-v1"}
    return Case.submit(front, {**given, **changes}, [], YAN, SERVICE, YAN, **more)


def offered(front: Timed, **more: Any) -> Case:
    case = asked(front, **more)
    case.do(YAN, "publish", WORDS)
    return case


def claim(case: Case, party: str) -> Answer:
    return case.alone(party, "claim", {"name": "志愿者", "phone": PHONES[party]})


def walked(front: Timed, *parties: str, **more: Any) -> Case:
    """A patrol that is back and waits for its log."""
    case = offered(front, **more)
    for party in parties:
        expect(claim(case, party), 200)
    if len(parties) < 3:
        case.do(YAN, "close")
    for party in parties:
        expect(case.alone(party, "back"), 200)
    return case


def counted(case: Case, kind: str) -> Mapping[str, Any]:
    """What statistics may read of the latest event of a kind."""
    found = [one for one in case.view()["events"] if one["type"] == kind][-1]
    counts: Mapping[str, Any] = found["data"]["counts"]
    return counts


def pointers(answer: Answer) -> list[str]:
    return [error["pointer"] for error in expect(answer, 422)["errors"]]


def test_three_claim_a_night_walk_it_and_the_log_says_all_quiet(front: Timed) -> None:
    phone = a_phone()
    case = offered(front, phone=phone)
    for who in (FANG, QIN, SHI):
        expect(claim(case, who), 200)
        on_claim(case, who, YAN, "introduce", WAY)
    for who in (FANG, QIN, SHI):
        expect(case.alone(who, "back"), 200)
    case.stands("log", status="in_progress")

    case.do(YAN, "quiet", LOG)

    case.stands(ended=True, result="quiet", status="fulfilled")
    assert case.happened()[-3:] == ["all_back", "quiet", "closed"]
    assert [one["document"] for one in case.mine()["documents"]] == ["sheet", "log"]
    assert counted(case, "quiet") == {"walkers": 3, "places": 12}
    for words in ("已安排", "平安无事"):
        assert len([text for text in texts(case, phone) if words in text]) == 1


def test_a_team_is_three_and_the_fourth_waits(front: Timed) -> None:
    case = offered(front)

    for who in (FANG, QIN, SHI, BAI):
        expect(claim(case, who), 200)

    assert states(case, FANG, QIN, SHI, BAI) == ["open", "open", "open", "waiting"]
    assert cards_of(case) == []
    expect(case.alone(QIN, "release"), 200)
    assert states(case, FANG, QIN, SHI, BAI) == ["open", "settled", "open", "open"]


def test_time_and_route_are_told_to_the_three_and_to_nobody_else(front: Timed) -> None:
    case = offered(front)
    expect(claim(case, FANG), 200)

    on_claim(case, FANG, YAN, "introduce", WAY)

    assert [one["details"] for one in seen(case, FANG).body["told"]] == [WAY]
    assert case.view(SUPERVISOR)["withheld"] == ["/start", "/route"]
    for told in (seen(case, BAI).body, cards_of(case), texts(case, PHONES[FANG])):
        said = json.dumps(told, ensure_ascii=False)
        assert "01:20" not in said and "水塔" not in said


@pytest.mark.parametrize("words", ["周末凌晨01:20巡一次居住区", "由牛志刚带队巡一次居住区"])
def test_public_words_with_the_time_or_the_name_of_the_leader_are_refused(
    world: World, words: str
) -> None:
    case = asked(world)

    assert pointers(case.attempt(YAN, "publish", {"text": words})) == ["/details/text"]

    case.stands("arrange")


def test_with_two_people_there_is_no_patrol_to_log(world: World) -> None:
    case = walked(world, FANG, QIN)
    short = {**LOG, "walkers": 2}

    assert pointers(case.attempt(YAN, "quiet", short)) == ["/details/walkers"]
    case.do(YAN, "called_off", {"reason": "X2", "text": "只来了两个人。"})

    case.stands(ended=True, result="called_off", status="terminated")
    results = load_json(f"forms/{SERVICE}/service.json")["results"]
    assert {name for name, it in results.items() if it.get("counted", True)} == {
        *("quiet", "incident")
    }
    assert "没有巡：不足三人" in texts(case, LEADER)[-1]


@pytest.mark.parametrize("left", ["23:30", "06:00", "01:60"])
def test_a_log_is_of_the_small_hours(world: World, left: str) -> None:
    case = walked(world, FANG, QIN, SHI)

    assert pointers(case.attempt(YAN, "quiet", {**LOG, "left": left})) == ["/details/left"]


def test_what_was_found_leads_to_a_post_that_is_about_the_patrol(world: World) -> None:
    case = walked(world, FANG, QIN, SHI)
    case.do(YAN, "incident", LAMP)
    case.stands("handle")
    day = (world.moment + timedelta(days=9)).date().isoformat()

    opened = case.do(YAN, "open_post", {**POST, "date": day})["opened"]

    case.stands(ended=True, result="incident", status="referred")
    found = {"walkers": 3, "places": 12, "kind": "light", "called": "nobody"}
    assert counted(case, "incident") == found
    post = Case(world, opened, "", YAN)
    view = post.stands("set", service="service-post", about=case.number)
    assert view["answers"]["what"] == POST["what"]


def test_what_was_found_may_be_in_hand_already(world: World) -> None:
    case, other = walked(world, FANG, QIN, SHI), offered(world)
    case.do(YAN, "incident", LAMP)
    noted = {"case": other.number, "right_door": "镇城管办"}

    assert pointers(case.attempt(YAN, "note_case", {**noted, "case": "1234567890"})) == [
        "/details/case"
    ]
    case.do(YAN, "note_case", noted)

    case.stands(ended=True, result="incident")
    assert "已处置" in texts(case, LEADER)[-1]


def test_nobody_claims_and_nobody_logs(world: World) -> None:
    empty, unlogged = offered(world), walked(world, FANG, QIN, SHI)

    unlogged.after(unlogged.due("logging"))
    unlogged.do(SUPERVISOR, "seen", {"step": "已要求当日登记"})
    unlogged.do(YAN, "quiet", LOG)
    empty.after(empty.due("seeking"))

    unlogged.stands(ended=True, result="quiet")
    empty.stands(ended=True, result="expired", status="expired")
    assert cards_of(empty) == []


def test_a_patrol_that_is_cancelled_is_told_to_those_who_claimed(world: World) -> None:
    case = offered(world)
    expect(claim(case, FANG), 200)

    case.decide("withdraw", {"how": "voice"})

    case.stands(ended=True, result="withdrawn")
    assert "名额已结束" in texts(case, PHONES[FANG])[-1]
    assert claim(case, QIN).status == 404
