"""What changed in a form (or any schema of a document): keyword by keyword, references followed.

An instance is valid when every keyword of its schema holds, so a schema whose every keyword takes
at least what it took before takes every answer it took before (JSON Schema 2020-12 core §7.6).
Where that cannot be seen keyword by keyword the change counts as narrowing.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.platform.json import escape, resolve
from chalicelib.services.changes.change import Change, Verdict

Schema = Mapping[str, Any]

HELP = frozenset(
    "$comment $id $schema $defs title description default examples deprecated readOnly writeOnly"
    " contentEncoding contentMediaType contentSchema".split()
)
# An absent limit is no limit: (keyword, whether a larger value takes more).
LIMITS: Mapping[str, bool] = {
    "minimum": False,
    "exclusiveMinimum": False,
    "minLength": False,
    "minItems": False,
    "minProperties": False,
    "maximum": True,
    "exclusiveMaximum": True,
    "maxLength": True,
    "maxItems": True,
    "maxProperties": True,
}
# Keywords that only take something away; but what they have looked at counts as evaluated.
ONLY_TAKE = frozenset({"pattern", "format", "multipleOf", "not", "propertyNames", "allOf"})
UNEVALUATED = frozenset({"unevaluatedProperties", "unevaluatedItems"})
OPEN: Schema = {}
DEEPEST = 40


def form_changes(at: str, old: Any, new: Any) -> Iterator[Change]:
    """Changes from one schema to the other; both have passed `lint`."""
    yield from _Comparison(old, new).changes(at, old, new, 0)


class _Comparison:
    def __init__(self, old: Any, new: Any) -> None:
        self._old, self._new = old, new

    def changes(self, at: str, old: Any, new: Any, depth: int) -> Iterator[Change]:
        was, now = _whole(self._old, old), _whole(self._new, new)
        if was is None or now is None or depth > DEEPEST:
            if not self._same(old, new):
                yield Change(at, "changed", Verdict.NARROWING)
            return
        for keyword in sorted((set(was) | set(now)) - HELP):
            # A keyword may be equal while what its references lead to is not.
            yield from self._keyword(at, keyword, was, now, depth)
        if any(not _equal(was.get(name), now.get(name)) for name in HELP - {"$defs"}):
            yield Change(at, "changed", Verdict.SAFE)

    def _keyword(
        self, at: str, keyword: str, was: Schema, now: Schema, depth: int
    ) -> Iterator[Change]:
        here = f"{at}/{keyword}"
        if keyword == "properties":
            yield from self._properties(at, was, now, depth)
        elif keyword in ("items", "additionalProperties"):
            yield from self._rest(here, was.get(keyword), now.get(keyword), depth)
        elif self._same(was.get(keyword), now.get(keyword)):
            return
        elif keyword in SIMPLE:
            yield from SIMPLE[keyword](at, was, now)
        elif keyword in LIMITS:
            yield from _limit(here, keyword, was.get(keyword), now.get(keyword))
        elif keyword.startswith("x-"):
            yield Change(here, "changed", Verdict.SAFE)
        elif keyword in ONLY_TAKE and keyword not in now and not UNEVALUATED & {*was, *now}:
            yield Change(here, "loosened", Verdict.WIDENING)
        else:
            yield Change(here, "changed", Verdict.NARROWING)

    def _same(self, old: Any, new: Any) -> bool:
        """Whether two parts are equal, with all that their references lead to."""
        if not _equal(old, new):
            return False
        return "$ref" not in str(old) or _equal(self._old.get("$defs"), self._new.get("$defs"))

    def _rest(self, at: str, old: Any, new: Any, depth: int) -> Iterator[Change]:
        was, now = _schema(old), _schema(new)
        if was is False and now is False:
            return
        if was is False:
            yield Change(at, "loosened", Verdict.WIDENING)
        elif now is False:
            yield Change(at, "tightened", Verdict.NARROWING)
        else:
            yield from self.changes(at, was, now, depth + 1)

    def _properties(self, at: str, was: Schema, now: Schema, depth: int) -> Iterator[Change]:
        old, new = was.get("properties", {}), now.get("properties", {})
        for name in old:
            if name not in new:
                yield Change(f"{at}/properties/{escape(name)}", "removed", Verdict.BREAKING)
        # Where anything was taken under that name, a field of that name takes less.
        closed = was.get("additionalProperties") is False and "patternProperties" not in was
        for name, schema in new.items():
            here = f"{at}/properties/{escape(name)}"
            if name in old:
                yield from self.changes(here, old[name], schema, depth + 1)
            else:
                free = closed or schema is True or schema == OPEN
                verdict = Verdict.WIDENING if free else Verdict.NARROWING
                yield Change(here, "added", verdict)


def _whole(root: Any, schema: Any) -> Schema | None:
    """The schema with its reference put in; None where that cannot be written as one schema."""
    for _ in range(DEEPEST):
        if isinstance(schema, bool):
            return OPEN if schema else None
        reference = schema.get("$ref")
        if reference is None:
            return dict(schema)
        target = resolve(root, str(reference)[1:])
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        if not isinstance(target, Mapping) or set(target) & (set(beside) - HELP):
            return None
        schema = {**target, **beside}
    return None


def _schema(value: Any) -> Any:
    return OPEN if value is None or value is True else value


def _type(at: str, was: Schema, now: Schema) -> Iterator[Change]:
    old, new = _types(was), _types(now)
    if old == new:
        return
    if new is None or (old is not None and old <= new):
        yield Change(f"{at}/type", "loosened", Verdict.WIDENING)
    elif old is None:
        yield Change(f"{at}/type", "tightened", Verdict.NARROWING)
    elif new < old and new:
        yield Change(f"{at}/type", "tightened", Verdict.NARROWING)
    else:
        yield Change(at, "retyped", Verdict.BREAKING, was=_said(was), now=_said(now))


def _types(schema: Schema) -> frozenset[str] | None:
    kind = schema.get("type")
    if kind is None:
        return None
    named = {kind} if isinstance(kind, str) else set(kind)
    return frozenset(named | ({"integer"} if "number" in named else set()))


def _said(schema: Schema) -> str:
    kind = schema.get("type")
    return kind if isinstance(kind, str) else "|".join(kind or [])


def _required(at: str, was: Schema, now: Schema) -> Iterator[Change]:
    old, new = set(was.get("required", [])), set(now.get("required", []))
    for name in sorted(new - old):
        yield Change(f"{at}/required", "tightened", Verdict.NARROWING, now=name)
    for name in sorted(old - new):
        yield Change(f"{at}/required", "loosened", Verdict.WIDENING, was=name)


def _choices(at: str, was: Schema, now: Schema) -> Iterator[Change]:
    old, new = _listed(was), _listed(now)
    if _equal(old, new):
        return
    if new is None or (old is not None and all(_in(one, new) for one in old)):
        yield Change(f"{at}/enum", "loosened", Verdict.WIDENING)
    elif old is not None and not any(_in(one, new) for one in old):
        yield Change(f"{at}/enum", "changed", Verdict.BREAKING)
    else:
        yield Change(f"{at}/enum", "tightened", Verdict.NARROWING)


def _listed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        const = [schema["const"]]
        return [one for one in const if _in(one, schema.get("enum", const))]
    return schema.get("enum")


def _in(value: Any, values: list[Any]) -> bool:
    return any(_equal(value, one) for one in values)


def _equal(one: Any, other: Any) -> bool:
    """As JSON has it: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _one_of(at: str, was: Schema, now: Schema) -> Iterator[Change]:
    """Choices with titles are a list of constants; anything else is compared as a whole."""
    old, new = _constants(was), _constants(now)
    if old is None or new is None:
        loosened = "oneOf" not in now and not UNEVALUATED & {*was, *now}
        verdict = Verdict.WIDENING if loosened else Verdict.NARROWING
        yield Change(f"{at}/oneOf", "loosened" if loosened else "changed", verdict)
    elif _equal(old, new):
        yield Change(f"{at}/oneOf", "changed", Verdict.SAFE)
    elif all(_in(one, new) for one in old):
        yield Change(f"{at}/oneOf", "loosened", Verdict.WIDENING)
    elif not any(_in(one, new) for one in old):
        yield Change(f"{at}/oneOf", "changed", Verdict.BREAKING)
    else:
        yield Change(f"{at}/oneOf", "tightened", Verdict.NARROWING)


def _constants(schema: Schema) -> list[Any] | None:
    items = schema.get("oneOf", ())
    if not items or not all(isinstance(one, Mapping) and "const" in one for one in items):
        return None
    if any(set(one) - HELP - {"const"} for one in items):
        return None
    values = [one["const"] for one in items]
    # A constant that stands there twice fits twice, and so not at all.
    return values if len({json.dumps(one) for one in values}) == len(values) else None


def _unique(at: str, was: Schema, now: Schema) -> Iterator[Change]:
    old, new = bool(was.get("uniqueItems")), bool(now.get("uniqueItems"))
    if old != new:
        verdict = Verdict.NARROWING if new else Verdict.WIDENING
        yield Change(f"{at}/uniqueItems", "tightened" if new else "loosened", verdict)


def _limit(at: str, keyword: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if new is None or (old is not None and (new > old) == LIMITS[keyword]):
        yield Change(at, "loosened", Verdict.WIDENING, old, new)
    else:
        yield Change(at, "tightened", Verdict.NARROWING, old, new)


SIMPLE: Mapping[str, Callable[[str, Schema, Schema], Iterator[Change]]] = {
    "type": _type,
    "required": _required,
    "enum": _choices,
    "const": _choices,
    "oneOf": _one_of,
    "uniqueItems": _unique,
}
