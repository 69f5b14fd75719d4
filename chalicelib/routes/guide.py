"""For everybody, and whoever answers the telephone: what a service asks for in this case (R03)."""

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.platform.lazy import lazy
from chalicelib.routes import audience
from chalicelib.routes.door import Door, reply

if TYPE_CHECKING:
    from chalicelib.cases import asking
else:
    asking = lazy("chalicelib.cases.asking")


def routes(door: Door) -> Blueprint:
    guide = Blueprint(__name__)

    @guide.route("/services/{service}/papers", methods=["POST"])
    def list_papers(service: str) -> Response:
        live = audience.shown(door, door.house.catalogue.live(service))
        return reply(asking.papers_for(door.house, live, door.body(), door.language))

    return guide
