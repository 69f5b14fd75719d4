"""Where JSON Schema 2020-12 has schemas inside a schema, so that a field called `items` is a field.

`gate` lists where. `dependencies`, the older spelling of `dependentSchemas` and
`dependentRequired`, is among them, since validators of 2020-12 still enforce it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.services.forms import gate
from chalicelib.services.forms.gate import PARTS

ONE = frozenset(keyword for keyword, (kind, _) in PARTS.items() if kind == gate.ONE)
LIST = frozenset(keyword for keyword, (kind, _) in PARTS.items() if kind == gate.LIST)
MAP = frozenset(keyword for keyword, (kind, _) in PARTS.items() if kind == gate.MAP) | {
    "dependencies"
}

Change = Callable[[dict[str, Any]], dict[str, Any]]


def subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The schemas directly inside, each with the tokens of the way to it."""
    for keyword, value in schema.items():
        if keyword in ONE:
            yield (keyword,), value
        elif keyword in LIST and isinstance(value, list):
            yield from (((keyword, str(index)), item) for index, item in enumerate(value))
        elif keyword in MAP and isinstance(value, dict):
            yield from (((keyword, name), item) for name, item in value.items())


def rebuilt(schema: Any, change: Change) -> Any:
    """A copy in which every schema, the innermost first, is what `change` makes of it."""
    if not isinstance(schema, dict):
        return schema
    return change({key: _inside(key, value, change) for key, value in schema.items()})


def _inside(keyword: str, value: Any, change: Change) -> Any:
    if keyword in ONE:
        return rebuilt(value, change)
    if keyword in LIST and isinstance(value, list):
        return [rebuilt(item, change) for item in value]
    if keyword in MAP and isinstance(value, dict):
        return {name: rebuilt(item, change) for name, item in value.items()}
    return value
