"""For everybody: one numbered version of a service, for ever the same: its guide and its flow."""

import re
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import NotFound
from chalicelib.platform.lazy import lazy
from chalicelib.routes.caching import FOR_EVER, tagged
from chalicelib.routes.door import Door

if TYPE_CHECKING:
    from chalicelib.services import guide
    from chalicelib.services.reports import picture
else:
    guide = lazy("chalicelib.services.guide")
    picture = lazy("chalicelib.services.reports.picture")

MERMAID = "text/vnd.mermaid; charset=utf-8"
SVG = "image/svg+xml"
PICTURES = ("svg", "mermaid")
VERSION = re.compile("[1-9][0-9]{0,5}")


def routes(door: Door) -> Blueprint:
    versions = Blueprint(__name__)

    @versions.route("/services/{service}/versions/{version}", methods=["GET"])
    def read_version(service: str, version: str) -> Response:
        numbered = door.house.catalogue.version(service, numeral(version))
        return tagged(door, guide.guide(numbered, door.language), FOR_EVER)

    @versions.route("/services/{service}/versions/{version}/flow", methods=["GET"])
    def read_flow(service: str, version: str) -> Response:
        numbered = door.house.catalogue.version(service, numeral(version))
        if door.choice("as", PICTURES) == "mermaid":
            return tagged(door, picture.mermaid(numbered, door.language), FOR_EVER, kind=MERMAID)
        return tagged(door, picture.svg(numbered, door.language), FOR_EVER, kind=SVG)

    return versions


def numeral(version: str) -> int:
    """The number of a published version. Raises NotFound."""
    if not VERSION.fullmatch(version):
        raise NotFound
    return int(version)
