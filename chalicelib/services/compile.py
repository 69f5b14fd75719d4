"""Document to Amazon States Language: a pure function (D1).

Every stage is one wait: a task that sends an envelope to the queue and waits for its token. Step
Functions decides which stage comes next from the outcome code; what happens inside a stage is
rows. The machine holds ids, stage names and outcome codes, no answers and no texts, so its name
is the hash of its text and services of one shape share one machine.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chalicelib.clocks.clock import unit_of
from chalicelib.services.document import Service

MINIMUM_WAIT_DAYS = 30
DAY = 86_400
# The Amazon States Language's limit of TimeoutSeconds is 99,999,999, which statelint takes for the
# first that is too many; a longer clock meets a second wait.
LONGEST_WAIT = 99_999_998


def machine(service: Service, queue_url: str, partition: str) -> tuple[str, str]:
    """The machine's name (16 hexadecimal digits of SHA-256) and its definition as JSON text.

    Shape after the Amazon States Language specification; JSONPath, no Parallel, no Map.
    """
    text = json.dumps(definition(service, queue_url, partition), sort_keys=True, indent=1)
    return hashlib.sha256(text.encode()).hexdigest()[:16], text


def definition(service: Service, queue_url: str, partition: str) -> dict[str, Any]:
    states: dict[str, Any] = {
        "at": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.at", "StringEquals": stage, "Next": stage}
                for stage in service.stages
            ],
            "Default": "lost",
        }
    }
    budgets = [clock["budget"] for clock in service.clocks.values()]
    wait = min(max([MINIMUM_WAIT_DAYS, *map(_days, budgets)]) * DAY, LONGEST_WAIT)
    for stage in service.stages:
        states |= _stage(service, stage, queue_url, partition, wait)
    states["lost"] = {"Type": "Fail", "Error": "Bancheng.Lost", "Cause": "an outcome leads nowhere"}
    return {
        "Comment": "One stage is one wait; the rows of the case are the truth.",
        "StartAt": "at",
        "States": states,
    }


def _stage(
    service: Service, stage: str, queue_url: str, partition: str, wait: int
) -> dict[str, Any]:
    states: dict[str, Any] = {
        stage: {
            "Type": "Task",
            "Resource": f"arn:{partition}:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {
                "QueueUrl": queue_url,
                "MessageBody": {
                    "case.$": "$.case",
                    "generation.$": "$.generation",
                    "stage": stage,
                    "entered.$": "$$.State.EnteredTime",
                    "token.$": "$$.Task.Token",
                },
            },
            "ResultPath": "$.last",
            "TimeoutSeconds": wait,
            "Catch": [
                {
                    "ErrorEquals": ["States.Timeout"],
                    "ResultPath": "$.last",
                    "Next": f"{stage} again",
                }
            ],
        },
        # A Catch straight to its own state ends the execution as succeeded on one emulator.
        f"{stage} again": {"Type": "Pass", "Next": stage},
    }
    if stage == service.tell:
        states[stage]["End"] = True
        return states
    states[stage]["Next"] = f"{stage}?"
    states[f"{stage}?"] = {
        "Type": "Choice",
        "Choices": [
            {
                "Variable": "$.last.outcome",
                "StringEquals": outcome,
                "Next": service.next_stage(way["to"]),
            }
            for outcome, way in sorted(service.ways(stage).items())
        ],
        "Default": "lost",
    }
    return states


def _days(budget: Mapping[str, Any]) -> int:
    """An upper bound of a budget in calendar days: a working day takes at most 12 with holidays.

    A day that is set and a pause have no bound; a longer clock meets a second wait.
    """
    unit, amount = unit_of(budget)
    if unit == "date":
        return MINIMUM_WAIT_DAYS
    per_unit = {
        "working_days": 12.0,
        "days": 1.0,
        "office_minutes": 12 / 60,
        "same_working_day": 12,
    }
    return int(per_unit[unit] * amount) + 12
