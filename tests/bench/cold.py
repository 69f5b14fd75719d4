"""One cold start: `python -m tests.bench.cold KIND PLAN` prints its CPU seconds as JSON.

`client` is the yardstick: import boto3, make a DynamoDB client. Every other kind imports app.py
and answers its first request. `cpu` runs from this line of the script on; `whole` has the start of
the interpreter in it. Reading the plan and the imports above the clock are the same for all.
"""

import json
import sys
import time
from importlib import import_module
from typing import Any

from tests.bench import gateway

FIRST = {
    "anonymous": gateway.guide,
    "token": gateway.inbox,
    "submit_anonymous": gateway.submit_anonymous,
    "submit_token": gateway.submit,
}


def client() -> Any:
    import_module("boto3").client("dynamodb")
    return {"statusCode": 200}


def first(kind: str, plan: Any) -> Any:
    front = import_module("app")
    import_module("tests.bench.wire").Wire(plan["rows"]).install()
    return front.app(FIRST[kind](plan), gateway.Context())


def main(kind: str, file: str) -> None:
    with open(file, encoding="utf-8") as text:
        plan = json.load(text)
    start = time.process_time()
    answer = client() if kind == "client" else first(kind, plan)
    end = time.process_time()
    if answer["statusCode"] not in (200, 201):
        sys.exit(f"{kind}: {answer}")
    print(json.dumps({"cpu": end - start, "whole": end}))


if __name__ == "__main__":
    main(*sys.argv[1:])
