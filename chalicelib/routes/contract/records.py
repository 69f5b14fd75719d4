"""Records: the receipt of one, one's own, and a month of them for officers."""

from chalicelib.cases import ruling
from chalicelib.cases.records import PAGE
from chalicelib.platform.errors import BadRequest, InvalidCursor
from chalicelib.routes.contract.acting import ACTOR
from chalicelib.routes.contract.cases import FEE, TEST
from chalicelib.routes.contract.catalogue import said
from chalicelib.routes.contract.operations import Answer, Operation, Route
from chalicelib.routes.contract.shapes import (
    MOMENT,
    NUMBER,
    OBJECT,
    POINTER,
    RECORD,
    SECRET,
    TEXT,
    Schema,
    closed,
    many,
    maybe,
    ref,
)
from chalicelib.routes.door import JSON

FRESH = {"Cache-Control": "NoStore"}
VERSION = {"type": "integer", "description": "negative under test"}
UNIT = said("$defs", "count_unit")
ANSWERS = {**maybe(OBJECT), "description": "null once they are erased"}

SCHEMAS: dict[str, Schema] = {
    "RecordReceipt": closed(
        {"record": RECORD, "service": TEXT, "version": VERSION, "received_at": MOMENT},
        {
            **TEST,
            **FEE,
            "secret": {**SECRET, "description": "for who submits for himself: to read it again"},
            "dropped": {
                **many(POINTER, minItems=1, maxItems=ruling.MOST_DROPPED),
                "description": "what was sent and is not kept, since it is not asked for",
            },
            "opened": closed({"service": TEXT, "case": NUMBER}, {"secret": SECRET}),
        },
    ),
    "OwnRecord": closed(
        {
            "record": RECORD,
            "service": TEXT,
            "title": TEXT,
            "received_at": MOMENT,
            "answers": ANSWERS,
        },
        {"opened": NUMBER},
    ),
    "Record": closed(
        {
            "record": RECORD,
            "version": VERSION,
            "received_at": MOMENT,
            "site": TEXT,
            "unit": TEXT,
            "channel": TEXT,
            "counts": OBJECT,
            "answers": ANSWERS,
        },
        {"actor": ACTOR, "opened": NUMBER},
    ),
}
OPERATIONS: dict[Route, Operation] = {
    ("GET", "/my/records/{record}"): Operation(
        "read_my_record",
        "resident",
        "One's own record, by its receipt",
        "我的记录：凭回执查看",
        {200: Answer("what was sent, and when", {JSON: ref("OwnRecord")}, FRESH)},
    ),
    ("GET", "/records"): Operation(
        "read_records",
        "officer",
        "The records of a service at a node in a month",
        "记录：按事项、地点和月份",
        {
            200: Answer(
                "a page, oldest first",
                {
                    JSON: closed(
                        {
                            "month": TEXT,
                            "counted_in": UNIT,
                            "records": many(ref("Record"), maxItems=PAGE),
                            "cursor": maybe(TEXT),
                        }
                    )
                },
                FRESH,
            )
        },
        (BadRequest, InvalidCursor),
        ("of-service", "record-node", "month", "cursor", "of-test"),
    ),
}
