"""What publishers may ask, by bearer token."""

from chalicelib.cases.rebasing import REBASE_SCHEMA
from chalicelib.platform.errors import (
    BadRequest,
    NoDraft,
    NotFound,
    OwnerMissing,
    Refused,
    SecondPersonRequired,
    SignatureInvalid,
    VerdictNotAccepted,
    WrongState,
)
from chalicelib.routes.contract.operations import Answer, Operation, Route
from chalicelib.routes.contract.public import FRESH
from chalicelib.routes.contract.publishing import order_body
from chalicelib.routes.contract.shapes import OBJECT, TEXT, closed, many, ref
from chalicelib.routes.door import JSON
from chalicelib.routes.packages import IMPORT_SCHEMA
from chalicelib.services.life.uploads import MOST_LISTED

TAG = "publisher"
HANDED_IN = {**FRESH, "Location": "Location"}
OF_UPLOAD = {"upload": "$response.body#/upload"}
OF_SERVICE = {"service": "$request.path.service"}
SENT = {
    **OBJECT,
    "description": "a service document (GET /schemas/service-document/1), alone or as"
    ' {"service": document, "examples": […]}. Any object is taken; its report says what is wrong.',
}

OPERATIONS: dict[Route, Operation] = {
    ("POST", "/services"): Operation(
        "upload_service",
        TAG,
        "Hand in a service document: it is checked, and waits for a second person",
        "上传事项文件：自动检查，由另一人发布",
        {
            202: Answer(
                "taken; read its report",
                {JSON: ref("Upload")},
                HANDED_IN,
                dict.fromkeys(("read_upload", "read_upload_document"), OF_UPLOAD),
            )
        },
        (BadRequest,),
        ("dry-run",),
        SENT,
        keyed=True,
    ),
    ("GET", "/uploads"): Operation(
        "list_uploads",
        TAG,
        "What waits for a second person",
        "待发布的上传",
        {
            200: Answer(
                "oldest first",
                {JSON: closed({"uploads": many(ref("ListedUpload"), maxItems=MOST_LISTED)})},
                FRESH,
            )
        },
    ),
    ("GET", "/uploads/{upload}"): Operation(
        "read_upload",
        TAG,
        "The report on an upload",
        "上传的检查报告",
        {200: Answer("state and report", {JSON: ref("Upload")}, FRESH)},
    ),
    ("GET", "/uploads/{upload}/document"): Operation(
        "read_upload_document",
        TAG,
        "The document of an upload, as it was sent",
        "上传的事项文件原文",
        {200: Answer("whatever was sent", {JSON: OBJECT}, FRESH)},
    ),
    ("POST", "/services/{service}/orders"): Operation(
        "order_service",
        TAG,
        "Order what becomes of a service: publish, test, close …",
        "发布、试用、停办等指令",
        {
            202: Answer(
                "taken; read what came of it",
                {JSON: ref("Order")},
                HANDED_IN,
                {"read_order": {**OF_SERVICE, "order": "$response.body#/order"}},
            )
        },
        (NoDraft, SecondPersonRequired, VerdictNotAccepted, WrongState, OwnerMissing, Refused),
        body=order_body(),
        examples={
            "close": {"do": "close", "message": "按计划停办"},
            "open for the first time": {
                "do": "publish",
                "message": "按决定开办",
                "details": {"upload": "0" * 32, "unit": "approval-bureau"},
            },
        },
        keyed=True,
    ),
    ("GET", "/services/{service}/orders/{order}"): Operation(
        "read_order",
        TAG,
        "What came of an order",
        "指令的结果",
        {200: Answer("state and outcome", {JSON: ref("Order")}, FRESH)},
    ),
    ("GET", "/services/{service}/history"): Operation(
        "read_history",
        TAG,
        "Who did what with a service",
        "事项的变更记录",
        {
            200: Answer(
                "newest first",
                {JSON: closed({"service": TEXT, "history": many(ref("Noted"))})},
                FRESH,
            )
        },
    ),
    ("GET", "/packages/key"): Operation(
        "read_package_key",
        TAG,
        "The key that signs this deployment's packages",
        "本系统签名事项包的公钥",
        {200: Answer("a JWK (RFC 8037)", {JSON: ref("PackageKey")}, FRESH)},
    ),
    ("GET", "/packages"): Operation(
        "export_services",
        TAG,
        "Live versions as a signed package, for another deployment",
        "导出事项包（带签名）",
        {
            200: Answer(
                "a JWS (RFC 7515)",
                {JSON: closed({"package": TEXT, "services": many(TEXT)})},
                FRESH,
            )
        },
        (BadRequest, NotFound),
        ("services",),
    ),
    ("POST", "/packages"): Operation(
        "import_services",
        TAG,
        "Take in a package of a deployment that is trusted: an upload for each service",
        "导入事项包：每个事项成为一份上传",
        {202: Answer("taken", {JSON: closed({"services": many(ref("Imported"))})}, FRESH)},
        (Refused, SignatureInvalid),
        body=IMPORT_SCHEMA,
    ),
    ("POST", "/services/{service}/rebases"): Operation(
        "rebase_service",
        TAG,
        "Move the open cases of a service to its live version, or see how it would go",
        "把在办件转到现行版本，或先预演",
        {
            202: Answer(
                "taken; read how it goes",
                {JSON: ref("Rebase")},
                HANDED_IN,
                {"read_rebase": {**OF_SERVICE, "job": "$response.body#/job"}},
            )
        },
        (Refused,),
        body=REBASE_SCHEMA,
        examples={"see first": {"to": 2, "dry_run": True}},
        keyed=True,
    ),
    ("GET", "/services/{service}/rebases/{job}"): Operation(
        "read_rebase",
        TAG,
        "How a rebase goes: the fate of each case",
        "转版进度：逐件结果",
        {200: Answer("so far", {JSON: ref("RebaseWithCases")}, FRESH)},
    ),
    ("GET", "/presets"): Operation(
        "list_presets",
        TAG,
        "The kinds of case a new service can be started from",
        "新事项可选的办件类型",
        {200: Answer("their names", {JSON: closed({"presets": many(ref("Preset"))})}, FRESH)},
    ),
    ("GET", "/presets/{kind}"): Operation(
        "read_preset",
        TAG,
        "A whole service document to start from",
        "某类型的事项文件样本",
        {200: Answer("it passes every check", {JSON: ref("ServiceDocument")}, FRESH)},
        (BadRequest,),
        parameters=("preset-service", "preset-title"),
    ),
}
