"""Containers: their members, and one act on many of them."""

from chalicelib.cases import bulk, membership, reach, standing
from chalicelib.cases.members import PAGE
from chalicelib.platform.errors import (
    BadRequest,
    Conflict,
    InvalidCursor,
    NotPermitted,
    RateLimited,
    Refused,
)
from chalicelib.routes.contract.cases import HEAD, TEST
from chalicelib.routes.contract.catalogue import said
from chalicelib.routes.contract.operations import Answer, Operation, Route
from chalicelib.routes.contract.shapes import (
    COUNT,
    MOMENT,
    NAME,
    NUMBER,
    TEXT,
    Schema,
    closed,
    each,
    many,
    maybe,
    one_of,
    ref,
)
from chalicelib.routes.door import JSON

FRESH = {"Cache-Control": "NoStore"}
JOB = {
    "job": NAME,
    "container": NUMBER,
    "action": TEXT,
    "by": TEXT,
    "at": MOMENT,
    "state": one_of(("running", "done")),
    "counts": {
        "anyOf": [
            {**each(COUNT), "propertyNames": one_of(bulk.FATES)},
            {"type": "null", "description": "not done yet"},
        ]
    },
}
WHERE = {"where": reach.WHERE_SCHEMA}

SCHEMAS: dict[str, Schema] = {
    "Member": {
        "anyOf": [
            closed({**HEAD, "version": COUNT, "site": TEXT, "unit": TEXT}, TEST),
            closed({"case": NUMBER, "service": TEXT, "title": TEXT, "version": COUNT}),
        ],
        "description": "whole where the caller reads the case; its title for whom a task concerns",
    },
    "MemberCounts": {
        **closed(dict.fromkeys(standing.STATES, COUNT)),
        "description": f"on the first page: how many members stand in each list; "
        f"{membership.COUNTED_AT_ONCE + 1}: more than {membership.COUNTED_AT_ONCE}",
    },
    "Bulk": closed(JOB, WHERE),
    "BulkWithCases": closed(
        {
            **JOB,
            "cases": {
                **many(
                    closed(
                        {"case": TEXT, "fate": one_of(bulk.FATES)},
                        {"event": COUNT, "problem": closed({"type": TEXT, "message": TEXT})},
                    ),
                    maxItems=bulk.LISTED,
                ),
                "description": "for whoever ordered it; those not done first",
            },
        },
        WHERE,
    ),
}
OPERATIONS: dict[Route, Operation] = {
    ("GET", "/cases/{number}/members"): Operation(
        "read_members",
        "officer",
        "The members of a campaign, ledger, batch or session that the caller may see",
        "专项、台账、批次、活动的成员办件：只列出本人能看的",
        {
            200: Answer(
                "a page, in the order of joining; it may be short of what is left out",
                {
                    JSON: closed(
                        {
                            "container": NUMBER,
                            "kind": said("$defs", "container_kind"),
                            "tags": many(TEXT),
                            "members": many(ref("Member"), maxItems=PAGE),
                            "cursor": maybe(TEXT),
                        },
                        {"counts": ref("MemberCounts")},
                    )
                },
                FRESH,
            )
        },
        (BadRequest, InvalidCursor, NotPermitted),
        ("state", "cursor"),
    ),
    ("POST", "/cases/{number}/bulk"): Operation(
        "act_on_many",
        "officer",
        "One action on many members, each as its own case allows",
        "批量办理：逐件按各自的规则办，逐件列出结果",
        {202: Answer("kept; read the job for what comes of it", {JSON: ref("Bulk")}, FRESH)},
        (Refused, Conflict, NotPermitted, RateLimited),
        (),
        bulk.BULK_SCHEMA,
        {"select": {"action": "select", "members": ["1234567897"]}},
        keyed=True,
    ),
    ("GET", "/cases/{number}/bulk/{job}"): Operation(
        "read_bulk",
        "officer",
        "What has become of each member so far",
        "批量办理的逐件结果",
        {200: Answer("the job", {JSON: ref("BulkWithCases")}, FRESH)},
        (NotPermitted,),
    ),
}
