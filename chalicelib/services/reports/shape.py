"""What the published shape of a service document asks for at a place, as a clerk would say it."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from chalicelib.platform.errors import Finding, Texts
from chalicelib.platform.json import loads, resolve
from chalicelib.services.schema import schema_text

Pair = tuple[str, str]

SAYS: Mapping[str, Pair] = {
    "type": ("应为{}", "it must be {}"),
    "enum": ("应为以下之一：{}", "it must be one of: {}"),
    "const": ("应为{}", "it must be {}"),
    "minLength": ("至少{}字", "it needs {} characters at least"),
    "maxLength": ("最多{}字", "it may have {} characters at most"),
    "minItems": ("至少{}项", "it needs {} entries at least"),
    "maxItems": ("最多{}项", "it may have {} entries at most"),
    "minProperties": ("至少{}项", "it needs {} members at least"),
    "maxProperties": ("最多{}项", "it may have {} members at most"),
    "minimum": ("不能小于{}", "it must not be below {}"),
    "maximum": ("不能大于{}", "it must not be above {}"),
}
BARE: Mapping[str, Pair] = {
    "uniqueItems": ("有重复的项", "an entry is repeated"),
    "pattern": ("写法不符合规定", "it is not written as it must be"),
    "not": ("这个名称留给系统使用", "this name is kept for the system"),
}
TYPES: Mapping[str, Pair] = {
    "object": ("一组内容（{ }）", "an object ({ })"),
    "array": ("一个列表（[ ]）", "a list ([ ])"),
    "string": ("文字", "a text"),
    "integer": ("整数", "a whole number"),
    "number": ("数字", "a number"),
    "boolean": ("true 或 false", "true or false"),
    "null": ("空（null）", "null"),
}
# How the names of a service document are written, by their definition in its schema.
WRITTEN: Mapping[str, Pair] = {
    "id": (
        "只用小写字母、数字、-和_，以字母开头，最多40个字符",
        "small letters, digits, - and _ only, beginning with a letter, 40 characters at most",
    ),
    "stage_id": (
        "只用小写字母、数字、-和_，以字母开头，最多24个字符",
        "small letters, digits, - and _ only, beginning with a letter, 24 characters at most",
    ),
    "paper_id": (
        "只用字母、数字、-和_，以字母开头，最多24个字符",
        "letters, digits, - and _ only, beginning with a letter, 24 characters at most",
    ),
    "pointer": (
        "应为表单项的路径，如/operator/name",
        "it must be the path of an answer, such as /operator/name",
    ),
    "target": (
        "应为环节名称，或者end:加结果名称",
        "it must be the name of a stage, or end: and the name of a result",
    ),
}
MOST_NAMED = 12
UNCLEAR: Pair = ("不符合事项文件格式", "it is not what a service document has here")


def says(finding: Finding) -> Texts:
    """What is wrong, from the keyword of the shape's schema that refused it."""
    zh, en = _pair(finding)
    return {"zh-Hans": zh, "en": en}


def _pair(finding: Finding) -> Pair:
    if finding.keyword == "additionalProperties":
        return _unknown(finding.pointer)
    asked, name = asked_at(finding.pointer)
    if finding.keyword == "pattern" and name in WRITTEN:
        return WRITTEN[name]
    limit = asked.get(finding.keyword)
    if finding.keyword in SAYS and limit is not None:
        zh, en = SAYS[finding.keyword]
        return zh.format(_limit(limit, 0)), en.format(_limit(limit, 1))
    return BARE.get(finding.keyword, UNCLEAR)


def knows(pointer: str) -> bool:
    """Whether the shape has a member at this place of a document."""
    return bool(asked_at(pointer)[0])


def asked_at(pointer: str) -> tuple[Mapping[str, Any], str]:
    """The schema for a place of a service document, and the name of its definition, if any."""
    node, name = _followed({"$ref": "#"})
    for token in pointer.split("/")[1:]:
        node, name = _followed(_member(node, token.replace("~1", "/").replace("~0", "~")))
    return node, name


def _member(node: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    ways = [node.get("properties", {}).get(token), node.get("additionalProperties")]
    if token.isdecimal():
        ways.append(node.get("items"))
    return next((one for one in ways if isinstance(one, dict)), {})


def _followed(node: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    reference = node.get("$ref")
    if reference is None:
        return node, ""
    return resolve(_schema(), reference[1:]), reference.rpartition("/")[2]


@cache
def _schema() -> Any:
    return loads(schema_text())


def _unknown(pointer: str) -> Pair:
    """A member that no service document has, and the one that was probably meant."""
    parent, _, name = pointer.rpartition("/")
    known = list(asked_at(parent)[0].get("properties", {}))
    meant = get_close_matches(name, known, n=1)
    if meant:
        return f"没有这一项，是不是“{meant[0]}”？", f'there is no such member; is it "{meant[0]}"?'
    return "没有这一项", "there is no such member"


def _limit(limit: Any, language: int) -> str:
    if isinstance(limit, list):
        names = [_limit(one, language) for one in limit[:MOST_NAMED]]
        return ("、", ", ")[language].join(names) + ("…" if len(limit) > MOST_NAMED else "")
    if isinstance(limit, str) and limit in TYPES:
        return TYPES[limit][language]
    return str(limit).lower() if isinstance(limit, bool) else str(limit)
