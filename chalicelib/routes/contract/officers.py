"""What officers and volunteers may ask, by bearer token."""

from chalicelib.cases.act import ACTION_SCHEMA
from chalicelib.cases.inbox import PAGE
from chalicelib.platform.errors import (
    BadRequest,
    InvalidCursor,
    NotPermitted,
    PreconditionRequired,
    SeparationOfDuty,
)
from chalicelib.platform.mandateover import MandateOver
from chalicelib.platform.skillmissing import SkillMissing
from chalicelib.platform.unknownzone import UnknownZone
from chalicelib.routes.contract.operations import Answer, Operation, Problems, Route
from chalicelib.routes.contract.public import ACTS, FRESH
from chalicelib.routes.contract.shapes import NUMBER, TEXT, closed, many, maybe, ref
from chalicelib.routes.door import JSON

TAG = "officer"
VERSIONED = {**FRESH, "ETag": "CaseVersion"}
OFFICERS_ACT: Problems = (
    *ACTS,
    SeparationOfDuty,
    SkillMissing,
    MandateOver,
    PreconditionRequired,
)
DONE = {200: Answer("what was recorded", {JSON: ref("Done")}, VERSIONED)}

OPERATIONS: dict[Route, Operation] = {
    ("GET", "/inbox"): Operation(
        "read_inbox",
        TAG,
        "Open tasks: of a role at a node, or of a person",
        "待办：按岗位与辖区，或按本人",
        {
            200: Answer(
                "a page, oldest first",
                {
                    JSON: closed(
                        {"tasks": many(ref("ListedTask"), maxItems=PAGE), "cursor": maybe(TEXT)}
                    )
                },
                FRESH,
            )
        },
        (BadRequest, InvalidCursor, NotPermitted, UnknownZone),
        ("role", "inbox-node", "zone", "party", "cursor", "test"),
    ),
    ("GET", "/bonds"): Operation(
        "read_bonds",
        TAG,
        "The caller's own bonds",
        "我的结对",
        {200: Answer("oldest first", {JSON: closed({"bonds": many(ref("Bond"))})}, FRESH)},
    ),
    ("GET", "/cases/{number}"): Operation(
        "read_case",
        TAG,
        "A case as the caller may see it: all, what one's principal sees, or the card and tasks",
        "办件：可读者见全貌，代办员见委托人所见，志愿者只见公示卡和自己的认领",
        {
            200: Answer(
                "the case; its version is the ETag",
                {JSON: {"anyOf": [ref("OfficerCase"), ref("PrincipalCase"), ref("HolderCase")]}},
                VERSIONED,
            )
        },
    ),
    ("GET", "/cases/{number}/why"): Operation(
        "read_why",
        TAG,
        "Why the case is where it is, in sentences",
        "办件为什么停在这里",
        {
            200: Answer(
                "the most important first",
                {JSON: closed({"case": NUMBER, "why": many(TEXT)})},
                FRESH,
            )
        },
        (NotPermitted,),
    ),
    ("GET", "/cases/{number}/documents/{document}"): Operation(
        "read_document",
        TAG,
        "A sealed document of the case as a PDF",
        "办件的签章文书",
        {200: Answer("the PDF, in base64", {JSON: ref("SealedDocument")}, FRESH)},
    ),
    ("POST", "/cases/{number}/actions"): Operation(
        "act_on_case",
        TAG,
        "Act on a case at any stage, or on the one task that offers the action",
        "对办件办理",
        DONE,
        OFFICERS_ACT,
        ("if-match",),
        ACTION_SCHEMA,
        {"comment": {"action": "comment", "details": {"text": "已电话核实"}}},
        keyed=True,
    ),
    ("POST", "/cases/{number}/tasks/{task}/actions"): Operation(
        "act_on_task",
        TAG,
        "Act on one task: what its `offers` list",
        "对待办办理：见其 offers",
        DONE,
        OFFICERS_ACT,
        ("if-match",),
        ACTION_SCHEMA,
        {"accept": {"action": "accept"}},
        keyed=True,
    ),
}
