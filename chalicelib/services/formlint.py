"""What a form, or any schema in a service document, may hold (D9): every finding at its place.

Walks schemas only where JSON Schema 2020-12 has schemas, so a field named like a keyword is a
field. Known keywords and formats, linear-time patterns, references inside the document without
recursion, and a bound on depth and on what one check can cost.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape, resolve
from chalicelib.services.answers import compiled
from chalicelib.services.formats import STANDARD, named

DEPTH = 12
COST = 5_000

_ONE = frozenset(
    "additionalProperties contains contentSchema else if items not propertyNames then"
    " unevaluatedItems unevaluatedProperties".split()
)
_LIST = frozenset("allOf anyOf oneOf prefixItems".split())
_MAP = frozenset("$defs dependentSchemas patternProperties properties".split())
_PLAIN = frozenset(
    "$anchor $comment $id $ref $schema const default dependentRequired deprecated description enum"
    " examples exclusiveMaximum exclusiveMinimum format maxContains maximum maxItems maxLength"
    " maxProperties minContains minimum minItems minLength minProperties multipleOf pattern"
    " readOnly required title type uniqueItems writeOnly".split()
)
KEYWORDS = _ONE | _LIST | _MAP | _PLAIN

Place = tuple[str, Mapping[str, Any]]


def schema_findings(at: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings on the schema that stands at the pointer `at` of the document."""
    places = list(_places("", schema, 0))
    if any(pointer is None for pointer, _ in places):
        yield _finding(at, "depth", "嵌套过深", "nested too deeply")
        return
    known = [(pointer, one) for pointer, one in places if pointer is not None]
    found = [*_shape(at, schema), *(f for place in known for f in _one(at, place, schema))]
    yield from found
    if found:
        return
    yield from _cost(at, dict(known))
    try:
        compiled(schema, named(lambda: date.max))
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        yield _finding(at, "schema", "表单定义不能使用", str(error)[:300])


@cache
def _meta() -> Draft202012Validator:
    return Draft202012Validator(Draft202012Validator.META_SCHEMA)


def _shape(at: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for error in _meta().iter_errors(schema):
        pointer = at + "".join(f"/{escape(str(part))}" for part in error.absolute_path)
        yield _finding(pointer, error.validator, "不是有效的表单定义", error.message[:300])


def _places(pointer: str, schema: Any, depth: int) -> Iterator[tuple[str | None, Any]]:
    """Every schema below and including this one; (None, None) below DEPTH."""
    if depth > DEPTH:
        yield None, None
        return
    if isinstance(schema, dict):
        yield pointer, schema
        for name, part in _parts(schema):
            yield from _places(f"{pointer}/{name}", part, depth + 1)


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield keyword, value
        elif keyword in _LIST and isinstance(value, list):
            yield from ((f"{keyword}/{index}", item) for index, item in enumerate(value))
        elif keyword in _MAP and isinstance(value, dict):
            yield from ((f"{keyword}/{escape(name)}", item) for name, item in value.items())


def _one(at: str, place: Place, root: Mapping[str, Any]) -> Iterator[Finding]:
    pointer, schema = at + place[0], place[1]
    for keyword in schema:
        if keyword not in KEYWORDS:
            here = f"{pointer}/{escape(keyword)}"
            yield _finding(here, "keyword", f"没有{keyword}", f"no such keyword: {keyword}")
    format = schema.get("format")
    if isinstance(format, str) and format not in (*STANDARD, *named(lambda: date.max)):
        yield _finding(
            f"{pointer}/format", "format", f"没有这种格式：{format}", f"unknown format {format}"
        )
    yield from _patterns(pointer, schema)
    reference = schema.get("$ref")
    if isinstance(reference, str) and not (
        reference.startswith("#/") and isinstance(resolve(root, reference[1:]), dict | bool)
    ):
        yield _finding(
            f"{pointer}/$ref", "reference", "只能引用本文件", "references stay in the document"
        )


def _patterns(pointer: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    patterns = {f"{pointer}/pattern": schema.get("pattern")}
    named_so = schema.get("patternProperties", {})
    if isinstance(named_so, dict):
        patterns |= {f"{pointer}/patternProperties/{escape(name)}": name for name in named_so}
    for here, pattern in patterns.items():
        if isinstance(pattern, str) and not _linear(pattern):
            yield _finding(
                here, "pattern", "不支持这种正则表达式", "no look-around, no references back"
            )


def _linear(pattern: str) -> bool:
    try:
        compiled({"pattern": pattern}, {})
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def _cost(at: str, places: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Recursion, and schemas that references multiply beyond COST."""
    costs: dict[str, int] = {}
    loops: set[str] = set()
    for pointer in places:
        _price(pointer, places, costs, set(), loops)
    for pointer in sorted(loops):
        yield _finding(f"{at}{pointer}/$ref", "recursion", "不能循环引用", "it refers to itself")
    if max(costs.values()) > COST:
        yield _finding(at, "cost", "校验代价过高", "checking this would take too long")


def _price(
    pointer: str,
    places: Mapping[str, Mapping[str, Any]],
    costs: dict[str, int],
    inside: set[str],
    loops: set[str],
) -> int:
    """How many schemas one check of this one may apply, references followed; at most COST + 1."""
    if pointer in costs or pointer not in places:
        return costs.get(pointer, 1)
    inside.add(pointer)
    parts = [
        f"{pointer}/{name}" for name, _ in _parts(places[pointer]) if not name.startswith("$defs/")
    ]
    reference = places[pointer].get("$ref")
    if isinstance(reference, str) and reference[1:] in inside:
        loops.add(pointer)
    elif isinstance(reference, str):
        parts.append(reference[1:])
    total = 1 + sum(_price(part, places, costs, inside, loops) for part in parts)
    inside.discard(pointer)
    costs[pointer] = min(total, COST + 1)
    return costs[pointer]


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
