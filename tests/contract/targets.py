"""What the contract is held against: the fakes, the adapters on moto, the adapters on ministack."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.session import Session

from chalicelib.platform.dynamo import DynamoStore
from chalicelib.platform.files import S3Files
from chalicelib.platform.keys import SealedKeys
from chalicelib.platform.kms import Kms
from chalicelib.platform.ports import Files, Orchestrator, Store
from chalicelib.platform.states import StatesOrchestrator
from chalicelib.wiring import SHAPES
from infra.emulator import REGION, Emulator
from infra.stack import EMULATOR
from tests.contract import tables
from tests.fakes.files import MemoryFiles
from tests.fakes.kms import MemoryKms
from tests.fakes.moto_shim import (
    ACCOUNT,
    MotoOrchestrator,
    empty_tables,
    environment,
    moto,
)
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.fakes.store import MemoryStore

DOCUMENTS = "sealed-files"
PATIENCE = 10.0
LOCAL_ACCOUNT = "000000000000"
# A Python with ministack, where it is not the one `make emulator` makes.
PROGRAM = Path(os.environ.get("BANCHENG_EMULATOR", EMULATOR))
T = TypeVar("T")
Receive = Callable[[], list[dict[str, Any]]]


@dataclass
class Target:
    """The ports under test; `session` and `emulator` only where there are such."""

    name: str
    store: Store
    orchestrator: Orchestrator
    kms: Any
    queue_url: str
    receive: Receive
    files: Files
    session: Session | None = None
    emulator: Emulator | None = None
    empty: Callable[[], None] = lambda: None
    waiting: deque[dict[str, Any]] = field(default_factory=deque)

    def keys(self) -> SealedKeys:
        """The keys port as a new container has it."""
        return SealedKeys(self.store, self.kms)

    def client(self, service: str) -> Any:
        """The SDK's own client, for what the ports do not say."""
        assert self.session is not None
        return self.session.create_client(service)

    def envelope(self, case: str, patience: float = PATIENCE) -> dict[str, Any]:
        """The next envelope of the case; waits for it."""

        def find() -> dict[str, Any] | None:
            self.waiting += self.receive()
            return next((body for body in self.waiting if body["case"] == case), None)

        found = eventually(find, patience)
        self.waiting.remove(found)
        return found


def eventually(look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """What `look` finds, as soon as it finds something; an AssertionError after `patience` s."""
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


@contextmanager
def memory_target(_: Path) -> Iterator[Target]:
    sent: deque[dict[str, Any]] = deque()

    def receive() -> list[dict[str, Any]]:
        return [sent.popleft() for _ in range(len(sent))]

    orchestrator = MemoryOrchestrator(lambda: datetime(2026, 3, 10, tzinfo=UTC), sent.append)
    queue = "https://queue.invalid/flow"
    store, files = MemoryStore(SHAPES), MemoryFiles()
    yield Target("memory", store, orchestrator, MemoryKms(), queue, receive, files)


@contextmanager
def moto_target(_: Path) -> Iterator[Target]:
    with moto():
        endpoint = f"https://kms.{REGION}.amazonaws.com"
        target = _on_aws("moto", ACCOUNT, endpoint, MotoOrchestrator)
        target.empty = empty_tables
        yield target


@contextmanager
def ministack_target(folder: Path) -> Iterator[Target]:
    emulator = Emulator(PROGRAM, folder)
    emulator.start()
    try:
        with environment(ministack_environment(emulator)):
            target = _on_aws("ministack", LOCAL_ACCOUNT, emulator.endpoint, StatesOrchestrator)
            target.emulator = emulator
            yield target
    finally:
        # What is left waits for thirty days, and nothing of this state is needed again.
        emulator.kill()


def ministack_environment(emulator: Emulator) -> Mapping[str, str]:
    """What functions find in their environment inside the emulator."""
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": LOCAL_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "NO_PROXY": "127.0.0.1",
    }


def _on_aws(
    name: str, account: str, kms_endpoint: str, orchestrator: type[StatesOrchestrator]
) -> Target:
    store = DynamoStore(SHAPES, tables.NAMES, REGION)
    session = store.connection.session
    tables.create(boto3.client("dynamodb"))
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="flow")["QueueUrl"]
    boto3.client("s3").create_bucket(Bucket=DOCUMENTS)
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    prefix = f"arn:aws:states:{REGION}:{account}:stateMachine:contract-"
    return Target(
        name,
        store,
        orchestrator(session, prefix, f"arn:aws:iam::{account}:role/flow"),
        Kms(session, REGION, key, kms_endpoint),
        queue,
        lambda: _received(sqs, queue),
        S3Files(session, DOCUMENTS),
        session,
    )


def _received(sqs: Any, queue: str) -> list[dict[str, Any]]:
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]


TARGETS = {"memory": memory_target, "moto": moto_target, "ministack": ministack_target}
