"""A world under siege: plays hostile requests against every route, each from the same rows, by
Chalice's client and as raw API Gateway events, and keeps what came of them."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import app as front
from chalicelib.platform.ports import Busy, Key, Row, Store, Table
from chalicelib.services.life import package
from chalicelib.wiring import SHAPES
from tests.containers import bulk_order, listed
from tests.fakes.store import MemoryStore
from tests.hostile import Hostile
from tests.journeys.people import VILLAGE, example
from tests.world import World, load_json

PUBLISHER = "officer-gao"
CPU_MS = 50
# Chalice's local gateway answers for the routes it does not know; the real one is told how to.
NO_ROUTE = "no such route"


class KeyedStore(MemoryStore):
    """Refuses the keys that DynamoDB refuses (1 to 2048 bytes of UTF-8), as the adapter says it."""

    def get(self, table: Table, key: Key) -> Row | None:
        self._refuse(key[0])
        return super().get(table, key)

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        self._refuse(pk)
        return super().partition(table, pk, prefix)

    def _refuse(self, pk: str) -> None:
        raw = pk.encode(errors="surrogatepass")
        if not 0 < len(raw) <= 2048 or raw.decode(errors="replace") != pk:
            raise Busy("ValidationException")


class Besieged(World):
    """A world with one service, one open case, and a store that minds its keys."""

    def _store(self) -> Store:
        return KeyedStore(SHAPES)

    def __init__(self) -> None:
        super().__init__()
        self.publish_all()
        made = self.http("POST", "/services/business-licence/cases", submission())
        self.case, self.secret = made.body["case"], made.body["secret"]
        self.settle()
        self.container, (_, self.member), _ = listed(self)
        keys = self.ports.keys
        self.publisher.handle({"trust": {"name": "itself", "key": package.public_key(keys)}})
        wish = self.house.catalogue.live("micro-wish")
        self.packed = package.make(keys, [wish], "2026-03-10T02:00:00.000Z")
        self.bearer = {name: f"Bearer {self.token(name)}" for name in (VILLAGE, PUBLISHER)}

    def stored(self) -> dict[Table, dict[Key, Row]]:
        """The rows as they are; the fake replaces rows and never changes one."""
        assert isinstance(self.store, KeyedStore)
        return {table: dict(rows) for table, rows in self.store.rows.items()}

    def restore(self, rows: Mapping[Table, dict[Key, Row]]) -> None:
        assert isinstance(self.store, KeyedStore)
        self.store.rows = {table: dict(kept) for table, kept in rows.items()}


@dataclass(frozen=True)
class Play:
    """A request that a route takes: where a free text lies in it, and its inner object."""

    params: Mapping[str, str]
    headers: Mapping[str, str]
    good: Mapping[str, Any]
    spot: tuple[str | int, ...]
    inner: str


@dataclass(frozen=True)
class Outcome:
    name: str
    status: int
    kind: str
    body: Any
    stored: bool
    ms: float


def submission() -> dict[str, Any]:
    answers = example()["answers"]
    return {"answers": answers, "papers": [], "channel": "web", "site": "jz"}


def plays(world: Besieged) -> dict[str, Play]:
    case = {"number": world.case}
    version = str(world.row(world.case)["version"])
    officer = {"Authorization": world.bearer[VILLAGE], "If-Match": f'"{version}"'}
    paper = {"paper": "P3", "reference": "收件一", "how": "window"}
    record = {"action": "record_papers", "details": {"papers": [paper]}}
    reason = {"reason": "N1", "text": "无需办理。"}
    reference = ("details", "papers", 0, "reference")
    return {
        "/services/{service}/cases": Play(
            {"service": "business-licence"},
            {},
            submission(),
            ("answers", "premises", "street"),
            "answers",
        ),
        "/my/cases/{number}/actions": Play(
            case, {"Receipt-Secret": world.secret}, record, reference, "details"
        ),
        "/cases/{number}/actions": Play(case, officer, record, reference, "details"),
        "/cases/{number}/tasks/{task}/actions": Play(
            {**case, "task": "1"},
            officer,
            {"action": "not_accept", "details": reason},
            ("details", "text"),
            "details",
        ),
        "/cases/{number}/bulk": Play(
            {"number": world.container.number},
            {"Authorization": f"Bearer {world.token(world.container.reader)}"},
            bulk_order(world.member),
            ("details", "summary"),
            "details",
        ),
        "/services": Play(
            {},
            {"Authorization": world.bearer[PUBLISHER]},
            load_json("forms/business-licence/service.json"),
            ("titles", "en"),
            "guide",
        ),
        "/services/{service}/orders": Play(
            {"service": "business-licence"},
            {"Authorization": world.bearer[PUBLISHER]},
            {"do": "offer", "message": "试点", "details": {"nodes": ["jz"], "opens": ""}},
            ("message",),
            "details",
        ),
        "/services/{service}/rebases": Play(
            {"service": "business-licence"},
            {"Authorization": world.bearer[PUBLISHER]},
            {"to": 1, "dry_run": True, "message": "试算", "fields": {"/scope": "/name"}},
            ("message",),
            "fields",
        ),
        "/services/{service}/papers": Play(
            {"service": "business-licence"},
            {},
            {"answers": example()["answers"]},
            ("answers", "premises", "street"),
            "answers",
        ),
        "/packages": Play(
            {},
            {"Authorization": world.bearer[PUBLISHER]},
            {"package": world.packed, "map": {"roles": {"assayer": "examiner"}}},
            ("map", "roles", "assayer"),
            "map",
        ),
    }


Answer = tuple[int, Mapping[str, str], Any]


def by_event(
    route: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes = b"",
    method: str = "POST",
    query: Mapping[str, str] | None = None,
) -> Callable[[], Answer]:
    """Sends the request as API Gateway hands it to the function."""
    return partial(answered, event_of(route, params, headers, body, method, query))


def event_of(
    route: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    method: str,
    query: Mapping[str, str] | None,
) -> dict[str, Any]:
    """A proxy event, its body in base64."""
    return {
        "requestContext": {"resourcePath": route, "httpMethod": method, "path": route},
        "headers": dict(headers),
        "pathParameters": dict(params),
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "stageVariables": None,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def answered(event: Mapping[str, Any]) -> Answer:
    answer = front.app(event, None)
    kind = {name.lower(): str(value) for name, value in answer["headers"].items()}
    # What cannot be encoded cannot leave the function.
    body = answer["body"].encode()
    return answer["statusCode"], kind, json.loads(body) if "json" in kind["content-type"] else body


def by_client(
    world: Besieged, route: str, params: Mapping[str, str], headers: Mapping[str, str], it: Hostile
) -> Callable[[], Answer]:
    path = route.format(**params) + it.suffix

    def ask() -> Answer:
        answer = world.http("POST", path, headers=headers, raw=it.body)
        if answer.status == 403 and isinstance(answer.body, dict) and "message" in answer.body:
            return 404, {"content-type": NO_ROUTE}, answer.body
        return answer.status, answer.headers, answer.body

    return ask


@dataclass
class Siege:
    """Plays requests against one world, each from the same rows."""

    world: Besieged
    route: str
    outcomes: list[Outcome] = field(default_factory=list)

    def play(self, name: str, ask: Callable[[], Answer]) -> None:
        before = self.world.stored()
        spent = []
        for _ in range(3):
            self.world.restore(before)
            start = time.process_time()
            status, headers, body = ask()
            spent.append(1000 * (time.process_time() - start))
            if spent[-1] <= CPU_MS:
                break
        stored = self.world.stored() != before
        self.world.restore(before)
        kind = headers.get("content-type", "")
        self.outcomes.append(Outcome(name, status, kind, body, stored, min(spent)))
