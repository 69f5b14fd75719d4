"""For publishers: the documents a new service is started from."""

import re
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import BadRequest, NotFound
from chalicelib.platform.lazy import lazy
from chalicelib.routes.door import Door, reply
from chalicelib.routes.handing import publisher

if TYPE_CHECKING:
    from chalicelib.services.sheets import presets
else:
    presets = lazy("chalicelib.services.sheets.presets")

SERVICE = re.compile("[a-z][a-z0-9-]{0,39}")
LONGEST_TITLE = 60


def routes(door: Door) -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/presets", methods=["GET"])
    def list_presets() -> Response:
        publisher(door)
        return reply({"presets": [str(kind) for kind in presets.Kind]})

    @blueprint.route("/presets/{kind}", methods=["GET"])
    def read_preset(kind: str) -> Response:
        publisher(door)
        if kind not in list(presets.Kind):
            raise NotFound
        service, title = door.query("service") or "new-service", door.query("title") or "新事项"
        if not SERVICE.fullmatch(service) or len(title) > LONGEST_TITLE:
            raise BadRequest
        return reply(presets.preset(kind, service, {"zh-Hans": title}))

    return blueprint
