"""What may not be published of cases taken up again, urged, appealed, merged, noted, sampled."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff
from chalicelib.services.checks.lint import lint
from chalicelib.services.checks.rungslint import ANSWERED
from chalicelib.services.document import Service
from chalicelib.services.reports.rehearsal import targets
from tests.journeys.test_merging import MERGING, merging
from tests.journeys.test_second_looks import SAMPLED
from tests.unit.test_lint import GONE, edited
from tests.unit.test_rehearsal import rehearsed
from tests.world import load_json

RATING = load_json("forms/rating-rectification/service.json")
LICENCE = load_json("forms/business-licence/service.json")
HOTLINE = load_json("forms/hotline-complaint/service.json")
FUND = load_json("forms/external-fund/service.json")
MERGED = merging()
REOPEN, ORDER = "/flow/acts/reopen", "/flow/acts/supervise"
AGAIN = "/flow/stages/receive/actions/incomplete_again"
ASIDE = "/flow/tasks/bad_rating/actions/set_aside"
APPEAL, MERGE = "/flow/follows/appeal", "/flow/acts/merge"
WHO = "/flow/stages/rectify/who"
FAULTS: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "reopening to nowhere": (RATING, {f"{REOPEN}/reopens": "again"}, f"{REOPEN}/reopens", "target"),
    "reopening to the stage that tells": (
        *(RATING, {f"{REOPEN}/reopens": "tell"}, f"{REOPEN}/reopens", "target"),
    ),
    "reopening that does not say where": (
        *(RATING, {f"{REOPEN}/reopens": GONE}, f"{REOPEN}/reopens", "required"),
    ),
    "going on without reopening": (
        RATING,
        {f"{REOPEN}/does": GONE},
        f"{REOPEN}/reopens",
        "required",
    ),
    "reopening what is open": (RATING, {f"{REOPEN}/when": "always"}, f"{REOPEN}/when", "reopen"),
    "reopening for ever": (RATING, {f"{REOPEN}/within": GONE}, f"{REOPEN}/within", "required"),
    "reopening within no clock": (
        RATING,
        {f"{REOPEN}/within": "year"},
        f"{REOPEN}/within",
        "clock",
    ),
    "reopening within a clock that it does not stop": (
        *(RATING, {f"{REOPEN}/within": "answering"}, f"{REOPEN}/within", "clock"),
    ),
    "a window that opens once": (
        RATING,
        {"/clocks/reopening/restart": GONE},
        *("/clocks/reopening/restart", "required"),
    ),
    "a reopened case that no clock watches": (
        RATING,
        {"/clocks/rectifying/start": ["received", "sent_back"]},
        *(f"{REOPEN}/event", "unwatched"),
    ),
    "a reopening that nobody hears of": (
        *(RATING, {"/notices/reopened": GONE}, f"{REOPEN}/event", "notice"),
    ),
    "a window that ends without an event": (
        RATING,
        {"/clocks/reopening/on_due": {"do": "note"}},
        *("/clocks/reopening/on_due", "required"),
    ),
    "whenever, after nothing": (LICENCE, {f"{AGAIN}/after": GONE}, f"{AGAIN}/after", "required"),
    "after what never happens": (LICENCE, {f"{AGAIN}/after": "gone"}, f"{AGAIN}/after", "event"),
    "against nobody": (LICENCE, {f"{AGAIN}/against": "gone"}, f"{AGAIN}/against", "event"),
    "a reason for no event": (
        *(LICENCE, {f"{AGAIN}/reason_for": "gone"}, f"{AGAIN}/reason_for", "target"),
    ),
    "the same as in no stage": (RATING, {f"{WHO}/same_as": "x"}, f"{WHO}/same_as", "target"),
    "the same who is kept apart": (
        *(RATING, {f"{WHO}/not": ["rectify"]}, f"{WHO}/same_as", "contradiction"),
    ),
    "the same for an act": (
        RATING,
        {f"{ORDER}/who/same_as": "assess"},
        *(f"{ORDER}/who/same_as", "place"),
    ),
    "an order to nobody": (RATING, {f"{ORDER}/addressee": GONE}, f"{ORDER}/addressee", "required"),
    "an addressee of nothing": (RATING, {f"{ORDER}/does": GONE}, f"{ORDER}/addressee", "required"),
    "an order that asks nothing": (
        *(RATING, {f"{ORDER}/input/required": []}, f"{ORDER}/input", "input"),
    ),
    "an order that is no document": (
        *(RATING, {"/documents/order": GONE}, f"{ORDER}/does", "document"),
    ),
    "an order to nobody by name": (
        RATING,
        {"/documents/order/texts/en": "This is asked: {text}, by {due}."},
        *(f"{ORDER}/does", "document"),
    ),
    "an order without a day": (
        *(RATING, {"/documents/order/date": GONE}, f"{ORDER}/event", "clock"),
    ),
    "an order whose clock no answer stops": (
        RATING,
        {"/clocks/ordered/stop": ["rectified"]},
        *(f"{ORDER}/event", "clock"),
    ),
    "an order that may be public": (
        *(RATING, {"/events/supervised/public": GONE}, "/events/supervised/public", "required"),
    ),
    "an urging that moves the case": (
        *(RATING, {f"{ORDER}/to": "review"}, f"{ORDER}/to", "place"),
    ),
    "whoever has it in hand, told to the applicant": (
        *(RATING, {f"{ORDER}/by": "either"}, f"{ORDER}/by", "addressee"),
    ),
    "whoever has it in hand when it is over": (
        *(RATING, {f"{ORDER}/when": "ended"}, f"{ORDER}/when", "addressee"),
    ),
    "whoever of the office has in hand what the applicant has": (
        LICENCE,
        {f"{ORDER}/in": ["examine", "complete"]},
        *(f"{ORDER}/in/1", "addressee"),
    ),
    "whoever has a task beside the stages in hand": (
        HOTLINE,
        {f"{ASIDE}/does": ["urge"], f"{ASIDE}/addressee": "waited_for"},
        *(f"{ASIDE}/addressee", "place"),
    ),
    "one of several who cannot be named": (
        HOTLINE,
        {f"{ORDER}/input/properties/whom": GONE},
        *(f"{ORDER}/input", "input"),
    ),
    "one of several named by what is no text": (
        HOTLINE,
        {f"{ORDER}/input/properties/whom": {"type": "array", "title": "x", "maxItems": 1}},
        *(f"{ORDER}/input/properties/whom", "type"),
    ),
    "an appeal that never comes back": (
        *(FUND, {f"{APPEAL}/hears": GONE}, f"{APPEAL}/hears", "required"),
    ),
    "an appeal that no clock watches": (
        *(FUND, {"/clocks/appealing": GONE}, f"{APPEAL}/on/0", "unwatched"),
    ),
    "a merge without an end": (*(MERGED, {"/flow/always": {}}, "/flow/always/merged", "required"),),
    "a merge that names no case": (
        *(MERGED, {f"{MERGE}/input/required": []}, f"{MERGE}/input", "input"),
    ),
    "a merge by the applicant": (MERGED, {f"{MERGE}/by": "either"}, f"{MERGE}/does", "merge"),
    "a merge that ends by itself": (
        *(MERGED, {f"{MERGE}/to": "end:merged"}, f"{MERGE}/does", "place"),
    ),
    "a pattern over what nobody knows": (
        RATING,
        {"/patterns/withdrawn_here/if": {"var": "luck"}},
        *("/patterns/withdrawn_here/if", "fact"),
    ),
    "a pattern that is no condition": (
        RATING,
        {"/patterns/withdrawn_here/if": {"while": [True]}},
        *("/patterns/withdrawn_here/if/while", "operator"),
    ),
    "a sample looked at by whoever handled it": (
        SAMPLED,
        {"/flow/tasks/sample/who/not_part": GONE},
        *("/flow/tasks/sample/who/not_part", "required"),
    ),
    "a sample of none": (
        SAMPLED,
        {"/flow/tasks/sample/share": 0},
        "/flow/tasks/sample/share",
        "minimum",
    ),
}


@pytest.mark.parametrize("document", [RATING, LICENCE, HOTLINE, FUND, MERGED, SAMPLED])
def test_what_the_documents_say_of_second_times_is_right(document: Any) -> None:
    assert [one for one in lint(document) if one.severity == "error"] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_kept_is_refused(fault: str) -> None:
    document, edits, pointer, keyword = FAULTS[fault]
    found = lint(edited(document, edits))

    assert (pointer, keyword) in {(one.pointer, one.keyword) for one in found}
    assert all(one.texts["zh-Hans"] and one.texts["en"] for one in found)


def test_the_answer_to_an_order_is_an_event_of_the_engine() -> None:
    assert ANSWERED in RATING["clocks"]["ordered"]["stop"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("business-licence", {"acceptor", "examiner", "approver", "issuer"}),
        ("hotline-complaint", {"dispatcher", "handler", "caller"}),
        ("no-owner", {"arbiter", "arbiter-head", "unit-head"}),
    ],
)
def test_a_rehearsal_asks_whoever_has_the_stage_in_hand(name: str, asked: set[str]) -> None:
    rehearsal = rehearsed(name, {})
    tasks = [task for walk in rehearsal.walks for step in walk.steps for task in step.tasks]
    found = {task.who["role"] for task in tasks if task.at == ORDER and task.who}

    assert found and found <= asked
    assert {ORDER, "/flow/acts/criticise", "/clocks/ordered"} <= rehearsal.taken


def test_a_merge_and_its_end_are_rehearsed() -> None:
    rehearsal = rehearsed("enquiry-reply", MERGING)

    assert {MERGE, "/flow/always/merged", "/results/merged"} <= rehearsal.taken
    assert set(targets(Service(MERGED))) <= rehearsal.taken


@pytest.mark.parametrize(
    ("edits", "verdict"),
    [
        ({REOPEN: GONE}, Verdict.NARROWING),
        ({f"{WHO}/same_as": GONE}, Verdict.NARROWING),
        ({"/patterns": GONE}, Verdict.SAFE),
    ],
)
def test_a_change_has_its_verdict(edits: Any, verdict: Verdict) -> None:
    found = {one.verdict for one in diff(RATING, edited(RATING, edits))}

    assert found == {verdict}


def test_a_window_more_takes_nothing_from_anybody() -> None:
    without = edited(RATING, {"/clocks/reopening": GONE})

    assert {one.verdict for one in diff(without, RATING)} == {Verdict.WIDENING}
