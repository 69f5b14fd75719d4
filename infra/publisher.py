"""The publisher function as an operator's command reaches it: on the local stack, or deployed."""

import json
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.emulator import running
from infra.failures import Refused
from infra.stack import STATE, LocalStack

Invoke = Callable[[dict[str, Any]], Any]


def invoker(stack: str) -> Invoke:
    """Sends an event and gives the answer: to a deployed stack, or for none to the local one.

    What the publisher refuses is refused in its words.
    """
    return _deployed(stack) if stack else _local()


def in_words(refusal: Refused) -> str:
    """What a function said, without which function it was and the name of its error."""
    return str(refusal).split(": ", 2)[-1]


def _local() -> Invoke:
    if running(STATE) is None:
        raise Refused("the local stack is not running: start it with make run")
    stack = LocalStack()
    try:
        stack.attach()
    except (BotoCoreError, ClientError) as error:
        raise Refused("the local stack is still starting: try again in a moment") from error

    def invoke(event: dict[str, Any]) -> Any:
        try:
            return _answer(stack.invoke("publisher", event))
        except Refused as refusal:
            raise Refused(in_words(refusal)) from refusal

    return invoke


def _deployed(name: str) -> Invoke:
    session: Any = boto3.Session()
    settings = Config(read_timeout=120, retries={"max_attempts": 0})
    try:
        stacks = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0]["Outputs"]}
        functions = session.client("lambda", config=settings)
    except (BotoCoreError, ClientError, IndexError) as error:
        raise Refused(f"AWS says: {error}") from error

    def invoke(event: dict[str, Any]) -> Any:
        try:
            payload = json.dumps(event).encode()
            answer = functions.invoke(FunctionName=outputs["PublisherName"], Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise Refused(f"AWS says: {error}") from error
        result = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise Refused(result.get("errorMessage") or f"the publisher failed: {result}")
        return _answer(result)

    return invoke


def _answer(result: Any) -> Any:
    if isinstance(result, dict) and "error" in result:
        raise Refused(str(result["error"]))
    return result
