"""Stages that decide by themselves: what may not be published of them, and what is said instead."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import diff
from chalicelib.services.checks.lint import lint
from tests.unit.test_lint import GONE, edited
from tests.world import load_json

CARD: Any = load_json("forms/old-age-card/service.json")
LICENCE: Any = load_json("forms/business-licence/service.json")
CHECK = "/flow/stages/check"
TABLE = "/logic/tables/entitlement"
OUT = f"{CHECK}/outcomes"
TEXTS = {"zh-Hans": "字", "en": "word"}
THEN = {"outcome": "card_60", "reason": TEXTS}
AGAIN = {"to": "check", "event": "card_60"}
SECOND = {
    "kind": "auto",
    "titles": TEXTS,
    "table": "entitlement",
    "outcomes": {
        **{f"card_{n}": {"to": "check", "event": f"card_{n}"} for n in (60, 65, 80)},
        "by_hand": {"to": "examine", "event": "passed_to_officer"},
    },
}
ONE_MORE = {
    "kind": "auto",
    "titles": TEXTS,
    "table": "entitlement",
    "outcomes": {
        **{f"card_{n}": {"to": "end:refused", "event": "refused"} for n in (60, 65, 80)},
        "by_hand": {"to": "examine", "event": "passed_to_officer"},
    },
}
FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a stage without its table": ({f"{CHECK}/table": GONE}, f"{CHECK}/table", "table"),
    "a table that there is not": ({f"{CHECK}/table": "none"}, f"{CHECK}/table", "table"),
    "a table that decides something else": (
        {
            f"{CHECK}/table": "fees",
            "/logic/tables/fees": {
                "decides": "fee",
                "hit": "first",
                "inputs": [{"name": "r", "value": {"var": "registered"}}],
                "rules": [{"when": {"r": "360802101201"}, "then": {"fen": 1, "reason": TEXTS}}],
            },
        },
        f"{CHECK}/table",
        "table",
    ),
    "a table on a desk": (
        {"/flow/stages/examine/table": "entitlement"},
        "/flow/stages/examine/table",
        "place",
    ),
    "a table that no stage uses": (
        {"/logic/tables/other": CARD["logic"]["tables"]["entitlement"]},
        "/logic/tables/other",
        "unused",
    ),
    "somebody to act in it": (
        {f"{CHECK}/who": {"role": "acceptor", "at": "received"}},
        f"{CHECK}/who",
        "place",
    ),
    "an outcome of a row that leads nowhere": (
        {f"{OUT}/card_65": GONE},
        f"{OUT}/card_65",
        "required",
    ),
    "an outcome of no row": ({f"{OUT}/odd": AGAIN | {"to": "issue"}}, f"{OUT}/odd", "outcome"),
    "a default that nobody looks at": (
        {f"{OUT}/by_hand/to": "end:granted"},
        f"{OUT}/by_hand/to",
        "person",
    ),
    "a default that waits for the applicant": (
        {f"{OUT}/by_hand/to": "complete"},
        f"{OUT}/by_hand/to",
        "person",
    ),
    "a table without a default": ({f"{TABLE}/default": GONE}, f"{TABLE}/default", "required"),
    "rows that decide together": ({f"{TABLE}/hit": "collect"}, f"{TABLE}/hit", "enum"),
    "a refusal by a machine": (
        {f"{OUT}/card_60/to": "end:refused"},
        f"{OUT}/card_60/to",
        "refusal",
    ),
    "a refusal by a machine behind another": (
        {f"{OUT}/card_60/to": "second", "/flow/stages/second": ONE_MORE},
        f"{OUT}/card_60/to",
        "refusal",
    ),
    "a circle without anybody": (
        {f"{OUT}/card_60/to": "second", "/flow/stages/second": SECOND},
        f"{OUT}/card_60/to",
        "circle",
    ),
    "a reason code beside the reasons of the rows": (
        {f"{OUT}/card_60/reason": "J1"},
        f"{OUT}/card_60/reason",
        "reason",
    ),
    "what is missing decided by a row": (
        {f"{TABLE}/rules/0/when/age": {"missing": True}},
        f"{TABLE}/rules/0/when/age",
        "missing",
    ),
    "an age on no day where the form is filled in": (
        {"/logic/shows/0/if": {">": [{"age": [{"var": "applicant.id.number"}]}, 60]}},
        "/logic/shows/0/if/>/0/age",
        "day",
    ),
    "the age of a number": (
        {f"{TABLE}/inputs/2/value": {"age": [{"+": [1, 2]}]}},
        f"{TABLE}/inputs/2/value",
        "type",
    ),
    "an age of three": (
        {f"{TABLE}/inputs/2/value": {"age": ["1966-03-10", "2026-03-10", "x"]}},
        f"{TABLE}/inputs/2/value/age",
        "arguments",
    ),
    "an age of an answer that nobody is asked": (
        {f"{TABLE}/inputs/2/value": {"age": [{"var": "born"}]}},
        f"{TABLE}/inputs/2/value/age/0/var",
        "pointer",
    ),
}


def test_the_card_has_no_findings() -> None:
    assert lint(CARD) == []


@pytest.mark.parametrize(("edits", "pointer", "keyword"), FAULTS.values(), ids=FAULTS.keys())
def test_a_document_is_refused_for(edits: dict[str, Any], pointer: str, keyword: str) -> None:
    findings = lint(edited(CARD, edits))

    assert (pointer, keyword) in [(finding.pointer, finding.keyword) for finding in findings]
    assert all(finding.texts["zh-Hans"] and finding.texts["en"] for finding in findings)


def test_two_stages_may_decide_by_one_table() -> None:
    second = {**SECOND, "outcomes": {**CARD["flow"]["stages"]["check"]["outcomes"]}}
    edits = {f"{OUT}/card_60/to": "second", "/flow/stages/second": second}

    assert [one.keyword for one in lint(edited(CARD, edits))] == []


def test_an_age_on_a_day_that_is_said_may_stand_anywhere() -> None:
    told = {">": [{"age": [{"var": "applicant.id.number"}, "2026-03-10"]}, 60]}

    assert lint(edited(CARD, {"/logic/shows/0/if": told})) == []


@pytest.mark.parametrize(
    ("edits", "pointer", "verdict"),
    [
        ({f"{TABLE}/rules/0/then/reason/en": "otherwise"}, f"{TABLE}/rules/0/then/reason", "safe"),
        ({f"{TABLE}/rules/0/then/outcome": "card_65"}, f"{TABLE}/rules/0/then", "narrowing"),
        ({f"{TABLE}/rules/0/when/age": {">=": 81}}, TABLE, "narrowing"),
        ({f"{CHECK}/table": "other"}, f"{CHECK}/table", "narrowing"),
        ({f"{CHECK}/kind": "desk"}, f"{CHECK}/kind", "breaking"),
    ],
)
def test_a_change_has_its_place_and_its_verdict(
    edits: dict[str, Any], pointer: str, verdict: str
) -> None:
    (change,) = diff(CARD, edited(CARD, edits))

    assert (change.pointer, change.verdict.name.lower()) == (pointer, verdict)
