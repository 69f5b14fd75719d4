"""For whom a service is: what may not be published of one for the offices, and of one for the
public; and what a reason may be for."""

from typing import Any

import pytest

from chalicelib.services.changes.diff import Verdict, diff, worst
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from tests.unit.test_lint import GONE, Edits, edited
from tests.world import load_json

TOPIC = load_json("forms/research-topic/service.json")
LOG = load_json("forms/patrol-log/service.json")
LICENCE = load_json("forms/business-licence/service.json")
STAGES, ACTS = "/flow/stages", "/flow/acts"
WORK = f"{STAGES}/work"
TEXT = {"zh-Hans": "字", "en": "word"}
NOTICE = LICENCE["notices"]["received"]
FAULTS: list[tuple[Any, Edits, str, str]] = [
    (TOPIC, {"/channels": ["office", "web"]}, "/channels/1", "audience"),
    (TOPIC, {"/channels": ["office", "telephone"]}, "/intake", "required"),
    (TOPIC, {"/audience": GONE}, "/channels/0", "audience"),
    (TOPIC, {"/audience": GONE, "/channels": ["counter"]}, "/audience", "required"),
    (TOPIC, {f"{WORK}/for": "nobody"}, f"{WORK}/for", "audience"),
    (TOPIC, {f"{ACTS}/drop/by": "either"}, f"{ACTS}/drop/by", "audience"),
    (TOPIC, {"/notices": {"received": NOTICE}}, "/notices/received/to", "audience"),
    (TOPIC, {f"{STAGES}/tell/for": "result"}, "/subject/phones", "minItems"),
    (LICENCE, {"/subject/phones": []}, "/subject/phones", "minItems"),
    (LOG, {"/record/who": GONE}, "/record/who", "required"),
    (LOG, {"/channels": ["web"]}, "/channels/0", "audience"),
    (TOPIC, {"/reasons/T1/for": ["nothing_of_it"]}, "/reasons/T1/for/0", "target"),
    (TOPIC, {f"{ACTS}/drop/reason_for": "nothing"}, f"{ACTS}/drop/reason_for", "target"),
]


@pytest.mark.parametrize(("document", "edits", "pointer", "keyword"), FAULTS)
def test_what_is_for_the_offices_lets_nobody_else_in_and_speaks_to_nobody(
    document: Any, edits: Edits, pointer: str, keyword: str
) -> None:
    found = [(one.pointer, one.keyword) for one in lint(edited(document, edits))]

    assert (pointer, keyword) in found


def test_an_end_that_nobody_hears_of_is_refused_unless_nobody_is_there_to_hear() -> None:
    silent = edited(TOPIC, {f"{STAGES}/tell/for": "result"})

    assert lint(TOPIC) == []
    assert "notice" in {one.keyword for one in lint(silent)}


def test_nothing_that_every_service_says_to_an_applicant_is_said_where_there_is_none() -> None:
    common = {"date_moved", "correct"}

    assert common <= Service(LICENCE).notices.keys()
    assert common.isdisjoint(Service(TOPIC).notices)


def test_for_whom_a_service_is_changes_only_with_a_look_at_open_cases() -> None:
    opened = edited(LOG, {"/audience": GONE})

    assert worst(diff(opened, LOG)) is Verdict.NARROWING
    assert worst(diff(LOG, opened)) is Verdict.NARROWING
