"""For publishers: hand in a service document, read its report, see what waits for another."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import ConditionFailed, Row
from chalicelib.routes.door import Door, reply
from chalicelib.routes.handing import handed_in, name_of, publisher, refuse_other

if TYPE_CHECKING:
    from chalicelib.services.life import report, uploads
else:
    report = lazy("chalicelib.services.life.report")
    uploads = lazy("chalicelib.services.life.uploads")


def routes(door: Door) -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/services", methods=["POST"])
    def upload_service() -> Response:
        caller = publisher(door)
        sent, dry = door.body(), door.flag("dry-run")
        name, body = name_of(door, f"{caller.id}|upload|{dry}")
        try:
            row = uploads.store_upload(door.house.ports, name, caller.id, sent, body, dry)
        except ConditionFailed:
            row = uploads.read_upload(door.house.ports, name)
            refuse_other(row, body)
        return reply(full(row), 202, {"Location": f"/uploads/{name}"})

    @blueprint.route("/uploads", methods=["GET"])
    def list_drafts() -> Response:
        publisher(door)
        return reply({"uploads": [short(row) for row in uploads.drafts(door.house.ports)]})

    @blueprint.route("/uploads/{upload}", methods=["GET"])
    def read_report(upload: str) -> Response:
        publisher(door)
        return reply(whole(door, uploads.read_upload(door.house.ports, upload)))

    @blueprint.route("/uploads/{upload}/document", methods=["GET"])
    def read_document(upload: str) -> Response:
        publisher(door)
        return reply(uploads.unpack(uploads.read_upload(door.house.ports, upload)["document"]))

    return blueprint


def whole(door: Door, row: Row) -> dict[str, Any]:
    """With the report, and how the flow would run, in the reader's language."""
    seen = full(row)
    if seen["report"] and seen["report"]["publishable"]:
        document, examples = uploads.unpack(row["document"]), uploads.unpack(row["examples"])
        house = door.house
        seen["report"] |= report.shown(
            document, examples, house.calendar, house.now(), door.language
        )
    return seen


def full(row: Row) -> dict[str, Any]:
    return {**short(row), "report": uploads.report_of(row)}


def short(row: Row) -> dict[str, Any]:
    return {**handed_in(row), "upload": row["upload"], **(row.get("data") or {})}
