"""What an error is about besides its place, by the names that Ajv gives it.

Translations of errors (ajv-i18n, JSON Forms' translator) fill their sentences from these:
https://ajv.js.org/api.html#error-objects. All of it is the form's, nothing an answer but the names
of its members; lists and values of the form are cut so that no answer grows with it.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from jsonschema_rs import ValidationErrorKind as Kind

from chalicelib.platform.json import canonical, compact

MOST_VALUES = 50
MOST_ENTRIES = 200
LONGEST = 2_000
COMPARISONS: Mapping[str, str] = {
    "maximum": "<=",
    "minimum": ">=",
    "exclusiveMaximum": "<",
    "exclusiveMinimum": ">",
}
LIMITS = (
    Kind.MinLength,
    Kind.MaxLength,
    Kind.MinItems,
    Kind.MaxItems,
    Kind.MinProperties,
    Kind.MaxProperties,
)
BOUNDS = (Kind.Minimum, Kind.Maximum, Kind.ExclusiveMinimum, Kind.ExclusiveMaximum)


def params(keyword: str, error: Any) -> dict[str, Any]:
    """Of an error that is told at the value itself, or of a name in it; empty where Ajv names
    nothing."""
    kind = error.kind
    if isinstance(kind, Kind.PropertyNames):
        return params(keyword, kind.error)
    if isinstance(kind, LIMITS):
        return {"limit": kind.limit}
    if isinstance(kind, BOUNDS):
        return {"comparison": COMPARISONS[keyword], "limit": _number(kind.limit)}
    make = _MADE.get(type(kind))
    return make(error) if make else {}


def _types(error: Any) -> dict[str, Any]:
    types = error.kind.types
    return {"type": types[0] if len(types) == 1 else list(types)}


def _choices(error: Any) -> dict[str, Any]:
    return {"allowedValues": list(_short(error.kind.options[:MOST_VALUES]))}


def _constant(error: Any) -> dict[str, Any]:
    values = list(_short([error.kind.expected_value]))
    return {"allowedValue": values[0]} if values else {}


def _several(error: Any) -> dict[str, Any]:
    """The first two of the ways that all hold."""
    holding = (index for index, errors in enumerate(error.kind.context) if not errors)
    return {"passingSchemas": [index for index, _ in zip(holding, range(2), strict=False)]}


def _twins(error: Any) -> dict[str, Any]:
    """The last entry that stands before, too, and where; not looked for in a long list."""
    if len(error.instance) > MOST_ENTRIES:
        return {}
    seen: dict[bytes, int] = {}
    found: dict[str, Any] = {}
    for index, entry in enumerate(error.instance):
        key = canonical(entry)
        if key in seen:
            found = {"i": index, "j": seen[key]}
        seen[key] = index
    return found


def _short(values: list[Any]) -> Iterator[Any]:
    """As many as are not too long together."""
    left = LONGEST
    for value in values:
        left -= len(compact(value))
        if left < 0:
            return
        yield value


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


# `uniqueItems` is the one keyword that is our own.
_MADE: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Kind.Type: _types,
    Kind.Enum: _choices,
    Kind.Constant: _constant,
    Kind.OneOfNotValid: lambda _: {"passingSchemas": None},
    Kind.OneOfMultipleValid: _several,
    Kind.Custom: _twins,
    Kind.Pattern: lambda error: {"pattern": error.kind.pattern[:LONGEST]},
    Kind.Format: lambda error: {"format": error.kind.format},
    Kind.MultipleOf: lambda error: {"multipleOf": _number(error.kind.multiple_of)},
    Kind.UnevaluatedProperties: lambda error: {"unevaluatedProperty": error.kind.unexpected[0]},
}
