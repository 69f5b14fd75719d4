"""The store port in memory, with DynamoDB's documented semantics: one transaction at a time,
conditions on the item as it was, sparse indexes, pages, its limits of size and number.

A row is written through its model and kept as it would be read back, so what the model refuses
is refused here too, and a tuple in JSON comes back as a list.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.platform.dynamo import Shape
from chalicelib.platform.ports import (
    Absent,
    Below,
    Busy,
    Change,
    Check,
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

OPERATIONS = 100
ITEM_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 1024 * 1024
KEY_BYTES = {"pk": 2048, "sk": 1024}


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
        page = entries[:limit]
        # A full page has a cursor, also when nothing comes after it.
        if len(page) < limit:
            return Page(tuple(key for _, key in page), None)
        moment, (pk, sk) = page[-1]
        last = {"pk": pk, "sk": sk, hash_key: value, range_key: moment}
        return Page(tuple(key for _, key in page), last)

    def transact(self, operations: Sequence[Operation]) -> None:
        keys = [(operation.table, operation.key) for operation in operations]
        if not 0 < len(operations) <= OPERATIONS or len(set(keys)) != len(keys):
            raise Busy("ValidationException")
        failed = [
            position
            for position, operation in enumerate(operations)
            if not self._may(operation, self.rows[operation.table].get(operation.key))
        ]
        changed = [
            None if isinstance(operation, Delete | Check) else self._written(operation)
            for position, operation in enumerate(operations)
            if position not in failed
        ]
        if sum(size for _, size in filter(None, changed)) > TRANSACTION_BYTES:
            raise Busy("ValidationException")
        if failed:
            raise ConditionFailed(failed)
        self.transactions += 1
        for operation, new in zip(operations, changed, strict=True):
            if isinstance(operation, Check):
                continue
            self._apply(operation, new[0] if new else None)

    def _may(self, operation: Operation, row: Row | None) -> bool:
        if isinstance(operation, Change) and row is None:
            return False
        return operation.when is None or holds(operation.when, row)

    def _apply(self, operation: Operation, row: Row | None) -> None:
        rows = self.rows[operation.table]
        if row is None:
            rows.pop(operation.key, None)
            return
        if isinstance(operation, Put) and operation.key not in rows:
            self.stream.append((operation.table, operation.key))
        rows[operation.key] = row

    def _written(self, operation: Put | Change) -> tuple[Row, int]:
        """The row as it would be read back, and its size. Raises Busy for one that is refused."""
        row = operation.row if isinstance(operation, Put) else self._changed(operation)
        model = self._shapes[operation.table].kinds[row["kind"]]
        item = model(**{name: v for name, v in row.items() if name != "kind"}).serialize()
        size = sum(len(name) + _size(value) for name, value in item.items())
        if size > ITEM_BYTES or not self._keys_fit(operation.table, item):
            raise Busy("ValidationException")
        kept = model()
        kept.deserialize(item)
        values = {name: v for name, v in kept.attribute_values.items() if v is not None}
        return {**values, "kind": row["kind"]}, size

    def _keys_fit(self, table: Table, item: Mapping[str, Mapping[str, Any]]) -> bool:
        indexed = {name for pair in self._shapes[table].indexes.values() for name in pair}
        names = [name for name in ("pk", "sk", *indexed) if name in item]
        return all(0 < _size(item[name]) <= KEY_BYTES.get(name, KEY_BYTES["sk"]) for name in names)

    def _changed(self, change: Change) -> Row:
        if set(change.set) & set(change.remove):
            raise Busy("ValidationException")
        row = {**self.rows[change.table][change.key], **change.set}
        return {name: v for name, v in row.items() if name not in change.remove}


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


def _size(value: Mapping[str, Any]) -> int:
    """Bytes that DynamoDB counts for a value, to a few."""
    ((_, content),) = value.items()
    if isinstance(content, str):
        return len(content.encode())
    return len(content) if isinstance(content, bytes) else 1
