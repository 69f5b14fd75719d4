"""A pool keeps its promises whoever comes first: every order of three actors' store calls, and two
hundred volunteers who claim and release at random.

The promises, after every schedule and every step: never more holders than slots; the waiting list
in order of arrival; whoever was told that the slot is theirs and lost it was told so too; each 200
is one event; the chain is whole.
"""

import copy
import itertools
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

import app as front
from chalicelib.cases.chain import chain_hash
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.people import seeding
from chalicelib.platform.ports import Key, Operation, Row, Table
from infra.player import Answer, Case, expect
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.fakes.store import MemoryStore
from tests.journeys.test_interleavings import interrupted
from tests.journeys.wishes import (
    FANG,
    GRID,
    PUBLISHED,
    QIN,
    SHI,
    VETTER,
    Ledger,
    cards_of,
    claim_of,
    claimed,
    crowd,
    linked,
    offered,
    recorded,
    texts,
)
from tests.world import World, load_json

Actor = Callable[[], Answer | None]
# Store calls that one tick makes, at most.
MOST = 40
# What a claimant is told, by the event it is about.
TOLD = {
    "claimed": "claim_receipt",
    "waiting_for_slot": "waiting",
    "released": "release_receipt",
    "left_list": "release_receipt",
    "claim_dropped": "dropped",
    "removed_from_list": "dropped",
    "claim_lapsed": "released",
    "claim_void": "claim_void",
}


# --- one schedule --------------------------------------------------------------------------


class Stepped(threading.Thread):
    """An actor that stops before each store call about the case, until it is done with the case.

    What a tick does after its clocks, carrying out effects, it does in one go.
    """

    def __init__(self, act: Actor, back: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self.act, self.back = act, back
        self.turn = threading.Semaphore(0)
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.over = self.done = False

    def run(self) -> None:
        self.turn.acquire()
        try:
            self.answer = self.act()
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it again
            self.error = error
        self.over = True
        self.back.release()

    def pause(self) -> None:
        if self.done:
            return
        # Chalice keeps one current request for the process; each actor has its own.
        request = front.app.current_request
        self.back.release()
        self.turn.acquire()
        front.app.current_request = request

    def step(self) -> None:
        """Let it run to its next store call, or to its end."""
        self.turn.release()
        self.back.acquire()
        if self.error is not None:
            raise self.error


class Gate:
    """A store before whose calls the calling actor waits for its turn.

    A case is read as a partition and written with its case row; other calls (the directory, the
    lease of an effect) pass. A tick that has looked at the clocks reads the case row by itself.
    """

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get(self, table: Table, key: Key) -> Row | None:
        actor = threading.current_thread()
        if isinstance(actor, Stepped) and key[1] == "case":
            actor.done = True
        return self._store.get(table, key)

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        actor = threading.current_thread()
        if table is Table.CASES and isinstance(actor, Stepped):
            actor.pause()
        return self._store.partition(table, pk, prefix)

    def transact(self, operations: Sequence[Operation]) -> None:
        actor = threading.current_thread()
        if not isinstance(actor, Stepped) or all(one.key[1] != "case" for one in operations):
            self._store.transact(operations)
            return
        actor.pause()
        self._store.transact(operations)
        actor.done = True


class Choices:
    """The turns of one schedule: those given, then always the first actor that can go on."""

    def __init__(self, given: list[int]) -> None:
        self.given = given
        self.made: list[tuple[int, int]] = []

    def choose(self, of: int) -> int:
        step = len(self.made)
        chosen = self.given[step] if step < len(self.given) else 0
        self.made.append((chosen, of))
        return chosen

    def following(self) -> list[int] | None:
        """The next schedule of a depth-first search, or None after the last."""
        for step in range(len(self.made) - 1, -1, -1):
            chosen, of = self.made[step]
            if chosen + 1 < of:
                return [before for before, _ in self.made[:step]] + [chosen + 1]
        return None


class Stand:
    """A world at one moment, to which it can be taken back as often as one likes."""

    def __init__(self, world: World) -> None:
        assert isinstance(world.store, MemoryStore)
        assert isinstance(world.orchestrator, MemoryOrchestrator)
        self.world, self.moment = world, world.moment
        self.rows = {table: dict(rows) for table, rows in world.store.rows.items()}
        self.runs = copy.deepcopy(world.orchestrator.runs)
        self.sent = len(world.notifier.sent)
        self.plain = world.house
        ports = world.ports
        gate: Any = Gate(world.store)
        self.gated = House(replace(ports, store=gate))

    def back(self) -> None:
        world = self.world
        assert isinstance(world.store, MemoryStore)
        assert isinstance(world.orchestrator, MemoryOrchestrator)
        # A row is never changed in place: the store puts another in its stead.
        world.store.rows = {table: dict(rows) for table, rows in self.rows.items()}
        world.orchestrator.runs = copy.deepcopy(self.runs)
        world.queue.clear()
        del world.notifier.sent[self.sent :]
        world.moment = self.moment

    def play(self, actors: list[Actor], choices: Choices) -> list[Answer | None]:
        self.back()
        self._enter(self.gated)
        returned = threading.Semaphore(0)
        cast = [Stepped(act, returned) for act in actors]
        for actor in cast:
            actor.start()
            actor.step()
        while able := [actor for actor in cast if not actor.over]:
            able[choices.choose(len(able))].step()
        for actor in cast:
            actor.join()
        self._enter(self.plain)
        return [actor.answer for actor in cast]

    def _enter(self, house: House) -> None:
        self.world.house = house
        self.world.enter()


def schedules(stand: Stand, actors: list[Actor]) -> Iterator[list[Answer | None]]:
    """Play every order of the actors' store calls."""
    given: list[int] | None = []
    while given is not None:
        choices = Choices(given)
        yield stand.play(actors, choices)
        given = choices.following()


# --- the promises --------------------------------------------------------------------------


def kept(file: CaseFile, places: int = 20, since: int = 0) -> Ledger:
    """The promises that rows and events alone can break; hashes of events after `since`."""
    slots = next(int(row["slots"]) for row in file.tasks if row["task_kind"] == "pool")
    ledger = Ledger(slots, places).play(file.events)
    ledger.agrees(file.tasks)
    linked(file.events)
    assert all(row["hash"] == chain_hash(file.number, row) for row in file.events[since:])
    assert file.case["head"] == file.events[-1]["hash"]
    told(file)
    return ledger


def told(file: CaseFile) -> None:
    """Each event about a claim owes its claimant the one notice that says so."""
    owed = Counter(
        (effect["notice"], int(effect["event"]))
        for out in file.outs
        for effect in out["effects"]
        if effect.get("notice") in TOLD.values()
    )
    assert owed == Counter(
        (TOLD[row["type"]], int(row["seq"])) for row in file.events if row["type"] in TOLD
    )


def answered(file: CaseFile, since: int, by: Mapping[str, Answer]) -> None:
    """Each 200 is one event of that actor's, and nobody did anything without a 200."""
    made = {
        (row["seq"], row["type"], row["actor"]["party"])
        for row in file.events
        if row["seq"] > since and row["actor"]["party"] != "system"
    }
    good = {who: answer.body for who, answer in by.items() if answer.status == 200}
    assert made == {(body["event"], body["type"], who) for who, body in good.items()}
    for who, answer in by.items():
        assert answer.status in (200, 404, 409, 412, 422, 503), (who, answer)


class Play:
    """A case, its actors by name, and what came of every schedule so far."""

    def __init__(self, world: World, case: Case, places: int = 20) -> None:
        self.world, self.case, self.places = world, case, places
        self.actors: dict[str, Actor] = {}
        self.came: Counter[tuple[int, ...]] = Counter()
        self.stories: set[tuple[tuple[str, str], ...]] = set()
        self.ran = 0
        self.version = case.view()["version"]

    def act(self, party: str, action: str, details: Mapping[str, Any] | None = None) -> None:
        """Somebody does something with their own claim, or with the pool."""
        self._by(party, {"action": action, "details": dict(details or {})}, {})

    def claim(self, party: str) -> None:
        self.act(party, "claim", {"name": "志愿者", "phone": "13800000029"})

    def officer(self, party: str, action: str, of: str = "") -> None:
        """An officer acts on what was seen before anybody began."""
        task = f"tasks/{claim_of(self.case, of)['task']}/" if of else ""
        body = {"action": action, "details": {"why": "不来了"} if of else {}}
        self._by(party, body, {"If-Match": f'"{self.version}"'}, task)

    def applicant(self, action: str) -> None:
        """The holder of the receipt acts, without having looked."""
        path = f"/my/cases/{self.case.number}/actions"
        headers = {"Receipt-Secret": self.case.secret, "Idempotency-Key": uuid.uuid4().hex}
        self.actors["applicant"] = lambda: self.world.http(
            "POST", path, {"action": action}, None, headers
        )

    def clock(self) -> None:
        """The tick finds the case due."""
        event = {"tick": {"case": self.case.number}}

        def tick() -> None:
            self.world.run_events(event)

        self.actors["clock"] = tick

    def _by(self, party: str, body: Row, headers: Mapping[str, str], task: str = "") -> None:
        path = f"/cases/{self.case.number}/{task}actions"
        more = {**headers, "Idempotency-Key": uuid.uuid4().hex}
        self.actors[party] = lambda: self.world.http("POST", path, body, party, more)

    def every_order(self) -> Iterator[Ledger]:
        """The ledger after each schedule; what follows is settled once for each story."""
        stand = Stand(self.world)
        since = len(self.file().events)
        for answers in schedules(stand, list(self.actors.values())):
            by = {
                who: answer
                for who, answer in zip(self.actors, answers, strict=True)
                if answer is not None
            }
            file = self.file()
            answered(file, since, by)
            ledger = kept(file, self.places, since)
            self.came[tuple(answer.status for answer in by.values())] += 1
            self.ran += 1
            yield ledger
            story = tuple((row["type"], row["actor"]["party"]) for row in file.events[since:])
            if story not in self.stories:
                self.stories.add(story)
                self._settle()

    def file(self) -> CaseFile:
        found = load(self.world.store, self.case.number)
        assert found is not None
        return found

    def _settle(self) -> None:
        """Once effects are carried out the promises still hold, and the board says the same."""
        self.world.settle()
        ledger = kept(self.file(), self.places)
        listed = expect(self.world.http("GET", "/board"), 200)["cards"]
        shown = self.case.number in [card["case"] for card in listed]
        assert shown == (ledger.open and ledger.free > 0)


class StaleCard(AssertionError):
    """The board shows a wish that has no slot left."""


@pytest.fixture
def short(world: World) -> World:
    """Where the waiting list has one place."""
    document = load_json("forms/micro-wish/service.json")
    document["flow"]["stages"]["offer"]["waiting"] = 1
    assert world.publish(document)["published"]
    return world


# --- three at once -------------------------------------------------------------------------


def test_of_three_claims_one_holds_one_waits_one_is_refused_in_every_order(short: World) -> None:
    play = Play(short, offered(short), places=1)
    for who in (FANG, QIN, SHI):
        play.claim(who)

    for ledger in play.every_order():
        assert (len(ledger.holders), len(ledger.waiting)) == (1, 1)

    print(play.ran, "schedules,", len(play.stories), "stories:", dict(play.came))
    assert set(play.came) == set(itertools.permutations((200, 200, 409)))
    assert play.ran >= 450


def test_two_claims_and_a_release_leave_one_holder_and_one_waiting_in_every_order(
    world: World,
) -> None:
    play = Play(world, claimed(world, FANG))
    play.claim(QIN)
    play.claim(SHI)
    play.act(FANG, "release")
    holders = set()

    for ledger in play.every_order():
        assert len(ledger.holders) == len(ledger.waiting) == 1
        holders |= set(ledger.holders.values())

    print(play.ran, "schedules,", len(play.stories), "stories:", dict(play.came))
    assert set(play.came) == {(200, 200, 200)}
    assert holders == {QIN, SHI}
    assert play.ran >= 450


@pytest.mark.slow
def test_a_release_a_claim_and_the_lapse_end_one_claim_once_in_every_order(world: World) -> None:
    case = claimed(world, FANG, QIN)
    late = world.at_text(claim_of(case, FANG)["due"])
    world.tick(late - world.minutes(1))
    world.moment = late
    play = Play(world, case)
    play.act(FANG, "release")
    play.claim(SHI)
    play.clock()
    ends = set()

    for ledger in play.every_order():
        assert list(ledger.holders.values()) == [QIN]
        assert list(ledger.waiting.values()) == [SHI]
        ends |= set(ledger.ended.values())

    print(play.ran, "schedules,", len(play.stories), "stories:", dict(play.came))
    assert ends == {"released", "claim_lapsed"}
    assert set(play.came) == {(200, 200), (409, 200)}
    assert play.ran >= 450


def test_a_claim_a_withdrawal_and_the_last_fulfilment_agree_in_every_order(world: World) -> None:
    case = claimed(world, FANG)
    play = Play(world, case)
    play.act(FANG, "fulfil")
    play.applicant("withdraw")
    play.claim(QIN)
    results = set()

    for ledger in play.every_order():
        assert not ledger.waiting and not ledger.holders
        results.add(play.file().case.get("result", "to confirm"))

    print(play.ran, "schedules,", len(play.stories), "stories:", dict(play.came))
    assert results == {"withdrawn", "to confirm"}
    assert play.ran >= 450


def test_a_drop_a_fulfilment_and_a_claim_agree_in_every_order(world: World) -> None:
    case = claimed(world, FANG, QIN)
    play = Play(world, case)
    play.officer(GRID, "drop", of=FANG)
    play.act(FANG, "fulfil")
    play.claim(SHI)

    for ledger in play.every_order():
        assert len(ledger.holders) + len(ledger.done) == 1

    print(play.ran, "schedules,", len(play.stories), "stories:", dict(play.came))
    assert {came[:2] for came in play.came} >= {(200, 409)}
    assert play.ran >= 200


def test_the_card_of_a_full_wish_is_gone_in_every_order(world: World) -> None:
    for at in range(1, MOST):
        case = recorded(world)
        expect(case.attempt(VETTER, "publish", PUBLISHED), 200)
        tick = {"tick": {"case": case.number}}
        world.run_events(tick)
        for envelope in world.envelopes():
            world.deliver(envelope)

        play = Play(world, case)
        play.claim(FANG)

        def claim_and_carry(claim: Actor = play.actors[FANG], tick: Row = tick) -> None:
            answer = claim()
            assert answer is not None and answer.status == 200
            world.run_events(tick)

        def carry(tick: Row = tick) -> None:
            world.run_events(tick)

        calls = interrupted(world, at, claim_and_carry, carry)
        world.settle()

        if at > calls:
            assert at > 3, "the first tick made too few calls to be interrupted"
            return
        assert claim_of(case, FANG)["state"] == "open"
        if cards_of(case):
            raise StaleCard(f"written after call {at} of the first tick")
    raise AssertionError("the first tick never came to an end")


# --- two hundred at random -----------------------------------------------------------------


def phone(who: str) -> str:
    return f"139000{who[-3:]:0>5}"


def one(world: World, case: Case, who: str, action: str) -> Answer:
    """One request, without letting anything settle."""
    details = {"name": "志愿者", "phone": phone(who)} if action == "claim" else {}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"action": action, "details": details}
    return world.http("POST", f"/cases/{case.number}/actions", body, who, headers)


@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_volunteers_claim_and_release_at_random(world: World, seed: int) -> None:
    people, directory = crowd(200)
    seeding.directory(world.store, directory)
    dice = random.Random(seed)
    case = offered(world, slots=3)
    play = Play(world, case)
    ledger, since = Ledger(3), len(play.file().events)
    seen: Counter[tuple[str, int]] = Counter()

    for _ in range(130):
        mine = {*ledger.holders.values(), *ledger.waiting.values()}
        who = dice.choice(sorted(mine) if mine and dice.random() < 0.3 else people)
        action = "release" if who in mine else "claim"
        answer = one(world, case, who, action)
        full = action == "claim" and len(mine) == 3 + ledger.places
        assert answer.status == (409 if full else 200)
        seen[action, answer.status] += 1
        file = play.file()
        answered(file, since, {who: answer})
        ledger, since = kept(file, since=since), len(file.events)

    kept(file)
    assert min(seen["claim", 200], seen["release", 200], seen["claim", 409]) > 0
    world.settle()
    for who in people:
        last = (texts(case, phone(who)) or [""])[-1]
        holds, waits = who in ledger.holders.values(), who in ledger.waiting.values()
        assert ("您已认领" in last, "已列入候补" in last) == (holds, waits)
