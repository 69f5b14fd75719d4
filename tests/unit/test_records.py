"""Services without a flow: what a record cannot have is refused, changes are judged, the report
says that there is nothing to rehearse."""

import copy
from typing import Any

import pytest

from chalicelib.clocks.calendar import Calendar
from chalicelib.people.roles import ROLES
from chalicelib.platform.ids import SystemIds
from chalicelib.platform.numbers import RECORD_DIGITS, is_number, new_number, record_number
from chalicelib.services.changes.diff import diff, worst
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from chalicelib.services.life.package import places
from chalicelib.services.reports.account import account
from chalicelib.services.reports.advice import advice
from chalicelib.services.reports.picture import mermaid, svg
from chalicelib.services.reports.plain import place, sentence
from chalicelib.services.reports.rehearsal import rehearse
from infra.guidetext import guide_lines
from infra.reporttext import report_lines
from tests.unit.test_lint import GONE, edited
from tests.world import MORNING, ROOT, load_json, with_cases

CALENDAR = Calendar.from_document(load_json("infra/calendars/cn.json"))
FOLDERS = sorted(path.parent.name for path in (ROOT / "forms").glob("*/service.json"))
NAMES = sorted(set(FOLDERS) - set(with_cases()))
NOTICE = load_json("forms/suggestion/service.json")["notices"]["received"]
TITLES = {"zh-Hans": "字", "en": "word"}
WHO = {"role": "acceptor", "at": "unit"}
OPENS = "/record/then/opens/answers/~1question"

FAULTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a flow besides": (
        *("patrol-log", {"/flow": load_json("forms/suggestion/service.json")["flow"]}),
        *("/flow", "record"),
    ),
    "neither of them": ("patrol-log", {"/record": GONE}, "/flow", "required"),
    "papers": (
        *("patrol-log", {"/papers": [{"id": "P1", "titles": TITLES, "necessity": "optional"}]}),
        *("/papers", "record"),
    ),
    "notices that nobody sends": (
        *("patrol-log", {"/notices": {"received": NOTICE}}),
        *("/notices", "record"),
    ),
    "events that never happen": (
        *("patrol-log", {"/events": {"received": {"titles": TITLES}}}),
        *("/events", "record"),
    ),
    "results": (
        *(
            "patrol-log",
            {"/results": {"a": {"titles": TITLES, "status": "solved", "negative": False}}},
        ),
        *("/results", "record"),
    ),
    "a restriction": ("patrol-log", {"/restricted": True}, "/restricted", "record"),
    "somebody who telephones": ("patrol-log", {"/calls": WHO}, "/calls", "record"),
    "answers for some readers": (
        *("patrol-log", {"/confidential": [{"pointer": "/note", "to": ["head"]}]}),
        *("/confidential", "record"),
    ),
    "two lists of who may": (
        *("patrol-log", {"/intake": {"outreach": "grid-worker"}}),
        *("/intake", "record"),
    ),
    "no place where all may submit": (
        *("opinion-survey", {"/subject": {}}),
        *("/subject/region", "required"),
    ),
    "a region that is not asked": (
        *("opinion-survey", {"/subject/region": "/place"}),
        *("/subject/region", "pointer"),
    ),
    "a unit of count that there is not": (
        *("patrol-log", {"/record/counted_in": "斤"}),
        *("/record/counted_in", "enum"),
    ),
    "details of no action": (
        "enquiry",
        {OPENS: {"details": "/text"}},
        f"{OPENS}/details",
        "record",
    ),
    "an answer that is not asked": (
        *("enquiry", {OPENS: {"from": "/questions"}}),
        *(f"{OPENS}/from", "pointer"),
    ),
    "a condition that is no schema": (
        *("enquiry", {"/record/then/if": {"type": "nothing"}}),
        *("/record/then/if/type", "anyOf"),
    ),
    "words that are counted": (
        *("patrol-log", {"/counts": {"note": {"from": "/note"}}}),
        *("/counts/note/from", "counts"),
    ),
}


def document(name: str) -> Any:
    return copy.deepcopy(load_json(f"forms/{name}/service.json"))


def examples(name: str) -> list[Any]:
    folder = ROOT / "forms" / name / "examples" / "pass"
    return [load_json(str(path)) for path in sorted(folder.glob("*.json"))]


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_record_cannot_have_is_refused_where_it_stands(fault: str) -> None:
    name, edits, pointer, keyword = FAULTS[fault]
    made = edited(document(name), edits)

    found = lint(made)

    assert (pointer, keyword) in [(one.pointer, one.keyword) for one in found]
    for one in found:
        said = sentence(made, one)
        assert not said["zh-Hans"].isascii()
        # Units of count have Chinese names only.
        assert said["en"].isascii() or one.keyword == "enum"


@pytest.mark.parametrize(
    ("edits", "verdict"),
    [
        ({"/record/counted_in": "个"}, "safe"),
        ({"/record/who": ["grid-worker"]}, "narrowing"),
        ({"/record/who": ["community-worker", "grid-worker", "volunteer", "agent"]}, "widening"),
        ({"/record/who": GONE}, "widening"),
        ({"/record/then": document("enquiry")["record"]["then"]}, "narrowing"),
        ({"/titles/en": "Rounds"}, "safe"),
    ],
)
def test_a_change_of_a_record_has_its_verdict(edits: dict[str, Any], verdict: str) -> None:
    old = document("patrol-log")
    new = edited(old, edits)

    assert worst(diff(old, new)) == verdict
    assert diff(old, old) == []


def test_from_a_record_to_cases_and_back_is_another_service() -> None:
    record, cases = document("patrol-log"), document("suggestion")

    for one, other in ((record, cases), (cases, record)):
        changes = {change.pointer: change.verdict for change in diff(one, other)}
        assert changes["/record"] == "breaking"


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_reported_in_pictures_and_words(name: str) -> None:
    service = Service(document(name))
    rehearsal = rehearse(service, examples(name), CALENDAR, MORNING)
    assert (rehearsal.walks, rehearsal.never, rehearsal.hangs, rehearsal.refused) == (
        [],
        {},
        [],
        [],
    )

    for language in ("zh-Hans", "en"):
        told = account(rehearsal, CALENDAR, language)
        assert service.record["counted_in"] in told["remarks"][0]
        assert mermaid(service, language).count("-->") == 1
        assert "<svg" in svg(service, language)
        seen = {"upload": "u", "state": "draft", "report": {"findings": [], "rehearsal": told}}
        lines = "\n".join(report_lines(seen, language))
        assert told["remarks"][0] in lines


def test_the_guide_in_a_terminal_says_what_is_counted_and_who_may() -> None:
    from_service = load_json("forms/hall-guide/service.json")
    guide = {name: from_service[name] for name in ("guide", "channels", "levels", "record")}
    guide |= {"title": "大厅导办", "papers": [], "clocks": {}, "stages": []}
    guide |= {"reasons": {}, "results": {}}

    (line,) = [one for one in guide_lines(guide, "zh-Hans") if one.startswith("记录方式")]

    assert "计数单位 人次" in line and "guide" in line


def test_the_roles_of_a_record_are_names_that_a_package_carries() -> None:
    found = {one.pointer: one.name for one in places(document("hall-guide")) if one.kind == "roles"}
    opened = [one.name for one in places(document("enquiry")) if one.kind == "services"]

    assert found == {"/record/who/0": "guide", "/record/who/1": "acceptor"}
    assert set(found.values()) <= ROLES.keys()
    assert opened == ["enquiry-reply"]
    assert place(document("hall-guide"), "/record/who")["zh-Hans"].endswith("可登记的角色")


@pytest.mark.parametrize("name", NAMES)
def test_a_record_of_ours_has_no_advice_but_on_words_of_law(name: str) -> None:
    assert {one.keyword for one in advice(Service(document(name)))} <= {"guide", "article"}


def test_the_number_of_a_record_is_never_one_of_a_case() -> None:
    number = record_number("ABCD-EFGH-IJKL-MNOP")

    assert len(number) == RECORD_DIGITS + 1 and is_number(number, RECORD_DIGITS)
    assert not is_number(number) and record_number("ABCD-EFGH-IJKL-MNOP") == number
    swapped = number[:3] + number[4] + number[3] + number[5:]
    assert swapped == number or not is_number(swapped, RECORD_DIGITS)
    assert not is_number(new_number(SystemIds()), RECORD_DIGITS)
