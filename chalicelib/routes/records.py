"""Records: for officers by service, place and month; for whoever holds the receipt of one."""

import re
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import BadRequest, NotFound
from chalicelib.platform.lazy import lazy
from chalicelib.platform.numbers import RECORD_DIGITS, is_number
from chalicelib.routes.door import Door, reply

if TYPE_CHECKING:
    from chalicelib.cases import records
else:
    records = lazy("chalicelib.cases.records")

MONTH = re.compile("[0-9]{4}-(0[1-9]|1[0-2])")


def routes(door: Door) -> Blueprint:
    kept = Blueprint(__name__)

    @kept.route("/records", methods=["GET"])
    def read_records() -> Response:
        caller = door.officer()
        name, node = str(door.query("service", needed=True)), str(door.query("node", needed=True))
        month, catalogue = month_asked(door), door.house.catalogue
        service = catalogue.trial(name) if door.flag("test") else catalogue.live(name)
        cursor = door.query("cursor")
        return reply(records.month_of(door.house, caller, service, node, month, cursor))

    @kept.route("/my/records/{record}", methods=["GET"])
    def read_my_record(record: str) -> Response:
        if not is_number(record, RECORD_DIGITS):
            raise NotFound
        secret = door.house.ports.keys.secret(records.secret_of(record))
        row = records.read(door.house, record) if door.holds(secret) else None
        if row is None:
            raise NotFound
        return reply(records.own(door.house, row, door.language))

    return kept


def month_asked(door: Door) -> str | None:
    """Raises BadRequest."""
    month = door.query("month")
    if month is not None and not MONTH.fullmatch(month):
        raise BadRequest({"zh-Hans": "月份写作2026-03", "en": "a month is written 2026-03"})
    return month
