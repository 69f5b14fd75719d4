"""Sparse indexes: who is in them, in which order, up to where, page by page."""

import pytest

from chalicelib.platform.ports import Absent, Equals, Key, Put, Store, Table
from tests.contract.rows import change, delete, given, keys, out, put

THERE = Equals("seq", 1)


def due(pk: str, sk: str, at: str, shard: str | None = None) -> dict[str, object]:
    return out(pk, sk, due_shard=shard or pk, due_at=at)


def found(store: Store, value: str, upto: str | None = None, limit: int = 50) -> list[Key]:
    """All pages."""
    page = store.find(Table.CASES, "due", value, upto, limit)
    everything = list(page.keys)
    while page.cursor:
        page = store.find(Table.CASES, "due", value, upto, limit, page.cursor)
        assert len(page.keys) <= limit
        everything += page.keys
    return everything


def test_an_index_value_nobody_has_finds_nothing(store: Store, pk: str) -> None:
    page = store.find(Table.CASES, "due", pk)

    assert (page.keys, page.cursor) == ((), None)


def test_keys_come_in_the_order_of_the_range_key(store: Store, pk: str) -> None:
    rows = [
        due(pk, "out#5", "2026-03-09T02:00:00.000Z"),
        due(pk, "out#4", "2026-03-10T02:00:00.000Z"),
        due(pk, "out#1", "2026-03-10T02:00:00.001Z"),
        due(pk, "out#3", "2026-10-01T00:00:00.000Z"),
        due(pk, "out#2", "办"),
    ]
    given(store, *rows[::-1])

    assert found(store, pk) == keys(*rows)


def test_only_rows_of_the_value_are_found_whatever_their_partition(store: Store, pk: str) -> None:
    mine = [due(pk + "a", "out#1", "1", pk), due(pk + "b", "out#1", "2", pk)]
    given(store, *mine, due(pk, "out#1", "1", pk + "0"))

    assert found(store, pk) == keys(*mine)


def test_the_bound_is_inclusive_and_compares_bytes(store: Store, pk: str) -> None:
    rows = [due(pk, f"out#{n}", at) for n, at in enumerate(["10", "9", "90", "Z", "a", "办"])]
    given(store, *rows)

    assert found(store, pk, "9") == keys(*rows[:2])
    assert found(store, pk, "8") == keys(rows[0])
    assert found(store, pk, "0") == []
    assert found(store, pk, "a") == keys(*rows[:5])
    assert found(store, pk, "办") == keys(*rows)


def test_a_list_goes_on_after_any_of_its_rows(store: Store, pk: str) -> None:
    rows = [due(pk, f"out#{n}", at) for n, at in enumerate(["1", "2", "3", "4"])]
    given(store, *rows)

    for position, row in enumerate(rows):
        after = {name: str(row[name]) for name in ("pk", "sk", "due_shard", "due_at")}
        page = store.find(Table.CASES, "due", pk, cursor=after)
        assert list(page.keys) == keys(*rows[position + 1 :])


def test_a_row_without_both_index_attributes_is_not_in_the_index(store: Store, pk: str) -> None:
    given(store, out(pk, "out#1", due_shard=pk), out(pk, "out#2"), due(pk, "out#3", "1"))

    assert found(store, pk) == [(pk, "out#3")]


@pytest.mark.parametrize("gone", [("due_shard",), ("due_at",), ("due_shard", "due_at")], ids=str)
def test_removing_an_index_attribute_takes_the_row_out_of_the_index(
    store: Store, pk: str, gone: tuple[str, ...]
) -> None:
    given(store, due(pk, "out#1", "1"), due(pk, "out#2", "2"))

    store.transact([change((pk, "out#1"), THERE, gone)])

    assert found(store, pk) == [(pk, "out#2")]
    assert store.get(Table.CASES, (pk, "out#1")) is not None


def test_a_changed_range_key_moves_the_row(store: Store, pk: str) -> None:
    given(store, due(pk, "out#1", "1"), due(pk, "out#2", "2"))

    store.transact([change((pk, "out#1"), THERE, due_at="3")])

    assert found(store, pk) == [(pk, "out#2"), (pk, "out#1")]
    assert found(store, pk, "2") == [(pk, "out#2")]


def test_a_changed_hash_key_moves_the_row(store: Store, pk: str) -> None:
    given(store, due(pk, "out#1", "1"))

    store.transact([change((pk, "out#1"), THERE, due_shard=pk + "x")])

    assert found(store, pk) == []
    assert found(store, pk + "x") == [(pk, "out#1")]


def test_a_change_can_bring_a_row_into_the_index(store: Store, pk: str) -> None:
    given(store, out(pk))

    store.transact([change((pk, "out#1"), THERE, due_shard=pk, due_at="1")])

    assert found(store, pk) == [(pk, "out#1")]


def test_a_deleted_row_and_one_replaced_without_the_attributes_leave_the_index(
    store: Store, pk: str
) -> None:
    given(store, due(pk, "out#1", "1"), due(pk, "out#2", "2"), due(pk, "out#3", "3"))

    store.transact([delete((pk, "out#1")), put(out(pk, "out#2"))])

    assert found(store, pk) == [(pk, "out#3")]


@pytest.mark.parametrize("limit", [1, 3, 7, 20, 50])
def test_pages_give_every_key_once_and_in_order(store: Store, pk: str, limit: int) -> None:
    rows = [due(pk + str(n % 3), f"out#{n}", f"{n:02}", pk) for n in range(21)]
    given(store, *rows)

    assert found(store, pk, limit=limit) == keys(*rows)
    assert found(store, pk, "12", limit) == keys(*rows[:13])


def test_pages_give_every_key_once_when_all_are_due_at_the_same_moment(
    store: Store, pk: str
) -> None:
    rows = [due(pk + str(n % 4), f"out#{n}", "1", pk) for n in range(23)]
    given(store, *rows)

    assert sorted(found(store, pk, limit=5)) == sorted(keys(*rows))


def test_a_full_page_has_a_cursor_even_if_nothing_follows(store: Store, pk: str) -> None:
    given(store, due(pk, "out#1", "1"), due(pk, "out#2", "2"))

    first = store.find(Table.CASES, "due", pk, limit=2)
    second = store.find(Table.CASES, "due", pk, limit=2, cursor=first.cursor)

    assert first.cursor is not None
    assert (second.keys, second.cursor) == ((), None)


def test_a_cursor_goes_on_behind_its_row_though_the_row_has_left(store: Store, pk: str) -> None:
    rows = [due(pk, f"out#{n}", f"{n}") for n in range(4)]
    given(store, *rows)
    first = store.find(Table.CASES, "due", pk, limit=2)

    store.transact([change((pk, "out#1"), THERE, ("due_shard", "due_at"))])

    second = store.find(Table.CASES, "due", pk, limit=2, cursor=first.cursor)
    assert list(second.keys) == keys(*rows[2:])


@pytest.mark.parametrize(
    ("table", "index", "row"),
    [
        (Table.CASES, "inbox", {"kind": "task", "inbox": "审批@jz", "inbox_at": "1"}),
        (Table.DIRECTORY, "pending", {"kind": "upload", "pending": "p", "pending_at": "1"}),
    ],
)
def test_the_other_indexes_find_too(
    store: Store, pk: str, table: Table, index: str, row: dict[str, str]
) -> None:
    text = "task number service task_kind opened_at state" if index == "inbox" else ""
    text = text or "upload by at state body"
    rest = dict.fromkeys(text.split(), "x")
    data = (
        {"visit": 1, "service_version": 1, "actions": []}
        if index == "inbox"
        else {"document": b"x", "examples": b"x", "dry": 0}
    )
    store.transact([Put(table, {**rest, **data, **row, "pk": pk, "sk": "1"}, Absent())])

    assert (pk, "1") in store.find(table, index, row[index]).keys
