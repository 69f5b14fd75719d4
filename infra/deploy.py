"""Puts a package into an AWS account, or into the emulator when AWS_ENDPOINT_URL says so.

`python -m infra.deploy --stack NAME --bucket BUCKET [--package DIR] [Parameter=value ...]`. The zip
is stored under the hash of its content, so the same package is uploaded once and rolling back is
deploying an older package again.
"""

import argparse
import copy
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.failures import Refused, exits

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_INSIDE_REQUEST = 51_200
_UNCHANGED = "No updates are to be performed"
_FINISHED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")


def deploy(
    client: Callable[[str], Any],
    stack: str,
    bucket: str,
    folder: Path,
    parameters: Mapping[str, str],
) -> dict[str, str]:
    """Create or update `stack` from the package in `folder`; the outputs, once it is done."""
    for name in ("sam.json", "deployment.zip"):
        if not (folder / name).is_file():
            raise Refused(
                f"{folder / name} is missing: make it with python -m infra.package --out {folder}"
            )
    s3, formation = client("s3"), client("cloudformation")
    code = upload(s3, bucket, folder / "deployment.zip", "zip")
    template = pointed(json.loads((folder / "sam.json").read_text()), f"s3://{bucket}/{code}")
    text = json.dumps(template, sort_keys=True, ensure_ascii=False)
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    given += _kept(formation, stack, template["Parameters"], parameters)
    body = _body(s3, bucket, text)
    _apply(formation, stack, {**body, "Parameters": given, "Capabilities": CAPABILITIES})
    return _outputs(formation, stack)


def upload(s3: Any, bucket: str, file: Path, suffix: str) -> str:
    """Store a file under the hash of its content, unless it is there; its key."""
    return _put(s3, bucket, file.read_bytes(), suffix)


def pointed(template: dict[str, Any], uri: str) -> dict[str, Any]:
    """The template with every function's code at `uri`."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = uri
    return template


def _body(s3: Any, bucket: str, text: str) -> dict[str, str]:
    """A template inside the request, or by its address when it is too long for that."""
    if len(text.encode()) <= _INSIDE_REQUEST:
        return {"TemplateBody": text}
    key = _put(s3, bucket, text.encode(), "json")
    address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    return {"TemplateURL": address.split("?")[0]}


def _put(s3: Any, bucket: str, content: bytes, suffix: str) -> str:
    key = f"bancheng/{hashlib.sha256(content).hexdigest()}.{suffix}"
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        s3.put_object(Bucket=bucket, Key=key, Body=content)
    return key


def _status(formation: Any, stack: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = formation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _kept(
    formation: Any, stack: str, known: Mapping[str, Any], given: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Parameters not given keep the value they have in the running stack."""
    found = _status(formation, stack)
    now = {entry["ParameterKey"] for entry in (found or {}).get("Parameters", [])}
    return [
        {"ParameterKey": name, "UsePreviousValue": True}
        for name in known
        if name in now and name not in given
    ]


def _apply(formation: Any, stack: str, request: dict[str, Any]) -> None:
    found = _status(formation, stack)
    try:
        if found is None:
            formation.create_stack(StackName=stack, **request)
        else:
            formation.update_stack(StackName=stack, **request)
    except ClientError as error:
        if _UNCHANGED in error.response["Error"]["Message"]:
            return
        raise Refused(f"stack {stack}: {error.response['Error']['Message']}") from error
    _wait(formation, stack)


def _wait(formation: Any, stack: str) -> None:
    pause = 0.2
    while True:
        found = _status(formation, stack)
        status = found["StackStatus"] if found else "DELETE_COMPLETE"
        if status in _FINISHED:
            return
        if not status.endswith("_IN_PROGRESS"):
            raise Refused(f"stack {stack} is {status}: {_first_failure(formation, stack)}")
        time.sleep(pause)
        pause = min(pause * 1.5, 10)


def _first_failure(formation: Any, stack: str) -> str:
    events = formation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    if not failed:
        return "see the stack's events"
    first = min(failed, key=lambda event: event["Timestamp"])
    return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', 'no reason given')}"


def _outputs(formation: Any, stack: str) -> dict[str, str]:
    found = _status(formation, stack)
    if found is None:
        raise Refused(f"stack {stack} does not exist")
    return {entry["OutputKey"]: entry["OutputValue"] for entry in found.get("Outputs", [])}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy", description="Create or update the stack."
    )
    parser.add_argument("--stack", required=True)
    parser.add_argument(
        "--bucket", required=True, help="an existing private bucket in the same region"
    )
    parser.add_argument(
        "--package", type=Path, default=Path(".local/package"), help="folder made by infra.package"
    )
    parser.add_argument(
        "parameters",
        nargs="*",
        metavar="Name=value",
        help="for example Issuer=https://id.example.org",
    )
    arguments = parser.parse_args()
    wrong = [text for text in arguments.parameters if "=" not in text]
    if wrong:
        raise Refused(f"a parameter is written Name=value, not {wrong[0]}")
    parameters = dict(text.split("=", 1) for text in arguments.parameters)
    client: Any = boto3.Session().client
    try:
        outputs = deploy(client, arguments.stack, arguments.bucket, arguments.package, parameters)
    except (BotoCoreError, ClientError) as error:
        raise Refused(f"AWS says: {error}") from error
    for name, value in sorted(outputs.items()):
        print(f"{name}\t{value}")


if __name__ == "__main__":
    exits(main)
