"""What may not be published of a fanout over data, and where the finding points; and what its
rows come to."""

from copy import deepcopy
from typing import Any

import pytest

from chalicelib.cases import joins
from chalicelib.services.changes.diff import diff
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from chalicelib.services.reports.rehearsal import rehearse, targets
from tests.unit.test_lint import GONE, edited
from tests.unit.test_rehearsal import CALENDAR, examples
from tests.world import MORNING, load_json

NAMES = ("hotline-complaint", "notice-down")
DOCUMENTS: dict[str, Any] = {name: load_json(f"forms/{name}/service.json") for name in NAMES}
TEXT = {"zh-Hans": "字", "en": "word"}
UNITS, DISPATCH = "/flow/stages/units", "/flow/stages/dispatch/actions/dispatch"
SITES = "/flow/stages/sites"
UNIT, SITE = f"{UNITS}/parts/unit", f"{SITES}/parts/site"
LISTED = f"{DISPATCH}/input/properties/units"
DESK = "/flow/stages/callback"
Fault = tuple[str, dict[str, Any], str, str]


def found(document: Any) -> list[tuple[str, str]]:
    return [(one.pointer, one.keyword) for one in lint(document)]


def hotline(pointer: str, value: Any, keyword: str, at: str | None = None) -> Fault:
    return "hotline-complaint", {pointer: value}, pointer if at is None else at, keyword


def notice(pointer: str, value: Any, keyword: str, at: str | None = None) -> Fault:
    return "notice-down", {pointer: value}, pointer if at is None else at, keyword


def lone_part() -> Any:
    part = DOCUMENTS["hotline-complaint"]["flow"]["stages"]["units"]["parts"]["unit"]
    return {"unit": part, "other": deepcopy(part)}


FAULTS: dict[str, Fault] = {
    "another-part": hotline(f"{UNITS}/parts", lone_part(), "target", f"{UNITS}/over/part"),
    "no-such-part": hotline(f"{UNITS}/over/part", "nobody", "target"),
    "kind-missing": hotline(f"{UNITS}/over/is", GONE, "required"),
    "list-not-asked-for": hotline(f"{UNITS}/over/member", "places", "event", f"{UNITS}/over/event"),
    "list-may-be-empty": hotline(f"{LISTED}/minItems", 0, "event", f"{UNITS}/over/event"),
    "list-too-long": hotline(f"{LISTED}/maxItems", 501, "event", f"{UNITS}/over/event"),
    "list-unbounded": hotline(f"{LISTED}/maxItems", GONE, "event", f"{UNITS}/over/event"),
    "id-not-demanded": hotline(
        f"{LISTED}/items/required", ["lead", "within", "task"], "event", f"{UNITS}/over/event"
    ),
    "lead-is-a-word": hotline(
        f"{LISTED}/items/properties/lead",
        {"type": "string", "maxLength": 5},
        "event",
        f"{UNITS}/over/event",
    ),
    "time-that-is-none": hotline(
        f"{UNIT}/within/budgets/extra", {"days": 3}, "event", f"{UNITS}/over/event"
    ),
    "lead-not-said": hotline(f"{UNITS}/over/lead", GONE, "required"),
    "lead-said-twice": hotline(f"{UNITS}/join/lead", "unit", "place"),
    "verdict-not-listed": hotline(f"{UNITS}/join/prefer", ["solved"], "verdict"),
    "least-missing": hotline(f"{UNITS}/join/rule", "least", "required", f"{UNITS}/join/least"),
    "own-opening-event": hotline(f"{UNIT}/opened", "unit_urged", "place"),
    "nobody-does-it": hotline(f"{UNIT}/who", GONE, "actor"),
    "item-at-a-desk": hotline(f"{DESK}/who/at", "item", "place"),
    "item-of-a-ref": hotline(f"{UNITS}/over/is", "ref", "place", f"{UNIT}/who/at"),
    "late-verdict-unknown": hotline(
        f"{UNIT}/within/on_due",
        {"event": "unit_urged", "verdict": "silent"},
        "verdict",
        f"{UNITS}/join/prefer",
    ),
    "late-and-settled": hotline(
        f"{UNIT}/within/on_due/verdict", "solved", "oneOf", f"{UNIT}/within/on_due"
    ),
    "two-times": hotline(f"{UNIT}/within/budget", {"days": 3}, "oneOf", f"{UNIT}/within"),
    "nobody-is-urged": hotline(f"{UNIT}/within/on_due/who", GONE, "oneOf", f"{UNIT}/within/on_due"),
    "unlisted-missing": notice(f"{SITES}/outcomes/unlisted", GONE, "required"),
    "no-such-answer": notice(f"{SITES}/over/nodes/below", "/town", "pointer"),
    "two-sources": notice(f"{SITES}/over/event", "issued", "source"),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_documents_themselves_have_no_fault(name: str) -> None:
    assert lint(DOCUMENTS[name]) == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_found_where_it_stands(fault: Fault) -> None:
    name, edits, pointer, keyword = fault

    assert (pointer, keyword) in found(edited(DOCUMENTS[name], edits))


def test_a_time_of_its_own_is_for_items_of_a_list_only() -> None:
    other = load_json("forms/housing-fund/service.json")
    stage, part = next(
        (stage, part)
        for stage, definition in other["flow"]["stages"].items()
        if definition["kind"] == "fanout"
        for part in definition["parts"]
    )
    at = f"/flow/stages/{stage}/parts/{part}/within"
    within = DOCUMENTS["notice-down"]["flow"]["stages"]["sites"]["parts"]["site"]["within"]

    faults = found(edited(other, {at: within}))

    assert (at, "place") in faults and (f"{at}/on_due/who/at", "place") in faults


@pytest.mark.parametrize("name", NAMES)
def test_a_rehearsal_takes_what_becomes_of_late_items_and_of_empty_lists(name: str) -> None:
    service = Service(DOCUMENTS[name])
    rehearsal = rehearse(service, examples(name), CALENDAR, MORNING)

    wanted = set(targets(service))
    assert {at for at, _ in service.item_dues()} <= wanted
    assert rehearsal.never == {} and wanted <= rehearsal.taken
    assert rehearsal.hangs == []


def test_a_late_item_may_be_settled_by_a_verdict_and_the_rehearsal_shows_it() -> None:
    by_verdict = {f"{SITE}/within/on_due": {"event": "site_urged", "verdict": "acknowledged"}}
    document = edited(DOCUMENTS["notice-down"], by_verdict)
    assert lint(document) == []

    rehearsal = rehearse(Service(document), examples("notice-down"), CALENDAR, MORNING)

    assert f"{SITE}/within/on_due" in rehearsal.taken


def test_another_time_or_source_of_the_items_narrows_a_service() -> None:
    old = DOCUMENTS["notice-down"]
    new = edited(old, {f"{SITE}/within/budget": {"days": 1}, f"{SITES}/over/nodes/level": "town"})

    assert {(one.pointer, one.verdict.value) for one in diff(old, new)} == {
        (f"{SITE}/within", "narrowing"),
        (f"{SITES}/over", "narrowing"),
    }


VISIT = 3


def item(n: int, verdict: str | None = None, lead: bool = False) -> dict[str, Any]:
    row = {"task_kind": "part", "visit": VISIT, "part": "unit", "item": {"n": n, "lead": lead}}
    return row | ({"state": "settled", "outcome": verdict} if verdict else {"state": "open"})


def outcome(rule: str, *rows: Any, items: int = 0, **more: Any) -> str | None:
    join = {"rule": rule, "prefer": ["solved", "explained"], **more}
    return joins.outcome({"kind": "fanout", "join": join}, rows, VISIT, items or len(rows))


def test_items_of_one_part_are_counted_each_by_itself() -> None:
    assert outcome("all", item(1, "solved"), item(2)) is None
    assert outcome("all", item(1, "explained"), item(2, "solved")) == "solved"
    assert outcome("least", item(1, "solved"), item(2), item(3), least=2) is None
    assert outcome("least", item(1, "solved"), item(2, "explained"), item(3), least=2) == "solved"


def test_the_verdict_of_the_item_that_leads_is_the_stages() -> None:
    rows = item(1, "solved"), item(2, "explained", lead=True), item(3)

    assert outcome("lead", *rows) == "explained"
    assert outcome("lead", item(1, "solved"), item(2, lead=True)) is None


@pytest.mark.parametrize("rule", ["all", "any", "lead"])
def test_nothing_is_settled_while_items_are_still_to_be_opened(rule: str) -> None:
    assert outcome(rule, item(1, "solved", lead=True), items=2) is None
