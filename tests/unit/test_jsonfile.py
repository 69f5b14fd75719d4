"""JSON that somebody wrote by hand: read as the API reads it, and refused where the mistake is."""

from pathlib import Path

import pytest

from chalicelib.platform.errors import Problem
from chalicelib.platform.json import read
from infra.failures import Refused
from infra.jsonfile import BOM, read_file, read_text

# What is wrong, where (line, column), and a word of what is said of it in each language.
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "a comma after the last one": ('{"a": 1,\n}', "2 1", "最后一项后面不能有逗号", "no comma"),
    "no comma": ('{\n  "a": 1\n  "b": 2}', "3 3", "缺英文逗号", "a comma"),
    "a Chinese comma": ('{"a": 1，"b": 2}', "1 8", "缺英文逗号", "a comma"),
    "Chinese quotation marks": ("{“a”: 1}", "1 2", "英文双引号", "double quotes"),
    "no colon": ('{"a" 1}', "1 6", "缺英文冒号", "a colon"),
    "no value": ('{"a": }', "1 7", "应当是一个值", "a value is wanted"),
    "no JSON": ("notjson", "1 1", "应当是一个值", "a value is wanted"),
    "nothing": ("", "1 1", "应当是一个值", "a value is wanted"),
    "a text without an end": ('{"a": "b}', "1 7", "没有结束的双引号", "no closing quote"),
    "a line feed in a text": ('{"a": "b\nc"}', "1 9", "不能直接换行", "end of a line"),
    "a backslash": ('{"a": "\\x"}', "1 8", "反斜杠", "a backslash"),
    "something after the end": ("{}\n{}", "2 1", "多余的内容", "after the end"),
    "a name that stands twice": (
        '{"a": {"b": 1},\n "c": {"b": 1, "b": 2}}',
        "2 16",
        "名称重复：b",
        "a name stands twice: b",
    ),
    "a name twice after a list": ('{"a": [{"b": 1}], "a": 2}', "1 19", "名称重复", "twice: a"),
    "no number": ('{"a": NaN}', "1 7", "不是有效的JSON", "not valid JSON"),
    "a number too large": ('{"a": [1,\n 1e999]}', "2 2", "数字超出范围", "out of range"),
    "a character that misleads": ('{"a": "\u202e"}', "1 7", "不允许的字符", "forbidden"),
    "a control character": ('{"a": 1, "\\u0007": 1}', "1 10", "不允许的字符", "forbidden"),
    "half a character": ('{"a": "\\ud800"}', "1 7", "不完整的字符", "lone surrogate"),
}


def refusal(raw: bytes, language: str) -> str:
    with pytest.raises(Refused) as refused:
        read_text(raw, "service.json", language)
    return str(refused.value)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_in_the_language_asked_for(name: str) -> None:
    text, place, zh, en = MISTAKES[name]
    line, column = place.split()

    chinese, english = (refusal(text.encode(), language) for language in ("zh-Hans", "en"))

    assert chinese.startswith(f"service.json 第{line}行第{column}列: ") and zh in chinese
    assert english.startswith(f"service.json line {line}, column {column}: ") and en in english
    assert english.isascii()
    assert "\n" not in chinese + english


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_refused_here_is_what_the_api_refuses(name: str) -> None:
    with pytest.raises(Problem):
        read(MISTAKES[name][0].encode())


def test_another_encoding_is_told_where_it_begins() -> None:
    said = refusal('{"a": "中文"}'.encode("gb18030"), "zh-Hans")

    assert said.startswith("service.json 第1行第8列: 不是UTF-8编码")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_text(BOM + '{"a": "中"}'.encode(), "x", "en") == {"a": "中"}
    assert refusal(BOM + b'{"a": 1,}', "en").startswith("service.json line 1, column 9: ")


def test_what_is_wrong_as_a_whole_is_told_without_a_place() -> None:
    deep, large = b"[" * 40 + b"]" * 40, b'"' + b"x" * 300_000 + b'"'

    assert refusal(deep, "en") == "service.json: nested too deeply"
    assert refusal(large, "zh-Hans") == "service.json: 提交的内容过大"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(Refused, match="不能读取"):
            read_file(path, "zh-Hans")


def test_what_is_right_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"a": [1, 2.5, "b", null, true], "b": {"a": {}}}', "utf-8")

    assert read_file(file, "en") == {"a": [1, 2.5, "b", None, True], "b": {"a": {}}}
