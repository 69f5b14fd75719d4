"""Rows for the contract: the outbox row, which has text, numbers, data and an index."""

from typing import Any

from chalicelib.platform.ports import (
    Absent,
    Change,
    Check,
    Condition,
    Delete,
    Key,
    Put,
    Row,
    Store,
    Table,
)


def out(pk: str, sk: str = "out#1", **values: Any) -> Row:
    return {"pk": pk, "sk": sk, "kind": "out", "seq": 1, "effects": [], "fence": 0, **values}


def put(row: Row, when: Condition | None = None) -> Put:
    return Put(Table.CASES, row, when)


def change(key: Key, when: Condition, remove: tuple[str, ...] = (), **values: Any) -> Change:
    return Change(Table.CASES, "out", key, values, when, remove)


def delete(key: Key, when: Condition | None = None) -> Delete:
    return Delete(Table.CASES, "out", key, when)


def check(key: Key, when: Condition) -> Check:
    return Check(Table.CASES, "out", key, when)


def given(store: Store, *rows: Row) -> None:
    """Write new rows, as many transactions as they need."""
    for start in range(0, len(rows), 100):
        store.transact([put(row, Absent()) for row in rows[start : start + 100]])


def keys(*rows: Row) -> list[Key]:
    return [(row["pk"], row["sk"]) for row in rows]
