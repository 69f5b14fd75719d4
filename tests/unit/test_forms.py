"""Every document in forms/ with its examples: what must pass, what must fail, and where."""

import gc
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from weakref import ref

import pytest

from chalicelib.cases import papers
from chalicelib.platform.json import resolve
from chalicelib.platform.numbers import RECORD_DIGITS, is_number
from chalicelib.services.checks.lint import lint
from chalicelib.services.checks.texts import SMS_FULL, SMS_LONGEST, VARIABLE, full_length
from chalicelib.services.document import Service
from chalicelib.services.forms.answers import Forms
from chalicelib.services.forms.fields import has_field
from infra.player import Answer
from tests.world import MORNING, ROOT, World, load_json


class Example(NamedTuple):
    service: str
    path: Path

    @property
    def data(self) -> Any:
        return load_json(str(self.path))


class Text(NamedTuple):
    service: str
    notice: str
    language: str
    text: str


def document(service: str) -> Any:
    return load_json(f"forms/{service}/service.json")


def examples(kind: str) -> list[Example]:
    paths = sorted(ROOT.glob(f"forms/*/examples/{kind}/*.json"))
    return [Example(path.parts[-4], path) for path in paths]


def sentence(example: Example) -> str:
    return f"{example.service}: {example.data['title']}"


SERVICES = sorted(path.parent.name for path in ROOT.glob("forms/*/service.json"))
PASS, FAIL = examples("pass"), examples("fail")
SMS = [
    Text(service, name, language, text)
    for service in SERVICES
    for name, notice in document(service)["notices"].items()
    for language, text in notice["texts"]["sms"].items()
]
FORMS = Forms(lambda: date(2026, 3, 10))


@pytest.fixture(scope="module")
def published() -> Iterator[World]:
    world = World(MORNING)
    world.publish_all()
    yield world


@pytest.fixture
def world(published: World) -> World:
    published.enter()
    return published


def handed_in(world: World, example: Example, headers: Mapping[str, str] | None = None) -> Answer:
    """An example at the front door: by whom and by which channel it says, else from the web; what
    only some roles record, and what is for the offices, by somebody who holds the first of the
    roles and by the first channel."""
    told = {name: example.data[name] for name in ("channel", "site") if name in example.data}
    party, data = example.data.get("by"), document(example.service)
    roles = data.get("record", {}).get("who")
    if roles is None and "audience" in data:
        roles = [data["intake"][data["channels"][0]]]
    if roles is not None and party is None:
        grants = load_json("infra/seed/directory.json")["grants"]
        party = next(one["party"] for one in grants if one["role"] == roles[0])
        told["channel"] = data["channels"][0]
    body = {"answers": example.data["answers"], **told}
    return world.http("POST", f"/services/{example.service}/cases", body, party, headers)


def check(example: Example) -> list[tuple[str, str]]:
    form = document(example.service)["form"]
    findings = FORMS.check(example.service, form, example.data["answers"])
    return [(finding.pointer, finding.keyword) for finding in findings]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_examples_that_pass_and_examples_that_fail(service: str) -> None:
    assert service in {example.service for example in PASS}
    assert service in {example.service for example in FAIL}


def test_there_are_services_examples_and_texts_to_look_at() -> None:
    assert SERVICES
    assert len(PASS) >= 5
    assert len(FAIL) >= 20
    assert len(SMS) >= 20


@pytest.mark.parametrize("service", SERVICES)
def test_every_document_lints_clean_and_stands_in_the_folder_of_its_name(service: str) -> None:
    assert lint(document(service)) == []
    assert document(service)["service"] == service


@pytest.mark.parametrize("service", SERVICES)
def test_every_paper_is_asked_for_by_an_example_unless_it_is_optional(service: str) -> None:
    asked = {p for e in PASS if e.service == service for p in e.data["papers_needed"]}

    assert asked == {p["id"] for p in document(service)["papers"] if p["necessity"] != "optional"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_member_of_the_subject_is_found_in_an_example(service: str) -> None:
    subject = document(service)["subject"]
    pointers = [subject[name] for name in ("name", "region") if name in subject]
    pointers += [*subject.get("phones", []), *subject.get("emails", [])]

    for pointer in pointers:
        member = pointer.split("/")[1]
        assert any(member in example.data["answers"] for example in PASS), pointer


@pytest.mark.parametrize("example", PASS, ids=sentence)
def test_what_must_pass_passes(example: Example) -> None:
    assert check(example) == []


@pytest.mark.parametrize("example", PASS, ids=sentence)
def test_the_papers_needed_are_those_the_engine_asks_for(example: Example, world: World) -> None:
    service = Service(document(example.service), content=example.service)
    asked = papers.needed(world.house, service, example.data["answers"])

    assert asked == example.data["papers_needed"]


@pytest.mark.parametrize("example", PASS, ids=sentence)
def test_what_must_pass_is_received_and_the_receipt_lists_the_papers(
    example: Example, world: World
) -> None:
    answer = handed_in(world, example)

    assert answer.status == 201, answer.body
    if "record" in document(example.service):
        assert is_number(answer.body["record"], RECORD_DIGITS)
        return
    missing = [paper["paper"] for paper in answer.body["papers"]["missing"]]
    assert missing == example.data["papers_needed"]


@pytest.mark.parametrize("example", FAIL, ids=sentence)
def test_what_must_fail_fails_at_the_named_place_only(example: Example) -> None:
    assert check(example) == [(example.data["pointer"], example.data["keyword"])]


@pytest.mark.parametrize("example", FAIL, ids=sentence)
def test_what_must_fail_is_refused_at_the_front_door(example: Example, world: World) -> None:
    # The in-memory store counts its transactions; the port does not.
    before = world.store.transactions  # type: ignore[attr-defined]
    answer = handed_in(world, example)

    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [(error["pointer"], error["keyword"]) for error in answer.body["errors"]] == [
        (f"/answers{example.data['pointer']}", example.data["keyword"])
    ]
    assert world.store.transactions == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("example", FAIL, ids=sentence)
def test_a_refusal_is_said_in_the_language_asked_for_and_repeats_no_answer(
    example: Example, world: World
) -> None:
    chinese = handed_in(world, example, {"Accept-Language": "zh-CN"}).body
    english = handed_in(world, example, {"Accept-Language": "en"}).body

    assert not chinese["errors"][0]["message"].isascii()
    assert english["errors"][0]["message"].isascii()
    said = list(words(example.data["answers"]))
    assert [word for word in said if word in str(chinese) + str(english)] == []


def words(value: Any) -> Iterator[str]:
    """Every text of two Chinese characters or more in the answers."""
    if isinstance(value, str) and len(value) > 1 and not value.isascii():
        yield value
    for item in value.values() if isinstance(value, dict) else ():
        yield from words(item)
    for item in value if isinstance(value, list) else ():
        yield from words(item)


@pytest.mark.parametrize("text", SMS, ids=lambda t: f"{t.service} {t.notice} {t.language}")
def test_every_sms_fits_one_message_with_all_variables_full(text: Text) -> None:
    assert full_length(text.text, text.language) <= SMS_LONGEST[text.language]
    assert set(VARIABLE.findall(text.text)) <= SMS_FULL["zh-Hans"].keys()
    assert text.text.startswith("{sign}")


def test_a_chinese_sms_has_seventy_characters() -> None:
    assert SMS_LONGEST["zh-Hans"] == 70
    assert full_length("{sign}{service}{no}", "zh-Hans") == 24


@pytest.mark.parametrize("service", SERVICES)
def test_every_value_of_a_document_fits_the_length_its_sms_variable_is_given(service: str) -> None:
    data = document(service)
    shorts = {"service": [data["short"]], "reason": [], "paper": []}
    shorts["reason"] = [reason["short"] for reason in data["reasons"].values()]
    shorts["paper"] = [paper["short"] for paper in data["papers"]]

    for variable, texts in shorts.items():
        for text in texts:
            for language, value in text.items():
                assert len(value) <= SMS_FULL["en" if language == "en" else "zh-Hans"][variable], (
                    value
                )


@pytest.mark.parametrize("service", SERVICES)
def test_every_text_for_people_is_there_in_chinese_and_in_english(service: str) -> None:
    def texts(value: Any) -> Iterator[dict[str, str]]:
        if isinstance(value, dict):
            if "zh-Hans" in value:
                yield value
            for item in value.values():
                yield from texts(item)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)

    found = list(texts(document(service)))

    assert len(found) > (5 if "record" in document(service) else 50)
    assert [text["zh-Hans"] for text in found if "en" not in text] == []


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        (
            "date",
            "2026-02-28",
            ["+202-01-01", ".000-01-01", "999/-12-31", "2026-2-3", "0000-01-01"],
        ),
        ("time", "12:00:00Z", ["12:00:0.Z", "+2:00:00Z", "12:00:00", "１2:00:00Z"]),
        (
            "date-time",
            "2026-02-28T12:00:00+08:00",
            ["2026-02-28T12:00:0.Z", "+026-02-28T12:00:00Z"],
        ),
    ],
)
def test_a_moment_is_spelt_as_rfc_3339_spells_it(format: str, good: str, bad: list[str]) -> None:
    forms, schema = Forms(lambda: date(2026, 3, 10)), {"type": "string", "format": format}

    assert forms.check(format, schema, good) == []
    for one in [*bad, f" {good}", f"{good}\n", "2026-02-30", ""]:
        assert [found.keyword for found in forms.check(format, schema, one)] == ["format"], one


# As Ajv 8 answers, with all errors asked for.
AJV: list[tuple[Any, Any, str, Any]] = [
    ({"minLength": 2}, "甲", "minLength", {"limit": 2}),
    ({"maxLength": 2}, "aaa", "maxLength", {"limit": 2}),
    ({"minItems": 2}, [], "minItems", {"limit": 2}),
    ({"maxItems": 0}, [1], "maxItems", {"limit": 0}),
    ({"minProperties": 1}, {}, "minProperties", {"limit": 1}),
    ({"maxProperties": 0}, {"a": 1}, "maxProperties", {"limit": 0}),
    ({"minimum": 2}, 1, "minimum", {"comparison": ">=", "limit": 2}),
    ({"maximum": 0.5}, 1, "maximum", {"comparison": "<=", "limit": 0.5}),
    ({"exclusiveMinimum": 2}, 2, "exclusiveMinimum", {"comparison": ">", "limit": 2}),
    ({"exclusiveMaximum": 2}, 2, "exclusiveMaximum", {"comparison": "<", "limit": 2}),
    ({"multipleOf": 0.01}, 0.005, "multipleOf", {"multipleOf": 0.01}),
    ({"pattern": "^a$"}, "b", "pattern", {"pattern": "^a$"}),
    ({"format": "date"}, "x", "format", {"format": "date"}),
    ({"type": "integer"}, "x", "type", {"type": "integer"}),
    ({"type": ["null", "string"]}, 3, "type", {"type": ["null", "string"]}),
    ({"enum": ["a", {"b": 1}, None]}, 3, "enum", {"allowedValues": ["a", {"b": 1}, None]}),
    ({"const": {"a": [1]}}, 3, "const", {"allowedValue": {"a": [1]}}),
    ({"const": None}, 3, "const", {"allowedValue": None}),
    ({"oneOf": [{"const": 1}, {"const": 2}]}, 3, "oneOf", {"passingSchemas": None}),
    (
        *({"oneOf": [{"type": "number"}, {"minLength": 1}, {"maxLength": 0}, {"maxLength": 9}]},),
        *("ab", "oneOf", {"passingSchemas": [1, 3]}),
    ),
    ({"anyOf": [{"const": 1}, {"const": 2}]}, 3, "anyOf", {}),
    ({"not": {"const": 3}}, 3, "not", {}),
    ({"uniqueItems": True}, [1, 2, 1, True, 1.0, "1"], "uniqueItems", {"i": 4, "j": 2}),
    ({"uniqueItems": True}, [{"a": 1, "b": 2}, {"b": 2, "a": 1}], "uniqueItems", {"i": 1, "j": 0}),
    ({"required": ["a"]}, {}, "required", {"missingProperty": "a"}),
    (
        *({"properties": {}, "additionalProperties": False}, {"b": 1}),
        *("additionalProperties", {"additionalProperty": "b"}),
    ),
    (
        *({"unevaluatedProperties": False}, {"b": 1}),
        *("unevaluatedProperties", {"unevaluatedProperty": "b"}),
    ),
    ({"propertyNames": {"maxLength": 1}}, {"bb": 1}, "maxLength", {"limit": 1}),
]


@pytest.mark.parametrize(("schema", "value", "keyword", "params"), AJV, ids=str)
def test_a_finding_carries_what_ajv_s_translations_are_made_of(
    schema: Any, value: Any, keyword: str, params: Any
) -> None:
    (found,) = FORMS.check(f"ajv/{schema}", schema, value)

    assert (found.keyword, dict(found.params)) == (keyword, params)
    assert json.loads(json.dumps(dict(found.params))) == params


@pytest.mark.parametrize(
    ("at", "value", "pointer", "path"),
    [
        ("", {"details": 3}, "/details", "/details"),
        ("", {"details": {"a": 3}}, "/details/a", "/details/a"),
        ("/details", {"a": 3}, "/details/a", "/a"),
        ("/details/answers", {"a": 3}, "/details/answers/a", "/a"),
        ("/answers", {"x": {}}, "/answers/x/a", "/x"),
    ],
)
def test_the_path_of_a_finding_begins_where_the_value_that_was_judged_does(
    at: str, value: Any, pointer: str, path: str
) -> None:
    schema = {
        "properties": {
            "a": {"type": "string"},
            "x": {"required": ["a"]},
            "details": {"$ref": "#", "type": "object"},
        }
    }
    (found,) = FORMS.check("paths", schema, value, at)

    assert (found.pointer, found.instance_path) == (pointer, path)


def test_what_a_finding_carries_is_bounded_whatever_the_form_lists() -> None:
    many = {"enum": [f"c{n}" for n in range(500)]}
    long = {"enum": ["长" * 1_500] * 3}
    whole = {"const": ["长" * 3_000]}

    sizes = []
    for schema in (many, long, whole):
        (found,) = FORMS.check(f"bounded/{len(str(schema))}", schema, "x")
        sizes.append(len(found.params.get("allowedValues", [])))
        assert len(str(dict(found.params))) < 3_000

    assert sizes == [50, 1, 0]
    (found,) = FORMS.check("bounded/list", {"uniqueItems": True}, [0] * 201)
    assert (found.keyword, dict(found.params)) == ("uniqueItems", {})


@pytest.mark.parametrize("example", FAIL, ids=sentence)
def test_what_a_finding_carries_is_the_form_s_and_never_what_was_answered(example: Example) -> None:
    form = document(example.service)["form"]
    answers = example.data["answers"]

    for found in FORMS.check(example.service, form, answers):
        wrong = resolve(answers, found.pointer)
        if wrong is not None and found.keyword != "additionalProperties":
            assert wrong not in found.params.values()
        assert found.params or found.keyword in ("anyOf", "not", "contains")


@pytest.mark.parametrize(
    ("pointer", "there"),
    [
        ("/a", True),
        ("/b/c", True),
        ("/when/then", True),
        ("/other", True),
        ("/linked/c", True),
        ("/any", True),
        ("/depends", True),
        ("/list", True),
        ("/list/0", False),
        ("/list/c", False),
        ("/a/b", False),
        ("/gone", False),
        ("/$defs", False),
    ],
)
def test_a_form_has_the_fields_of_its_branches_and_references_too(
    pointer: str, there: bool
) -> None:
    form = {
        "$defs": {"one": {"properties": {"c": {}}}, "round": {"$ref": "#/$defs/round"}},
        "properties": {
            "a": {"type": "string"},
            "b": {"$ref": "#/$defs/one"},
            "when": {"if": {}, "then": {"properties": {"then": True}}},
            "list": {"items": {"properties": {"c": {}}}},
            "linked": {"allOf": [{"$ref": "#/$defs/one"}, {"$ref": "#/$defs/round"}]},
        },
        "else": {"properties": {"other": {}}},
        "anyOf": [True, {"oneOf": [{"properties": {"any": {}}}]}],
        "dependentSchemas": {"a": {"properties": {"depends": {}}}},
    }

    assert has_field(form, pointer) is there


def test_a_house_that_has_checked_answers_can_be_given_up() -> None:
    """What it compiled lies where the collector does not look; 15,000 tests came to 6 GB."""
    made = World()
    schema = {"type": "string", "format": "cn-citizen-number"}
    assert made.house.forms.check("it", schema, "1")
    house = ref(made.house)

    del made
    World()
    gc.collect()

    assert house() is None
