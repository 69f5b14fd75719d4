"""What statistics may read of answers and acts stands in the events, and nothing else does."""

import copy
from typing import Any

import pytest

from chalicelib.platform.ports import Table
from chalicelib.services.checks.lint import lint
from tests.fakes.store import MemoryStore
from tests.journeys.test_licence_acts import handed_over
from tests.world import World, load_json

LICENCE = "forms/business-licence/service.json"


def test_ratings_and_choices_are_kept_unsealed_and_words_are_not(world: World) -> None:
    case = handed_over(world)

    case.decide("rate", {"rating": 2, "text": "跑了三趟"})

    assert isinstance(world.store, MemoryStore)
    events = [
        row
        for (pk, _), row in sorted(world.store.rows[Table.CASES].items())
        if pk == f"case#{case.number}" and row["kind"] == "event"
    ]
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
