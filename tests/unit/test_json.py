"""The strict reader of JSON that strangers send."""

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.platform.errors import (
    Malformed,
    NumberOutOfRange,
    Problem,
    TextNotAllowed,
    TooLarge,
)
from chalicelib.platform.json import (
    MAX_BYTES,
    MAX_DEPTH,
    canonical,
    compact,
    escape,
    read,
    resolve,
)

SAFE = 2**53 - 1
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.text(st.characters(exclude_categories=()), max_size=8), inner)
    ),
    max_leaves=25,
)
# Pieces that lie near the edges of the grammar, so that random sequences of them reach deep.
PIECES = st.sampled_from(
    [
        *(b"[", b"]", b"{", b"}", b":", b",", b'"', b"\\", b"\\u", b"d800", b"0000", b"202e"),
        *(b"1", b"-", b"0", b".", b"e", b"E", b"+", b"9" * 25, b"null", b"true", b"NaN", b" "),
        *(b'"a"', b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\n", b"/*", b'"\\""'),
    ]
)


def refusal_of(raw: bytes) -> Any:
    with pytest.raises(Problem) as caught:
        read(raw)
    return caught.value


def refusal(raw: bytes) -> type[Problem]:
    return type(refusal_of(raw))


@settings(max_examples=400, deadline=None)
@given(VALUES)
def test_what_we_print_is_read_back_equal_or_refused_by_name(value: Any) -> None:
    raw = json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    try:
        got = read(raw)
    except (Malformed, NumberOutOfRange, TextNotAllowed):
        return

    assert got == value
    assert read(compact(got).encode()) == got


@settings(max_examples=400, deadline=None)
@given(VALUES)
def test_what_is_read_has_a_canonical_form(value: Any) -> None:
    try:
        got = read(json.dumps(value).encode())
    except (Malformed, NumberOutOfRange, TextNotAllowed):
        return

    assert json.loads(canonical(got), parse_int=float) == got


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200) | st.lists(PIECES, max_size=30).map(b"".join))
def test_no_bytes_raise_anything_but_a_problem(raw: bytes) -> None:
    try:
        read(raw)
    except Problem as problem:
        assert 400 <= problem.status < 500


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from("0123456789-+.eE"), max_size=45).map("".join))
def test_a_number_is_read_exactly_or_refused(text: str) -> None:
    try:
        got = read(b"[" + text.encode() + b"]")
    except Problem as problem:
        assert isinstance(problem, Malformed | NumberOutOfRange)
        return

    assert got == json.loads(f"[{text}]")


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b" ", b"\x00", b"[", b"[1,]", b'{"a":1,}', b"{a:1}", b"'a'", b"[1] x", b"[1][1]"),
        *(b"NaN", b"Infinity", b"-Infinity", b"[NaN]", b"True", b"undefined", b"01", b"+1", b".5"),
        *(b"1.", b"0x10", b"1_000", b"/**/1", b"1//", b'"\\x41"', b'"\\u12"', b'"a', b'"a\nb"'),
        *(b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'[{"b":[{"a":1,"a":2}]}]'),
        *(b'"\\ud800"', b'"\\udc00\\ud800"', b'{"\\ud800":1}', b'"\xed\xa0\x80"', b'"\xff"'),
        *(b'"\xc0\xaf"', b"\xef\xbb\xbf[]", "[]".encode("utf-16"), "[]".encode("utf-32")),
        *("[1]".encode("utf-16-le"), b'"\xf4\x90\x80\x80"', b'"\xe5\x90"', b"\x1f\x8b\x08\x00"),
    ],
)
def test_what_is_no_json_is_malformed(raw: bytes | int) -> None:
    assert refusal(raw if isinstance(raw, bytes) else bytes([raw])) is Malformed


@pytest.mark.parametrize("ascii", [True, False])
@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"answers": {"name": "\ufffd\ufffd"}}, "/answers/name"),
        ([["x", "a\ufffdb"]], "/0/1"),
        ("\ufffd", ""),
    ],
)
def test_what_a_gateway_read_in_the_wrong_encoding_is_refused_where_it_stands(
    value: Any, pointer: str, ascii: bool
) -> None:
    refused = refusal_of(json.dumps(value, ensure_ascii=ascii).encode())

    assert isinstance(refused, TextNotAllowed)
    (found,) = refused.findings
    assert found.pointer == pointer
    assert "UTF-8" in found.texts["zh-Hans"] and "UTF-8" in found.texts["en"]


def test_a_name_that_was_read_in_the_wrong_encoding_is_refused() -> None:
    for raw in ('{"\ufffd": 1}'.encode(), rb'{"\ufffd": 1}', rb'{"\uFFFD": 1}'):
        assert refusal(raw) is TextNotAllowed


def test_another_encoding_is_called_by_its_fault_also_where_it_breaks_the_json() -> None:
    # The second byte of a character of GB18030 may be a quotation mark's escape.
    raw = '{"name": "張\\三", "street": "誠"}'.encode("gb18030")
    for sent in (raw, raw.decode(errors="replace").encode()):
        assert "UTF-8" in refusal_of(sent).detail["en"]


def test_the_name_of_the_character_that_is_refused_may_be_spelled_out() -> None:
    assert read(rb'["\\ufffd", "U+FFFD"]') == ["\\ufffd", "U+FFFD"]


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        ('{"name": "张三"\n "street": 1}', 2, 2),
        ('{"name": "张三", street: 1}', 1, 16),
        ("", 1, 1),
        ('[1,\r\n  2\r\n  "a"]', 3, 3),
        ("[1] x", 1, 5),
    ],
)
def test_what_is_no_json_is_refused_with_line_and_column_and_none_of_it(
    raw: str, line: int, column: int
) -> None:
    detail = refusal_of(raw.encode()).detail

    assert detail == {
        "zh-Hans": f"不是有效的JSON：第{line}行第{column}列",
        "en": f"not valid JSON: line {line}, column {column}",
    }


def test_numbers_that_json_has_not_are_named() -> None:
    assert "NaN" in refusal_of(b"[NaN]").detail["zh-Hans"]
    assert "Infinity" in refusal_of(b"[-Infinity]").detail["en"]


@pytest.mark.parametrize(
    "number",
    [
        *(
            "1e999",
            "-1e999",
            "1e400",
            "1e-400",
            "1e99999999999999999999",
            "1e-99999999999999999999",
        ),
        *("0e99999999999999999999", "0E-99999999999999999999", "18446744073709551617", "9" * 5000),
        *("-" + "9" * 5000, "9" * 200_000 + ".5", "0.1000000000000000055511151231257827"),
        *("1.0000000000000000001", "12345678901234567890.0", "0." + "1" * 60),
    ],
)
def test_a_number_that_would_change_is_out_of_range(number: str) -> None:
    assert refusal(b"[" + number.encode() + b"]") is NumberOutOfRange


@pytest.mark.parametrize("number", [SAFE + 1, -SAFE - 1, 2**53 + 1, 10**17, 360899198804120125])
def test_an_integer_that_other_readers_would_round_is_out_of_range(number: int) -> None:
    assert refusal(str(number).encode()) is NumberOutOfRange


@pytest.mark.parametrize("number", [0, -1, SAFE, -SAFE, 0.1, -0.5, 1e-7, 1.5e300, 5e-324])
def test_a_number_that_survives_is_read(number: float) -> None:
    assert read(json.dumps([number]).encode()) == [number]


@pytest.mark.parametrize(
    "text", ["\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\u202e", "\u2066", "\u2069", "\ufeff"]
)
@pytest.mark.parametrize("ascii", [True, False])
def test_control_and_bidirectional_characters_are_refused_where_they_stand(
    text: str, ascii: bool
) -> None:
    raw = json.dumps({"a/b": ["好", f"x{text}"]}, ensure_ascii=ascii).encode()
    with pytest.raises(TextNotAllowed) as caught:
        read(raw)

    assert [finding.pointer for finding in caught.value.findings] == ["/a~1b/1"]


@pytest.mark.parametrize(
    "text", ["a\tb\nc\r\n", "👨‍👩‍👧", "𠮷", "e\u0311\u0311", "a\u200db", "\u2028", "ﷺ"]
)
def test_other_texts_are_read_as_they_are(text: str) -> None:
    for ascii in (True, False):
        assert read(json.dumps([text], ensure_ascii=ascii).encode()) == [text]


def test_depth_is_counted_up_to_the_limit_and_not_in_strings() -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        deep = opening * MAX_DEPTH + b"1" + closing * MAX_DEPTH
        assert read(deep)
        assert refusal(opening + deep + closing) is Malformed
    brackets = '"' + "[{" * 1000 + '\\"' + "[" * 1000
    assert read(json.dumps([brackets]).encode()) == [brackets]
    assert read(b"[" + b"[]," * 1000 + b"[]]") == [[]] * 1001


@pytest.mark.parametrize("size", [100, 10_000, 100_000])
def test_a_depth_bomb_is_malformed(size: int) -> None:
    assert refusal(b"[" * size) is Malformed
    assert refusal(b'{"a":' * (size // 5)) is Malformed
    assert refusal(b"]" * (size // 2) + b"[" * (size // 2)) is Malformed


def test_size_is_counted_before_anything_else() -> None:
    assert read(b" " * (MAX_BYTES - 2) + b"{}") == {}
    assert refusal(b" " * (MAX_BYTES - 1) + b"{}") is TooLarge
    assert refusal(b"[" * 10 * 1024 * 1024) is TooLarge


@pytest.mark.parametrize(
    "make",
    [
        lambda n: b'[{"a":' * 20 + b'"' + b'\\"' * (n // 2),
        lambda n: b"[" * 40 + b'"' + b"\\" * n,
        lambda n: b'{"' + b"k" * (n // 2) + b'":[' + b'"",' * (n // 6) + b'"\\u2060"]}',
        lambda n: b"[" * 30 + b"[" + b'"",' * (n // 3) + b'"\\u2060"]' + b"]" * 30,
        lambda n: b"[" + b"[]," * (n // 3) + b"[]]",
        lambda n: b"[" + b"9" * n + b".5]",
        lambda n: b"{" + b",".join(b'"%d":0' % i for i in range(n // 8)) + b"}",
        lambda n: random.Random(n).randbytes(n),
    ],
    ids=range(8),
)
def test_the_cost_of_reading_grows_with_the_size_and_no_faster(make: Any) -> None:
    def cost(size: int) -> float:
        raw = make(size)
        spent = []
        for _ in range(3):
            start = time.thread_time()
            try:
                read(raw)
            except Problem:
                pass
            spent.append(time.thread_time() - start)
        return min(spent)

    assert cost(32_000) <= 0.05
    assert cost(128_000) <= max(8 * cost(32_000), 0.05)


@given(st.text(), st.text())
def test_a_pointer_leads_back_to_what_it_was_made_of(first: str, second: str) -> None:
    value = {first: [0, {second: "here"}]}

    assert resolve(value, f"/{escape(first)}/1/{escape(second)}") == "here"


@pytest.mark.parametrize("pointer", ["/a", "/0/a", "/-1", "/²", "/１", "/9" * 50, "/" + "9" * 5000])
def test_a_pointer_that_leads_nowhere_gives_none(pointer: str) -> None:
    assert resolve([{"b": 1}], pointer) is None
