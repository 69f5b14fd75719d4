"""Conditions on answers that are still to come: what is told early is never taken back."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.forms.answers import Forms
from chalicelib.services.rules.partial import Condition, Verdict, read_by

FORMS = Forms(lambda: date(2026, 3, 10))
NAMES = ("a", "b", "c")
LEAVES = st.sampled_from(
    [
        {"const": 1},
        {"enum": [1, 2]},
        {"type": "integer"},
        {"type": "object"},
        {"type": "array", "minItems": 1},
        {"minimum": 2},
        {},
        True,
    ]
)


def members(inner: Any) -> Any:
    return st.builds(
        lambda names, schemas: {"required": names, "properties": schemas},
        st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
    )


def combined(inner: Any) -> Any:
    lists = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        members(inner),
        st.builds(lambda keyword, of: {keyword: of}, st.sampled_from(["allOf", "anyOf"]), lists),
        st.builds(lambda of: {"oneOf": of}, lists),
        st.builds(lambda of: {"not": of}, inner),
        st.builds(lambda a, b, c: {"if": a, "then": b, "else": c}, inner, inner, inner),
    )


CONDITIONS = st.recursive(st.one_of(members(LEAVES), LEAVES), combined, max_leaves=6)
VALUES = st.recursive(
    st.sampled_from([1, 2, 3, "x", [], [1]]),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=4,
)
ANSWERS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)


def on(schema: Any, answers: Any) -> Verdict:
    return Condition(repr(schema), schema, FORMS.holds).on(answers)


def said(schema: Any, answers: Any) -> bool | None:
    return on(schema, answers).holds


def closed(value: Any) -> Any:
    """Nothing more will come: every member that is not there is null."""
    if not isinstance(value, dict):
        return value
    return {name: closed(value[name]) if name in value else None for name in NAMES}


def part_of(draw: Any, value: Any) -> Any:
    """The same answers with some of them not given yet."""
    if not isinstance(value, dict):
        return value
    kept = [name for name in value if draw(st.booleans())]
    return {name: part_of(draw, value[name]) for name in kept}


@given(CONDITIONS, ANSWERS)
def test_once_everything_is_answered_it_is_what_the_validator_says(
    schema: Any, answers: dict[str, Any]
) -> None:
    schema = {"allOf": [schema]}

    assert said(schema, closed(answers)) is FORMS.holds(repr(schema), schema, answers)


@given(st.data(), CONDITIONS, ANSWERS)
def test_what_is_said_of_some_answers_stays_true_of_all_of_them(
    data: st.DataObject, schema: Any, answers: dict[str, Any]
) -> None:
    early = said({"allOf": [schema]}, part_of(data.draw, answers))

    assert early in (None, FORMS.holds(repr(schema), {"allOf": [schema]}, answers))


@given(CONDITIONS, ANSWERS)
def test_where_it_depends_it_names_answers_that_are_not_there_yet(
    schema: Any, answers: dict[str, Any]
) -> None:
    verdict = on({"allOf": [schema]}, answers)

    assert (verdict.holds is None) is bool(verdict.on)
    for pointer in verdict.on:
        value: Any = answers
        for name in pointer.split("/")[1:]:
            assert isinstance(value, dict)
            value = value.get(name)
        assert value is None


KIND: dict[str, Any] = {"required": ["kind"], "properties": {"kind": {"enum": ["llc", "coop"]}}}


@pytest.mark.parametrize(
    ("answers", "holds", "pointers"),
    [
        ({}, None, ("/kind",)),
        ({"kind": "llc"}, True, ()),
        ({"kind": "sole"}, False, ()),
        ({"kind": None}, False, ()),
    ],
)
def test_a_choice_that_is_not_made_yet_decides(
    answers: dict[str, Any], holds: bool | None, pointers: tuple[str, ...]
) -> None:
    assert on(KIND, answers) == Verdict(holds, pointers)


def test_one_answer_may_settle_what_another_leaves_open() -> None:
    either = {"anyOf": [KIND, {"required": ["agent"]}]}

    assert on(either, {"kind": "llc"}) == Verdict(True)
    assert on(either, {"kind": "sole"}) == Verdict(None, ("/agent",))
    assert on(either, {}) == Verdict(None, ("/kind", "/agent"))


def test_a_reference_is_followed() -> None:
    schema = {"$defs": {"yes": {"const": True}}, "properties": {"home": {"$ref": "#/$defs/yes"}}}

    assert said(schema, {"home": True}) is True
    assert said(schema, {"home": False}) is False


def test_what_is_said_of_an_object_as_a_whole_waits() -> None:
    assert said({"minProperties": 1}, {"kind": "llc"}) is None


def test_a_condition_tells_which_answers_it_reads() -> None:
    assert read_by(KIND) == ("/kind",)
    assert read_by({"anyOf": [KIND, {"properties": {"a": {"required": ["b"]}}}]}) == (
        *("/kind", "/a/b"),
    )
