"""What a whole run leaves in queues, executions, rows and logs: nothing of the residents."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.front import StackFront
from infra.player import Case
from infra.stack import LocalStack
from tests.journeys.people import APPROVER, EXAMINER, REFUSAL, SIGNED, VILLAGE, example

pytestmark = pytest.mark.ministack
CANARY = "卡纳瑞"
STREET = "金丝雀路一百零八号"
PHONE = "13912345678"
EMAIL = "canary@example.net"
CITIZEN = "11010519491231002X"
FREE_TEXT = "黄鹂鸟鸣翠柳"


def marked() -> dict[str, Any]:
    answers: dict[str, Any] = example()["answers"]
    answers["operator"]["name"] = CANARY
    answers["operator"]["id"] = {"kind": "citizen_number", "number": CITIZEN}
    answers["operator"]["phone"] = PHONE
    answers["contact"] = {"name": CANARY, "phone": PHONE, "email": EMAIL}
    answers["premises"]["street"] = STREET
    return answers


def test_names_numbers_and_phones_are_nowhere_in_clear(stack: LocalStack) -> None:
    front = StackFront(stack)
    case = Case.submit(front, marked(), ["P1", "P2"])
    case.do(VILLAGE, "accept_with_gap", SIGNED | {"signed_by": CANARY})
    case.give("record_papers", ["P3"])
    case.do(EXAMINER, "propose_refuse", REFUSAL | {"text": FREE_TEXT})
    case.do(APPROVER, "refuse", REFUSAL | {"text": FREE_TEXT})
    case.stands(ended=True)
    assert any(PHONE in json.dumps(sent, ensure_ascii=False) for sent in stack.sms())

    looked = 0
    for place, text in left_behind(stack):
        looked += 1
        for canary in (CANARY, STREET, PHONE, EMAIL, CITIZEN, FREE_TEXT):
            assert canary not in text, f"{canary} in {place}"
    assert looked > 50


def left_behind(stack: LocalStack) -> Iterator[tuple[str, str]]:
    yield from rows(stack)
    yield from executions(stack)
    yield from logs(stack)


def rows(stack: LocalStack) -> Iterator[tuple[str, str]]:
    client = stack.client("dynamodb")
    for name in client.list_tables()["TableNames"]:
        for page in client.get_paginator("scan").paginate(TableName=name):
            for item in page["Items"]:
                yield f"{name} {item['pk']}", clear(item)


def clear(item: Any) -> str:
    """Every value of a raw row as text, bytes too."""
    found = []
    for value in item.values():
        ((kind, content),) = value.items()
        found.append(content.decode("utf-8", "ignore") if kind == "B" else str(content))
    return unescaped(" ".join(found))


def executions(stack: LocalStack) -> Iterator[tuple[str, str]]:
    states = stack.client("stepfunctions")
    for machine in states.list_state_machines()["stateMachines"]:
        arn = machine["stateMachineArn"]
        described = states.describe_state_machine(stateMachineArn=arn)
        yield arn, unescaped(described["definition"])
        for execution in states.list_executions(stateMachineArn=arn)["executions"]:
            history = states.get_execution_history(executionArn=execution["executionArn"])
            yield execution["executionArn"], unescaped(json.dumps(history["events"], default=str))


def logs(stack: LocalStack) -> Iterator[tuple[str, str]]:
    client = stack.client("logs")
    for group in client.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        events = client.filter_log_events(logGroupName=name)["events"]
        yield name, unescaped(" ".join(event["message"] for event in events))


def unescaped(text: str) -> str:
    """JSON escapes undone, so that an escaped name is found too."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
