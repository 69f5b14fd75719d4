"""The words of a form in other languages: bundles of texts by key, beside the form.

JSON Schema has no keyword for it. Keys are those that JSON Forms asks its translator for: the
data path without indices, then `.label`, `.description` or `.error.<keyword>`; `root` for the
form itself; for a choice of `oneOf` the path and the choice's own title. `*` stands for what has
no name of its own: an entry of a list that is not called as the list is, any other member.
"""

import copy
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import unquote

from chalicelib.platform.json import escape, resolve
from chalicelib.services.forms.subschemas import subschemas

BASE = "zh-Hans"
_MEMBERS: Mapping[str, str] = {"title": "label", "description": "description"}
_ENTRIES = frozenset({"items", "prefixItems"})
_NAMELESS = frozenset(
    "additionalProperties contains patternProperties propertyNames unevaluatedItems"
    " unevaluatedProperties".split()
)


class Words(NamedTuple):
    """A text of the form: `member` of the schema at `pointer`, and the keys it may have."""

    pointer: str
    member: str
    text: str
    keys: tuple[str, ...]


class Localised(NamedTuple):
    """A form whose texts are in a language; `languages` for Content-Language (RFC 9110 §8.5)."""

    form: dict[str, Any]
    languages: str


class _Place(NamedTuple):
    """Where a schema judges: the prefixes of its keys, the texts that stand before its own.

    A `branch` is a choice or another schema beside one: its title tells it from the others.
    """

    path: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ("root",)
    before: Mapping[str, Any] = MappingProxyType({})
    branch: bool = False


def localise(
    form: Mapping[str, Any], bundles: Mapping[str, Mapping[str, str]], language: str
) -> Localised:
    """The form in the language; what its bundle has not got stays in the base language."""
    bundle = bundles.get(language)
    if bundle is None:
        return Localised(dict(form), BASE)
    made, found, missing = copy.deepcopy(dict(form)), set(), set()
    for words in texts(form):
        place = (words.pointer, words.member)
        text = next((bundle[key] for key in words.keys if key in bundle), None)
        if text is None:
            missing.add(place)
        elif place not in found:
            found.add(place)
            resolve(made, words.pointer)[words.member] = text
    return Localised(made, f"{language}, {BASE}" if missing - found else language)


def texts(form: Mapping[str, Any]) -> Iterator[Words]:
    """Every title and description; one that references share comes once for each path to it."""
    yield from _texts(form, form, "", _Place(), set())


def _texts(
    form: Mapping[str, Any], schema: Any, pointer: str, place: _Place, seen: set[Any]
) -> Iterator[Words]:
    visit = (pointer, place.prefixes, place.branch)
    if not isinstance(schema, dict) or visit in seen:
        return
    seen.add(visit)
    for member in _MEMBERS:
        keys = _keys(schema, member, place)
        if keys:
            yield Words(pointer, member, schema[member], keys)
    for tokens, one in subschemas(schema):
        if tokens[0] != "$defs":
            here = pointer + "".join(f"/{escape(token)}" for token in tokens)
            yield from _texts(form, one, here, _inner(place, schema, tokens), seen)
    reference = unquote(str(schema.get("$ref", "")))
    if reference.startswith("#/"):
        there = place._replace(before={**place.before, **schema})
        yield from _texts(form, resolve(form, reference[1:]), reference[1:], there, seen)


def _inner(place: _Place, schema: Mapping[str, Any], tokens: tuple[str, ...]) -> _Place:
    keyword = tokens[0]
    if keyword == "properties":
        path = (*place.path, tokens[1])
        return _Place(path, (".".join(path),))
    plain = ".".join(place.path) or "root"
    if keyword in _ENTRIES:
        return _Place(place.path, (f"{plain}.*", plain))
    if keyword in _NAMELESS:
        return _Place(place.path, (f"{plain}.*",))
    return place._replace(before={**place.before, **schema}, branch=True)


def _keys(schema: Mapping[str, Any], member: str, place: _Place) -> tuple[str, ...]:
    """None for a text that another always hides."""
    if not isinstance(schema.get(member), str):
        return ()
    title = schema.get("title")
    hidden = place.before.get(member, schema[member]) != schema[member]
    if title and (place.branch or hidden):
        suffix = "" if member == "title" else f".{_MEMBERS[member]}"
        return tuple(f"{prefix}.{title}{suffix}" for prefix in place.prefixes)
    return () if hidden else tuple(f"{prefix}.{_MEMBERS[member]}" for prefix in place.prefixes)
