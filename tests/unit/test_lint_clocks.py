"""What may not be published of pauses, milestones, days that are set and levels of clocks."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff
from chalicelib.services.checks.lint import lint
from tests.unit.test_lint import GONE, edited
from tests.world import load_json

LICENCE = load_json("forms/business-licence/service.json")
LETTER = load_json("forms/mailbox/service.json")
RATING = load_json("forms/rating-rectification/service.json")
LAW = "/clocks/statutory"
LADDER = "/clocks/rectifying/milestones"
AGREED = "/clocks/agreed"
PROMISE = "/flow/acts/promise/input"
ALSO: dict[str, Any] = {
    "key": "rating.late",
    "on": ["rectifying_urged"],
    "texts": {
        "sms": {"zh-Hans": "{sign}{service}{no}：已催办。电话{phone}", "en": "{sign}{no} {phone}"},
        "call": {"zh-Hans": "{no}已催办。", "en": "{no} was urged."},
    },
}
FAULTS: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "a pause that nothing begins": (
        LICENCE,
        {f"{LAW}/pause/0/from": ["special_begun", "hearing"]},
        *(f"{LAW}/pause/0/from/1", "event"),
    ),
    "a pause that nothing ends": (
        LICENCE,
        {f"{LAW}/pause/0/until": ["heard"]},
        *(f"{LAW}/pause/0/until/0", "event"),
    ),
    "an event that begins the pause and stops the clock": (
        LICENCE,
        {f"{LAW}/pause/0/from": ["special_begun", "granted"]},
        *(f"{LAW}/pause/0/from", "contradiction"),
    ),
    "a pause in which no clock runs": (
        LICENCE,
        {"/clocks/special": GONE, "/notices/special/date": GONE, "/documents/special/date": GONE},
        *(f"{LAW}/pause/0/from", "unwatched"),
    ),
    "a day that would move by a pause": (
        LETTER,
        {f"{AGREED}/pause": [{"from": ["handed_down"], "until": ["taken_back"]}]},
        *(f"{AGREED}/pause", "contradiction"),
    ),
    "a rung that nobody gets": (RATING, {f"{LADDER}/0/who": GONE}, f"{LADDER}/0/who", "required"),
    "a milestone under the name of another event": (
        RATING,
        {f"{LADDER}/0/event": "passed_on"},
        *(f"{LADDER}/0/event", "unique"),
    ),
    "two milestones of one name": (
        RATING,
        {f"{LADDER}/0/event": "rectifying_supervised"},
        *(f"{LADDER}/0/event", "unique"),
    ),
    "a milestone of which nobody says whether it is public": (
        RATING,
        {"/events/rectifying_urged/public": GONE},
        *("/events/rectifying_urged/public", "required"),
    ),
    "a notice of a milestone that says not to whom": (
        RATING,
        {"/notices/late": ALSO},
        *("/notices/late/to", "required"),
    ),
    "a supervision order that is no document": (
        RATING,
        {"/documents/supervision": GONE},
        *(f"{LADDER}/1/do", "document"),
    ),
    "a reminder before the clock begins": (
        RATING,
        {f"{LADDER}/0/at": {"working_days": -16}},
        *(f"{LADDER}/0/at", "minimum"),
    ),
    "a share of a day that is set": (
        LETTER,
        {f"{AGREED}/milestones/0/at": "-20%"},
        *(f"{AGREED}/milestones/0/at", "type"),
    ),
    "a milestone in days that have no length": (
        RATING,
        {f"{LADDER}/0/at": {"working_days": 0}},
        *(f"{LADDER}/0/at", "anyOf"),
    ),
    "a day that is begun by something else": (
        LETTER,
        {f"{AGREED}/start": ["promised_for", "received"]},
        *(f"{AGREED}/start", "event"),
    ),
    "a day that nobody sets": (
        LETTER,
        {f"{AGREED}/budget/date/event": "overdue", f"{AGREED}/start": ["overdue"]},
        *(f"{AGREED}/budget/date/event", "event"),
    ),
    "a day that need not be said": (
        LETTER,
        {f"{PROMISE}/required": ["text"]},
        *(PROMISE, "date"),
    ),
    "a day that is no date": (LETTER, {f"{PROMISE}/properties/day/format": GONE}, PROMISE, "date"),
    "a bound by no clock": (
        LETTER,
        {f"{AGREED}/budget/at_most": "law"},
        *(f"{AGREED}/budget/at_most", "clock"),
    ),
    "a bound of something that is no date": (
        LETTER,
        {"/clocks/answering/budget/at_most": "reading"},
        *("/clocks/answering/budget/date", "required"),
    ),
    "two budgets": (
        LETTER,
        {"/clocks/answering/budget/days": 3},
        *("/clocks/answering/budget", "maxProperties"),
    ),
    "a level that receives nothing": (
        LICENCE,
        {f"{LAW}/if": {"level": ["province"]}},
        *(f"{LAW}/if/level/0", "level"),
    ),
}


@pytest.mark.parametrize("document", [LICENCE, LETTER, RATING])
def test_what_the_documents_say_of_their_clocks_is_right(document: Any) -> None:
    assert lint(document) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_clock_that_cannot_be_kept_is_refused(fault: str) -> None:
    document, edits, pointer, keyword = FAULTS[fault]
    found = lint(edited(document, edits))

    assert (pointer, keyword) in {(one.pointer, one.keyword) for one in found}
    assert all(one.texts["zh-Hans"] and one.texts["en"] for one in found)


@pytest.mark.parametrize(
    ("document", "edits", "verdict"),
    [
        (RATING, {LADDER: GONE}, Verdict.NARROWING),
        (LICENCE, {f"{LAW}/pause": GONE}, Verdict.NARROWING),
        (LETTER, {f"{AGREED}/budget": {"working_days": 2}}, Verdict.NARROWING),
    ],
)
def test_a_change_of_a_clock_has_its_verdict(document: Any, edits: Any, verdict: Verdict) -> None:
    changed = edited(document, edits)

    assert {one.verdict for one in diff(document, changed)} == {verdict}


def test_a_further_milestone_only_widens() -> None:
    without = edited(RATING, {LADDER: GONE})

    assert {one.verdict for one in diff(without, RATING)} == {Verdict.WIDENING}
