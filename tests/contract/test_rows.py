"""What is written is read back the same, row by row, partition by partition, many at once."""

from typing import Any

import pytest
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.platform.ports import Absent, Equals, Put, Store, Table
from chalicelib.wiring import SHAPES
from tests.contract.rows import change, given, keys, out, put
from tests.contract.tables import described

SAMPLES: dict[type, Any] = {
    UnicodeAttribute: '办成 Ωμέγα \U0001f004\u0301 \x00\n"quoted" \'\\',
    NumberAttribute: 12_345_678_901,
    BooleanAttribute: True,
    BinaryAttribute: bytes(range(256)),
    JSONAttribute: {"意见": [1, 2.5, True, None, "", {"深": []}], "empty": {}, "big": 2**60},
}
HERE = Equals("seq", 1)
KINDS = [(table, kind) for table, shape in SHAPES.items() for kind in shape.kinds]


def test_the_deployed_tables_have_the_indexes_and_the_expiry_the_store_uses() -> None:
    for table, shape in SHAPES.items():
        indexes = {
            index["IndexName"]: tuple(part["AttributeName"] for part in index["KeySchema"])
            for index in described(table).get("GlobalSecondaryIndexes", [])
        }
        assert indexes == shape.indexes
    expiry = described(Table.CASES)["TimeToLiveSpecification"]["AttributeName"]
    assert expiry in SHAPES[Table.CASES].kinds["key"].get_attributes()


@pytest.mark.parametrize(("table", "kind"), KINDS)
def test_a_row_of_each_kind_with_every_attribute_is_read_back_the_same(
    store: Store, pk: str, table: Table, kind: str
) -> None:
    attributes = SHAPES[table].kinds[kind].get_attributes()
    row = {name: SAMPLES[type(attribute)] for name, attribute in attributes.items()}
    row |= {"pk": pk, "sk": "办#1", "kind": kind}

    store.transact([Put(table, row, Absent())])

    assert store.get(table, (pk, "办#1")) == row
    assert store.partition(table, pk) == [row]
    assert store.get_many(table, [(pk, "办#1")]) == [row]


@pytest.mark.parametrize(("table", "kind"), KINDS)
def test_a_row_of_each_kind_with_the_least_it_must_have_has_nothing_more(
    store: Store, pk: str, table: Table, kind: str
) -> None:
    attributes = SHAPES[table].kinds[kind].get_attributes()
    row = {
        name: SAMPLES[type(attribute)]
        for name, attribute in attributes.items()
        if not attribute.null
    }
    row |= {"pk": pk, "sk": "1", "kind": kind}

    store.transact([Put(table, row, Absent())])

    assert store.get(table, (pk, "1")) == row


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fence", 0),
        ("fence", -1),
        ("fence", 10**37),
        ("lease", ""),
        ("lease", " "),
        ("lease", "x" * 100_000),
        ("effects", []),
        ("effects", {"a": "\ud83c\udc04".encode("utf-16", "surrogatepass").decode("utf-16")}),
        ("effects", "text"),
        ("effects", 0),
    ],
)
def test_values_at_the_edge_are_read_back_the_same(
    store: Store, pk: str, name: str, value: Any
) -> None:
    given(store, out(pk, "out#1", **{name: value}), out(pk, "out#2"))
    store.transact([change((pk, "out#2"), HERE, **{name: value})])

    first, second = store.partition(Table.CASES, pk)
    assert first[name] == second[name] == value
    assert type(first[name]) is type(second[name]) is type(value)


def test_an_attribute_of_no_value_is_not_stored(store: Store, pk: str) -> None:
    store.transact([put(out(pk, lease=None))])

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk)


def test_what_was_read_or_written_can_be_altered_without_altering_the_store(
    store: Store, pk: str
) -> None:
    row = out(pk, effects=[{"do": "x"}])
    store.transact([put(row)])
    row["effects"][0]["do"] = "y"
    for read in (
        store.get(Table.CASES, (pk, "out#1")),
        *store.partition(Table.CASES, pk),
        *store.get_many(Table.CASES, [(pk, "out#1")]),
    ):
        assert read is not None
        read["effects"][0]["do"] = "z"

    assert store.get(Table.CASES, (pk, "out#1")) == out(pk, effects=[{"do": "x"}])


def test_a_row_that_lacks_what_it_must_have_is_never_written(store: Store, pk: str) -> None:
    row = out(pk)
    del row["fence"]

    with pytest.raises(ValueError, match="fence"):
        store.transact([put(row)])

    assert store.get(Table.CASES, (pk, "out#1")) is None


def test_nothing_is_found_where_nothing_was_written(store: Store, pk: str) -> None:
    assert store.get(Table.CASES, (pk, "out#1")) is None
    assert store.partition(Table.CASES, pk) == []
    assert store.partition(Table.CASES, pk, "out#") == []
    assert store.get_many(Table.CASES, [(pk, "out#1")]) == []
    assert store.get_many(Table.CASES, []) == []


def test_a_partition_comes_in_the_order_of_the_bytes_of_its_sort_keys(
    store: Store, pk: str
) -> None:
    order = ["A", "Z", "a", "a!", "a#", "a#1", "a#10", "a#2", "é", "办", "\uffee", "\U0001f004"]
    given(store, *(out(pk, sk) for sk in reversed(order)))

    assert [row["sk"] for row in store.partition(Table.CASES, pk)] == order


def test_a_prefix_takes_the_part_of_a_partition_that_begins_with_it(store: Store, pk: str) -> None:
    given(store, *(out(pk, sk) for sk in ("out", "out#1", "out#2", "outer", "task#1", "办#1")))

    assert [row["sk"] for row in store.partition(Table.CASES, pk, "out#")] == ["out#1", "out#2"]
    assert [row["sk"] for row in store.partition(Table.CASES, pk, "办")] == ["办#1"]
    assert store.partition(Table.CASES, pk, "OUT") == []


def test_a_partition_of_more_than_one_megabyte_comes_whole(store: Store, pk: str) -> None:
    rows = [out(pk, f"out#{n:02}", lease=f"{n:02}" * 75_000) for n in range(16)]
    for row in rows:
        given(store, row)

    assert store.partition(Table.CASES, pk) == rows
    assert store.get_many(Table.CASES, keys(*rows)) == rows


def test_many_rows_come_once_each_in_the_order_asked_for(store: Store, pk: str) -> None:
    rows = [out(pk, f"out#{n:03}", seq=n) for n in range(230)]
    given(store, *rows)
    asked = keys(*rows[::-1])
    asked[7:7] = [(pk, "absent"), asked[200], (pk + "x", "out#000")]

    found = store.get_many(Table.CASES, asked)

    order = [key for key in dict.fromkeys(asked) if key in set(keys(*rows))]
    assert keys(*found) == order
    assert len(found) == 230
