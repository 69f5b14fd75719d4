"""Messages that come in, as the api keeps them: sealed, once by their id, due at once.

The worker deals with them (`sms`); the api makes one transaction and no other call.
"""

import hashlib
from datetime import timedelta
from typing import Any

from chalicelib.cases.fact import AT_ONCE, SHARDS
from chalicelib.cases.file import pack
from chalicelib.cases.house import House
from chalicelib.platform import times
from chalicelib.platform.errors import KeyReused
from chalicelib.platform.ports import ConditionFailed, Put, Row, Table

# Longer than any sender repeats a message.
REMEMBERED = timedelta(days=35)
WAITING, DONE, FAILED = "waiting", "done", "failed"
PLACE = "message"


def keep(house: House, message_id: str, raw: bytes, message: Any) -> str:
    """The name the message is kept under; the same for a repeat. Raises KeyReused for another."""
    name = hashlib.sha256(message_id.encode()).hexdigest()
    # The plain hash of a phone and a digit could be guessed.
    body = house.ports.keys.secret(f"inbound|{hashlib.sha256(raw).hexdigest()}")
    now = house.now()
    subject = subject_of(name)
    mint = house.ports.keys.mint(subject)
    row: Row = {
        "pk": f"inbound#{name}",
        "sk": PLACE,
        "kind": "inbound",
        "at": times.text(now),
        "body": body,
        "state": WAITING,
        "attempts": 0,
        "sealed": pack(house.ports.keys, subject, PLACE, message),
        "expires": int((now + REMEMBERED).timestamp()),
        "due_shard": f"in#{int(name[-2:], 16) % SHARDS}",
        "due_at": AT_ONCE,
    }
    try:
        house.ports.store.transact([Put(Table.CASES, row), mint])
    except ConditionFailed:
        house.ports.keys.forget(subject)
        kept = house.ports.store.get(Table.CASES, (row["pk"], PLACE))
        if kept is None or kept["body"] != body:
            raise KeyReused from None
    return name


def subject_of(name: str) -> str:
    """Whose data key seals the message."""
    return f"inbound-{name}"
