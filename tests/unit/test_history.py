"""The history of an execution: what each state writes, and that no realistic case writes much."""

from datetime import timedelta

import pytest

from chalicelib.cases.generations import MOST_AGE
from chalicelib.services.compile import MINIMUM_WAIT_DAYS
from chalicelib.services.history import AGAIN, FRAME, VISIT, WRITTEN, most, visit
from tests.journeys.test_killed_ways import NAMES, rehearsed, service
from tests.unit.test_compile import compiled
from tests.world import load_json

# The figure for the longest realistic case of the largest machine.
LONGEST = 2_000


@pytest.mark.parametrize("name", NAMES)
def test_no_visit_to_any_stage_writes_more_than_the_bound(name: str) -> None:
    machine = compiled(load_json(f"forms/{name}/service.json"))

    written = {visit(machine, stage) for stage in service(name).stages}

    assert max(written) == VISIT and min(written) == WRITTEN["Task"]
    kinds = {state["Type"] for state in machine["States"].values()}
    assert kinds == {*WRITTEN, "Fail"}


@pytest.mark.parametrize("name", NAMES)
def test_the_longest_way_of_a_document_stays_far_below_what_an_execution_may_write(
    name: str,
) -> None:
    walks = rehearsed(name).walks
    written = []
    for walk in walks:
        entered = [at for step in walk.steps for at in step.taken]
        visits = sum(at.startswith("/flow/stages/") and at.count("/") == 3 for at in entered)
        # What clocks do after the end needs no execution.
        over = (step.at for step in walk.steps if "closed" in step.events)
        lasting = next(over, walk.steps[-1].at) - walk.steps[0].at
        written.append(most(visits, min(lasting, MOST_AGE)))

    # Even where it is sent back through all of it ten times; an execution is replaced at 300 days.
    assert 10 * max(written) < LONGEST


def test_a_wait_that_times_out_writes_again() -> None:
    month = timedelta(days=MINIMUM_WAIT_DAYS)

    assert most(1, month) - most(1, timedelta(0)) == AGAIN
    assert most(0, timedelta(0)) == FRAME
    assert most(12, timedelta(days=300)) < 200
