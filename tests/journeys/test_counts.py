"""What statistics may read of answers and acts stands in the events, and nothing else does."""

import copy
from typing import Any

import pytest

from chalicelib.platform.ports import Row, Table
from chalicelib.services.checks.lint import lint
from tests.fakes.store import MemoryStore
from tests.journeys.people import VILLAGE
from tests.journeys.test_licence import submitted
from tests.journeys.test_licence_acts import handed_over
from tests.world import World, load_json

LICENCE = "forms/business-licence/service.json"


def events_of(world: World, number: str) -> list[Row]:
    """As they are stored."""
    assert isinstance(world.store, MemoryStore)
    rows = sorted(world.store.rows[Table.CASES].items())
    return [row for (pk, _), row in rows if pk == f"case#{number}" and row["kind"] == "event"]


def test_ratings_and_choices_are_kept_unsealed_and_words_are_not(world: World) -> None:
    case = handed_over(world)

    case.decide("rate", {"rating": 2, "text": "跑了三趟"})

    events = events_of(world, case.number)
    assert [row["data"]["counts"] for row in events if "counts" in row["data"]] == [
        {"entity_type": "individual", "staff": 2},
        {"how": "window"},
        {"rating": 2},
    ]
    assert "跑了三趟" not in repr(events)


@pytest.mark.parametrize(
    ("counts", "keyword"),
    [
        ({"where": {"from": "/scope"}}, "counts"),
        ({"id": {"from": "/contact/phone"}}, "counts"),
        ({"staff": {"from": "/stuff"}}, "pointer"),
        ({"staff": {"from": "/staff", "unit": "斤"}}, "enum"),
        ({"staff": {"from": "/staff", "unit": "人"}}, None),
        ({"home": {"from": "/premises_is_home"}, "right": {"from": "/premises_right"}}, None),
    ],
)
def test_only_numbers_yes_or_no_and_choices_are_counted(counts: Any, keyword: str | None) -> None:
    document = copy.deepcopy(load_json(LICENCE))
    document["counts"] = counts

    found = lint(document)

    assert [(one.pointer.split("/")[1], one.keyword) for one in found] == (
        [("counts", keyword)] if keyword else []
    )


def test_what_is_wrong_with_a_paper_is_chosen_and_kept_unsealed(world: World) -> None:
    case = submitted(world, without=("P1", "P3"))
    signed = {"paper": "P1", "kind": "incomplete", "what": "未签字"}

    case.do(VILLAGE, "incomplete", {"missing": [signed, {"paper": "P3", "what": "未提交"}]})

    rows = events_of(world, case.number)
    (asked,) = [row["data"] for row in rows if row["type"] == "incomplete"]
    assert asked["papers"] == ["P1", "P3"] and asked["kinds"] == {"P1": "incomplete"}
    assert "未签字" not in repr(asked)


def test_what_people_write_is_no_kind_of_fault() -> None:
    document = copy.deepcopy(load_json(LICENCE))
    asked = document["flow"]["stages"]["receive"]["actions"]["incomplete"]["input"]
    asked["properties"]["missing"]["items"]["properties"]["kind"] = {"type": "string"}

    found = lint(document)

    assert [(one.pointer.rpartition("/")[2], one.keyword) for one in found] == [("kind", "counts")]
