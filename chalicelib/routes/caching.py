"""Answers that may be kept: for a minute, or for ever under a number that never changes."""

import hashlib
from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.platform.json import compact
from chalicelib.routes.door import JSON, Door

A_MINUTE = {"Cache-Control": "public, max-age=60"}
# A version never changes (RFC 8246).
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def tagged(
    door: Door,
    value: Any,
    cache: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
    kind: str = JSON,
) -> Response:
    """The answer under the hash of its bytes, or 304 for whoever has it (RFC 9110 §13.1.2).

    Text goes out as it is, everything else as JSON; both may depend on the reader's language.
    """
    body = value if isinstance(value, str) else compact(value)
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    known: dict[str, str | list[str]] = {"Vary": "Accept-Language", **cache, **(headers or {})}
    known["ETag"] = tag
    asked = (door.header("if-none-match") or "").split(",")
    if any(one.strip().removeprefix("W/") in (tag, "*") for one in asked):
        return Response("", known, 304)
    return Response(body, known | {"Content-Type": kind}, 200)
