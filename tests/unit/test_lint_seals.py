"""What may not be published of sealed documents."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff
from chalicelib.services.checks.lint import lint
from tests.unit.test_lint import GONE, edited
from tests.world import load_json

LICENCE = load_json("forms/business-licence/service.json")
REPORT = load_json("forms/conduct-report/service.json")
FAULTS: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "a revocation of what there is not": (
        LICENCE,
        {"/documents/lapse/revokes": ["grant", "licence"]},
        *("/documents/lapse/revokes/1", "document"),
    ),
    "a revocation of what nobody can check": (
        LICENCE,
        {"/documents/lapse/revokes": ["acceptance"]},
        *("/documents/lapse/revokes/0", "contradiction"),
    ),
    "a document that revokes itself": (
        LICENCE,
        {"/documents/grant/revokes": ["grant"]},
        *("/documents/grant/revokes/0", "contradiction"),
    ),
    "two documents of one number": (
        LICENCE,
        {"/documents/refusal/on": ["granted"], "/documents/refusal/class": "准"},
        *("/documents/refusal/class", "unique"),
    ),
}


def test_a_licence_with_sealed_decisions_may_be_published() -> None:
    assert lint(LICENCE) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seal_that_nobody_could_check_is_refused(fault: str) -> None:
    document, edits, pointer, keyword = FAULTS[fault]
    found = lint(edited(document, edits))

    assert (pointer, keyword) in {(one.pointer, one.keyword) for one in found}
    assert all(one.texts["zh-Hans"] and one.texts["en"] for one in found)


def test_a_document_of_a_restricted_case_is_not_sealed() -> None:
    paper = {**LICENCE["documents"]["receipt"], "date": GONE, "sealed": True}
    paper = {name: value for name, value in paper.items() if value is not GONE}
    found = lint(edited(REPORT, {"/documents/receipt": paper}))

    assert ("/documents/receipt/sealed", "restricted") in {
        (one.pointer, one.keyword) for one in found
    }


def test_to_seal_no_more_narrows() -> None:
    changed = edited(LICENCE, {"/documents/grant/sealed": GONE})

    assert {one.verdict for one in diff(LICENCE, changed)} == {Verdict.NARROWING}
