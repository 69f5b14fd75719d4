"""What cases cost in DynamoDB, counted on the stored items: `python -m tests.bench.units`.

The whole application on moto's tables. A transaction costs 2 units per item and begun KB of the
larger of the item before and after, a single row that is put half of that (DynamoDB developer
guide, read/write capacity mode). An index
that holds keys only is written when an item's index keys appear, vanish (1) or change (2).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import boto3
from moto import mock_aws

from chalicelib.people import seeding
from chalicelib.platform.dynamo import DynamoStore
from chalicelib.platform.ports import Operation, Put, Store, Table
from chalicelib.wiring import SHAPES
from infra.plays.plain import plans
from tests.bench.document import SERVICE, directory, document, submission
from tests.bench.life import play
from tests.bench.sizes import Item, entries, size
from tests.world import World

NAMES = {table: f"bench-{table.value}" for table in Table}
REGION = "us-east-1"


@dataclass(frozen=True)
class Written:
    table: Table
    kind: str
    units: int
    entries: int
    bytes: int


class Meter(DynamoStore):
    """The DynamoDB adapter, and what each of its transactions wrote."""

    def __init__(self) -> None:
        super().__init__(SHAPES, NAMES, REGION)
        self.transactions: list[list[Written]] = []

    def transact(self, operations: Sequence[Operation]) -> None:
        before = [self._item(operation) for operation in operations]
        super().transact(operations)
        after = [self._item(operation) for operation in operations]
        self.transactions.append(
            [self._written(*each) for each in zip(operations, before, after, strict=True)]
        )
        if len(operations) == 1 and isinstance(operations[0], Put):
            (alone,) = self.transactions[-1]
            self.transactions[-1] = [replace(alone, units=alone.units // 2)]

    def _item(self, operation: Operation) -> Item | None:
        pk, sk = operation.key
        answer = self.connection.get_item(
            self._name(operation.table), pk, range_key=sk, consistent_read=True
        )
        item: Item | None = answer.get("Item")
        return item

    def _written(self, operation: Operation, before: Item | None, after: Item | None) -> Written:
        sizes = [size(item) for item in (before, after) if item]
        indexes = SHAPES[operation.table].indexes.values()
        return Written(
            operation.table,
            str((after or before or {})["kind"]["S"]),
            2 * -(-max(sizes) // 1024),
            sum(entries(keys, before, after) for keys in indexes),
            max(sizes),
        )


class MeteredWorld(World):
    def _store(self) -> Store:
        self.meter = Meter()
        return self.meter


def tables() -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    for table, shape in SHAPES.items():
        names = {"pk", "sk", *(name for pair in shape.indexes.values() for name in pair)}
        indexes: Any = [
            {
                "IndexName": index,
                "KeySchema": _keys(*pair),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, pair in shape.indexes.items()
        ]
        client.create_table(
            TableName=NAMES[table],
            KeySchema=_keys("pk", "sk"),
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in sorted(names)
            ],
            BillingMode="PAY_PER_REQUEST",
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )


def _keys(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


def summed(transactions: list[list[Written]]) -> dict[str, Any]:
    """Units without and with data-key rows, index entries, and bytes by kind of row."""
    written = [each for transaction in transactions for each in transaction]
    return {
        "units": sum(each.units for each in written if each.table is not Table.KEYS),
        "with_keys": sum(each.units for each in written),
        "entries": sum(each.entries for each in written),
        "rows": [f"{each.kind} {each.bytes}" for each in written],
    }


def measure() -> dict[str, Any]:
    world = MeteredWorld()
    seeding.directory(world.store, directory())
    world.publish(document())
    world.publish_all()
    done = world.meter.transactions

    start = len(done)
    answer = world.http("POST", f"/services/{SERVICE}/cases", raw=_online(), headers=_key("a"))
    assert answer.status == 201, answer
    submitted = summed(done[start:])
    world.settle()
    kept = {service: _record(world, service) for service, plan in plans().items() if not plan.steps}
    lives = {service: _life(world, service) for service, plan in plans().items() if plan.steps}
    return {"submit": submitted, "records": kept, "lives": lives}


def _record(world: MeteredWorld, service: str) -> dict[str, Any]:
    """What a record writes, once the month has its key."""
    done = world.meter.transactions
    plan = plans()[service]
    for key in "ab":
        start = len(done)
        answer = world.http(
            "POST", f"/services/{service}/cases", plan.submission, plan.party, _key(key)
        )
        assert answer.status == 201, answer
    return summed(done[start:])


def _life(world: MeteredWorld, service: str) -> dict[str, Any]:
    """What one plain case of the service wrote, whole and by request."""
    done = world.meter.transactions
    start = len(done)
    life = play(world, service, lambda: len(done))
    acts = {name: summed(done[first:last]) for name, (first, last) in life.requests.items()}
    whole = summed(done[start:])
    cases = [each for row in done[start:] for each in row if each.kind == "case"]
    return {
        "acts": acts,
        "units": whole["with_keys"],
        "entries": whole["entries"],
        "transactions": len(done) - start,
        "requests": sum(act["with_keys"] for act in acts.values()),
        "case_row": max(each.bytes for each in cases),
        "states": life.states,
    }


def _online() -> bytes:
    body = json.loads(submission())
    return json.dumps({"answers": body["answers"]}, ensure_ascii=False).encode()


def _key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


if __name__ == "__main__":
    with mock_aws():
        tables()
        print(json.dumps(measure(), ensure_ascii=False))
