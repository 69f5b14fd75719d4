"""A form that nobody could fill in is refused, at the place of the contradiction."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.services.checks.lint import lint
from infra.seed import documents
from tests.world import load_json

LICENCE = "forms/business-licence/service.json"
Change = Callable[[dict[str, Any]], None]


def found(change: Change) -> list[tuple[str, str]]:
    document = copy.deepcopy(load_json(LICENCE))
    change(document["form"])
    return [(one.pointer, one.keyword) for one in lint(document)]


def unknown(form: dict[str, Any]) -> None:
    form["required"].append("telephone")


def never(form: dict[str, Any]) -> None:
    form["properties"]["telephone"] = False
    unknown(form)


def by_pattern(form: dict[str, Any]) -> None:
    form["patternProperties"] = {"^tele": {"type": "string", "maxLength": 20}}
    unknown(form)


def crossed(form: dict[str, Any]) -> None:
    form["properties"]["staff"] |= {"minimum": 10, "maximum": 1}


def twice(form: dict[str, Any]) -> None:
    form["properties"]["entity_type"]["oneOf"].append({"const": "llc", "title": "有限公司"})


def listed_twice(form: dict[str, Any]) -> None:
    form["properties"]["size"] = {"title": "规模", "type": "string", "enum": ["小", "大", "小"]}


@pytest.mark.parametrize(
    ("change", "pointer", "keyword"),
    [
        (unknown, "/form/required/", "required"),
        (never, "/form/required/", "required"),
        (crossed, "/form/properties/staff/minimum", "minimum"),
        (twice, "/form/properties/entity_type/oneOf", "uniqueItems"),
        (listed_twice, "/form/properties/size/enum", "uniqueItems"),
    ],
)
def test_a_contradiction_of_the_form_is_found(change: Change, pointer: str, keyword: str) -> None:
    ((at, by),) = found(change)

    assert at.startswith(pointer) and by == keyword


def test_what_a_pattern_of_names_allows_may_be_required() -> None:
    assert [one for one in found(by_pattern) if one[1] == "required"] == []


@pytest.mark.parametrize(
    "document", [one for one in documents() if "flow" in one], ids=lambda one: one["service"]
)
def test_what_an_action_asks_for_is_looked_at_too(document: dict[str, Any]) -> None:
    made = copy.deepcopy(document)
    acts = made["flow"]["acts"]
    name = next(name for name, act in acts.items() if "input" in act)
    acts[name]["input"] |= {"additionalProperties": False, "required": ["nothing_of_it"]}

    assert f"/flow/acts/{name}/input/required/0" in {one.pointer for one in lint(made)}
