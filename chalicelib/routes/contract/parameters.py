"""Parameters, headers of answers and the ways to identify oneself, as the code checks them."""

from collections.abc import Mapping
from typing import Any

from chalicelib.cases.standing import OPEN, STATES
from chalicelib.routes.channel import BODY_NAME
from chalicelib.routes.contract.shapes import NAME, NUMBER, RECORD, Schema
from chalicelib.routes.documents import LONGEST_NUMBER
from chalicelib.routes.door import NO, YES
from chalicelib.routes.forms import VIEWS
from chalicelib.routes.presets import LONGEST_TITLE
from chalicelib.routes.presets import SERVICE as NEW_SERVICE
from chalicelib.routes.public import LONGEST_FILTER
from chalicelib.routes.records import MONTH
from chalicelib.routes.versions import PICTURES
from chalicelib.services.catalogue import NAME as SERVICE
from chalicelib.services.sheets.presets import Kind
from chalicelib.services.views.dialects import DIALECTS


def _path(name: str, schema: Schema, says: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": says, "schema": schema}


def _query(
    name: str, schema: Schema, says: str, needed: bool = False, **more: Any
) -> dict[str, Any]:
    said = {"name": name, "in": "query", "description": says, "schema": schema, **more}
    return {**said, "required": True} if needed else said


def _header(name: str, schema: Schema, says: str, needed: bool = False) -> dict[str, Any]:
    said = {"name": name, "in": "header", "description": says, "schema": schema}
    return {**said, "required": True} if needed else said


def _text(**more: Any) -> Schema:
    return {"type": "string", **more}


FLAG = _text(enum=[*YES, *NO], description="empty is yes")

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "service": _path(
        "service", _text(pattern=f"^{SERVICE.pattern}$"), "the id of a service 事项标识"
    ),
    "version": _path(
        "version",
        {"type": "integer", "minimum": 1, "maximum": 999_999},
        "the number of a published version 版本号",
    ),
    "body": _path(
        "body",
        _text(pattern=f"^{BODY_NAME.pattern}$"),
        "a body outside, as documents name it 外部单位",
    ),
    "number": _path("number", NUMBER, "the number of a case 办件编号"),
    "record": _path("record", RECORD, "the number of a record 记录编号"),
    "document": _path(
        "document",
        _text(pattern="^[0-9]{1,5}-[a-z][a-z0-9_-]{0,39}$"),
        "the `file` of a sealed document 签章文书",
    ),
    "document_number": _path(
        "document_number",
        _text(minLength=1, maxLength=LONGEST_NUMBER),
        "the number of a numbered document 文书编号",
    ),
    "code": _query("code", _text(), "the code printed on the document 核验码", needed=True),
    "task": _path("task", _text(pattern="^[a-z0-9_-]{1,64}$"), "a task of the case 待办"),
    "upload": _path("upload", NAME, "as the upload was answered 上传编号"),
    "order": _path("order", NAME, "as the order was answered 指令编号"),
    "job": _path("job", NAME, "as the order for it was answered 转版、批量办理编号"),
    "kind": _path("kind", _text(enum=[str(kind) for kind in Kind]), "a kind of case 办件类型"),
    "accept-language": _header(
        "Accept-Language",
        _text(examples=["en", "zh-Hans;q=0.9"]),
        "the language of the answer: zh-Hans (also for any other), zh-Hant (what a service itself"
        " says) or en (RFC 9110 §12.5.4)",
    ),
    "idempotency-key": _header(
        "Idempotency-Key",
        _text(pattern="^[!-~]{1,255}$"),
        "The same key and body are the same request for 35 days; without it the same source and"
        " body are for 24 hours: an act until its sender does another, an order until another has"
        " changed the service, a rebase or an act on many until it is done.",
    ),
    "if-match": _header(
        "If-Match",
        _text(pattern='^(W/)?("[0-9]{1,9}"|[0-9]{1,9})$', examples=['"3"']),
        "The version of the case that was looked at. Officers need it but for a claim, an item of a"
        " list and a task of their own; without it: 428.",
    ),
    "if-none-match": _header(
        "If-None-Match", _text(), "ETags of what one has already: 304 (RFC 9110 §13.1.2)"
    ),
    "test-token": _header(
        "Test-Token", _text(), "what the order of a test was answered: the version under test"
    ),
    "webhook-id": _header(
        "webhook-id", _text(minLength=1), "Standard Webhooks: the id of the message", needed=True
    ),
    "webhook-timestamp": _header(
        "webhook-timestamp",
        _text(pattern="^[0-9]{1,12}$"),
        "Standard Webhooks: seconds since 1970, five minutes off at most",
        needed=True,
    ),
    "errors": _query(
        "errors",
        _text(examples=["rjsf", "basic"]),
        "A shape for the findings of a 422: rjsf adds extraErrors, basic gives the output unit"
        " of JSON Schema; any other is our own.",
    ),
    "cursor": _query(
        "cursor", _text(), "of the page before; it belongs to one list and one reader"
    ),
    "served-node": _query("node", _text(), "only services that take new cases at this node, now"),
    "class": _query(
        "class", _text(maxLength=LONGEST_FILTER), "only services of this class 事项类别, as written"
    ),
    "field": _query(
        "field", _text(maxLength=LONGEST_FILTER), "only services of this field 领域, as written"
    ),
    "board-node": _query("node", _text(maxLength=LONGEST_FILTER), "only cards of this node"),
    "posting-node": _query("node", _text(), "where one reads 在哪里看", needed=True),
    "category": _query("category", _text(maxLength=LONGEST_FILTER), "only cards of this kind"),
    "role": _query("role", _text(), "with node: an inbox of this role there"),
    "inbox-node": _query("node", _text(), "with role: where the caller holds it"),
    "zone": _query(
        "zone",
        _text(maxLength=LONGEST_FILTER),
        "with role and node: only of this zone of the centre there 功能区, as written",
    ),
    "party": _query("party", _text(), "instead of role and node: what waits for this person"),
    "of-service": _query("service", _text(), "a service that keeps records", needed=True),
    "record-node": _query("node", _text(), "where they were made", needed=True),
    "month": _query(
        "month",
        _text(pattern=f"^{MONTH.pattern}$", examples=["2026-03"]),
        "where the office is; this month without it",
    ),
    "state": _query(
        "state",
        _text(enum=list(STATES), default=OPEN),
        "under way; ended as it should; withdrawn or ended against whoever asked",
    ),
    "of-test": _query("test", FLAG, "those of the version under test", allowEmptyValue=True),
    "test": _query("test", FLAG, "the tasks of tests instead", allowEmptyValue=True),
    "dry-run": _query(
        "dry-run", FLAG, "only check: it can never be published", allowEmptyValue=True
    ),
    "as": _query("as", _text(enum=list(PICTURES)), "as what; SVG without it"),
    "dialect": _query(
        "dialect", _text(enum=list(DIALECTS)), "down-levelled; losses are in Schema-Losses"
    ),
    "view": _query(
        "view",
        _text(enum=list(VIEWS)),
        "strict: without extension keywords; ui: rjsf's uiSchema; forms: JSON Forms' UI schema",
    ),
    "services": _query("services", _text(), "ids of services, by commas", needed=True),
    "preset-service": _query(
        "service",
        _text(pattern=f"^({NEW_SERVICE.pattern})?$"),
        "the id of the new service",
    ),
    "preset-title": _query("title", _text(maxLength=LONGEST_TITLE), "its title"),
}


def _said(schema: Schema, says: str, needed: bool = True) -> Mapping[str, Any]:
    return {"description": says, "schema": schema, **({"required": True} if needed else {})}


HEADERS: Mapping[str, Mapping[str, Any]] = {
    "NoStore": _said({"const": "no-store"}, "nobody may keep it"),
    "Minute": _said(
        {"enum": ["public, max-age=60", "private, max-age=60"]},
        "believed for a minute; by its reader alone, where not everybody may read it",
    ),
    "MinuteOrNot": _said(
        {"enum": ["public, max-age=60", "private, max-age=60", "no-store"]},
        "a minute; not for a version under test",
    ),
    "Day": _said({"const": "public, max-age=86400"}, "believed for a day"),
    "ForEver": _said(
        {"const": "public, max-age=31536000, immutable"}, "it never changes (RFC 8246)"
    ),
    "ByLanguage": _said({"const": "Accept-Language"}, "it is written in the reader's language"),
    "ByReader": _said(
        {"const": "Accept-Language, Authorization"}, "officers find more, each in his language"
    ),
    "ByLanguageIfKept": _said({"const": "Accept-Language"}, "where it may be kept", needed=False),
    "ETag": _said(_text(pattern='^"[0-9a-f]+"$'), "the hash of the content"),
    "ETagIfKept": _said(
        _text(pattern='^"[0-9a-f]+"$'), "the hash of the content; not under test", needed=False
    ),
    "CaseVersion": _said(_text(pattern='^"[0-9]+"$'), "the version of the case, for If-Match"),
    "Location": _said(
        {"type": "string", "format": "uri-reference"}, "where to ask what became of it"
    ),
    "Languages": _said(
        _text(pattern="^[A-Za-z0-9, -]+$"), "the languages the texts are in (RFC 9110 §8.5)"
    ),
    "SchemaLosses": _said(
        _text(),
        "what the view does not enforce: pointers and keywords (RFC 9651 §3.1)",
        needed=False,
    ),
}
SECURITY_SCHEMES: Mapping[str, Mapping[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "an OIDC token of the issuer that the deployment trusts",
    },
    "receipt": {
        "type": "apiKey",
        "in": "header",
        "name": "Receipt-Secret",
        "description": "the secret of the receipt; a wrong one is answered as no such case",
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks 1.0: v1,<base64 of HMAC-SHA-256>, several by spaces",
    },
}
