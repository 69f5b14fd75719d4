"""What may not be published of results that are given before a paper is in."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff
from chalicelib.services.checks.lint import lint
from tests.unit.test_lint import GONE, edited
from tests.world import load_json

CLAIM = load_json("forms/medical-coop/service.json")
LICENCE = load_json("forms/business-licence/service.json")
EVENT = "/flow/breach/event"
PAPER = next(i for i, one in enumerate(CLAIM["papers"]) if one["id"] == "P8")
MODE = f"/papers/{PAPER}/gap/mode"
FAULTS: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "a paper of which nobody says what its breach is": (
        CLAIM,
        {EVENT: GONE},
        *(MODE, "required"),
    ),
    "a breach that cannot happen": (CLAIM, {MODE: "hold_result"}, EVENT, "unreachable"),
    "a breach on which nobody is asked to revoke": (
        CLAIM,
        {"/flow/tasks/revocation": GONE},
        *(EVENT, "actor"),
    ),
    "a breach whose document revokes nothing": (
        CLAIM,
        {"/documents/revocation/revokes": GONE},
        *(EVENT, "document"),
    ),
    "a breach of which the applicant does not hear": (
        CLAIM,
        {"/notices/promise_broken": GONE},
        *(EVENT, "notice"),
    ),
    "a paper that nobody can record after the end": (
        CLAIM,
        {"/flow/acts/record_papers/when": GONE},
        *(MODE, "act"),
    ),
    "a bar of which nobody says for whom": (
        CLAIM,
        {"/subject/identity": GONE},
        *("/subject/identity", "required"),
    ),
    "a bar for a name and not a person": (
        CLAIM,
        {"/subject/identity": "/applicant/name"},
        *("/subject/identity", "pointer"),
    ),
}


def test_a_service_with_both_modes_may_be_published() -> None:
    modes = {one["gap"]["mode"] for one in CLAIM["papers"] if "gap" in one}

    assert modes == {"hold_result", "issue_then_recover"} and lint(CLAIM) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_promise_that_nobody_would_call_in_is_refused(fault: str) -> None:
    document, edits, pointer, keyword = FAULTS[fault]
    found = lint(edited(document, edits))

    assert (pointer, keyword) in {(one.pointer, one.keyword) for one in found}
    assert all(one.texts["zh-Hans"] and one.texts["en"] for one in found)


def test_a_bar_without_the_second_mode_needs_no_event() -> None:
    barred = {"/flow/breach": {"bars": {"days": 180}}, "/subject/identity": "/operator/id"}

    assert lint(edited(LICENCE, barred)) == []


def test_another_bar_narrows() -> None:
    changed = edited(CLAIM, {"/flow/breach/bars": {"days": 30}})

    assert {one.verdict for one in diff(CLAIM, changed)} == {Verdict.NARROWING}
