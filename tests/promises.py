"""What the OpenAPI document promises, held against real answers: status, media type, headers and
body."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from chalicelib.routes.contract.platform import platform

# Chalice's local gateway answers so where there is no route.
NO_ROUTE = {"message": "Missing Authentication Token"}
PLACE = re.compile(r"\\\{[a-z]+\\\}")


def broken(method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> list[str]:
    """Every promise that an answer breaks; header names in lower case.

    Nothing is promised of paths that are no route, and of methods that a route lacks.
    """
    found = operation_at(path)
    if found is None or method.lower() not in found[1] or body == NO_ROUTE:
        return []
    route, methods = found
    at = f"{method} {route} {status}"
    response = promised(methods[method.lower()], status)
    if response is None:
        return [f"{at}: this status is not promised"]
    breaks = [*_headers(response, headers), *_body(route, method, status, headers, body)]
    return [f"{at}: {one}" for one in breaks]


@cache
def document() -> dict[str, Any]:
    return platform()


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    """Templates by how much of them is fixed: a fixed segment goes before a parameter."""
    routes = sorted(document()["paths"], key=lambda route: (route.count("{"), route))
    return [(re.compile(PLACE.sub("[^/]+", re.escape(route))), route) for route in routes]


def operation_at(path: str) -> tuple[str, Mapping[str, Any]] | None:
    """The route that a path belongs to, and its operations by method."""
    bare = path.partition("?")[0]
    route = next((route for pattern, route in _routes() if pattern.fullmatch(bare)), None)
    return None if route is None else (route, document()["paths"][route])


def promised(operation: Mapping[str, Any], status: int) -> Mapping[str, Any] | None:
    response = operation["responses"].get(str(status))
    return None if response is None else resolved(response)


def resolved(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The component that a reference leads to, else the value itself."""
    if "$ref" not in value:
        return value
    _, _, kind, name = value["$ref"].split("/")
    component: Mapping[str, Any] = document()["components"][kind][name]
    return component


def compiled(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A schema of the document; formats are checked, since an answer promises them."""
    root = {**schema, "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(root, validate_formats=True)


def _headers(response: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator[str]:
    for name, said in response.get("headers", {}).items():
        header, value = resolved(said), headers.get(name.lower())
        if value is None:
            if header.get("required"):
                yield f"no header {name}"
        elif not _header(name, said["$ref"]).is_valid(_read(header["schema"], value)):
            yield f"header {name}: {value!r}"


def _read(schema: Mapping[str, Any], value: str) -> Any:
    return int(value) if schema.get("type") == "integer" and value.isdigit() else value


@cache
def _header(name: str, at: str) -> jsonschema_rs.Draft202012Validator:
    return compiled(resolved({"$ref": at})["schema"])


def _body(
    route: str, method: str, status: int, headers: Mapping[str, str], body: Any
) -> Iterator[str]:
    known = _bodies(route, method.lower(), status)
    kind = headers.get("content-type", "").partition(";")[0]
    if not known:
        if body not in (None, b"", ""):
            yield "a body that is not promised"
    elif kind not in known:
        yield f"media type {kind!r}"
    else:
        text = body.decode() if isinstance(body, bytes) else body
        for error in known[kind].iter_errors(text):
            at = "".join(f"/{step}" for step in error.instance_path)
            yield f"body {at or '/'}: {error.message[:200]}"


@cache
def _bodies(
    route: str, method: str, status: int
) -> Mapping[str, jsonschema_rs.Draft202012Validator]:
    response = promised(document()["paths"][route][method], status) or {}
    content = response.get("content", {})
    return {media.partition(";")[0]: compiled(one["schema"]) for media, one in content.items()}
