"""Machines and executions by name, envelopes, tokens: on a machine that publishing made."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.cases.envelope import read_envelope
from chalicelib.platform import times
from chalicelib.platform.numbers import is_number
from chalicelib.platform.ports import Execution, Orchestrator
from tests.contract.flow import SERVICE, Machine, at, compiled, onward
from tests.contract.targets import Target, eventually

NUMBERS = (number for number in range(10**9, 2 * 10**9) if is_number(str(number)))
UNKNOWN = "x" * 128
# After every clock that stamps an envelope, the fake's and the computer's.
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def machine(target: Target) -> Machine:
    made = compiled(target.queue_url)
    target.orchestrator.create(made.name, made.definition)
    return made


@pytest.fixture
def case() -> str:
    return str(next(NUMBERS))


def ends(target: Target, machine: Machine, name: str) -> Execution:
    """How the execution ends, once it has."""

    def look() -> Execution | None:
        status = target.orchestrator.status(machine.name, name)
        return None if status is Execution.RUNNING else status

    return eventually(look)


def test_making_a_machine_again_is_success(orchestrator: Orchestrator, machine: Machine) -> None:
    orchestrator.create(machine.name, machine.definition)
    orchestrator.create(machine.name, machine.definition)


def test_an_envelope_arrives_in_exactly_the_shape_the_worker_reads(
    target: Target, machine: Machine, case: str
) -> None:
    target.orchestrator.start(machine.name, f"{case}-1", at(SERVICE.start, case))

    body = target.envelope(case)

    envelope = read_envelope(body, LATER)
    assert envelope is not None
    assert (envelope.case, envelope.generation, envelope.stage) == (case, 1, SERVICE.start)
    assert set(body) == {"case", "generation", "stage", "entered", "token"}
    assert times.moment(body["entered"]).tzinfo is not None


@pytest.mark.parametrize("stage", list(SERVICE.stages))
def test_an_execution_enters_at_any_stage(
    target: Target, machine: Machine, case: str, stage: str
) -> None:
    target.orchestrator.start(machine.name, f"{case}-7", at(stage, case, 7))

    body = target.envelope(case)

    assert (body["stage"], body["generation"]) == (stage, 7)
    assert target.orchestrator.status(machine.name, f"{case}-7") is Execution.RUNNING


def test_an_execution_at_no_stage_of_the_machine_dies(
    target: Target, machine: Machine, case: str
) -> None:
    target.orchestrator.start(machine.name, f"{case}-1", at("nowhere", case))

    assert ends(target, machine, f"{case}-1") is Execution.DEAD


def test_an_outcome_leads_to_the_stage_the_document_says(
    target: Target, machine: Machine, case: str
) -> None:
    outcome, following = onward(SERVICE.start)
    target.orchestrator.start(machine.name, f"{case}-1", at(SERVICE.start, case))

    assert target.orchestrator.succeed(target.envelope(case)["token"], {"outcome": outcome})

    assert target.envelope(case)["stage"] == following


def test_stages_are_entered_later_and_with_other_tokens(
    target: Target, machine: Machine, case: str
) -> None:
    first = _started(target, machine, case)
    target.orchestrator.succeed(first["token"], {"outcome": onward(SERVICE.start)[0]})

    second = target.envelope(case)

    assert times.moment(second["entered"]) >= times.moment(first["entered"])
    assert second["token"] != first["token"]


def test_an_unknown_outcome_ends_the_execution_as_dead(
    target: Target, machine: Machine, case: str
) -> None:
    first = _started(target, machine, case)

    assert target.orchestrator.succeed(first["token"], {"outcome": "no_such_outcome"})

    assert ends(target, machine, f"{case}-1") is Execution.DEAD


def test_the_last_stage_answered_ends_the_execution_well(
    target: Target, machine: Machine, case: str
) -> None:
    last = _started(target, machine, case, SERVICE.tell)

    assert target.orchestrator.succeed(last["token"], {"outcome": "told"})

    assert ends(target, machine, f"{case}-1") is Execution.SUCCEEDED


def test_starting_a_name_again_while_it_runs_starts_nothing(
    target: Target, machine: Machine, case: str
) -> None:
    first = _started(target, machine, case)

    target.orchestrator.start(machine.name, f"{case}-1", at(SERVICE.start, case))

    target.orchestrator.succeed(first["token"], {"outcome": onward(SERVICE.start)[0]})
    assert target.envelope(case)["stage"] == onward(SERVICE.start)[1]


def test_starting_a_running_name_with_other_input_starts_nothing(
    target: Target, machine: Machine, case: str
) -> None:
    first = _started(target, machine, case)

    target.orchestrator.start(machine.name, f"{case}-1", at(SERVICE.tell, case))

    target.orchestrator.succeed(first["token"], {"outcome": onward(SERVICE.start)[0]})
    assert target.envelope(case)["stage"] == onward(SERVICE.start)[1]


@pytest.mark.parametrize("outcome", ["told", None])
def test_starting_a_name_that_has_ended_starts_nothing(
    target: Target, machine: Machine, case: str, outcome: str | None
) -> None:
    last = _started(target, machine, case, SERVICE.tell)
    if outcome:
        target.orchestrator.succeed(last["token"], {"outcome": outcome})
    else:
        target.orchestrator.stop(machine.name, f"{case}-1")
    ended = ends(target, machine, f"{case}-1")

    target.orchestrator.start(machine.name, f"{case}-1", at(SERVICE.tell, case))

    assert target.orchestrator.status(machine.name, f"{case}-1") is ended


def test_an_execution_never_started_is_missing(
    orchestrator: Orchestrator, machine: Machine, case: str
) -> None:
    assert orchestrator.status(machine.name, f"{case}-1") is Execution.MISSING


def test_an_execution_of_a_machine_that_does_not_exist_is_missing(
    orchestrator: Orchestrator, case: str
) -> None:
    assert orchestrator.status("0123456789abcdef", f"{case}-1") is Execution.MISSING


def test_a_stopped_execution_is_dead(target: Target, machine: Machine, case: str) -> None:
    _started(target, machine, case)

    target.orchestrator.stop(machine.name, f"{case}-1")

    assert ends(target, machine, f"{case}-1") is Execution.DEAD


def test_stopping_what_does_not_run_is_fine(target: Target, machine: Machine, case: str) -> None:
    target.orchestrator.stop(machine.name, f"{case}-1")
    last = _started(target, machine, case, SERVICE.tell)
    target.orchestrator.succeed(last["token"], {"outcome": "told"})
    ends(target, machine, f"{case}-1")

    target.orchestrator.stop(machine.name, f"{case}-1")

    assert target.orchestrator.status(machine.name, f"{case}-1") is Execution.SUCCEEDED


def test_stopping_one_execution_leaves_the_others(
    target: Target, machine: Machine, case: str
) -> None:
    _started(target, machine, case)
    other = str(next(NUMBERS))
    body = _started(target, machine, other)

    target.orchestrator.stop(machine.name, f"{case}-1")

    assert target.orchestrator.status(machine.name, f"{other}-1") is Execution.RUNNING
    assert target.orchestrator.succeed(body["token"], {"outcome": onward(SERVICE.start)[0]})


def test_the_token_of_a_stopped_execution_is_gone(
    target: Target, machine: Machine, case: str
) -> None:
    body = _started(target, machine, case)
    target.orchestrator.stop(machine.name, f"{case}-1")
    ends(target, machine, f"{case}-1")

    assert target.orchestrator.succeed(body["token"], {"outcome": "any"}) is False


def test_a_used_token_is_gone_while_the_execution_goes_on(
    target: Target, machine: Machine, case: str
) -> None:
    body = _started(target, machine, case)
    outcome, following = onward(SERVICE.start)
    target.orchestrator.succeed(body["token"], {"outcome": outcome})
    assert target.envelope(case)["stage"] == following

    assert target.orchestrator.succeed(body["token"], {"outcome": outcome}) is False


def test_the_token_of_an_ended_execution_is_gone(
    target: Target, machine: Machine, case: str
) -> None:
    last = _started(target, machine, case, SERVICE.tell)
    target.orchestrator.succeed(last["token"], {"outcome": "told"})
    ends(target, machine, f"{case}-1")

    assert target.orchestrator.succeed(last["token"], {"outcome": "told"}) is False


@pytest.mark.parametrize("token", [UNKNOWN, "x"])
def test_an_unknown_token_is_gone(orchestrator: Orchestrator, token: str) -> None:
    assert orchestrator.succeed(token, {"outcome": "any"}) is False


def _started(
    target: Target, machine: Machine, case: str, stage: str = SERVICE.start
) -> dict[str, Any]:
    target.orchestrator.start(machine.name, f"{case}-1", at(stage, case))
    return target.envelope(case)
