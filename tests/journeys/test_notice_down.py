"""A notice goes down the tree to every village, and each acknowledges by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases import spread
from infra.player import Case, Front, expect
from tests.journeys.matters import command
from tests.journeys.publishing import AUTHOR, SECOND, publish
from tests.world import World, load_json

SENDER, HEAD = "officer-zhao", "officer-xu"
UPPER, LOWER, ZHANGSHU = "clerk-xia", "clerk-tong", "clerk-yun"
READ = {"posted": True, "heads": 41}
MOST_ROWS = 90


def answers(**more: Any) -> dict[str, Any]:
    path = "forms/notice-down/examples/pass/allowance.json"
    return {**load_json(path)["answers"], **more}


def written(front: Front, **more: Any) -> Case:
    came = {"channel": "counter", "site": "jz"}
    return Case.submit(front, answers(**more), [], SENDER, "notice-down", SENDER, **came)


def issued(front: Front, **more: Any) -> Case:
    case = written(front, **more)
    case.do(HEAD, "issue")
    return case


def sites(case: Case, **wanted: Any) -> dict[str, Any]:
    """The tasks of villages, by node, that have these members."""
    tasks = [one for one in case.view()["tasks"] if "item" in one]
    found = [one for one in tasks if all(one.get(name) == is_ for name, is_ in wanted.items())]
    return {one["item"]["node"]: one for one in found}


def villages(world: Front, count: int) -> None:
    """So many further villages of the second town, with nobody in them."""
    region = load_json("infra/seed/directory.json")
    more = [
        {
            "node": f"jz-t2-w{n:03d}",
            "parent": "jz-t2",
            "level": "village",
            "titles": {"zh-Hans": f"第{n}村（示范）", "en": f"Village {n} (demo)"},
        }
        for n in range(count)
    ]
    command(world, {"directory": {"nodes": [*region["nodes"], *more]}})


@contextmanager
def counted(world: World) -> Iterator[list[int]]:
    """How many rows each transaction has."""
    sizes: list[int] = []
    transact = world.store.transact

    def counting(operations: Any) -> None:
        sizes.append(len(operations))
        transact(operations)

    world.store.transact = counting  # type: ignore[method-assign]
    yield sizes
    world.store.transact = transact  # type: ignore[method-assign]


def test_every_village_acknowledges_a_notice_and_its_sender_hears_when_all_have(
    front: Front,
) -> None:
    case = issued(front)

    assert set(sites(case)) == {"jz-t1-v1", "jz-t1-v2", "jz-t2-v1"}
    for clerk in (UPPER, LOWER):
        case.do(clerk, "acknowledge", READ)
    case.stands("sites", status="in_progress")
    case.do(ZHANGSHU, "acknowledge", {"posted": False, "opinion": "补贴能不能按季发。"})

    case.stands(ended=True, result="acknowledged", status="solved")
    given = [one for one in case.view()["events"] if one["type"] == "site_acknowledged"]
    assert [one["data"]["counts"]["posted"] for one in given] == [True, True, False]


def test_a_notice_for_a_town_goes_to_its_villages_only(world: World) -> None:
    case = issued(world, region="360802101000")

    assert set(sites(case)) == {"jz-t1-v1", "jz-t1-v2"}
    assert world.http("GET", f"/cases/{case.number}", None, ZHANGSHU).status == 404


def test_villages_that_are_late_are_urged_each_by_itself(world: World) -> None:
    case = issued(world)
    case.do(UPPER, "acknowledge", READ)
    case.after(datetime.fromisoformat(sites(case)["jz-t1-v2"]["due"]))

    assert set(sites(case, late=True)) == {"jz-t1-v2", "jz-t2-v1"}
    urged = [one for one in case.view()["tasks"] if one["kind"] == "urge"]
    assert sorted(one["node"] for one in urged) == ["jz-t1-v2", "jz-t2-v1"]
    for clerk in (LOWER, ZHANGSHU):
        case.do(clerk, "acknowledge", READ)
    case.stands(ended=True, result="acknowledged")


def test_villages_acknowledge_side_by_side_and_none_refuses_the_others_view(world: World) -> None:
    case = issued(world)
    path = f"/cases/{case.number}/tasks"
    tasks = {one["node"]: one["task"] for one in sites(case).values()}
    body = {"action": "acknowledge", "details": READ}

    for node, clerk in (("jz-t1-v1", UPPER), ("jz-t1-v2", LOWER), ("jz-t2-v1", ZHANGSHU)):
        expect(world.http("POST", f"{path}/{tasks[node]}/actions", body, clerk), 200)


def test_it_ends_by_its_date_with_whoever_has_not_acknowledged_on_record(world: World) -> None:
    case = issued(world)
    case.do(UPPER, "acknowledge", READ)
    case.after(case.due("collecting"))

    case.stands(ended=True, result="expired", status="expired")
    assert set(sites(case, state="moot")) == {"jz-t1-v2", "jz-t2-v1"}


def test_many_villages_are_opened_found_late_and_closed_in_pages(world: World) -> None:
    villages(world, 150)
    case = written(world)
    with counted(world) as sizes:
        case.do(HEAD, "issue")
        assert len(sites(case, state="open")) == 153
        assert case.happened().count("items_opened") == 3
        case.after(datetime.fromisoformat(sites(case)["jz-t1-v2"]["due"]))
        assert len(sites(case, late=True)) == 153
        case.after(case.due("collecting"))

    case.stands(ended=True, result="expired")
    assert len(sites(case, state="moot")) == 153
    assert max(sizes) <= MOST_ROWS


def test_nothing_is_settled_before_all_villages_have_their_task(world: World) -> None:
    villages(world, 100)
    case = written(world)
    expect(case.attempt(HEAD, "issue"), 200)
    for _ in range(3):
        for envelope in world.envelopes():
            world.deliver(envelope)
        if world.row(case.number).get("stage") == "sites":
            break
        world.run_events({"tick": {}})
    for task in [one for one in case.view()["tasks"] if "item" in one]:
        row_case = world.row(case.number)
        assert row_case["items"] == 103
        path = f"/cases/{case.number}/tasks/{task['task']}/actions"
        if task["node"] in ("jz-t1-v1", "jz-t1-v2", "jz-t2-v1"):
            clerk = {"jz-t1-v1": UPPER, "jz-t1-v2": LOWER, "jz-t2-v1": ZHANGSHU}[task["node"]]
            headers = {"If-Match": f'"{case.view()["version"]}"'}
            body = {"action": "acknowledge", "details": READ}
            expect(world.http("POST", path, body, clerk, headers), 200)
    world.settle(case.number)

    case.stands("sites")
    assert len(sites(case, state="open")) == 100


def test_a_page_that_was_owed_when_the_worker_died_is_opened_once(world: World) -> None:
    villages(world, 150)
    case = issued(world)
    assert not spread.go_on(world.house, case.number)
    world.kill(case.number)
    world.recover(case.number)

    numbers = [one["item"]["n"] for one in sites(case).values()]
    assert sorted(numbers) == list(range(1, 154))


def test_a_village_of_before_that_was_split_meanwhile_changes_no_list(world: World) -> None:
    case = issued(world)
    villages(world, 1)
    world.moment += timedelta(minutes=5)

    assert len(sites(case)) == 3


def test_where_there_are_too_many_villages_the_answers_are_refused(world: World) -> None:
    villages(world, 500)
    body = {"answers": answers(), "papers": [], "channel": "counter", "site": "jz"}
    answer = world.http("POST", "/services/notice-down/cases", body, SENDER)

    (error,) = expect(answer, 422)["errors"]
    assert (error["pointer"], error["keyword"]) == ("/answers/region", "items")


def test_a_list_that_has_become_too_long_ends_the_case_instead_of_losing_it(world: World) -> None:
    case = written(world)
    villages(world, 500)
    world.house.directory.refresh()
    case.do(HEAD, "issue")

    case.stands(ended=True, result="not_sent")


def moved(world: World) -> Any:
    """The service gets a version with one more answer; what became of its only open case."""
    document = load_json("forms/notice-down/service.json")
    document["form"]["properties"]["note"] = {"type": "string", "maxLength": 100}
    outcome = publish(world, document, accepts="breaking")["outcome"]
    job = expect(
        world.http(
            "POST",
            "/services/notice-down/rebases",
            {"to": outcome["version"], "accepted": True},
            AUTHOR,
        ),
        202,
    )
    world.tick(world.moment + timedelta(minutes=1))
    path = f"/services/notice-down/rebases/{job['job']}"
    (fate,) = expect(world.http("GET", path, None, SECOND), 200)["cases"]
    return fate["fate"]


def test_a_case_goes_on_under_another_version_and_every_village_keeps_its_task(
    world: World,
) -> None:
    case = issued(world)
    where = {node: one["task"] for node, one in sites(case).items()}

    assert moved(world) == "moved"
    assert {node: one["task"] for node, one in sites(case, state="open").items()} == where
    for clerk in (UPPER, LOWER, ZHANGSHU):
        case.do(clerk, "acknowledge", READ)
    case.stands(ended=True, result="acknowledged")


def test_a_case_with_many_open_items_stays_with_its_version(world: World) -> None:
    villages(world, 100)
    case = issued(world)

    assert moved(world) == "needs_plan"
    assert case.view()["service_version"] == 1
