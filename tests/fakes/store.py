"""The store port in memory, with DynamoDB's documented semantics: one transaction at a time,
conditions on the item as it was, sparse indexes, pages, 100 operations, 400 KB items."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.platform.dynamo import Shape
from chalicelib.platform.ports import (
    Absent,
    Below,
    Busy,
    Change,
    Condition,
    ConditionFailed,
    Delete,
    Either,
    Equals,
    Every,
    Key,
    Missing,
    Operation,
    Page,
    Put,
    Row,
    Table,
)


class MemoryStore:
    def __init__(self, shapes: Mapping[Table, Shape]) -> None:
        self._shapes = shapes
        self.rows: dict[Table, dict[Key, Row]] = {table: {} for table in Table}
        self.stream: list[tuple[Table, Key]] = []
        self.transactions = 0

    def get(self, table: Table, key: Key) -> Row | None:
        return copy.deepcopy(self.rows[table].get(key))

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        keys = sorted(key for key in self.rows[table] if key[0] == pk and key[1].startswith(prefix))
        return [copy.deepcopy(self.rows[table][key]) for key in keys]

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Row]:
        found = (self.get(table, key) for key in dict.fromkeys(keys))
        return [row for row in found if row is not None]

    def find(
        self,
        table: Table,
        index: str,
        value: str,
        upto: str | None = None,
        limit: int = 50,
        cursor: Mapping[str, str] | None = None,
    ) -> Page:
        hash_key, range_key = self._shapes[table].indexes[index]
        entries = sorted(
            (row[range_key], key)
            for key, row in self.rows[table].items()
            if row.get(hash_key) == value and range_key in row
        )
        if upto is not None:
            entries = [entry for entry in entries if entry[0] <= upto]
        if cursor:
            after = (cursor[range_key], (cursor["pk"], cursor["sk"]))
            entries = [entry for entry in entries if entry > after]
        page, more = entries[:limit], len(entries) > limit
        if not more:
            return Page(tuple(key for _, key in page), None)
        moment, (pk, sk) = page[-1]
        last = {"pk": pk, "sk": sk, hash_key: value, range_key: moment}
        return Page(tuple(key for _, key in page), last)

    def transact(self, operations: Sequence[Operation]) -> None:
        keys = [(operation.table, operation.key) for operation in operations]
        if len(operations) > 100 or len(set(keys)) != len(keys):
            raise Busy("ValidationException")
        failed = [
            position
            for position, operation in enumerate(operations)
            if operation.when is not None
            and not holds(operation.when, self.rows[operation.table].get(operation.key))
        ]
        if failed:
            raise ConditionFailed(failed)
        self.transactions += 1
        for operation in operations:
            self._apply(operation)

    def _apply(self, operation: Operation) -> None:
        rows = self.rows[operation.table]
        if isinstance(operation, Delete):
            rows.pop(operation.key, None)
            return
        if isinstance(operation, Put):
            if operation.key not in rows:
                self.stream.append((operation.table, operation.key))
            row = copy.deepcopy(operation.row)
        else:
            row = self._changed(operation)
        allowed = self._shapes[operation.table].kinds[row["kind"]].get_attributes()
        unknown = set(row) - set(allowed) - {"kind"}
        if unknown:
            raise AssertionError(f"{row['kind']} has no attributes {sorted(unknown)}")
        rows[operation.key] = {name: v for name, v in row.items() if v is not None}

    def _changed(self, change: Change) -> Row:
        pk, sk = change.key
        row = self.rows[change.table].get(change.key, {"pk": pk, "sk": sk, "kind": change.kind})
        row = {**row, **copy.deepcopy(dict(change.set))}
        for name in change.remove:
            row.pop(name, None)
        return row


def holds(condition: Condition, row: Row | None) -> bool:
    """DynamoDB's condition expressions: a comparison with an absent attribute is false."""
    match condition:
        case Absent():
            return row is None
        case Missing(attribute):
            return row is None or attribute not in row
        case Equals(attribute, value):
            return row is not None and attribute in row and row[attribute] == value
        case Below(attribute, value):
            return row is not None and attribute in row and _less(row[attribute], value)
        case Every(of):
            return all(holds(part, row) for part in of)
        case Either(of):
            return any(holds(part, row) for part in of)


def _less(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.encode() < right.encode()
    return bool(left < right)
