"""Threads: which message a phone was sent, so that a digit that comes back has a meaning.

A phone is known by a keyed hash only. A row is written with the notice, before its first try,
since the answer may be faster than the provider's receipt.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chalicelib.cases.house import House
from chalicelib.platform import times
from chalicelib.platform.ports import Change, Equals, Put, Row, Table

# For so long a message is remembered that asked nothing: 8 still tells how things stand.
REMEMBERED = timedelta(days=60)
KEPT_AFTER = timedelta(days=1)


def place(house: House, phone: str) -> str:
    """The partition of a phone."""
    return f"thread#{house.ports.keys.secret(f'phone|{phone}')}"


def remember(
    house: House, phone: str, case: Row, notice: str, seq: int, said: Mapping[str, Any]
) -> Put:
    """The row to write with a notice; `said`: asks, code, party, task as far as there are any."""
    now = house.now()
    days = said.get("asks", {}).get("days")
    until = now + (timedelta(days=int(days)) if days else REMEMBERED)
    row: Row = {
        "pk": place(house, phone),
        "sk": f"{times.text(now)}#{case['number']}#{seq:05d}#{notice}",
        "kind": "thread",
        "number": case["number"],
        "service": case["service"],
        "notice": notice,
        "seq": seq,
        "asked_at": times.text(now),
        "until": times.text(until),
        "state": "open",
        # As long as an older question may last, which must not come back when this one is gone.
        "expires": int((now + REMEMBERED + KEPT_AFTER).timestamp()),
    }
    row |= {name: said[name] for name in ("code", "party", "task") if said.get(name)}
    return Put(Table.CASES, row, None)


def of_phone(house: House, phone: str) -> list[Row]:
    """The messages a phone was sent, newest first; also those that count no more."""
    return house.ports.store.partition(Table.CASES, place(house, phone))[::-1]


def answered(row: Row) -> Change:
    """The question has its answer."""
    key = (row["pk"], row["sk"])
    return Change(Table.CASES, "thread", key, {"state": "answered"}, Equals("state", "open"))
