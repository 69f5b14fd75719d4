"""Executions killed at every stage of every flow: the case ends all the same.

Every document in forms/ is rehearsed; walks that together come through every stage and take every
way out of one are played on the engine, once undisturbed and once with an execution that dies
after every step, before and after what it owes has happened. What tells the services apart is in
`test_killed_flows` and `test_faults`.
"""

import json
from typing import Any

import pytest

from chalicelib.clocks.calendar import Calendar
from chalicelib.services.document import Service
from chalicelib.services.reports.rehearsal import Rehearsal, Walk, rehearse, targets
from tests.journeys.ways import Playing, Unplayable
from tests.world import MORNING, ROOT, World, load_json, with_cases

NAMES = with_cases()
CALENDAR = Calendar.from_document(load_json("infra/calendars/cn.json"))


# What the other form wants of a filing, and what the other case can come to, is not said in the
# document that leads to it: `test_full_agency` plays these by hand.
FILES, WAITS = "/flow/stages/file/actions", "/flow/stages/wait/outcomes"
UNPLAYED = {
    # It is rehearsed with one visit, and needs three: `test_research_topic` plays these by hand.
    "research-topic": {
        "/flow/stages/work/actions/more",
        "/flow/stages/check/actions/send_back",
    },
    "full-agency": {
        *(f"{FILES}/file_pension", f"{FILES}/file_move"),
        *(f"{WAITS}/registered", f"{WAITS}/other"),
    },
    # The region tree changes while it waits: `test_notice_down` plays it by hand.
    "notice-down": {"/flow/stages/sites/outcomes/unlisted"},
    # Concluded only when its members have ended: `test_livelihood` and `test_ledger` play it.
    "livelihood-campaign": {
        *(f"/flow/stages/{one}" for one in ("choose", "carry_out")),
        "/flow/stages/collect/actions/collected",
        "/flow/stages/choose/actions/chosen",
        "/flow/stages/carry_out/actions/conclude",
    },
    # Confirmed only when its measures have ended: `test_household` plays it.
    "household-plan": {
        *(f"/flow/stages/confirm{one}" for one in ("", "/actions/confirm", "/actions/not_yet")),
        *("/flow/stages/carry", "/flow/stages/carry/actions/propose"),
        "/flow/stages/plan/actions/plan",
    },
    # Closed only when firms have been visited: `test_firm_list` plays it.
    "firm-list": {
        *(f"/flow/stages/review{one}" for one in ("", "/actions/accept", "/actions/back")),
        "/flow/stages/keep/actions/close",
    },
    "rectification-ledger": {
        *(f"/flow/stages/{one}" for one in ("clear", "clear/actions/close")),
        "/flow/stages/list/actions/listed",
    },
}


def service(name: str) -> Service:
    return Service(load_json(f"forms/{name}/service.json"))


def rehearsed(name: str) -> Rehearsal:
    paths = sorted((ROOT / "forms" / name / "examples" / "pass").glob("*.json"))
    examples: list[Any] = [json.loads(path.read_text("utf-8")) for path in paths]
    return rehearse(service(name), examples, CALENDAR, MORNING)


def taken(walk: Walk) -> set[str]:
    return {pointer for step in walk.steps for pointer in step.taken}


def wanted(it: Service) -> set[str]:
    """Every stage, and every way out of one."""
    ways = {one.at for one in it.every_action() if "to" in one.data}
    named = {at for at in targets(it) if at.count("/") == 3 or "/outcomes/" in at}
    stages = {at for at in named if at.startswith("/flow/stages/")}
    return stages | ways | {f"/flow/always/{one}" for one in it.always}


def fresh(published: World) -> World:
    made = World()
    made.take_over(published)
    return made


def undisturbed(world: World, _: str) -> None:
    world.settle()


def killed(world: World, number: str) -> None:
    """Before what the step owes has happened, and again where the case then waits."""
    for _ in range(2):
        if not world.row(number)["ended"]:
            world.kill(number)
        world.recover(number)


def steady(it: Service, happened: list[str]) -> list[str]:
    """Without what is opened at times that are drawn for each case anew."""
    drawn = any(
        {"between", "times_a_week"} & {*one, *one["every"]} for one in it.emissions.values()
    )
    return [one for one in happened if not (drawn and one == "emitted")]


@pytest.mark.parametrize("name", NAMES)
def test_a_case_killed_after_every_step_ends_as_one_that_was_left_alone(
    published: World, name: str
) -> None:
    it, left = service(name), wanted(service(name))
    walks = [walk for walk in rehearsed(name).walks if walk.result]
    unplayable: list[str] = []
    while walks:
        walk = max(walks, key=lambda one: len(taken(one) & left))
        walks.remove(walk)
        if not taken(walk) & left:
            break
        try:
            calm = Playing(fresh(published), it, walk, undisturbed).play()
        except Unplayable as reason:
            unplayable.append(str(reason))
            continue
        assert calm.file().case["result"] == walk.result
        assert calm.file().case["ended"]

        dying = Playing(fresh(published), it, walk, killed).play()

        assert steady(it, dying.happened()) == steady(it, calm.happened())
        assert dying.file().case["result"] == walk.result and dying.file().case["ended"]
        assert int(dying.file().case["generation"]) > 1
        left -= taken(walk)
    assert left == UNPLAYED.get(name, set()), unplayable
