"""How much history an execution has written, bounded from what a compiled machine consists of.

A standard execution lives a year and has 25,000 events at most (AWS Step Functions quotas); what
each state writes is in the list of HistoryEvent types of its API reference.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chalicelib.services.compile import MINIMUM_WAIT_DAYS

# By the type of a state, all that one passage through it may write. Task: entered, scheduled,
# started, submitted, then succeeded or timed out, exited. The others: entered, exited.
WRITTEN: Mapping[str, int] = {"Task": 6, "Choice": 2, "Pass": 2}
# The execution's own start and end, and the Choice by which it enters a stage.
FRAME = 2 + WRITTEN["Choice"]
# One stage: its wait and the Choice after it; a wait that times out passes on to itself.
VISIT = WRITTEN["Task"] + WRITTEN["Choice"]
AGAIN = WRITTEN["Task"] + WRITTEN["Pass"]


def most(visits: int, lasting: timedelta) -> int:
    """Events at most of an execution that has entered so many stages in this time."""
    waits = lasting // timedelta(days=MINIMUM_WAIT_DAYS)
    return FRAME + VISIT * visits + AGAIN * waits


def visit(machine: Mapping[str, Any], stage: str) -> int:
    """What one visit to a stage of a compiled machine writes."""
    states = machine["States"]
    task = states[stage]
    after = states.get(task.get("Next"), {})
    return WRITTEN[task["Type"]] + WRITTEN.get(after.get("Type"), 0)
