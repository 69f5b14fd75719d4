"""Refusals as a client may rely on them: problem details (RFC 9457), by status, with their types.

A status lists exactly the problems of its route. The gateway answers some by itself, where the
function is not reached: their type is `about:blank`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import (
    TYPE_PREFIX,
    NotFound,
    NotIdentified,
    Problem,
    TooLarge,
    UnsupportedMediaType,
)
from chalicelib.routes.contract.shapes import (
    OBJECT,
    POINTER,
    TEXT,
    Schema,
    closed,
    many,
    open_to,
    ref,
)
from chalicelib.routes.door import LANGUAGES, PROBLEM

BLANK = "about:blank"
MOST = 50
BUSY, THROTTLED = 503, 429
# Statuses that the gateway answers with too: 404 where a parameter of the path is empty.
GATEWAY = frozenset(
    {NotFound.status, TooLarge.status, UnsupportedMediaType.status, THROTTLED, BUSY}
)
ALWAYS = frozenset({UnsupportedMediaType.status, THROTTLED, BUSY})
WAITS = frozenset({THROTTLED, BUSY})

SCHEMAS: dict[str, Schema] = {
    "Finding": closed(
        {
            "pointer": {**POINTER, "description": "JSON Pointer (RFC 6901) into what was sent"},
            "code": {**TEXT, "description": "stable; what is wrong"},
            "detail": TEXT,
            "instancePath": {**POINTER, "description": "as Ajv has it"},
            "schemaPath": TEXT,
            "keyword": TEXT,
            "params": OBJECT,
            "message": TEXT,
        }
    ),
    "OutputUnit": {
        **closed(
            {
                "valid": {"const": False},
                "keywordLocation": TEXT,
                "instanceLocation": POINTER,
                "error": TEXT,
            }
        ),
        "description": "JSON Schema 2020-12 core §12.4.2, for ?errors=basic",
    },
    "Problem": {
        **closed(
            {
                "type": {"type": "string", "format": "uri"},
                "title": TEXT,
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
            },
            {
                "detail": TEXT,
                "errors": many({"anyOf": [ref("Finding"), ref("OutputUnit")]}, maxItems=MOST),
                "extraErrors": {**OBJECT, "description": "rjsf's ErrorSchema, for ?errors=rjsf"},
                "valid": {"const": False, "description": "for ?errors=basic"},
            },
        ),
        "description": "problem details (RFC 9457), in the language of Content-Language",
    },
}
HEADERS: dict[str, Mapping[str, Any]] = {
    "ContentLanguage": {
        "description": "of a refusal by the function itself",
        "schema": {"type": "string", "enum": list(LANGUAGES)},
    },
    "RetryAfter": {
        "description": "seconds (RFC 9110 §10.2.3)",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WwwAuthenticate": {
        "description": "of a token that is missing or not valid",
        "schema": {"const": "Bearer"},
    },
}


# A response of more problems than that stands where it is used.
SHARED = 3


def responses(problems: Iterable[type[Problem]]) -> dict[str, Any]:
    """The refusals of a route by status; those that many routes share are components."""
    return {
        str(status): {"$ref": f"#/components/responses/{name}"} if name else said
        for status, name, said in _by_status(problems)
    }


def shared(problems: Iterable[type[Problem]]) -> dict[str, Any]:
    """The components that `responses` refers to."""
    return {name: said for _, name, said in _by_status(problems) if name}


def _by_status(problems: Iterable[type[Problem]]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    by: dict[int, list[type[Problem]]] = {}
    for problem in dict.fromkeys(problems):
        by.setdefault(problem.status, []).append(problem)
    for status in ALWAYS:
        by.setdefault(status, [])
    for status, found in sorted(by.items()):
        names = [one.__name__ for one in found] or [f"Gateway{status}"]
        yield status, "Or".join(names) if len(names) <= SHARED else "", _response(status, found)


def _response(status: int, problems: list[type[Problem]]) -> dict[str, Any]:
    types = [TYPE_PREFIX + one.slug for one in problems]
    types += [BLANK] if status in GATEWAY else []
    told = open_to({"type": {"enum": types}, "status": {"const": status}})
    return {
        "description": " · ".join(_said(status, problems)),
        "headers": {name: {"$ref": f"#/components/headers/{at}"} for name, at in _told(status)},
        "content": {PROBLEM: {"schema": {"allOf": [ref("Problem"), told]}}},
    }


def _said(status: int, problems: list[type[Problem]]) -> Iterator[str]:
    for one in problems:
        yield f"{one.titles['en']} / {one.titles['zh-Hans']}"
    if not problems:
        yield "Too many requests / 请求过多" if status == THROTTLED else "Busy / 系统繁忙"


def _told(status: int) -> Iterator[tuple[str, str]]:
    yield "Content-Language", "ContentLanguage"
    if status in WAITS:
        yield "Retry-After", "RetryAfter"
    if status == NotIdentified.status:
        yield "WWW-Authenticate", "WwwAuthenticate"
