"""Whether a condition on answers holds while some are still to come: yes, no, or it depends.

Three-valued logic (Kleene) over JSON Schema: an answer that is absent may still come, one that is
null will not. Objects are read member by member; any other value counts as complete. What a
schema says of an object as a whole (how many members, their names) waits for the whole.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from chalicelib.platform.json import escape, resolve

Check = Callable[[str, Any, Any], bool]

# What says something of an object that cannot be told from some of its members.
OF_THE_WHOLE = frozenset(
    "minProperties maxProperties propertyNames additionalProperties patternProperties"
    " dependentRequired dependentSchemas unevaluatedProperties".split()
)


class Verdict(NamedTuple):
    """`holds` is None while it depends on the answers at these pointers."""

    holds: bool | None
    on: tuple[str, ...] = ()


YES, NO = Verdict(True), Verdict(False)


class Condition:
    """One schema over the answers; `check` tells whether a schema, named, holds for a value."""

    def __init__(self, name: str, schema: Mapping[str, Any], check: Check) -> None:
        self._name, self._schema, self._check = name, schema, check

    def on(self, answers: Mapping[str, Any]) -> Verdict:
        return self._value("", self._schema, answers, "")

    def _value(self, at: str, schema: Any, value: Any, pointer: str) -> Verdict:
        """`at` is the place in the schema, `pointer` the place in the answers."""
        if isinstance(schema, bool):
            return Verdict(schema)
        if not isinstance(value, dict):
            return Verdict(self._check(f"{self._name}{at}", self._closed(schema), value))
        found = (
            self._keyword(at, keyword, argument, value, pointer, schema)
            for keyword, argument in schema.items()
        )
        return every(found)

    def _closed(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """With the definitions it may refer to."""
        return {**schema, "$defs": self._schema["$defs"]} if "$defs" in self._schema else schema

    def _keyword(
        self, at: str, keyword: str, argument: Any, value: Any, pointer: str, schema: Any
    ) -> Verdict:
        parts = {
            "required": lambda: every(_given(value, name, pointer) for name in argument),
            "properties": lambda: self._members(at, argument, value, pointer),
            "type": lambda: Verdict("object" in (argument, *_listed(argument))),
            "const": lambda: _same([argument], pointer),
            "enum": lambda: _same(argument, pointer),
            "$ref": lambda: self._value(argument, self._target(argument), value, pointer),
            "allOf": lambda: every(self._each(at, keyword, argument, value, pointer)),
            "anyOf": lambda: some(self._each(at, keyword, argument, value, pointer)),
            "oneOf": lambda: one(list(self._each(at, keyword, argument, value, pointer))),
            "not": lambda: opposite(self._value(f"{at}/not", argument, value, pointer)),
            "if": lambda: self._if(at, schema, value, pointer),
        }
        waits = keyword in OF_THE_WHOLE
        return parts.get(keyword, lambda: Verdict(None, (pointer,)) if waits else YES)()

    def _members(self, at: str, argument: Any, value: Any, pointer: str) -> Verdict:
        return every(
            self._member(f"{at}/properties/{escape(name)}", schema, value, name, pointer)
            for name, schema in argument.items()
        )

    def _member(self, at: str, schema: Any, value: Any, name: str, pointer: str) -> Verdict:
        here = f"{pointer}/{escape(name)}"
        if name in value:
            given = value[name]
            return YES if given is None else self._value(at, schema, given, here)
        # If it comes it may or may not fit; if it does not, nothing is said of it.
        return YES if schema in (True, {}) else Verdict(None, (here,))

    def _each(
        self, at: str, keyword: str, argument: Any, value: Any, pointer: str
    ) -> Iterable[Verdict]:
        for index, schema in enumerate(argument):
            yield self._value(f"{at}/{keyword}/{index}", schema, value, pointer)

    def _if(self, at: str, schema: Any, value: Any, pointer: str) -> Verdict:
        asked = self._value(f"{at}/if", schema["if"], value, pointer)
        then = self._value(f"{at}/then", schema.get("then", True), value, pointer)
        other = self._value(f"{at}/else", schema.get("else", True), value, pointer)
        return every([some([opposite(asked), then]), some([asked, other])])

    def _target(self, reference: str) -> Any:
        return resolve(self._schema, reference.removeprefix("#"))


def read_by(schema: Any, pointer: str = "") -> tuple[str, ...]:
    """The answers that a condition looks at, by their pointers; references are not followed."""
    if not isinstance(schema, Mapping):
        return ()
    found = [f"{pointer}/{escape(name)}" for name in schema.get("required", ())]
    for name, inner in schema.get("properties", {}).items():
        here = f"{pointer}/{escape(name)}"
        found += read_by(inner, here) or (here,)
    for keyword in ("allOf", "anyOf", "oneOf"):
        found += [p for inner in schema.get(keyword, ()) for p in read_by(inner, pointer)]
    for keyword in ("not", "if", "then", "else"):
        found += read_by(schema.get(keyword), pointer)
    return tuple(dict.fromkeys(found))


def every(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    if any(one.holds is False for one in found):
        return NO
    open_ones = [one for one in found if one.holds is None]
    return _undecided(open_ones) if open_ones else YES


def some(verdicts: Iterable[Verdict]) -> Verdict:
    return opposite(every(opposite(one) for one in verdicts))


def one(verdicts: list[Verdict]) -> Verdict:
    """Exactly one: decided once two hold, or once every one is."""
    holding = sum(one.holds is True for one in verdicts)
    open_ones = [one for one in verdicts if one.holds is None]
    if holding > 1 or not open_ones:
        return Verdict(holding == 1)
    return _undecided(open_ones)


def opposite(verdict: Verdict) -> Verdict:
    return verdict if verdict.holds is None else Verdict(not verdict.holds)


def _undecided(open_ones: Iterable[Verdict]) -> Verdict:
    return Verdict(None, tuple(dict.fromkeys(p for one in open_ones for p in one.on)))


def _given(value: Mapping[str, Any], name: str, pointer: str) -> Verdict:
    if name in value:
        return Verdict(value[name] is not None)
    return Verdict(None, (f"{pointer}/{escape(name)}",))


def _same(choices: list[Any], pointer: str) -> Verdict:
    """An object may yet become one of these, if one of them is an object."""
    return Verdict(None, (pointer,)) if any(isinstance(one, dict) for one in choices) else NO


def _listed(argument: Any) -> list[Any]:
    return argument if isinstance(argument, list) else []
