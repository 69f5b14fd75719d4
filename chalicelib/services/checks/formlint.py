"""What a form, or any schema in a service document, may hold (D9): every finding at its place.

Walks schemas only where JSON Schema 2020-12 has schemas, so a field named like a keyword is a
field. Known keywords and formats, linear-time patterns, references inside the document without
recursion, and a bound on size, depth and on what one check can cost; in that order, since each
check relies on the bounds of those before it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any

import jsonschema_rs

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import compact, escape
from chalicelib.services.checks.patternlint import pattern_findings
from chalicelib.services.checks.uniquelint import unique_findings
from chalicelib.services.forms.answers import compiled, own
from chalicelib.services.forms.formats import STANDARD, named
from chalicelib.services.forms.gate import PARTS, Caps, Place, breach, finding, places, too_large
from chalicelib.services.forms.price import BUDGET, cost, links, reading

# A schema in a document, in values and bytes.
SIZE = Caps(10_000, 64 * 1024)
MOST_FINDINGS = 50
MOST_HINTS = 20
LONGEST_ENUM = 500
LONGEST_LIST = 1_000
SMALLEST_UNIT = 1e-9
DIALECT = "https://json-schema.org/draft/2020-12/schema"
OURS = named(lambda: date.max)
FORMATS = frozenset({*STANDARD, *OURS})

_PLAIN = frozenset(
    "$comment $id $ref $schema const contentEncoding contentMediaType default dependentRequired"
    " deprecated description enum examples exclusiveMaximum exclusiveMinimum format maxContains"
    " maximum maxItems maxLength maxProperties minContains minimum minItems minLength"
    " minProperties multipleOf pattern readOnly required title type uniqueItems writeOnly".split()
)
# Annotations of ours; what they mean is told where they are used.
EXTENSIONS = frozenset(
    "x-area x-compute x-document x-error x-lookup x-on-hide x-prefill x-sensitive x-sms"
    " x-unique".split()
)
KEYWORDS = _PLAIN | PARTS.keys() | EXTENSIONS
# Keywords of JSON Schema that are not ours: what to say of them.
_NOT_OURS: Mapping[str, tuple[str, str]] = {
    "$anchor": ("请用$defs和以#/开头的引用", "use $defs, and references that begin with #/"),
    "$dynamicAnchor": ("不支持动态引用", "dynamic references are not supported"),
    "$dynamicRef": ("不支持动态引用", "dynamic references are not supported"),
    "$recursiveAnchor": ("不支持动态引用", "dynamic references are not supported"),
    "$recursiveRef": ("不支持动态引用", "dynamic references are not supported"),
    "$vocabulary": ("不支持自定义词汇表", "vocabularies are not supported"),
    "additionalItems": ("2020-12版用items", "in 2020-12 this is items"),
    "definitions": ("2020-12版用$defs", "in 2020-12 this is $defs"),
    "dependencies": (
        "2020-12版用dependentRequired或dependentSchemas",
        "in 2020-12 this is dependentRequired or dependentSchemas",
    ),
    "id": ("2020-12版用$id", "in 2020-12 this is $id"),
}
# Names that mean something else to the JavaScript of a web form.
RESERVED = frozenset({"__proto__", "constructor", "prototype"})

Schema = Mapping[str, Any]


def schema_findings(at: str, schema: Schema) -> Iterator[Finding]:
    """At most MOST_FINDINGS findings on the schema that stands at the pointer `at`, whatever it
    is like."""
    over = breach(schema, SIZE, at)
    yield from [over] if over else sized_findings(at, schema)


def sized_findings(at: str, schema: Schema) -> Iterator[Finding]:
    """The same for a schema in a document that broke no bound of size and depth."""
    if len(compact(schema).encode()) > SIZE.bytes:
        yield too_large(at, SIZE)
    else:
        yield from islice(_findings(at, schema), MOST_FINDINGS)


def _findings(at: str, schema: Schema) -> Iterator[Finding]:
    found, wrong = places(at, schema)
    wrong += list(islice((f for place in found for f in _long(at, place)), MOST_FINDINGS))
    if wrong:
        yield from wrong
        return
    known = links(found)
    for check in (_shape, _keywords, _members, pattern_findings):
        wrong += islice(check(at, found), MOST_FINDINGS)
    for follow in (unique_findings, _references):
        wrong += islice(follow(at, found, known), MOST_FINDINGS)
    wrong = wrong or [*_cost(at, found, known)]
    yield from wrong or _unusable(at, schema)


def _long(at: str, place: Place) -> Iterator[Finding]:
    """Lists that would make telling what is wrong with them cost more than it should."""
    for keyword in _LISTS.keys() & place.schema.keys():
        most = _LISTS[keyword]
        if _entries(place.schema[keyword]) > most:
            zh, en = f"{keyword}最多{most}项", f"{keyword} has {most} entries at most"
            yield finding(f"{at}{place.pointer}/{keyword}", "maxItems", zh, en, limit=most)


def _entries(value: Any) -> int:
    """How many there are in a list, or in the lists of an object."""
    lists = value.values() if isinstance(value, dict) else (value,)
    return sum(len(one) for one in lists if isinstance(one, list))


_CHOICES = dict.fromkeys(("allOf", "anyOf", "enum", "oneOf"), LONGEST_ENUM)
_LISTS: Mapping[str, int] = _CHOICES | dict.fromkeys(
    ("dependentRequired", "examples", "prefixItems", "required", "type"), LONGEST_LIST
)


@cache
def _meta() -> jsonschema_rs.Draft202012Validator:
    return own({"$ref": DIALECT})


def _shape(at: str, found: Sequence[Place]) -> Iterator[Finding]:
    """What the meta-schema says, asked place by place so that it can stop."""
    if _meta().is_valid(found[0].schema):
        return
    for place in found:
        told = set()
        for error in _meta().iter_errors(_alone(place.schema)):
            pointer = "".join(f"/{escape(str(part))}" for part in error.instance_path)
            if (pointer, error.kind.name) not in told:
                told.add((pointer, error.kind.name))
                en = error.message[:300]
                yield finding(
                    at + place.pointer + pointer, error.kind.name, "不是有效的表单定义", en
                )


def _alone(schema: Schema) -> dict[str, Any]:
    """The schema without those inside it, and without keywords that are refused anyway."""
    return {name: _hollow(name, value) for name, value in schema.items() if name in KEYWORDS}


def _hollow(keyword: str, value: Any) -> Any:
    if keyword in PARTS and isinstance(value, dict):
        return {} if PARTS[keyword][0] == "map" else True
    if keyword in PARTS and isinstance(value, list):
        return [True] * len(value)
    return value


def _keywords(at: str, found: Sequence[Place]) -> Iterator[Finding]:
    hints = MOST_HINTS
    for place in found:
        for keyword in place.schema:
            if keyword not in KEYWORDS:
                yield _unknown(f"{at}{place.pointer}/{escape(keyword)}", keyword, hints > 0)
                hints -= 1


def _unknown(pointer: str, keyword: str, hint: bool) -> Finding:
    if keyword in _NOT_OURS:
        zh, en = _NOT_OURS[keyword]
        zh, en = f"不支持{keyword}：{zh}", f"{keyword} is not supported: {en}"
        return finding(pointer, "keyword", zh, en, keyword=keyword)
    likely = get_close_matches(keyword, KEYWORDS, 1, 0.7) if hint and len(keyword) < 40 else []
    if keyword.startswith("x-"):
        zh, en = f"没有扩展{keyword}", f"no such extension: {keyword}"
    else:
        zh, en = f"没有{keyword}", f"no such keyword: {keyword}"
    if not likely:
        return finding(pointer, "keyword", zh, en, keyword=keyword)
    zh, en = f"{zh}，是否为{likely[0]}？", f"{en}; did you mean {likely[0]}?"
    return finding(pointer, "keyword", zh, en, keyword=keyword, likely=likely[0])


def _members(at: str, found: Sequence[Place]) -> Iterator[Finding]:
    for place in found:
        for keyword, value in place.schema.items():
            for told in _CHECKS[keyword](place, value) if keyword in _CHECKS else ():
                yield told._replace(pointer=f"{at}{place.pointer}/{keyword}{told.pointer}")


def _format(place: Place, value: Any) -> Iterator[Finding]:
    if isinstance(value, str) and value not in FORMATS:
        yield finding("", "format", f"没有这种格式：{value}", f"unknown format {value}")


def _unit(place: Place, value: Any) -> Iterator[Finding]:
    if isinstance(value, int | float) and 0 < value < SMALLEST_UNIT:
        zh, en = f"最小单位为{SMALLEST_UNIT}", f"the smallest unit is {SMALLEST_UNIT}"
        yield finding("", "multipleOf", zh, en, limit=SMALLEST_UNIT)


def _dialect(place: Place, value: Any) -> Iterator[Finding]:
    if value != DIALECT:
        zh, en = f"只能为{DIALECT}", f"only {DIALECT}"
        yield finding("", "$schema", zh, en)


def _identity(place: Place, value: Any) -> Iterator[Finding]:
    """An address would be looked for by other tools, and change what references mean."""
    at_top = place.pointer == "" and isinstance(value, str)
    if not (at_top and value.startswith("urn:") and "#" not in value):
        zh, en = "请去掉$id，或在最外层用urn:", "leave $id out, or use a urn: at the top"
        yield finding("", "$id", zh, en)


def _fields(place: Place, value: Any) -> Iterator[Finding]:
    for name in sorted(RESERVED & value.keys()) if isinstance(value, dict) else ():
        zh, en = f"名称{name}是保留字", f"the name {name} is reserved"
        yield finding(f"/{name}", "name", zh, en)


_CHECKS: Mapping[str, Callable[[Place, Any], Iterator[Finding]]] = {
    "$id": _identity,
    "$schema": _dialect,
    "format": _format,
    "multipleOf": _unit,
    "properties": _fields,
}


def _references(at: str, found: Sequence[Place], known: Mapping[int, int]) -> Iterator[Finding]:
    for number, place in enumerate(found):
        if isinstance(place.schema.get("$ref"), str) and number not in known:
            zh, en = "只能引用本文件中的定义", "references lead to a schema in the same schema"
            yield finding(f"{at}{place.pointer}/$ref", "reference", zh, en)


def _cost(at: str, found: Sequence[Place], known: Mapping[int, int]) -> Iterator[Finding]:
    """Recursion, and what would take too long to check."""
    read = reading(found, known)
    for number in sorted(read.loops):
        pointer = f"{at}{found[number].pointer}/$ref"
        yield finding(pointer, "recursion", "不能循环引用", "it refers to itself")
    if read.loops:
        return
    if read.too_far:
        yield finding(at, "depth", "引用层次过深", "references lead on too far")
    if not cost(found, known, read.order).total <= BUDGET:
        zh = "校验代价过高：请为列表写明maxItems，或少用组合"
        en = "checking this could take too long: give lists a maxItems, or combine fewer schemas"
        yield finding(at, "cost", zh, en)


def _unusable(at: str, schema: Schema) -> Iterator[Finding]:
    try:
        compiled(schema, OURS)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        yield finding(at, "schema", "表单定义不能使用", str(error)[:300])
