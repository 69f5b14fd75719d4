"""Orders on the life of a service: publish, test, discard, roll back, offer, close, reopen, retire.

The api checks an order and keeps it; the publisher function carries it out, since only that may
create machines. What an uploaded document needs to go live is a second person (four eyes).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from chalicelib.clocks.calendar import Calendar
from chalicelib.platform import times
from chalicelib.platform.errors import (
    Conflict,
    Finding,
    NotFound,
    Refused,
    SecondPersonRequired,
    VerdictNotAccepted,
)
from chalicelib.platform.ports import Ports, Put, Row, Table
from chalicelib.services.changes.change import Verdict
from chalicelib.services.life.uploads import PENDING, read_upload
from chalicelib.services.offer import Offer, State

ORDER = re.compile("[0-9a-f]{32}")
DATE: Mapping[str, Any] = {"type": "string", "format": "date"}
NODES: Mapping[str, Any] = {
    "type": "array",
    "maxItems": 50,
    "uniqueItems": True,
    "items": {"type": "string", "maxLength": 64},
}
OFFER: Mapping[str, Any] = {
    "opens": {"anyOf": [DATE, {"const": ""}]},
    "closes": {"anyOf": [DATE, {"const": ""}]},
    "nodes": NODES,
}
# A visible character, and no control characters or line ends.
ONE_LINE = (
    r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
)
# What each order needs and may carry besides its message.
CARRIES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "publish": (frozenset({"upload"}), frozenset({"upload", "accepts", "from", *OFFER})),
    "test": (frozenset({"upload"}), frozenset({"upload"})),
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
        "accepts": {"enum": [str(one) for one in Verdict]},
        "from": DATE,
        "to": {"type": "integer", "minimum": 1, "maximum": 999999},
        **OFFER,
    },
}
# From which state an order leads to which.
STATES: Mapping[str, tuple[frozenset[State], State]] = {
    "close": (frozenset({State.PUBLISHED}), State.CLOSING),
    "reopen": (frozenset({State.CLOSING}), State.PUBLISHED),
    "retire": (frozenset({State.CLOSING}), State.RETIRED),
}


class Order(NamedTuple):
    service: str
    do: str
    by: str
    message: str
    data: Mapping[str, Any]


def refuse_details(do: str, details: Mapping[str, Any]) -> None:
    """Raises Refused for members that this kind of order needs and lacks, or does not know."""
    needs, may = CARRIES[do]
    given = set(details)
    findings = [
        Finding(f"/details/{name}", "required", {"zh-Hans": "此项必填", "en": "This is needed"})
        for name in sorted(needs - given)
    ] + [
        Finding(
            f"/details/{name}",
            "additionalProperties",
            {"zh-Hans": "此操作没有这一项", "en": "This order does not take this"},
        )
        for name in sorted(given - may)
    ]
    if findings:
        raise Refused(findings=findings)


def refuse_order(ports: Ports, order: Order, offer: Offer | None) -> None:
    """Raises what stands in the way as things are now: NotFound, SecondPersonRequired, Conflict."""
    if "upload" in order.data:
        upload = read_upload(ports, order.data["upload"])
        if upload["state"] != "draft":
            raise Conflict
        if upload["data"]["service"] != order.service:
            raise NotFound
        if order.do == "publish":
            refuse_publish(order, upload)
    elif offer is None:
        raise NotFound
    elif order.do in STATES and offer.state not in STATES[order.do][0]:
        raise Conflict


def refuse_publish(order: Order, upload: Row) -> None:
    """Raises SecondPersonRequired, VerdictNotAccepted."""
    if upload["by"] == order.by:
        raise SecondPersonRequired
    refuse_verdict(order, upload["data"].get("verdict", str(Verdict.SAFE)))


def refuse_verdict(order: Order, verdict: str) -> None:
    """Raises VerdictNotAccepted when open cases may be touched and the order does not say so."""
    accepted = Verdict(order.data.get("accepts", Verdict.WIDENING))
    if Verdict(verdict).rank > accepted.rank:
        raise VerdictNotAccepted


def keep_order(ports: Ports, name: str, order: Order, body: str) -> Row:
    """Keep it for the publisher; `body` is the hash of the request. Raises ConditionFailed."""
    at = times.text(ports.now())
    row: Row = {
        "pk": f"upload#{name}",
        "sk": "order",
        "kind": "order",
        "order": name,
        "by": order.by,
        "at": at,
        "state": "waiting",
        "pending": PENDING,
        "pending_at": at,
        "body": body,
        "data": {
            "service": order.service,
            "do": order.do,
            "message": order.message,
            "details": dict(order.data),
        },
    }
    ports.store.transact([Put(Table.DIRECTORY, row)])
    return row


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
    return Order(data["service"], data["do"], row["by"], data["message"], data["details"])


def moment_of(day: str, calendar: Calendar) -> str:
    """The beginning of a day where the office is; empty stays empty. Raises ValueError."""
    if not day:
        return ""
    zone = calendar.local(times.moment("2000-01-01T00:00:00Z")).tzinfo
    return times.text(datetime.combine(date.fromisoformat(day), time(0), zone))


def moved(order: Order) -> Callable[[Offer], Offer]:
    """What close, reopen and retire make of an offer. The function raises Conflict."""

    def move(offer: Offer) -> Offer:
        allowed, becomes = STATES[order.do]
        if offer.state not in allowed:
            raise Conflict
        return offer._replace(state=becomes)

    return move
