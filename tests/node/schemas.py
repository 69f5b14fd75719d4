"""Schemas by chance: every keyword of 2020-12 that a form may have, in every position."""

from random import Random
from typing import Any

from tests.corpora.instances import STRANGE

FIELDS = ("a", "b", "c", "x-y", "é")
# Objects of JavaScript have this one from birth; Ajv fails where an instance has its own.
NAMES = (*FIELDS, "toString")
PATTERNS = ("^[a-c]$", ".", r"^\p{Han}+$", r"^[\w\-]+$", "a|b", r"\bx", "^(?i)A", r"^.\-.$")
FORMATS = ("date", "email", "uuid", "cn-mobile", "cn-phone", "cn-uscc", "date-time")
VALUES = (
    *STRANGE,
    "a",
    "b",
    "ab",
    "人",
    "é\r",
    "2024-02-29",
    "a@b.cn",
    "13800138000",
    2,
    0.07,
    [1, 1],
)
TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")


class Author:
    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def form(self) -> dict[str, Any]:
        """A schema with definitions that do not refer to themselves."""
        made = {"$defs": {"one": self.schema(2, ()), "two": self.schema(2, ("one",))}}
        return {"allOf": [self.schema(3, ("one", "two"))], **self._words(3, ("one", "two")), **made}

    def schema(self, depth: int, known: tuple[str, ...]) -> Any:
        if self._rng.random() < 0.08:
            return self._rng.random() < 0.7
        return self._words(depth, known)

    def _words(self, depth: int, known: tuple[str, ...]) -> dict[str, Any]:
        rng = self._rng
        words = rng.sample(list(KEYWORDS), rng.randint(1, 4))
        made: dict[str, Any] = {}
        for word in words:
            if depth > 0 or word in LEAVES:
                made |= KEYWORDS[word](self, depth - 1, known)
        return made

    def each(self, depth: int, known: tuple[str, ...]) -> list[Any]:
        return [self.schema(depth, known) for _ in range(self._rng.randint(1, 3))]

    def by_name(self, depth: int, known: tuple[str, ...], names: Any = NAMES) -> dict[str, Any]:
        picked = self._rng.sample(names, self._rng.randint(1, 3))
        return {name: self.schema(depth, known) for name in picked}

    def some(self, values: Any) -> Any:
        return self._rng.choice(values)

    def names(self) -> list[str]:
        return self._rng.sample(NAMES, self._rng.randint(1, 2))

    def value(self, depth: int = 2) -> Any:
        rng = self._rng
        if depth and rng.random() < 0.5:
            return {name: self.value(depth - 1) for name in rng.sample(FIELDS, rng.randint(0, 4))}
        if depth and rng.random() < 0.4:
            return [self.value(depth - 1) for _ in range(rng.randint(0, 4))]
        return rng.choice(VALUES)


def one(word: str) -> Any:
    return lambda it, depth, known: {word: it.schema(depth, known)}


def several(word: str) -> Any:
    return lambda it, depth, known: {word: it.each(depth, known)}


def number(word: str) -> Any:
    return lambda it, depth, known: {word: it.some((0, 1, 2, 3))}


def condition(it: Author, depth: int, known: tuple[str, ...]) -> dict[str, Any]:
    made = {"if": it.schema(depth, known), "then": it.schema(depth, known)}
    ways = [made, {**made, "else": it.schema(depth, known)}, {"if": made["if"]}]
    return dict(it.some(ways))


def counted(it: Author, depth: int, known: tuple[str, ...]) -> dict[str, Any]:
    made = {"contains": it.schema(depth, known)}
    return {**made, **it.some(({}, {"minContains": 0}, {"minContains": 2}, {"maxContains": 1}))}


KEYWORDS: dict[str, Any] = {
    "type": lambda it, *_: {"type": it.some((*TYPES, ["string", "null"], ["object", "array"]))},
    "const": lambda it, *_: {"const": it.some(VALUES)},
    "enum": lambda it, *_: {"enum": [it.some(VALUES)]},
    "format": lambda it, *_: {"format": it.some(FORMATS)},
    "pattern": lambda it, *_: {"pattern": it.some(PATTERNS)},
    "required": lambda it, *_: {"required": it.names()},
    "multipleOf": lambda it, *_: {"multipleOf": it.some((1, 2, 0.01))},
    "x-note": lambda *_: {"x-note": "ours", "title": "T", "readOnly": True},
    "uniqueItems": lambda *_: {"uniqueItems": True},
    "dependentRequired": lambda it, *_: {"dependentRequired": {it.some(NAMES): it.names()}},
    **{word: number(word) for word in ("minimum", "maxLength", "minItems", "maxProperties")},
    "$ref": lambda it, depth, known: {"$ref": f"#/$defs/{it.some(known)}"} if known else {},
    "properties": lambda it, depth, known: {"properties": it.by_name(depth, known)},
    "patternProperties": lambda it, depth, known: {
        "patternProperties": it.by_name(depth, known, PATTERNS)
    },
    "dependentSchemas": lambda it, depth, known: {"dependentSchemas": it.by_name(depth, known)},
    **{word: several(word) for word in ("allOf", "anyOf", "oneOf", "prefixItems")},
    **{
        word: one(word)
        for word in (
            *("additionalProperties", "items", "not", "propertyNames"),
            *("unevaluatedItems", "unevaluatedProperties"),
        )
    },
    "if": condition,
    "contains": counted,
}
LEAVES = frozenset(
    "type const enum format pattern required multipleOf x-note uniqueItems dependentRequired"
    " minimum maxLength minItems maxProperties $ref".split()
)
