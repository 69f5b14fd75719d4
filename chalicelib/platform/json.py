"""The one reader of JSON that strangers send, and the one canonical writer.

Reads RFC 8259 text strictly: size and depth are counted on the raw bytes before parsing; NaN,
Infinity, duplicate names, lone surrogates, a byte order mark and any encoding but UTF-8 are
refused; a number that would not read back equal is refused. So is U+FFFD, also escaped: a gateway
that read another encoding as UTF-8 leaves it where a character was, and no text has it else.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import rfc8785

from chalicelib.platform.errors import (
    Finding,
    Malformed,
    NumberOutOfRange,
    TextNotAllowed,
    TooLarge,
)

Path = tuple[str | int, ...]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_PARTS = 10_000
MAX_INTEGER = 2**53 - 1
LONGEST_QUOTED = 40

# Possessive, so that an unfinished string costs one pass and not one for every escape in it.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")
_INDEX = re.compile("0|[1-9][0-9]{0,8}")
_ESCAPED_SUSPECT = re.compile(
    r"\\u(?:00[01][0-9a-f]|007f|008|009|20[0-6]|d[89a-f]|feff|fffd)", re.I
)
# Control characters but tab and line feeds, and the bidirectional overrides and isolates that
# can make a text read as another (Unicode TR 36).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
# What decoders put where bytes are not of their encoding.
_LOST = "\ufffd"
_NOT_UTF_8 = (
    "不是UTF-8编码，部分文字已无法辨认；请改用UTF-8编码重新发送",
    "it was not sent as UTF-8, and some characters are lost; please send it again as UTF-8",
)


def read(
    raw: bytes, max_bytes: int = MAX_BYTES, max_parts: int = MAX_PARTS, lossy: bool = False
) -> Any:
    """The value in `raw`. Raises Malformed, TooLarge, NumberOutOfRange or TextNotAllowed.

    Of a text that is no JSON the refusal names line and column, and repeats nothing of it.
    `lossy` takes U+FFFD: who sends can do nothing about it.
    """
    if len(raw) > max_bytes:
        raise TooLarge
    _refuse_depth(raw, max_parts)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(_texts(*_NOT_UTF_8)) from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
        )
    except _Twice as error:
        name = _quotable(str(error))
        raise Malformed(_texts(f"名称重复：{name}", f"a name stands twice: {name}")) from error
    except json.JSONDecodeError as error:
        raise Malformed(_no_json(text, error)) from error
    except (ValueError, RecursionError) as error:
        raise Malformed(_texts("不是有效的JSON", "not valid JSON")) from error
    if _LOST in text or _FORBIDDEN.search(text) or _ESCAPED_SUSPECT.search(text):
        _refuse_text(value, lossy)
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes, for hashes."""
    return rfc8785.dumps(value)


def compact(value: Any) -> str:
    """JSON text for rows and answers; not canonical."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def loads(text: str | bytes) -> Any:
    """JSON that the product wrote itself."""
    return json.loads(text)


def _refuse_depth(raw: bytes, max_parts: int) -> None:
    """Count levels, and objects and arrays, outside strings; no honest form comes near."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    bare = _STRINGS.sub(b"", raw)
    if bare.count(b"[") + bare.count(b"{") > max_parts:
        raise Malformed(_texts("内容的部分过多", "too many objects and arrays"))
    depth = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Malformed(_texts("嵌套过深", "nested too deeply"))


class _Twice(ValueError):
    """The name that one object has twice."""


def _quotable(name: str) -> str:
    """The name as it may stand in a refusal: short, and no character that misleads."""
    shown = name.encode("utf-8", "replace").decode()[:LONGEST_QUOTED]
    return _FORBIDDEN.sub("?", shown)


def _no_json(text: str, error: json.JSONDecodeError) -> dict[str, str]:
    """Where the reader gave up, both counted from 1, and never what stands there; or that the
    encoding is wrong, which takes quotation marks away too."""
    if _LOST in text:
        return _texts(*_NOT_UTF_8)
    line, column = error.lineno, error.colno
    zh, en = f"第{line}行第{column}列", f"line {line}, column {column}"
    return _texts(f"不是有效的JSON：{zh}", f"not valid JSON: {en}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        raise _Twice(next(name for name, times in counted.items() if times > 1))
    return result


def _constant(_: str) -> Any:
    zh, en = "没有NaN和Infinity这样的数", "it has no NaN and no Infinity"
    raise Malformed(_texts(f"不是有效的JSON：{zh}", f"not valid JSON: {en}"))


def _float(text: str) -> float:
    value = float(text)
    if len(text) > 40 or not math.isfinite(value) or _rounded(text, value):
        raise NumberOutOfRange
    return value


def _rounded(text: str, value: float) -> bool:
    try:
        return Decimal(text) != Decimal(repr(value))
    except InvalidOperation:
        return True


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise NumberOutOfRange
    return int(text)


def _refuse_text(value: Any, lossy: bool) -> None:
    for path, text in _walk(value, ()):
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Malformed(_texts("含有不完整的字符", "a lone surrogate")) from error
        if _LOST in text and not lossy:
            raise _not_allowed(path, _NOT_UTF_8)
        if _FORBIDDEN.search(text):
            raise _not_allowed(path, ("含有不允许的字符", "has a forbidden character"))


def _not_allowed(path: Path, says: tuple[str, str]) -> TextNotAllowed:
    pointer = "".join(f"/{escape(str(step))}" for step in path)
    return TextNotAllowed(findings=[Finding(pointer, "text", _texts(*says))])


def _walk(value: Any, pointer: Path) -> Iterator[tuple[Path, str]]:
    """Every text with the path to it; paths are joined only for a finding."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*pointer, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield pointer, name
            yield from _walk(item, (*pointer, name))


def escape(name: str) -> str:
    """One reference token of a JSON Pointer (RFC 6901 §3)."""
    return name.replace("~", "~0").replace("/", "~1")


def resolve(value: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to, or None."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def without(value: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """A copy of nested objects without the member at a pointer; it must exist."""
    return _without(value, pointer.split("/")[1:])


def _without(value: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    if len(path) == 1:
        return {name: member for name, member in value.items() if name != path[0]}
    return {**value, path[0]: _without(value[path[0]], path[1:])}


def _texts(zh: str, en: str) -> dict[str, str]:
    return {"zh-Hans": zh, "en": en}
