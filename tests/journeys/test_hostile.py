"""The hostile corpus against every write route, through Chalice's client and as raw API Gateway
events; hostile paths and queries against every route."""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import pytest

import app as front
from chalicelib.people.authority import ROUTES
from chalicelib.platform.ports import Busy, Key, Row, Store, Table
from chalicelib.wiring import SHAPES
from tests.fakes.store import MemoryStore
from tests.hostile import HARMLESS, SEGMENTS, TEXTS, Hostile, corpus
from tests.journeys.people import VILLAGE, example
from tests.world import World, load_json

PUBLISHER = "officer-gao"
WRITES = sorted(route for method, route in ROUTES if method == "POST")
READS = sorted(route for method, route in ROUTES if method == "GET")
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
        if not 0 < len(pk.encode()) <= 2048:
            raise Busy("ValidationException")


class Besieged(World):
    """A world with one service, one open case, and a store that minds its keys."""

    def _store(self) -> Store:
        return KeyedStore(SHAPES)

    def __init__(self) -> None:
        super().__init__()
        self.publish(load_json("forms/business-licence/service.json"))
        made = self.http("POST", "/services/business-licence/cases", submission())
        self.case, self.secret = made.body["case"], made.body["secret"]
        self.settle()
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
        "/services": Play(
            {},
            {"Authorization": world.bearer[PUBLISHER]},
            load_json("forms/business-licence/service.json"),
            ("titles", "en"),
            "guide",
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
    """The request as API Gateway hands it to the function, its body in base64."""
    event = {
        "requestContext": {"resourcePath": route, "httpMethod": method, "path": route},
        "headers": dict(headers),
        "pathParameters": dict(params),
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "stageVariables": None,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    return partial(answered, event)


def answered(event: Mapping[str, Any]) -> Answer:
    answer = front.app(event, None)
    kind = {name.lower(): str(value) for name, value in answer["headers"].items()}
    # What cannot be encoded cannot leave the function.
    return answer["statusCode"], kind, json.loads(answer["body"].encode())


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


def against(route: str, driver: str) -> list[Outcome]:
    world = Besieged()
    play = plays(world)[route]
    siege = Siege(world)
    siege.play("warm up", by_event(route, play.params, play.headers, b"{}"))
    for it in corpus(play.good, play.spot, play.inner):
        headers = {"Content-Type": "application/json", **play.headers, **it.headers}
        if driver == "client":
            siege.play(it.name, by_client(world, route, play.params, headers, it))
        elif not it.suffix:
            siege.play(it.name, by_event(route, play.params, headers, it.body))
    return siege.outcomes


@pytest.fixture(scope="module", params=[(r, d) for r in WRITES for d in ("event", "client")], ids=str)
def outcomes(request: pytest.FixtureRequest) -> Iterator[list[Outcome]]:
    yield against(*request.param)


@pytest.fixture(scope="module", params=sorted(ROUTES), ids=str)
def strolls(request: pytest.FixtureRequest) -> Iterator[list[Outcome]]:
    """Every hostile segment in each place of a path, and as each query parameter of the inbox."""
    method, route = request.param
    world = Besieged()
    siege = Siege(world)
    headers = {"Authorization": world.bearer[VILLAGE], "Receipt-Secret": world.secret}
    usual = {"service": "business-licence", "number": world.case, "task": "1", "upload": "0"}
    asked = {"role": "acceptor", "node": "jz-t1-v1", "cursor": "e30"}
    for segment in SEGMENTS:
        for name in usual:
            if f"{{{name}}}" in route:
                params = {**usual, name: segment}
                siege.play(f"{name}={segment[:24]!a}", by_event(route, params, headers, b"{}", method))
        for name in asked:
            query = {**asked, name: segment}
            ask = by_event(route, usual, headers, b"{}", method, query)
            siege.play(f"?{name}={segment[:24]!a}", ask)
    yield siege.outcomes


def refused(outcomes: list[Outcome]) -> list[Outcome]:
    return [it for it in outcomes if it.status >= 400 and it.kind != NO_ROUTE]


def is_problem(it: Outcome) -> bool:
    return (
        it.kind == "application/problem+json"
        and it.body["type"].startswith("urn:bancheng:problem:")
        and bool(it.body["title"])
        and it.body["status"] == it.status
    )


def harmless(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for names in HARMLESS.values() for pattern in names)


def test_the_corpus_has_at_least_300_cases_of_different_names() -> None:
    world = Besieged()
    for play in plays(world).values():
        names = [it.name for it in corpus(play.good, play.spot, play.inner)]
        assert len(set(names)) == len(names) >= 300
