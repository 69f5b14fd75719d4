"""For everybody: the catalogue, one service, the schema of service documents, what is posted."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import BadRequest, NotFound, pick
from chalicelib.platform.json import loads
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Row
from chalicelib.routes import audience
from chalicelib.routes.caching import A_MINUTE, tagged
from chalicelib.routes.door import Door, reply
from chalicelib.services.guide import guide
from chalicelib.services.offer import offer_of
from chalicelib.services.schema import schema_text

if TYPE_CHECKING:
    from chalicelib.cases import board, posting
    from chalicelib.people import issuing
else:
    board = lazy("chalicelib.cases.board")
    posting = lazy("chalicelib.cases.posting")
    issuing = lazy("chalicelib.people.issuing")

LONGEST_FILTER = 64
# What the list depends on: officers find more in it.
BY_READER = "Accept-Language, Authorization"


def routes(door: Door) -> Blueprint:
    public = Blueprint(__name__)

    @public.route("/services", methods=["GET"])
    def list_services() -> Response:
        language, node, now = door.language, door.query("node"), door.house.now()
        path = place(door, node) if node is not None else None
        wanted = {name: filter_of(door, name) for name in ("class", "field")}
        officer = audience.officer(door)
        services = [
            {**entry, "title": pick(entry["titles"], language)}
            for entry in door.house.catalogue.entries()
            if (path is None or taken(entry, path, now)) and matches(entry, wanted)
            if officer or "audience" not in entry
        ]
        cache = audience.private(A_MINUTE) if officer else A_MINUTE
        return tagged(door, {"services": services}, cache, {"Vary": BY_READER})

    @public.route("/services/{service}", methods=["GET"])
    def read_service(service: str) -> Response:
        trial = door.trial(service)
        if trial is not None:
            return reply(guide(trial, door.language))
        offer = door.house.catalogue.offer(service)
        live = audience.shown(door, door.house.catalogue.live(service))
        seen = {**guide(live, door.language), **offer.data()}
        authority = issuing.authority_of(door.house.directory, service, door.house.today())
        if authority is not None:
            seen["authority"] = authority.said(door.language)
        return tagged(door, seen, audience.private(A_MINUTE) if live.office else A_MINUTE)

    @public.route("/schemas/service-document/1", methods=["GET"])
    def read_schema() -> Response:
        return reply(loads(schema_text()), headers={"Cache-Control": "public, max-age=86400"})

    @public.route("/board", methods=["GET"])
    def read_board() -> Response:
        node, category = filter_of(door, "node"), filter_of(door, "category")
        page = board.read(door.house, node, category, door.query("cursor"), door.language)
        return reply(page, headers={**A_MINUTE, "Vary": "Accept-Language"})

    @public.route("/postings", methods=["GET"])
    def list_postings() -> Response:
        node = str(door.query("node", needed=True))
        page = posting.read(door.house, node, door.query("cursor"), door.language)
        return reply(page, headers={**A_MINUTE, "Vary": "Accept-Language"})

    return public


def place(door: Door, node: str) -> tuple[str, ...]:
    """The path of a node. Raises NotFound."""
    found = door.house.directory.node(node)
    if found is None:
        raise NotFound
    return found.path


def filter_of(door: Door, name: str) -> str | None:
    """A parameter by which a list is made shorter. Raises BadRequest for one that is too long."""
    value = door.query(name)
    if len(value or "") > LONGEST_FILTER:
        raise BadRequest
    return value


def taken(entry: Row, path: tuple[str, ...], now: datetime) -> bool:
    """Whether the service takes new cases at a node with this path, now."""
    offer = offer_of({"version": entry["version"], "content": "", "data": entry})
    return offer.open(now) and offer.covers(path)


def matches(entry: Row, wanted: Mapping[str, str | None]) -> bool:
    """Whether the texts of these members are as wanted, in one language or another."""
    return all(
        word is None or word in entry.get(name, {}).values() for name, word in wanted.items()
    )
