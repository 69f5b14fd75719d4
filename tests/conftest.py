"""Worlds for the journeys: in memory, on moto, and over HTTP on the deployed package."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from infra import workbook  # noqa: F401  # first of all: it chooses the parser of openpyxl
from infra.front import StackFront
from infra.player import Front
from infra.stack import LocalStack
from tests.moto_world import MotoWorld
from tests.world import World


class Tier(Front, Protocol):
    """A front whose executions can be killed."""

    def kill(self, number: str) -> None: ...

    def recover(self, number: str) -> object: ...


EVERYWHERE = ["memory", "moto", pytest.param("ministack", marks=pytest.mark.ministack)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker plays everything on the emulator and begins with it; a file stays together."""
    items.sort(key=lambda item: item.get_closest_marker("ministack") is None)
    for item in items:
        deployed = item.get_closest_marker("ministack") is not None
        item.add_marker(pytest.mark.xdist_group("stack" if deployed else _share(item)))


def _share(item: pytest.Item) -> str:
    """Its file; a file that plays on moto is cut in two, since moto takes the longest."""
    return f"{item.path.name}{' moto' if 'moto' in item.name else ''}"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The packaged application, deployed into an emulator of this test run's own."""
    folder: Path = tmp_path_factory.mktemp("stack") / "state"
    folder.mkdir()
    with LocalStack(state_dir=folder) as running:
        yield running


@pytest.fixture(scope="session")
def published() -> World:
    """Every service in forms/ published; others take it over, nothing is done in it."""
    made = World()
    made.publish_all()
    return made


@pytest.fixture
def world(published: World) -> World:
    """The application in the process on in-memory adapters, every service in forms/ published."""
    made = World()
    made.take_over(published)
    return made


@pytest.fixture(params=EVERYWHERE)
def front(request: pytest.FixtureRequest) -> Iterator[Tier]:
    """The same journey on every tier."""
    if request.param == "ministack":
        yield StackFront(request.getfixturevalue("stack"))
    elif request.param == "moto":
        # Asked for first: the world made last is the one that is served.
        other = request.getfixturevalue("published")
        with MotoWorld() as made:
            made.take_over(other)
            yield made
    else:
        yield request.getfixturevalue("world")
