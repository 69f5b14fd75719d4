"""The day of the demo in memory; `make demo` plays it on the local stack."""

from datetime import timedelta

import pytest

from infra.plays import day
from infra.plays.plain import Plan
from infra.seed import documents
from tests.bench import life
from tests.world import MORNING, World


def by_service(scene: Plan) -> str:
    return scene.service


@pytest.mark.parametrize("scene", day.scenes(), ids=by_service)
def test_each_scene_of_the_day_is_played_to_its_end(world: World, scene: Plan) -> None:
    case = day.play(world, scene)

    assert (case is None) == (not scene.steps)
    if case is not None:
        assert case.view()["result_text"]


@pytest.mark.parametrize("scene", day.scenes(), ids=by_service)
def test_a_scene_can_be_played_on_a_later_day(published: World, scene: Plan) -> None:
    """The stack plays it today, whatever the examples say."""
    later = World(MORNING + timedelta(days=259))
    later.take_over(published)

    day.play(later, scene)


@pytest.mark.parametrize("scene", [one for one in day.scenes() if one.steps], ids=by_service)
def test_the_benchmark_plays_the_same(world: World, scene: Plan) -> None:
    assert life.play(world, scene.service, lambda: 0).requests


def test_a_day_has_every_service() -> None:
    services = {document["service"] for document in documents()}

    assert {scene.service for scene in day.scenes()} == services
