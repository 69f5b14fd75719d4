"""A world for tests: the whole application behind its front door, on fakes or on moto.

`http` is the front door, whose every answer must be as the OpenAPI document says; `settle` lets
everything that is owed happen; `tick` is the clock.
"""

import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chalice.test import Client

import app as front
from chalicelib.cases.house import House
from chalicelib.people import seeding
from chalicelib.platform import times
from chalicelib.platform.ids import SystemIds
from chalicelib.platform.keys import SealedKeys
from chalicelib.platform.ports import Files, Key, Orchestrator, Ports, Row, Store, Table
from chalicelib.platform.settings import PublisherSettings
from chalicelib.routes import events
from chalicelib.services.life.publish import Publisher
from chalicelib.wiring import SHAPES
from infra import signed
from infra.issuer import ALGORITHM, AUDIENCE, ISSUER, Issuer
from infra.player import Answer
from infra.seed import documents
from tests import promises
from tests.fakes.files import MemoryFiles
from tests.fakes.kms import MemoryKms
from tests.fakes.notifier import MemoryNotifier
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.fakes.store import MemoryStore

ROOT = Path(__file__).resolve().parent.parent
# A Tuesday morning at the office: nothing near it is a day off.
MORNING = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
PUBLIC_URL = "https://api.example.org"
# As moto names it, so that its machines are those of a world in memory.
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/flow"
ISSUER_FOLDER = ROOT / ".local" / "test-issuer"


def load_json(path: str) -> Any:
    return json.loads((ROOT / path).read_text("utf-8"))


def with_cases() -> list[str]:
    """The services in forms/ that have a flow; the others keep records."""
    documents = sorted(ROOT.glob("forms/*/service.json"))
    return [path.parent.name for path in documents if "flow" in load_json(str(path))]


class World:
    """On fakes; `MotoWorld` replaces store and orchestrator."""

    issuer = Issuer(ISSUER_FOLDER)

    def __init__(self, now: datetime = MORNING) -> None:
        self.moment = now
        self.queue: deque[dict[str, Any]] = deque()
        self.notifier = MemoryNotifier()
        self.kms = MemoryKms()
        self.store: Store = self._store()
        self.orchestrator: Orchestrator = self._orchestrator()
        # The adapter names its KMS by class; a fake has the same two calls.
        keys = SealedKeys(self.store, self.kms)  # type: ignore[arg-type]
        keys.setup()
        self.ports = Ports(
            self.store,
            self.orchestrator,
            self.notifier,
            keys,
            lambda: self.moment,
            SystemIds(),
            self._files(),
        )
        self.house = House(self.ports, PUBLIC_URL)
        self.publisher = Publisher(self.ports, self._settings())
        seeding.directory(self.store, load_json("infra/seed/directory.json"))
        seeding.calendar(self.store, load_json("infra/calendars/cn.json"), times.text(now))
        seeding.issuer(self.store, self.issuer.document())
        self.client = Client(front.app)
        self.enter()

    def enter(self) -> None:
        """Make the application serve from this world."""
        front.houses.give(self.house)
        front.houses.environ = {
            "BANCHENG_ISSUER": ISSUER,
            "BANCHENG_AUDIENCE": AUDIENCE,
            "BANCHENG_ALGORITHM": ALGORITHM,
            "BANCHENG_LOCAL": "yes",
        }

    def _store(self) -> Store:
        return MemoryStore(SHAPES)

    def _files(self) -> Files:
        return MemoryFiles()

    def _orchestrator(self) -> Orchestrator:
        return MemoryOrchestrator(lambda: self.moment, self.queue.append)

    def _settings(self) -> PublisherSettings:
        return PublisherSettings(
            machine_arn_prefix="arn:aws:states:us-east-1:123456789012:stateMachine:bancheng-",
            flow_role_arn="arn:aws:iam::123456789012:role/flow",
            queue_url=QUEUE,
            partition="aws",
            languages="zh-Hans",
        )

    def publish(self, document: Any) -> Any:
        report = self.publisher.handle({"publish": document})
        self.house.catalogue.refresh()
        return report

    def publish_all(self) -> None:
        """Every document in forms/, as a fresh stack has them."""
        for document in documents():
            report = self.publish(document)
            assert report["published"], report

    def take_over(self, other: "World") -> None:
        """Have what a world in memory has published, without publishing again."""
        assert isinstance(other.store, MemoryStore)
        assert isinstance(other.orchestrator, MemoryOrchestrator)
        self._copy(other.store.rows[Table.DIRECTORY], other.orchestrator.machines)

    def _copy(self, rows: Mapping[Key, Row], machines: Mapping[str, Any]) -> None:
        assert isinstance(self.store, MemoryStore)
        assert isinstance(self.orchestrator, MemoryOrchestrator)
        self.store.rows[Table.DIRECTORY] = dict(rows)
        self.orchestrator.machines = dict(machines)

    def token(self, party: str) -> str:
        return self.issuer.token(party, datetime.now(UTC), timedelta(hours=1))

    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        party: str | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        sent = {"Content-Type": "application/json", **(headers or {})}
        if party:
            sent["Authorization"] = f"Bearer {self.token(party)}"
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        response = self.client.http.request(method, path, headers=sent, body=data)
        try:
            value = json.loads(response.body) if response.body else None
        except ValueError:
            value = response.body
        got = {name.lower(): v for name, v in response.headers.items()}
        broken = promises.broken(method, path, response.status_code, got, value)
        assert not broken, "\n".join(broken)
        return Answer(response.status_code, got, value)

    def envelopes(self) -> list[dict[str, Any]]:
        """Take what is on the queue."""
        taken = list(self.queue)
        self.queue.clear()
        return taken

    def deliver(self, envelope: Mapping[str, Any]) -> Any:
        """Hand one envelope to the worker as SQS would."""
        record = {
            "messageId": "m",
            "eventSource": "aws:sqs",
            "body": json.dumps(envelope),
        }
        return front.worker({"Records": [record]}, None)

    def settle(self, number: str = "") -> None:
        """Let envelopes and effects that are due now happen, until nothing moves."""
        for _ in range(50):
            moved = 0
            for envelope in self.envelopes():
                self.deliver(envelope)
                moved += 1
            moved += int(front.worker({"tick": {}}, None)["carried"])
            if not moved and not self.queue:
                return
        raise AssertionError("the world does not come to rest")

    def tick(self, moment: datetime | None = None, number: str = "") -> Any:
        """Move the clock, tick, let things happen."""
        if moment is not None:
            self.moment = max(moment, self.moment)
        report = front.worker({"tick": {}}, None)
        self.settle()
        return report

    @property
    def sms_secret(self) -> str:
        return self.secret_of("sms")

    def secret_of(self, channel: str) -> str:
        return str(self.publisher.handle({"channel": {"name": channel}})["secret"])

    def sms_in(self, phone: str, text: str) -> Answer:
        """A provider's message, and what comes of it."""
        body, headers = signed.sms(self.sms_secret, phone, text)
        answer = self.http("POST", signed.ROUTE, None, None, headers, raw=body)
        self.settle()
        return answer

    def messages(self, phone: str) -> list[str]:
        return [sent.text for sent in self.notifier.sent if sent.by == "sms" and sent.to == phone]

    def at_text(self, text: str) -> datetime:
        """Just after a stored moment."""
        return times.moment(text) + timedelta(seconds=1)

    def minutes(self, n: int) -> timedelta:
        return timedelta(minutes=n)

    def executions(self, number: str) -> list[str]:
        """Names of the case's executions so far."""
        generation = int(self.row(number)["generation"])
        return [f"{number}-{n}" for n in range(1, generation + 1)]

    def row(self, number: str) -> dict[str, Any]:
        row = self.store.get(Table.CASES, (f"case#{number}", "case"))
        assert row is not None
        return row

    def kill(self, number: str) -> None:
        """End the case's present execution from outside."""
        case = self.row(number)
        self.orchestrator.stop(case["machine"], self.executions(number)[-1])

    def recover(self, number: str = "") -> Any:
        """What runs after every start: dead executions get their next generation."""
        report = self.run_events({"recover": {}})
        self.settle(number)
        return report

    def run_events(self, event: Mapping[str, Any]) -> Any:
        return events.work(self.house, event)
