"""Mandates: what a document may not say of them, and of what agents may do."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff
from chalicelib.services.checks.lint import lint
from chalicelib.services.life.package import places
from tests.unit.test_lint import GONE, Edits, edited
from tests.world import load_json

AGENCY = load_json("forms/full-agency/service.json")
PENSION = load_json("forms/pension/service.json")
LOG = load_json("forms/patrol-log/service.json")
COMMENT = "/flow/acts/comment"
FAULTS: list[tuple[Any, Edits, str, str]] = [
    (AGENCY, {"/mandate/clock": "nothing"}, "/mandate/clock", "clock"),
    (AGENCY, {"/mandate/role": "librarian"}, "/mandate/role", "actor"),
    (AGENCY, {"/mandate/clock": GONE}, "/mandate/clock", "required"),
    (AGENCY, {"/audience": "office"}, "/mandate", "audience"),
    (LOG, {"/mandate": {"clock": "mandate", "role": "agent"}}, "/mandate", "record"),
    (PENSION, {f"{COMMENT}/by": "officer"}, f"{COMMENT}/mandated", "by"),
    (PENSION, {"/channels": ["web", "counter"]}, f"{COMMENT}/mandated", "channel"),
]


@pytest.mark.parametrize(("document", "edits", "pointer", "keyword"), FAULTS)
def test_a_mandate_has_its_time_and_its_agent_who_does_only_what_is_the_applicants(
    document: Any, edits: Edits, pointer: str, keyword: str
) -> None:
    findings = lint(edited(document, edits))

    assert (pointer, keyword) in [(one.pointer, one.keyword) for one in findings]
    assert all(one.texts["zh-Hans"] and one.texts["en"] for one in findings)


def test_a_mandate_that_comes_or_goes_is_a_narrowing_change() -> None:
    (gone,) = diff(AGENCY, edited(AGENCY, {"/mandate": GONE}))
    (barred,) = diff(PENSION, edited(PENSION, {f"{COMMENT}/mandated": GONE}))

    assert (gone.pointer, gone.verdict) == ("/mandate", Verdict.NARROWING)
    assert barred.verdict is Verdict.NARROWING


def test_the_role_of_a_mandate_takes_the_name_that_it_has_where_a_package_arrives() -> None:
    assert "/mandate/role" in [one.pointer for one in places(AGENCY) if one.kind == "roles"]
