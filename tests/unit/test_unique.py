"""Entries that must differ: what is the same, in one list or in a form, and how it is told."""

from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.forms.answers import Forms
from chalicelib.services.forms.unique import differ
from tests.unit.hostile_schemas import nestings

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.0, -0.0, 1.0, 0.5, 1e-7, "", "1", "true", "null", "[]", "a"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
LIBRARY = jsonschema_rs.Draft202012Validator({"uniqueItems": True})


@settings(max_examples=500, deadline=None)
@given(st.lists(VALUES, max_size=12))
def test_entries_differ_as_the_library_says_that_compares_each_with_each(entries: Any) -> None:
    assert differ(entries) is LIBRARY.is_valid(entries)


@pytest.mark.parametrize(
    ("entries", "different"),
    [
        ([1, 1.0], False),
        ([[1], [1.0]], False),
        ([0, False], True),
        ([1, True], True),
        ([[1], [True]], True),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], False),
        ([[1], "[1]"], True),
        ([None, "null"], True),
        ([[], [[]], {}], True),
        (nestings(7), True),
        ([*nestings(7), nestings(7)[99]], False),
    ],
)
def test_numbers_are_equal_by_value_and_objects_in_any_order(entries: Any, different: bool) -> None:
    assert differ(entries) is different


def test_a_repeated_entry_is_told_at_its_list() -> None:
    form = {"properties": {"boxes": {"items": {"enum": ["a", "b"]}, "uniqueItems": True}}}
    forms = Forms(lambda: date(2026, 3, 10))

    (told,) = forms.check("it", form, {"boxes": ["a", "b", "a"]}, "/answers")

    assert (told.pointer, told.keyword) == ("/answers/boxes", "uniqueItems")
    assert told.texts["en"] == "An entry is repeated"
    assert told.params == {"i": 2, "j": 0}
    assert forms.holds("it", form, {"boxes": ["a", "b"]})
    assert not forms.holds("it", form, {"boxes": ["b", "b"]})
