"""A town centre has zones: the guide of each service says in which one it is dealt with there."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from chalicelib.platform.errors import BadRequest, InvalidCursor
from chalicelib.platform.unknownzone import UnknownZone
from infra.guidetext import guide_lines
from infra.player import Answer, Case, expect
from tests.journeys.matters import refused_as
from tests.journeys.publishing import publish, upload
from tests.journeys.test_regions import MERGED, V1, V2, applied, changed, the_day_comes
from tests.world import World, load_json

CENTRE = "兴桥镇便民服务中心"
TOWN, VILLAGE, TOWN_CODE = "officer-wang", "officer-li", "360802101000"
PUBLIC, DISPUTES = "公共服务区", "矛盾调解区"


def zones(world: World, centre: str) -> dict[str, set[str]]:
    """The services dealt with in each zone of a centre, as everybody may read it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for listed in expect(world.http("GET", "/services"), 200)["services"]:
        guide = expect(world.http("GET", f"/services/{listed['service']}"), 200)["guide"]
        for counter in guide.get("counters", []):
            if counter["where"]["zh-Hans"] == centre and "zone" in counter:
                found[counter["zone"]["zh-Hans"]].add(listed["service"])
    return found


def test_each_zone_of_the_centre_has_its_services_and_none_is_in_two(world: World) -> None:
    found = zones(world, CENTRE)

    assert set(found) == {"公共服务区", "矛盾调解区", "中心办公区"}
    assert {"pension", "household-registration"} <= found["公共服务区"]
    assert found["矛盾调解区"] == {"mediation"}
    assert sum(len(one) for one in found.values()) == len(set().union(*found.values()))


def test_in_the_zone_for_the_public_one_window_takes_everything(world: World) -> None:
    for service in zones(world, CENTRE)["公共服务区"]:
        guide = expect(world.http("GET", f"/services/{service}"), 200)["guide"]
        here = [one for one in guide["counters"] if one["where"]["zh-Hans"] == CENTRE]

        assert [one["window"]["zh-Hans"] for one in here] == ["综合窗口"]


def test_the_guide_on_paper_names_zone_and_window_in_both_languages(world: World) -> None:
    guide = expect(world.http("GET", "/services/mediation"), 200)
    chinese, english = ("\n".join(guide_lines(guide, one)) for one in ("zh-Hans", "en"))

    assert "功能区 矛盾调解区" in chinese and "窗口 调解室" in chinese
    assert "zone Mediation zone" in english and "window Mediation room" in english


# --- the queue of a zone -------------------------------------------------------------------------


def queue(world: World, query: str = "", party: str = TOWN, language: str = "zh-Hans") -> Answer:
    path = f"/inbox?role=acceptor&node=jz-t1{query}"
    return world.http("GET", path, None, party, {"Accept-Language": language})


def waiting(world: World, query: str = "") -> list[dict[str, Any]]:
    """The desks that wait for the town's window, page after page."""
    found, cursor = [], ""
    while True:
        page = expect(queue(world, query + cursor), 200)
        found += [one for one in page["tasks"] if one["kind"] == "desk"]
        if page["cursor"] is None:
            return found
        cursor = f"&cursor={page['cursor']}"


def fund(world: World) -> Case:
    it = load_json("forms/housing-fund/examples/pass/rent.json")
    return Case.submit(
        world, it["answers"], it["papers_needed"], None, "housing-fund", "officer-wang"
    )


def licence_with(world: World, *counters: dict[str, Any]) -> None:
    document = load_json("forms/business-licence/service.json")
    document["guide"]["counters"] = list(counters)
    publish(world, document)


def counter(node: str, zone: str, english: str) -> dict[str, Any]:
    return {
        "where": {"zh-Hans": CENTRE},
        "node": node,
        "zone": {"zh-Hans": zone, "en": english},
        "window": {"zh-Hans": "三号窗口", "en": "Window 3"},
    }


def test_a_task_says_in_which_zone_and_at_which_window_it_is_dealt_with(world: World) -> None:
    of_zone, of_none = fund(world), applied(world, TOWN_CODE)

    told = {one["case"]: one for one in waiting(world)}

    assert (told[of_zone.number]["zone"], told[of_zone.number]["window"]) == (PUBLIC, "综合窗口")
    assert not {"zone", "window"} & told[of_none.number].keys()
    english = expect(queue(world, language="en"), 200)["tasks"]
    assert {one.get("zone") for one in english} == {"Public service zone", None}


def test_a_case_is_in_the_zone_that_the_guide_names_now(world: World) -> None:
    case = applied(world, TOWN_CODE)
    licence_with(world, counter("jz-t1", DISPUTES, "Mediation zone"))

    (task,) = waiting(world)

    assert (task["case"], task["zone"], task["window"]) == (case.number, DISPUTES, "三号窗口")
    assert case.view()["service_version"] == 1


def test_the_queue_of_a_zone_loses_nothing_and_repeats_nothing_over_its_pages(
    world: World,
) -> None:
    licence_with(world, counter("jz-t1", DISPUTES, "Mediation zone"))
    mine: dict[str, list[str]] = {PUBLIC: [], DISPUTES: []}
    for turn in range(53):
        world.moment += timedelta(minutes=1)
        zone, case = (DISPUTES, applied(world, TOWN_CODE)) if turn % 9 else (PUBLIC, fund(world))
        mine[zone].append(case.number)

    for zone, english in ((PUBLIC, "Public service zone"), (DISPUTES, "Mediation zone")):
        for name in (zone, english):
            assert [one["case"] for one in waiting(world, f"&zone={name}")] == mine[zone]
    assert len(waiting(world)) == 53


def test_a_cursor_belongs_to_the_zone_it_was_given_for(world: World) -> None:
    licence_with(world, counter("jz-t1", DISPUTES, "Mediation zone"))
    fund(world)
    for _ in range(50):
        applied(world, TOWN_CODE)
    cursor = expect(queue(world, f"&zone={PUBLIC}"), 200)["cursor"]

    assert expect(queue(world, f"&zone={PUBLIC}&cursor={cursor}"), 200)["cursor"] is None
    for query in ("", f"&zone={DISPUTES}"):
        assert refused_as(queue(world, f"{query}&cursor={cursor}"), InvalidCursor)


def test_a_zone_that_there_is_not_is_refused_with_those_that_there_are(world: World) -> None:
    for zone in ("三区", "", "公共"):
        answer = queue(world, f"&zone={zone}")
        assert refused_as(answer, UnknownZone)
        assert all(name in answer.body["detail"] for name in (PUBLIC, DISPUTES, "中心办公区"))
    assert refused_as(queue(world, f"&zone={'长' * 65}"), BadRequest)
    elsewhere = world.http(
        "GET", f"/inbox?role=acceptor&node=jz-t1-v1&zone={PUBLIC}", None, VILLAGE
    )
    assert refused_as(elsewhere, UnknownZone)
    personal = world.http("GET", f"/inbox?party={TOWN}&zone={PUBLIC}", None, TOWN)
    assert refused_as(personal, BadRequest)


@contextmanager
def requests(world: World) -> Iterator[list[str]]:
    """What is asked of the store; a read of many rows is one request."""
    asked: list[str] = []
    inside: list[str] = []
    whole = {name: getattr(world.store, name) for name in ("get", "find", "partition", "get_many")}

    def noting(name: str) -> Any:
        def ask(*more: Any, **named: Any) -> Any:
            asked.extend([] if inside else [name])
            inside.append(name)
            try:
                return whole[name](*more, **named)
            finally:
                inside.pop()

        return ask

    for name in whole:
        setattr(world.store, name, noting(name))
    yield asked
    for name, method in whole.items():
        setattr(world.store, name, method)


def test_an_inbox_asks_as_often_however_many_tasks_and_services_have_a_zone(world: World) -> None:
    fund(world)
    expect(queue(world), 200)
    with requests(world) as few:
        expect(queue(world), 200)
    for _ in range(20):
        fund(world)
    expect(queue(world), 200)
    with requests(world) as many:
        expect(queue(world), 200)
    with requests(world) as of_zone:
        expect(queue(world, f"&zone={PUBLIC}"), 200)

    assert few == many == of_zone == ["find", "get_many"]


def test_a_zone_named_for_a_village_that_was_merged_is_its_successors(world: World) -> None:
    licence_with(world, counter(V1, "一区", "Zone 1"))
    changed(world, MERGED)
    the_day_comes(world)
    case = applied(world, "360802101202")

    page = world.http("GET", f"/inbox?role=acceptor&node={V2}&zone=一区", None, VILLAGE)

    assert [one["case"] for one in expect(page, 200)["tasks"]] == [case.number]


def test_the_list_of_services_has_their_zones_and_a_node_that_there_is_not_is_a_warning(
    world: World,
) -> None:
    listed = {
        one["service"]: one for one in expect(world.http("GET", "/services"), 200)["services"]
    }
    assert listed["mediation"]["zones"]["jz-t1"]["zone"]["zh-Hans"] == DISPUTES
    assert "zones" not in listed["business-licence"]

    document = load_json("forms/business-licence/service.json")
    document["guide"]["counters"] = [counter("nowhere", "一区", "Zone 1")]
    report = upload(world, document)["report"]
    warned = [one["pointer"] for one in report["warnings"]]
    assert "/guide/counters/0/node" in warned
