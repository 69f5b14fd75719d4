"""What is posted in public: read by everybody at each site, by nobody elsewhere, while it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from chalicelib.cases import posting
from chalicelib.cases.file import load
from chalicelib.platform.errors import BadRequest, InvalidCursor, NotFound
from chalicelib.platform.ports import Table
from infra.player import expect
from tests.journeys.matters import refused_as
from tests.journeys.test_notice_down import (
    HEAD,
    LOWER,
    READ,
    UPPER,
    ZHANGSHU,
    answers,
    issued,
    villages,
    written,
)
from tests.journeys.test_regions import MERGED, changed, the_day_comes
from tests.world import World


@contextmanager
def asked(world: World) -> Iterator[list[str]]:
    """The lists that were read of the index, in order."""
    lists: list[str] = []
    find = world.store.find

    def noting(table: Any, index: str, value: str, *more: Any, **named: Any) -> Any:
        lists.append(value)
        return find(table, index, value, *more, **named)

    world.store.find = noting  # type: ignore[method-assign]
    yield lists
    world.store.find = find  # type: ignore[method-assign]


def feed(world: World, node: str, language: str = "zh-Hans") -> list[dict[str, Any]]:
    """What is posted at a node, page after page."""
    found, cursor = [], ""
    while True:
        headers = {"Accept-Language": language}
        page = expect(world.http("GET", f"/postings?node={node}{cursor}", None, None, headers), 200)
        found += page["postings"]
        if page["cursor"] is None:
            return found
        cursor = f"&cursor={page['cursor']}"


def numbers(world: World, node: str) -> list[str]:
    return [one["case"] for one in feed(world, node)]


def test_a_notice_that_is_to_be_posted_is_read_at_every_village_that_it_goes_to(
    world: World,
) -> None:
    case = written(world)
    assert feed(world, "jz-t1-v1") == []
    case.do(HEAD, "issue", {"text": "同意，请各村抓紧。"})

    for node in ("jz", "jz-t1", "jz-t1-v1", "jz-t2-v1"):
        assert numbers(world, node) == [case.number]
    (shown,) = feed(world, "jz-t1-v1")
    assert shown == {
        "case": case.number,
        "service": "notice-down",
        "node": "jz",
        "place": "吉州区（示范）",
        "office": "吉州区行政审批局（示范）",
        "title": answers()["title"],
        "text": answers()["text"],
        "posted_at": next(e["at"] for e in case.view()["events"] if e["type"] == "issued"),
        "until": "2026-06-08",
    }
    (english,) = feed(world, "jz-t1-v1", "en")
    assert (english["place"], english["title"]) == ("Jizhou District (demo)", answers()["title"])
    assert case.view()["posted"] == {"at": shown["posted_at"], "until": shown["until"]}


def test_a_notice_to_one_town_is_not_posted_in_another_nor_above(world: World) -> None:
    case = issued(world, region="360802101000")

    assert numbers(world, "jz-t1") == numbers(world, "jz-t1-v2") == [case.number]
    assert numbers(world, "jz-t2-v1") == numbers(world, "jz") == []


def test_one_row_is_kept_of_a_posting_however_many_villages_read_it(world: World) -> None:
    villages(world, 150)
    case = issued(world)

    rows = world.store.partition(Table.CASES, f"posting#{case.number}")
    assert len(rows) == 1
    assert numbers(world, "jz-t2-w149") == [case.number]


def test_what_need_not_be_posted_is_not(world: World) -> None:
    case = issued(world, post=False)

    assert feed(world, "jz-t1-v1") == []
    assert "posted" not in case.view()


def test_a_posting_is_gone_after_its_last_day(world: World) -> None:
    last = world.house.today() + timedelta(days=3)
    case = issued(world, until=last.isoformat())
    assert [one["until"] for one in feed(world, "jz-t1-v1")] == [last.isoformat()]

    world.moment += timedelta(days=3)
    assert numbers(world, "jz-t1-v1") == [case.number]
    world.moment += timedelta(days=1)
    assert numbers(world, "jz-t1-v1") == []
    assert "posted" not in case.view()


def test_no_notice_is_posted_longer_than_its_document_says(world: World) -> None:
    issued(world, until="2030-01-01")

    (shown,) = feed(world, "jz-t1-v1")
    assert shown["until"] == (world.house.today() + timedelta(days=90)).isoformat()


def test_a_notice_that_is_taken_down_leaves_the_feed_also_after_the_end(world: World) -> None:
    case = issued(world)
    for clerk in (UPPER, LOWER, ZHANGSHU):
        case.do(clerk, "acknowledge", READ)
    case.stands(ended=True)
    assert numbers(world, "jz-t1-v1") == [case.number]

    case.do(HEAD, "take_down", {"text": "标准有变，重新发。"})

    assert numbers(world, "jz-t1-v1") == []
    assert case.happened()[-1] == "taken_down"
    assert "posted" not in case.view()


def test_an_effect_that_comes_late_does_not_post_again_what_was_taken_down(world: World) -> None:
    case = issued(world)
    before = load(world.house.ports.store, case.number)
    case.do(HEAD, "take_down", {"text": "发错了。"})
    assert before is not None
    service = world.house.catalogue.live("notice-down")

    for _ in range(2):
        posting.update(world.house, before, service)
    assert numbers(world, "jz-t1-v1") == []


def test_postings_are_read_newest_first_page_by_page_over_all_nodes_of_the_path(
    world: World,
) -> None:
    cases = []
    for turn in range(26):
        world.moment += timedelta(minutes=1)
        region = ("360802000000", "360802101000", "360802101201")[turn % 3]
        cases.append(issued(world, region=region).number)

    assert numbers(world, "jz-t1-v1") == cases[::-1]
    assert numbers(world, "jz") == cases[0::3][::-1]
    first = expect(world.http("GET", "/postings?node=jz-t1-v1"), 200)
    assert len(first["postings"]) == 24
    answer = world.http("GET", f"/postings?node=jz-t2&cursor={first['cursor']}")
    assert refused_as(answer, InvalidCursor)


def test_one_asks_for_the_postings_of_a_node_that_there_is(world: World) -> None:
    assert refused_as(world.http("GET", "/postings"), BadRequest)
    assert refused_as(world.http("GET", "/postings?node=nowhere"), NotFound)


def test_the_feed_asks_once_for_each_node_of_the_path_and_is_kept_for_a_minute(
    world: World,
) -> None:
    for _ in range(3):
        issued(world)
    expect(world.http("GET", "/postings?node=jz-t1-v1"), 200)
    with asked(world) as queries:
        answer = world.http("GET", "/postings?node=jz-t1-v1")

    assert queries == ["posted@jz", "posted@jz-t1", "posted@jz-t1-v1"]
    assert answer.headers["cache-control"] == "public, max-age=60"


def test_a_posting_of_a_village_that_was_merged_is_read_in_its_successor(world: World) -> None:
    case = issued(world, region="360802101201")
    changed(world, MERGED)
    the_day_comes(world)

    for node in ("jz-t1-v1", "jz-t1-v2"):
        (shown,) = feed(world, node)
        assert (shown["case"], shown["place"]) == (case.number, "下村（示范）")
