"""A project that serves many villages: each has its time and its percentage, and all are through
before somebody else inspects it."""

from datetime import timedelta
from typing import Any

from infra.player import Case
from tests.world import World, load_json

PROJECT = "village-works"
CLERK, LEAD = "project-ouyang", "project-shangguan"
VILLAGES = {"jz-t1-v1": "clerk-xia", "jz-t1-v2": "clerk-tong", "jz-t2-v1": "clerk-yun"}
PROGRESS = {"percent": 60, "what": "主管已铺", "evidence": "照片1"}
THROUGH = {"households": 60, "heads": 210, "text": "户户通水。", "evidence": "验收单1"}
PASSED = {"on": "2026-03-11", "yuan": 860000, "text": "都通水。"}


def begun(world: World, term: str = "half") -> Case:
    given = load_json(f"forms/{PROJECT}/examples/pass/water.json")["answers"]
    case = Case.submit(world, given, [], CLERK, PROJECT, LEAD, channel="office")
    sites = [{"node": one, "term": term, "text": "接管、进户"} for one in VILLAGES]
    case.do(CLERK, "start", {"sites": sites})
    return case


def percents(case: Case, event: str) -> list[Any]:
    found = [one["data"]["counts"] for one in case.view()["events"] if one["type"] == event]
    return [one["percent"] for one in found]


def test_each_village_reports_its_percentage_and_all_are_through_before_it_passes(
    world: World,
) -> None:
    case = begun(world)
    for percent, clerk in zip((20, 60, 90), VILLAGES.values(), strict=True):
        case.do(clerk, "progress", {**PROGRESS, "percent": percent})
    case.do(CLERK, "milestone", {**PROGRESS, "percent": 50})
    assert percents(case, "site_progress") == [20, 60, 90]
    assert percents(case, "milestone") == [50]

    for clerk in VILLAGES.values():
        case.stands("build")
        assert case.attempt(LEAD, "pass", PASSED).status == 422
        case.do(clerk, "through", THROUGH)
    case.do(LEAD, "pass", PASSED)

    case.stands(ended=True, result="done")
    heads = [
        one["data"]["counts"] for one in case.view()["events"] if one["type"] == "site_through"
    ]
    assert [one["heads"] for one in heads] == [210, 210, 210]


def test_a_village_is_done_by_nobody_elses_word(world: World) -> None:
    case = begun(world)
    case.do("clerk-xia", "through", THROUGH)

    assert case.attempt("clerk-xia", "through", THROUGH).status in (403, 404, 409)
    case.stands("build")


def test_villages_that_are_late_are_urged_each_by_itself(world: World) -> None:
    case = begun(world, "quarter")
    case.do("clerk-xia", "through", THROUGH)

    world.tick(world.moment + timedelta(days=95))

    assert case.happened().count("site_urged") == 2


def test_where_it_cannot_be_done_the_villages_are_listed_anew(world: World) -> None:
    case = begun(world)
    for clerk in ("clerk-xia", "clerk-tong"):
        case.do(clerk, "through", THROUGH)
    case.do("clerk-yun", "unable", {"text": "地势太高，压力不够。"})

    case.stands("plan")


def test_what_does_not_pass_goes_back_to_the_villages_that_lack_something(world: World) -> None:
    case = begun(world)
    for clerk in VILLAGES.values():
        case.do(clerk, "through", THROUGH)
    case.do(LEAD, "fail", {"text": "一个村没有进户。"})
    case.do(CLERK, "start", {"sites": [{"node": "jz-t1-v2", "term": "quarter", "text": "进户"}]})
    case.do("clerk-tong", "through", THROUGH)
    case.do(LEAD, "pass", PASSED)

    case.stands(ended=True, result="done")
