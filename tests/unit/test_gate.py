"""Where the bounds on uploads lie, what is said beyond them, and that honest forms are within."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.formlint import DIALECT, schema_findings
from chalicelib.services.checks.lint import lint
from chalicelib.services.forms.answers import Forms
from chalicelib.services.forms.gate import DOCUMENT, breach
from chalicelib.services.forms.pattern import written_out
from tests.unit.hostile_schemas import document

Make = Callable[[int], Any]


def found(schema: Any) -> list[tuple[str, str]]:
    return [(one.pointer, one.keyword) for one in schema_findings("", schema)]


def levels(count: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(count):
        schema = {"items": schema}
    return schema


def chain(count: int) -> Any:
    steps = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(count)}
    return {"$ref": "#/$defs/d0", "$defs": {**steps, f"d{count}": {"type": "string"}}}


def fields(count: int) -> dict[str, Any]:
    lists = {"items": {"anyOf": consts(100)}, "maxItems": 500}
    names = {f"f{n}": {"$ref": "#/$defs/lists"} for n in range(count)}
    return {"properties": names, "$defs": {"lists": lists}}


# The last one that is accepted, what is made of it, where one more is refused and for what.
BOUNDS: dict[str, tuple[int, Make, str, str]] = {
    "levels of schemas": (16, levels, "", "depth"),
    "schemas": (1_999, lambda n: {"properties": {f"f{i}": {} for i in range(n)}}, "", "size"),
    "bytes": (65_509, lambda n: {"title": "", "$comment": "a" * n}, "", "size"),
    "an enum": (500, lambda n: {"enum": list(range(n))}, "/enum", "maxItems"),
    "a choice": (500, lambda n: {"oneOf": [{"const": i} for i in range(n)]}, "/oneOf", "maxItems"),
    "names needed": (1_000, lambda n: {"required": [f"a{i}" for i in range(n)]}, "/required",
                     "maxItems"),
    "entries that differ": (200, lambda n: {"uniqueItems": True, "maxItems": n}, "/uniqueItems",
                            "uniqueItems"),
    "a pattern": (256, lambda n: {"pattern": "a" * n}, "/pattern", "pattern"),
    "a repeat": (2_000, lambda n: {"pattern": f"^a{{{n}}}"}, "/pattern", "pattern"),
    "counting after anything": (12, lambda n: {"pattern": f"a[ab]{{{n}}}"}, "/pattern", "pattern"),
    "counting in a short text": (1_000, lambda n: {"pattern": "a[ab]{90}", "maxLength": n},
                                 "/pattern", "pattern"),
    "references in a row": (62, chain, "", "depth"),
    "doubling": (17, lambda n: {"$ref": "#/$defs/d0", "$defs": doubling(n)}, "", "cost"),
    "a choice in an endless list": (198, lambda n: {"items": {"anyOf": consts(n)}}, "", "cost"),
    "fields with long lists": (19, fields, "", "cost"),
    "a name": (200, lambda n: {"properties": {"a" * n: {}}}, "/properties", "name"),
}  # fmt: skip


def doubling(count: int) -> dict[str, Any]:
    refs = [{"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(count)]
    return {f"d{n}": one for n, one in enumerate([*refs, {"type": "string"}])}


def consts(count: int) -> list[Any]:
    return [{"const": f"c{n}"} for n in range(count)]


@pytest.mark.parametrize(("last", "make", "pointer", "keyword"), BOUNDS.values(), ids=BOUNDS)
def test_up_to_a_bound_all_is_well_and_one_more_is_refused(
    last: int, make: Make, pointer: str, keyword: str
) -> None:
    assert found(make(last)) == []
    assert (pointer, keyword) in found(make(last + 1))


def test_a_misspelt_keyword_is_told_with_the_one_that_is_likely_meant() -> None:
    typed = {"requred": [], "aditionalProperties": {}, "maxlength": 5, "x-sensitve": 1, "zzz": 1}
    told = {one.params["keyword"]: one for one in schema_findings("/form", typed)}

    likely = {word: one.params.get("likely") for word, one in told.items()}
    assert likely == {
        "requred": "required",
        "aditionalProperties": "additionalProperties",
        "maxlength": "maxLength",
        "x-sensitve": "x-sensitive",
        "zzz": None,
    }
    assert all(one.keyword == "keyword" and one.severity == "error" for one in told.values())
    texts = told["requred"].texts
    assert "required" in texts["zh-Hans"] and "did you mean required?" in texts["en"]


@pytest.mark.parametrize("word", ["definitions", "dependencies", "additionalItems", "$dynamicRef"])
def test_a_keyword_of_another_draft_is_told_with_what_to_write_instead(word: str) -> None:
    (told,) = schema_findings("", {word: {}})

    assert (told.pointer, told.keyword) == (f"/{word}", "keyword")
    assert "not supported: " in told.texts["en"]


REFUSED: dict[str, tuple[Any, str, str]] = {
    "a unit too small": ({"multipleOf": 1e-10}, "/multipleOf", "multipleOf"),
    "an address for a name": ({"$id": "https://a.invalid/b"}, "/$id", "$id"),
    "a name inside": ({"items": {"$id": "urn:a"}}, "/items/$id", "$id"),
    "another dialect": ({"$schema": "https://a.invalid/b"}, "/$schema", "$schema"),
    "a reserved name": ({"properties": {"__proto__": {}}}, "/properties/__proto__", "name"),
    "an end in the middle": ({"pattern": "a$b"}, "/pattern", "pattern"),
    "a beginning in the middle": ({"pattern": "a^b"}, "/pattern", "pattern"),
    "a flag": ({"pattern": "(?m)^a"}, "/pattern", "pattern"),
    "a reference to a value": (
        {"const": {"type": "string"}, "properties": {"a": {"$ref": "#/const"}}},
        "/properties/a/$ref",
        "reference",
    ),
    "a length below nothing": (
        {"properties": {"a": {"title": "a", "maxLength": -1}}, "required": ["a"]},
        "/properties/a/maxLength",
        "minimum",
    ),
    "a number for a schema": ({"items": 5}, "/items", "type"),
    "entries that differ and may be anything": (
        {"uniqueItems": True},
        "/uniqueItems",
        "uniqueItems",
    ),
    "entries that differ and may be lists": (
        {"items": {"enum": ["a", ["b"]]}, "uniqueItems": True},
        "/uniqueItems",
        "uniqueItems",
    ),
    "entries that differ and may be objects": (
        {"items": {"anyOf": [{"type": "string"}, {}]}, "uniqueItems": True},
        "/uniqueItems",
        "uniqueItems",
    ),
    "entries that differ after first ones": (
        {"prefixItems": [{}], "items": {"type": "string"}, "uniqueItems": True},
        "/uniqueItems",
        "uniqueItems",
    ),
    "a number that is nearly none": ({"const": 1e-21}, "/const", "number"),
    "a number beyond all counting": ({"maximum": 1.7e308}, "/maximum", "number"),
}


@pytest.mark.parametrize(("schema", "pointer", "keyword"), REFUSED.values(), ids=REFUSED)
def test_a_form_is_refused_for(schema: Any, pointer: str, keyword: str) -> None:
    assert found(schema) == [(pointer, keyword)]


HONEST: dict[str, Any] = {
    "every registered extension": {
        f"x-{name}": {"any": ["value"]}
        for name in (
            *("area", "compute", "document", "error", "lookup"),
            *("on-hide", "prefill", "sensitive", "sms", "unique"),
        )
    },
    "a urn as its name": {"$id": "urn:example:form:1", "$schema": DIALECT},
    "a table without an end": {
        "items": {
            "type": "object",
            "required": [f"f{n}" for n in range(30)],
            "properties": {
                f"f{n}": {"type": "string", "title": "一项", "pattern": f"^[a-z]{{1,{n + 1}}}$"}
                for n in range(30)
            },
        }
    },
    "a list of provinces": {
        "items": {"oneOf": [{"const": f"{n}", "title": "省"} for n in range(34)]}
    },
    "an optional country code": {"pattern": r"^(\+86)?1[3-9]\d{9}$"},
    "numbers of identity cards": {"items": {"pattern": r"^\d{17}[\dXx]$"}},
    "a pattern without an anchor": {"pattern": r"\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}"},
    "an address of e-mail": {"pattern": r"^[\w.+-]+@[\w-]+\.[a-z]{2,24}$", "type": "string"},
    "an address with any end": {"pattern": r"^[\w.+-]+@[\w-]+\.[\w.-]{2,24}$"},
    "many such addresses": {
        "properties": {
            f"f{n}": {"pattern": rf"^[\w.+-]+@[\w-]+\.[\w.-]{{2,{n + 3}}}$"} for n in range(60)
        }
    },
    "an address of parts": {
        "pattern": r"^[\w.+-]+@[\w-]+(\.[\w-]+)*\.[\w.-]{2,24}$",
        "maxLength": 254,
    },
    "an address of parts without a count": {"pattern": r"^[\w.+-]+@[\w-]+(\.[\w-]+)*\.[\w.-]{2,}$"},
    "boxes to tick": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True},
    "titled boxes": {
        "items": {"$ref": "#/$defs/boxes"},
        "uniqueItems": True,
        "$defs": {"boxes": {"oneOf": [{"const": "a", "title": "甲"}, {"const": 2}]}},
    },
    "different texts": {"items": {"type": ["string", "null"], "maxLength": 9}, "uniqueItems": True},
    "numbers of any honest size": {"minimum": -1e20, "maximum": 1e20, "enum": [0.0, 1e-20]},
    "names in Chinese": {"items": {"pattern": "^[\u4e00-\u9fa5·]{2,50}$"}},
    "text of two hundred": {"pattern": "^.{1,200}$"},
    "conditions by the dozen": {
        "allOf": [
            {"if": {"properties": {"kind": {"const": n}}}, "then": {"required": [f"of{n}"]}}
            for n in range(120)
        ]
    },
    "only what is known": {
        "allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}],
        "unevaluatedProperties": False,
    },
}


@pytest.mark.parametrize("schema", HONEST.values(), ids=HONEST)
def test_an_honest_form_is_within_all_bounds(schema: Any) -> None:
    assert found(schema) == []


def test_a_document_of_any_size_has_one_finding_for_its_size() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    wrong = {
        "/views depth": {**document(), "views": deep},
        "size of values": {**document(), "views": list(range(20_000))},
        "size of bytes": {**document(), "views": "a" * 300_000},
        "/views number": {**document(), "views": float("nan")},
        "/views/0 number ": {**document(), "views": [2**53]},
        "/views/0 text": {**document(), "views": ["\ud800"]},
        "/views name": {**document(), "views": {"a" * 201: 1}},
        "/views type": {**document(), "views": {1: 1}},
        "/views/a type": {**document(), "views": {"a": {1, 2}}},
    }

    for name, value in wrong.items():
        (told,) = lint(value)
        place = name.split()[0] if name.startswith("/") else ""
        assert told.pointer == place
        assert told.keyword in name
    assert breach(document(), DOCUMENT) is None


def test_all_forms_of_a_document_together_have_a_bound() -> None:
    it = document()
    fields = {"type": "object", "properties": {f"f{n}": {} for n in range(600)}}
    act = it["flow"]["stages"]["desk"]["actions"]["grant"]
    names = [f"grant{n}" for n in range(5)]
    it["flow"]["stages"]["desk"]["actions"] = {name: {**act, "input": fields} for name in names}

    told = [(one.pointer, one.keyword) for one in lint(it)]

    assert told == [("/flow/stages/desk/actions/grant4/input", "cost")]
    del it["flow"]["stages"]["desk"]["actions"]["grant4"]
    assert lint(it) == []


def test_a_flow_has_a_bound_on_what_its_checks_ask() -> None:
    it = document()
    stages = it["flow"]["stages"]
    stages |= {f"s{n}": {**stages["desk"], "actions": {}} for n in range(36)}
    act = {**stages["desk"]["actions"]["grant"], "to": "s1"}
    for stage in [one for one in stages.values() if one["kind"] == "desk"]:
        stage["actions"] = {f"a{n}": act for n in range(12)}

    assert [(one.pointer, one.keyword) for one in lint(it)] == [("/flow", "cost")]


FORMS = Forms(lambda: date(2026, 3, 10))
TABLE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": [f"f{n}" for n in range(30)],
        "properties": {f"f{n}": {"type": "string"} for n in range(30)},
    },
}


def check(schema: Any, value: Any) -> list[Finding]:
    return FORMS.check(str(schema), schema, value, "/answers")


def test_answers_of_too_many_values_are_refused_as_a_whole() -> None:
    assert check({}, [0] * 4_999) == []
    assert [(one.pointer, one.keyword) for one in check({}, [0] * 5_000)] == [("/answers", "size")]
    assert not FORMS.holds("any", {}, {"a": [0] * 5_000})


@pytest.mark.parametrize("number", [5e-324, -9.9e-21, 1.1e20, 1.7e308])
def test_answers_with_a_number_that_takes_long_to_compare_are_refused(number: float) -> None:
    assert [(one.pointer, one.keyword) for one in check({}, {"a": [number]})] == [
        ("/answers", "number")
    ]
    assert not FORMS.holds("any", {}, [number])


@pytest.mark.parametrize("number", [0.0, -0.0, 1e-20, 0.01, -1e20, 2**53 - 1])
def test_any_honest_number_may_be_answered(number: float) -> None:
    assert check({}, {"a": [number]}) == []


def test_a_table_with_a_few_wrong_cells_is_told_each_of_them() -> None:
    rows = [{f"f{n}": "a" for n in range(30)} for _ in range(100)]
    rows[7]["f3"] = rows[99]["f29"] = 5  # type: ignore[assignment]
    del rows[50]["f0"]

    told = {(one.pointer, one.keyword) for one in check(TABLE, rows)}

    assert told == {
        ("/answers/7/f3", "type"),
        ("/answers/50/f0", "required"),
        ("/answers/99/f29", "type"),
    }


def test_a_table_with_more_wrong_than_can_be_told_is_told_so() -> None:
    (told,) = check(TABLE, [{}] * 4_000)

    assert (told.pointer, told.keyword) == ("/answers", "errors")
    assert told.texts["zh-Hans"] and told.texts["en"]


def test_no_more_than_fifty_findings_are_told_of_answers() -> None:
    few = {"items": {"type": "string"}}

    assert len(check(few, [0] * 200)) == 50
    strict = {"properties": {"a": True}, "additionalProperties": False}
    assert len(check(strict, {f"a{n}": 0 for n in range(90)})) == 50


ADDRESS = r"^[\w.+-]+@[\w-]+(\.[\w-]+)*\.[\w.-]{2,24}$"


def test_a_count_that_begins_at_many_places_is_told_with_what_to_write_instead() -> None:
    (told,) = schema_findings("", {"pattern": ADDRESS})

    assert (told.pointer, told.keyword) == ("/pattern", "pattern")
    for text in told.texts.values():
        assert "maxLength" in text and "1000" in text and "{2,}" in text
        assert "^" not in text
    assert found({"pattern": ADDRESS, "maxLength": 1_000}) == []
    assert found({"pattern": ADDRESS.replace("{2,24}", "{2,}")}) == []


def test_only_a_pattern_without_an_anchor_is_asked_for_one() -> None:
    (told,) = schema_findings("", {"pattern": "a[ab]{30}"})

    assert all("^" in text for text in told.texts.values())


def test_of_names_no_length_is_asked_that_cannot_be_written() -> None:
    (told,) = schema_findings("", {"patternProperties": {"a[ab]{30}": True}})

    assert told.pointer == "/patternProperties/a[ab]{30}"
    assert not any("maxLength" in text for text in told.texts.values())


def test_letters_of_every_script_are_repeated_without_a_count() -> None:
    (told,) = schema_findings("", {"pattern": r"^\p{L}{1,20}$"})

    assert "maxLength" in told.texts["zh-Hans"] and "maxLength" in told.texts["en"]
    assert found({"pattern": r"^\p{L}+$", "maxLength": 20}) == []


def test_hundreds_of_addresses_with_a_length_are_too_much_together() -> None:
    few, many = (
        {
            "properties": {
                f"f{n}": {"pattern": ADDRESS.replace("24", str(24 + n % 900)), "maxLength": 1_000}
                for n in range(count)
            }
        }
        for count in (15, 300)
    )

    assert found(few) == []
    assert found(many) == [("", "cost")]


THREADS = {
    "^[0-9]{17}[0-9X]$": 0,
    "^.{1,200}$": 0,
    "[0-9]{6}": 0,
    r"^[\w.+-]+@[\w-]+\.[a-z]{2,24}$": 0,
    r"\[ab]{30}": 0,
    "a[ab]{30}": 30,
    "(a|b)*a(a|b){30}": 60,
    "^[ab]{0,9}a[ab]{30}": 30,
    "(?:^)?a[ab]{30}": 30,
    "^*a[ab]{30}": 30,
    "a.{30}": 60,
    "[ab]{90}": 90,
    "^(x?y?){40}": 80,
    "c[ab]*a[ab]{0,9}": 18,
    # The first sign that a run cannot hold ends it, at one place.
    r"^[\w.+-]+@[\w-]+\.[\w.-]{2,24}$": 0,
    r"^[\w-]{1,63}\.[\w.-]{2,24}$": 0,
    r"^(?:\d+-){3}[\d-]{24}$": 0,
    r"^[\w-]+\.{2}[\w.-]{24}$": 0,
    ADDRESS: 48,
    r"^[\w.-]+\.[\w.-]{24}$": 24,
    r"^[\w-]+\.?[\w.-]{24}$": 48,
    r"^[\w-]+\.{0}[\w.-]{24}$": 48,
    r"^[\w-]+\.+[\w.-]{24}$": 24,
    r"^[\w-]+(?:\.|x)[\w.-]{24}$": 24,
    r"^(?:[\w-]+|x)\.[\w.-]{24}$": 24,
    r"[\w-]+\.[\w.-]{24}$": 24,
    r"^(?:[\w-]+\.)*[\w.-]{24}$": 48,
    r"^[^é]+é[\w.-]{24}$": 0,
    r"^\W+é[\wé]{24}$": 48,
    r"^[[a]+\.[a.]{24}$": 24,
    # A code stands for another character than its letters.
    r"\n[^n]{30}": 60,
    r"\b[^b]{30}": 60,
    r"\x61[^1]{30}": 60,
    r"\u0061[^1]{30}": 60,
    r"\.[^.]{30}": 0,
}


@pytest.mark.parametrize(("pattern", "threads"), THREADS.items())
def test_what_may_run_at_once_is_counted_where_a_pattern_may_begin_anywhere(
    pattern: str, threads: int
) -> None:
    assert threads <= written_out(pattern).threads <= threads + 3
