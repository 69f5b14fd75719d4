"""The contract of the whole platform: every route of the authority table as an operation."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.routes.contract import (
    cases,
    catalogue,
    members,
    officers,
    parameters,
    public,
    publishers,
    publishing,
    records,
    refusals,
)
from chalicelib.routes.contract.operations import Operation, Route
from chalicelib.routes.contract.shapes import Schema

OPENAPI = "3.1.1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TAGS = {
    "catalogue": "for everybody 公众",
    "resident": "for residents 群众",
    "officer": "for officers, agents and volunteers 工作人员、代办员、志愿者",
    "publisher": "for publishers 发布人员",
    "channel": "for providers of channels 渠道服务商",
}
ABOUT = """\
Services are documents: `GET /services/{service}` has the form, and each version has a contract of
its own (`/services/{service}/versions/{version}/openapi.json`) with the schema of its answers.

Bodies are JSON (RFC 8259) in UTF-8, read strictly: 256 KB and 32 levels at most; no duplicate
names, no lone surrogates, no control characters, no number that would not read back equal.
Refusals are problem details (RFC 9457). What one may not see is answered as what does not exist.
"""
OPERATIONS: Mapping[Route, Operation] = {
    **public.OPERATIONS,
    **officers.OPERATIONS,
    **records.OPERATIONS,
    **members.OPERATIONS,
    **publishers.OPERATIONS,
}


def platform() -> dict[str, Any]:
    """OpenAPI 3.1 of every route; its server is the folder that the document lies in."""
    paths: dict[str, Any] = {}
    for (method, path), operation in OPERATIONS.items():
        paths.setdefault(path, {})[method.lower()] = operation.data((method, path))
    tags = [{"name": name, "description": says} for name, says in TAGS.items()]
    about = {"title": "Bancheng 办成", "version": "1", "description": ABOUT}
    return document(about, ".", paths) | {"tags": tags}


def document(
    about: Mapping[str, Any],
    server: str,
    paths: Mapping[str, Any],
    own: Mapping[str, Schema] = MappingProxyType({}),
) -> dict[str, Any]:
    """A document with the components that its paths lead to, its own schemas among them."""
    return {
        "openapi": OPENAPI,
        "info": about,
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": server}],
        "paths": paths,
        "components": _used(paths, own),
    }


def known() -> dict[str, dict[str, Any]]:
    schemas = {
        **catalogue.schemas(),
        **cases.SCHEMAS,
        **records.SCHEMAS,
        **members.SCHEMAS,
        **publishing.SCHEMAS,
        **refusals.SCHEMAS,
    }
    return {
        "schemas": schemas,
        "parameters": dict(parameters.PARAMETERS),
        "headers": {**parameters.HEADERS, **refusals.HEADERS},
        "responses": {
            name: said
            for route, operation in OPERATIONS.items()
            for name, said in refusals.shared(operation.refused(route)).items()
        },
        "securitySchemes": dict(parameters.SECURITY_SCHEMES),
    }


def _used(paths: Mapping[str, Any], own: Mapping[str, Schema]) -> dict[str, dict[str, Any]]:
    found = known()
    found["schemas"] |= own
    used: dict[str, dict[str, Any]] = {}
    ahead = [*_refs(paths), *_schemes(paths)]
    while ahead:
        kind, name = ahead.pop()
        if name not in used.setdefault(kind, {}):
            used[kind][name] = found[kind][name]
            # A form refers to itself only; what looks like a reference in it may be an answer.
            ahead += [] if name in own else _refs(found[kind][name])
    return {kind: dict(sorted(members.items())) for kind, members in sorted(used.items())}


def _refs(value: Any) -> Iterator[tuple[str, str]]:
    """The components that something refers to, examples left out: (kind, name)."""
    if isinstance(value, Mapping):
        target = value.get("$ref")
        if isinstance(target, str):
            _, _, kind, name, *_ = target.split("/")
            yield kind, name
        for member, inside in value.items():
            yield from () if member == "examples" else _refs(inside)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _refs(item)


def _schemes(paths: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in paths.values():
        for operation in item.values():
            for way in operation["security"]:
                yield from (("securitySchemes", name) for name in way)
