"""What a form says of one answer: its schema, the kinds of value it takes, its choices."""

from collections.abc import Mapping
from typing import Any

from chalicelib.platform.json import resolve
from chalicelib.services.rules.expressions import EACH, Path

Schema = Mapping[str, Any]

ANY = frozenset({"string", "number", "boolean", "array", "object", "null"})
ENOUGH = 20


def schema_at(form: Schema, path: Path) -> Schema | None:
    """Through properties and entries of lists, references followed; None where nothing is asked."""
    schema: Any = followed(form, form)
    for step in path:
        properties = schema.get("properties")
        if step == EACH or (step.isdecimal() and "items" in schema):
            inner = schema.get("items")
        else:
            inner = properties.get(step) if isinstance(properties, dict) else None
        if not isinstance(inner, dict):
            return None
        schema = followed(form, inner)
    found: Schema = schema
    return found


def followed(form: Schema, schema: Any) -> Schema:
    """Members beside a reference count, those of what it leads to if they say nothing."""
    for _ in range(ENOUGH):
        if not isinstance(schema.get("$ref"), str):
            break
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        target = resolve(form, schema["$ref"][1:])
        schema = {**target, **beside} if isinstance(target, dict) else beside
    return schema if isinstance(schema, dict) else {}


def kinds(schema: Schema) -> frozenset[str]:
    """The types of JSON that it takes; integers are numbers."""
    named = schema.get("type")
    if isinstance(named, str | list):
        listed = [named] if isinstance(named, str) else named
        return frozenset("number" if one == "integer" else one for one in listed)
    values = choices(schema)
    return frozenset(kind(one) for one in values) if values is not None else ANY


def choices(schema: Schema) -> list[Any] | None:
    """The values it takes, if it lists them."""
    if "const" in schema:
        return [schema["const"]]
    if isinstance(schema.get("enum"), list):
        return list(schema["enum"])
    ways = schema.get("oneOf")
    if isinstance(ways, list) and ways and all("const" in _members(way) for way in ways):
        return [way["const"] for way in ways]
    return [True, False] if schema.get("type") == "boolean" else None


def _members(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def kind(value: Any) -> str:
    """The type of JSON that a value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def required(form: Schema, path: Path) -> bool:
    """Whether the object it stands in asks for it whatever else is answered."""
    holder = schema_at(form, path[:-1]) or {}
    listed = holder.get("required")
    return isinstance(listed, list) and path[-1] in listed
