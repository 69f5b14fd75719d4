"""What may not be posted in public, and counters of which an inbox could not tell the zone."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff, worst
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from chalicelib.services.reports.account import account
from chalicelib.services.reports.rehearsal import rehearse
from tests.unit.test_lint import GONE, edited
from tests.unit.test_lint_spread import CALENDAR, MORNING, examples
from tests.world import load_json

NOTICE = load_json("forms/notice-down/service.json")
MEDIATION = load_json("forms/mediation/service.json")
LOG = load_json("forms/patrol-log/service.json")
ACTS, FORM = "/flow/acts", "/form/properties"
POSTED = NOTICE["posted"]
COUNTERS = "/guide/counters"
HERE = MEDIATION["guide"]["counters"][-1]
FAULTS: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "nobody-posts-it": (NOTICE, {"/posted/event": "gone"}, "/posted/event", "event"),
    "a-clock-posts-it": (
        NOTICE,
        {"/posted/event": "not_all_acknowledged"},
        "/posted/event",
        "event",
    ),
    "the-sender-posts-it": (
        NOTICE,
        {f"{ACTS}/comment/event": "received", "/posted/event": "received"},
        "/posted/event",
        "by",
    ),
    "the-applicant-may-post-it": (
        NOTICE,
        {f"{ACTS}/comment/event": "issued", f"{ACTS}/comment/by": "either"},
        "/posted/event",
        "by",
    ),
    "an-end-that-never-comes": (
        NOTICE,
        {"/posted/ends": ["taken_down", "gone"]},
        "/posted/ends/1",
        "event",
    ),
    "ends-as-it-begins": (
        NOTICE,
        {"/posted/ends": ["taken_down", "issued"]},
        "/posted/ends",
        "unique",
    ),
    "nobody-takes-it-down": (NOTICE, {"/posted/ends": ["not_issued"]}, "/posted/ends", "required"),
    "taken-down-while-open-only": (
        NOTICE,
        {f"{ACTS}/take_down/when": "open", f"{ACTS}/take_down/ever": True},
        "/posted/ends",
        "required",
    ),
    "no-such-text": (NOTICE, {"/posted/text": "/gone"}, "/posted/text", "pointer"),
    "a-choice-of-yes-and-no": (NOTICE, {"/posted/title": "/post"}, "/posted/title", "text"),
    "a-text-too-long": (NOTICE, {f"{FORM}/text/maxLength": 2001}, "/posted/text", "text"),
    "a-text-without-end": (NOTICE, {f"{FORM}/text/maxLength": GONE}, "/posted/text", "maxLength"),
    "a-text-that-may-be-missing": (
        NOTICE,
        {"/form/required": ["title", "kind", "post", "from", "region"]},
        "/posted/text",
        "required",
    ),
    "who-it-is": (NOTICE, {"/posted/title": "/from/office"}, "/posted/title", "personal"),
    "a-telephone": (NOTICE, {"/posted/title": "/from/phone"}, "/posted/title", "text"),
    "for-some-eyes-only": (
        NOTICE,
        {"/confidential": [{"pointer": "/text", "to": ["head"]}]},
        "/posted/text",
        "personal",
    ),
    "a-day-that-is-a-text": (NOTICE, {"/posted/until": "/title"}, "/posted/until", "format"),
    "posted-for-ever": (NOTICE, {"/posted/days": 400}, "/posted/days", "maximum"),
    "more-than-the-texts": (
        NOTICE,
        {"/posted/who": "/from"},
        "/posted/who",
        "additionalProperties",
    ),
    "a-condition-that-is-none": (NOTICE, {"/posted/if": {"type": "?"}}, "/posted/if/type", "anyOf"),
    "restricted": (NOTICE, {"/restricted": True}, "/posted", "restricted"),
    "of-a-record": (LOG, {"/posted": POSTED}, "/posted", "record"),
    "two-counters-at-a-node": (
        MEDIATION,
        {COUNTERS: [HERE, HERE]},
        f"{COUNTERS}/1/node",
        "unique",
    ),
    "a-node-for-nothing": (
        MEDIATION,
        {COUNTERS: [{"where": HERE["where"], "node": "jz-t1"}]},
        f"{COUNTERS}/0/node",
        "required",
    ),
    "a-counter-of-a-record": (LOG, {COUNTERS: [HERE, HERE]}, f"{COUNTERS}/1/node", "unique"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_where_it_is(fault: str) -> None:
    document, edits, pointer, keyword = FAULTS[fault]

    found = [(one.pointer, one.keyword) for one in lint(edited(document, edits))]

    assert (pointer, keyword) in found


def test_what_is_posted_is_a_narrowing_change() -> None:
    for was, now in ((NOTICE, edited(NOTICE, {"/posted": GONE})), (NOTICE, _longer())):
        for one, other in ((was, now), (now, was)):
            changes = diff(one, other)
            assert [change.pointer for change in changes] == ["/posted"]
            assert worst(changes) is Verdict.NARROWING


def _longer() -> Any:
    return edited(NOTICE, {"/posted/days": 91})


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hans", {"向公众公示（表单项「标题」等）", "撤下公示"}),
        ("en", {'posted for everybody to read (form field "标题" …)', "taken down"}),
    ],
)
def test_the_rehearsal_says_when_it_is_posted_and_taken_down(language: str, said: set[str]) -> None:
    rehearsal = rehearse(Service(NOTICE), examples("notice-down"), CALENDAR, MORNING)

    steps = [s for walk in account(rehearsal, CALENDAR, language)["walks"] for s in walk["steps"]]

    posting = [step for step in steps if "posted" in step]
    assert {one for step in posting for one in step["posted"]} == said
    assert len(posting) < len(steps)
