"""The contract suite: the same promises held against each target, one after another.

What an emulator is known to do otherwise stands in gaps.py, and is expected to fail there.
"""

import itertools
from collections.abc import Iterator

import pytest

from chalicelib.platform.ports import Orchestrator, Store
from tests.contract.gaps import GAPS
from tests.contract.targets import TARGETS, Target

_numbers = itertools.count(1)
EACH = [
    "memory",
    "moto",
    pytest.param("ministack", marks=pytest.mark.ministack),
]


@pytest.fixture(scope="package", params=EACH)
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    with TARGETS[request.param](tmp_path_factory.mktemp("emulator")) as target:
        yield target


@pytest.fixture(autouse=True)
def _emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "target" in request.fixturenames:
        request.getfixturevalue("target").empty()


@pytest.fixture
def store(target: Target) -> Store:
    return target.store


@pytest.fixture
def orchestrator(target: Target) -> Orchestrator:
    return target.orchestrator


@pytest.fixture
def pk() -> str:
    """A partition nobody else uses."""
    return f"case#{next(_numbers)}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
            continue
        gap = GAPS.get(str(item.callspec.params.get("target")), {}).get(item.originalname)
        if gap is not None:
            mark = pytest.mark.xfail(strict=True, raises=gap.shows_as, reason=gap.instead)
            item.add_marker(mark)
