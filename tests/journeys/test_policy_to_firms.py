"""A policy is brought to the firms it fits: a rule over what they have noted opens the visits."""

from datetime import timedelta
from typing import Any

from infra.player import Case, expect
from tests.world import World, load_json

HALL, VILLAGE = "officer-zhao", "officer-li"


def example(service: str, name: str, **changes: Any) -> dict[str, Any]:
    found = load_json(f"forms/{service}/examples/pass/{name}.json")["answers"]
    return {**found, **changes}


def noted(world: World, name: str, code: str, **changes: Any) -> None:
    """A firm notes its profile by itself."""
    answers = example("firm-profile", "food", firm=name, code=code, **changes)
    expect(world.http("POST", "/services/firm-profile/cases", {"answers": answers}), 201)


def brought(world: World) -> Case:
    case = Case.submit(world, example("policy-to-firms", "food"), [], service="policy-to-firms")
    case.do(HALL, "release")
    world.settle()
    return case


def visits(case: Case) -> dict[str, Case]:
    """The visits that were opened, by firm."""
    found = [one["data"] for one in case.view()["events"] if one["type"] == "emitted"]
    made = [Case(case.front, one, "", HALL) for data in found for one in data["cases"]]
    return {one.view()["answers"]["firm"]: one for one in made}


CODES = ("91350100M000100Y43", "91360802M000200A12", "91360802M000300B2X")


def test_each_firm_that_the_policy_fits_is_visited_and_no_other(world: World) -> None:
    noted(world, "柚乡食品", CODES[0])
    noted(world, "大厂食品", CODES[1], people=1200)
    noted(world, "宏基建材", CODES[2], industry="build")

    case = brought(world)

    (visit,) = visits(case).values()
    seen = visit.view()
    assert seen["answers"]["firm"] == "柚乡食品"
    assert seen["answers"]["gives"].startswith("设备投资补助")
    assert seen["about"] == case.number
    visit.do(VILLAGE, "brought", {"visited": f"{world.house.today()}", "applies": True})
    visit.stands(ended=True, result="brought")


def test_a_firm_is_visited_once_and_a_new_one_a_month_later(world: World) -> None:
    noted(world, "柚乡食品", CODES[0])
    case = brought(world)
    noted(world, "柚乡食品（改名）", CODES[0], people=40)
    noted(world, "山里人食品", CODES[1])

    world.tick(world.moment + timedelta(days=31))
    world.tick(world.moment + timedelta(days=31))

    assert sorted(visits(case)) == ["山里人食品", "柚乡食品"]


def test_a_policy_that_has_ended_is_not_brought(world: World) -> None:
    noted(world, "柚乡食品", CODES[0])
    case = Case.submit(world, example("policy-to-firms", "food"), [], service="policy-to-firms")

    case.do(HALL, "drop", {"reason": "D1", "text": "去年底已经停止执行。"})

    case.stands(ended=True, result="dropped")
    assert visits(case) == {}


def test_a_firm_that_does_not_want_it_is_not_counted(world: World) -> None:
    noted(world, "柚乡食品", CODES[0])
    (visit,) = visits(brought(world)).values()

    visit.do(VILLAGE, "not_wanted", {"reason": "P2", "text": "今年不添设备。"})

    visit.stands(ended=True, result="not_wanted")


def test_the_year_is_over_and_no_firm_is_looked_for(world: World) -> None:
    case = brought(world)
    world.tick(case.due("term") + timedelta(seconds=1))
    noted(world, "柚乡食品", CODES[0])

    world.tick(world.moment + timedelta(days=40))

    case.stands(result="ended")
    assert visits(case) == {}
