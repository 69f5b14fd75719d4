"""For everybody: the catalogue, one service, the schema of service documents."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import BadRequest, pick
from chalicelib.platform.json import loads
from chalicelib.platform.lazy import lazy
from chalicelib.routes.door import Door, reply
from chalicelib.services.document import Service
from chalicelib.services.schema import schema_text

if TYPE_CHECKING:
    from chalicelib.cases import board
else:
    board = lazy("chalicelib.cases.board")

LONGEST_FILTER = 64
CACHE = {"Cache-Control": "public, max-age=60"}


def routes(door: Door) -> Blueprint:
    public = Blueprint(__name__)

    @public.route("/services", methods=["GET"])
    def list_services() -> Response:
        language = door.language
        services = [
            {**entry, "title": pick(entry["titles"], language)}
            for entry in door.house.catalogue.entries()
        ]
        return reply({"services": services}, headers=CACHE)

    @public.route("/services/{service}", methods=["GET"])
    def read_service(service: str) -> Response:
        live = door.house.catalogue.live(service)
        return reply(
            guide(live, door.language), headers={**CACHE, "ETag": f'"{live.content[:16]}"'}
        )

    @public.route("/schemas/service-document/1", methods=["GET"])
    def read_schema() -> Response:
        return reply(loads(schema_text()), headers={"Cache-Control": "public, max-age=86400"})

    @public.route("/board", methods=["GET"])
    def read_board() -> Response:
        node, category = door.query("node"), door.query("category")
        if max(len(node or ""), len(category or "")) > LONGEST_FILTER:
            raise BadRequest
        page = board.read(door.house, node, category, door.query("cursor"), door.language)
        return reply(page, headers={**CACHE, "Vary": "Accept-Language"})

    return public


def guide(service: Service, language: str) -> dict[str, Any]:
    """The public notice, from the document the engine runs (promise 3)."""
    data = service.data
    return {
        "service": service.id,
        "version": service.version,
        "title": pick(data["titles"], language),
        "guide": data["guide"],
        "channels": data["channels"],
        "levels": data["levels"],
        "form": data["form"],
        "views": data.get("views", {}),
        "papers": [{**paper, "title": pick(paper["titles"], language)} for paper in data["papers"]],
        "clocks": {
            name: {
                "title": pick(clock["titles"], language),
                "budget": clock["budget"],
                "basis": clock.get("basis"),
            }
            for name, clock in data["clocks"].items()
        },
        "stages": [
            {"stage": name, "title": pick(stage["titles"], language)}
            for name, stage in service.stages.items()
        ],
        "results": {name: pick(r["titles"], language) for name, r in data["results"].items()},
    }
