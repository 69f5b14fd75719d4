"""The places of a JSON Schema in a service document: fields by their titles, rules by number."""

from collections.abc import Iterator, Mapping
from typing import Any

Pair = tuple[str, str]

LONGEST = 24
WORDS: Mapping[str, Pair] = {
    "$defs": ("公用定义", "shared definitions"),
    "$ref": ("引用", "reference"),
    "additionalProperties": ("其他项", "other members"),
    "allOf": ("规则", "rules"),
    "anyOf": ("规则", "rules"),
    "const": ("规定值", "given value"),
    "default": ("默认值", "default"),
    "description": ("说明", "description"),
    "else": ("不满足条件时", "otherwise"),
    "enum": ("选项", "choices"),
    "examples": ("例子", "examples"),
    "format": ("格式", "format"),
    "if": ("条件", "condition"),
    "items": ("每一项", "each entry"),
    "maxItems": ("最多项数", "most entries"),
    "maxLength": ("最长字数", "longest length"),
    "maximum": ("最大值", "maximum"),
    "minItems": ("最少项数", "fewest entries"),
    "minLength": ("最短字数", "shortest length"),
    "minimum": ("最小值", "minimum"),
    "not": ("排除的情形", "what is ruled out"),
    "oneOf": ("选项", "choices"),
    "pattern": ("书写规则", "pattern"),
    "properties": ("各项", "fields"),
    "required": ("必填名单", "list of needed answers"),
    "then": ("满足条件时", "when the condition holds"),
    "title": ("名称", "title"),
    "type": ("类型", "type"),
    "uniqueItems": ("是否可以重复", "mark for no repeats"),
}
# Keywords whose members are schemas, counted or named.
COUNTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
MAPPED: Mapping[str, Pair] = {
    "$defs": ("公用定义", "shared definition"),
    "dependentSchemas": ("随项规则", "rule for"),
    "patternProperties": ("名称规则", "rule for names like"),
}


def schema_segments(schema: Any, tokens: list[str], noun: Pair, base: Pair) -> Iterator[Pair]:
    """The path below a schema; `noun` is what its fields are, `base` what it is itself."""
    if tokens[:1] != ["properties"] or len(tokens) == 1:
        yield base
    ahead, value = list(tokens), schema
    while ahead:
        keyword, *ahead = ahead
        value = inside(value, keyword)
        if ahead and (keyword == "properties" or keyword in MAPPED or keyword in COUNTED):
            name, *ahead = ahead
            value = inside(value, name)
            one = noun if keyword == "properties" else MAPPED.get(keyword)
            yield _named(one, name, value) if one else _counted(keyword, name, value)
            noun = ("", "") if keyword == "properties" else noun
        else:
            yield WORDS.get(keyword, (f"「{keyword}」", f'"{keyword}"'))
            if keyword in ("required", "enum"):
                return


def _named(noun: Pair, name: str, schema: Any) -> Pair:
    zh, en = named(schema) or (name, name)
    return f"{noun[0]}「{zh}」", f'{noun[1]} "{en}"'.strip()


def _counted(keyword: str, index: str, schema: Any) -> Pair:
    number = int(index) + 1 if index.isdecimal() and len(index) < LONGEST else index
    if keyword == "oneOf" and named(schema):
        zh, en = named(schema) or ("", "")
        return f"选项「{zh}」", f'choice "{en}"'
    return f"第{number}条规则", f"rule {number}"


def named(value: Any) -> Pair | None:
    """The titles of a part of the document, or the title of a schema, cut to a readable length."""
    titles = first_of(value, ("titles", "title", "where"))
    if isinstance(titles, str):
        return _cut(titles), _cut(titles)
    zh, en = inside(titles, "zh-Hans"), inside(titles, "en")
    if not isinstance(zh, str) or not zh:
        return None
    return _cut(zh), _cut(en, 2 * LONGEST) if isinstance(en, str) and en else _cut(zh)


def first_of(value: Any, names: tuple[str, ...]) -> Any:
    return next((found for found in (inside(value, name) for name in names) if found), None)


def first(value: Any) -> str:
    """The first of a list of names."""
    return value[0] if isinstance(value, list) and value and isinstance(value[0], str) else ""


def inside(value: Any, token: str) -> Any:
    """The member or the item of any JSON, or None."""
    if isinstance(value, Mapping):
        return value.get(token)
    if isinstance(value, list) and token.isdecimal() and len(token) < LONGEST:
        return value[int(token)] if int(token) < len(value) else None
    return None


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
