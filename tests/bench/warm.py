"""One warm contender: `python -m tests.bench.warm NAME PLAN`.

Reads a number of requests from each line of its input, plays them, prints the CPU seconds they
took. Requests are made and garbage is collected before the clock starts; the collector runs during
the turn as it does in a function.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import jsonschema_rs

from infra.issuer import Issuer
from tests.bench import gateway
from tests.bench.document import FORM, OFFICER, load
from tests.bench.naive import Naive
from tests.bench.processes import FOLDER
from tests.bench.wire import Wire

Handler = Callable[[Any, Any], Any]


class Failed(Exception):
    """A request was not answered as it should be; the message is the answer."""


def ours(plan: Any) -> Handler:
    handler: Handler = import_module("app").app
    return handler


def naive(plan: Any) -> Handler:
    return Naive(jsonschema.Draft202012Validator(load(FORM)))


def naive_rs(plan: Any) -> Handler:
    return Naive(jsonschema_rs.Draft202012Validator(load(FORM)))


def fastapi(plan: Any) -> Handler:
    made: Handler = import_module("tests.bench.naive_fastapi").handler(naive(plan))
    return made


CONTENDERS = {
    "ours": ours,
    "stranger": ours,
    "naive": naive,
    "naive_rs": naive_rs,
    "fastapi": fastapi,
}


def signed_in(plan: Any, issuer: Issuer) -> Any:
    token = issuer.token(OFFICER, datetime.now(UTC), timedelta(hours=4), jti=str(uuid4()))
    return {**plan, "officer": token}


def turn(handler: Handler, plan: Any, label: str, size: int, issuer: Issuer | None = None) -> float:
    """CPU seconds of `size` submissions, each with its own idempotency key; where there is an
    issuer, each with a token that the process has not seen."""
    plans = (signed_in(plan, issuer) if issuer else plan for _ in range(size))
    events = [gateway.submit(one, f"{label}-{n}") for n, one in enumerate(plans)]
    context = gateway.Context()
    gc.collect()
    start = time.process_time()
    answers = [handler(event, context) for event in events]
    spent = time.process_time() - start
    for answer in answers:
        if answer["statusCode"] != 201:
            raise Failed(str(answer))
    return spent


def main(name: str, file: str) -> None:
    plan = load(Path(file))
    wire = Wire(plan["rows"])
    wire.install()
    handler = CONTENDERS[name](plan)
    issuer = Issuer(FOLDER) if name == "stranger" else None
    for number, line in enumerate(sys.stdin):
        before = wire.calls.get(TRANSACT, 0)
        cpu = turn(handler, plan, str(number), int(line), issuer)
        written = wire.calls[TRANSACT] - before
        print(json.dumps({"cpu": cpu, "transactions": written}), flush=True)


TRANSACT = "DynamoDB_20120810.TransactWriteItems"

if __name__ == "__main__":
    main(*sys.argv[1:])
