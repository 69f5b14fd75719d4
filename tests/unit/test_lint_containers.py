"""What may not be published of containers and their members, and where the finding points."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff, worst
from chalicelib.services.checks.lint import lint
from tests.unit.test_lint import GONE, edited
from tests.world import load_json

NAMES = (
    "livelihood-campaign",
    "livelihood-item",
    "rectification-ledger",
    "rectification-problem",
    "outreach-session",
    "outreach-matter",
    "volunteer-event",
    "micro-wish",
    "year-programme",
    "household-register",
    "household-plan",
    "household-measure",
    "firm-list",
    "firm-link",
)
CAMPAIGN, ITEM = (load_json(f"forms/{name}/service.json") for name in NAMES[:2])
EVENT, WISH = (load_json(f"forms/{name}/service.json") for name in NAMES[6:8])
PROGRAMME = load_json("forms/year-programme/service.json")
REGISTER = load_json("forms/household-register/service.json")
CONCLUDE = "/flow/stages/carry_out/actions/conclude"
JOIN = "/flow/acts/join"
NUMBER = f"{JOIN}/input/properties/container"
FAULTS: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "takes-in-nowhere": (
        CAMPAIGN,
        {"/container/takes_in": ["collect", "gone"]},
        "/container/takes_in/1",
        "target",
    ),
    "least-over-most": (
        CAMPAIGN,
        {"/container/quota": {"least": 3, "most": 2}},
        "/container/quota/least",
        "quota",
    ),
    "quota-not-asked-for": (
        CAMPAIGN,
        {"/container/quota": {"least": "/gone"}},
        "/container/quota/least",
        "pointer",
    ),
    "quota-is-a-text": (
        CAMPAIGN,
        {"/container/quota": {"most": "/title"}},
        "/container/quota/most",
        "quota",
    ),
    "nothing-concludes": (CAMPAIGN, {f"{CONCLUDE}/does": GONE}, "/container", "conclude"),
    "concludes-nothing": (CAMPAIGN, {"/container": GONE}, f"{CONCLUDE}/does", "conclude"),
    "concludes-and-stays": (CAMPAIGN, {f"{CONCLUDE}/to": GONE}, f"{CONCLUDE}/to", "required"),
    "reaches-its-own-members": (
        REGISTER,
        {"/container/reaches": ["household-measure", "household-plan"]},
        "/container/reaches/1",
        "reaches",
    ),
    "reaches-for-nothing": (
        REGISTER,
        {"/container/bulk": GONE},
        "/container/reaches",
        "bulk",
    ),
    "restricted-holder": (CAMPAIGN, {"/restricted": True}, "/container", "restricted"),
    "unknown-kind": (CAMPAIGN, {"/container/kind": "heap"}, "/container/kind", "enum"),
    "holds-nothing": (CAMPAIGN, {"/container/members": []}, "/container/members", "minItems"),
    "part-of-nothing": (ITEM, {"/part_of": "/gone"}, "/part_of", "pointer"),
    "part-of-a-text": (ITEM, {"/part_of": "/title"}, "/part_of", "format"),
    "restricted-member": (ITEM, {"/restricted": True}, "/part_of", "restricted"),
    "joins-no-number": (ITEM, {f"{NUMBER}/format": GONE}, f"{JOIN}/input", "input"),
    "joins-perhaps": (ITEM, {f"{JOIN}/input/required": GONE}, f"{JOIN}/input", "input"),
    "holder-joins": (
        ITEM,
        {"/container": {"kind": "batch", "members": ["suggestion"]}},
        f"{JOIN}/does",
        "container",
    ),
    "tells-what-nobody-asks": (
        EVENT,
        {"/container/tells/place": "/gone"},
        "/container/tells/place",
        "pointer",
    ),
    "tells-no-day": (EVENT, {"/container/tells/date": "/theme"}, "/container/tells/date", "format"),
    "tells-too-much": (
        EVENT,
        {"/form/properties/place/maxLength": 13},
        "/container/tells/place",
        "maxLength",
    ),
    "tells-a-name": (
        EVENT,
        {"/container/tells/place": "/contact/name"},
        "/container/tells/place",
        "confidential",
    ),
    "tells-what-is-kept-back": (
        EVENT,
        {"/confidential": [{"pointer": "/place", "to": ["grid-worker"]}]},
        "/container/tells/place",
        "confidential",
    ),
    "reaches-everywhere": (
        EVENT,
        {"/container/takes_from": "above"},
        "/container/takes_from",
        "const",
    ),
    "told-of-no-event": (
        WISH,
        {"/notices/claimed/date": "container"},
        "/notices/claimed/date",
        "container",
    ),
    "hands-down-no-list": (
        PROGRAMME,
        {"/container/hands_down/items": "/title"},
        "/container/hands_down/items",
        "type",
    ),
    "hands-down-what-nobody-asks": (
        PROGRAMME,
        {"/container/hands_down/most": "/gone"},
        "/container/hands_down/most",
        "pointer",
    ),
    "hands-down-as-many-as-a-text": (
        PROGRAMME,
        {"/container/hands_down/least": "/title"},
        "/container/hands_down/least",
        "quota",
    ),
    "hands-down-none": (
        PROGRAMME,
        {"/container/hands_down": {"items": "/items", "least": 3, "most": 2}},
        "/container/hands_down/least",
        "quota",
    ),
    "hands-to-others": (
        PROGRAMME,
        {"/container/members": ["suggestion"]},
        "/container/hands_down",
        "members",
    ),
    "hands-down-to-nobody": (PROGRAMME, {"/part_of": GONE}, "/container/hands_down", "members"),
    "hands-down-sideways": (
        PROGRAMME,
        {"/container/takes_from": GONE},
        "/container/hands_down",
        "takes_from",
    ),
    "hands-down-what-is-kept-back": (
        PROGRAMME,
        {"/confidential": [{"pointer": "/items", "to": ["programme-lead"]}]},
        "/container/hands_down/items",
        "confidential",
    ),
    "record-holds": (
        load_json("forms/patrol-log/service.json"),
        {"/container": {"kind": "batch", "members": ["suggestion"]}},
        "/container",
        "record",
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_documents_of_containers_and_members_are_right(name: str) -> None:
    assert lint(load_json(f"forms/{name}/service.json")) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_could_not_be_held_or_concluded_is_refused(fault: str) -> None:
    document, edits, pointer, keyword = FAULTS[fault]

    found = lint(edited(document, edits))

    assert (pointer, keyword) in [(one.pointer, one.keyword) for one in found]


@pytest.mark.parametrize(
    ("document", "edits", "verdict"),
    [
        (CAMPAIGN, {"/container/quota": GONE}, Verdict.NARROWING),
        (ITEM, {"/part_of": GONE}, Verdict.BREAKING),
    ],
)
def test_a_change_of_what_holds_others_is_shown(
    document: Any, edits: dict[str, Any], verdict: Verdict
) -> None:
    assert worst(diff(document, edited(document, edits))) is verdict
