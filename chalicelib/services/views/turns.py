"""How each keyword turns: one function a keyword, all of one shape.

Leaving a keyword out is safe only where less means that more answers pass: below `not` and `if`,
and in a choice of `oneOf`, the whole rule goes (`oneOf` becomes `anyOf`).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.services.forms.formats import named
from chalicelib.services.views import evaluated
from chalicelib.services.views.clients import AGREED, EXACT, INBORN, LOOSE
from chalicelib.services.views.ecma import ecma
from chalicelib.services.views.turning import HELP, MOVED, Half, Turn, Turning

_OURS = frozenset(named(lambda: date.max))
_COUNTS = ("minContains", "maxContains")


def _reference(it: Turning, half: Half, keyword: str, value: Any) -> None:
    name = it.meant(str(value))
    if name is None:
        half.lose(keyword)
        return
    half.exact = half.exact and name in it.definitions and it.definitions[name].exact
    pointed = {"$ref": f"#/{it.container}/{name}"}
    # Up to draft-07 nothing beside $ref counts, though Ajv and renderers read it.
    if it.old and not half.source.keys() <= HELP | MOVED | {"$ref"}:
        half.beside.append(pointed)
    else:
        half.made |= pointed


def _lost(it: Turning, half: Half, keyword: str, value: Any) -> None:
    half.lose(keyword)


def _one(it: Turning, half: Half, keyword: str, value: Any) -> None:
    half.made[keyword] = half.take(it.below(half, value, keyword))


def _each(it: Turning, half: Half, keyword: str, value: Sequence[Any]) -> None:
    parts = [it.below(half, one, keyword, str(index)) for index, one in enumerate(value)]
    half.made[keyword] = [half.take(part) for part in parts]


def _one_of(it: Turning, half: Half, keyword: str, value: Sequence[Any]) -> None:
    parts = [it.below(half, one, keyword, str(index)) for index, one in enumerate(value)]
    turned = [half.take(part) for part in parts]
    if all(part.exact for part in parts):
        half.made[keyword] = turned
        return
    half.lose(keyword)
    if "anyOf" in half.source:
        half.beside.append({"anyOf": turned})
    else:
        half.made["anyOf"] = turned


def _not(it: Turning, half: Half, keyword: str, value: Any) -> None:
    part = it.below(half, value, keyword)
    if part.exact:
        half.made[keyword] = part.schema
    else:
        half.lose(keyword)


def _if(it: Turning, half: Half, keyword: str, value: Any) -> None:
    ways = [way for way in ("then", "else") if way in half.source]
    part = it.below(half, value, keyword)
    if ways and not part.exact:
        half.lose(keyword)
    elif ways:
        half.made[keyword] = part.schema
        for way in ways:
            _one(it, half, way, half.source[way])


def _properties(it: Turning, half: Half, keyword: str, value: Mapping[str, Any]) -> None:
    made, matched = {}, {}
    for name, schema in value.items():
        turned = half.take(it.below(half, schema, keyword, name))
        # As a pattern it judges what an object has of its own, beside whatever else matches.
        if name in INBORN or (it.strict and _matched(half, name)):
            matched[f"^{_literal(name)}$"] = turned
        else:
            made[name] = turned
    half.made[keyword] = made
    if matched:
        half.made["patternProperties"] = half.made.get("patternProperties", {}) | matched


def _matched(half: Half, name: str) -> bool:
    """Whether a pattern may match the name too, which Ajv's strict mode reports."""
    try:
        return any(re.search(one, name) for one in half.source.get("patternProperties", {}))
    except re.error:
        return True


def _literal(name: str) -> str:
    """A text as a pattern of ECMA-262 with the flag u, which forbids needless escapes."""
    return re.sub(r"[\^$\\.*+?()\[\]{}|/]", r"\\\g<0>", name)


def _pattern_properties(it: Turning, half: Half, keyword: str, value: Mapping[str, Any]) -> None:
    made = half.made.get(keyword, {})
    for pattern, schema in value.items():
        spelled = ecma(pattern)
        part = it.below(half, schema, keyword, pattern)
        if spelled is None:
            half.lose(keyword, pattern)
        elif spelled in made:
            half.beside.append({keyword: {spelled: half.take(part)}})
        else:
            made[spelled] = half.take(part)
    half.made[keyword] = made


def _patterns_kept(half: Half) -> bool:
    return None not in map(ecma, half.source.get("patternProperties", {}))


def _other_properties(it: Turning, half: Half, keyword: str, value: Any) -> None:
    """Judges all that nothing beside it names, so nothing beside it may be missing."""
    if _patterns_kept(half):
        _one(it, half, keyword, value)
    else:
        half.lose(keyword)


def _unevaluated_properties(it: Turning, half: Half, keyword: str, value: Any) -> None:
    """Ajv2020 does not always know what has been evaluated; where it need not, another says it."""
    if "additionalProperties" in half.source:
        return
    if value is True or (_patterns_kept(half) and evaluated.names_are_own(half.source)):
        half.made["additionalProperties"] = half.take(it.below(half, value, keyword))
    else:
        half.lose(keyword)


def _unevaluated_items(it: Turning, half: Half, keyword: str, value: Any) -> None:
    if "items" in half.source:
        return
    if value is True or evaluated.items_are_own(half.source):
        _items(it, half, keyword, value)
    else:
        half.lose(keyword)


def _items(it: Turning, half: Half, keyword: str, value: Any) -> None:
    name = "additionalItems" if it.old and "prefixItems" in half.source else "items"
    half.made[name] = half.take(it.below(half, value, keyword))


def _prefix_items(it: Turning, half: Half, keyword: str, value: Sequence[Any]) -> None:
    parts = [it.below(half, one, keyword, str(index)) for index, one in enumerate(value)]
    half.made["items" if it.old else keyword] = [half.take(part) for part in parts]


def _contains(it: Turning, half: Half, keyword: str, value: Any) -> None:
    part = it.below(half, value, keyword)
    least, most = half.source.get("minContains", 1), half.source.get("maxContains")
    countable = not it.old and (most is None or (part.exact and least <= most))
    if least > 0:
        half.made[keyword] = half.take(part)
    if least > 0 and countable:
        half.made |= {name: half.source[name] for name in _COUNTS if name in half.source}
        return
    if most is not None:
        half.lose("maxContains")
    if least > 1:
        half.lose("minContains")


def _depends(it: Turning, half: Half, keyword: str, value: Mapping[str, Any]) -> None:
    """draft-07 has `dependencies` for both; a second rule for a name stands beside."""
    spelled = "dependencies" if it.old else keyword
    made = half.made.setdefault(spelled, {})
    for name, needed in value.items():
        rule = needed
        if isinstance(needed, list):
            half.exact = half.exact and INBORN.isdisjoint(needed)
        else:
            rule = half.take(it.below(half, needed, keyword, name))
        if name in INBORN:
            half.lose(keyword, name)
        elif name in made:
            half.beside.append({spelled: {name: rule}})
        else:
            made[name] = rule


def _required(it: Turning, half: Half, keyword: str, value: Sequence[str]) -> None:
    half.made[keyword] = value
    half.exact = half.exact and INBORN.isdisjoint(value)


def _enum(it: Turning, half: Half, keyword: str, value: Sequence[Any]) -> None:
    """No choice at all is an error in Ajv and means that nothing passes."""
    if value:
        half.made[keyword] = value
    else:
        half.beside.append({"not": {}})


def _multiple_of(it: Turning, half: Half, keyword: str, value: float) -> None:
    """Ajv divides floating-point numbers: 0.07 is no multiple of 0.01 for it."""
    if value == int(value):
        half.made[keyword] = value
    else:
        half.lose(keyword)


def _pattern(it: Turning, half: Half, keyword: str, value: str) -> None:
    spelled = ecma(value)
    if spelled is None:
        half.lose(keyword)
    else:
        half.pattern(spelled)


def _format(it: Turning, half: Half, keyword: str, value: str) -> None:
    if it.strict and value in EXACT:
        half.pattern(EXACT[value])
        return
    half.exact = False
    if not it.strict and value in AGREED | _OURS:
        half.made[keyword] = value
        return
    half.lose(keyword)
    if value in LOOSE:
        half.pattern(LOOSE[value])


def _content_schema(it: Turning, half: Half, keyword: str, value: Any) -> None:
    """It tells and enforces nothing, and draft-07 does not know it."""
    if not it.old:
        half.made[keyword] = it.below(half, value, keyword).schema


TURNS: Mapping[str, Turn] = {
    "$dynamicRef": _lost,
    "$ref": _reference,
    "additionalProperties": _other_properties,
    "allOf": _each,
    "anyOf": _each,
    "contains": _contains,
    "contentSchema": _content_schema,
    "dependencies": _depends,
    "dependentRequired": _depends,
    "dependentSchemas": _depends,
    "enum": _enum,
    "format": _format,
    "if": _if,
    "items": _items,
    "multipleOf": _multiple_of,
    "not": _not,
    "oneOf": _one_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix_items,
    "properties": _properties,
    "propertyNames": _one,
    "required": _required,
    "unevaluatedItems": _unevaluated_items,
    "unevaluatedProperties": _unevaluated_properties,
}
