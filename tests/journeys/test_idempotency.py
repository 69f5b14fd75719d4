"""One key, one case, one receipt; one key, one act: whoever repeats, and whatever fails between."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.ports import Busy, ConditionFailed, Operation, Store, Table
from chalicelib.wiring import SHAPES
from infra.player import Answer
from tests.fakes.store import MemoryStore
from tests.journeys.people import EXAMINER, VILLAGE, WINDOW, example
from tests.world import World

KEY = {"Idempotency-Key": "one-key"}
PATH = "/services/business-licence/cases"


class FaultyStore(MemoryStore):
    """Does what the next faults say, one a transaction, then works."""

    faults: list[str]

    def transact(self, operations: Sequence[Operation]) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "busy before":
            raise Busy("told to")
        super().transact(operations)
        if fault == "busy after":
            raise Busy("told to")
        if fault == "answer lost":
            # The SDK sent the transaction again after a lost answer: its own rows are in the way.
            raise ConditionFailed([0])


class FaultyWorld(World):
    faulty: FaultyStore

    def _store(self) -> Store:
        self.faulty = FaultyStore(SHAPES)
        self.faulty.faults = []
        return self.faulty

    def cases(self) -> list[str]:
        rows = self.faulty.rows[Table.CASES].values()
        return [row["number"] for row in rows if row["kind"] == "case"]

    def events(self, number: str) -> list[str]:
        rows = self.store.partition(Table.CASES, f"case#{number}", "event#")
        return [row["type"] for row in rows]


@pytest.fixture
def world() -> FaultyWorld:
    made = FaultyWorld()
    made.publish_all()
    return made


def body(**changes: Any) -> dict[str, Any]:
    answers = {**example()["answers"], **changes}
    papers = [{"paper": paper, "reference": "窗口收件"} for paper in ("P1", "P2", "P3")]
    return {"answers": answers, "papers": papers}


def submit(
    world: World, sent: Any = None, key: str | None = "one-key", party: str | None = None
) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return world.http("POST", PATH, sent or body(), party, headers)


def act(
    world: World,
    number: str,
    version: int,
    party: str = VILLAGE,
    key: str | None = "act-key",
    **sent: Any,
) -> Answer:
    headers = {"If-Match": f'"{version}"', **({"Idempotency-Key": key} if key else {})}
    sent = {"action": "accept", "details": {}} | sent
    return world.http("POST", f"/cases/{number}/tasks/1/actions", sent, party, headers)


def received(world: FaultyWorld) -> tuple[str, int]:
    """A case that waits for its acceptor, and its version."""
    number = submit(world).body["case"]
    world.settle()
    return number, int(world.row(number)["version"])


def slug(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["type"].rpartition(":")[2]


def test_the_same_key_and_body_give_the_same_receipt_and_one_case(world: FaultyWorld) -> None:
    first = submit(world)
    world.settle()
    world.moment += timedelta(days=3)

    for _ in range(3):
        again = submit(world)

        assert (again.status, json.dumps(again.body)) == (201, json.dumps(first.body))
        assert again.headers["location"] == first.headers["location"]
    assert world.cases() == [first.body["case"]]


def test_the_same_answers_in_other_bytes_are_another_body(world: FaultyWorld) -> None:
    """The fingerprint is of the payload as it came; whoever retries sends the same bytes."""
    submit(world)
    other = json.dumps(dict(reversed(body().items())), ensure_ascii=False, indent=2).encode()

    refused = world.http("POST", PATH, raw=other, headers=KEY)

    assert slug(refused) == (422, "idempotency-key-reused")


def test_the_same_key_with_another_body_is_refused_and_tells_nothing(world: FaultyWorld) -> None:
    first = submit(world)
    before = dict(world.faulty.rows[Table.CASES])

    other = submit(world, body(staff=3))

    assert slug(other) == (422, "idempotency-key-reused")
    assert first.body["case"] not in json.dumps(other.body)
    assert world.faulty.rows[Table.CASES] == before


def test_another_principals_same_key_makes_a_case_of_its_own(world: FaultyWorld) -> None:
    same = {**body(), "channel": "web"}
    anonymous = submit(world, same)
    officer = submit(world, same, party=WINDOW)
    other = submit(world, {**body(staff=5), "channel": "web"}, party=EXAMINER)

    assert {anonymous.status, officer.status, other.status} == {201}
    assert len({it.body["secret"] for it in (anonymous, officer, other)}) == 3
    assert len(world.cases()) == 3


def test_without_a_key_an_equal_body_is_one_case_for_24_hours(world: FaultyWorld) -> None:
    first = submit(world, key=None)
    world.moment += timedelta(hours=23, minutes=59)
    again = submit(world, key=None)
    other = submit(world, body(staff=7), key=None)

    assert again.body == first.body
    assert other.status == 201 and other.body["case"] != first.body["case"]


def test_without_a_key_the_same_body_after_24_hours_is_a_new_case(world: FaultyWorld) -> None:
    first = submit(world, key=None)
    world.moment += timedelta(hours=24, seconds=1)
    second = submit(world, key=None)

    assert second.body["case"] != first.body["case"]
    assert submit(world, key=None).body == second.body


def test_a_given_key_holds_for_35_days_and_no_longer(world: FaultyWorld) -> None:
    first = submit(world)
    world.moment += timedelta(days=35) - timedelta(seconds=1)

    assert submit(world).body == first.body
    assert slug(submit(world, body(staff=4))) == (422, "idempotency-key-reused")

    world.moment += timedelta(seconds=2)
    assert submit(world).body["case"] != first.body["case"]


def test_a_lost_answer_of_the_sdk_yields_the_receipt_of_that_very_case(world: FaultyWorld) -> None:
    world.faulty.faults = ["answer lost"]

    first = submit(world)

    assert world.cases() == [first.body["case"]] and submit(world).body == first.body
    mine = {"Receipt-Secret": first.body["secret"]}
    assert world.http("GET", f"/my/cases/{first.body['case']}", headers=mine).status == 200


@pytest.mark.parametrize("fault", ["busy before", "busy after"])
def test_a_store_that_fails_makes_503_and_the_retry_makes_exactly_one_case(
    world: FaultyWorld, fault: str
) -> None:
    world.faulty.faults = [fault]
    failed = submit(world)
    assert slug(failed) == (503, "unavailable") and int(failed.headers["retry-after"]) > 0

    retried = submit(world)

    assert retried.status == 201
    assert world.cases() == [retried.body["case"]]
    world.settle()
    assert world.events(retried.body["case"]).count("received") == 1


def test_the_same_key_on_a_task_gives_the_same_answer_and_one_event(world: FaultyWorld) -> None:
    number, version = received(world)
    first = act(world, number, version)
    world.settle()
    world.moment += timedelta(days=2)

    again = act(world, number, version)

    assert (again.status, json.dumps(again.body)) == (200, json.dumps(first.body))
    assert again.headers["etag"] == first.headers["etag"]
    assert world.events(number).count("accepted") == 1


def test_the_same_key_on_a_task_with_another_body_is_refused(world: FaultyWorld) -> None:
    number, version = received(world)
    act(world, number, version)
    refusal = {"reason": "N1", "text": "无需办理。"}

    other = act(world, number, version, action="not_accept", details=refusal)

    assert slug(other) == (422, "idempotency-key-reused")


def test_another_officers_same_key_is_told_that_somebody_has_decided(world: FaultyWorld) -> None:
    number, version = received(world)
    act(world, number, version)

    assert slug(act(world, number, version, WINDOW)) == (409, "already-decided")


@pytest.mark.parametrize("fault", ["busy before", "busy after", "answer lost"])
@pytest.mark.parametrize("key", ["act-key", None])
def test_an_act_whose_answer_is_lost_is_done_once_by_its_repeat(
    world: FaultyWorld, fault: str, key: str | None
) -> None:
    number, version = received(world)
    world.faulty.faults = [fault]
    first = act(world, number, version, key=key)

    again = act(world, number, version, key=key)

    assert first.status == (200 if fault == "answer lost" else 503)
    assert again.status == 200 and world.events(number).count("accepted") == 1


def test_without_a_key_the_same_act_after_24_hours_is_a_new_act(world: FaultyWorld) -> None:
    number, _ = received(world)
    paper = {"paper": "P3", "reference": "补交一份", "how": "window"}
    sent = {"action": "record_papers", "details": {"papers": [paper]}}
    for _ in range(2):
        headers = {"If-Match": f'"{world.row(number)["version"]}"'}
        assert world.http("POST", f"/cases/{number}/actions", sent, VILLAGE, headers).status == 200
        world.moment += timedelta(hours=25)

    assert world.events(number).count("paper_in") == 2
