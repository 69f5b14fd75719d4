"""Words for writing schemas (JSON Schema 2020-12, as OpenAPI 3.1 has them) without their noise."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.platform.json import escape

Schema = Mapping[str, Any]

SCHEMAS = "#/components/schemas/"

ANYTHING: Schema = {}
TEXT: Schema = {"type": "string"}
YES_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
OBJECT: Schema = {"type": "object"}
MOMENT: Schema = {
    "type": "string",
    "format": "date-time",
    "description": "RFC 3339, UTC with milliseconds",
}
DAY: Schema = {"type": "string", "format": "date"}
NUMBER: Schema = {
    "type": "string",
    "pattern": "^[0-9]{10}$",
    "description": "a case number: nine digits and a check digit (Damm)",
    "examples": ["5724019863"],
}
RECORD: Schema = {
    "type": "string",
    "pattern": "^[0-9]{16}$",
    "description": "the number of a record: fifteen digits and a check digit (Damm)",
    "examples": ["5724019863000018"],
}
POINTER: Schema = {"type": "string", "description": "JSON Pointer (RFC 6901)"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
NAME: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
SECRET: Schema = {
    "type": "string",
    "pattern": "^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$",
    "description": "80 bits, shown once; whoever has it may follow the case",
}


def closed(needed: Mapping[str, Schema], may: Mapping[str, Schema] | None = None) -> Schema:
    """An object that has these members, may have those, and promises to have no others."""
    return {**open_to(needed, may), "additionalProperties": False}


def open_to(needed: Mapping[str, Schema], may: Mapping[str, Schema] | None = None) -> Schema:
    """An object that may have other members too."""
    return {"type": "object", "required": list(needed), "properties": {**needed, **(may or {})}}


def many(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def each(value: Schema) -> Schema:
    """An object of which every member is one of these."""
    return {"type": "object", "additionalProperties": value}


def one_of(values: Iterable[str]) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


def maybe(schema: Schema) -> Schema:
    """The value or null."""
    if "$ref" in schema or "enum" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def ref(name: str) -> Schema:
    return {"$ref": f"{SCHEMAS}{name}"}


def under(name: str, schema: Schema, rebuilt: Callable[..., Any]) -> Any:
    """A schema of its own as a component of this name: its local references lead there.

    `rebuilt` is `services.subschemas.rebuilt`, which knows what is a schema and what is a field.
    """

    def moved(one: dict[str, Any]) -> dict[str, Any]:
        target = one.get("$ref")
        if not isinstance(target, str):
            return one
        return {**one, "$ref": f"{SCHEMAS}{escape(name)}{target.removeprefix('#')}"}

    return {k: v for k, v in rebuilt(schema, moved).items() if k not in ("$schema", "$id")}
