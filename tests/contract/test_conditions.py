"""Every kind of condition, against a row that has the attribute, lacks it or is not there."""

from typing import Any

import pytest

from chalicelib.platform.ports import (
    Absent,
    Below,
    Condition,
    ConditionFailed,
    Either,
    Equals,
    Every,
    Missing,
    Store,
)
from tests.contract.rows import change, delete, given, out, put

NOBODY: None = None
FREE: dict[str, Any] = {}
LEASED = {"lease": "b", "fence": 9}

TRUTH: list[tuple[Condition, dict[str, Any] | None, bool]] = [
    (Absent(), NOBODY, True),
    (Absent(), FREE, False),
    (Missing("lease"), NOBODY, True),
    (Missing("lease"), FREE, True),
    (Missing("lease"), LEASED, False),
    (Missing("lease"), {"lease": ""}, False),
    (Equals("lease", "b"), NOBODY, False),
    (Equals("lease", "b"), FREE, False),
    (Equals("lease", "b"), LEASED, True),
    (Equals("lease", "B"), LEASED, False),
    (Equals("lease", "9"), {"lease": "09"}, False),
    (Equals("fence", 9), LEASED, True),
    (Equals("fence", 90), LEASED, False),
    (Equals("fence", 0), FREE, True),
    (Below("lease", "c"), NOBODY, False),
    (Below("lease", "c"), FREE, False),
    (Below("lease", "c"), LEASED, True),
    (Below("lease", "b"), LEASED, False),
    (Below("lease", "a"), LEASED, False),
    (Below("lease", "9"), {"lease": "10"}, True),
    (Below("lease", "Ω"), {"lease": "z"}, True),
    (Below("lease", "\U0001f004"), {"lease": "\uffee"}, True),
    (Below("fence", 10), LEASED, True),
    (Below("fence", 9), LEASED, False),
    (Below("fence", 100), {"fence": 20}, True),
    (Below("fence", 0), {"fence": -1}, True),
    (Below("fence", 10), NOBODY, False),
    (Every((Equals("lease", "b"), Equals("fence", 9))), LEASED, True),
    (Every((Equals("lease", "b"), Equals("fence", 8))), LEASED, False),
    (Every((Missing("lease"), Equals("fence", 9))), LEASED, False),
    (Either((Equals("lease", "b"), Equals("fence", 8))), LEASED, True),
    (Either((Equals("lease", "a"), Equals("fence", 8))), LEASED, False),
    (Either((Absent(), Below("fence", 5))), NOBODY, True),
    (Either((Absent(), Below("fence", 5))), LEASED, False),
    (Every((Equals("fence", 9), Either((Missing("lease"), Below("lease", "c"))))), LEASED, True),
    (Every((Equals("fence", 9), Either((Missing("lease"), Below("lease", "b"))))), LEASED, False),
    (Either((Every((Equals("fence", 9), Missing("lease"))), Equals("lease", "b"))), LEASED, True),
]


@pytest.mark.parametrize(("condition", "attributes", "holds"), TRUTH, ids=str)
def test_a_condition_on_a_put_holds_exactly_as_documented(
    store: Store, pk: str, condition: Condition, attributes: dict[str, Any] | None, holds: bool
) -> None:
    if attributes is not None:
        given(store, out(pk, **attributes))

    written = _done(store, put(out(pk, seq=2), condition))

    assert written is holds
    row = store.get(put(out(pk)).table, (pk, "out#1"))
    assert (row is not None and row["seq"] == 2) is holds


@pytest.mark.parametrize(
    ("condition", "attributes", "holds"), [line for line in TRUTH if line[1] is not None], ids=str
)
def test_a_condition_on_a_change_holds_exactly_as_on_a_put(
    store: Store, pk: str, condition: Condition, attributes: dict[str, Any], holds: bool
) -> None:
    given(store, out(pk, **attributes))

    assert _done(store, change((pk, "out#1"), condition, seq=2)) is holds


@pytest.mark.parametrize(
    ("condition", "attributes", "holds"),
    [
        (None, NOBODY, True),
        (None, LEASED, True),
        (Equals("fence", 9), LEASED, True),
        (Equals("fence", 8), LEASED, False),
        (Equals("fence", 9), NOBODY, False),
        (Missing("lease"), LEASED, False),
    ],
    ids=str,
)
def test_a_condition_on_a_delete_holds_exactly_as_on_a_put(
    store: Store,
    pk: str,
    condition: Condition | None,
    attributes: dict[str, Any] | None,
    holds: bool,
) -> None:
    if attributes is not None:
        given(store, out(pk, **attributes))

    assert _done(store, delete((pk, "out#1"), condition)) is holds
    row = store.get(put(out(pk)).table, (pk, "out#1"))
    assert (row is None) is (holds or attributes is None)


def _done(store: Store, operation: Any) -> bool:
    try:
        store.transact([operation])
    except ConditionFailed as failed:
        assert failed.positions == {0}
        return False
    return True
