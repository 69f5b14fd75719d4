"""How large an upload may be, counted before anything else looks at it (D9).

Each count is one loop with a bound, without recursion and without a copy, so that a document that
is too deep or too large is refused before anything could fail on it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.platform.errors import Finding, Problem
from chalicelib.platform.json import MAX_BYTES, MAX_DEPTH, MAX_INTEGER, compact, escape, read

# Levels and number of the schemas in one schema.
DEPTH = 16
NODES = 2_000
LONGEST_NAME = 200
# Of floats in documents and in answers, but for 0.
SMALLEST, LARGEST = 1e-20, 1e20

ONE, LIST, MAP = "one", "list", "map"
SAME, MEMBER, EACH, NEVER = "same", "member", "each", "never"
# Where JSON Schema 2020-12 has schemas: alone, in a list or by name; and to what they apply: to
# the value itself, to one member of it, to each of its members, or to nothing by themselves.
PARTS: Mapping[str, tuple[str, str]] = {
    "$defs": (MAP, NEVER),
    "additionalProperties": (ONE, EACH),
    "allOf": (LIST, SAME),
    "anyOf": (LIST, SAME),
    "contains": (ONE, EACH),
    "contentSchema": (ONE, NEVER),
    "dependentSchemas": (MAP, SAME),
    "else": (ONE, SAME),
    "if": (ONE, SAME),
    "items": (ONE, EACH),
    "not": (ONE, SAME),
    "oneOf": (LIST, SAME),
    "patternProperties": (MAP, EACH),
    "prefixItems": (LIST, MEMBER),
    "properties": (MAP, MEMBER),
    "propertyNames": (ONE, EACH),
    "then": (ONE, SAME),
    "unevaluatedItems": (ONE, EACH),
    "unevaluatedProperties": (ONE, EACH),
}


class Caps(NamedTuple):
    """How many values, and about how many bytes of compact JSON."""

    values: int
    bytes: int


class Place(NamedTuple):
    """A schema inside a schema: its pointer, itself, and (keyword, reach, number) of its parts.

    true and false stand here as the schema without keywords, which costs as little.
    """

    pointer: str
    schema: Mapping[str, Any]
    depth: int
    parts: list[tuple[str, str, int]]


# How a value was come to: from where, by which name, and how deep it lies; () for the first one.
Step = tuple[Any, ...]


class Fault(NamedTuple):
    keyword: str
    zh: str
    en: str


DOCUMENT = Caps(10_000, MAX_BYTES)


def finding(pointer: str, keyword: str, zh: str, en: str, /, **params: Any) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en}, params)


def breach(value: Any, caps: Caps, at: str = "") -> Finding | None:
    """The first bound of size, depth or spelling that `value` breaks; `at` is its own pointer.

    Depth is told at the value, or of a whole document at the member that is too deep: a pointer
    to the bottom would be as long as the document.
    """
    ahead: list[tuple[Any, Step]] = [(value, ())]
    values, left = 1, caps.bytes
    while ahead:
        here, step = ahead.pop()
        size, fault = _LOOKED_AT.get(type(here), _alien)(here)
        left -= size
        if fault is not None:
            return finding(at + "".join(_pointer(step)), *fault)
        if type(here) in (dict, list):
            values += len(here)
            depth = step[2] + 1 if step else 1
            if depth > MAX_DEPTH:
                return finding(at or _pointer(step)[0], "depth", "嵌套过深", "nested too deeply")
            if values > caps.values or left < 0:
                return too_large(at, caps)
            items = here.items() if type(here) is dict else enumerate(here)
            ahead += [(item, (step, name, depth)) for name, item in items]
    return too_large(at, caps) if left < 0 else None


Looked = tuple[int, Fault | None]


def _text(value: str) -> Looked:
    size = 3 + _length(value)
    if value.isprintable() or size > MAX_BYTES or _readable(value):
        return size, None
    return size, Fault("text", "含有不允许的字符", "it has forbidden characters")


def _length(text: str) -> int:
    """In UTF-8, where that can matter."""
    if text.isascii() or len(text) > MAX_BYTES:
        return len(text)
    return len(text.encode("utf-8", "surrogatepass"))


def _readable(text: str) -> bool:
    """Whether the strict reader lets the text through; it is asked where there is doubt."""
    try:
        read(compact(text).encode("utf-8", "surrogatepass"))
    except Problem:
        return False
    return True


def _number(value: int | float) -> Looked:
    return 2, None if near(value) else Fault(
        "number", "数字超出范围", "this number is out of range"
    )


def near(value: int | float) -> bool:
    """Whether nobody takes long to compare it: fractions of it have few digits."""
    if isinstance(value, float):
        return value == 0 or SMALLEST <= abs(value) <= LARGEST
    return abs(value) <= MAX_INTEGER


def _names(value: Mapping[Any, Any]) -> Looked:
    try:
        joined = "".join(value)
    except TypeError:
        return _alien(value)
    if max(map(len, value), default=0) > LONGEST_NAME or not _all_readable(value, joined):
        zh = f"名称过长（最多{LONGEST_NAME}字）或含有不允许的字符"
        en = f"a name is longer than {LONGEST_NAME} characters or has forbidden ones"
        return 2, Fault("name", zh, en)
    return 2 + 3 * len(value) + _length(joined), None


def _all_readable(names: Mapping[str, Any], joined: str) -> bool:
    return joined.isprintable() or all(map(_readable, names))


def _short(value: Any) -> Looked:
    return 2, None


def _alien(value: Any) -> Looked:
    return 2, Fault("type", "不是JSON", "this is no JSON")


_LOOKED_AT: Mapping[type, Callable[[Any], Looked]] = {
    bool: _short,
    dict: _names,
    float: _number,
    int: _number,
    list: _short,
    str: _text,
    type(None): _short,
}


def _pointer(step: Step) -> list[str]:
    tokens: list[str] = []
    while step:
        step, name, _ = step
        tokens.append(f"/{escape(str(name))}")
    return tokens[::-1] or [""]


def too_large(at: str, caps: Caps) -> Finding:
    kib = caps.bytes // 1024
    zh = f"内容过多：最多{caps.values}个值、{kib} KiB"
    en = f"too much: {caps.values} values and {kib} KiB at most"
    return finding(at, "size", zh, en, values=caps.values, bytes=caps.bytes)


def places(at: str, root: Mapping[str, Any]) -> tuple[list[Place], list[Finding]]:
    """Every schema in a schema, itself first, and findings on what stands where one must stand.

    Beyond DEPTH levels of schemas or NODES of them the one finding is that.
    """
    found, wrong = [Place("", root, 0, [])], list[Finding]()
    nodes = 1
    for place in found:  # which grows as it goes
        for keyword, name, part in _parts(place.schema):
            nodes += 1
            if nodes > NODES or place.depth == DEPTH:
                return found, [_too_many(at) if nodes > NODES else _too_deep(at)]
            pointer = f"{place.pointer}/{keyword}{name}"
            if isinstance(part, dict | bool):
                place.parts.append((keyword, PARTS[keyword][1], len(found)))
                schema = part if isinstance(part, dict) else {}
                found.append(Place(pointer, schema, place.depth + 1, []))
            else:
                zh, en = "此处须为表单定义", "a schema must stand here"
                wrong.append(finding(at + pointer, "type", zh, en))
    return found, wrong


def extent(schema: Mapping[str, Any]) -> int:
    """How many schemas there are in it, itself included; NODES or a few more if there are more."""
    return len(places("", schema)[0])


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(keyword, what follows it in the pointer, value) of all that must be schemas."""
    for keyword, value in schema.items():
        shape = PARTS[keyword][0] if keyword in PARTS else None
        if shape == ONE:
            yield keyword, "", value
        elif shape == LIST and isinstance(value, list):
            yield from ((keyword, f"/{index}", one) for index, one in enumerate(value))
        elif shape == MAP and isinstance(value, dict):
            yield from ((keyword, f"/{escape(name)}", one) for name, one in value.items())


def unescape(token: str) -> str:
    """The name in one reference token of a JSON Pointer (RFC 6901 §4)."""
    return token.replace("~1", "/").replace("~0", "~")


def _too_many(at: str) -> Finding:
    zh, en = f"定义过多：最多{NODES}个", f"too many schemas: {NODES} at most"
    return finding(at, "size", zh, en, nodes=NODES)


def _too_deep(at: str) -> Finding:
    zh, en = f"嵌套过深：最多{DEPTH}层", f"nested too deeply: {DEPTH} levels at most"
    return finding(at, "depth", zh, en, levels=DEPTH)
