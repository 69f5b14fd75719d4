"""What AWS documents beside the ports, and the design leans on or must not lean on.

Where an emulator does otherwise, gaps.py says so; where it does not, this says that it may be used
to show it.
"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.platform.ports import Table
from tests.contract.flow import SERVICE, at, compiled
from tests.contract.tables import NAMES
from tests.contract.targets import Target, eventually

CASES = NAMES[Table.CASES]
# Long enough for an emulator that does it, short for one that never will.
SHORT = 2.0
pytestmark = pytest.mark.parametrize(
    "target", ["moto", pytest.param("ministack", marks=pytest.mark.ministack)], indirect=True
)


def _count(target: Target, pk: str, by: int, token: str) -> None:
    target.client("dynamodb").transact_write_items(
        ClientRequestToken=token,
        TransactItems=[
            {
                "Update": {
                    "TableName": CASES,
                    "Key": {"pk": {"S": pk}, "sk": {"S": "count"}},
                    "UpdateExpression": "ADD n :by",
                    "ExpressionAttributeValues": {":by": {"N": str(by)}},
                }
            }
        ],
    )


def test_a_client_token_applies_its_transaction_once(target: Target, pk: str) -> None:
    for _ in range(2):
        _count(target, pk, 1, f"token-{pk}-long-enough")

    key = {"pk": {"S": pk}, "sk": {"S": "count"}}
    item = target.client("dynamodb").get_item(TableName=CASES, Key=key)["Item"]
    assert item["n"] == {"N": "1"}


def test_a_client_token_with_another_transaction_is_refused(target: Target, pk: str) -> None:
    _count(target, pk, 1, f"token-{pk}-long-enough")

    assert _code(_count, target, pk, 2, f"token-{pk}-long-enough") == (
        "IdempotentParameterMismatchException"
    )


@pytest.mark.parametrize(
    "attribute",
    [{"due_at": {"N": "1"}}, {"seq": {"N": "1" * 39}}],
    ids=["an index key of another type", "a number of 39 digits"],
)
def test_a_value_no_index_or_number_can_hold_is_refused(
    target: Target, pk: str, attribute: Any
) -> None:
    item = {"pk": {"S": pk}, "sk": {"S": "1"}, "due_shard": {"S": pk}, **attribute}

    code = _code(target.client("dynamodb").put_item, TableName=CASES, Item=item)
    assert code == "ValidationException"


def test_a_machine_of_the_same_name_and_another_text_is_refused(target: Target) -> None:
    made = _create(target, "one", _pass())

    assert made
    assert _code(_create, target, "one", _pass("other")) == "StateMachineAlreadyExists"


@pytest.mark.parametrize(
    "definition",
    [
        {"StartAt": "gone", "States": {"a": {"Type": "Pass", "End": True}}},
        {"StartAt": "a", "States": {"a": {"Type": "Unheard", "End": True}}},
    ],
    ids=["no such start", "no such type"],
)
def test_a_broken_machine_is_refused(target: Target, definition: Any) -> None:
    assert _code(_create, target, "broken", definition) == "InvalidDefinition"


def test_starting_the_same_name_with_the_same_input_again_is_the_same_execution(
    target: Target, pk: str
) -> None:
    machine = compiled(target.queue_url)
    arn = _create(target, machine.name, json.loads(machine.definition))
    start = {"stateMachineArn": arn, "name": "again", "input": json.dumps(at("decide", pk))}
    states = target.client("stepfunctions")

    first = states.start_execution(**start)
    target.envelope(pk)

    assert states.start_execution(**start)["executionArn"] == first["executionArn"]


def test_a_stop_ends_an_execution_that_waits(target: Target, pk: str) -> None:
    states, arn = _waiting(target, pk)

    states.stop_execution(executionArn=arn)

    eventually(lambda: _aborted(states, arn), SHORT)


def test_a_stop_right_after_the_start_is_taken(target: Target, pk: str) -> None:
    states, arn = _begun(target, pk)

    states.stop_execution(executionArn=arn)

    eventually(lambda: _aborted(states, arn), SHORT)


def test_a_signal_while_another_execution_starts_is_judged_by_its_token(
    target: Target, pk: str
) -> None:
    states, _ = _begun(target, pk)

    code = _code(states.send_task_success, taskToken="x" * 128, output="{}")

    assert code in ("InvalidToken", "TaskDoesNotExist", "TaskTimedOut")


def test_a_wait_that_times_out_and_is_caught_by_itself_waits_again(target: Target, pk: str) -> None:
    again = {"ErrorEquals": ["States.Timeout"], "Next": SERVICE.start, "ResultPath": "$.last"}

    _waits_again(target, pk, again)


def test_a_wait_that_times_out_and_is_caught_by_a_pass_waits_again(target: Target, pk: str) -> None:
    again = {
        "ErrorEquals": ["States.Timeout"],
        "Next": f"{SERVICE.start} again",
        "ResultPath": "$.last",
    }

    _waits_again(target, pk, again)


def test_a_machine_of_the_chinese_partition_sends_its_envelope(target: Target, pk: str) -> None:
    machine = compiled(target.queue_url, "aws-cn")
    arn = _create(target, machine.name, json.loads(machine.definition))

    _start(target, arn, pk)

    assert target.envelope(pk, patience=SHORT)["stage"] == SERVICE.start


def _waits_again(target: Target, pk: str, catch: Any) -> None:
    definition = json.loads(compiled(target.queue_url).definition)
    definition["States"][SERVICE.start] |= {"TimeoutSeconds": 1, "Catch": [catch]}
    arn = _create(target, f"timeout-{pk.replace('#', '-')}", definition)
    _start(target, arn, pk)
    first = target.envelope(pk)
    second = target.envelope(pk, patience=SHORT)
    assert second["token"] != first["token"]


def _waiting(target: Target, pk: str) -> tuple[Any, str]:
    states, arn = _begun(target, pk)
    target.envelope(pk)
    return states, arn


def _begun(target: Target, pk: str) -> tuple[Any, str]:
    machine = compiled(target.queue_url)
    arn = _create(target, machine.name, json.loads(machine.definition))
    return target.client("stepfunctions"), _start(target, arn, pk)


def _start(target: Target, machine: str, pk: str) -> str:
    started = target.client("stepfunctions").start_execution(
        stateMachineArn=machine,
        name=pk.replace("#", "-"),
        input=json.dumps(at(SERVICE.start, pk)),
    )
    return str(started["executionArn"])


def _create(target: Target, name: str, definition: Any) -> str:
    made = target.client("stepfunctions").create_state_machine(
        name=f"raw-{name}",
        definition=json.dumps(definition, sort_keys=True),
        roleArn="arn:aws:iam::123456789012:role/flow",
    )
    return str(made["stateMachineArn"])


def _aborted(states: Any, arn: str) -> bool:
    return bool(states.describe_execution(executionArn=arn)["status"] == "ABORTED")


def _pass(result: str = "") -> Any:
    return {"StartAt": "a", "States": {"a": {"Type": "Pass", "Result": result, "End": True}}}


def _code(call: Any, *arguments: Any, **named: Any) -> str:
    """The error code of a call, or empty when it was taken."""
    try:
        call(*arguments, **named)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
