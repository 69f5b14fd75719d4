"""For programmers: the HTTP contract (OpenAPI 3.1) of the platform and of each service version."""

from functools import cache
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.lazy import lazy
from chalicelib.routes.caching import A_MINUTE, FOR_EVER, tagged
from chalicelib.routes.door import Door
from chalicelib.routes.versions import numeral

if TYPE_CHECKING:
    from chalicelib.routes.contract import platform
    from chalicelib.routes.contract import service as narrowed
else:
    platform = lazy("chalicelib.routes.contract.platform")
    narrowed = lazy("chalicelib.routes.contract.service")


def routes(door: Door) -> Blueprint:
    openapi = Blueprint(__name__)

    @openapi.route("/openapi.json", methods=["GET"])
    def read_contract() -> Response:
        return tagged(door, whole(), A_MINUTE)

    @openapi.route("/services/{service}/versions/{version}/openapi.json", methods=["GET"])
    def read_version_contract(service: str, version: str) -> Response:
        numbered = door.house.catalogue.version(service, numeral(version))
        return tagged(door, narrowed.of_service(numbered), FOR_EVER)

    return openapi


@cache
def whole() -> dict[str, Any]:
    """It never changes while the code does not."""
    made: dict[str, Any] = platform.platform()
    return made
