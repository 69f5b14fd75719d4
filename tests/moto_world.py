"""The world on moto: the real adapters of store, orchestrator and KMS, in the test's own process.

with MotoWorld() as world:
    world.publish(document)
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import boto3

from chalicelib.platform import times
from chalicelib.platform.dynamo import DynamoStore
from chalicelib.platform.files import S3Files
from chalicelib.platform.kms import Kms
from chalicelib.platform.ports import Files, Key, Orchestrator, Put, Row, Store, Table
from chalicelib.platform.settings import PublisherSettings
from chalicelib.wiring import SHAPES
from tests.contract import tables
from tests.fakes.moto_shim import ACCOUNT, REGION, MotoOrchestrator, moto
from tests.world import MORNING, QUEUE, World

DOCUMENTS = "sealed-files"
PREFIX = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:bancheng-"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/flow"


class MotoWorld(World):
    """Envelopes come from a real queue, stamped with the world's own clock.

    The interpreter stamps them with the computer's clock, which the world does not follow.
    """

    def __init__(self, now: datetime = MORNING) -> None:
        self._exit = ExitStack()
        self._taken = 0
        self._exit.enter_context(moto())
        try:
            self._sqs: Any = boto3.client("sqs")
            self._queue_url = self._sqs.create_queue(QueueName="flow")["QueueUrl"]
            super().__init__(now)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop every execution and forget the account."""
        self._exit.close()

    def envelopes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while messages := self._receive():
            found += [json.loads(message["Body"]) for message in messages]
        found.sort(key=lambda body: str(body.get("entered", "")))
        return [self._stamped(body) for body in found]

    def _receive(self) -> list[Mapping[str, Any]]:
        messages: list[Mapping[str, Any]] = self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10
        ).get("Messages", [])
        for message in messages:
            self._sqs.delete_message(
                QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"]
            )
        return messages

    def _stamped(self, body: dict[str, Any]) -> dict[str, Any]:
        self._taken += 1
        return {**body, "entered": times.text(self.moment + timedelta(milliseconds=self._taken))}

    def _store(self) -> Store:
        tables.create(boto3.client("dynamodb"))
        self._dynamo = DynamoStore(SHAPES, tables.NAMES, REGION)
        return self._dynamo

    def _files(self) -> Files:
        boto3.client("s3").create_bucket(Bucket=DOCUMENTS)
        return S3Files(self._dynamo.connection.session, DOCUMENTS)

    def _orchestrator(self) -> Orchestrator:
        # Made here because the keys are sealed next: the account's own KMS in place of the fake.
        # The base world holds the fake; here it is the real adapter on moto.
        self.kms = self._real_kms()  # type: ignore[assignment]
        return MotoOrchestrator(self._dynamo.connection.session, PREFIX, ROLE)

    def _real_kms(self) -> Kms:
        key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        endpoint = f"https://kms.{REGION}.amazonaws.com"
        return Kms(self._dynamo.connection.session, REGION, key, endpoint)

    def _copy(self, rows: Mapping[Key, Row], machines: Mapping[str, Any]) -> None:
        assert self._queue_url == QUEUE
        puts = [Put(Table.DIRECTORY, row, when=None) for row in rows.values()]
        for start in range(0, len(puts), 100):
            self.store.transact(puts[start : start + 100])
        assert isinstance(self.orchestrator, MotoOrchestrator)
        self.orchestrator.later = {name: json.dumps(it) for name, it in machines.items()}

    def _settings(self) -> PublisherSettings:
        return PublisherSettings(
            machine_arn_prefix=PREFIX,
            flow_role_arn=ROLE,
            queue_url=self._queue_url,
            partition="aws",
            languages="zh-Hans",
        )
