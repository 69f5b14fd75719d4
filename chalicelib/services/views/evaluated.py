"""Whether `unevaluatedProperties` and `unevaluatedItems` say no more than their older kin.

JSON Schema 2020-12 core §11: they judge what neither the keywords beside them nor the schemas
applied in place have evaluated. Where those evaluate nothing of their own, `additionalProperties`
and `additionalItems`, which look only beside themselves, judge the same members.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_LISTS = ("allOf", "anyOf", "oneOf")
_ONES = ("if", "then", "else")
_REFERENCES = frozenset({"$ref", "$dynamicRef"})
_OPEN_NAMES = _REFERENCES | {"patternProperties", "additionalProperties", "unevaluatedProperties"}
_ITEMS = _REFERENCES | {"prefixItems", "items", "contains", "unevaluatedItems"}


def in_place(schema: Schema) -> Iterator[Any]:
    """The schemas that judge the same value and whose annotations count; `not` gives none."""
    for keyword in _LISTS:
        yield from schema.get(keyword, [])
    yield from (schema[keyword] for keyword in _ONES if keyword in schema)
    for keyword in ("dependentSchemas", "dependencies"):
        yield from schema.get(keyword, {}).values()


def names_are_own(schema: Schema) -> bool:
    """Whether only the properties named beside the keyword can have been evaluated."""
    if _REFERENCES & schema.keys():
        return False
    found = [_names(one) for one in in_place(schema)]
    own = schema.get("properties", {}).keys()
    return all(names is not None and names <= own for names in found)


def _names(schema: Any) -> set[str] | None:
    """What a schema may evaluate, by name; None: more than can be named."""
    if not isinstance(schema, dict):
        return set()
    if _OPEN_NAMES & schema.keys():
        return None
    names = set(schema.get("properties", {}))
    for one in in_place(schema):
        more = _names(one)
        if more is None:
            return None
        names |= more
    return names


def items_are_own(schema: Schema) -> bool:
    """Whether only the items before the keyword can have been evaluated."""
    if (_REFERENCES | {"contains"}) & schema.keys():
        return False
    return not any(_items(one) for one in in_place(schema))


def _items(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    return bool(_ITEMS & schema.keys()) or any(_items(one) for one in in_place(schema))
