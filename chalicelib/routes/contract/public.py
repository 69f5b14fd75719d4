"""What everybody, residents and signed providers may ask."""

from collections.abc import Mapping
from typing import Any

from chalicelib.cases.act import ACTION_SCHEMA
from chalicelib.cases.asking import PARTIAL_SCHEMA
from chalicelib.cases.submit import SUBMISSION_SCHEMA
from chalicelib.platform.errors import (
    AlreadyClaimed,
    AlreadyDecided,
    BadRequest,
    Conflict,
    InvalidCursor,
    InvalidKey,
    KeyReused,
    NoMoreTime,
    NotForThisCase,
    NotFound,
    NothingToWaive,
    NotOffered,
    NotOpenYet,
    NotPermitted,
    NotYet,
    OnceOnly,
    PapersIncomplete,
    PoolFull,
    RateLimited,
    Refused,
    ServiceClosed,
    UnknownRegion,
    VersionChanged,
)
from chalicelib.platform.foroffices import ForOffices
from chalicelib.routes.channel import HEARD_SCHEMA, MESSAGE_SCHEMA
from chalicelib.routes.contract.operations import Answer, Operation, Problems, Route
from chalicelib.routes.contract.shapes import MOMENT, NUMBER, OBJECT, TEXT, closed, many, ref
from chalicelib.routes.door import JSON
from chalicelib.routes.forms import SCHEMA
from chalicelib.routes.versions import MERMAID, SVG

FRESH = {"Cache-Control": "NoStore"}
MINUTE = {"Cache-Control": "Minute", "Vary": "ByLanguage"}
TAGGED = {**MINUTE, "ETag": "ETag"}
LISTED = {**TAGGED, "Vary": "ByReader"}
KEPT = {"Cache-Control": "ForEver", "ETag": "ETag", "Vary": "ByLanguage"}
SEEN = "kept already"
OF_RECEIPT = {"number": "$response.body#/case"}
STANDS_IN_THE_WAY: Problems = (
    Conflict,
    AlreadyDecided,
    PapersIncomplete,
    PoolFull,
    NotYet,
    NotForThisCase,
    OnceOnly,
    AlreadyClaimed,
    NoMoreTime,
    NothingToWaive,
)
ACTS: Problems = (
    BadRequest,
    NotPermitted,
    *STANDS_IN_THE_WAY,
    VersionChanged,
    Refused,
    UnknownRegion,
    RateLimited,
)
SUBMITS: Problems = (
    NotPermitted,
    ForOffices,
    NotOpenYet,
    ServiceClosed,
    Refused,
    UnknownRegion,
    NotOffered,
)
OPENAPI: Mapping[str, Any] = {**OBJECT, "required": ["openapi", "info", "paths"]}
READ = "catalogue"

OPERATIONS: dict[Route, Operation] = {
    ("GET", "/services"): Operation(
        "list_services",
        READ,
        "The services, in short",
        "事项列表",
        {
            200: Answer(
                "every service; those for the offices with a token only",
                {JSON: closed({"services": many(ref("ListedService"))})},
                LISTED,
            ),
            304: Answer(SEEN, {}, LISTED),
        },
        (BadRequest, NotFound),
        ("served-node", "class", "field", "if-none-match"),
    ),
    ("GET", "/services/{service}"): Operation(
        "read_service",
        READ,
        "One service as it is offered now: guide, form, papers, clocks",
        "办事指南：现行版本",
        {
            200: Answer(
                "the live version, or the one under test",
                {JSON: ref("Service")},
                {
                    "Cache-Control": "MinuteOrNot",
                    "ETag": "ETagIfKept",
                    "Vary": "ByLanguageIfKept",
                },
            ),
            304: Answer(SEEN, {}, TAGGED),
        },
        parameters=("test-token", "if-none-match"),
    ),
    ("GET", "/services/{service}/versions/{version}"): Operation(
        "read_version",
        READ,
        "One version of a service, for ever the same",
        "某一版本的办事指南，永不改变",
        {
            200: Answer("the version", {JSON: ref("ServiceVersion")}, KEPT),
            304: Answer(SEEN, {}, KEPT),
        },
        parameters=("if-none-match",),
    ),
    ("GET", "/services/{service}/versions/{version}/flow"): Operation(
        "read_flow",
        READ,
        "The flow of a version as a picture",
        "流程图",
        {
            200: Answer("the picture", {SVG: TEXT, MERMAID: TEXT}, KEPT),
            304: Answer(SEEN, {}, KEPT),
        },
        (BadRequest,),
        ("as", "if-none-match"),
    ),
    ("GET", "/services/{service}/versions/{version}/form"): Operation(
        "read_form",
        READ,
        "The form of a version: its schema, or how it is laid out",
        "表单：JSON Schema 或界面描述",
        {
            200: Answer(
                "the form",
                {SCHEMA: OBJECT, JSON: OBJECT},
                {**KEPT, "Content-Language": "Languages", "Schema-Losses": "SchemaLosses"},
            ),
            304: Answer(SEEN, {}, KEPT),
        },
        (BadRequest,),
        ("dialect", "view", "if-none-match"),
    ),
    ("GET", "/services/{service}/versions/{version}/openapi.json"): Operation(
        "read_version_contract",
        READ,
        "The contract of submitting to a version of a service, for ever the same",
        "某一版本的接口说明（OpenAPI），永不改变",
        {
            200: Answer("an OpenAPI 3.1 document", {JSON: OPENAPI}, KEPT),
            304: Answer(SEEN, {}, KEPT),
        },
        parameters=("if-none-match",),
    ),
    ("GET", "/openapi.json"): Operation(
        "read_contract",
        READ,
        "This document",
        "本文件",
        {
            200: Answer("an OpenAPI 3.1 document", {JSON: OPENAPI}, TAGGED),
            304: Answer(SEEN, {}, TAGGED),
        },
        parameters=("if-none-match",),
        still=True,
    ),
    ("GET", "/schemas/service-document/1"): Operation(
        "read_schema",
        READ,
        "The JSON Schema of service documents",
        "事项文件的 JSON Schema",
        {200: Answer("JSON Schema 2020-12", {JSON: OBJECT}, {"Cache-Control": "Day"})},
        still=True,
    ),
    ("GET", "/board"): Operation(
        "read_board",
        READ,
        "What volunteers may claim, as everybody may read it",
        "待认领清单",
        {200: Answer("a page, oldest first", {JSON: ref("Board")}, MINUTE)},
        (BadRequest, InvalidCursor),
        ("board-node", "category", "cursor"),
    ),
    ("GET", "/postings"): Operation(
        "list_postings",
        READ,
        "What is posted at a node or above it and still in force, as everybody may read it",
        "公示栏：本地和上级发布、仍在公示期内的通知",
        {200: Answer("a page, newest first", {JSON: ref("Postings")}, MINUTE)},
        (BadRequest, NotFound, InvalidCursor),
        ("posting-node", "cursor"),
    ),
    ("GET", "/documents/{document_number}"): Operation(
        "check_document",
        READ,
        "Whether a sealed document was issued and still holds; for who has its code",
        "凭文书编号和核验码核验签章文书",
        {
            200: Answer(
                "what it is, and nothing about people", {JSON: ref("CheckedDocument")}, FRESH
            )
        },
        (NotFound,),
        ("code",),
    ),
    ("POST", "/services/{service}/papers"): Operation(
        "list_papers",
        READ,
        "Which papers these answers call for; nothing is kept",
        "按已知情况列出所需材料，不保存",
        {200: Answer("five lists", {JSON: ref("PaperLists")}, FRESH)},
        (Refused,),
        body=PARTIAL_SCHEMA,
        examples={"nothing is known yet": {"answers": {}}},
    ),
    ("POST", "/services/{service}/cases"): Operation(
        "submit_case",
        "resident",
        "Submit a case: the receipt means that it is stored",
        "提交办件：收到回执即已保存",
        {
            201: Answer(
                "the receipt; the same for a repeat",
                {JSON: {"anyOf": [ref("Receipt"), ref("RecordReceipt")]}},
                {**FRESH, "Location": "Location"},
                dict.fromkeys(("read_my_case", "act_on_my_case"), OF_RECEIPT),
            )
        },
        SUBMITS,
        ("test-token",),
        SUBMISSION_SCHEMA,
        keyed=True,
    ),
    ("GET", "/my/cases/{number}"): Operation(
        "read_my_case",
        "resident",
        "One's own case: where it stands, what one can do; less of it for another party",
        "我的办件：进度与可办事项；其他当事人只见与己有关的",
        {
            200: Answer(
                "the story so far",
                {JSON: {"anyOf": [ref("ResidentCase"), ref("PartyCase")]}},
                FRESH,
            )
        },
    ),
    ("GET", "/my/cases/{number}/documents/{document}"): Operation(
        "read_my_document",
        "resident",
        "A sealed document of one's own case as a PDF",
        "我的签章文书",
        {200: Answer("the PDF, in base64", {JSON: ref("SealedDocument")}, FRESH)},
    ),
    ("POST", "/my/cases/{number}/actions"): Operation(
        "act_on_my_case",
        "resident",
        "Do something with one's own case: what its `actions` list",
        "办理自己的办件：见其 actions",
        {200: Answer("what was recorded", {JSON: ref("Done")}, FRESH)},
        ACTS,
        ("if-match",),
        ACTION_SCHEMA,
        {"withdraw": {"action": "withdraw"}},
        keyed=True,
    ),
    ("POST", "/channels/bodies/{body}"): Operation(
        "hear_body",
        "channel",
        "A body outside answers a case that waits for it; signed by it (Standard Webhooks 1.0)",
        "外部单位答复，由该单位签名",
        {
            200: Answer(
                "when it was recorded", {JSON: closed({"case": NUMBER, "at": MOMENT})}, FRESH
            )
        },
        (*ACTS, InvalidKey, KeyReused),
        ("webhook-id", "webhook-timestamp"),
        HEARD_SCHEMA,
        {"granted": {"case": "0000000000", "action": "answered", "details": {}}},
    ),
    ("POST", "/channels/sms"): Operation(
        "receive_sms",
        "channel",
        "A text message came in; signed by the provider (Standard Webhooks 1.0)",
        "短信上行，由服务商签名",
        {202: Answer("kept; dealt with in a moment", {JSON: closed({"id": TEXT})}, FRESH)},
        (Refused, KeyReused),
        ("webhook-id", "webhook-timestamp"),
        MESSAGE_SCHEMA,
        {"progress": {"from": "13800000001", "text": "8"}},
    ),
}
