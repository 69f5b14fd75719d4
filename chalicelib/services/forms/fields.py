"""Whether a form has a field: an answer at a JSON Pointer that leads through objects only."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.json import resolve

Schema = Mapping[str, Any]

# Where a schema has others for the same value.
LISTED = ("allOf", "anyOf", "oneOf")
BRANCHES = ("then", "else")
BY_NAME = ("dependentSchemas",)
MOST = 1_000


def has_field(form: Schema, pointer: str) -> bool:
    """Also where only some answers ask for it: in branches, and behind references."""
    here: list[Any] = [form]
    for name in pointer.split("/")[1:]:
        fields = [schema.get("properties") for schema in _same_value(form, here)]
        here = [one[name] for one in fields if isinstance(one, Mapping) and name in one]
    return bool(here)


def _same_value(form: Schema, schemas: list[Any]) -> list[Schema]:
    """These schemas and all that are applied to the same value, each once."""
    found: dict[int, Schema] = {}
    ahead = list(schemas)
    while ahead and len(found) < MOST:
        schema = ahead.pop()
        if isinstance(schema, Mapping) and id(schema) not in found:
            found[id(schema)] = schema
            ahead += _applied(form, schema)
    return list(found.values())


def _applied(form: Schema, schema: Schema) -> Iterator[Any]:
    if isinstance(schema.get("$ref"), str):
        yield resolve(form, schema["$ref"][1:])
    yield from (schema[name] for name in BRANCHES if name in schema)
    for name in LISTED:
        yield from schema.get(name, ())
    for name in BY_NAME:
        yield from schema.get(name, {}).values()
