"""All or nothing; the failed conditions are named by their place; a change needs its row."""

import random

import pytest

from chalicelib.platform.ports import (
    Absent,
    Busy,
    Condition,
    ConditionFailed,
    Either,
    Equals,
    Missing,
    Operation,
    Put,
    Store,
    Table,
)
from tests.contract.rows import change, check, delete, given, keys, out, put

WRONG = Equals("fence", 99)
RIGHT = Equals("fence", 0)


def test_all_operations_of_a_transaction_are_written_across_tables(store: Store, pk: str) -> None:
    given(store, out(pk, "out#1"), out(pk, "out#2"))
    node = {"pk": pk, "sk": "node", "kind": "node", "data": {"path": "a"}}

    store.transact(
        [
            change((pk, "out#1"), RIGHT, fence=1),
            delete((pk, "out#2")),
            put(out(pk, "out#3")),
            Put(Table.DIRECTORY, node),
        ]
    )

    rows = store.partition(Table.CASES, pk)
    assert [(row["sk"], row["fence"]) for row in rows] == [("out#1", 1), ("out#3", 0)]
    assert store.get(Table.DIRECTORY, (pk, "node")) == node


def test_one_failed_condition_leaves_everything_as_it_was(store: Store, pk: str) -> None:
    before = [out(pk, "out#1"), out(pk, "out#2")]
    given(store, *before)

    with pytest.raises(ConditionFailed) as failed:
        store.transact(
            [
                put(out(pk, "out#0"), Absent()),
                change((pk, "out#1"), RIGHT, fence=1),
                delete((pk, "out#2"), WRONG),
            ]
        )

    assert failed.value.positions == {2}
    assert store.partition(Table.CASES, pk) == before


def test_a_row_that_is_only_checked_stays_as_it_is(store: Store, pk: str) -> None:
    given(store, out(pk, "out#1"))

    store.transact([check((pk, "out#1"), RIGHT), put(out(pk, "out#2"))])
    with pytest.raises(ConditionFailed) as failed:
        store.transact([put(out(pk, "out#3")), check((pk, "out#1"), WRONG)])

    assert failed.value.positions == {1}
    assert store.partition(Table.CASES, pk) == [out(pk, "out#1"), out(pk, "out#2")]


@pytest.mark.parametrize("seed", range(12))
def test_failed_conditions_are_named_by_their_place_in_the_request(
    store: Store, pk: str, seed: int
) -> None:
    dice = random.Random(seed)
    given(store, *(out(pk, f"out#{n}") for n in range(9)))
    operations: list[Operation] = []
    wrong: set[int] = {dice.randrange(9)}
    for n in range(9):
        bad = n in wrong or dice.random() < 0.3
        wrong |= {n} if bad else set()
        when = WRONG if bad else RIGHT
        key = (pk, f"out#{n}")
        kinds: list[Operation]
        kinds = [put(out(*key), when), change(key, when, seq=2), delete(key, when)]
        kinds.append(check(key, when))
        operations.append(dice.choice(kinds))

    with pytest.raises(ConditionFailed) as failed:
        store.transact(operations)

    assert failed.value.positions == wrong


def test_an_operation_without_a_condition_is_never_named(store: Store, pk: str) -> None:
    given(store, out(pk, "out#2"))

    with pytest.raises(ConditionFailed) as failed:
        store.transact(
            [put(out(pk, "out#1")), put(out(pk, "out#2"), Absent()), delete((pk, "out#3"))]
        )

    assert failed.value.positions == {1}


def test_conditions_see_the_rows_as_they_were_before_the_transaction(store: Store, pk: str) -> None:
    with pytest.raises(ConditionFailed) as failed:
        store.transact([put(out(pk, "out#1")), change((pk, "out#2"), RIGHT, seq=2)])

    assert failed.value.positions == {1}
    assert store.partition(Table.CASES, pk) == []


def test_a_put_replaces_the_whole_row(store: Store, pk: str) -> None:
    given(store, out(pk, lease="a", lease_until="b"))

    store.transact([put(out(pk, seq=2))])

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk, seq=2)


def test_a_change_leaves_the_other_attributes_alone(store: Store, pk: str) -> None:
    given(store, out(pk, lease="a", lease_until="b"))

    store.transact([change((pk, "out#1"), RIGHT, ("lease",), fence=1, effects=[{"do": "x"}])])

    expected = out(pk, lease_until="b", fence=1, effects=[{"do": "x"}])
    assert store.get(Table.CASES, (pk, "out#1")) == expected


def test_removing_an_attribute_that_is_not_there_is_fine(store: Store, pk: str) -> None:
    given(store, out(pk))

    store.transact([change((pk, "out#1"), RIGHT, ("lease", "due_at"), seq=2)])

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk, seq=2)


def test_a_removed_attribute_is_missing_to_a_condition(store: Store, pk: str) -> None:
    given(store, out(pk, lease="a"))
    store.transact([change((pk, "out#1"), RIGHT, ("lease",))])

    store.transact([change((pk, "out#1"), Missing("lease"), seq=2)])

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk, seq=2)


def test_an_attribute_set_to_nothing_is_missing_to_a_condition(store: Store, pk: str) -> None:
    given(store, out(pk, lease="a"))
    store.transact([change((pk, "out#1"), RIGHT, lease=None)])

    store.transact([change((pk, "out#1"), Missing("lease"), seq=2)])

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk, seq=2)


@pytest.mark.parametrize(
    "when", [Missing("lease"), Absent(), Either((Missing("lease"), RIGHT))], ids=str
)
def test_a_change_never_makes_a_row(store: Store, pk: str, when: Condition) -> None:
    with pytest.raises(ConditionFailed) as failed:
        store.transact([put(out(pk, "out#2")), change((pk, "out#1"), when, lease="a")])

    assert failed.value.positions == {1}
    assert store.partition(Table.CASES, pk) == []


def test_deleting_a_row_that_is_not_there_is_fine(store: Store, pk: str) -> None:
    store.transact([delete((pk, "out#1"))])

    assert store.get(Table.CASES, (pk, "out#1")) is None


def test_a_hundred_operations_are_one_transaction(store: Store, pk: str) -> None:
    rows = [out(pk, f"out#{n:03}") for n in range(100)]

    store.transact([put(row, Absent()) for row in rows])

    assert [(row["pk"], row["sk"]) for row in store.partition(Table.CASES, pk)] == keys(*rows)


def test_more_than_a_hundred_operations_are_refused_whole(store: Store, pk: str) -> None:
    with pytest.raises(Busy):
        store.transact([put(out(pk, f"out#{n:03}")) for n in range(101)])

    assert store.partition(Table.CASES, pk) == []


def test_no_operation_at_all_is_refused(store: Store) -> None:
    with pytest.raises(Busy):
        store.transact([])


def test_the_same_row_twice_is_refused_whole(store: Store, pk: str) -> None:
    given(store, out(pk))

    with pytest.raises(Busy):
        store.transact([put(out(pk, "out#2")), put(out(pk, seq=2)), delete((pk, "out#1"))])

    assert store.partition(Table.CASES, pk) == [out(pk)]


def test_the_same_key_in_two_tables_is_two_rows(store: Store, pk: str) -> None:
    entry = {"pk": pk, "sk": "out#1", "kind": "entry", "data": {}}

    store.transact([put(out(pk), Absent()), Put(Table.DIRECTORY, entry)])

    assert store.get(Table.DIRECTORY, (pk, "out#1")) == entry


def test_setting_and_removing_one_attribute_at_once_is_refused(store: Store, pk: str) -> None:
    given(store, out(pk, lease="a"))

    with pytest.raises(Busy):
        store.transact([change((pk, "out#1"), RIGHT, ("lease",), lease="b")])

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk, lease="a")
