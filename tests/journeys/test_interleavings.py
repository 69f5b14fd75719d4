"""Two actors on one case: the second acts whole, before each store call of the first in turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases import dispatch, envelope
from chalicelib.cases.house import House
from chalicelib.platform.ports import Busy, Retryable
from infra.player import Answer, Case
from tests.journeys.people import APPROVER, EXAMINER, OTHER_APPROVER, REFUSAL, VILLAGE, example
from tests.world import World

CALLS = frozenset({"get", "partition", "transact"})
MOST = 16
NOT_ACCEPTED = {"reason": "N1", "text": "依法不需要登记。"}
Decide = Callable[[str, str], Answer]


class Interrupted:
    """A store that lets somebody else act just before its call number `at`."""

    def __init__(self, store: Any, at: int, other: Callable[[], None]) -> None:
        self._store, self._at, self._other = store, at, other
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if name not in CALLS:
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self._at:
                self._other()
            return value(*args, **kwargs)

        return call


def interrupted(world: World, at: int, other: Callable[[], None], first: Callable[[], None]) -> int:
    """Play `first` with `other` in between; how many store calls the first made."""
    house = world.house

    def other_alone() -> None:
        world.house = house
        world.enter()
        other()
        world.house = watching
        world.enter()

    store = Interrupted(world.store, at, other_alone)
    ports = world.ports
    watched: Any = store
    watching = House(replace(ports, store=watched))
    world.house = watching
    world.enter()
    first()
    world.house = house
    world.enter()
    return store.calls


def decidable(world: World) -> Case:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    return case


def test_of_two_deciders_one_wins_whatever_the_order(world: World) -> None:
    for at in range(1, MOST):
        case = decidable(world)
        version = case.view()["version"]
        answers: list[Answer] = []

        def decide(party: str, action: str, case: Case = case, version: int = version) -> Answer:
            path = f"/cases/{case.number}/tasks/3/actions"
            body = {"action": action, "details": REFUSAL if action == "refuse" else {}}
            return world.http("POST", path, body, party, {"If-Match": f'"{version}"'})

        def refuse(decide: Decide = decide, got: list[Answer] = answers) -> None:
            got.append(decide(OTHER_APPROVER, "refuse"))

        def grant(decide: Decide = decide, got: list[Answer] = answers) -> None:
            got.append(decide(APPROVER, "grant"))

        calls = interrupted(world, at, refuse, grant)
        world.settle()

        if at > calls:
            assert at > 3, "the first actor made too few calls to be interrupted"
            return
        assert sorted(answer.status for answer in answers) == [200, 409]
        won = next(answer.body["type"] for answer in answers if answer.status == 200)
        assert [e for e in case.happened() if e in ("granted", "refused")] == [won]
        assert case.view()["stage"] == {"granted": "deliver", "refused": "tell"}[won]
    raise AssertionError("the first actor never came to an end")


def test_an_acceptor_and_the_clock_accept_once_whatever_the_order(world: World) -> None:
    for at in range(1, MOST):
        it = example()
        case = Case.submit(world, it["answers"], it["papers_needed"])
        world.moment = max(world.moment, world.at_text(case.due("one-time-notice").isoformat()))
        version = case.view()["version"]
        answers: list[Answer] = []

        def accept(case: Case = case, version: int = version, got: list[Answer] = answers) -> None:
            path = f"/cases/{case.number}/tasks/1/actions"
            headers = {"If-Match": f'"{version}"'}
            got.append(world.http("POST", path, {"action": "accept"}, VILLAGE, headers))

        def silence(case: Case = case) -> None:
            world.run_events({"tick": {"case": case.number}})

        calls = interrupted(world, at, silence, accept)
        world.settle()

        accepted = [e for e in case.happened() if e in ("accepted", "deemed_accepted")]
        assert len(accepted) == 1
        assert answers[0].status == (200 if accepted == ["accepted"] else 409)
        case.stands("examine")
        if at > calls:
            return
    raise AssertionError("the first actor never came to an end")


def test_two_submissions_with_one_key_make_one_case_whatever_the_order(world: World) -> None:
    it = example()
    for at in range(1, MOST):
        answers: list[Answer] = []

        def submit(at: int = at, got: list[Answer] = answers) -> None:
            headers = {"Idempotency-Key": f"twice-{at}"}
            path = "/services/business-licence/cases"
            got.append(world.http("POST", path, {"answers": it["answers"]}, None, headers))

        calls = interrupted(world, at, submit, submit)

        assert {answer.status for answer in answers} == {201}
        assert len({repr(answer.body) for answer in answers}) == 1
        if at > calls:
            return
    raise AssertionError("the first actor never came to an end")


def test_a_case_is_closed_though_its_last_notice_is_settled_while_the_stage_that_tells_opens(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker dies when it has sent the notice; another finds that out during the opening."""
    for at in range(1, MOST):
        case, calls = told_while_opening(world, monkeypatch, at)

        case.stands(ended=True, result="not_accepted")
        if at > calls:
            assert at > 3, "the opening made too few calls to be interrupted"
            return
    raise AssertionError("the first actor never came to an end")


def test_the_tick_closes_a_case_that_nobody_looked_at_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "join_after", lambda *_: None)
    cases = [told_while_opening(world, monkeypatch, at)[0] for at in range(1, 8)]
    assert {case.view()["ended"] for case in cases} == {True, False}

    world.tick(world.moment + timedelta(hours=13))

    assert {case.view()["ended"] for case in cases} == {True}


def told_while_opening(world: World, monkeypatch: pytest.MonkeyPatch, at: int) -> tuple[Case, int]:
    """The notice is found settled before call number `at` of the opening; how many it made."""
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    world.notifier.refuse = {"sms": Retryable}
    path = f"/cases/{case.number}/tasks/1/actions"
    headers = {"If-Match": f'"{case.view()["version"]}"'}
    body = {"action": "not_accept", "details": NOT_ACCEPTED}
    assert world.http("POST", path, body, VILLAGE, headers).status == 200
    world.run_events({"tick": {}})
    (entering,) = world.envelopes()
    world.notifier.refuse = {}
    world.moment += timedelta(minutes=2)
    with monkeypatch.context() as dying:
        dying.setattr(dispatch, "_close", died)
        world.run_events({"tick": {}})
    world.moment += timedelta(minutes=2)

    def look() -> None:
        world.run_events({"tick": {}})

    def enter() -> None:
        world.deliver(entering)

    calls = interrupted(world, at, look, enter)
    world.settle()
    return case, calls


def died(*_: Any) -> None:
    raise Busy("the worker is gone")
