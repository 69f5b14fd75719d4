"""Eight clients, each with its own connection, want the same row at the same moment.

On ministack only: moto loses writes under threads, and the fake takes one transaction at a time.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.platform.dynamo import DynamoStore
from chalicelib.platform.ports import Absent, ConditionFailed, Equals, Operation, Store, Table
from chalicelib.wiring import SHAPES
from infra.emulator import REGION
from tests.contract import tables
from tests.contract.rows import change, given, out, put

CLIENTS = 8
ROUNDS = 100
pytestmark = pytest.mark.ministack
on_ministack = pytest.mark.parametrize("target", ["ministack"], indirect=True)
Attempt = Callable[[int, int], list[Operation]]


@on_ministack
def test_of_eight_who_put_an_absent_row_one_wins_each_time(store: Store, pk: str) -> None:
    winners = _race(lambda client, turn: [put(out(pk, f"out#{turn:03}", seq=client), Absent())])

    assert [len(clients) for clients in winners] == [1] * ROUNDS
    rows = store.partition(Table.CASES, pk)
    assert [[row["seq"]] for row in rows] == winners


@on_ministack
def test_of_eight_who_change_one_version_one_wins_each_time(store: Store, pk: str) -> None:
    given(store, out(pk))
    key = (pk, "out#1")

    winners = _race(
        lambda client, turn: [
            change(key, Equals("fence", turn), fence=turn + 1),
            put(out(pk, f"won#{turn:03}", seq=client), Absent()),
        ]
    )

    assert [len(clients) for clients in winners] == [1] * ROUNDS
    row = store.get(Table.CASES, key)
    assert row is not None
    assert row["fence"] == ROUNDS
    assert [[row["seq"]] for row in store.partition(Table.CASES, pk, "won#")] == winners


def _race(attempt: Attempt) -> list[list[int]]:
    """Who won each round; nobody begins a round before everybody has ended the last."""
    barrier = threading.Barrier(CLIENTS, timeout=60)
    winners: list[list[int]] = [[] for _ in range(ROUNDS)]

    def play(client: int) -> None:
        store = DynamoStore(SHAPES, tables.NAMES, REGION)
        for turn in range(ROUNDS):
            barrier.wait()
            try:
                store.transact(attempt(client, turn))
            except ConditionFailed:
                continue
            winners[turn].append(client)

    with ThreadPoolExecutor(CLIENTS) as pool:
        for played in [pool.submit(play, client) for client in range(CLIENTS)]:
            played.result()
    return winners
