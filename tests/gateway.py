"""The application behind a gateway, as WSGI (PEP 3333): a request becomes the event that API
Gateway hands to the function, the answer what it sends back.

Path segments are taken apart before they are decoded, so an encoded slash stays in its segment.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote
from wsgiref.types import StartResponse, WSGIEnvironment

import app as front

Words = dict[str, str]

NOT_FOUND = b'{"type":"about:blank","title":"Not Found","status":404}'
PROBLEM = ("Content-Type", "application/problem+json")
SOURCE = {"sourceIp": "192.0.2.1"}


def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Answers one request; the gateway itself answers for paths that are no route."""
    found = routed(environ.get("RAW_URI") or environ["PATH_INFO"])
    if found is None:
        start("404 Not Found", [PROBLEM])
        return [NOT_FOUND]
    answer = front.app(event_of(environ, *found), None)
    status = int(answer["statusCode"])
    start(f"{status} {status}", [(n, str(v)) for n, v in answer["headers"].items()])
    return [answer["body"].encode()]


def routed(uri: str) -> tuple[str, Words] | None:
    """The route of a path and the parameters in it, decoded; fixed segments go first."""
    segments = uri.partition("?")[0].split("/")[1:]
    found = (_match(route.split("/")[1:], segments, route) for route in front.app.routes)
    fitting = [one for one in found if one is not None]
    return min(fitting, key=lambda one: len(one[1]), default=None)


def _match(pattern: list[str], segments: list[str], route: str) -> tuple[str, Words] | None:
    if len(pattern) != len(segments):
        return None
    params: Words = {}
    for want, given in zip(pattern, segments, strict=True):
        if want.startswith("{") and given:
            params[want.strip("{}")] = unquote(given)
        elif want != given:
            return None
    return route, params


def event_of(environ: WSGIEnvironment, route: str, params: Words) -> dict[str, Any]:
    """The proxy event of a REST API."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    method = environ["REQUEST_METHOD"]
    return {
        "resource": route,
        "path": environ["PATH_INFO"],
        "httpMethod": method,
        "requestContext": {
            "resourcePath": route,
            "httpMethod": method,
            "path": environ["PATH_INFO"],
            "identity": SOURCE,
        },
        "headers": dict(_headers(environ)),
        "pathParameters": params,
        "multiValueQueryStringParameters": query or None,
        "stageVariables": None,
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def _headers(environ: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name.removeprefix("HTTP_").replace("_", "-").lower(), value
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield name.replace("_", "-").lower(), value
