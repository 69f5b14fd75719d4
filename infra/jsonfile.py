"""JSON that somebody wrote by hand, as strictly as the API reads it, with the place of a mistake.

A byte order mark, which some editors write, is passed over; everything else that the API refuses
is refused here, with line and column in the words of whoever asks.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.platform.errors import Problem, Texts, TooLarge, pick
from chalicelib.platform.json import LONGEST_QUOTED, read
from infra.failures import Refused

BOM = b"\xef\xbb\xbf"
# In a text that is JSON already: a bracket, a text (one that a colon follows is a name), or else.
TOKEN = re.compile(r'[{}\[\]]|(?P<text>"(?:[^"\\]|\\.)*+")(?P<names>\s*:)?|[^\s{}\[\],:"]+')
OPENING, CLOSING = frozenset("{["), frozenset("}]")
# What Python's parser says, by its beginning, in a clerk's words.
SYNTAX: Mapping[str, tuple[str, str]] = {
    "Expecting property name": (
        "这里应当是用英文双引号括起的名称；最后一项后面不能有逗号",
        'a name in double quotes (") is wanted here; there is no comma after the last one',
    ),
    "Illegal trailing comma": ("最后一项后面不能有逗号", "there is no comma after the last one"),
    "Expecting ':'": ("名称后面缺英文冒号", "a colon is missing after the name"),
    "Expecting ','": ("缺英文逗号，或者缺右括号", "a comma or a closing bracket is missing"),
    "Expecting value": (
        "这里应当是一个值；文字要用英文双引号括起",
        'a value is wanted here; a text stands in double quotes (")',
    ),
    "Unterminated string": ("文字没有结束的双引号", "the text has no closing quote"),
    "Invalid control character": (
        "文字里不能直接换行，换行写成\\n",
        "a text does not go over the end of a line; write \\n",
    ),
    "Invalid \\": ("反斜杠要写成两个", "a backslash is written twice"),
    "Extra data": ("结束以后还有多余的内容", "there is something after the end"),
}
NO_JSON: Texts = {"zh-Hans": "不是有效的JSON", "en": "not valid JSON"}


class Fault(NamedTuple):
    """What is wrong, and at which character; -1 where it is the whole."""

    at: int
    texts: Texts


def read_file(path: Path, language: str) -> Any:
    """What a file holds. Raises Refused with one line: file, place, what is wrong."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        zh, en = "不能读取", "cannot be read"
        said = pick({"zh-Hans": zh, "en": en}, language)
        raise Refused(f"{path}: {said} ({error.strerror})") from error
    return read_text(raw, str(path), language)


def read_text(raw: bytes, name: str, language: str) -> Any:
    """What a text holds; `name` is what it is called in a refusal. Raises Refused."""
    raw = raw.removeprefix(BOM)
    try:
        return read(raw)
    except Problem as problem:
        fault = _fault(raw, problem)
        said = pick(fault.texts, language)
        raise Refused(f"{name}{_place(raw, fault.at, language)}: {said}") from problem


def _place(raw: bytes, at: int, language: str) -> str:
    """Line and column, counted from 1, in characters."""
    if at < 0:
        return ""
    before = raw.decode("utf-8", "replace")[:at]
    line, column = before.count("\n") + 1, at - before.rfind("\n")
    return pick(
        {"zh-Hans": f" 第{line}行第{column}列", "en": f" line {line}, column {column}"}, language
    )


def _fault(raw: bytes, problem: Problem) -> Fault:
    whole = Fault(-1, _words(problem))
    if isinstance(problem, TooLarge):
        return whole
    try:
        text = raw.decode("utf-8")
        json.loads(text)
    except UnicodeDecodeError as error:
        return Fault(len(raw[: error.start].decode("utf-8")), whole.texts)
    except json.JSONDecodeError as error:
        return Fault(error.pos, _syntax(error.msg))
    except (ValueError, RecursionError):
        return whole
    return next(_in_tokens(text), whole)


def _syntax(message: str) -> Texts:
    for beginning, (zh, en) in SYNTAX.items():
        if message.startswith(beginning):
            return {"zh-Hans": zh, "en": en}
    return NO_JSON


def _words(problem: Problem) -> Texts:
    if problem.findings:
        return problem.findings[0].texts
    return problem.detail or problem.titles


def _in_tokens(text: str) -> Iterator[Fault]:
    """Names that stand twice in one object, and what would be refused alone."""
    names: list[set[str]] = []
    for match in TOKEN.finditer(text):
        token = match[0]
        if token in OPENING:
            names.append(set())
        elif token in CLOSING:
            names.pop()
        else:
            yield from _alone(match.start(), match["text"] or token)
        if match["names"]:
            name = json.loads(match["text"])
            if name in names[-1]:
                said = name[:LONGEST_QUOTED]
                texts = {"zh-Hans": f"名称重复：{said}", "en": f"a name stands twice: {said}"}
                yield Fault(match.start(), texts)
            names[-1].add(name)


def _alone(at: int, token: str) -> Iterator[Fault]:
    try:
        read(token.encode())
    except Problem as problem:
        yield Fault(at, _words(problem))
