"""A restricted case does not exist for anybody but its readers.

Twin worlds play the same visible acts; in one of them a matter was split and a report filed
besides. Whoever asks whatever is told the same in both, byte for byte, at every step.
"""

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import app as front
from chalicelib.cases.file import unpack
from chalicelib.cases.house import House
from chalicelib.people.authority import ROUTES
from chalicelib.platform.numbers import check_digit
from chalicelib.platform.ports import Key, Keys, Put, Row, Table
from chalicelib.services.life.publish import Publisher
from infra import signed
from infra.player import Answer, Case, expect
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.fakes.store import MemoryStore
from tests.journeys.matters import (
    ASSESSOR,
    CALLER,
    CHAIR,
    CONDUCT,
    EXPLANATION,
    FINDING,
    HEADS,
    INQUIRER,
    MOBILE,
    NOT_PURSUED,
    OTHER_TRIAGE,
    PUBLISHER,
    SOLUTION,
    TOWN,
    TRIAGE,
    UNIT_HEAD,
    VILLAGE,
    answers,
    appoint,
    asking,
    blocked,
    licence,
    opinion,
    report,
    split,
    triaged,
)
from tests.journeys.test_privacy import written
from tests.siege import event_of
from tests.world import World, load_json

ACCUSED = VILLAGE
REGION = load_json("infra/seed/directory.json")
GRANTS = [(one["party"], one["role"], one["node"]) for one in REGION["grants"]]
ROLES = sorted({role for _, role, _ in GRANTS})
# The accused, his colleagues, those above, those who run the system, and one of each other role;
# then somebody with a token and no post, and nobody at all.
SPIES = (
    *(ACCUSED, TOWN, "officer-zhao", TRIAGE, OTHER_TRIAGE, "officer-zhou", "officer-xu"),
    *(PUBLISHER, "officer-hu", "agent-deng", "volunteer-fang", CALLER, CHAIR, HEADS[0]),
    *(UNIT_HEAD, "officer-chen", "officer-huang", "officer-sun", "grid-luo", "officer-tang"),
    *("officer-song", "resident-somebody", ""),
)
SPIED = {role for party, role, _ in GRANTS if party in SPIES}
# One of each role that only other services have; they ask once, at the end.
OTHERS = sorted({role: party for party, role, _ in GRANTS if role not in SPIED}.items())
STRANGERS = [party for role, party in OTHERS if role != "discipline"]
WORDS = ("违纪", "举报", "纪检", "监察", "投诉", "misconduct", "disciplin", "complaint")
NOBODYS = "123456789" + check_digit("123456789")
REPORTED = "办事时收了一条香烟，说下不为例"
LATER = timedelta(days=30)
WHO = "王某某，四十来岁"


@dataclass
class Numbered:
    """Numbers in a fixed order; those made apart take none of the others'."""

    series: str = "seen"
    made: Counter[str] = field(default_factory=Counter)

    def digits(self, n: int) -> str:
        return str(int(self._next(f"{self.series} digits"), 16) % 10**n).zfill(n)

    def name(self) -> str:
        return self._next("names")

    def _next(self, what: str) -> str:
        self.made[what] += 1
        return hashlib.sha256(f"{what}|{self.made[what]}".encode()).hexdigest()[:16]


class EvenKeys:
    """Seals the same bytes alike, so that no difference hides behind what is random."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def mint(self, subject: str) -> Put:
        return self._keys.mint(subject)

    def seal(self, subject: str, row: str, data: bytes) -> bytes:
        place = f"{subject}|{row}".encode()
        nonce = hashlib.sha256(place + data).digest()[:12]
        return nonce + self._cipher(subject).encrypt(nonce, data, place)

    def unseal(self, subject: str, row: str, sealed: bytes) -> bytes:
        place = f"{subject}|{row}".encode()
        return self._cipher(subject).decrypt(sealed[:12], sealed[12:], place)

    def secret(self, number: str) -> str:
        return self._keys.secret(number)

    def forget(self, subject: str) -> None:
        self._keys.forget(subject)

    def wrap(self, place: str, data: bytes) -> bytes:
        return self._keys.wrap(place, data)

    def unwrap(self, place: str, wrapped: bytes) -> bytes:
        return self._keys.unwrap(place, wrapped)

    def _cipher(self, subject: str) -> AESGCM:
        return AESGCM(hashlib.sha256(subject.encode()).digest())


@dataclass(frozen=True)
class Scene:
    """A world at one step of the play."""

    rows: Mapping[Table, dict[Key, Row]]
    moment: datetime
    made: Counter[str]


class Twin(World):
    """A world in which nothing is random; what is done apart shifts nothing else."""

    def __init__(self, published: World) -> None:
        self.delivered: list[Mapping[str, Any]] = []
        super().__init__()
        self.take_over(published)
        self.ids = Numbered()
        # One key-encryption key for both, so that receipts and page marks are the same.
        keys = EvenKeys(published.ports.keys)
        self.ports = replace(self.ports, keys=keys, ids=self.ids)
        self.house = House(self.ports)
        self.publisher = Publisher(self.ports, self._settings())
        self.enter()
        self.sent_keys: Counter[str] = Counter()

    @property
    def memory(self) -> MemoryStore:
        assert isinstance(self.store, MemoryStore)
        return self.store

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is done here is done in one of the worlds only."""
        self.ids.series = "apart"
        yield
        self.ids.series = "seen"

    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        party: str | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """The player's keys are random: number them."""
        sent = dict(headers or {})
        if "Idempotency-Key" in sent:
            self.sent_keys[self.ids.series] += 1
            sent["Idempotency-Key"] = f"{self.ids.series}-{self.sent_keys[self.ids.series]}"
        return super().http(method, path, body, party, sent, raw)

    def sms_in(self, phone: str, text: str) -> Answer:
        """A message whose id is no accident."""
        body, headers = signed.sms(self.sms_secret, phone, text, "msg_seen")
        answer = self.http("POST", signed.ROUTE, None, None, headers, raw=body)
        self.settle()
        return answer

    def deliver(self, envelope: Mapping[str, Any]) -> Any:
        self.delivered.append(envelope)
        return super().deliver(envelope)

    def scene(self) -> Scene:
        rows = {table: dict(kept) for table, kept in self.memory.rows.items()}
        return Scene(rows, self.moment, Counter(self.ids.made))

    def go_back(self, scene: Scene) -> None:
        self.memory.rows = {table: dict(kept) for table, kept in scene.rows.items()}
        self.moment = scene.moment
        # Names are for leases and the like: how many were made so far is no matter.
        self.ids.made = Counter({**scene.made, "names": 0})
        self.enter()


@dataclass
class Play:
    """One world, played to the end, and how it stood at each step."""

    world: Twin
    secretly: bool
    cases: list[Case] = field(default_factory=list)
    hidden: list[Case] = field(default_factory=list)
    scenes: dict[str, Scene] = field(default_factory=dict)

    def begin(self) -> None:
        """A licence, a matter about it, and another; between them what only one world has."""
        world = self.world
        original = licence(world, without=("P3",))
        about = {"about": {"case": original.number}}
        if self.secretly:
            case, apart = split(world, conduct={**CONDUCT, "who": WHO}, **about)
            with world.apart():
                more = {"parties": [ACCUSED], "about": {"case": case.number}, "text": REPORTED}
                filed = report(world, TRIAGE, channel="counter", **more)
            self.hidden = [apart, filed]
        else:
            case = blocked(world, **about)
        self.cases = [original, case, blocked(world, matter="另一件事")]

    def handle(self) -> None:
        """Causes are found, a paper is waived, heads are heard; apart, an inquiry is opened."""
        _, case, _ = self.cases
        causes = {"causes": ["requirement", "several", "redo", "policy"]}
        case.do(TRIAGE, "triage", causes)
        case.do(TRIAGE, "waive", {"paper": "P3", "text": "不需要这份材料。"})
        case.do(CHAIR, "convene", asking(*HEADS))
        for head in HEADS[:2]:
            assert case.alone(head, "opine", opinion()).status == 200
        if self.secretly:
            with self.world.apart():
                self.hidden[0].do(ASSESSOR, "open_inquiry", {"text": "先调录像。"})

    def wait(self) -> None:
        """A month passes: whatever has a clock is late."""
        self.world.tick(self.world.moment + LATER)

    def end(self) -> None:
        """The matter is solved and confirmed by a text; apart, both reports come to their ends."""
        _, case, _ = self.cases
        case.do(CHAIR, "conclude_solved", SOLUTION)
        case.do(TRIAGE, "explain", EXPLANATION)
        case.do(TOWN, "redone", {"text": "已在镇里办好。"})
        case.answer(MOBILE, "1")
        if self.secretly:
            with self.world.apart():
                self.hidden[0].do(INQUIRER, "finding", FINDING)
                self.hidden[1].do(ASSESSOR, "not_pursued", NOT_PURSUED)

    def run(self) -> "Play":
        self.world.enter()
        for step in (self.begin, self.handle, self.wait, self.end):
            step()
            self.scenes[step.__name__] = self.world.scene()
        return self


STEPS = ("begin", "handle", "wait", "end")


@dataclass(frozen=True)
class Twins:
    """`secret` is the world that holds what `plain` does not."""

    secret: Play
    plain: Play

    @property
    def seen(self) -> list[str]:
        return [case.number for case in self.plain.cases]

    @property
    def hidden(self) -> list[str]:
        return [case.number for case in self.secret.hidden]


@pytest.fixture(scope="module")
def twins(published: World) -> Twins:
    return Twins(Play(Twin(published), True).run(), Play(Twin(published), False).run())


@dataclass(frozen=True)
class Ask:
    """A request on a route, as API Gateway hands it over."""

    method: str
    route: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    query: Mapping[str, str] | None = None

    def told(self) -> Any:
        """The whole answer: status, headers, body."""
        args = (self.params, self.headers, self.body, self.method, self.query)
        return front.app(event_of(self.route, *args), None)


def of(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


COMMENT = {"action": "comment", "details": {"text": "请尽快。"}}
BODIES = (
    *(b"[", b"{}", b'{"action":1}', of({"action": "no_such"}), of(COMMENT)),
    of({"action": "open_inquiry"}),
    of({"action": "finding", "details": FINDING}),
    of({"action": "redone", "details": {"text": "办好了。"}}),
    of({"action": "accept"}),
)
MANY = {"action": "begin", "members": ["5724019863"], "details": {}}
TASKS = ("1", "2", "2-redo", "2-several", "call-3", "overdue-9", "nothing")
SERVICES = ("business-licence", "blocked", "conduct-report", "none")


def asks(token: str, number: str, version: int, secret: str = "AAAA-AAAA-AAAA-AAAA") -> list[Ask]:
    """Everything that can be asked about one number."""
    params, bearer = {"number": number}, {"Authorization": token} if token else {}
    english = {**bearer, "Accept-Language": "en"}
    held = {**bearer, "Receipt-Secret": secret}
    keyed = {"Idempotency-Key": "seen-5"}
    printed = {**params, "document": "1-receipt"}
    paper = {"document_number": f"吉审收〔2026〕{number}-1号"}
    fresh, stale, odd = ({"If-Match": value} for value in (f'"{version}"', '"999"', "x"))
    found = [
        *(Ask("GET", "/cases/{number}", params, headers) for headers in (bearer, english)),
        *(Ask("GET", "/cases/{number}/why", params, headers) for headers in (bearer, english)),
        *(
            Ask("GET", "/my/cases/{number}", params, {**headers, **held})
            for headers in (english, {})
        ),
        Ask("GET", "/cases/{number}/members", params, bearer),
        *(Ask("POST", "/cases/{number}/bulk", params, bearer, body) for body in (b"{}", of(MANY))),
        Ask("GET", "/cases/{number}/bulk/{job}", {**params, "job": "0" * 32}, bearer),
        Ask("GET", "/my/records/{record}", {"record": number}, held),
        *(
            Ask("GET", f"{part}/{{number}}/documents/{{document}}", printed, held)
            for part in ("/my/cases", "/cases")
        ),
        Ask("GET", "/documents/{document_number}", paper, bearer, b"", {"code": secret}),
    ]
    for body in BODIES:
        found.append(Ask("POST", "/my/cases/{number}/actions", params, {**held, **keyed}, body))
        for more in ({}, fresh, stale, odd, {**fresh, **keyed}):
            headers = {**bearer, **more}
            found.append(Ask("POST", "/cases/{number}/actions", params, headers, body))
    route = "/cases/{number}/tasks/{task}/actions"
    for task in TASKS:
        for body in BODIES[4:]:
            found.append(Ask("POST", route, {**params, "task": task}, {**bearer, **fresh}, body))
        found.append(Ask("POST", route, {**params, "task": task}, bearer, BODIES[0]))
    return found


def lists(spy: str, token: str) -> list[Ask]:
    """Everything that can be asked about no number in particular."""
    bearer = {"Authorization": token} if token else {}
    places = {(role, node) for party, role, node in GRANTS if party == spy}
    places |= {(role, "jz") for role in ROLES} | {("discipline", "jz-t1-v1"), ("triage", "xx")}
    queries: list[dict[str, str] | None] = [
        *({"role": role, "node": node} for role, node in sorted(places)),
        *({"party": party} for party in (spy or "x", ASSESSOR, CHAIR, "party@x")),
        *(None, {"role": "triage"}, {"role": "triage", "node": "jz", "cursor": "zzzz"}),
        {"role": "triage", "node": "jz", "zone": "公共服务区"},
    ]
    boards = [None, {"node": "jz"}, {"category": "goods"}, {"cursor": "zzzz"}]
    return [
        *(Ask("GET", "/inbox", {}, bearer, b"", query) for query in queries),
        *(Ask("GET", "/board", {}, bearer, b"", query) for query in boards),
        *(Ask("GET", "/postings", {}, bearer, b"", query) for query in boards),
        *(Ask("GET", "/services/{service}", {"service": name}, bearer) for name in SERVICES),
        *(Ask("GET", route, {}, bearer) for route in ("/services", "/bonds")),
        *(
            Ask("GET", "/records", {}, bearer, b"", {"service": name, "node": "jz"})
            for name in SERVICES
        ),
        Ask("GET", "/schemas/service-document/1"),
        *catalogued(bearer),
        *sent(bearer),
    ]


def catalogued(bearer: Mapping[str, str]) -> Iterator[Ask]:
    """Everything that is asked about services and what publishers hand in."""
    no_name = "0" * 32
    for method, route in ROUTES:
        about = ("/services/{service}/", "/uploads", "/packages", "/presets", "/openapi")
        if method == "GET" and route.startswith(about):
            for name in SERVICES:
                ids = {"upload": no_name, "order": no_name, "job": no_name, "kind": "promise"}
                query = {"services": name} if route == "/packages" else None
                params = {**ids, "service": name, "version": "1"}
                yield Ask(method, route, params, bearer, b"", query)
    for name in SERVICES:
        for route, body in (
            ("papers", {"answers": {}}),
            ("orders", {"do": "close", "message": "停办"}),
            ("rebases", {"to": 1}),
        ):
            yield Ask("POST", f"/services/{{service}}/{route}", {"service": name}, bearer, of(body))
    yield Ask("POST", "/packages", {}, bearer, of({"package": "x"}))


def sent(bearer: Mapping[str, str]) -> Iterator[Ask]:
    """New cases and new documents: good ones, bad ones, and with a key that served before."""
    route = "/services/{service}/cases"
    good = {"blocked": answers(), "conduct-report": {**answers(), "text": REPORTED}}
    good["conduct-report"] = {k: good["conduct-report"][k] for k in ("reporter", "region", "text")}
    for name in SERVICES:
        bodies = [b"[", of({"answers": {}}), of({"answers": good.get(name, {})})]
        bodies.append(of({"answers": good.get(name, {}), "channel": "counter"}))
        for body in bodies:
            for key in ({}, {"Idempotency-Key": "seen-1"}, {"Idempotency-Key": "seen-2"}):
                yield Ask("POST", route, {"service": name}, {**bearer, **key}, body)
                yield Ask("POST", route, {"service": name}, key, body)
    signature = {"webhook-id": "seen-1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    for headers in ({}, signature):
        message = of({"from": MOBILE, "text": "8"})
        yield Ask("POST", "/channels/sms", {}, {**bearer, **headers}, message)
        heard = of({"case": "5724019863", "action": "heard", "details": {}})
        params = {"body": "fund-office"}
        yield Ask("POST", "/channels/bodies/{body}", params, {**bearer, **headers}, heard)
    document = of(load_json("forms/conduct-report/service.json"))
    for body in (b"[", b"{}", document):
        yield Ask("POST", "/services", {}, bearer, body)


def token_of(world: Twin, spy: str) -> str:
    return f"Bearer {world.token(spy)}" if spy else ""


def outcome(world: Twin, scene: Scene, ask: Ask) -> tuple[Any, Any]:
    """What is told, and which rows a request changes; then the world is as it was."""
    told = ask.told()
    if ask.method == "GET":
        return told, None
    before, after = scene.rows, world.memory.rows
    changed = {
        (table, key): row
        for table, rows in after.items()
        for key, row in rows.items()
        if before[table].get(key) is not row and row["kind"] != "data_key"
    }
    world.go_back(scene)
    return told, changed


def outcomes(play: Play, step: str, wanted: list[Ask]) -> list[tuple[Any, Any]]:
    play.world.go_back(play.scenes[step])
    return [outcome(play.world, play.scenes[step], ask) for ask in wanted]


def everything(twins: Twins, spy: str, step: str) -> list[Ask]:
    """Every request of a spy that names no hidden number."""
    token = token_of(twins.plain.world, spy)
    found = lists(spy, token)
    for case in twins.plain.cases:
        row = twins.plain.scenes[step].rows[Table.CASES][f"case#{case.number}", "case"]
        found += asks(token, case.number, int(row["version"]), case.secret)
    return found


def test_the_spies_hold_every_role_that_reads_no_report_and_ask_on_every_route(
    twins: Twins,
) -> None:
    held = {role for party, role, _ in GRANTS if party in {*SPIES, *STRANGERS}}
    asked = {(ask.method, ask.route) for ask in everything(twins, ACCUSED, "begin")}

    assert {*ROLES} - held == {"discipline"}
    assert asked == {*ROUTES}


def test_who_moves_its_open_cases_to_a_new_version_does_not_learn_whether_there_are_any(
    twins: Twins,
) -> None:
    told = []
    for play in (twins.secret, twins.plain):
        world = play.world
        scene = play.scenes["begin"]
        world.go_back(scene)
        world.enter()
        bearer = {"Authorization": f"Bearer {world.token(PUBLISHER)}"}
        params = {"service": "conduct-report"}
        path = "/services/{service}/rebases"
        made = Ask("POST", path, params, bearer, of({"to": 1})).told()
        world.settle()
        params["job"] = json.loads(made["body"])["job"]
        seen = Ask("GET", f"{path}/{{job}}", params, bearer).told()
        assert json.loads(seen["body"])["state"] == "done"
        told.append((made, seen))
        world.go_back(scene)

    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("spy", "step"),
    [*product(SPIES, STEPS), *product(STRANGERS, STEPS[-1:])],
)
def test_whoever_asks_whatever_is_told_the_same_with_and_without_a_restricted_case(
    twins: Twins, spy: str, step: str
) -> None:
    wanted = everything(twins, spy, step)

    found = outcomes(twins.secret, step, wanted)
    expected = outcomes(twins.plain, step, wanted)

    assert len(wanted) > 300
    for ask, one, other in zip(wanted, found, expected, strict=True):
        assert one == other, ask


def test_what_differs_in_sight_would_be_noticed(twins: Twins) -> None:
    wanted = everything(twins, TRIAGE, "begin")

    found = outcomes(twins.plain, "begin", wanted)
    later = outcomes(twins.plain, "handle", wanted)

    differing = {ask.route for ask, a, b in zip(wanted, found, later, strict=True) if a != b}
    assert {"/inbox", "/cases/{number}", "/cases/{number}/why"} <= differing


@pytest.mark.parametrize("spy", SPIES)
@pytest.mark.parametrize("step", STEPS)
def test_a_restricted_number_is_answered_like_one_that_nobody_has(
    twins: Twins, spy: str, step: str
) -> None:
    token = token_of(twins.secret.world, spy)

    for case in twins.secret.hidden:
        row = twins.secret.scenes[step].rows[Table.CASES][f"case#{case.number}", "case"]
        version = int(row["version"])
        found = outcomes(twins.secret, step, asks(token, case.number, version))
        expected = outcomes(twins.secret, step, asks(token, NOBODYS, version))
        assert len(found) > 100 and found == expected


@pytest.mark.parametrize("service", ["blocked", "conduct-report"])
def test_a_matter_about_a_restricted_number_is_received_like_any_other(
    twins: Twins, service: str
) -> None:
    more = {} if service == "blocked" else {"text": REPORTED}
    told = answers() if service == "blocked" else {k: answers()[k] for k in ("reporter", "region")}
    for case in twins.secret.hidden:
        found = []
        for number in (case.number, NOBODYS):
            body = of({"answers": {**told, **more, "about": {"case": number}}})
            ask = Ask("POST", "/services/{service}/cases", {"service": service}, {}, body)
            ((received, _),) = outcomes(twins.secret, "begin", [ask])
            found.append(received)
        assert found[0] == found[1] and found[0]["statusCode"] == 201


def partition(play: Play, step: str, number: str) -> dict[Key, Row]:
    rows = play.scenes[step].rows[Table.CASES]
    return {key: row for key, row in rows.items() if key[0] == f"case#{number}"}


@pytest.mark.parametrize("step", STEPS)
def test_every_row_of_a_visible_case_is_the_same_in_both_worlds(twins: Twins, step: str) -> None:
    for number in twins.seen:
        found = partition(twins.secret, step, number)

        assert len(found) >= 4
        assert found == partition(twins.plain, step, number)


def holding(play: Play, step: str, number: str) -> Iterator[tuple[str, str]]:
    """(table, kind) of each row that holds a number, in any reading, and is not its case's own."""
    for table, rows in play.scenes[step].rows.items():
        for (pk, _), row in rows.items():
            readings = [repr(row)] if table is Table.DIRECTORY else written(row)
            own = pk in (f"case#{number}", f"wait#{number}")
            if not own and any(number in text for text in readings):
                yield table.value, row["kind"]


@pytest.mark.parametrize("step", STEPS)
def test_a_restricted_number_stands_only_where_a_phone_or_a_key_is_known_by_its_hash(
    twins: Twins, step: str
) -> None:
    apart, filed = twins.hidden

    # The thread of the reporter's phone, the data key; for a report also the key that made it.
    by_split = {("cases", "thread"), ("keys", "data_key")}
    assert {*holding(twins.secret, step, apart)} == by_split
    assert {*holding(twins.secret, step, filed)} == by_split | {("cases", "key")}
    assert len(partition(twins.secret, step, apart)) > 4
    assert [*holding(twins.plain, step, apart), *holding(twins.plain, step, filed)] == []


def test_nothing_that_is_sealed_in_a_visible_case_speaks_of_what_was_split_off(
    twins: Twins,
) -> None:
    keys = twins.secret.world.ports.keys
    said = [
        json.dumps(unpack(keys, number, row), ensure_ascii=False)
        for number in twins.seen
        for row in partition(twins.secret, "end", number).values()
        if "sealed" in row
    ]

    assert len(said) > 20
    for word in (*twins.hidden, CONDUCT["text"], WHO, REPORTED, "conduct"):
        assert [text for text in said if word in text] == []


CONTENT = (
    *(CONDUCT["text"], WHO, REPORTED, FINDING["text"], NOT_PURSUED["text"], "先调录像"),
    *("周小满", MOBILE, "C1", "substantiated", "conduct", ACCUSED, *WORDS),
)


def test_machine_and_messages_and_logs_of_a_restricted_case_hold_no_word_of_it(
    published: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "bancheng")
    world = Twin(published)
    play = Play(world, True)
    play.begin()
    hidden = [case.number for case in play.hidden]
    for number in hidden:
        world.kill(number)
        world.recover(number)
    for step in (play.handle, play.wait, play.end):
        step()

    orchestrator = world.orchestrator
    assert isinstance(orchestrator, MemoryOrchestrator)
    runs = {name: run for name, run in orchestrator.runs.items() if name[:10] in hidden}
    assert sorted(runs) == [f"{number}-{n}" for number in sorted(hidden) for n in (1, 2)]
    machines = {run.machine for run in runs.values()}
    assert machines == {world.row(number)["machine"] for number in hidden}
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in machines)
    assert {*(name for run in runs.values() for name in run.data)} <= {
        *("case", "generation", "at", "last")
    }
    envelopes = [one for one in world.delivered if one["case"] in hidden]
    assert len(envelopes) >= 6
    assert {name for one in envelopes for name in one} == {
        *("case", "generation", "stage", "entered", "token")
    }
    texts = [machine + json.dumps(orchestrator.machines[machine]) for machine in machines]
    texts += [repr((name, run)) for name, run in runs.items()]
    texts += [json.dumps(one, ensure_ascii=False) for one in envelopes]
    lines = [f"{it.getMessage()} {it.exc_text} {vars(it)}" for it in caplog.records]
    spoken = [line for line in lines if any(number in line for number in hidden)]
    assert len(spoken) >= len(envelopes)
    found = [word for word in CONTENT if any(word in text for text in (*texts, *lines))]
    assert found == []


def rendered(twins: Twins, case: Case) -> Iterator[tuple[str, str]]:
    """Every notice of a case as it was worded for each channel."""
    keys = twins.secret.world.ports.keys
    for row in partition(twins.secret, "end", case.number).values():
        if row["kind"] == "notice":
            message = unpack(keys, case.number, row)
            yield row["notice"], message["call"]
            yield from ((row["notice"], one["text"]) for one in message["channels"])


def words_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text.lower()]


def test_no_text_that_reaches_the_resident_says_what_the_report_is_about(twins: Twins) -> None:
    assert any(words_in(one["titles"]["zh-Hans"]) for one in REGION["units"])
    twins.secret.world.go_back(twins.secret.scenes["end"])
    told = [pair for case in twins.secret.hidden for pair in rendered(twins, case)]
    document = load_json("forms/conduct-report/service.json")

    assert {name for name, _ in told} == {*document["notices"]}
    assert [pair for pair in told if words_in(pair[1])] == []
    sms = [text for text in twins.secret.world.messages(MOBILE) if text]
    assert len(sms) > 10 and [text for text in sms if words_in(text)] == []
    for case in (*twins.secret.hidden, *twins.secret.cases):
        for language in ("zh-Hans", "en"):
            assert words_in(json.dumps(case.mine(language), ensure_ascii=False)) == []


@pytest.mark.parametrize("service", ["blocked", "conduct-report"])
def test_no_title_event_or_message_of_the_documents_says_what_a_report_is_about(
    service: str,
) -> None:
    document = load_json(f"forms/{service}/service.json")
    stages = document["flow"]["stages"].values()
    public = [
        *(document["titles"], document["short"]),
        *(stage["titles"] for stage in stages),
        *(event["titles"] for event in document["events"].values()),
        *(clock["titles"] for clock in document["clocks"].values()),
        *(result for result in document["results"].values()),
        *(reason[name] for reason in document["reasons"].values() for name in ("titles", "short")),
        *(notice["texts"] for notice in document["notices"].values()),
    ]

    assert len(public) > 25
    assert [one for one in public if words_in(json.dumps(one, ensure_ascii=False))] == []


def test_the_reporter_follows_what_was_split_off_with_the_receipt(world: World) -> None:
    case, apart = split(world)
    assert apart.mine()["title"] == "情况反映（专人受理）"
    contact = apart.mine()["contact"]
    assert contact["unit"] == "承办单位" and contact["phone"]

    apart.decide("comment", {"text": "当时旁边还有人。"})
    apart.do(ASSESSOR, "open_inquiry")
    apart.do(INQUIRER, "finding", FINDING)

    mine = apart.mine()
    assert [one["type"] for one in mine["events"]] == [
        *("received", "commented", "inquiry_opened", "concluded", "closed")
    ]
    assert mine["result_text"] == "已答复"
    assert FINDING["text"] not in json.dumps(mine, ensure_ascii=False)
    held = {"Receipt-Secret": case.secret}
    assert world.http("GET", f"/my/cases/{apart.number}", headers=held).status == 404
    assert apart.number not in json.dumps(case.mine(), ensure_ascii=False)


def test_an_officer_who_writes_it_down_for_somebody_gets_no_receipt_of_what_is_split_off(
    world: World,
) -> None:
    sent = {"answers": answers(conduct=CONDUCT), "channel": "counter"}

    receipt = expect(world.http("POST", "/services/blocked/cases", sent, "officer-zhao"), 201)
    world.settle()

    assert "also" not in receipt
    texts = world.messages(MOBILE)
    assert len(texts) == 2 and sum(receipt["case"] in text for text in texts) == 1


def filed(world: World, *named: str) -> Case:
    """A report that an officer files at the counter, naming these."""
    return report(world, TRIAGE, channel="counter", parties=list(named), text=REPORTED)


@pytest.mark.parametrize("route", ["as filed", "inquired", "ended"])
def test_a_named_officer_of_the_readers_is_told_that_there_is_no_such_case(
    world: World, route: str
) -> None:
    other = appointed(world)
    case = filed(world, INQUIRER)
    if route != "as filed":
        case.do(ASSESSOR, "open_inquiry")
    if route == "ended":
        case.do(other, "finding", FINDING)
    version = case.view()["version"]
    token = f"Bearer {world.token(INQUIRER)}"

    found = [one.told() for one in asks(token, case.number, version)]

    assert found == [one.told() for one in asks(token, NOBODYS, version)]
    assert all(one["statusCode"] >= 400 for one in found)


def appointed(world: World) -> str:
    return appoint(world, "officer-tong", ("discipline", "jz"))


def test_a_named_officer_of_the_readers_finds_no_task_of_it_in_the_inbox(world: World) -> None:
    case = filed(world, INQUIRER)
    case.after(case.due("accepting"))
    path = "/inbox?role=discipline&node=jz"
    inboxes = {
        party: [one["case"] for one in expect(world.http("GET", path, None, party), 200)["tasks"]]
        for party in (ASSESSOR, INQUIRER)
    }

    assert inboxes == {ASSESSOR: [case.number] * 2, INQUIRER: []}


def test_an_officer_of_the_readers_who_is_not_named_works_it_to_the_end(world: World) -> None:
    other = appointed(world)
    case = filed(world, ACCUSED, INQUIRER)

    view = case.view(ASSESSOR)
    assert view["answers"]["text"] == REPORTED and view["answers"]["parties"]
    assert view["events"][0]["actor"] == {"party": TRIAGE, "as": "triage"}
    case.do(ASSESSOR, "open_inquiry")
    case.do(other, "finding", FINDING)

    view = case.stands(ended=True, result="concluded")
    found = next(one for one in view["events"] if one["type"] == "concluded")
    assert found["details"] == FINDING
    assert world.http("GET", f"/cases/{case.number}/why", None, other).status == 200


def test_a_sender_who_names_every_reader_locks_none_of_them_out(world: World) -> None:
    case = report(world, parties=[ASSESSOR, INQUIRER])

    for party in (ASSESSOR, INQUIRER):
        assert case.view(party)["answers"]["parties"] == [ASSESSOR, INQUIRER]


def test_a_paper_can_be_waived_in_a_restricted_case_no_more_than_in_one_that_nobody_has(
    world: World,
) -> None:
    _, apart = split(world)
    refusals = []
    for number in (apart.number, NOBODYS):
        case = triaged(world, "requirement", about={"case": number})
        refused = case.attempt(OTHER_TRIAGE, "waive", {"paper": "P3", "text": "不需要。"})
        refusals.append((refused.status, refused.body))

    assert refusals[0] == refusals[1]


def test_a_matter_about_a_restricted_number_leads_others_no_nearer_to_it(published: World) -> None:
    twins = Twins(Play(Twin(published), True), Play(Twin(published), False))
    twins.secret.world.enter()
    twins.secret.begin()
    hidden = [case.number for case in twins.secret.hidden]
    found = []
    for play in (twins.secret, twins.plain):
        play.world.enter()
        if play is twins.plain:
            play.begin()
        cases = [
            triaged(play.world, "requirement", "redo", about={"case": number}) for number in hidden
        ]
        for case in cases:
            case.do(TOWN, "redone", {"text": "已在镇里办好。"})
        play.scenes["now"] = play.world.scene()
        found.append([partition(play, "now", case.number) for case in cases])

    assert found[0] == found[1] and len(found[0][0]) > 10


def test_who_sends_again_what_an_officer_reads_is_told_the_same_in_both_worlds(
    published: World,
) -> None:
    told = []
    for conduct in ({"conduct": CONDUCT}, {}):
        world = Twin(published)
        sent = of({"answers": answers(**conduct)})
        receipt = expect(world.http("POST", "/services/blocked/cases", raw=sent), 201)
        world.settle()
        view = expect(world.http("GET", f"/cases/{receipt['case']}", None, ACCUSED), 200)
        world.moment += world.minutes(1)
        again = of({"answers": view["answers"]})
        told.append(world.http("POST", "/services/blocked/cases", raw=again).body)

    assert told[0] == told[1]
