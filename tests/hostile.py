"""Hostile input as data: raw bodies, headers and path suffixes that strangers may send.

`corpus` varies a good body of any write route; `spot` leads to a free text in it, `inner` names
its inner object. `SEGMENTS` stand where a path has a parameter. `HARMLESS` names, with the reason,
every case that a route may accept; all others must be refused. Texts lie in `hostile.json`.
"""

import base64
import copy
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.cases.store import CaseRow

MEGABYTE = 1024 * 1024
MARK = "\ue000mark\ue000"


class Hostile(NamedTuple):
    name: str
    body: bytes
    headers: Mapping[str, str]
    suffix: str = ""


Good = Mapping[str, Any]
Spot = Sequence[str | int]

WRONG: Sequence[Any] = (None, True, 0, -1, 1.5, "", "x", [], [None], {}, {"a": 1}, "长" * 2000)


def _text(written: Any) -> str:
    """A text of the data file, where a long one is written as a first part and a repeat."""
    if isinstance(written, str):
        return written
    part, times = written["repeat"]
    return str(written.get("first", "") + part * times)


_DATA: Any = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
# Raw JSON texts (or what pretends to be one); each is sent alone and inside a good body.
FRAGMENTS: Mapping[str, bytes] = {
    **{name: text.encode() for name, text in _DATA["fragments"].items()},
    "5000 digits": b"9" * 5000,
    "minus 5000 digits": b"-" + b"9" * 5000,
    "fullwidth digits": "１２".encode(),
    "surrogate raw": b'"\xed\xa0\x80"',
    "overlong slash": b'"\xc0\xaf"',
    "overlong nul": b'"\xc0\x80"',
    "byte ff": b'"\xff"',
    "beyond unicode": b'"\xf4\x90\x80\x80"',
    "cut utf-8": b'"\xe5\x90"',
    "nul raw": b'"a\x00b"',
    "control raw": b'"\x07"',
    "line feed raw": b'"a\nb"',
    "open string of escaped quotes": b'[{"a":' * 20 + b'"' + rb"\"" * 20_000,
    "open string of backslashes": b"[" * 40 + b'"' + b"\\" * 100_001,
    "line comment": b"1 // a\n",
    "name of 100000 over many": b'{"' + b"k" * 100_000 + b'":[' + b'"",' * 40_000 + rb'"\u2060"]}',
    "200000 digits with a point": b"9" * 200_000 + b".5",
    "name of 100000": b'{"' + b"k" * 100_000 + b'":1}',
    "20000 names": b"{" + b",".join(b'"%d":0' % n for n in range(20_000)) + b"}",
    "100000 elements": b"[" + b"1," * 100_000 + b"1]",
    "80000 empty arrays": b"[" + b"[]," * 80_000 + b"[]]",
    "string of 200000": b'"' + b"a" * 200_000 + b'"',
    "string of brackets": b'"' + b"[" * 200_000 + b'"',
    "closing brackets first": b"]" * 1000 + b"[" * 1000,
}
# Texts that a form may let through; then they must come back as they were sent.
TEXTS: Mapping[str, str] = {name: _text(it) for name, it in _DATA["texts"].items()}
HEADERS = {name: [_text(it) for it in values] for name, values in _DATA["headers"].items()}
SUFFIXES = [_text(it) for it in _DATA["suffixes"]]
SEGMENTS = [_text(it) for it in _DATA["segments"]]
# What a route (each, if none is named) may accept: the cases as shell patterns, and why.
HARMLESS: list[dict[str, Any]] = _DATA["harmless"]


def corpus(good: Good, spot: Spot, inner: str) -> Iterator[Hostile]:
    """Every case; the same names for every route."""
    for generate in (fragments, texts):
        yield from generate(good, spot)
    for vary in (nested, large, encodings, cut, headers, suffixes):
        yield from vary(good)
    yield from members(good, inner)
    yield from attributes(good, inner)


def fragments(good: Good, spot: Spot) -> Iterator[Hostile]:
    for name, raw in FRAGMENTS.items():
        yield Hostile(f"alone: {name}", raw, {})
        yield Hostile(f"inside: {name}", dump(put(good, spot, MARK)).replace(MARKED, raw), {})


def texts(good: Good, spot: Spot) -> Iterator[Hostile]:
    for name, text in TEXTS.items():
        yield Hostile(f"text: {name}", dump(put(good, spot, text)), {})


def nested(_: Good) -> Iterator[Hostile]:
    for depth in (33, 64, 200, 1000, 2000, 20_000, 50_000, 100_000):
        for name, opening, closing in (("arrays", b"[", b"]"), ("objects", b'{"a":', b"}")):
            whole = opening * depth + b"1" + closing * depth
            yield Hostile(f"nested: {depth} {name}", whole, {})
            yield Hostile(f"nested: {depth} open {name}", opening * depth, {})
    yield Hostile("nested: mixed", b'[{"a":' * 5000, {})
    yield Hostile("nested: after a string", b'{"a":"\\"[","b":' + b"[" * 5000, {})


def large(_: Good) -> Iterator[Hostile]:
    size = 10 * MEGABYTE
    yield Hostile("large: zeros", b"\x00" * size, {})
    yield Hostile("large: spaces", b" " * size, {})
    yield Hostile("large: brackets", b"[" * size, {})
    yield Hostile("large: one string", b'{"answers":"' + b"a" * size + b'"}', {})
    yield Hostile("large: just over", b" " * (256 * 1024 + 1), {})


def encodings(good: Good) -> Iterator[Hostile]:
    text = json.dumps(good, ensure_ascii=False)
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-8-sig", "gb18030"):
        yield Hostile(f"encoding: {name}", text.encode(name), {})
    yield Hostile("encoding: utf-7", b"+AHs-" + dump(good), {})
    for name, pack in (("gzip", gzip.compress), ("deflate", zlib.compress)):
        packed = pack(dump(good))
        yield Hostile(f"encoding: {name}", packed, {"Content-Encoding": name})
        yield Hostile(f"encoding: {name}, not said", packed, {})
        yield Hostile(f"encoding: {name}, only said", dump(good), {"Content-Encoding": name})
    bomb = gzip.compress(b"[" * (50 * MEGABYTE))
    yield Hostile("encoding: gzip bomb", bomb, {"Content-Encoding": "gzip"})
    yield Hostile("encoding: base64", base64.b64encode(dump(good)), {})


def cut(good: Good) -> Iterator[Hostile]:
    whole = dump(good)
    for raw in (b"", b" ", b"\x00", b"\n\n"):
        yield Hostile(f"cut: only {raw!r}", raw, {})
    for name, length in (("1", 1), ("10", 10), ("half", len(whole) // 2), ("last", len(whole) - 1)):
        yield Hostile(f"cut: before {name}", whole[:length], {})
    for extra in (b"x", b"{}", b"\x00", b",", b"]", b"//", b"\xff", b"\x1a", whole):
        yield Hostile(f"cut: followed by {extra[:4]!r}", whole + extra, {})


def headers(good: Good) -> Iterator[Hostile]:
    body = dump(good)
    for name, values in HEADERS.items():
        for number, value in enumerate(values):
            yield Hostile(f"{name} {number}: {value[:40]!a}", body, {name: value})
    for name in ("X-HTTP-Method-Override", "X-Forwarded-For", "Host", "X-Original-URL"):
        yield Hostile(f"header: {name}", body, {name: "DELETE /\r\nX: y"})
    yield Hostile("header: 2000 more", body, {f"X-{n}": "a" * 100 for n in range(2000)})


def suffixes(good: Good) -> Iterator[Hostile]:
    for number, suffix in enumerate(SUFFIXES):
        yield Hostile(f"suffix {number}: {suffix[:40]!a}", dump(good), {}, suffix)


def members(good: Good, inner: str) -> Iterator[Hostile]:
    """A wrong type for every member of the body and of its inner object."""
    spots = [(name,) for name in good] + [(inner, name) for name in good.get(inner, {})]
    for spot in spots:
        for number, value in enumerate(WRONG):
            yield Hostile(f"member {'/'.join(spot)} {number}", dump(put(good, spot, value)), {})
        yield Hostile(f"member {'/'.join(spot)} missing", dump(put(good, spot, MISSING)), {})


def attributes(good: Good, inner: str) -> Iterator[Hostile]:
    """Mass assignment: every attribute that the case row keeps for itself."""
    for name in sorted({*CaseRow.get_attributes(), "kind", "expires", "secret", "actor", "until"}):
        for spot in ((name,), (inner, name)):
            yield Hostile(f"attribute {'/'.join(spot)}", dump(put(good, spot, "2020-01-01")), {})


MISSING: Any = object()


def put(good: Good, spot: Spot, value: Any) -> Any:
    """A copy of the good body with another value at the spot, or without it."""
    body: Any = copy.deepcopy(dict(good))
    place = body
    for step in spot[:-1]:
        place = place[step]
    if value is MISSING:
        del place[spot[-1]]
    else:
        place[spot[-1]] = value
    return body


def dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


MARKED = dump(MARK)
