"""Bodies outside that answer by themselves: what a document may not say of them."""

from typing import Any

import pytest

from chalicelib.routes.channel import BODY_NAME
from chalicelib.services.changes.diff import Verdict, diff
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from chalicelib.services.reports.account import account
from chalicelib.services.reports.rehearsal import rehearse
from chalicelib.services.schema import schema_text
from tests.unit.test_lint import GONE, Edits, edited
from tests.unit.test_rehearsal import CALENDAR
from tests.world import MORNING, load_json

FUND = load_json("forms/external-fund/service.json")
LOG = load_json("forms/patrol-log/service.json")
BODIES = FUND["bodies"]
OUTSIDE = "/flow/stages/outside/actions"
BY = {"body": "fund-office"}
FAULTS: list[tuple[Any, Edits, str, str]] = [
    (FUND, {"/bodies": GONE}, f"{OUTSIDE}/heard/by/body", "body"),
    (FUND, {f"{OUTSIDE}/heard/by": {"body": "bank"}}, f"{OUTSIDE}/heard/by/body", "body"),
    (FUND, {"/bodies": {**BODIES, "bank": BODIES["fund-office"]}}, "/bodies/bank", "body"),
    (FUND, {"/flow/acts/comment/by": BY}, "/flow/acts/comment/by", "body"),
    (FUND, {f"{OUTSIDE}/{name}/by": BY for name in FUND["flow"]["stages"]["outside"]["actions"]},
     f"{OUTSIDE}/heard/by", "way-out"),
    (FUND, {"/restricted": True}, "/bodies", "body"),
    (LOG, {"/bodies": BODIES}, "/bodies", "record"),
    (FUND, {f"{OUTSIDE}/heard/by": {"body": "Bank"}}, f"{OUTSIDE}/heard/by", "anyOf"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "edits", "pointer", "keyword"), FAULTS)
def test_a_body_outside_is_named_heard_where_it_is_waited_for_and_never_the_only_way(
    document: Any, edits: Edits, pointer: str, keyword: str
) -> None:
    found = lint(edited(document, edits))

    assert (pointer, keyword) in [(one.pointer, one.keyword) for one in found]
    assert all(one.texts["zh-Hans"] and one.texts["en"] for one in found)


def test_the_route_takes_the_names_that_documents_give() -> None:
    assert f'"id": {{"type": "string", "pattern": "^{BODY_NAME.pattern}$"}}' in schema_text()


def test_another_body_is_a_narrowing_change() -> None:
    other = edited(FUND, {"/bodies/fund-office/titles/en": "Another office"})

    assert [(one.pointer, one.verdict) for one in diff(FUND, other)] == [
        ("/bodies", Verdict.NARROWING)
    ]


@pytest.mark.parametrize(
    ("document", "who"),
    [
        (FUND, "The office that gives the fund"),
        (load_json("forms/mediation/service.json"), "the other side"),
    ],
)
def test_the_rehearsal_says_who_outside_takes_a_step(document: Any, who: str) -> None:
    walks = account(rehearse(Service(document), [], CALENDAR, MORNING), CALENDAR, "en")["walks"]

    assert who in {step["by"] for walk in walks for step in walk["steps"]}
