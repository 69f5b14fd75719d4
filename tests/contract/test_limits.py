"""What DynamoDB refuses for its size or shape is refused as Busy, and nothing is written."""

from typing import Any

import pytest

from chalicelib.platform.ports import Busy, Equals, Row, Store, Table
from tests.contract.rows import change, given, out, put

LARGEST = 400 * 1024


def _refused(store: Store, *rows: Row) -> None:
    with pytest.raises(Busy):
        store.transact([put(row) for row in rows])


def test_a_row_just_below_400_kb_is_written(store: Store, pk: str) -> None:
    row = out(pk, lease="x" * (LARGEST - 200))

    given(store, row)

    assert store.get(Table.CASES, (pk, "out#1")) == row


def test_a_row_above_400_kb_is_refused(store: Store, pk: str) -> None:
    _refused(store, out(pk, "out#2"), out(pk, lease="x" * LARGEST))

    assert store.partition(Table.CASES, pk) == []


def test_text_counts_by_its_bytes(store: Store, pk: str) -> None:
    _refused(store, out(pk, lease="办" * (LARGEST // 3)))

    assert store.partition(Table.CASES, pk) == []


def test_a_change_that_makes_a_row_too_large_is_refused(store: Store, pk: str) -> None:
    given(store, out(pk, lease="x" * (LARGEST // 2)))

    with pytest.raises(Busy):
        store.transact([change((pk, "out#1"), Equals("seq", 1), lease_until="x" * (LARGEST // 2))])

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk, lease="x" * (LARGEST // 2))


def test_a_transaction_above_four_megabytes_is_refused(store: Store, pk: str) -> None:
    _refused(store, *(out(pk, f"out#{n:02}", lease="x" * 390_000) for n in range(11)))

    assert store.partition(Table.CASES, pk) == []


@pytest.mark.parametrize(
    "part",
    [
        {"pk": ""},
        {"sk": ""},
        {"pk": "x" * 2049},
        {"sk": "x" * 1025},
        {"due_shard": "", "due_at": "1"},
        {"due_shard": "x", "due_at": ""},
    ],
    ids=lambda part: "+".join(f"{name}:{len(value)}" for name, value in part.items()),
)
def test_a_key_that_is_empty_or_too_long_is_refused(
    store: Store, pk: str, part: dict[str, Any]
) -> None:
    _refused(store, out(pk, "out#2"), {**out(pk), **part})

    assert store.partition(Table.CASES, pk) == []


@pytest.mark.parametrize("part", [{"pk": "x" * 2048}, {"sk": "x" * 1024}], ids=str)
def test_a_key_as_long_as_it_may_be_is_written(store: Store, pk: str, part: dict[str, Any]) -> None:
    row = {**out(pk, "longest"), **part}

    store.transact([put(row)])

    assert store.get(Table.CASES, (row["pk"], row["sk"])) == row
