"""The store port on DynamoDB: PynamoDB models map the rows, one connection carries everything.

One botocore session and one client for all tables, since each client costs a cold start about a
fifth of the whole. Time limits are far below API Gateway's 29 s: connect 1 s, read 2 s, 2 retries.
A transaction that loses against another is repeated here, three times with jitter, and nowhere
else (PynamoDB does not: issue 1264); what the SDK repeats by itself is harmless because every
operation is conditional.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError
from botocore.loaders import Loader
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.operand import Path
from pynamodb.models import Model

from chalicelib.platform import coldstart, requesting
from chalicelib.platform.ports import (
    Busy,
    Change,
    Check,
    ConditionFailed,
    Delete,
    Key,
    Operation,
    Page,
    Put,
    Row,
    Table,
)

TRIES = 4
CONTENTION = frozenset(
    "TransactionConflict TransactionConflictException TransactionInProgressException"
    " ThrottlingError".split()
)


class Shape(NamedTuple):
    """One table: its rows' base model, its kinds by name, its indexes as (hash, range)."""

    base: type[Model]
    kinds: Mapping[str, type[Model]]
    indexes: Mapping[str, tuple[str, str]]


class PlainLoader(Loader):
    """botocore's data without endpoint rule sets, so that it routes by its table of regions.

    Evaluating the rules costs every request as much as signing it, and their data every cold
    start; a client of one region with standard endpoints needs none of them. S3 keeps its own:
    they alone put the bucket into the address.
    """

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        if type_name == "endpoint-rule-set-1" and service_name != "s3":
            raise UnknownServiceError(service_name=service_name, known_service_names="")
        return super().load_service_model(service_name, type_name, api_version)


class DynamoStore:
    def __init__(
        self,
        shapes: Mapping[Table, Shape],
        names: Mapping[Table, str],
        region: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._shapes = shapes
        self._names = names
        self._sleep = sleep
        self.connection = Connection(
            region=region,
            connect_timeout_seconds=1,
            read_timeout_seconds=2,
            max_retry_attempts=2,
        )
        session = self.connection.session
        session.register_component("data_loader", PlainLoader())
        # botocore otherwise composes its user agent anew for every request.
        session.set_default_client_config(Config(user_agent="bancheng"))
        self._known: set[Table] = set()

    def _name(self, table: Table) -> str:
        """The table's name; its models are read when it is first asked for."""
        if table not in self._known:
            self.connection.add_meta_table(_meta(self._names[table], self._shapes[table]))
            self._known.add(table)
        return self._names[table]

    def get(self, table: Table, key: Key) -> Row | None:
        data = self._call(
            lambda: self.connection.get_item(
                self._name(table), key[0], range_key=key[1], consistent_read=True
            )
        )
        item = data.get("Item")
        return self._row(table, item) if item else None

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        within = Path("sk").startswith(cast(str, {"S": prefix})) if prefix else None
        rows: list[Row] = []
        options: dict[str, Any] = {"range_key_condition": within, "consistent_read": True}
        while True:
            data = self._call(partial(self.connection.query, self._name(table), pk, **options))
            rows += [self._row(table, item) for item in data["Items"]]
            options["exclusive_start_key"] = data.get("LastEvaluatedKey")
            if not options["exclusive_start_key"]:
                return rows

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Row]:
        found: dict[Key, Row] = {}
        name = self._name(table)
        wanted = [{"pk": pk, "sk": sk} for pk, sk in dict.fromkeys(keys)]
        while wanted:
            batch, wanted = wanted[:100], wanted[100:]
            get = partial(
                self.connection.batch_get_item, name, cast(Any, batch), consistent_read=True
            )
            data = self._call(get)
            for item in data["Responses"].get(name, []):
                row = self._row(table, item)
                found[row["pk"], row["sk"]] = row
            left = data.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
            wanted += [{part: next(iter(v.values())) for part, v in key.items()} for key in left]
        return [found[key] for key in dict.fromkeys(keys) if key in found]

    def find(
        self,
        table: Table,
        index: str,
        value: str,
        upto: str | None = None,
        limit: int = 50,
        cursor: Mapping[str, str] | None = None,
    ) -> Page:
        _, range_key = self._shapes[table].indexes[index]
        data = self._call(
            lambda: self.connection.query(
                self._name(table),
                value,
                range_key_condition=None if upto is None else Path(range_key) <= {"S": upto},
                index_name=index,
                limit=limit,
                exclusive_start_key=cursor and {k: {"S": v} for k, v in cursor.items()},
            )
        )
        last = data.get("LastEvaluatedKey")
        return Page(
            tuple((item["pk"]["S"], item["sk"]["S"]) for item in data["Items"]),
            {name: v["S"] for name, v in last.items()} if last else None,
        )

    def transact(self, operations: Sequence[Operation]) -> None:
        # The order of the request's items, which the cancellation reasons follow.
        order = [
            position
            for kind in (Check, Delete, Put, Change)
            for position, operation in enumerate(operations)
            if isinstance(operation, kind)
        ]
        items = [self._kwargs(operation) for operation in operations]
        for attempt in range(TRIES):
            try:
                if len(operations) == 1 and isinstance(operations[0], Put):
                    return self._put_alone(items[0])
                self.connection.transact_write_items(
                    condition_check_items=_of_kind(operations, items, Check),
                    delete_items=_of_kind(operations, items, Delete),
                    put_items=_of_kind(operations, items, Put),
                    update_items=_of_kind(operations, items, Change),
                )
                return
            except TransactWriteError as error:
                _raise_unless_contended(error, order, last=attempt == TRIES - 1)
            except (PynamoDBException, BotoCoreError) as error:
                raise Busy(type(error).__name__) from error
            self._sleep(random.uniform(0.01, 0.05 * 2**attempt))

    def _put_alone(self, item: dict[str, Any]) -> None:
        """One row needs no transaction, which costs double; it fails as a transaction does."""
        try:
            self.connection.dispatch("PutItem", item)
        except ClientError as error:
            raise TransactWriteError("a row was not put", error) from error

    def _call(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            answer = call()
            coldstart.over()
            return answer
        except (PynamoDBException, BotoCoreError) as error:
            raise Busy(type(error).__name__) from error

    def _row(self, table: Table, item: dict[str, Any]) -> Row:
        instance = self._shapes[table].kinds[item["kind"]["S"]]()
        instance.deserialize(item)
        row = {name: v for name, v in instance.attribute_values.items() if v is not None}
        row["kind"] = item["kind"]["S"]
        return row

    def _kwargs(self, operation: Operation) -> dict[str, Any]:
        pk, sk = operation.key
        kind = operation.row["kind"] if isinstance(operation, Put) else operation.kind
        model = self._shapes[operation.table].kinds[kind]
        if isinstance(operation, Put):
            return requesting.put_item(self._name(operation.table), model, operation)
        kwargs: dict[str, Any] = {"range_key": sk, "key": "Key"}
        if operation.when is not None:
            kwargs["condition"] = requesting.expression(operation.when, model)
        if isinstance(operation, Change):
            # An update of an absent row would make one without a kind, which nobody can read.
            kwargs["condition"] &= Path("pk").exists()
            kwargs["actions"] = requesting.actions(model, operation)
        return self.connection.get_operation_kwargs(self._name(operation.table), pk, **kwargs)


def _of_kind(
    operations: Sequence[Operation], items: Sequence[dict[str, Any]], kind: type[Operation]
) -> list[dict[str, Any]]:
    return [
        item
        for operation, item in zip(operations, items, strict=True)
        if isinstance(operation, kind)
    ]


def _raise_unless_contended(error: TransactWriteError, order: list[int], last: bool) -> None:
    """Raises ConditionFailed or Busy, unless trying again can help."""
    codes = [reason.code if reason else None for reason in error.cancellation_reasons]
    failed = [order[i] for i, code in enumerate(codes) if code == "ConditionalCheckFailed"]
    if failed or error.cause_response_code == "ConditionalCheckFailedException":
        raise ConditionFailed(failed or [0]) from error
    if last or not CONTENTION & {error.cause_response_code, *codes}:
        raise Busy(str(error.cause_response_code)) from error


def _meta(name: str, shape: Shape) -> MetaTable:
    attributes = {"pk", "sk", *(part for pair in shape.indexes.values() for part in pair)}
    return MetaTable(
        {
            "TableName": name,
            "KeySchema": _schema("pk", "sk"),
            "AttributeDefinitions": [
                {"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes
            ],
            "GlobalSecondaryIndexes": [
                {"IndexName": index, "KeySchema": _schema(*pair)}
                for index, pair in shape.indexes.items()
            ],
        }
    )


def _schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]
