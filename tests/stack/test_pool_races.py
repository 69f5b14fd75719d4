"""Two hundred volunteers in eight processes want three slots, on real transactions over HTTP."""

import json
import multiprocessing
import random
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from infra.emulator import DIRECT
from infra.front import StackFront
from infra.player import Case
from infra.stack import LocalStack
from tests.journeys.wishes import Ledger, crowd, linked, offered

pytestmark = pytest.mark.ministack
PROCESSES = 8
PEOPLE = 200
SLOTS = 3
# A client that was told to come back so often has been kept out.
PATIENCE = 40


@dataclass(frozen=True)
class Said:
    """What somebody was answered in the end, after so many answers of 503."""

    who: str
    action: str
    status: int
    body: Mapping[str, Any]
    busy: int


@dataclass
class Client:
    """One process: its volunteers come in turn, and some who have a claim give it back."""

    url: str
    tokens: Mapping[str, str]
    seed: int

    def play(self) -> list[Said]:
        dice = random.Random(self.seed)
        coming = list(self.tokens)
        dice.shuffle(coming)
        said: list[Said] = []
        having: list[str] = []
        for who in coming:
            said.append(self.ask(who, "claim"))
            if said[-1].status == 200:
                having.append(who)
            if having and dice.random() < 0.4:
                leaves = having.pop(dice.randrange(len(having)))
                said.append(self.ask(leaves, "release"))
        return said

    def ask(self, who: str, action: str) -> Said:
        """The same request, with the same key, until the answer is another than 503."""
        details = {"name": "志愿者", "phone": "13800000029"} if action == "claim" else {}
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.tokens[who]}",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        body = json.dumps({"action": action, "details": details}).encode()
        for busy in range(PATIENCE):
            request = urllib.request.Request(self.url, body, headers)
            try:
                with DIRECT.open(request, timeout=60) as answer:
                    return Said(who, action, answer.status, json.loads(answer.read()), busy)
            except urllib.error.HTTPError as error:
                told = json.loads(error.read())
                if error.code != 503:
                    return Said(who, action, error.code, told, busy)
                time.sleep(float(error.headers["Retry-After"]))
        raise AssertionError(f"{who} is told to come back for ever")


def raced(stack: LocalStack, case: Case, people: list[str]) -> list[list[Said]]:
    """What each process was answered."""
    url = f"{stack.base_url}/cases/{case.number}/actions"
    tokens = {who: stack.token(who) for who in people}
    clients = [
        Client(url, {who: tokens[who] for who in people[n::PROCESSES]}, n) for n in range(PROCESSES)
    ]
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(Client.play, clients))


def test_two_hundred_volunteers_want_three_slots_at_once(stack: LocalStack) -> None:
    front = StackFront(stack)
    people, directory = crowd(PEOPLE)
    stack.invoke("publisher", {"directory": directory})
    case = offered(front, slots=SLOTS)

    by_process = raced(stack, case, people)
    last = handed_on(stack, front, case)

    said = [*(one for answers in by_process for one in answers), last]
    events = case.view()["events"]
    linked(events)
    ledger = Ledger(SLOTS).play(events)
    ledger.agrees(row for row in front.rows(case.number) if row["sk"].startswith("task#"))
    every_200_is_one_event(said, events)
    last_answers_hold(said, ledger)
    interleaved(by_process, events)
    assert any(one["data"].get("from_list") for one in events)
    figures = Counter((one.action, one.status) for one in said)
    print(dict(figures), "503:", sum(one.busy for one in said))
    assert set(figures) == {("claim", 200), ("claim", 409), ("release", 200)}
    assert sum(one.action == "claim" for one in said) == PEOPLE


def handed_on(stack: LocalStack, front: StackFront, case: Case) -> Said:
    """Somebody who holds a slot gives it back while others wait, so that the list is used."""
    claims = [row for row in front.rows(case.number) if row.get("part") == "claim"]
    assert "waiting" in {row["state"] for row in claims}
    holder = next(str(row["party"]) for row in claims if row["state"] == "open")
    url = f"{stack.base_url}/cases/{case.number}/actions"
    return Client(url, {holder: stack.token(holder)}, PROCESSES).ask(holder, "release")


def every_200_is_one_event(said: list[Said], events: list[dict[str, Any]]) -> None:
    made = Counter(
        (one["seq"], one["type"], one["actor"]["party"])
        for one in events
        if one["actor"]["as"] in ("volunteer", "claim")
    )
    good = [one for one in said if one.status == 200]
    assert made == Counter((one.body["event"], one.body["type"], one.who) for one in good)


def last_answers_hold(said: list[Said], ledger: Ledger) -> None:
    """Who was told of a slot holds it; who was to wait waits or has moved up; nobody else has."""
    for last in {one.who: one for one in said}.values():
        has = (last.who in ledger.holders.values(), last.who in ledger.waiting.values())
        if last.action == "release" or last.status == 409:
            assert has == (False, False), last
        elif "waiting" in last.body:
            assert has in ((True, False), (False, True)), last
        else:
            assert has == (True, False), last


def interleaved(by_process: list[list[Said]], events: list[dict[str, Any]]) -> None:
    """The processes did act at the same time."""
    process = {one.who: n for n, answers in enumerate(by_process) for one in answers}
    order = [process[one["actor"]["party"]] for one in events if one["actor"]["party"] in process]
    switches = sum(before != after for before, after in zip(order, order[1:], strict=False))
    assert switches > 3 * PROCESSES
