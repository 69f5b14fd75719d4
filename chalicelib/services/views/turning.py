"""Turning a form into another dialect: what is common to all keywords. `turns` has one for each.

What `$ref` means stands in the view's definitions, whatever place of the form it pointed at.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from chalicelib.platform.json import escape, resolve
from chalicelib.services.forms.subschemas import subschemas
from chalicelib.services.views.clients import INBORN, MISREAD

# Annotations, and assertions that mean the same in every dialect and to every client.
HELP = frozenset(
    "$comment default deprecated description examples readOnly title writeOnly".split()
)
_KNOWN = HELP | frozenset(
    "const contentEncoding contentMediaType exclusiveMaximum exclusiveMinimum maxItems maxLength"
    " maxProperties maximum minItems minLength minProperties minimum type uniqueItems".split()
)
# Said by another keyword's turn, or standing elsewhere in the view.
MOVED = frozenset("$anchor $defs $id $schema else maxContains minContains then".split())
_NAME = re.compile("[A-Za-z0-9_.-]{1,64}")


class Loss(NamedTuple):
    """A keyword of the form, by its pointer, that the view enforces less or not at all."""

    pointer: str
    keyword: str


class Part(NamedTuple):
    """A schema turned: `exact` if every client judges by it as the server does by the form."""

    schema: Any
    losses: tuple[Loss, ...] = ()
    exact: bool = True


class Half:
    """One schema half turned; `beside` are more rules for it, which `allOf` will hold."""

    def __init__(self, at: str, source: Mapping[str, Any]) -> None:
        self.at = at
        self.source = source
        self.made: dict[str, Any] = {}
        self.beside: list[Any] = []
        self.losses: list[Loss] = []
        self.exact = True

    def lose(self, keyword: str, *tokens: str) -> None:
        self.losses.append(Loss(self.at + pointer(keyword, *tokens), keyword))
        self.exact = False

    def take(self, part: Part) -> Any:
        self.losses += part.losses
        self.exact = self.exact and part.exact
        return part.schema

    def pattern(self, pattern: str) -> None:
        if "pattern" in self.made:
            self.beside.append({"pattern": pattern})
        else:
            self.made["pattern"] = pattern

    def part(self) -> Part:
        if self.beside:
            self.made["allOf"] = [*self.made.get("allOf", []), *self.beside]
        return Part(self.made, tuple(self.losses), self.exact)


class Turning:
    """One form on its way: `old` to draft-07, else within 2020-12; `strict` for Ajv's strict mode.

    `definitions` are what its references mean, by the names they have in the view.
    """

    def __init__(
        self, form: Mapping[str, Any], old: bool, strict: bool, turns: Mapping[str, "Turn"]
    ) -> None:
        self.old = old
        self.strict = strict
        self.container = "definitions" if old else "$defs"
        self.definitions: dict[str, Part] = {}
        self._form = form
        self._turns = turns
        self._names: dict[str, str] = {}
        self._based = any(_named_inside(one) for _, one in subschemas(form))

    def part(self, schema: Any, at: str) -> Part:
        """The schema that stands at the pointer `at` of the form, turned."""
        if not isinstance(schema, dict):
            return Part(schema)
        half = Half(at, schema)
        for keyword, value in schema.items():
            turn = self._turns.get(keyword)
            if turn is not None:
                turn(self, half, keyword, value)
            elif keyword in _KNOWN or not (self.strict or keyword in MOVED | MISREAD):
                half.made[keyword] = value
        return half.part()

    def below(self, half: Half, value: Any, *tokens: str) -> Part:
        return self.part(value, half.at + pointer(*tokens))

    def meant(self, reference: str) -> str | None:
        """The name in the view of what a reference means; None: nothing in this form."""
        at = unquote(reference[1:])
        local = reference.startswith("#") and not self._based
        target = resolve(self._form, at) if local and at[:1] in ("", "/") else None
        if not isinstance(target, dict | bool):
            return None
        if at not in self._names:
            name = self._names[at] = self._free(at.rpartition("/")[2])
            # Whoever refers to it from within must not take it for exact.
            self.definitions[name] = Part({}, exact=False)
            self.definitions[name] = self.part(target, at)
        return self._names[at]

    def _free(self, name: str) -> str:
        """A name no client has to unescape."""
        wanted = name if _NAME.fullmatch(name) and name not in INBORN else "schema"
        tried = (wanted if not n else f"{wanted}-{n}" for n in range(len(self._names) + 1))
        return next(one for one in tried if one not in self._names.values())


Turn = Callable[[Turning, Half, str, Any], None]


def _named_inside(schema: Any) -> bool:
    """Whether an `$id` below the root makes references count from there (core §8.2.1)."""
    if not isinstance(schema, dict):
        return False
    return "$id" in schema or any(_named_inside(one) for _, one in subschemas(schema))


def pointer(*tokens: str) -> str:
    return "".join(f"/{escape(token)}" for token in tokens)
