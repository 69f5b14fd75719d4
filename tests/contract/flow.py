"""The machine the orchestrator contract plays: what publishing makes of a real document."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.services.compile import machine
from chalicelib.services.document import Service

FORMS = Path(__file__).resolve().parents[2] / "forms"
SERVICE = Service(json.loads((FORMS / "business-licence" / "service.json").read_text("utf-8")))


@dataclass(frozen=True)
class Machine:
    name: str
    definition: str


def compiled(queue_url: str, partition: str = "aws") -> Machine:
    return Machine(*machine(SERVICE, queue_url, partition))


def at(stage: str, case: str, generation: int = 1) -> dict[str, Any]:
    """The input of an execution that enters at a stage."""
    return {"case": case, "generation": generation, "at": stage}


def onward(stage: str) -> tuple[str, str]:
    """An outcome of the stage and the stage it leads to."""
    for outcome, way in sorted(SERVICE.ways(stage).items()):
        if SERVICE.next_stage(way["to"]) != stage:
            return outcome, SERVICE.next_stage(way["to"])
    raise AssertionError(f"{stage} leads nowhere")
