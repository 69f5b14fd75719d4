"""Orders on the life of a service: publish, test, discard, roll back, offer, close, reopen, retire.

The api checks an order and keeps it; the publisher function carries it out, since only that may
create machines. What stands in an order's way is told by `hindrances`.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.platform import times
from chalicelib.platform.errors import Finding, NotFound, Refused
from chalicelib.platform.ports import Absent, Equals, Ports, Put, Row, Table
from chalicelib.services.catalogue import NAME, unpack
from chalicelib.services.changes.change import Verdict
from chalicelib.services.life.rows import turn_of
from chalicelib.services.life.uploads import PENDING

ORDER = re.compile("[0-9a-f]{32}")
DATE: Mapping[str, Any] = {"type": "string", "format": "date"}
NODES: Mapping[str, Any] = {
    "type": "array",
    "maxItems": 50,
    "uniqueItems": True,
    "items": {"type": "string", "maxLength": 64},
}
OFFER: Mapping[str, Any] = {
    "opens": {
        "anyOf": [DATE, {"const": ""}],
        "description": "the first day on which cases are taken, at the office; empty: at once",
    },
    "closes": {
        "anyOf": [DATE, {"const": ""}],
        "description": "the first day on which none are taken any more: the day itself does not"
        " count; empty: without end",
    },
    "nodes": NODES,
}
# A visible character, and no control characters or line ends.
ONE_LINE = (
    r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
)
# What each order needs and may carry besides its message.
CARRIES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "publish": (frozenset({"upload"}), frozenset({"upload", "accepts", "from", "unit", *OFFER})),
    "test": (frozenset({"upload"}), frozenset({"upload", "unit"})),
    "discard": (frozenset({"upload"}), frozenset({"upload"})),
    "roll_back": (frozenset({"to"}), frozenset({"to", "accepts"})),
    "offer": (frozenset(), frozenset(OFFER)),
    "close": (frozenset(), frozenset()),
    "reopen": (frozenset(), frozenset()),
    "retire": (frozenset(), frozenset()),
}
ORDER_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["do", "message"],
    "properties": {
        "do": {"enum": list(CARRIES)},
        "message": {"type": "string", "minLength": 2, "maxLength": 500, "pattern": ONE_LINE},
        "details": {"type": "object"},
    },
}
DETAILS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "upload": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "accepts": {
            "enum": [str(one) for one in Verdict],
            "description": "the worst change that is meant; widening without it",
        },
        "from": {**DATE, "description": "the day on which the version takes over; the first opens"},
        "to": {"type": "integer", "minimum": 1, "maximum": 999999},
        "unit": {
            "type": "string",
            "pattern": "^[A-Za-z0-9-]{1,64}$",
            "description": "which unit owns the service from today on, where none does yet",
        },
        **OFFER,
    },
}


class Order(NamedTuple):
    service: str
    do: str
    by: str
    message: str
    data: Mapping[str, Any]
    at: str = ""


def refuse_details(do: str, details: Mapping[str, Any]) -> None:
    """Raises Refused for members that this kind of order needs and lacks, or does not know."""
    needs, may = CARRIES[do]
    given = set(details)
    findings = [
        Finding(
            f"/details/{name}",
            "required",
            {"zh-Hans": "此项必填", "en": "This is needed"},
            {"missingProperty": name},
            base="",
        )
        for name in sorted(needs - given)
    ] + [
        Finding(
            f"/details/{name}",
            "additionalProperties",
            {"zh-Hans": "此操作没有这一项", "en": "This order does not take this"},
            {"additionalProperty": name},
            base="",
        )
        for name in sorted(given - may)
    ]
    if findings:
        raise Refused(findings=findings)


def keep_order(ports: Ports, name: str, order: Order, body: str, again: bool = False) -> Row:
    """Keep it for the publisher; `body` is the hash of the request.

    `again` is one that was refused and is tried once more. Raises ConditionFailed.
    """
    row = order_row(name, order, body, times.text(ports.now()))
    when = Equals("state", "refused") if again else Absent()
    ports.store.transact([Put(Table.DIRECTORY, row, when)])
    return row


def order_row(name: str, order: Order, body: str, at: str, turn: str = "") -> Row:
    """An order that waits for the publisher, given at this moment; of two of one moment the lower
    `turn` comes first."""
    return {
        "pk": f"upload#{name}",
        "sk": "order",
        "kind": "order",
        "order": name,
        "by": order.by,
        "at": at,
        "state": "waiting",
        "pending": PENDING,
        "pending_at": at + turn,
        "body": body,
        "data": {
            "service": order.service,
            "do": order.do,
            "message": order.message,
            "details": dict(order.data),
        },
    }


def orders_done(ports: Ports, service: str) -> int:
    """How often the service was changed so far: each order that changes it or tests one more."""
    if not NAME.fullmatch(service):
        return 0
    live = ports.store.get(Table.DIRECTORY, (f"service#{service}", "live"))
    trial = ports.store.get(Table.DIRECTORY, (f"service#{service}", "trial"))
    return turn_of(live) - (int(trial["version"]) if trial else 0)


def stands(row: Row) -> bool:
    """Whether the order waits, or has changed something: what came of it is still told."""
    if row["state"] == "done":
        return not unpack(row["outcome"]).get("unchanged", False)
    return bool(row["state"] == "waiting")


def read_order(ports: Ports, service: str, name: str) -> Row:
    """Raises NotFound."""
    row = None
    if ORDER.fullmatch(name):
        row = ports.store.get(Table.DIRECTORY, (f"upload#{name}", "order"))
    if row is None or row["data"]["service"] != service:
        raise NotFound
    return row


def order_of(row: Row) -> Order:
    data = row["data"]
    details = data["details"]
    return Order(data["service"], data["do"], row["by"], data["message"], details, row["at"])
