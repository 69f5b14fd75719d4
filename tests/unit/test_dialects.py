"""Forms in other dialects and languages: what a view says, what it leaves out, what it is told."""

import copy
from typing import Any

import pytest

from chalicelib.platform.errors import Finding, Refused
from chalicelib.platform.json import resolve
from chalicelib.routes import folds
from chalicelib.services.forms.answers import compiled
from chalicelib.services.views import layouts
from chalicelib.services.views.bundles import localise, texts
from chalicelib.services.views.dialects import DIALECTS, view
from chalicelib.services.views.modernise import modernise
from tests.world import ROOT, load_json

SERVICES = sorted(path.parent.name for path in ROOT.glob("forms/*/service.json"))
OLD, NEW = DIALECTS["draft-07"], DIALECTS["2020-12"]
NAMED = {"type": "object", "properties": {"name": {"type": "string"}}}


def document(service: str) -> Any:
    return load_json(f"forms/{service}/service.json")


def turned(form: Any, dialect: str = "draft-07", strict: bool = False) -> Any:
    """What the view says besides which dialect it is in."""
    made = dict(view(form, dialect, strict).schema)
    assert made.pop("$schema") == DIALECTS[dialect]
    return made


def lost(form: Any, dialect: str = "draft-07", strict: bool = False) -> list[tuple[str, str]]:
    return [(loss.pointer, loss.keyword) for loss in view(form, dialect, strict).losses]


def test_plain_2020_12_is_the_form_as_it_is_and_leaves_nothing_out() -> None:
    form = {"$schema": NEW, "x-note": 1, "properties": {"a": {"format": "email"}}}

    shown = view(form)

    assert shown.schema == form
    assert shown.losses == ()


@pytest.mark.parametrize("service", SERVICES)
def test_our_forms_are_the_same_in_2020_12_and_no_view_changes_the_form(service: str) -> None:
    form = document(service)["form"]
    before = copy.deepcopy(form)

    assert view(form).schema == form
    for dialect in DIALECTS:
        for strict in (False, True):
            view(form, dialect, strict)
    assert form == before


@pytest.mark.parametrize("service", SERVICES)
def test_of_our_forms_draft_07_leaves_only_the_check_of_e_mail_addresses_to_the_server(
    service: str,
) -> None:
    form = document(service)["form"]

    assert {keyword for _, keyword in lost(form)} <= {"format"}
    for pointer, _ in lost(form):
        assert resolve(form, pointer) == "email"


def test_an_unknown_dialect_has_no_view() -> None:
    with pytest.raises(KeyError):
        view({}, "draft-04")


def test_definitions_move_with_what_refers_to_them_and_stay_if_nothing_does() -> None:
    form = {
        "properties": {"a": {"$ref": "#/$defs/one", "title": "A"}},
        "$defs": {"one": {"$ref": "#/$defs/two"}, "two": {"type": "string"}, "three": {}},
    }

    assert turned(form) == {
        "properties": {"a": {"$ref": "#/definitions/one", "title": "A"}},
        "definitions": {"one": {"$ref": "#/definitions/two"}, "two": {"type": "string"}},
    }


def test_a_reference_to_any_other_place_becomes_a_definition_with_a_plain_name() -> None:
    form = {"properties": {"a b/c": {"minLength": 1}, "b": {"$ref": "#/properties/a%20b~1c"}}}

    made = turned(form)

    assert made["properties"]["b"] == {"$ref": "#/definitions/schema"}
    assert made["definitions"] == {"schema": {"minLength": 1}}


def test_rules_beside_a_reference_hold_in_draft_07_too() -> None:
    form = {"$ref": "#/$defs/a", "minLength": 2, "$defs": {"a": {"type": "string"}}}

    assert turned(form)["allOf"] == [{"$ref": "#/definitions/a"}]
    assert turned(form)["minLength"] == 2


def test_both_kinds_of_dependency_become_one() -> None:
    form = {
        "dependentRequired": {"a": ["b"], "c": ["d"]},
        "dependentSchemas": {"a": {"required": ["e"]}},
    }

    assert turned(form) == {
        "dependencies": {"a": ["b"], "c": ["d"]},
        "allOf": [{"dependencies": {"a": {"required": ["e"]}}}],
    }
    assert lost(form) == []


def test_items_by_position_become_an_array_of_items() -> None:
    form = {"prefixItems": [{"type": "string"}, True], "items": False}

    assert turned(form) == {"items": [{"type": "string"}, True], "additionalItems": False}


UNEVALUATED = {
    "beside its properties": ({**NAMED, "unevaluatedProperties": False}, True),
    "beside conditions on its own properties": (
        {
            **NAMED,
            "if": {"properties": {"name": {"const": "a"}}},
            "then": {"required": ["name"]},
            "unevaluatedProperties": False,
        },
        True,
    ),
    "beside a part that brings others": (
        {**NAMED, "allOf": [{"properties": {"b": {}}}], "unevaluatedProperties": False},
        False,
    ),
    "beside a part that is open": (
        {**NAMED, "anyOf": [{"additionalProperties": True}, {}], "unevaluatedProperties": False},
        False,
    ),
    "beside a reference": (
        {"$ref": "#/$defs/a", "$defs": {"a": NAMED}, "unevaluatedProperties": False},
        False,
    ),
}


@pytest.mark.parametrize("case", UNEVALUATED)
def test_what_is_left_over_is_refused_only_where_an_older_keyword_says_the_same(case: str) -> None:
    form, equal = UNEVALUATED[case]

    made = turned(form)

    assert "unevaluatedProperties" not in made
    assert (made.get("additionalProperties") is False) is equal
    assert lost(form) == ([] if equal else [("/unevaluatedProperties", "unevaluatedProperties")])


@pytest.mark.parametrize(
    ("limits", "kept", "losses"),
    [
        ({}, True, []),
        ({"minContains": 1}, True, []),
        ({"minContains": 0}, False, []),
        ({"minContains": 2}, True, [("/minContains", "minContains")]),
        ({"maxContains": 2}, True, [("/maxContains", "maxContains")]),
    ],
)
def test_how_often_an_entry_must_come_is_said_as_far_as_draft_07_can(
    limits: Any, kept: bool, losses: Any
) -> None:
    form = {"contains": {"const": 1}, **limits}

    assert ("contains" in turned(form)) is kept
    assert lost(form) == losses


LOSSY = {"format": "email"}


@pytest.mark.parametrize(
    ("form", "left", "losses"),
    [
        ({"not": LOSSY}, {}, [("/not", "not")]),
        (
            {"if": LOSSY, "then": {"maxLength": 9}, "else": {"maxLength": 5}},
            {},
            [("/if", "if")],
        ),
        ({"if": {"format": "date"}, "then": {"maxLength": 9}}, {}, [("/if", "if")]),
    ],
)
def test_a_rule_that_a_weaker_part_would_make_stricter_goes_as_a_whole(
    form: Any, left: Any, losses: Any
) -> None:
    assert turned(form) == left
    assert lost(form) == losses


def test_a_choice_of_weaker_parts_may_be_met_more_than_once() -> None:
    made = turned({"oneOf": [{"format": "date"}, {"const": "unknown"}]})

    assert made == {"anyOf": [{"format": "date"}, {"const": "unknown"}]}


def test_a_rule_that_refers_to_a_weaker_part_goes_too() -> None:
    form = {"not": {"$ref": "#/$defs/mail"}, "$defs": {"mail": LOSSY}}

    assert "not" not in turned(form)


def test_a_fraction_that_browsers_cannot_divide_by_is_left_to_the_server() -> None:
    assert lost({"multipleOf": 0.01}) == [("/multipleOf", "multipleOf")]
    assert turned({"multipleOf": 5}) == {"multipleOf": 5}


def test_strict_views_say_formats_as_patterns_and_have_no_words_of_ours() -> None:
    form = {
        "x-sensitive": "phone",
        "properties": {
            "phone": {"pattern": "^1", "format": "cn-phone"},
            "id": {"format": "cn-citizen-number"},
            "post": {"format": "cn-postcode"},
        },
    }

    made = turned(form, strict=True)

    assert "x-sensitive" not in made
    assert "format" not in str(made)
    assert made["properties"]["phone"]["pattern"] == "^1"
    assert len(made["properties"]["phone"]["allOf"]) == 1
    assert made["properties"]["post"] == {"pattern": "^[0-9]{6}$"}
    assert lost(form, strict=True) == [("/properties/id/format", "format")]
    assert turned(form)["x-sensitive"] == "phone"


def test_a_property_that_a_pattern_names_too_stands_among_the_patterns_in_strict_views() -> None:
    form = {"properties": {"a.b": {"minLength": 1}}, "patternProperties": {"^a": {}}}

    made = turned(form, strict=True)

    assert made["properties"] == {}
    assert made["patternProperties"] == {r"^a\.b$": {"minLength": 1}, "^a": {}}


def test_words_that_mean_something_to_browsers_only_are_left_out() -> None:
    form = {"type": "string", "nullable": True, "$async": True, "id": "x", "$id": "urn:x"}

    assert turned(form) == {"type": "string"}


OLDER: dict[str, tuple[Any, Any]] = {
    "definitions": (
        {"definitions": {"a": {}}, "$ref": "#/definitions/a"},
        {"$defs": {"a": {}}, "$ref": "#/$defs/a"},
    ),
    "dependencies": (
        {"dependencies": {"a": ["b"], "c": {"minProperties": 2}}},
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"minProperties": 2}}},
    ),
    "items by position": (
        {"items": [{}], "additionalItems": {"$ref": "#/items/0"}},
        {"prefixItems": [{}], "items": {"$ref": "#/prefixItems/0"}},
    ),
    "an identity": ({"$id": "https://example.org/a.json"}, {}),
    "a place named by its identity": (
        {"definitions": {"a": {"$id": "#here"}}, "$ref": "#here"},
        {"$defs": {"a": {}}, "$ref": "#/$defs/a"},
    ),
    "a schema with an address of its own": (
        {
            "definitions": {
                "a": {"$id": "other.json", "properties": {"b": {"$ref": "#/properties/c"}, "c": {}}}
            },
            "allOf": [{"$ref": "other.json"}],
        },
        {
            "$defs": {
                "a": {"properties": {"b": {"$ref": "#/$defs/a/properties/c"}, "c": {}}},
            },
            "allOf": [{"$ref": "#/$defs/a"}],
        },
    ),
    "answers that are called as keywords are": (
        {"properties": {"definitions": {}, "items": {}, "id": {}, "$ref": {}}},
        {"properties": {"definitions": {}, "items": {}, "id": {}, "$ref": {}}},
    ),
}


@pytest.mark.parametrize("case", OLDER)
def test_an_older_schema_says_the_same_in_2020_12(case: str) -> None:
    old, new = OLDER[case]

    made, findings = modernise({"$schema": OLD, **old})

    assert made == {"$schema": NEW, **new}
    assert findings == []


def test_limits_that_are_out_themselves_are_read_from_draft_04() -> None:
    old = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "minimum": 17,
        "exclusiveMinimum": True,
        "maximum": 66,
        "exclusiveMaximum": False,
    }

    assert modernise(old)[0] == {"$schema": NEW, "exclusiveMinimum": 17, "maximum": 66}


def test_what_an_old_draft_ignores_beside_a_reference_is_left_out_with_a_warning() -> None:
    old = {"$schema": OLD, "properties": {"a": {"$ref": "#/definitions/b", "minLength": 2}}}

    made, findings = modernise(old | {"definitions": {"b": {}}}, "/form")

    assert made["properties"]["a"] == {"$ref": "#/$defs/b"}
    assert [(one.pointer, one.severity) for one in findings] == [
        ("/form/properties/a/$ref", "warning")
    ]


def test_a_keyword_newer_than_its_draft_is_kept_with_a_warning() -> None:
    made, findings = modernise({"$schema": OLD, "minContains": 2, "contains": {}})

    assert made["minContains"] == 2
    assert [(one.keyword, one.severity) for one in findings] == [("minContains", "warning")]


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"$schema": "http://json-schema.org/draft-03/schema#"}, "/form/$schema"),
        ({"$schema": OLD, "$ref": "https://example.org/a.json"}, "/form/$ref"),
        ({"$schema": OLD, "allOf": [{"$ref": "#nowhere"}]}, "/form/allOf/0/$ref"),
        (
            {"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "#"},
            "/form/$recursiveRef",
        ),
    ],
)
def test_what_has_no_translation_is_an_error_with_words(schema: Any, pointer: str) -> None:
    _, findings = modernise(schema, "/form")

    assert [(one.pointer, one.severity) for one in findings] == [(pointer, "error")]
    assert findings[0].texts["zh-Hans"]
    assert findings[0].texts["en"].isascii()


@pytest.mark.parametrize("schema", [True, {}, {"$schema": NEW, "definitions": {}}])
def test_a_schema_of_no_older_draft_comes_back_as_it_is(schema: Any) -> None:
    assert modernise(schema) == (schema, [])


@pytest.mark.parametrize("service", SERVICES)
def test_every_word_of_our_forms_is_there_in_english_by_every_key_clients_ask_for(
    service: str,
) -> None:
    data = document(service)
    bundle = data["views"]["i18n"]["en"]
    found: dict[tuple[str, str], set[str]] = {}
    for words in texts(data["form"]):
        key = next(key for key in words.keys if key in bundle)
        found.setdefault((words.pointer, words.member), set()).add(bundle[key])

    assert found
    assert [place for place, said in found.items() if len(said) > 1] == []
    used = {key for words in texts(data["form"]) for key in words.keys}
    assert bundle.keys() <= used
    assert [
        text
        for text in bundle.values()
        if not text.replace("本人", "").replace("监护人", "").isascii()
    ] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_form_in_english_is_the_form_with_other_words(service: str) -> None:
    data = document(service)
    made, languages = localise(data["form"], data["views"]["i18n"], "en")

    assert languages == "en"
    assert wordless(made) == wordless(data["form"])
    assert made["title"] == data["views"]["i18n"]["en"]["root.label"]
    assert localise(data["form"], data["views"]["i18n"], "zh-Hans") == (data["form"], "zh-Hans")


def wordless(value: Any) -> Any:
    if isinstance(value, dict):
        words = {"title", "description"}
        kept = {k: v for k, v in value.items() if k not in words or not isinstance(v, str)}
        return {name: wordless(item) for name, item in kept.items()}
    return [wordless(item) for item in value] if isinstance(value, list) else value


FORM = {
    "title": "表",
    "properties": {
        "people": {
            "title": "人",
            "items": {"title": "人", "properties": {"id": {"$ref": "#/$defs/id", "title": "证"}}},
        },
        "tags": {
            "title": "标签",
            "items": {"title": "一个", "oneOf": [{"const": 1, "title": "甲"}]},
        },
        "me": {"$ref": "#/$defs/id"},
    },
    "$defs": {"id": {"title": "号", "properties": {"number": {"title": "号码"}}}},
}


def test_keys_are_paths_without_indices_and_a_star_where_an_entry_has_a_name_of_its_own() -> None:
    keys = {(words.text, words.keys) for words in texts(FORM)}

    assert keys == {
        ("表", ("root.label",)),
        ("人", ("people.label",)),
        ("人", ("people.*.label", "people.label")),
        ("证", ("people.id.label",)),
        ("号", ("people.id.号",)),
        ("号码", ("people.id.number.label",)),
        ("标签", ("tags.label",)),
        ("一个", ("tags.*.label", "tags.label")),
        ("甲", ("tags.*.甲", "tags.甲")),
        ("号", ("me.label",)),
        ("号码", ("me.number.label",)),
    }


def test_what_has_no_translation_stays_and_the_languages_say_so() -> None:
    bundle = {"root.label": "Form", "tags.甲": "First", "me.number.label": "Number"}

    made, languages = localise(FORM, {"en": bundle}, "en")

    assert (made["title"], languages) == ("Form", "en, zh-Hans")
    assert made["properties"]["tags"]["items"]["oneOf"][0]["title"] == "First"
    assert made["properties"]["people"]["title"] == "人"
    assert made["$defs"]["id"]["properties"]["number"]["title"] == "Number"
    assert FORM["title"] == "表"


TEXT = {"type": "string", "maxLength": 500}
LAID_OUT = {
    "properties": {
        "story": TEXT,
        "kind": {"type": "string", "oneOf": [{"const": "a", "title": "A"}]},
        "who": {"$ref": "#/$defs/who", "title": "Who"},
        "list": {"type": "array", "items": {"properties": {"note": TEXT}}},
        "hidden": {"type": "string"},
    },
    "$defs": {"who": {"properties": {"mail": {"type": "string", "format": "email"}}}},
}


def test_both_layouts_are_made_from_the_form_where_it_has_none() -> None:
    assert layouts.rjsf(LAID_OUT, {}) == {
        "ui:order": ["story", "kind", "who", "list", "hidden", "*"],
        "story": {"ui:widget": "textarea"},
        "who": {"ui:order": ["mail", "*"], "mail": {"ui:autocomplete": "email"}},
        "list": {
            "items": {"ui:order": ["note", "*"], "note": {"ui:widget": "textarea"}},
        },
    }
    assert layouts.jsonforms(LAID_OUT, {})["elements"][:3] == [
        {"type": "Control", "scope": "#/properties/story", "options": {"multi": True}},
        {"type": "Control", "scope": "#/properties/kind"},
        {
            "type": "Group",
            "label": "Who",
            "elements": [{"type": "Control", "scope": "#/properties/who/properties/mail"}],
        },
    ]


def test_one_layout_is_made_from_the_other() -> None:
    ui = {
        "ui:order": ["list", "*", "kind"],
        "kind": {"ui:widget": "radio"},
        "list": {"ui:options": {"orderable": True}},
        "hidden": {"ui:widget": "hidden"},
    }

    forms = layouts.jsonforms(LAID_OUT, {"ui": ui})
    scopes = [one.get("scope", one.get("label")) for one in forms["elements"]]
    assert scopes == ["#/properties/list", "#/properties/story", "Who", "#/properties/kind"]
    assert forms["elements"][0]["options"]["showSortButtons"] is True
    assert forms["elements"][3]["options"] == {"format": "radio"}

    back = layouts.rjsf(LAID_OUT, {"forms": forms})
    assert back["ui:order"] == ["list", "story", "who", "kind", "*"]
    assert back["kind"] == {"ui:widget": "radio"}
    assert back["list"]["items"]["note"] == {"ui:widget": "textarea"}


def test_a_layout_that_a_document_carries_is_given_as_it_is() -> None:
    given = {"type": "HorizontalLayout", "elements": []}

    assert layouts.jsonforms(LAID_OUT, {"forms": given, "ui": {}}) == given
    assert layouts.rjsf(LAID_OUT, {"forms": given, "ui": {"kind": {}}}) == {"kind": {}}


def refused(*findings: Finding) -> Refused:
    return Refused(findings=findings)


def finding(pointer: str, keyword: str, **params: Any) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": "错", "en": "wrong"}, params, f"#/{keyword}")


MISSING = finding("/answers/who/name", "required", missingProperty="name")
EXTRA = finding("/answers/who/x", "additionalProperties", additionalProperty="x")
WRONG = finding("/answers/list/0/a~1b", "type")
OUTSIDE = finding("/papers", "type")


@pytest.mark.parametrize(
    ("one", "path"),
    [(MISSING, "/who"), (EXTRA, "/who"), (WRONG, "/list/0/a~1b"), (OUTSIDE, "/papers")],
)
def test_a_finding_names_the_value_that_ajv_would_name_and_the_place_that_is_meant(
    one: Finding, path: str
) -> None:
    body = one.body("en")

    assert body["instancePath"] == path
    assert body["pointer"] == one.pointer


def test_findings_fold_into_the_errors_that_rjsf_shows_at_each_field() -> None:
    folded = folds.body(refused(MISSING, EXTRA, WRONG, OUTSIDE), "en", "rjsf")

    assert folded["extraErrors"] == {
        "who": {"name": {"__errors": ["wrong"]}, "__errors": ["wrong"]},
        "list": {"0": {"a/b": {"__errors": ["wrong"]}}},
        "papers": {"__errors": ["wrong"]},
    }
    assert len(folded["errors"]) == 4


def test_a_refusal_without_findings_is_told_above_the_form() -> None:
    folded = folds.body(Refused({"zh-Hans": "不行", "en": "no"}), "en", "rjsf")

    assert folded["extraErrors"] == {"__errors": ["no"]}


@pytest.mark.parametrize("pointer", ["/answers/__errors", "/answers/a/__errors/b"])
def test_a_field_called_as_the_list_of_errors_breaks_nothing(pointer: str) -> None:
    folded = folds.extra_errors([finding(pointer, "type"), finding("/answers/a", "type")], "en")

    assert "wrong" in str(folded)


def test_findings_are_told_in_the_basic_form_of_the_specification() -> None:
    body = folds.body(refused(MISSING, WRONG), "en", "basic")

    assert body["valid"] is False
    assert body["errors"][0] == {
        "valid": False,
        "keywordLocation": "/required",
        "instanceLocation": "/who",
        "error": "wrong",
    }
    output = {
        "required": ["valid", "keywordLocation", "instanceLocation"],
        "properties": {"valid": {"const": False}, "error": {"type": "string"}},
    }
    server = compiled({"type": "array", "items": output}, {})
    assert server.is_valid(body["errors"])


def test_only_refused_answers_are_folded_and_an_unknown_shape_is_ours() -> None:
    problem = refused(MISSING)

    assert folds.body(problem, "en", "other") == problem.body("en")
    assert folds.body(problem, "en", None) == problem.body("en")
