"""Parties of a case beside the applicant: what a document may not say of them."""

from typing import Any

import pytest

from chalicelib.people.authority import SIDES
from chalicelib.services.changes.diff import Verdict, diff, worst
from chalicelib.services.checks.lint import lint
from chalicelib.services.schema import schema_text
from tests.unit.test_lint import GONE, Edits, edited
from tests.world import load_json

MEDIATION = load_json("forms/mediation/service.json")
LOG = load_json("forms/patrol-log/service.json")
REPORT = load_json("forms/conduct-report/service.json")
WHOLE = MEDIATION["parties"]
WHO, NOTICE = "/parties/respondent", "/notices/respondent_told"
SMS = f"{NOTICE}/texts/sms"
PLAIN = {"zh-Hans": "{sign}有事请打{phone}", "en": "{sign}Please call {phone}"}
SPEAK = "/flow/acts/speak/by"
FAULTS: list[tuple[Any, Edits, str, str]] = [
    (MEDIATION, {SPEAK: {"party": "agent"}}, f"{SPEAK}/party", "party"),
    (MEDIATION, {f"{NOTICE}/to": {"party": "agent"}}, f"{NOTICE}/to/party", "party"),
    (MEDIATION, {"/parties": {**WHOLE, "agent": WHOLE["respondent"]}}, "/parties/agent", "secret"),
    (MEDIATION, {SMS: PLAIN, f"{NOTICE}/sms_template": GONE}, WHO, "secret"),
    (MEDIATION, {f"{NOTICE}/to": GONE}, SMS, "secret"),
    (
        MEDIATION,
        {f"{NOTICE}/texts/call/en": "Your code is {secret}."},
        f"{NOTICE}/texts/call",
        "secret",
    ),
    (
        MEDIATION,
        {"/documents/draft/texts/en": "{secret}"},
        "/documents/draft",
        "secret",
    ),
    (MEDIATION, {f"{WHO}/name": "/other/name"}, f"{WHO}/name", "pointer"),
    (MEDIATION, {f"{WHO}/name": "/claimant/name"}, f"{WHO}/name", "party"),
    (MEDIATION, {f"{WHO}/phones/1": "/respondent/fax"}, f"{WHO}/phones/1", "pointer"),
    (MEDIATION, {f"{WHO}/phones/1": "/claimant/phone"}, f"{WHO}/phones/1", "party"),
    (MEDIATION, {f"{WHO}/phones/0/event": "nothing"}, f"{WHO}/phones/0/event", "event"),
    (MEDIATION, {f"{WHO}/phones/0/member": "fax"}, f"{WHO}/phones/0/member", "pointer"),
    (MEDIATION, {f"{WHO}/events/0": "nothing"}, f"{WHO}/events/0", "event"),
    (MEDIATION, {f"{WHO}/events/0": "respondent_spoke"}, f"{WHO}/events/0", "party"),
    (MEDIATION, {f"{WHO}/documents/0": "nothing"}, f"{WHO}/documents/0", "target"),
    (MEDIATION, {f"{WHO}/documents/0": "agreement"}, f"{WHO}/documents/0", "party"),
    (
        MEDIATION,
        {"/notices/draft_respondent/asks/replies/code/action": "claimant_signs"},
        "/notices/draft_respondent/asks/replies/code/action",
        "target",
    ),
    (
        MEDIATION,
        {"/notices/draft_claimant/asks/replies/code/action": "respondent_signs"},
        "/notices/draft_claimant/asks/replies/code/action",
        "target",
    ),
    (MEDIATION, {"/restricted": True}, "/parties", "party"),
    (REPORT, {"/parties": WHOLE}, "/parties", "party"),
    (LOG, {"/parties": WHOLE}, "/parties", "record"),
    (MEDIATION, {"/parties": {"neighbour": WHOLE["respondent"]}}, "/parties/neighbour", "enum"),
    (MEDIATION, {SPEAK: {"party": "neighbour"}}, SPEAK, "anyOf"),
]


@pytest.mark.parametrize(("document", "edits", "pointer", "keyword"), FAULTS)
def test_a_party_is_known_reached_and_shown_nothing_of_the_others(
    document: Any, edits: Edits, pointer: str, keyword: str
) -> None:
    found = [(one.pointer, one.keyword) for one in lint(edited(document, edits))]

    assert (pointer, keyword) in found
    assert all(one.texts["zh-Hans"] and one.texts["en"] for one in lint(edited(document, edits)))


def test_the_parties_that_a_document_may_name_are_those_that_have_secrets() -> None:
    assert f'"side": {{"enum": {list(SIDES)}}}'.replace("'", '"') in schema_text()


def test_another_party_or_another_sight_of_one_is_a_narrowing_change() -> None:
    for edits in ({"/parties": GONE}, {f"{WHO}/events/0": "accepted"}):
        (change,) = [
            one for one in diff(MEDIATION, edited(MEDIATION, edits)) if "/parties" in one.pointer
        ]
        assert change.verdict is Verdict.NARROWING and worst([change]) is Verdict.NARROWING
