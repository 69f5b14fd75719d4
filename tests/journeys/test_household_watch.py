"""Households that are watched: what the diaries say opens visits, and a visit opens what helps."""

from datetime import timedelta

from chalicelib.platform import times
from infra.player import Case, expect
from tests.world import World, load_json

WATCH, VISIT, DIARY = "household-watch", "household-visit", "visit-diary"
OFFICE, OTHER, WORKER = "household-mao", "household-lan", "worker-fei"
STEADY = {"on": "2026-03-10", "yuan": 16000, "text": "两个人上班，住得惯。"}
RELAPSE = {"on": "2026-03-10", "persons": 3, "cause": "illness", "text": "大病以后没有收入。"}


def note(
    world: World, name: str, household: str, again: bool, region: str = "360802101201"
) -> None:
    """A diary of somebody's visit there."""
    answers = load_json(f"forms/{DIARY}/examples/pass/all-is-well.json")["answers"]
    told = {
        **answers,
        "person": {"name": name},
        "household": household,
        "again": again,
        "region": region,
    }
    body = {"answers": told, "channel": "outreach"}
    expect(world.http("POST", f"/services/{DIARY}/cases", body, "grid-mei"), 201)


def watched(world: World) -> Case:
    given = load_json(f"forms/{WATCH}/examples/pass/relocated.json")["answers"]
    case = Case.submit(world, given, [], OFFICE, WATCH, OFFICE, channel="office", site="jz-t1")
    case.do(OTHER, "begin", {})
    for _ in range(3):
        world.tick()
    return case


def visits(world: World, of: Case) -> list[Case]:
    """The cases that it opened at their times."""
    told = [one["data"]["cases"] for one in of.view()["events"] if one["type"] == "emitted"]
    return [Case(world, number, "", OFFICE) for numbers in told for number in numbers]


def followed(world: World, of: Case) -> list[Case]:
    """The cases that followed from what was found."""
    told = [one["data"]["case"] for one in of.view()["events"] if one["type"] == "case_opened"]
    return [Case(world, one, "", OFFICE) for one in told]


def names(cases: list[Case]) -> list[str]:
    return sorted(one.view()["answers"]["household"]["name"] for one in cases)


def test_each_household_that_the_diaries_name_is_visited_every_thirty_days(world: World) -> None:
    note(world, "罗水根", "relocated", True)
    note(world, "邓长根", "relocated", False)
    note(world, "尹秋娥", "sick", True)
    note(world, "雷春花", "relocated", True, "360802102201")

    case = watched(world)
    assert names(visits(world, case)) == ["罗水根"]
    visits(world, case)[0].do(WORKER, "steady", STEADY)
    note(world, "谢小春", "relocated", True)
    world.tick(world.moment + timedelta(days=31))
    for _ in range(3):
        world.tick()

    assert names(visits(world, case)) == ["罗水根", "罗水根", "谢小春"]


def test_whoever_asks_for_a_watch_does_not_begin_it(world: World) -> None:
    given = load_json(f"forms/{WATCH}/examples/pass/relocated.json")["answers"]
    case = Case.submit(world, given, [], OFFICE, WATCH, OFFICE, channel="office", site="jz-t1")

    assert case.attempt(OFFICE, "begin", {}).status in (403, 409)
    case.do(OTHER, "begin", {})
    case.stands("watch")


def test_a_watch_that_is_stopped_opens_nothing_more(world: World) -> None:
    note(world, "罗水根", "relocated", True)
    case = watched(world)
    case.do(OFFICE, "finish", {"text": "都稳定了。"})

    world.tick(world.moment + timedelta(days=31))

    assert len(visits(world, case)) == 1


def test_what_the_diary_saw_gets_an_owner_for_each_kind(world: World) -> None:
    note(world, "罗水根", "relocated", True)
    (visit,) = visits(world, watched(world))
    wanted = [
        {"kind": "aid", "text": "帮助申请最低生活保障"},
        {"kind": "farming", "text": "请农技员上门看鸡"},
        {"kind": "job", "text": "介绍到服装厂上班"},
    ]

    visit.do(WORKER, "help", {**STEADY, "measures": wanted})

    visit.stands(ended=True, result="helped")
    owners = {one.view()["answers"]["kind"]: one.view()["unit"] for one in followed(world, visit)}
    assert owners == {"aid": "safety-team", "farming": "farming-team", "job": "jobs-team"}


def test_who_is_poor_again_has_a_plan(world: World) -> None:
    note(world, "罗水根", "relocated", True)
    (visit,) = visits(world, watched(world))

    opened = visit.do(WORKER, "relapse", RELAPSE)["opened"]

    plan = Case(world, opened, "", OFFICE)
    assert plan.view()["answers"]["household"]["name"] == "罗水根"
    plan.stands("plan")
    assert plan.view()["about"] == visit.number


def test_a_household_that_nobody_visits_is_escalated(world: World) -> None:
    note(world, "罗水根", "relocated", True)
    (visit,) = visits(world, watched(world))
    due = next(one["due_at"] for one in visit.view()["clocks"] if one["clock"] == "visiting")

    world.tick(times.moment(due) + timedelta(minutes=1))

    assert "overdue" in visit.happened()
