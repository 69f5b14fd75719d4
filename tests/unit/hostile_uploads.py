"""Hostile service documents and what pretends to be one, by family: the whole, not its schemas.

Beside each stands what it should not be able to do: stop the reader, hold the publisher up, reach
outside, or leave anything behind that harms whoever reads it later.
"""

import copy
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.unit import hostile_schemas
from tests.unit.hostile_schemas import MARK, Attack, Family, attack, base, document, dump

TEXTS = {"zh-Hans": "字", "en": "word"}
WHO = {"role": "acceptor", "at": "unit"}
ACT = {"titles": TEXTS, "event": "granted", "to": "end:granted"}
KIB = 1024


def edited(name: str, pointer: str, value: Any) -> Attack:
    """The good document with one member replaced or added."""
    it = document()
    *path, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    place = it
    for part in path:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if isinstance(place, list):
        place[int(last)] = copy.deepcopy(value)
    else:
        place[last] = copy.deepcopy(value)
    return Attack(name, dump(it))


def inside(name: str, raw: bytes) -> Attack:
    """The good document with raw JSON text, or what pretends to be some, for its views."""
    return Attack(name, edited(name, "/guide/conditions", MARK).body.replace(dump(MARK), raw))


def nested(opening: bytes, closing: bytes) -> Family:
    for depth in (28, 33, 64, 500, 2_000, 50_000, 120_000):
        yield inside(f"{depth} closed", opening * depth + b"1" + closing * depth)
        yield inside(f"{depth} open", opening * depth)
        yield Attack(f"{depth} alone", opening * depth + b"1" + closing * depth)


def nested_arrays() -> Family:
    yield from nested(b"[", b"]")


def nested_objects() -> Family:
    yield from nested(b'{"a":', b"}")


def not_json() -> Family:
    whole = base()
    for text in "NaN Infinity -Infinity 1e999 -1e999 1e-400 01 +1 .5 1. 0x10 1_0 True None".split():
        yield inside(text, text.encode())
    for digits in (17, 18, 400, 5_000, 200_000):
        yield inside(f"{digits} digits", b"9" * digits)
    yield inside("lost precision", b"0.1000000000000000055511151231257827")
    for extra in (b"x", b"{}", b"\x00", b",", b"]", b"//", b"\xff", whole):
        yield Attack(f"followed by {extra[:3]!r}", whole + extra)
    for length in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        yield Attack(f"cut at {length}", whole[:length])
    for raw in (
        b"null",
        b"true",
        b"1",
        b'"a"',
        b"[]",
        b"{}",
        b"[[]]",
        b" ",
        b"\n",
        b"'a'",
        b"{a:1}",
    ):
        yield Attack(f"only {raw!r}", raw)


def encodings() -> Family:
    text = base().decode()
    for name in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "gb18030"):
        yield Attack(name, text.encode(name))
    yield Attack("gzip", gzip.compress(base()))
    yield Attack("gzip bomb", gzip.compress(b"[" * 20_000_000))
    for name, raw in {
        "high surrogate": rb'"\ud800"',
        "low surrogate": rb'"\udc00"',
        "reversed surrogates": rb'"\udc00\ud800"',
        "raw surrogate": b'"\xed\xa0\x80"',
        "surrogate in a name": rb'{"\ud800":1}',
        "overlong": b'"\xc0\xaf"',
        "beyond": b'"\xf4\x90\x80\x80"',
        "byte": b'"\xff"',
        "nul": rb'"a\u0000b"',
        "raw nul": b'"a\x00b"',
    }.items():
        yield inside(name, raw)


def duplicate_names() -> Family:
    yield Attack("service", base().replace(b'"service":', b'"service": "other", "service":', 1))
    yield inside("in an object", b'{"a":1,"a":2}')
    yield inside("escaped", rb'{"a":1,"\u0061":2}')
    yield inside("of many", b"{" + b",".join(b'"a":%d' % n for n in range(20_000)) + b"}")
    raw = b'{"type":"string","type":"object"}'
    yield Attack("in a schema", hostile_schemas.raw_form(raw))


def text_directions() -> Family:
    for code in (0x202E, 0x202A, 0x2066, 0x2069, 0xFEFF, 0x0007, 0x001B, 0x007F, 0x0085):
        yield edited(f"title {code:04x}", "/titles/zh-Hans", f"a{chr(code)}b")
        yield edited(f"name {code:04x}", f"/form/properties/a{chr(code)}", {})
    for code in (0x200B, 0x200D, 0x2060, 0xE000, 0xFFFE, 0x1F600, 0x0300):
        yield edited(f"title {code:04x}", "/titles/zh-Hans", f"a{chr(code)}b" * 20)
    yield edited("combining flood", "/titles/zh-Hans", "a" + "\u0300" * 1_900)


def repeated_entries() -> Family:
    """Where the published schema and the one of schemas ask for entries that differ."""
    for name, pointer in {
        "channels": "/channels",
        "channels of a notice": "/notices/granted/channels",
        "needed names": "/form/required",
        "needed with others": "/form/dependentRequired",
        "types": "/form/properties/name/type",
    }.items():
        for entries, head in ((200, 16), (330, 20), (15, 300)):
            value: Any = hostile_schemas.alike(entries, head, 0.7)
            value = {"a": value} if pointer.endswith("dependentRequired") else value
            yield edited(f"{name}: {entries} of {head}", pointer, value)


def wrong_types() -> Family:
    """A wrong value for every member of the document and of its flow."""
    wrong: tuple[Any, ...] = (None, True, -1, 1.5, "", "x", [], [None], {}, {"a": 1}, "长" * 2_500)
    it = document()
    spots = [f"/{name}" for name in it] + [f"/flow/{name}" for name in it["flow"]]
    spots += [f"/flow/stages/desk/{name}" for name in it["flow"]["stages"]["desk"]]
    spots += [f"/notices/granted/{name}" for name in it["notices"]["granted"]]
    spots += [f"/clocks/promised/{name}" for name in it["clocks"]["promised"]]
    for spot in spots:
        for number, value in enumerate(wrong):
            yield edited(f"{spot} {number}", spot, value)


def floods() -> Family:
    """More of everything than a service could have."""
    many = 100_000
    stages = b"{" + b",".join(b'"s%d":{"kind":"tell"}' % n for n in range(9_000)) + b"}"
    for name, raw in {
        "9000 stages": stages,
        "100000 stages": b"{" + b",".join(b'"s%d":1' % n for n in range(many)) + b"}",
        "100000 empty lists": b"[" + b"[]," * many + b"[]]",
        "100000 numbers": b"[" + b"1," * many + b"1]",
        "20000 numbers": b"[" + b"1," * 20_000 + b"1]",
        "9000 numbers": b"[" + b"1," * 9_000 + b"1]",
        "9900 names": b"{" + b",".join(b'"%d":0' % n for n in range(9_900)) + b"}",
        "9900 objects": b"[" + b"{}," * 9_900 + b"{}]",
    }.items():
        for member in ("flow", "papers", "events", "form", "notices", "views"):
            whole = edited(name, f"/{member}", MARK).body
            yield Attack(f"{member}: {name}", whole.replace(dump(MARK), raw))


def repetition() -> Family:
    """What packs well: small when sent, large when read."""
    for size in (60, 200, 255, 257, 2_000, 10_000):
        yield inside(f"one text of {size} KiB", b'"' + b"a" * (size * KIB) + b'"')
        yield Attack(f"{size} KiB of spaces", b" " * (size * KIB) + base())
    yield inside("texts", b"[" + b'"aaaaaaaaaa",' * 15_000 + b'""]')
    yield inside("one name of 200 KiB", b'{"' + b"k" * (200 * KIB) + b'":1}')
    yield inside("escapes", b'"' + rb"\u4e00" * 40_000 + b'"')
    yield inside("open escapes", b'"' + rb"\"" * 100_000)
    yield inside("names of 199", b"{" + b",".join(b'"%0199d":0' % n for n in range(1_200)) + b"}")


def large_titles() -> Family:
    for length in (1_999, 2_001, 60_000):
        for pointer in ("/titles/zh-Hans", "/short/zh-Hans", "/guide/item_code", "/events/granted"):
            yield edited(f"{pointer} {length}", pointer, "长" * length)
    it = document()
    it["titles"] |= {f"l{n}": "a" for n in range(3_000)}
    yield Attack("3000 languages", dump(it))


def bad_names() -> Family:
    names: tuple[str, ...] = (
        "../x",
        "../../etc/passwd",
        "..%2f",
        "/",
        "a/b",
        "a~1b",
        "A",
        "",
        ".",
        "a b",
        "a\nb",
    )
    names += ("__proto__", "constructor", "prototype", "toString", "__class__", "a" * 41, "é", "-a")
    names += ("service#live", "catalogue", "a\u0301", "aux", "con", "$where", "{sign}", "'; drop")
    for name in names:
        yield edited(f"service {name!a}", "/service", name)
        yield edited(f"stage {name!a}", f"/flow/stages/{escaped(name)}", {"kind": "tell"})
        yield edited(f"event {name!a}", f"/events/{escaped(name)}", {"titles": TEXTS})
        yield edited(f"field {name!a}", f"/form/properties/{escaped(name)}", {"type": "string"})
    for name in ("__proto__", "constructor", "prototype"):
        it = document()
        it["form"]["properties"][name] = {"type": "string"}
        yield Attack(f"property {name}", dump(it))
        it = document()
        it["form"]["$defs"] = {name: {"type": "string"}}
        it["form"]["properties"]["x"] = {"$ref": f"#/$defs/{name}"}
        yield Attack(f"definition {name}", dump(it), ("a", 1))


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def pointers() -> Family:
    wrong: tuple[str, ...] = (
        "",
        "/",
        "//",
        "name",
        "/name/..",
        "/~",
        "/~2",
        "/name~",
        "/a~1b",
        "#/name",
        "/-",
        "/0",
    )
    wrong += (
        "/" + "a" * 61,
        "/a" * 150,
        "/name/name",
        "/__proto__",
        "/constructor/name",
        "/phone\n",
    )
    for value in wrong:
        for member in ("name", "region", "phones/0"):
            yield edited(f"{member} {value[:20]!a}", f"/subject/{member}", value)
    it = document()
    loop = {"properties": {"a": {"$ref": "#/properties/name"}}, "$ref": "#/properties/name"}
    it["form"]["properties"]["name"] = loop
    it["subject"]["name"] = "/name/a/a/a"
    yield Attack("through a loop", dump(it))


def format_strings() -> Family:
    texts = (
        "{0}", "{}", "{sign.__class__}", "{sign[0]}", "{sign!r}", "{sign:>999999999}", "{{sign}}",
        "%s%n%x", "%(sign)s", "${sign}", "${jndi:ldap://127.0.0.1/a}", "$(id)", "`id`", "{{7*7}}",
        "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "\r\nBcc: a@b.c", "{sign", "sign}",
        "{__import__('os')}", "{a_b_c}", "{" * 900, "{a}" * 600, "{sign}" * 300,
    )  # fmt: skip
    for text in texts:
        name = f"{text[:24]!a} {len(text)}"
        yield edited(f"SMS {name}", "/notices/granted/texts/sms/zh-Hans", text)
        yield edited(f"call {name}", "/notices/granted/texts/call/zh-Hans", text)
    order = {"number": "1", "variables": ["sign"] * 9_000}
    yield edited("9000 variables", "/notices/granted/sms_template", order)


def endless_flows() -> Family:
    for length in (1, 2, 10, 38):
        for ends in (False, True):
            stages = {
                f"s{n}": desk({"go": {**ACT, "to": f"s{(n + 1) % length}"}}) for n in range(length)
            }
            if ends:
                stages["s0"]["actions"]["end"] = ACT
            yield flow(f"round of {length}, {'ends' if ends else 'never ends'}", stages)
    everywhere = {f"s{n}": desk({"end": ACT}) for n in range(38)}
    yield flow("many that nothing leads to", everywhere)


def dense_flows() -> Family:
    """Every stage leads everywhere; the more there is, the longer each question takes."""
    for stages, ways in ((5, 4), (12, 11), (20, 12), (38, 2), (38, 6), (38, 12)):
        yield flow(f"{stages} stages of {ways}", complete(stages, ways))
        away = {"to": "s1", "event": "granted"}
        full = {name: {**one, "outcomes": {f"o{n}": away for n in range(ways)}}
                for name, one in complete(stages, ways).items()}  # fmt: skip
        yield flow(f"{stages} stages of {ways} and outcomes", full)
    asked = complete(8, 12)
    for one in asked.values():
        for act in one["actions"].values():
            act["after"] = "granted"
            act["least"] = {"verdict": "given", "parts": 2}
    yield flow("acts that wait for others", asked)
    part = {"titles": TEXTS, "who": WHO, "actions": {f"a{n}": ACT for n in range(12)}}
    parts = {f"p{n}": part for n in range(20)}
    for size in (1, 4, 12):
        several = {f"s{n}": {**desk({"end": ACT}), "parts": parts} for n in range(size)}
        yield flow(f"{size} stages of 240 acts in parts", several)
        fan = {name: {**one, "kind": "fanout"} for name, one in several.items()}
        yield flow(f"{size} fanouts of 240 acts", fan)


def complete(stages: int, ways: int) -> dict[str, Any]:
    return {
        f"s{n}": desk({f"a{m}": {**ACT, "to": f"s{(n + m + 1) % stages}"} for m in range(ways - 1)}
                      | {"end": {**ACT}})
        for n in range(stages)
    }  # fmt: skip


def desk(actions: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": "desk", "titles": TEXTS, "who": WHO, "actions": dict(actions)}


def flow(name: str, stages: Mapping[str, Any]) -> Attack:
    it = document()
    first = next(iter(stages))
    it["flow"] = {"start": first, "stages": {**stages, "tell": it["flow"]["stages"]["tell"]}}
    return Attack(name, dump(it))


def many_schemas() -> Family:
    """Each schema is small enough, all of them together are not."""
    fields = {f"f{n}": {"type": "string", "pattern": f"^a{n}$"} for n in range(40)}
    schema = {"type": "object", "properties": fields}
    for size in (2, 20, 60, 200):
        it = document()
        actions = {f"a{n}": {**ACT, "input": schema} for n in range(min(size, 12))}
        it["flow"]["stages"]["desk"]["actions"] |= actions
        it["papers"] = [
            {"id": f"p{n}", "titles": TEXTS, "necessity": "necessary", "required_if": schema}
            for n in range(min(size, 40))
        ]
        yield Attack(f"{size} of 40 fields", dump(it))
    branch = [{"if": {"const": n}, "event": "granted"} for n in range(5)]
    for size, ways in ((8, 11), (20, 12), (38, 10), (38, 12)):
        stages = complete(size, ways)
        for one in stages.values():
            for act in one["actions"].values():
                act |= {"branch": branch, "input": {"type": "object"}, "if": {"const": size}}
        yield flow(f"{size * ways} acts of seven schemas", stages)
    for count, size in ((12, 300), (4, 1_000), (2, 2_000)):
        wide = {"properties": {f"f{n}": {"type": "string"} for n in range(size)}}
        it = document()
        actions = {f"a{n}": {**ACT, "input": wide} for n in range(count)}
        it["flow"]["stages"]["desk"]["actions"] |= actions
        yield Attack(f"{count} of {size} fields", dump(it))


def many_replies() -> Family:
    """Questions whose every answer is checked against the same large schema."""
    for notices, size in ((1, 100), (5, 300), (38, 20), (38, 200)):
        fields = {f"f{n}": {"type": "string", "maxLength": 9} for n in range(size)}
        it = document()
        it["flow"]["acts"] = {
            "say": {
                "titles": TEXTS, "event": "granted", "by": "applicant",
                "input": {"type": "object", "properties": fields},
            }
        }  # fmt: skip
        reply = {"action": "say", "details": {"f1": "a"}}
        asks = {"days": 5, "replies": {str(n): reply for n in range(8)}}
        notice = {**it["notices"]["granted"], "asks": asks}
        it["notices"] = {f"n{n}": notice for n in range(notices)} | it["notices"]
        yield Attack(f"{notices} questions, {size} fields", dump(it))


def conditions() -> Family:
    """The same attacks where a condition or an action's details take a schema."""
    schemas: Mapping[str, Any] = {
        "loop": {"$ref": "#"},
        "remote": {"$ref": "http://127.0.0.1:9/a"},
        "bomb": {"pattern": "^(?=a)b"},
        "doubling": {
            "$ref": "#/$defs/d0",
            "$defs": hostile_schemas.chain(30, lambda ref: {"anyOf": [ref, ref]}, {}),
        },
        "misspelt": {"requred": ["a"]},
        "unique": {"uniqueItems": True},
        "enum": {"enum": list(range(2_000))},
        "wide": {"properties": {f"a{n}": {} for n in range(2_500)}},
    }
    for name, schema in schemas.items():
        paper = {"id": "p", "titles": TEXTS, "necessity": "necessary", "required_if": schema}
        yield edited(f"paper: {name}", "/papers", [paper])
        yield edited(f"act: {name}", "/flow/stages/desk/actions/grant/if", schema)
        yield edited(f"input: {name}", "/flow/stages/desk/actions/grant/input", schema)
        branch = [{"if": schema, "event": "granted"}]
        yield edited(f"branch: {name}", "/flow/stages/desk/actions/grant/branch", branch)
        secret = [{"pointer": "/name", "to": ["acceptor"], "if": schema}]
        yield edited(f"confidential: {name}", "/confidential", secret)


def whole_forms() -> Family:
    """The largest forms there may be, which must be accepted or refused as quickly."""
    for size in (500, 900, 1_300, 1_900, 2_100):
        fields = {f"f{n}": {"type": "string", "title": "一项", "maxLength": 9} for n in range(size)}
        yield attack(f"{size} fields", {"type": "object", "properties": fields}, {"f1": 1})
    fields = {f"f{n}": {"$ref": "#/$defs/short"} for n in range(1_900)}
    defs = {"short": {"type": "string", "pattern": "^[a-z]{1,9}$"}}
    yield attack(
        "1900 references", {"properties": fields}, dict.fromkeys(fields, 1), **{"$defs": defs}
    )
    ifs = [{"if": {"properties": {"a": {"const": n}}}, "then": {"required": [f"b{n}"]}}
           for n in range(400)]  # fmt: skip
    yield attack("400 conditions", {"allOf": ifs}, {"a": 1}, {"a": "b"})
    yield Attack("the form alone", json.dumps({"type": "object"}).encode())


FAMILIES: Mapping[str, Callable[[], Iterator[Attack]]] = {
    "nested arrays": nested_arrays,
    "nested objects": nested_objects,
    "not JSON": not_json,
    "encodings": encodings,
    "duplicate names": duplicate_names,
    "directions and controls": text_directions,
    "wrong types in documents": wrong_types,
    "repeated entries": repeated_entries,
    "floods": floods,
    "repetition": repetition,
    "large titles": large_titles,
    "bad names": bad_names,
    "pointers": pointers,
    "format strings": format_strings,
    "endless flows": endless_flows,
    "dense flows": dense_flows,
    "many schemas": many_schemas,
    "many replies": many_replies,
    "conditions": conditions,
    "whole forms": whole_forms,
    **hostile_schemas.FAMILIES,
}
