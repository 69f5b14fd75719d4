"""What telling every error in an answer may take, before the library is asked for them.

jsonschema-rs makes all errors at once, each with a copy of the value it is about: an empty object
ten thousand times over, where thirty members are needed, is 400 MB and more than a second. So the
errors that are possible are counted first, as a bound: the schema and the value are gone through
together, without asking which of them hold, until the bound is passed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.services.forms.gate import EACH, SAME, places, unescape
from chalicelib.services.forms.price import links

# In tens of nanoseconds: an error, a member of the value or of the keyword that is copied for it,
# a look at one schema for one value. A long text counts as so many members.
AN_ERROR, A_MEMBER, A_LOOK = 200, 30, 150
CHARACTERS = 200

_OF_ALL = frozenset({"anyOf", "const", "enum", "not", "oneOf", "type"})
_OF_TEXT = _OF_ALL | {"format", "maxLength", "minLength", "pattern"}
_OF_NUMBER = _OF_ALL | {
    *("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"),
}
_OF_OBJECT = _OF_ALL | {
    *("additionalProperties", "maxProperties", "minProperties", "unevaluatedProperties"),
}
_OF_LIST = _OF_ALL | {
    *("contains", "items", "maxContains", "maxItems", "minContains", "minItems"),
    *("prefixItems", "unevaluatedItems", "uniqueItems"),
}
_COPIED = ("const", "enum", "not")
# Parts whose own errors are never told, or that are found by name.
_SILENT = frozenset({"$defs", "contains", "contentSchema", "if", "not", "properties"})


class Telling:
    """Of one schema, which stays as it is."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._found, _ = places("", schema)
        self._known = links(self._found)
        self._names = [unescape(place.pointer.rpartition("/")[2]) for place in self._found]
        self._copied = [_members_of_keywords(place.schema) for place in self._found]
        self._fields = [
            {self._names[part]: part for keyword, _, part in place.parts if keyword == "properties"}
            for place in self._found
        ]
        self._others = [
            [one for one in place.parts if one[0] not in _SILENT] for place in self._found
        ]

    def takes_more(self, value: Any, most: float) -> bool:
        """Whether it may take more than `most` tens of nanoseconds."""
        sizes = _sizes(value)
        ahead = [(0, value)]
        while ahead and most >= 0:
            number, here = ahead.pop()
            errors = _possible(self._found[number].schema, here)
            copied = self._copied[number] + sizes.get(id(here), 1 + _length(here))
            most -= A_LOOK * self._looks(number, here) + errors * (AN_ERROR + A_MEMBER * copied)
            ahead += self._onward(number, here) if most >= 0 else ()
        return most < 0

    def _looks(self, number: int, value: Any) -> int:
        members = len(value) if isinstance(value, dict | list) else 0
        return 1 + sum(members if reach == EACH else 1 for _, reach, _ in self._others[number])

    def _onward(self, number: int, value: Any) -> Iterator[tuple[int, Any]]:
        """The schemas that this one may apply, each with the value it is applied to."""
        if number in self._known:
            yield self._known[number], value
        fields = self._fields[number]
        if fields and isinstance(value, dict):
            yield from ((fields[name], value[name]) for name in fields.keys() & value.keys())
        for keyword, reach, part in self._others[number]:
            if reach == EACH:
                yield from ((part, one) for one in _each(keyword, value))
            elif keyword in _BY_NAME:
                yield from ((part, one) for one in _BY_NAME[keyword](value, self._names[part]))
            elif reach == SAME:
                yield part, value


def _numbered(value: Any, name: str) -> tuple[Any, ...]:
    return tuple(value[int(name) : int(name) + 1]) if isinstance(value, list) else ()


def _itself(value: Any, name: str) -> tuple[Any, ...]:
    return (value,) if isinstance(value, dict) and name in value else ()


_BY_NAME = {"dependentSchemas": _itself, "prefixItems": _numbered}


def _each(keyword: str, value: Any) -> Iterator[Any]:
    if keyword in ("items", "unevaluatedItems"):
        return iter(value if isinstance(value, list) else ())
    members = value if isinstance(value, dict) else {}
    return iter(members if keyword == "propertyNames" else members.values())


def _possible(schema: Mapping[str, Any], value: Any) -> int:
    if isinstance(value, str):
        return len(_OF_TEXT & schema.keys())
    if isinstance(value, list):
        return len(_OF_LIST & schema.keys())
    if isinstance(value, dict):
        return len(_OF_OBJECT & schema.keys()) + _missing(schema, value)
    if value is None or isinstance(value, bool):
        return len(_OF_ALL & schema.keys())
    return len(_OF_NUMBER & schema.keys())


def _missing(schema: Mapping[str, Any], value: Mapping[str, Any]) -> int:
    needed = schema.get("dependentRequired", {})
    asked = [schema.get("required", ()), *(needed[name] for name in needed if name in value)]
    names = len(value) if "propertyNames" in schema else 0
    return names + sum(name not in value for listed in asked for name in listed)


def _members_of_keywords(schema: Mapping[str, Any]) -> float:
    """What is copied of the schema itself with an error."""
    return sum(_sized(schema[keyword], {}) for keyword in _COPIED if keyword in schema)


def _sizes(value: Any) -> dict[int, float]:
    """For every object and list, by identity, how many members are copied with it."""
    sizes: dict[int, float] = {}
    _sized(value, sizes)
    return sizes


def _sized(value: Any, sizes: dict[int, float]) -> float:
    """Recurses: values of the front door and schemas that were published are not deep."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        sizes[id(value)] = size = 1 + sum(_sized(one, sizes) for one in inside)
        return size
    return 1 + _length(value)


def _length(value: Any) -> float:
    return len(value) / CHARACTERS if isinstance(value, str) else 0
