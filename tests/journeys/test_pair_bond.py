"""1+N pairing: a published pledge, visits that fall due by themselves, each with its record."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform import times
from infra.player import Case, a_phone, expect
from tests.journeys.wishes import FANG, SUPERVISOR, Timed, texts
from tests.world import World, load_json

YAN, DAI = "community-yan", "community-dai"
PLEDGE = {"helper": FANG, "pledge": "每个月去一次，帮销路、帮防疫。", "yuan": 2000}
SEEN = {"visited": "2026-04-10", "situation": "鸡出栏了，还差销路。", "yuan": 300, "deeds": 1}
LAMP = {"topic": "safety", "text": "二组路口没有路灯。"}
ROAD = {"topic": "roads", "text": "进山的路塌了一段。"}
MEASURES = {**SEEN, "measures": [LAMP, ROAD]}


def example(service: str, name: str, **changes: Any) -> dict[str, Any]:
    found = load_json(f"forms/{service}/examples/pass/{name}.json")["answers"]
    return {**deepcopy(found), **changes}


def proposed(front: Timed, name: str = "two", phone: str | None = None) -> Case:
    given = example("pair-bond", name, region="360802101201")
    if phone:
        given["helper"]["phone"] = phone
    more = {"channel": "outreach", "site": "jz-t1-v1"}
    return Case.submit(front, given, [], DAI, "pair-bond", YAN, **more)


def paired(front: Timed, name: str = "two", **more: Any) -> Case:
    case = proposed(front, name, **more)
    case.do(YAN, "approve")
    case.do(YAN, "pair", PLEDGE)
    return case


def visits(case: Case) -> list[Case]:
    """The visits that have fallen due so far."""
    found = [one["data"] for one in case.view()["events"] if one["type"] == "emitted"]
    return [Case(case.front, one, "", YAN) for data in found for one in data["cases"]]


def next_round(front: Timed, case: Case) -> list[Case]:
    """The next visits fall due; only those."""
    before = {one.number for one in visits(case)}
    (coming,) = case.view()["emits"]
    front.tick(times.moment(coming["opens_at"]) + timedelta(seconds=1), case.number)
    fresh = [one for one in visits(case) if one.number not in before]
    for one in fresh:
        front.settle(one.number)
    return fresh


def counted(case: Case, kind: str) -> Mapping[str, Any]:
    found = [one for one in case.view()["events"] if one["type"] == kind][-1]
    counts: Mapping[str, Any] = found["data"]["counts"]
    return counts


def test_a_pairing_is_agreed_pledged_visited_and_ended(front: Timed) -> None:
    phone = a_phone()
    case = paired(front, phone=phone)
    case.stands("bond", status="in_progress")
    assert counted(case, "paired") == {"pledged": 2000}
    assert [one["document"] for one in case.mine()["documents"]] == ["pledge"]

    first, second = next_round(front, case)

    seen = [one.view() for one in (first, second)]
    assert [one["answers"]["target"]["name"] for one in seen] == ["谢长根", "易冬梅"]
    assert [one["answers"]["round"] for one in seen] == [1, 1]
    assert {one["about"] for one in seen} == {case.number}
    for one in (first, second):
        assert len([text for text in texts(one, phone) if "到期" in text]) == 1
    first.do(YAN, "visited", SEEN)
    first.stands(ended=True, result="visited")
    assert counted(first, "visited") == {"yuan": 300, "deeds": 1}
    case.do(YAN, "note_help", {"kind": "arranged", "yuan": 50000, "what": "争取到鸡舍改造资金。"})
    assert counted(case, "helped") == {"kind": "arranged", "yuan": 50000}
    case.do(YAN, "end", {"text": "鸡舍改好了，柚子有了销路。"})
    case.stands(ended=True, result="ended")


def test_the_next_visits_fall_due_thirty_days_later_and_say_which_they_are(world: World) -> None:
    case = paired(world)
    next_round(world, case)

    again = next_round(world, case)

    answers = [one.view()["answers"] for one in again]
    assert [one["round"] for one in answers] == [2, 2]
    assert {one["due"] for one in answers} == {f"{world.house.today()}"}
    assert len(visits(case)) == 4


def test_the_bond_is_the_helpers_until_the_pairing_ends(world: World) -> None:
    def bonds() -> list[str]:
        return [
            one["state"] for one in expect(world.http("GET", "/bonds", None, FANG), 200)["bonds"]
        ]

    case = paired(world)
    assert bonds() == ["open"]

    case.do(YAN, "end", {"text": "做成了。"})

    assert bonds() == ["ended"]


def test_after_the_end_no_visit_falls_due(world: World) -> None:
    case = paired(world)
    next_round(world, case)
    case.do(YAN, "end", {"text": "做成了。"})
    before = len(visits(case))

    world.tick(world.moment + timedelta(days=70))

    assert len(visits(case)) == before


def test_in_two_years_each_is_visited_every_month_and_then_somebody_is_asked(
    world: World,
) -> None:
    case = paired(world, "secretary")
    rounds = []
    while case.view()["emits"]:
        (visit,) = next_round(world, case)
        rounds.append(visit.view()["answers"]["round"])
        visit.do(YAN, "visited", {**SEEN, "visited": f"{world.house.today()}"})

    assert rounds == list(range(1, 25))
    world.tick(case.due("term") + timedelta(seconds=1))
    assert any(
        one["role"] == "supervisor" for one in case.view()["tasks"] if one["state"] == "open"
    )


def test_what_others_must_do_becomes_a_case_each(world: World) -> None:
    case = paired(world, "secretary")
    (visit,) = next_round(world, case)

    visit.do(YAN, "needs", {**MEASURES, "visited": f"{world.house.today()}"})

    told = [one["data"] for one in visit.view()["events"] if one["type"] == "case_opened"]
    views = [Case(world, one["case"], "", YAN).view("officer-zhao") for one in told]
    assert [one["answers"]["text"] for one in views] == [LAMP["text"], ROAD["text"]]
    assert {one["about"] for one in views} == {visit.number}


def test_each_measure_of_a_visit_goes_to_the_team_that_owns_its_kind(world: World) -> None:
    case = paired(world, "secretary")
    (visit,) = next_round(world, case)
    helped = [
        {"kind": "aid", "text": "帮助申请最低生活保障"},
        {"kind": "farming", "text": "请农技员上门看鸡"},
    ]

    visit.do(YAN, "help", {**MEASURES, "visited": f"{world.house.today()}", "measures": helped})

    visit.stands(ended=True, result="visited")
    told = [one["data"]["case"] for one in visit.view()["events"] if one["type"] == "case_opened"]
    cases = [Case(world, one, "", "household-mao") for one in told]
    assert [one.view()["unit"] for one in cases] == ["safety-team", "farming-team"]
    for one, team in zip(cases, ("team-ni", "team-he"), strict=True):
        one.do(team, "take", {"by": f"{world.house.today()}"})
        one.do(team, "done", {"text": "已经落实。", "evidence": "照片1"})
    assert {one.view()["stage"] for one in cases} == {"check"}


def test_who_was_not_met_is_said_and_not_counted(world: World) -> None:
    case = paired(world, "secretary")
    (visit,) = next_round(world, case)

    visit.do(YAN, "not_met", {"reason": "V1", "text": "外出打工，月底回来。"})

    visit.stands(ended=True, result="not_met")
    results = load_json("forms/pair-visit/service.json")["results"]
    assert results["not_met"]["counted"] is False


def test_a_visit_that_nobody_makes_is_escalated(world: World) -> None:
    case = paired(world, "secretary")
    (visit,) = next_round(world, case)

    world.tick(visit_due(visit) + timedelta(seconds=1))

    (task,) = [one for one in visit.view()["tasks"] if one["kind"] == "escalation"]
    assert (task["role"], task["state"]) == ("supervisor", "open")


def visit_due(visit: Case) -> Any:
    (clock,) = [one for one in visit.view()["clocks"] if one["clock"] == "visiting"]
    return times.moment(clock["due_at"])


def test_a_pairing_that_is_declined_says_why_and_nothing_begins(world: World) -> None:
    case = proposed(world)

    case.do(YAN, "decline", {"reason": "B1", "text": "谢长根已经和区医保局结对。"})

    case.stands(ended=True, result="declined")
    assert case.view(SUPERVISOR)["emits"] == []


def test_nobody_is_bound_who_is_not_in_the_directory(world: World) -> None:
    case = proposed(world)
    case.do(YAN, "approve")

    refused = case.attempt(YAN, "pair", {**PLEDGE, "helper": "nobody-here"})

    assert refused.status == 422
    case.stands("pledge")


@pytest.mark.parametrize("wrong", [{"yuan": -1}, {"kind": "cash"}])
def test_help_is_noted_as_numbers_of_three_kinds(world: World, wrong: Mapping[str, Any]) -> None:
    case = paired(world)

    answer = case.attempt(
        YAN, "note_help", {"kind": "deed", "yuan": 0, "what": "修路灯。", **wrong}
    )

    assert answer.status == 422
