"""The plan of a household: its measures go to several teams, it ends when all have an outcome and
somebody else confirms, and one order replaces every measure that a changed rule touches."""

from typing import Any

import pytest

from chalicelib.cases import reach
from chalicelib.platform.errors import NotYet, Refused
from infra.player import Case, expect
from tests.journeys.publishing import publish
from tests.journeys.test_livelihood import done_to_many, members, ordered
from tests.world import World, load_json

PLAN, MEASURE, REGISTER = "household-plan", "household-measure", "household-register"
OFFICE, OTHER = "household-mao", "household-lan"
UPPER, LOWER = "360802101201", "360802101202"
WORKERS = {UPPER: "worker-fei", LOWER: "worker-xue", "360802102201": "worker-lei"}
TEAMS = {"farming": "team-he", "land": "team-he", "aid": "team-ni", "job": "team-yin"}
HENS = {"kind": "farming", "text": "养五十只土鸡，农技员每月上门"}
JOB = {"kind": "job", "text": "儿子到服装厂上班"}
BANNED = {
    "reason": "H1",
    "text": "从四月起上村、下村划为禁养区，鸡不能再养。",
    "measures": [
        {"kind": "land", "text": "三亩地流转给合作社"},
        {"kind": "aid", "text": "帮助申请最低生活保障"},
    ],
}
STOPPED = {"reason": "H1", "text": "划为禁养区。"}
OUT = {"on": "2026-09-10", "text": "到户看过，收入稳定。"}
FARMED = {"service": MEASURE, "counts": {"kind": "farming"}}


def register(world: World) -> Case:
    given = load_json(f"forms/{REGISTER}/examples/pass/the-district.json")["answers"]
    return Case.submit(world, given, [], OFFICE, REGISTER, OFFICE, channel="office")


def planned(
    world: World, measures: list[dict[str, str]], region: str = UPPER, into: Case | None = None
) -> Case:
    """A household whose measures were handed out."""
    given: dict[str, Any] = load_json(f"forms/{PLAN}/examples/pass/hens.json")["answers"]
    more = {"region": region, **({"register": into.number} if into else {})}
    by = WORKERS[region]
    case = Case.submit(world, {**given, **more}, [], by, PLAN, OFFICE, channel="office")
    case.do(by, "plan", {"measures": measures})
    world.settle()
    return case


def measures(world: World, of: Case, state: str = "open") -> list[Case]:
    return [Case(world, one["case"], "", OFFICE) for one in members(world, of, state)]


def kind(case: Case) -> str:
    return str(case.view()["answers"]["kind"])


def by_kind(world: World, of: Case) -> dict[str, Case]:
    return {kind(one): one for one in measures(world, of)}


def carried_out(world: World, case: Case) -> None:
    team, worker = TEAMS[kind(case)], WORKERS[case.view()["answers"]["region"]]
    case.do(team, "take", {"by": "2026-06-01"})
    case.do(team, "done", {"text": "已经落实。", "evidence": "照片1"})
    case.do(worker, "seen", {"on": "2026-05-20", "text": "到户看过，属实。"})


def test_each_measure_goes_to_the_team_of_its_kind(world: World) -> None:
    case = planned(world, [HENS, JOB, {"kind": "aid", "text": "申请最低生活保障"}])

    assert {name: one.view()["unit"] for name, one in by_kind(world, case).items()} == {
        "farming": "farming-team",
        "job": "jobs-team",
        "aid": "safety-team",
    }


def test_one_team_does_nothing_of_another(world: World) -> None:
    job = by_kind(world, planned(world, [HENS, JOB]))["job"]

    assert job.attempt("team-he", "take", {"by": "2026-06-01"}).status in (403, 404)
    job.do("team-yin", "take", {"by": "2026-06-01"})
    job.stands("do")


def test_a_measure_is_due_on_the_day_that_its_team_names(world: World) -> None:
    job = by_kind(world, planned(world, [JOB]))["job"]
    job.do("team-yin", "take", {"by": "2026-04-10"})

    due = next(one["due_at"] for one in job.view()["clocks"] if one["clock"] == "doing")
    assert due.startswith("2026-04-10")


def test_a_household_is_out_of_poverty_when_all_is_done_and_another_confirms(world: World) -> None:
    case = planned(world, [HENS, JOB])
    proposed = {"yuan": 12000, "text": "儿子有工资，鸡出栏了。"}
    first, second = measures(world, case)
    carried_out(world, first)

    refused = case.attempt(WORKERS[UPPER], "propose", proposed)
    assert refused.status == 409 and refused.body["type"].endswith(NotYet.slug)
    carried_out(world, second)
    case.do(WORKERS[UPPER], "propose", proposed)
    assert case.attempt(WORKERS[UPPER], "confirm", OUT).status in (403, 409)
    case.do(OFFICE, "confirm", OUT)

    case.stands(ended=True, result="out", status="fulfilled")
    assert case.happened().count("out") == 1


def test_what_was_done_is_seen_by_the_worker_and_may_have_to_be_mended(world: World) -> None:
    job = by_kind(world, planned(world, [JOB]))["job"]
    job.do("team-yin", "take", {"by": "2026-04-10"})
    job.do("team-yin", "done", {"text": "已经上班。", "evidence": "合同17"})
    job.do(WORKERS[UPPER], "lacking", {"text": "没有签合同。"})

    job.stands("do")


def test_what_a_team_cannot_do_is_changed_by_the_office(world: World) -> None:
    case = planned(world, [HENS])
    (hens,) = measures(world, case)
    hens.do("team-he", "cannot", {"text": "没有鸡舍。"})
    hens.do(OFFICE, "replan", {**BANNED, "reason": "H4"})

    hens.stands(ended=True, result="changed")
    assert by_kind(world, case).keys() == {"land", "aid"}
    assert members(world, case, "dropped")[0]["case"] == hens.number


def test_a_plan_of_dropped_measures_only_is_no_way_out(world: World) -> None:
    case = planned(world, [HENS])
    done_to_many(world, case, OFFICE, "drop", details=STOPPED)

    refused = case.attempt(WORKERS[UPPER], "propose", {"yuan": 12000, "text": "没有措施了。"})

    assert refused.status == 409
    case.do(WORKERS[UPPER], "add", {"measures": [JOB]})
    world.settle()
    assert by_kind(world, case).keys() == {"job"}


def test_one_order_replaces_every_measure_that_a_changed_rule_touches(world: World) -> None:
    """Hens in two villages and in another town: the rule is of the first town."""
    of = register(world)
    touched = [planned(world, [HENS, JOB], region, of) for region in (UPPER, LOWER)]
    spared = planned(world, [HENS, JOB], "360802102201", of)
    of.do(OFFICE, "rule", RULE)

    where = {**FARMED, "node": "360802101000"}
    seen = done_to_many(world, of, OFFICE, "replan", details=BANNED, where=where)

    assert seen["counts"] == {"done": 2} and seen["where"] == where
    for case in touched:
        assert by_kind(world, case).keys() == {"job", "land", "aid"}
        (gone,) = measures(world, case, "dropped")
        gone.stands(ended=True, result="changed")
    assert by_kind(world, spared).keys() == {"farming", "job"}
    (order,) = [one for one in of.view()["events"] if one["type"] == "bulk_ordered"]
    assert order["data"]["where"] == where


RULE = {
    "title": "兴桥镇禁养区划定方案",
    "kind": "farming",
    "since": "2026-04-01",
    "text": "上村、下村划为禁养区。",
}


def test_a_register_of_many_households_is_gone_through_in_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "PAGE", 2)
    of = register(world)
    cases = [planned(world, [HENS] * (1 + n % 4) + [JOB], UPPER, of) for n in range(7)]

    seen = done_to_many(world, of, OFFICE, "drop", details=STOPPED, where=FARMED)

    assert seen["counts"] == {"done": sum(1 + n % 4 for n in range(7))}
    assert {len(measures(world, case)) for case in cases} == {1}


def test_an_order_is_for_the_measures_there_were_when_it_was_given(world: World) -> None:
    of = register(world)
    planned(world, [HENS], UPPER, of)
    details = {**BANNED, "measures": [HENS]}

    seen = done_to_many(world, of, OFFICE, "replan", details=details, where=FARMED)

    assert seen["counts"] == {"done": 1}


@pytest.mark.parametrize("service", [PLAN, None])
def test_without_saying_so_an_order_is_for_the_plans_themselves(
    world: World, service: str | None
) -> None:
    of = register(world)
    planned(world, [HENS], UPPER, of)
    where = {"where": {"service": service}} if service else {}

    refused = ordered(world, of, OFFICE, "drop", details=STOPPED, **where)

    assert refused.status == 202
    world.settle()
    job = f"/cases/{of.number}/bulk/{refused.body['job']}"
    assert expect(world.http("GET", job, None, OFFICE), 200)["counts"] == {"refused": 1}


@pytest.mark.parametrize(
    ("where", "pointer"),
    [
        ({"service": "micro-wish"}, "/where/service"),
        ({**FARMED, "node": "nowhere"}, "/where/node"),
    ],
)
def test_an_order_for_what_there_is_not_is_refused(
    world: World, where: dict[str, Any], pointer: str
) -> None:
    refused = ordered(world, register(world), OFFICE, "drop", details=STOPPED, where=where)

    assert refused.status == 422 and refused.body["type"].endswith(Refused.slug)
    assert refused.body["errors"][0]["pointer"] == pointer


def test_an_order_names_its_cases_or_describes_them(world: World) -> None:
    of = register(world)
    case = planned(world, [HENS], UPPER, of)
    listed = [one.number for one in measures(world, case)]

    both = ordered(world, of, OFFICE, "drop", details=STOPPED, where=FARMED, members=listed)
    seen = done_to_many(world, of, OFFICE, "drop", details=STOPPED, members=listed)

    assert both.status == 422
    assert seen["counts"] == {"done": 1}


def test_a_register_that_does_not_say_so_reaches_no_measures(world: World) -> None:
    document = load_json(f"forms/{REGISTER}/service.json")
    del document["container"]["reaches"]
    publish(world, document, accepts="narrowing")
    of = register(world)
    case = planned(world, [HENS], UPPER, of)
    listed = [one.number for one in measures(world, case)]

    named = ordered(world, of, OFFICE, "drop", details=STOPPED, where=FARMED)
    seen = done_to_many(world, of, OFFICE, "drop", details=STOPPED, members=listed)

    assert named.status == 422
    assert seen["counts"] == {"refused": 1}


def test_nobody_learns_by_describing_what_they_may_not_read(world: World) -> None:
    document = load_json(f"forms/{MEASURE}/service.json")
    document["readers"].remove("supervisor")
    publish(world, document, accepts="narrowing")
    of = register(world)
    planned(world, [HENS], UPPER, of)

    seen = done_to_many(world, of, "officer-zhou", "drop", details=STOPPED, where=FARMED)

    assert seen["counts"] == {} and seen["cases"] == []
