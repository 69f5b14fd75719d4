"""For publishers: upload a service document, read what became of it."""

import hashlib
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.people.authority import Caller
from chalicelib.platform.errors import KeyReused, NotPermitted
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import ConditionFailed, Row
from chalicelib.routes.door import Door, reply
from chalicelib.services.uploads import read_upload, store_upload

if TYPE_CHECKING:
    from chalicelib.cases import idempotency
else:
    idempotency = lazy("chalicelib.cases.idempotency")

ROLE = "publisher"


def routes(door: Door) -> Blueprint:
    publisher = Blueprint(__name__)

    @publisher.route("/services", methods=["POST"])
    def upload_service() -> Response:
        caller = permitted()
        body = door.body()
        key = idempotency.key_for(door.header("idempotency-key"), f"{caller.id}|upload", door.raw)
        upload = hashlib.sha256(key.hash.encode()).hexdigest()[:32]
        try:
            row = store_upload(door.house.ports, upload, caller.id, body, key.body)
        except ConditionFailed:
            row = read_upload(door.house.ports, upload, caller.id)
            if row["body"] != key.body:
                raise KeyReused from None
        return reply(view(row), 202, {"Location": f"/uploads/{upload}"})

    @publisher.route("/uploads/{upload}", methods=["GET"])
    def read_report(upload: str) -> Response:
        return reply(view(read_upload(door.house.ports, upload, permitted().id)))

    def permitted() -> Caller:
        caller = door.officer()
        today = door.house.today()
        if not any(grant.role == ROLE and grant.holds_on(today) for grant in caller.grants):
            raise NotPermitted
        return caller

    return publisher


def view(row: Row) -> Row:
    return {
        "upload": row["upload"],
        "state": row["state"],
        "at": row["at"],
        "report": row.get("data"),
    }
