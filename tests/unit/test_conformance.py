"""The JSON-Schema-Test-Suite through our own entry points: what a form may hold is checked as the
suite says, and what is refused stands in a list with its reason.

The suite (draft 2020-12, required cases and formats) comes from the source package of jsonschema;
`make suite` fetches it. Two things are ours: formats assert (form-platforms.md §4.2), and
`conformance.json` names every group whose schema is refused.
"""

import json
from collections import Counter
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from referencing import Registry

from chalicelib.services.checks.formlint import schema_findings
from chalicelib.services.checks.lint import lint
from chalicelib.services.forms.answers import Forms
from chalicelib.services.forms.formats import STANDARD
from tests.unit.hostile_strategies import SCHEMAS, VALUES
from tests.world import ROOT, load_json

SUITE = ROOT / ".local" / "suite" / "json" / "tests" / "draft2020-12"
FILES = [*sorted(SUITE.glob("*.json")), *sorted(SUITE.glob("optional/format/*.json"))]
LISTED = load_json("tests/unit/conformance.json")


class Group(NamedTuple):
    """A schema of the suite with its tests."""

    file: str
    name: str
    schema: Any
    tests: list[dict[str, Any]]


@cache
def groups() -> list[Group]:
    return [
        Group(str(path.relative_to(SUITE)), one["description"], one["schema"], one["tests"])
        for path in FILES
        for one in json.loads(path.read_text("utf-8"))
    ]


@cache
def refused() -> dict[tuple[str, str], str]:
    """The groups whose schema may not be in a document, and by which findings."""
    found = {(one.file, one.name): why_not(one.schema) for one in groups()}
    return {name: why for name, why in found.items() if why}


def why_not(schema: Any) -> str:
    """The keywords of the findings; a form that is no object never comes to the check of forms."""
    if isinstance(schema, dict):
        findings = [*schema_findings("", schema)]
    else:
        document = {**load_json("tests/unit/hostile_base.json"), "form": schema}
        findings = [one for one in lint(document) if one.pointer == "/form"]
    return " ".join(sorted({one.keyword for one in findings}))


@cache
def disagreed() -> dict[str, list[str]]:
    """The tests of schemas that we take and whose outcome is another here, by file."""
    forms = Forms(lambda: date(2026, 3, 10))
    names: dict[str, list[str]] = {}
    for number, group in enumerate(groups()):
        for test in group.tests if (group.file, group.name) not in refused() else ():
            if (forms.check(str(number), group.schema, test["data"]) == []) is not test["valid"]:
                names.setdefault(group.file, []).append(test["description"])
    return {file: sorted(found) for file, found in names.items()}


def test_the_suite_is_there() -> None:
    assert len(FILES) >= 46 + 19, "make suite fetches it"
    assert len({(one.file, one.name) for one in groups()}) == len(groups()) >= 368
    assert sum(len(one.tests) for one in groups()) >= 1257 + 480


def test_what_is_accepted_is_checked_as_the_suite_says_but_for_formats_which_assert() -> None:
    assert disagreed() == LISTED["asserted"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_the_listed_schemas_are_refused(path: Any) -> None:
    file = str(path.relative_to(SUITE))
    found = {name: why for (of, name), why in refused().items() if of == file}

    assert found == LISTED["refused"].get(file, {})


def test_every_refusal_has_a_reason_and_every_reason_a_refusal() -> None:
    used = {
        why for named in LISTED["refused"].values() for one in named.values() for why in one.split()
    }

    assert used == LISTED["why"].keys()
    assert all(LISTED["why"].values())


def test_formats_that_assert_agree_and_all_others_are_refused() -> None:
    files = {path.stem for path in SUITE.glob("optional/format/*.json")}
    taken = {name for name in files if f"optional/format/{name}.json" not in LISTED["refused"]}

    assert taken == set(STANDARD)
    assert not any(file.startswith("optional/format/") for file in disagreed())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(SCHEMAS, st.lists(VALUES, min_size=1, max_size=4))
def test_a_second_validator_agrees_on_schemas_that_are_accepted(schema: Any, tried: Any) -> None:
    """All but patterns, which it reads with another engine, and formats, most of which are ours."""
    if any(word in json.dumps(schema) for word in ("pattern", "format")) or why_not(schema):
        return
    forms = Forms(lambda: date(2026, 3, 10))
    second = jsonschema.Draft202012Validator(schema, registry=Registry())

    assert [forms.holds("it", schema, one) for one in tried] == [*map(second.is_valid, tried)]


def test_the_figures() -> None:
    tests = Counter[str]()
    for group in groups():
        kind = "refused" if (group.file, group.name) in refused() else "taken"
        tests[kind] += len(group.tests)
    asserted = sum(map(len, disagreed().values()))

    assert (tests["taken"] - asserted, tests["refused"], asserted) == (1_101, 642, 5)
