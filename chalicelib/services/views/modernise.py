"""Schemas of older drafts, brought to 2020-12: for uploads that name their draft in `$schema`.

draft-04, -06, -07 and 2019-09 by their migration notes (json-schema.org, "Migrating from older
drafts"): containers and references are renamed, `dependencies` and array `items` are split, what
an old draft ignores beside `$ref` is taken away. What has no translation is a finding.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urljoin

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.forms.subschemas import LIST, MAP, ONE, subschemas
from chalicelib.services.views.dialects import DIALECTS

# Draft by what `$schema` says without scheme and fragment; an unnumbered one is read as draft-07.
DRAFTS: Mapping[str, int] = {
    "json-schema.org/schema": 7,
    "json-schema.org/draft-04/schema": 4,
    "json-schema.org/draft-06/schema": 6,
    "json-schema.org/draft-07/schema": 7,
    "json-schema.org/draft/2019-09/schema": 8,
}
PRESENT = 2020

_MAPS = MAP | {"definitions"}
_ONES = ONE | {"additionalItems"}
# Keywords and the draft that brought them; older readers passed them over.
_SINCE: Mapping[str, int] = {
    **dict.fromkeys(("const", "contains", "propertyNames"), 6),
    **dict.fromkeys(("if", "then", "else"), 7),
    **dict.fromkeys(("dependentRequired", "dependentSchemas"), 8),
    **dict.fromkeys(("minContains", "maxContains"), 8),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), 8),
    "prefixItems": PRESENT,
}
_BESIDE_REFERENCE = frozenset("$comment $defs definitions description title".split())
# What may stand in a fragment (RFC 3986 §3.5), so that pointers stay readable.
_AS_IT_IS = "!$&'()*+,;=:@~"
_NEVER = frozenset("$recursiveAnchor $recursiveRef $dynamicAnchor $dynamicRef".split())


def modernise(schema: Any, at: str = "") -> tuple[Any, list[Finding]]:
    """The schema in 2020-12 and what is to be said of it; errors mean that it is not the same.

    A schema of 2020-12, or of no named draft, comes back as it is. `at` is the pointer of the
    schema in what was sent.
    """
    draft = _draft(schema)
    if draft == PRESENT:
        return schema, []
    if draft is None:
        zh, en = "不认识这个JSON Schema版本", "this draft of JSON Schema is not known here"
        return schema, [_finding(f"{at}/$schema", "$schema", zh, en)]
    old = _Old(schema, draft, at)
    return {"$schema": DIALECTS["2020-12"], **old.turned(schema, at)}, old.findings


def _draft(schema: Any) -> int | None:
    named = schema.get("$schema") if isinstance(schema, dict) else None
    if named is None:
        return PRESENT
    bare = str(named).rstrip("#").partition("://")[2]
    return PRESENT if bare == DIALECTS["2020-12"].partition("://")[2] else DRAFTS.get(bare)


class _Here(NamedTuple):
    """The pointer of a keyword in what was sent, and what references there count from."""

    at: str
    base: str

    def below(self, token: str) -> str:
        return f"{self.at}/{escape(token)}"


class _Old:
    def __init__(self, schema: Mapping[str, Any], draft: int, at: str) -> None:
        self.findings: list[Finding] = []
        self._root = schema
        self._draft = draft
        self._id = "id" if draft == 4 else "$id"
        # Where each identity, and each name of a place in it, stands (core §8.2).
        self._resources = {"": ""}
        self._anchors: dict[tuple[str, str], str] = {}
        self._index(schema, "", "")

    def _index(self, schema: Any, at: str, base: str) -> None:
        if not isinstance(schema, dict):
            return
        base = self._base(schema, base)
        if base not in self._resources:
            self._resources[base] = at
        for name in (str(schema.get(self._id, "")), f"#{schema.get('$anchor', '')}"):
            if name.startswith("#") and len(name) > 1:
                self._anchors[base, name[1:]] = at
        for tokens, one in _inside(schema):
            self._index(one, at + "".join(f"/{escape(token)}" for token in tokens), base)

    def _base(self, schema: Mapping[str, Any], base: str) -> str:
        """What references inside the schema count from; up to draft-07 `$ref` hides `$id`."""
        name = schema.get(self._id)
        hidden = self._draft <= 7 and isinstance(schema.get("$ref"), str)
        if not isinstance(name, str) or name.startswith("#") or hidden:
            return base
        return urljoin(base, name).rstrip("#")

    def turned(self, schema: Any, at: str, base: str = "") -> Any:
        if not isinstance(schema, dict):
            return schema
        source = self._relevant(schema, at)
        base = self._base(schema, base)
        made: dict[str, Any] = {}
        for keyword, value in source.items():
            self._keyword(made, source, keyword, value, _Here(f"{at}/{escape(keyword)}", base))
        return made

    def _relevant(self, schema: Mapping[str, Any], at: str) -> dict[str, Any]:
        """Without identities, and without what the draft ignores beside `$ref`."""
        own = {"$schema", "$anchor", self._id}
        if self._draft > 7 or not isinstance(schema.get("$ref"), str):
            return {key: value for key, value in schema.items() if key not in own}
        ignored = sorted(schema.keys() - _BESIDE_REFERENCE - own - {"$ref"})
        if ignored:
            names = "、".join(ignored), ", ".join(ignored)
            self._warn(
                f"{at}/$ref",
                "$ref",
                f"此版本中$ref旁的{names[0]}不起作用，已去掉",
                f"this draft ignores {names[1]} beside $ref; left out",
            )
        return {key: schema[key] for key in schema if key == "$ref" or key in _BESIDE_REFERENCE}

    def _keyword(
        self, made: dict[str, Any], source: Mapping[str, Any], keyword: str, value: Any, here: _Here
    ) -> None:
        if keyword in _NEVER:
            zh, en = f"不支持{keyword}", f"{keyword} has no translation"
            self.findings.append(_finding(here.at, keyword, zh, en))
        elif keyword == "$ref":
            made[keyword] = self._reference(value, here)
        elif keyword == "dependencies" and isinstance(value, dict):
            self._dependencies(made, value, here)
        elif keyword in ("items", "additionalItems"):
            self._items(made, source, keyword, value, here)
        elif keyword in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
            self._exclusive(made, source, keyword, value)
        elif keyword not in ("minimum", "maximum") or not self._excluded(source, keyword):
            self._plain(made, keyword, value, here)

    def _plain(self, made: dict[str, Any], keyword: str, value: Any, here: _Here) -> None:
        if _SINCE.get(keyword, 0) > self._draft:
            zh = f"此版本还没有{keyword}，在2020-12中它起作用"
            self._warn(here.at, keyword, zh, f"{keyword} means nothing in this draft and does now")
        name = "$defs" if keyword == "definitions" else keyword
        if keyword in _MAPS and isinstance(value, dict):
            inside = value.items()
            parts = {key: self.turned(one, here.below(key), here.base) for key, one in inside}
            made[name] = {**made.get(name, {}), **parts}
        elif keyword in LIST and isinstance(value, list):
            made[name] = self._each(value, here)
        elif keyword in _ONES:
            made[name] = self.turned(value, here.at, here.base)
        else:
            made[name] = value

    def _each(self, value: Sequence[Any], here: _Here) -> list[Any]:
        inside = enumerate(value)
        return [self.turned(one, here.below(str(index)), here.base) for index, one in inside]

    def _dependencies(self, made: dict[str, Any], value: Mapping[str, Any], here: _Here) -> None:
        for name, needed in value.items():
            if isinstance(needed, list):
                made.setdefault("dependentRequired", {})[name] = needed
            else:
                turned = self.turned(needed, here.below(name), here.base)
                made.setdefault("dependentSchemas", {})[name] = turned

    def _items(
        self, made: dict[str, Any], source: Mapping[str, Any], keyword: str, value: Any, here: _Here
    ) -> None:
        listed = isinstance(source.get("items"), list)
        if keyword == "items" and listed:
            if value:
                made["prefixItems"] = self._each(value, here)
        elif keyword == "items" or listed:
            made["items"] = self.turned(value, here.at, here.base)

    def _excluded(self, source: Mapping[str, Any], keyword: str) -> bool:
        """draft-04: whether the limit itself is out, by a flag beside it."""
        return source.get(f"exclusive{keyword.capitalize()}") is True

    def _exclusive(
        self, made: dict[str, Any], source: Mapping[str, Any], keyword: str, value: bool
    ) -> None:
        limit = source.get(keyword.removeprefix("exclusive").lower())
        if value and limit is not None:
            made[keyword] = limit

    def _reference(self, reference: Any, here: _Here) -> Any:
        address, _, name = str(reference).partition("#")
        # An address that is empty means where one is, also for URNs, which do not join.
        resource = urljoin(here.base, address).rstrip("#") if address else here.base
        at = self._resources.get(resource)
        place = unquote(name) if name[:1] in ("", "/") else self._anchors.get((resource, name))
        if at is None or place is None:
            zh, en = "引用的内容不在本文件中", "what it refers to is not in this document"
            self.findings.append(_finding(here.at, "$ref", zh, en))
            return reference
        return "#" + self._moved(at + place if name[:1] in ("", "/") else place)

    def _moved(self, pointer: str) -> str:
        """Where the place that a pointer names stands now."""
        tokens = [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]
        value: Any = self._root
        made = ""
        while tokens:
            taken, spelled = _step(value, tokens)
            for token in taken:
                value = _member(value, token)
            tokens = tokens[len(taken) :]
            made += "".join(f"/{quote(escape(token), safe=_AS_IT_IS)}" for token in spelled)
        return made

    def _warn(self, at: str, keyword: str, zh: str, en: str) -> None:
        self.findings.append(_finding(at, keyword, zh, en)._replace(severity="warning"))


def _inside(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The schemas directly inside one of an older draft."""
    yield from subschemas(schema)
    definitions, items = schema.get("definitions"), schema.get("items")
    if isinstance(definitions, dict):
        yield from ((("definitions", name), one) for name, one in definitions.items())
    if isinstance(items, list):
        yield from ((("items", str(index)), one) for index, one in enumerate(items))
    if "additionalItems" in schema:
        yield ("additionalItems",), schema["additionalItems"]


def _step(schema: Any, tokens: list[str]) -> tuple[list[str], list[str]]:
    """The tokens of one step from a schema into a schema inside it, then and now."""
    keyword, taken = tokens[0], tokens[:2]
    if not isinstance(schema, dict):
        return tokens[:1], tokens[:1]
    if keyword == "definitions":
        return taken, ["$defs", *taken[1:]]
    if keyword == "dependencies":
        listed = isinstance(_member(schema[keyword], taken[-1]), list)
        return taken, ["dependentRequired" if listed else "dependentSchemas", *taken[1:]]
    if keyword == "items" and isinstance(schema.get("items"), list):
        return taken, ["prefixItems", *taken[1:]]
    if keyword == "additionalItems":
        return tokens[:1], ["items"]
    taken = taken if keyword in _MAPS | LIST else tokens[:1]
    return taken, taken


def _member(value: Any, token: str) -> Any:
    if isinstance(value, list):
        return value[int(token)] if token.isdecimal() and int(token) < len(value) else None
    return value.get(token) if isinstance(value, dict) else None


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
