"""The yardstick: the request a team would write by hand with boto3 in one Lambda function.

It loads, validates with a prebuilt validator, writes four tiny rows and starts the execution. It
checks no token, seals nothing, stores none of the answers and keeps no chain. Formats are not
checked: leaving them out makes the yardstick cheaper, never dearer.
"""

import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import boto3

TABLE = "naive"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:naive"


class Validator(Protocol):
    def is_valid(self, instance: Any) -> bool: ...


class Naive:
    """One warm container: clients and validator are made once."""

    def __init__(self, validator: Validator) -> None:
        self._validator = validator
        region = os.environ["AWS_REGION"]
        self._dynamodb = boto3.client("dynamodb", region_name=region)
        self._states = boto3.client("stepfunctions", region_name=region)

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        status, body = self.submit(
            event["pathParameters"]["service"],
            json.loads(event["body"]),
            event["headers"]["Idempotency-Key"],
        )
        return {
            "statusCode": status,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(body),
        }

    def submit(self, service: str, body: Mapping[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer; `key` is the request's idempotency key."""
        if not self._validator.is_valid(body["answers"]):
            return 422, {"message": "not valid"}
        number = "".join(secrets.choice("0123456789") for _ in range(10))
        now = datetime.now(UTC).isoformat()
        rows = [
            {"pk": f"case#{number}", "sk": "case", "service": service, "status": "submitted"},
            {"pk": f"case#{number}", "sk": "event#1", "type": "received", "at": now},
            {"pk": f"case#{number}", "sk": "task#1", "role": "acceptor", "state": "open"},
            {"pk": f"key#{key}", "sk": "key", "case": number, "at": now},
        ]
        self._dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": TABLE,
                        "Item": {name: {"S": value} for name, value in row.items()},
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                }
                for row in rows
            ]
        )
        self._states.start_execution(
            stateMachineArn=MACHINE, name=number, input=json.dumps({"case": number})
        )
        return 201, {"case": number, "received_at": now}
