"""Deals with messages that wait: woken by the stream, swept by the tick; one at a time, leased."""

from datetime import timedelta
from typing import Any

from chalicelib.cases.fact import SHARDS
from chalicelib.cases.file import unpack
from chalicelib.cases.house import House
from chalicelib.channels import sms
from chalicelib.channels.inbound import DONE, FAILED, PLACE, WAITING, subject_of
from chalicelib.platform import times
from chalicelib.platform.errors import Unavailable
from chalicelib.platform.ports import (
    Below,
    Change,
    ConditionFailed,
    Equals,
    Every,
    Retryable,
    Row,
    Table,
)

LEASE = timedelta(seconds=60)
TRIES = 5


def sweep(house: House) -> int:
    """Every message that is due; how many were dealt with."""
    done = 0
    for number in range(SHARDS):
        page = house.ports.store.find(Table.CASES, "due", f"in#{number}", times.text(house.now()))
        done += sum(take(house, key[0].removeprefix("inbound#")) for key in page.keys)
    return done


def take(house: House, name: str) -> bool:
    """Deal with one message unless another does; an attempt counts before it is made."""
    row = _claim(house, name)
    if row is None:
        return False
    if int(row["attempts"]) > TRIES:
        _close(house, name, FAILED)
        return True
    try:
        sms.handle(house, name, unpack(house.ports.keys, subject_of(name), row))
    except (Unavailable, Retryable):
        # It stays due; the lease runs out.
        return True
    _close(house, name, DONE)
    return True


def _claim(house: House, name: str) -> Row | None:
    key, now = (f"inbound#{name}", PLACE), house.now()
    row = house.ports.store.get(Table.CASES, key)
    if row is None or row["state"] != WAITING or row["due_at"] > times.text(now):
        return None
    to: dict[str, Any] = {"attempts": int(row["attempts"]) + 1, "due_at": times.text(now + LEASE)}
    when = Every((Equals("attempts", int(row["attempts"])), Below("due_at", to["due_at"])))
    try:
        house.ports.store.transact([Change(Table.CASES, "inbound", key, to, when)])
    except ConditionFailed:
        return None
    return {**row, **to}


def _close(house: House, name: str, state: str) -> None:
    key = (f"inbound#{name}", PLACE)
    change = Change(
        Table.CASES, "inbound", key, {"state": state}, Equals("state", WAITING),
        remove=("due_shard", "due_at"),
    )  # fmt: skip
    try:
        house.ports.store.transact([change])
    except ConditionFailed:
        return
