"""A district with nothing published yet, its implementation list, and an operator's commands."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.services.sheets import sheet
from chalicelib.services.sheets.offices import Defaults
from infra.intake import Invoke
from tests.moto_world import MotoWorld
from tests.world import ROOT, World, load_json

LIST = ROOT / "tests" / "data" / "catalogue.csv"
DEFAULTS = Defaults(node="jz", since="2020-01-01")
BUREAU = "approval-bureau"
REGION = load_json("infra/seed/directory.json")


@contextmanager
def bare(tier: str) -> Iterator[World]:
    """A world in which no service is published."""
    if tier == "moto":
        with MotoWorld() as made:
            yield made
    else:
        yield World()


def operator(world: World) -> Invoke:
    """What an operator sends to the publisher function, and its answer, as JSON both."""

    def invoke(event: dict[str, Any]) -> Any:
        answer = world.publisher.handle(json.loads(json.dumps(event)))
        world.house.catalogue.refresh()
        world.house.directory.refresh()
        return json.loads(json.dumps(answer))

    return invoke


def district_list() -> sheet.Sheet:
    """194 items of 23 units."""
    return sheet.read(sheet.read_csv(LIST.read_bytes()), DEFAULTS)
