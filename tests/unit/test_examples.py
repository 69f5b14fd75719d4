"""Examples are the tests of a document's author: each is tried, and told where it is wrong."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from chalicelib.platform.errors import Finding
from chalicelib.services.document import Service
from chalicelib.services.forms.answers import Forms
from chalicelib.services.reports.examples import MOST_TOLD, MOST_TRIED, must_pass, tried
from tests.unit.test_lint import GONE, edited
from tests.world import ROOT, load_json

NAMES = sorted(path.parent.name for path in (ROOT / "forms").glob("*/service.json"))
LICENCE = load_json("forms/business-licence/service.json")
GOOD = load_json("forms/business-licence/examples/pass/individual-leased.json")
BAD = load_json("forms/business-licence/examples/fail/truth-missing.json")


def found(given: list[Any], document: Any = LICENCE) -> list[Finding]:
    return list(tried(Service(document), given, Forms(lambda: date(2026, 3, 10))))


def places(given: list[Any], document: Any = LICENCE) -> list[tuple[str, str]]:
    return [(one.pointer, one.keyword) for one in found(given, document)]


def examples(name: str) -> Iterator[Any]:
    for path in sorted((ROOT / "forms" / name / "examples").glob("*/*.json")):
        yield load_json(str(path))


@pytest.mark.parametrize("name", NAMES)
def test_every_example_in_forms_is_as_it_says(name: str) -> None:
    given = list(examples(name))

    assert places(given, load_json(f"forms/{name}/service.json")) == []
    assert sum(map(must_pass, given)) == len(list((ROOT / f"forms/{name}/examples/pass").glob("*")))


FAULTS: dict[str, tuple[Any, str, str, str]] = {
    "an answer that the form refuses": (
        edited(GOOD, {"/answers/staff": "two"}),
        "/answers/staff",
        "example",
        '"从业人数": This answer has the wrong type',
    ),
    "an answer that is missing": (
        edited(GOOD, {"/answers/contact/name": GONE}),
        "/answers/contact/name",
        "example",
        "This answer is needed",
    ),
    "a paper that there is not": (
        edited(GOOD, {"/papers_needed/2": "P99"}),
        "/papers_needed/2",
        "paper",
        "names the paper P99, which there is not",
    ),
    "a paper too few": (
        edited(GOOD, {"/papers_needed": ["P1", "P2"]}),
        "/papers_needed",
        "papers",
        "names as needed: P1, P2; needed are: P1, P2, P3",
    ),
    "no paper where three are needed": (
        edited(GOOD, {"/papers_needed": []}),
        "/papers_needed",
        "papers",
        "names as needed: –; needed are: P1, P2, P3",
    ),
    "a paper that is brought and that there is not": (
        {**GOOD, "papers": ["P1", {"paper": "P0"}]},
        "/papers/1",
        "paper",
        "names the paper P0",
    ),
    "one that should fail and passes": (
        {**GOOD, "pointer": "/staff", "keyword": "minimum"},
        "/pointer",
        "example",
        "must fail for /staff (minimum) alone, but the form takes it",
    ),
    "one that fails elsewhere": (
        {**BAD, "pointer": "/staff"},
        "/pointer",
        "example",
        "must fail for /staff (required) alone; it fails for /truth (required)",
    ),
    "one that fails for another reason": (
        {**BAD, "keyword": "const"},
        "/pointer",
        "example",
        "must fail for /truth (const) alone; it fails for /truth (required)",
    ),
    "one that fails at two places": (
        edited(BAD, {"/answers/staff": 0}),
        "/pointer",
        "example",
        "it fails for /truth (required), /staff (minimum)",
    ),
    "a fault without a keyword": (
        edited(BAD, {"/keyword": GONE}),
        "/keyword",
        "required",
        "must fail, so it needs a keyword",
    ),
    "a fault without a place": (
        edited(BAD, {"/pointer": GONE}),
        "/pointer",
        "required",
        "must fail, so it needs a pointer",
    ),
    "no answers": ({"title": "x"}, "", "example", 'example 2 "x" has no answers to try'),
    "no example": (7, "", "example", "example 2 has no answers to try"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_an_example_is_told_at_its_place(name: str) -> None:
    example, below, keyword, words = FAULTS[name]

    (told,) = found([GOOD, example, BAD])

    assert (told.pointer, told.keyword, told.severity) == (
        *(f"/examples/1{below}", keyword, "error"),
    )
    assert words in told.texts["en"]
    assert told.texts["zh-Hans"].startswith("示例2") and told.texts["en"].startswith("example 2")


def test_an_example_is_called_by_its_title() -> None:
    (told,) = found([{**GOOD, "title": "租房开店", "papers_needed": ["P8"]}])

    assert "示例1「租房开店」" in told.texts["zh-Hans"]


def test_a_telephone_is_written_as_people_write_it() -> None:
    spoken = edited(GOOD, {"/answers/contact/phone": "+86 138 0000 0001"})

    assert found([spoken]) == []


def test_what_the_rules_of_the_form_drop_is_not_wrong() -> None:
    logic = {"shows": [{"pointer": "/staff", "if": {"==": [{"var": "entity_type"}, "llc"]}}]}
    document = edited(LICENCE, {"/logic": logic, "/form/required": ["truth"]})
    hidden = edited(GOOD, {"/answers/staff": "two"})

    assert places([hidden], document) == []
    assert places([hidden]) == [("/examples/0/answers/staff", "example")]


def test_little_is_told_of_one_example_and_only_so_many_are_tried() -> None:
    nothing = {"title": "x", "answers": {}}

    assert len(found([nothing])) == MOST_TOLD
    many = places([GOOD] * MOST_TRIED + [nothing])
    assert many == [(f"/examples/{MOST_TRIED}", "maxItems")]
