"""Forms that nobody could fill in: members asked for and forbidden, bounds that cross, choices
that stand twice. Each contradiction within one schema, so that what is found is certain."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import canonical, escape
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.document import Service
from chalicelib.services.forms.gate import places

BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)
# What does not hold may be meant not to.
CONDITIONS = frozenset({"if", "not"})

Schema = Mapping[str, Any]


def fill_findings(service: Service) -> Iterator[Finding]:
    """Of the form and of what actions ask for; only on schemas that are sound."""
    yield from _contradictions("/form", service.data["form"])
    for one in service.every_action():
        if "input" in one.data:
            yield from _contradictions(f"{one.at}/input", one.data["input"])


def _contradictions(at: str, form: Schema) -> Iterator[Finding]:
    found, _ = places(at, form)
    for place in found:
        if not CONDITIONS & set(place.pointer.split("/")):
            here = at + place.pointer
            yield from _forbidden(here, place.schema)
            yield from _crossed(here, place.schema)
            yield from _twice(here, place.schema)


def _forbidden(at: str, schema: Schema) -> Iterator[Finding]:
    """What is required and has no place."""
    if schema.get("additionalProperties") is not False:
        return
    known = schema.get("properties", {})
    patterns = [_pattern(one) for one in schema.get("patternProperties", {})]
    for index, name in enumerate(schema.get("required", ())):
        fits = any(one.is_valid(name) for one in patterns)
        if known.get(name, fits) is False:
            zh = f"“{name}”必填，表单里却没有这一项：谁也填不了"
            en = f"“{name}” must be filled in, but the form has no such field: nobody can"
            yield finding(f"{at}/required/{index}", "required", zh, en)


def _pattern(pattern: str) -> jsonschema_rs.Draft202012Validator:
    options = jsonschema_rs.RegexOptions()
    return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)


def _crossed(at: str, schema: Schema) -> Iterator[Finding]:
    for least, most in BOUNDS:
        if least in schema and most in schema and schema[least] > schema[most]:
            zh = f"最小值{schema[least]}大于最大值{schema[most]}：填什么都不对"
            en = f"the least, {schema[least]}, is above the most, {schema[most]}: nothing fits"
            yield finding(f"{at}/{least}", least, zh, en)


def _twice(at: str, schema: Schema) -> Iterator[Finding]:
    """Choices that stand twice: a list shows both, and of `oneOf` neither can be chosen."""
    named = [one["const"] for one in schema.get("oneOf", ()) if _choice(one)]
    for keyword, choices in (("enum", schema.get("enum", ())), ("oneOf", named)):
        seen: set[bytes] = set()
        for choice in choices:
            text = canonical(choice)
            if text in seen:
                zh = f"选项“{_shown(choice)}”重复"
                en = f"the choice “{_shown(choice)}” stands twice"
                yield finding(f"{at}/{escape(keyword)}", "uniqueItems", zh, en)
            seen.add(text)


def _choice(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "const" in schema


def _shown(choice: Any) -> str:
    return str(choice)[:40]
