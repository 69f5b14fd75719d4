"""Hostile schemas inside service documents, by family.

Each family yields (name, document or raw bytes, answers): the schema under attack stands at the
member `x` of a form that is good otherwise, and the answers are what `x` is tried with if the
document should be accepted.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, NamedTuple

from tests.world import load_json

Schema = Any
Family = Iterator["Attack"]

MARK = "\ue000mark\ue000"
AB = "abbab" * 50_000
# Texts in which counting begins again and again and never twice the same way, so that an engine
# that keeps sets of states cannot keep them all.
TANGLED = "".join(Random(1).choices("ab", [2, 1], k=250_000))
ADDRESS = "a@b" + "".join("a" * length + "." for length in Random(1).choices(range(1, 5), k=70_000))
LINES = "".join(Random(1).choices("\naa", k=250_000))
# What every accepted schema is tried with beside its family's own answers.
MANY: tuple[Any, ...] = (
    ["ab"] * 4_000,
    [1.5] * 4_000,
    [{}] * 4_000,
    [{"a": {"a": [1, "b"]}}] * 900,
    {f"a{n}": n for n in range(4_000)},
    AB,
    9007199254740991,
    "",
)


class Attack(NamedTuple):
    name: str
    body: bytes
    answers: tuple[Any, ...] = ()


@cache
def base() -> bytes:
    return json.dumps(load_json("tests/unit/hostile_base.json"), ensure_ascii=False).encode()


def document() -> Any:
    return json.loads(base())


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def with_form(x: Schema, **root: Any) -> bytes:
    it = document()
    it["form"]["properties"]["x"] = x
    it["form"] |= root
    return dump(it)


def raw_form(x: bytes) -> bytes:
    """With a schema that no JSON writer would write."""
    return with_form(MARK).replace(dump(MARK), x)


def attack(name: Any, x: Schema, *answers: Any, **root: Any) -> Attack:
    return Attack(str(name), with_form(x, **root), answers)


def chain(length: int, step: Callable[[Schema], Schema], last: Schema) -> dict[str, Schema]:
    """Definitions of which each refers to the next."""
    links = {f"d{n}": step({"$ref": f"#/$defs/d{n + 1}"}) for n in range(length)}
    return {**links, f"d{length}": last}


def doubled(keyword: str) -> Callable[[int], Attack]:
    def of(length: int) -> Attack:
        defs = chain(length, lambda ref: {keyword: [ref, ref]}, {"type": "string"})
        return attack(length, {"$ref": "#/$defs/d0"}, 1, "a", [1] * 500, **{"$defs": defs})

    return of


SIZES = (4, 8, 12, 14, 16, 18, 22, 26, 40)


def doubling_all() -> Family:
    yield from map(doubled("allOf"), SIZES)


def doubling_any() -> Family:
    yield from map(doubled("anyOf"), SIZES)


def doubling_one() -> Family:
    yield from map(doubled("oneOf"), SIZES)


def doubling_if() -> Family:
    for length in SIZES:
        defs = chain(length, lambda ref: {"if": ref, "then": ref, "else": ref}, {"minimum": 2})
        yield attack(length, {"$ref": "#/$defs/d0"}, 1, 3, "a", **{"$defs": defs})


def doubling_members() -> Family:
    for length in SIZES:
        defs = chain(length, lambda ref: {"properties": {"a": ref, "b": ref}}, {"type": "string"})
        deep: Any = 1
        for _ in range(8):
            deep = {"a": deep, "b": deep}
        yield attack(f"properties {length}", {"$ref": "#/$defs/d0"}, deep, **{"$defs": defs})
        defs = chain(length, lambda ref: {"items": {"allOf": [ref, ref]}}, {"type": "string"})
        yield attack(f"items {length}", {"$ref": "#/$defs/d0"}, [[1] * 60] * 60, **{"$defs": defs})


def doubling_not() -> Family:
    for length in (2, 8, 15, 20):
        schema: Schema = {"type": "string"}
        for _ in range(length):
            schema = {"not": schema}
        yield attack(f"not {length}", schema, "a", 1)


def wide_choices() -> Family:
    for size in (34, 500, 501, 2_000, 9_000):
        for keyword in ("oneOf", "anyOf", "allOf"):
            ways = [{"const": f"way {n}", "title": "way"} for n in range(size)]
            yield attack(f"{keyword} {size}", {keyword: ways}, "way 33", "no", ["way"] * 900)
    numbers = [{"const": n} for n in range(200)]
    yield attack("oneOf numbers in a list", {"items": {"oneOf": numbers}}, [199.5] * 4_000)
    texts = [{"const": f"w{n}"} for n in range(500)]
    yield attack("oneOf texts in a list", {"items": {"oneOf": texts}}, ["w499"] * 4_900)
    yield attack(
        "oneOf texts in a short list", {"items": {"oneOf": texts}, "maxItems": 100}, ["no"] * 100
    )


def nested_schemas() -> Family:
    ways: Mapping[str, Callable[[Schema], Schema]] = {
        "properties": lambda inner: {"properties": {"a": inner}},
        "items": lambda inner: {"items": inner},
        "allOf": lambda inner: {"allOf": [inner]},
        "not": lambda inner: {"not": inner},
        "if": lambda inner: {"if": inner, "then": True},
        "$defs": lambda inner: {"$defs": {"a": inner}},
    }
    for name, way in ways.items():
        for levels in (6, 14, 17, 40):
            schema: Schema = {"type": "string"}
            for _ in range(levels):
                schema = way(schema)
            yield attack(f"{name} {levels}", schema, [[[1]]])
    for levels in (900, 5_000, 20_000):
        yield Attack(f"raw {levels}", raw_form(b'{"not":' * levels + b"true" + b"}" * levels))
        yield Attack(f"open {levels}", raw_form(b'{"items":' * levels))


def large_enums() -> Family:
    for size in (500, 501, 5_000, 9_000, 60_000):
        yield attack(f"{size} texts", {"enum": [f"v{n}" for n in range(size)]}, "v1", "no")
        yield attack(f"{size} numbers", {"enum": list(range(size))}, 1, 1.5)
    for size in (100, 1_000, 20_000, 100_000):
        raw = b'{"enum":[' + b",".join(b'{"a":%d}' % n for n in range(size)) + b"]}"
        yield Attack(f"{size} objects", raw_form(raw), ({"a": size - 1},))
    mixed = [*range(250), *(f"v{n}" for n in range(250))]
    yield attack("mixed, in a list", {"items": {"enum": mixed}}, [1.5] * 4_000, ["v9"] * 4_000)
    yield attack("one text of 60000", {"enum": ["a" * 60_000]}, "a" * 60_000, "b" * 60_000)
    rows = [[n] * 20 for n in range(400)]
    yield attack("lists", {"items": {"enum": rows}}, [[399] * 20] * 200)


def numbers() -> Family:
    for digits in (16, 17, 18, 400, 4_000, 100_000):
        for keyword in ("multipleOf", "minimum", "maxLength", "const"):
            raw = b'{"%s":%s}' % (keyword.encode(), b"9" * digits)
            yield Attack(f"{keyword} {digits} digits", raw_form(raw))
    for text in ("1e400", "1e-400", "-1e999", "1e308", "1e-300", "0.1e1", "1e5", "0.0000000001"):
        yield Attack(f"multipleOf {text}", raw_form(b'{"multipleOf":%s}' % text.encode()), (0.3,))
    for unit in (0, -1, 0.01, 0.000001, 3, 9007199254740991):
        answers = [9007199254740991] * 4_000, [1234.56] * 4_000
        yield attack(f"a list of multiples of {unit}", {"items": {"multipleOf": unit}}, *answers)
        few = {"items": {"multipleOf": unit}, "maxItems": 500}
        yield attack(f"a short list of multiples of {unit}", few, [9007199254740991] * 500)
    common = 1.5, 9007199254740991, 1e15 + 0.5, 1e-20, 1e20
    long: list[Any] = [[n] * 4_900 for n in (*common, 5e-324, 1.1e20, 1.7e308)]
    for limits in ({"minimum": 0.1}, {"maximum": 1e19}, {"minimum": 0.1, "maximum": 1e19}):
        yield attack(f"a list within {limits}", {"items": limits}, *long)
        yield attack(f"a list outside {limits}", {"items": {"not": limits}}, *long)
    yield attack("numbers in a list", {"items": {"not": {"enum": [0.5, 2.5]}}}, *long)
    rows = {"enum": [[1.5] * 20 + [n] for n in range(15)]}
    same = [[1.5] * 20 + [99]] * 200
    yield attack("lists that differ at the end", {"items": {"not": rows}, "maxItems": 200}, same)
    for number in (1e-300, 5e-324, 1.7e308, 1e-21, 1e21):
        yield attack(f"compared with {number}", {"items": {"not": {"const": number}}}, *long)


def patterns() -> Family:
    texts = {
        "nested plus": "^(a+)+$",
        "nested star": "^(a*)*$",
        "overlapping": "^(a|aa)+$",
        "polynomial": "^a*a*a*a*a*a*a*b$",
        "evil e-mail": r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}$",
        "repeats": "^(?:[ab]{0,30}){0,30}c$",
        "repeats of repeats": "(((((a{0,5}){0,5}){0,5}){0,5}){0,5}){0,5}b",
        "a million": "(a{1000}){1000}",
        "a hundred thousand": "a{99999}",
        "counting after anything": "[ab]*a[ab]{200}c",
        "counting a little after anything": "a[ab]{12}c",
        "counting a little more": "a[ab]{18}c",
        "counting between anchors": "^[ab]{0,200}a[ab]{200}c$",
        "letters of every script": r"^\p{L}{1,100}$",
        "any hundred": "^.{1,200}$",
        "look-ahead": "^(?=a)b$",
        "look-behind": "(?<!a)b",
        "reference back": r"^(a+)\1$",
        "named reference back": r"(?<n>a)\k<n>",
        "atomic": "(?>a+)b",
        "possessive": "a++b",
        "recursion": "(a(?1)?b)",
        "conditional": "(a)?(?(1)b|c)",
        "not a pattern": "(((",
        "open class": "[",
        "inline flags": "(?i)(?s)(?x) a",
        "long": "a" * 5_000,
        "long choice": "|".join(f"w{n}" for n in range(60)),
        "longer choice": "|".join(f"w{n}" for n in range(5_000)),
        "deep groups": "(" * 120 + "a" + ")" * 120,
        "too deep groups": "(" * 5_000 + "a" + ")" * 5_000,
        "empty": "",
        "quantified nothing": "*",
        "huge count": "a{4294967296}",
        "address": r"^[\w.+-]+@[\w-]+\.[\w.-]{2,24}$",
        "address with parts": r"^[\w.+-]+@[\w-]+(\.[\w-]+)*\.[\w.-]{2,24}$",
        "address of anything": r"^[^@\s]+@[^@\s]+\.[^@\s]{2,24}$",
        "counting after one of its own": r"^a@[\w.-]+\.[\w.-]{20}$",
        "counting after a sign that may be left out": r"^a@[\w-]+\.?[\w.-]{20}$",
        "counting after no sign": r"^a@[\w.-]+@{0}[\w.-]{20}$",
        "counting in rounds": r"^a@(?:[\w-]+\.[\w.-]{16,20})*$",
        "counting after a line": r"\n[^n]{30}x",
        "counting after a tab or a word": r"\b[^b]{30}x",
        "counting after a code": r"\x61[^1]{30}x",
    }
    large = AB, "a" * 250_000, TANGLED, ADDRESS, LINES
    for name, pattern in texts.items():
        yield attack(name, {"pattern": pattern}, *large, "中" * 80_000, "a" * 30 + "!")
    for name in ("counting after anything", "counting between anchors", "polynomial"):
        limited = {"pattern": texts[name], "maxLength": 1_000}
        yield attack(f"{name}, at most 1000", limited, AB[:1_000], AB)
        few = [AB[:60]] * 4_000
        yield attack(f"{name}, in a list", {"items": {"not": limited}}, few, [AB[:1_000]] * 200)
    yield attack("twenty on one text", {"allOf": [{"pattern": f"a{n}b"} for n in range(20)]}, AB)
    yield attack("200 on one text", {"allOf": [{"pattern": f"a{n}b"} for n in range(200)]}, AB)
    fields = {f"f{n}": {"pattern": f"^.{{1,{n + 1}}}$"} for n in range(190)}
    yield attack("190 fields", {"properties": fields}, dict.fromkeys(list(fields)[:9], AB))
    fields = {f"f{n}": {"pattern": rf"^\p{{L}}{{1,{n + 1}}}$"} for n in range(30)}
    yield attack("30 fields of every script", {"properties": fields}, {"f1": AB})


def pattern_names() -> Family:
    members = {f"a{n}": n for n in range(4_900)}
    for size in (1, 20, 200, 2_500):
        several = {f"^[a-z]{n}": {"type": "string"} for n in range(size)}
        yield attack(f"{size} patterns", {"patternProperties": several}, members, {AB: 1})
        bounded = {"patternProperties": several, "maxProperties": 20}
        yield attack(
            f"{size} patterns, few members", bounded, members, {f"a{n}": 1 for n in (1, 2)}
        )
    for name, pattern in {"bomb": "^(a+)+$", "look": "(?!a)", "count": "a[ab]{200}c"}.items():
        yield attack(name, {"patternProperties": {pattern: True}}, {AB: 1})
    yield attack("long", {"patternProperties": {"a" * 300: True}}, members)


def loops() -> Family:
    ref = {"$ref": "#/$defs/a"}
    yield attack("itself", {"$ref": "#/properties/x"}, 1)
    yield attack("the form", {"$ref": "#"}, {"x": {"x": 1}})
    yield attack("the form, in a list", {"items": {"$ref": "#"}}, [{"x": []}])
    for length in (1, 2, 10, 300):
        defs = {f"d{n}": {"$ref": f"#/$defs/d{(n + 1) % length}"} for n in range(length)}
        yield attack(f"round of {length}", {"$ref": "#/$defs/d0"}, 1, **{"$defs": defs})
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield attack(keyword, ref, 1, **{"$defs": {"a": {keyword: [{"type": "string"}, ref]}}})
    for keyword in ("not", "if", "items", "contains", "additionalProperties", "propertyNames"):
        yield attack(keyword, ref, {"a": "b"}, [[[]]], **{"$defs": {"a": {keyword: ref}}})
    tree = {"properties": {"children": {"items": ref, "maxItems": 3}}}
    yield attack("a tree", ref, {"children": []}, **{"$defs": {"a": tree}})
    many = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{m}"} for m in range(20)]} for n in range(20)}
    yield attack("everything refers to everything", {"$ref": "#/$defs/d0"}, 1, **{"$defs": many})


def reference_chains() -> Family:
    for length in (10, 60, 70, 500, 1_900, 5_000):
        defs = chain(length, lambda ref: ref, {"type": "string"})
        yield attack(f"{length} long", {"$ref": "#/$defs/d0"}, "a", 1, **{"$defs": defs})
    fan = {f"f{n}": {"$ref": "#/$defs/wide"} for n in range(300)}
    wide = {"wide": {"properties": {f"w{n}": {"type": "string"} for n in range(300)}}}
    yield attack("300 to one of 300", {"properties": fan}, {"f1": {"w1": 1}}, **{"$defs": wide})
    for name, target in {
        "a constant": "#/properties/x/const",
        "a list of values": "#/properties/x/enum/0",
        "the properties": "#/properties",
        "nothing": "#/$defs/nothing",
        "an anchor": "#name",
        "a number beyond": "#/allOf/99",
        "escapes": "#/%24defs/a%2Fb~1~0%00",
        "bad escapes": "#/%zz%ff%",
        "relative": "x.json#/a",
        "a name": "name",
        "a query": "?x#/properties/name",
        "no text": "",
    }.items():
        inside = {"const": {"pattern": "(a+)+"}, "enum": [{"pattern": "(?=a)"}], "$ref": target}
        yield attack(f"to {name}", inside, "a")


def dynamic() -> Family:
    for keyword in ("$dynamicRef", "$recursiveRef"):
        for target in ("#", "#a", "#/properties/name", "https://x.invalid/#a", 5):
            yield attack(f"{keyword} {target}", {keyword: target, "$dynamicAnchor": "a"}, 1)
    for keyword, value in {"$anchor": "a", "$dynamicAnchor": "a", "$recursiveAnchor": True}.items():
        yield attack(keyword, {keyword: value}, 1)
    yield attack("$vocabulary", {"$vocabulary": {"https://x.invalid/v": True}}, 1)


REMOTE = (
    "http://127.0.0.1:{port}/a.json",
    "https://127.0.0.1:{port}/a.json",
    "HTTP://localhost:{port}/a.json#/b",
    "//127.0.0.1:{port}/a.json",
    "ftp://127.0.0.1:{port}/a.json",
    "file://{file}",
    "file://localhost{file}#/a",
    "file:{file}",
    "{file}",
    "../../../../../../../..{file}",
    "data:application/json,{{}}",
    "urn:bancheng:service-document:1",
    "json-schema:///a",
    "jar:file:/a.jar!/b",
    "gopher://127.0.0.1:{port}/_x",
    "http://[::1]:{port}/a",
    "http://2130706433:{port}/a",
    "http://169.254.169.254/latest/meta-data/",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
)


def remote(port: int = 9, file: str = "/etc/hostname") -> Family:
    """References that a careless library follows; `port` and `file` are where it would be seen."""
    for number, form in enumerate(REMOTE):
        address = form.format(port=port, file=file)
        yield attack(f"$ref {number} {form}", {"$ref": address}, 1)
        yield attack(f"$id {number} {form}", {"$id": address, "$ref": "a.json"}, 1)
        yield attack(f"$schema {number} {form}", {"$schema": f"{address}?"}, 1)
        yield Attack(f"at the top {number} {form}", with_form({}, **{"$id": address + "#"}))
    yield Attack("dialect at the top", with_form({}, **{"$schema": REMOTE[0].format(port=port)}))
    yield attack("below a $defs that nothing uses", {}, **{"$defs": {"a": {"$ref": REMOTE[0]}}})


def nestings(brackets: int) -> list[Any]:
    """Every list of lists of so many brackets: all different, and nothing in them but brackets."""
    if brackets == 0:
        return [[]]
    return [
        [first, *rest]
        for inside in range(brackets)
        for first in nestings(inside)
        for rest in nestings(brackets - 1 - inside)
    ]


def alike(entries: int, head: int, number: float) -> list[Any]:
    """Different entries that a hash of what is in them, without where, takes for the same."""
    numbers = [[number * (n + 1) for n in range(head)] for _ in range(entries)]
    return [[*one, *rest] for one, rest in zip(numbers, nestings(7), strict=False)]


def unique_items() -> Family:
    objects = [{"a": n, "b": [n]} for n in range(1_200)]
    tangled = alike(200, 16, 0.7), alike(400, 4, 1e-19), alike(15, 290, 0.7), nestings(8)[:500]
    pairs = [[n / 7 for n in range(15)] for _ in range(300)], [[0.7], [0.7]], [1, True, "1", None]
    for most in (None, 10, 200, 201, 5_000, 9007199254740991, 200.0, "200", True):
        schema: Schema = {"uniqueItems": True}
        schema |= {} if most is None else {"maxItems": most}
        yield attack(f"at most {most!r}", schema, objects, objects[:200], *tangled, *pairs)
    for name, entry in {
        "texts": {"type": "string"},
        "numbers": {"type": ["number", "null"]},
        "choices": {"enum": ["a", 1.5, None]},
        "titled choices": {"oneOf": [{"const": n / 7} for n in range(9)]},
        "referred choices": {"$ref": "#/$defs/choices"},
        "lists": {"type": ["string", "array"]},
        "lists among choices": {"enum": ["a", []]},
        "themselves": {"$ref": "#/$defs/itself"},
    }.items():
        defs = {"choices": {"enum": ["a", "b"]}, "itself": {"$ref": "#/$defs/itself"}}
        schema = {"items": entry, "uniqueItems": True}
        answers = *tangled, *pairs, [f"v{n}" for n in range(4_900)], [n / 7 for n in range(4_900)]
        yield attack(name, schema, *answers, **{"$defs": defs})
        several = {f"f{n}": schema for n in range(40)}
        parts = {f"f{n}": tangled[1][n * 10 : n * 10 + 10] for n in range(40)}
        yield attack(f"{name}, forty", {"properties": several}, parts, **{"$defs": defs})
        yield attack(f"nested {name}", {"items": schema}, *pairs, [tangled[0]], **{"$defs": defs})
    fan = {"items": {"$ref": "#/$defs/wide"}, "uniqueItems": True}
    wide = {"wide": {"anyOf": [{"const": n} for n in range(500)]}}
    fields = {f"f{n}": fan for n in range(480)}
    yield attack(
        "many of one wide choice", {"properties": fields}, {"f1": [1, 2]}, **{"$defs": wide}
    )
    long = chain(1_500, lambda ref: ref, {"type": "string"})
    yield attack(
        "a long way", {"items": {"$ref": "#/$defs/d0"}, "uniqueItems": True}, **{"$defs": long}
    )
    inner = {"uniqueItems": True, "maxItems": 200}
    rows = [[{"a": n} for n in range(200)]] * 12
    yield attack("lists of lists", {"items": inner, "maxItems": 200, "uniqueItems": True}, rows)
    yield attack("elsewhere", {"allOf": [{"uniqueItems": True}], "maxItems": 10}, objects)


def contains() -> Family:
    for levels in (2, 4, 8, 13):
        schema: Schema = {"const": 1}
        for _ in range(levels):
            schema = {"contains": schema, "minContains": 1}
        value: Any = 2
        for _ in range(levels):
            value = [value, value] if levels < 9 else [value]
        yield attack(f"{levels} levels", schema, value, [[0] * 60] * 60)
    several = {"allOf": [{"contains": {"const": n}} for n in range(300)]}
    yield attack("300 of one list", several, list(range(4_000)), [0.5] * 4_000)
    yield attack("counted", {"contains": True, "maxContains": 10**15, "minContains": 10**15}, [1])


def dependent() -> Family:
    for size in (50, 400, 1_500):
        steps = {f"a{n}": {"required": [f"a{n + 1}"]} for n in range(size)}
        members = {f"a{n}": n for n in range(size)}
        yield attack(f"dependentSchemas {size}", {"dependentSchemas": steps}, members)
        names = {f"a{n}": [f"a{n + 1}", "z"] for n in range(size)}
        yield attack(f"dependentRequired {size}", {"dependentRequired": names}, members)
        yield attack(
            f"in a list {size}", {"items": {"dependentRequired": names}}, [members], [{}] * 4_900
        )
    raw = b'{"dependentRequired":{"a":[' + b",".join(b"%d" % n for n in range(9_000)) + b"]}}"
    yield Attack("9000 numbers as names", raw_form(raw))


def property_names() -> Family:
    members = {f"a{n}": n for n in range(4_900)}
    for name, schema in {
        "bomb": {"pattern": "^(a+)+$"},
        "choice": {"anyOf": [{"const": f"b{n}"} for n in range(400)]},
        "nested": {"propertyNames": {"propertyNames": {"type": "object"}}},
        "false": False,
        "short": {"maxLength": 1},
        "format": {"format": "person-id"},
        "loop": {"$ref": "#/properties/x"},
    }.items():
        yield attack(name, {"propertyNames": schema}, members, {AB: 1}, {"a": 1})
        yield attack(f"{name}, few", {"propertyNames": schema, "maxProperties": 50}, members)


def many_properties() -> Family:
    for size in (500, 1_500, 1_990, 2_500, 8_000):
        fields = {f"f{n}": {"type": "string"} for n in range(size)}
        yield attack(
            f"{size} fields", {"properties": fields}, dict.fromkeys(list(fields)[:4_900], 1)
        )
        yield attack(f"{size} anything", {"properties": dict.fromkeys(fields, True)}, {"f1": 1})
    each: dict[str, Any] = {"type": "string", "minLength": 2, "maxLength": 9}
    fields = {f"f{n}": each for n in range(700)}
    strict = {"properties": fields, "required": list(fields), "additionalProperties": False}
    yield attack("700 strict, none given", strict, {}, {f"g{n}": 1 for n in range(4_000)})
    yield attack("700 strict, all wrong", strict, dict.fromkeys(fields, ""))
    table = {"items": {**strict, "type": "object"}}
    yield attack("700 columns", table, [{}] * 4_000, [dict.fromkeys(fields, "")] * 7)
    small = {"required": [f"f{n}" for n in range(30)], "type": "object"}
    yield attack("30 needed in every row", {"items": small}, [{}] * 4_900, [{"f1": 1}] * 2_000)


def unevaluated() -> Family:
    members = {f"a{n}": "a" for n in range(4_900)}
    ways: Mapping[str, Callable[[Schema], Schema]] = {
        "allOf": lambda inner: {"allOf": [inner]},
        "anyOf": lambda inner: {"anyOf": [inner, {"required": ["z"]}]},
        "if": lambda inner: {"if": inner, "then": {"required": ["a1"]}},
    }
    for name, way in ways.items():
        for levels in (1, 2, 4, 8, 13):
            schema: Schema = {"type": "object"}
            for _ in range(levels):
                schema = {**way(schema), "unevaluatedProperties": {"type": "string"}}
            yield attack(f"{name} {levels}", schema, members)
    several = [{"prefixItems": [True] * (n + 1)} for n in range(100)]
    yield attack("items", {"anyOf": several, "unevaluatedItems": {"type": "string"}}, ["a"] * 4_900)


def misspelt() -> Family:
    for word in "requred propertes maxlength enmu patern $reff aditionalProperties minimun".split():
        yield attack(word, {word: 5})
    for word in "definitions dependencies additionalItems id extends disallow divisibleBy".split():
        yield attack(f"of another draft: {word}", {word: {}})
    for size in (60, 1_000, 6_000):
        yield attack(f"{size} unknown", {f"requird{n}": n for n in range(size)})
    yield attack("long", {"requiredd" * 20: 1})
    yield attack("longer", {"required" * 8_000: 1})
    yield attack("everywhere", {"properties": {f"a{n}": {"maxlen": n} for n in range(900)}})


def extensions() -> Family:
    for word in "x-sensitive x-document x-prefill x-lookup x-unique x-area x-compute".split():
        yield attack(word, {word: {"$ref": "http://127.0.0.1:9/", "pattern": "(a+)+"}}, AB)
    for word in "x-sms x-error x-on-hide".split():
        yield attack(f"{word}, deep", {word: [[[[[[{"items": {"$ref": "#"}}]]]]]]}, AB)
    for word in ("x-", "x-sensitiv", "X-sensitive", "x-sensitive ", "x-other", "x-sms\u200b"):
        yield attack(f"not one: {word!a}", {word: 1})


def annotations() -> Family:
    """What checks nothing, and is stored and shown."""
    deep: Any = 1
    for _ in range(20):
        deep = [deep]
    for word in ("default", "examples", "const", "title", "description", "$comment"):
        yield attack(f"{word}, large", {word: ["a" * 200] * 200}, "a")
        yield attack(f"{word}, larger", {word: ["a" * 200] * 600}, "a")
        yield attack(f"{word}, deep", {word: deep}, deep)
        yield attack(f"{word}, many", {word: [0] * 9_000}, [0] * 4_000)


def wrong_types() -> Family:
    """A wrong value for every keyword that takes one; what is one of them is right for it."""
    words = (
        "type enum const required properties items allOf not if pattern format minimum maxLength"
        " uniqueItems $ref $defs patternProperties dependentSchemas prefixItems title $id"
    )
    for word in words.split():
        for value in (None, 5, "x", [], [5], {}, {"a": 5}, True):
            yield attack(f"{word}: {value!r}", {word: value}, 1, "a", [1], {"a": 1})
    yield attack("many of them", {"properties": {f"a{n}": 5 for n in range(8_000)}})
    raw = b'{"required":[' + b",".join(b"%d" % n for n in range(9_000)) + b"]}"
    yield Attack("9000 numbers as names", raw_form(raw))
    bad = {"minLength": -1, "maxLength": -1, "minItems": "a", "title": 5, "type": 5, "enum": 5}
    yield attack("700 wrong schemas", {"properties": {f"a{n}": bad for n in range(700)}})


FAMILIES: Mapping[str, Callable[[], Family]] = {
    "doubling by allOf": doubling_all,
    "doubling by anyOf": doubling_any,
    "doubling by oneOf": doubling_one,
    "doubling by if": doubling_if,
    "doubling by members": doubling_members,
    "negations": doubling_not,
    "wide choices": wide_choices,
    "nested schemas": nested_schemas,
    "large enums": large_enums,
    "numbers in schemas": numbers,
    "patterns": patterns,
    "patterns of names": pattern_names,
    "loops of references": loops,
    "chains of references": reference_chains,
    "dynamic references": dynamic,
    "remote addresses": remote,
    "unique items": unique_items,
    "contains": contains,
    "dependencies": dependent,
    "names of properties": property_names,
    "thousands of properties": many_properties,
    "unevaluated members": unevaluated,
    "misspelt keywords": misspelt,
    "extensions": extensions,
    "annotations": annotations,
    "wrong types in schemas": wrong_types,
}
