"""Bancheng's front door on Chalice: HTTP routes, the worker, the publisher.

What is expensive to import (cryptography, tokens, schema validators, the publisher) is loaded on
first use, so that the first answer of a cold api costs little more than a DynamoDB client.
"""

from typing import TYPE_CHECKING, Any

from chalice import Chalice

from chalicelib import wiring
from chalicelib.platform import logs
from chalicelib.platform.lazy import lazy
from chalicelib.platform.settings import environment
from chalicelib.routes import (
    channel,
    documents,
    door,
    forms,
    guide,
    members,
    officer,
    openapi,
    orders,
    packages,
    presets,
    public,
    publisher,
    rebases,
    records,
    resident,
    versions,
)

if TYPE_CHECKING:
    from chalicelib.routes import events
    from chalicelib.services.life import publish
else:
    events = lazy("chalicelib.routes.events")
    publish = lazy("chalicelib.services.life.publish")

app = Chalice(app_name="bancheng")
logs.quiet(app.log)
houses = wiring.Houses(environment())
front = door.Door(houses.api, houses.tokens, lambda: app.current_request)

for audience in (
    public,
    versions,
    guide,
    forms,
    openapi,
    resident,
    documents,
    records,
    officer,
    members,
    publisher,
    orders,
    rebases,
    packages,
    presets,
    channel,
):
    app.register_blueprint(audience.routes(front))
app.register_middleware(door.shape, "http")


@app.lambda_function(name="worker")
def worker(event: dict[str, Any], context: Any) -> Any:
    """Envelopes, effects, ticks, ended executions, operators' commands."""
    return events.work(houses.worker(), event)


@app.lambda_function(name="publisher")
def publisher_function(event: dict[str, Any], context: Any) -> Any:
    """Uploads and reference data; the only function that may create machines."""
    return publish.Publisher(houses.publisher(), houses.publisher_settings()).handle(event)
