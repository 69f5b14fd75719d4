"""Deals with one message that waits, leased; the stream and the tick call it."""

from datetime import timedelta
from typing import Any

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

# How long each try has the message to itself, and when it is tried again if it failed.
LEASES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 10, 30, 120))


def take(house: House, name: str) -> bool:
    """Deal with one message unless another does; an attempt counts before it is made."""
    row = _claim(house, name)
    if row is None:
        return False
    if int(row["attempts"]) > len(LEASES):
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
    tried = int(row["attempts"])
    until = now + LEASES[min(tried, len(LEASES) - 1)]
    to: dict[str, Any] = {"attempts": tried + 1, "due_at": times.text(until)}
    when = Every((Equals("attempts", tried), Below("due_at", to["due_at"])))
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
