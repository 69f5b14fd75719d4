"""A sample value that a form accepts, for people who write programs against it. Pure.

A first guess fills in what is required; then what the form still finds missing or wrong is put
right, a few times. A form may be too contrary for this: then there is no sample.
"""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

import jsonschema_rs

from chalicelib.platform.json import escape, resolve
from chalicelib.services.forms.answers import compiled
from chalicelib.services.forms.formats import named

Schema = Mapping[str, Any]
Validator = jsonschema_rs.Draft202012Validator

TURNS = 30
DEEPEST = 16
# Values in a sample at most; no honest form comes near.
MOST = 1_000
# One of these is what most texts ask for: words where any will do, then what formats ask for.
WORDS = (
    *("例子", "举例说明"),
    *("2026-03-10", "2026-03-10T02:00:00Z", "10:00:00", "name@example.org"),
    *("11010519491231002X", "91350100M000100Y43", "13800000001", "010-12345678"),
    *("360802101201", "100000", "5724019863", "3c1f0d5e-8a86-4c36-9d3a-0b9b1c1d2e3f"),
    *("1", "1.00", "A", "a", "AB12345", "/a"),
)


def sample(schema: Schema) -> Any:
    """A value the schema accepts, formats included, or None."""
    return Sampler(schema).value()


class Sampler:
    def __init__(self, schema: Schema) -> None:
        self._root = schema
        self._formats: Mapping[str, Callable[[str], bool]] = named(lambda: date.max)
        self._left = MOST

    def value(self) -> Any:
        value, check = self._first(self._root), self._check(self._root)
        for _ in range(TURNS):
            errors = list(islice(check.iter_errors(value), TURNS))
            if not errors:
                return value
            mended = [self._mend(value, error) for error in errors]
            if self._left < 0 or not any(mended):
                return None
        return None

    def _check(self, schema: Schema) -> Validator:
        """Of a part: with the definitions of the whole, which its references name."""
        defs = {"$defs": self._root["$defs"]} if "$defs" in self._root else {}
        return compiled({**defs, **schema}, self._formats)

    def _followed(self, schema: Any) -> Schema:
        for _ in range(DEEPEST):
            if not isinstance(schema, dict) or "$ref" not in schema:
                break
            schema = resolve(self._root, str(schema["$ref"])[1:])
        return schema if isinstance(schema, dict) else {}

    def _first(self, schema: Any, depth: int = 0) -> Any:
        """A guess: what is named, else the least of its type."""
        self._left -= 1
        here = self._followed(schema)
        given = next(self._named(here), None)
        if given is not None or depth > DEEPEST or self._left < 0:
            return copy.deepcopy(given)
        for keyword in ("oneOf", "anyOf"):
            if here.get(keyword) and "properties" not in here:
                way = self._followed(here[keyword][0])
                return self._first({**_without(here, keyword), **way}, depth + 1)
        return self._of_type(_kind(here), here, depth + 1)

    def _of_type(self, kind: str, here: Schema, depth: int) -> Any:
        if kind == "object":
            members = here.get("properties", {})
            needed = here.get("required", ())
            return {name: self._first(members.get(name), depth) for name in needed}
        if kind == "array":
            return self._entries(here, depth)
        if kind in ("integer", "number"):
            return _least(here)
        return {"boolean": True, "null": None}.get(kind, self._text(here))

    def _entries(self, here: Schema, depth: int) -> list[Any]:
        """As few as will do, all different where they must be."""
        items, fewest = self._followed(here.get("items")), int(here.get("minItems", 0))
        choices = items.get("enum") or _titled(items)
        made = []
        for n in range(min(fewest, MOST)):
            one = choices[n] if n < len(choices) else self._first(items, depth)
            made.append(_another(one, n) if n >= len(choices) else one)
        return made

    def _named(self, here: Schema) -> Iterator[Any]:
        if "const" in here:
            yield here["const"]
        for keyword in ("enum", "examples"):
            yield from here.get(keyword, ())
        if "default" in here:
            yield here["default"]

    def _text(self, here: Schema) -> str:
        words = [f"{word:{here.get('minLength', 0)}}".replace(" ", "例") for word in WORDS]
        check = self._check({"type": "string", **here})
        return next((word for word in words if check.is_valid(word)), words[0])

    def _mend(self, value: Any, error: Any) -> bool:
        """Put in what is missing, change what must be another; whether anything was done."""
        place = "".join(f"/{escape(str(step))}" for step in error.instance_path)
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
            name = str(kind.property)
            return _put(value, f"{place}/{escape(name)}", self._asked(error, name, place))
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Constant):
            return _put(value, place, kind.expected_value)
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Enum):
            return _put(value, place, kind.options[0])
        both = {**self._at(place), **self._failed(error)}
        return bool(place) and _put(value, place, self._first(both))

    def _failed(self, error: Any) -> Schema:
        """The schema that the error is an error of."""
        tokens = "".join(f"/{escape(str(step))}" for step in error.schema_path[:-1])
        return self._followed(resolve(self._root, tokens) if tokens else self._root)

    def _asked(self, error: Any, name: str, place: str) -> Any:
        """The first guess for a member: by the schema that needs it, else by the form's own."""
        known = self._failed(error).get("properties", {}).get(name)
        return self._first(known or self._at(f"{place}/{escape(name)}"))

    def _at(self, pointer: str) -> Schema:
        """The schema of the value that a pointer leads to, by properties and items."""
        here = self._followed(self._root)
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            inside = here.get("properties", {}).get(name, here.get("items", {}))
            here = self._followed(inside)
        return here


def _without(schema: Schema, keyword: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != keyword}


def _kind(here: Schema) -> str:
    kind = here.get("type", "object" if "properties" in here else "string")
    return str(kind[0]) if isinstance(kind, list) else str(kind)


def _titled(items: Schema) -> list[Any]:
    """The titled constants that each of its entries is one of."""
    ways = [one for one in items.get("oneOf", ()) if isinstance(one, dict)]
    return [one["const"] for one in ways if "const" in one]


def _another(item: Any, n: int) -> Any:
    """An entry that differs from the ones before it, in a text if it has one."""
    if n == 0:
        return item
    if isinstance(item, str):
        return f"{item}{n}"
    if isinstance(item, dict):
        return {
            name: _another(one, n) if isinstance(one, str) else one for name, one in item.items()
        }
    return item + n if type(item) is int else item


def _least(here: Schema) -> int | float:
    step = here.get("multipleOf", 1)
    lowest = here.get("minimum", here.get("exclusiveMinimum", 0 if "maximum" in here else 1))
    value: int | float = -(-lowest // step) * step
    return value + step if value <= here.get("exclusiveMinimum", -math.inf) else value


def _put(value: Any, pointer: str, member: Any) -> bool:
    """Write into nested objects and lists; whether that changed anything."""
    parent, _, token = pointer.rpartition("/")
    holder, name = resolve(value, parent), token.replace("~1", "/").replace("~0", "~")
    if isinstance(holder, list) and name.isdigit() and int(name) < len(holder):
        changed = bool(holder[int(name)] != member)
        holder[int(name)] = member
        return changed
    if not isinstance(holder, dict) or (name in holder and holder[name] == member):
        return False
    holder[name] = member
    return True
