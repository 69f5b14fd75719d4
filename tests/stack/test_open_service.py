"""A new service over HTTP on the running stack, and its first case, without touching a file."""

import copy
import time
import uuid

import pytest

from infra.front import StackFront
from infra.player import expect
from infra.stack import LocalStack
from tests.journeys.people import example
from tests.journeys.publishing import AUTHOR, order, upload
from tests.world import load_json

pytestmark = pytest.mark.ministack
MOST = 5.0
UNIT = "approval-bureau"


def test_a_service_is_uploaded_published_and_has_its_first_case_within_five_seconds(
    stack: LocalStack,
) -> None:
    front = StackFront(stack)
    name = f"permit-{uuid.uuid4().hex[:8]}"
    document = {**copy.deepcopy(load_json("forms/business-licence/service.json")), "service": name}

    began = time.monotonic()
    draft = upload(front, document)
    done = order(front, name, "publish", upload=draft["upload"], unit=UNIT)
    body = {"answers": example()["answers"]}
    made = expect(front.http("POST", f"/services/{name}/cases", body), 201)
    took = time.monotonic() - began

    assert (done["state"], made["version"]) == ("done", 1)
    assert took <= MOST, took
    front.settle(made["case"])
    headers = {"Receipt-Secret": made["secret"]}
    mine = expect(front.http("GET", f"/my/cases/{made['case']}", headers=headers), 200)
    assert mine["stage"] == "receive"
    history = expect(front.http("GET", f"/services/{name}/history", None, AUTHOR), 200)["history"]
    assert [(one["do"], one["unit"]) for one in history] == [("publish", UNIT)]


def test_open_cases_are_rebased_by_the_worker_that_the_stream_wakes(stack: LocalStack) -> None:
    front = StackFront(stack)
    name = f"permit-{uuid.uuid4().hex[:8]}"
    document = {**copy.deepcopy(load_json("forms/business-licence/service.json")), "service": name}
    first = upload(front, document)
    order(front, name, "publish", upload=first["upload"], unit=UNIT)
    body = {"answers": example()["answers"]}
    made = expect(front.http("POST", f"/services/{name}/cases", body), 201)
    front.settle(made["case"])
    document["form"]["properties"]["website"] = {"type": "string", "maxLength": 40}
    second = upload(front, document)
    order(front, name, "publish", upload=second["upload"])

    path = f"/services/{name}/rebases"
    job = expect(front.http("POST", path, {"to": 2}, AUTHOR), 202)
    deadline = time.monotonic() + 60
    while True:
        seen = expect(front.http("GET", f"{path}/{job['job']}", None, AUTHOR), 200)
        if seen["state"] == "done":
            break
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)

    assert seen["counts"] == {"moved": 1}
    assert front.row(made["case"])["service_version"] == 2
