"""Phones we never wrote to: they get an answer too, so many a day and no more.

A try takes one of the day's places before it is made, so that a provider that is down, or a sender
who goes on, costs no more texts than that.
"""

from datetime import timedelta
from typing import Any

from chalicelib.cases import threads
from chalicelib.cases.house import House
from chalicelib.cases.wording import fill
from chalicelib.people.identifiers import mobile
from chalicelib.platform import times
from chalicelib.platform.ports import (
    Absent,
    Below,
    ConditionFailed,
    Either,
    Permanent,
    Put,
    Row,
    Table,
)
from chalicelib.services.common import STRANGER

UNKNOWN = "unknown"
DAY = timedelta(days=1)
MOST = 2


def answer(house: House, phone: str, name: str) -> None:
    """Say once that nothing is in hand for the phone, and where to call; `name` is the message's.

    Raises Retryable.
    """
    channel: Any = house.directory.channel("sms") or {}
    speaks = channel.get("sign") and channel.get("phone")
    if not speaks or not mobile(phone) or not _has_place(house, phone):
        return
    text = fill(STRANGER["zh-Hans"], channel)
    try:
        house.ports.notifier.sms(phone, text, f"stranger-{name}", None)
    except Permanent:
        return


def _has_place(house: House, phone: str) -> bool:
    """Whether one of the day's few tries for the phone was left; it is taken."""
    free = Either((Absent(), Below("asked_at", times.text(house.now() - DAY))))
    for place in range(MOST):
        try:
            house.ports.store.transact([Put(Table.CASES, _row(house, phone, place), free)])
        except ConditionFailed:
            continue
        return True
    return False


def _row(house: House, phone: str, place: int) -> Row:
    now = house.now()
    return {
        "pk": threads.place(house, phone),
        "sk": f"{UNKNOWN}#{place}",
        "kind": "thread",
        "number": "",
        "service": "",
        "notice": "",
        "seq": 0,
        "asked_at": times.text(now),
        "until": times.text(now),
        "state": UNKNOWN,
        "expires": int((now + DAY + DAY).timestamp()),
    }
