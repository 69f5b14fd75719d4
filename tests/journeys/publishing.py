"""Publishing as two people do it: one uploads, another publishes."""

import time
import uuid
from typing import Any

from infra.player import expect
from tests.world import World

AUTHOR = "officer-gao"
SECOND = "officer-zheng"


def settled(world: Any, path: str, party: str = AUTHOR) -> Any:
    """What became of something that was handed in, once the publisher has dealt with it."""
    if isinstance(world, World):
        world.publisher.handle({"uploads": {}})
        world.house.catalogue.refresh()
    deadline = time.monotonic() + 30
    while True:
        seen = expect(world.http("GET", path, None, party), 200)
        if seen["state"] != "waiting":
            return seen
        assert time.monotonic() < deadline, seen
        time.sleep(0.1)


def upload(world: Any, document: Any, party: str = AUTHOR) -> Any:
    fresh = {"Idempotency-Key": uuid.uuid4().hex}
    done = expect(world.http("POST", "/services", document, party, fresh), 202)
    return settled(world, f"/uploads/{done['upload']}", party)


def order(world: Any, service: str, do: str, party: str = SECOND, **data: Any) -> Any:
    body = {"do": do, "message": "按计划办理", "details": data}
    fresh = {"Idempotency-Key": uuid.uuid4().hex}
    answer = world.http("POST", f"/services/{service}/orders", body, party, fresh)
    done = expect(answer, 202)
    return settled(world, f"/services/{service}/orders/{done['order']}", party)


def publish(world: Any, document: Any, **data: Any) -> Any:
    """Upload and publish; the outcome of the order."""
    draft = upload(world, document)
    assert draft["state"] == "draft", draft
    return order(world, draft["service"], "publish", upload=draft["upload"], **data)
