"""A programme of the year comes down the tree: items of the levels above stay where they are
written, each level adds as many of its own as it may, and none ends before those below it."""

import json
from typing import Any

from chalicelib.platform.errors import NotYet
from infra.player import Answer, Case, expect
from tests.journeys.test_livelihood import members
from tests.world import World, load_json

PROGRAMME = "year-programme"
CLERK, LEAD = "programme-bian", "programme-pang"
TOWN_CLERK, TOWN_LEAD = "programme-ning", "programme-miao"
PARKING = {"name": "圩镇停车", "target": "新增车位八十个"}
LAMPS = {"name": "路灯", "target": "村道装灯六十盏"}
HALL = {"name": "村部", "target": "翻修一处"}
DONE = {"item": 1, "percent": 100, "text": "全部完工。"}
SUM_UP = {"text": "全部办完。"}


def answers(name: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{PROGRAMME}/examples/pass/{name}.json")["answers"]
    return {**found, **changes}


def drafted(world: World, by: str, site: str, name: str, **changes: Any) -> Case:
    came = {"channel": "office", "site": site}
    return Case.submit(world, answers(name, **changes), [], by, PROGRAMME, by, **came)


def district(world: World, **changes: Any) -> Case:
    """The eleven items of the highest level, published."""
    case = drafted(world, CLERK, "jz", "eleven", **changes)
    case.do(LEAD, "publish", {})
    return case


def town(world: World, of: Case, **changes: Any) -> Case:
    case = drafted(world, TOWN_CLERK, "jz-t1", "town", parent=of.number, **changes)
    case.do(TOWN_LEAD, "publish", {})
    return case


def refused(world: World, by: str, site: str, **changes: Any) -> dict[str, Any]:
    body = {"answers": answers("town", **changes), "channel": "office", "site": site}
    answer: Answer = world.http("POST", f"/services/{PROGRAMME}/cases", body, by)
    (error,) = expect(answer, 422)["errors"]
    found: dict[str, Any] = error
    return found


def carried_out(case: Case, by: str) -> None:
    case.do(by, "all_in", {})
    case.do(by, "progress", DONE)


def test_eleven_items_come_down_and_a_town_adds_one_of_its_own(world: World) -> None:
    of = district(world)
    case = town(world, of)

    view = case.view()
    assert view["part_of"] == of.number
    assert view["inherited"] == [{"case": of.number, "items": answers("eleven")["items"]}]
    assert len(view["inherited"][0]["items"]) == 11 and view["answers"]["items"] == [PARKING]
    assert [one["case"] for one in members(world, of)] == [case.number]
    assert of.view()["inherited"] == []


def test_a_village_has_the_items_of_every_level_above_it(world: World) -> None:
    of = district(world)
    above = town(world, of, adds={"least": 1, "most": 1})
    added = {"parent": above.number, "items": [LAMPS], "region": "360802101201"}

    case = drafted(world, TOWN_CLERK, "jz-t1-v1", "town", **added)

    assert [one["case"] for one in case.view()["inherited"]] == [of.number, above.number]
    assert case.view()["inherited"][1]["items"] == [PARKING]


def test_more_or_fewer_of_its_own_than_the_level_above_allows_are_refused(world: World) -> None:
    of, many = district(world), [PARKING, LAMPS, HALL]

    error = refused(world, TOWN_CLERK, "jz-t1", parent=of.number, items=many)

    assert (error["pointer"], error["keyword"]) == ("/answers/items", "quota")
    assert "增加1至2项，这里有3项" in error["message"]
    fewer = district(world, adds={"least": 2, "most": 2})
    error = refused(world, TOWN_CLERK, "jz-t1", parent=fewer.number)
    assert error["keyword"] == "quota" and "增加2项，这里有1项" in error["message"]
    town(world, of, items=many[:2])
    assert len(members(world, of)) == 1


def test_a_level_that_is_left_free_adds_what_it_likes(world: World) -> None:
    given = answers("eleven")
    del given["adds"]
    came = {"channel": "office", "site": "jz"}
    of = Case.submit(world, given, [], CLERK, PROGRAMME, CLERK, **came)
    of.do(LEAD, "publish", {})

    case = town(world, of, items=[PARKING, LAMPS, HALL])

    assert len(case.view()["answers"]["items"]) == 3


def test_nothing_comes_down_from_what_is_not_published_or_lies_elsewhere(world: World) -> None:
    draft = drafted(world, CLERK, "jz", "eleven")
    assert refused(world, TOWN_CLERK, "jz-t1", parent=draft.number)["keyword"] == "container_closed"

    of = town(world, district(world))
    away = {"parent": of.number, "region": "360802102000"}
    assert refused(world, CLERK, "jz-t2", **away)["keyword"] == "container_place"
    of.do(TOWN_CLERK, "all_in", {})
    late = {"parent": of.number, "region": "360802101201"}
    assert refused(world, TOWN_CLERK, "jz-t1-v1", **late)["keyword"] == "container_closed"


def test_a_programme_ends_after_all_that_are_below_it(world: World) -> None:
    of = district(world)
    case = town(world, of)
    carried_out(of, CLERK)

    early = of.attempt(CLERK, "conclude", SUM_UP)
    assert early.status == 409 and early.body["type"].endswith(NotYet.slug)
    carried_out(case, TOWN_CLERK)
    case.do(TOWN_CLERK, "conclude", SUM_UP)
    of.do(CLERK, "conclude", SUM_UP)

    of.stands(ended=True, result="concluded")
    assert [one["case"] for one in members(world, of, "done")] == [case.number]


def test_nobody_publishes_what_they_handed_in(world: World) -> None:
    case = drafted(world, CLERK, "jz", "eleven")

    assert case.attempt(CLERK, "publish", {}).status == 403
    case.do(LEAD, "return", {"reason": "P1", "text": "没有资金来源。"})

    case.stands(ended=True, result="returned")
    assert "卞文" not in json.dumps(case.view()["documents"], ensure_ascii=False)


def test_an_item_that_cannot_be_done_is_adjusted_with_its_reason(world: World) -> None:
    of = district(world)
    of.do(CLERK, "all_in", {})

    of.do(LEAD, "adjust", {"reason": "P3", "item": 3, "text": "先建两所，余下明年建。"})

    of.stands("carry_out")
    assert [one["document"] for one in of.view()["documents"]] == ["plan", "adjusted"]
