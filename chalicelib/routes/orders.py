"""For publishers: order what becomes of a service, and read who ordered what."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import NotFound, Refused
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import ConditionFailed, Row
from chalicelib.routes.door import Door, reply
from chalicelib.routes.handing import handed_in, name_of, publisher, refuse_other

if TYPE_CHECKING:
    from chalicelib.services.life import hindrances, orders, uploads
    from chalicelib.services.offer import Offer
else:
    hindrances = lazy("chalicelib.services.life.hindrances")
    orders = lazy("chalicelib.services.life.orders")
    uploads = lazy("chalicelib.services.life.uploads")


def routes(door: Door) -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/services/{service}/orders", methods=["POST"])
    def order_service(service: str) -> Response:
        caller = publisher(door)
        sent = checked(door)
        details = sent.get("details", {})
        order = orders.Order(service, sent["do"], caller.id, sent["message"], details)
        row = keep(door, order)
        at = f"/services/{service}/orders/{row['order']}"
        return reply(view(door, row), 202, {"Location": at})

    @blueprint.route("/services/{service}/orders/{order}", methods=["GET"])
    def read_order(service: str, order: str) -> Response:
        publisher(door)
        return reply(view(door, orders.read_order(door.house.ports, service, order)))

    @blueprint.route("/services/{service}/history", methods=["GET"])
    def read_history(service: str) -> Response:
        publisher(door)
        return reply({"service": service, "history": door.house.catalogue.history(service)})

    return blueprint


def checked(door: Door) -> Any:
    """The body of an order. Raises Refused."""
    sent, forms = door.body(), door.house.forms
    findings = forms.check("order", orders.ORDER_SCHEMA, sent)
    if not findings:
        details = sent.get("details", {})
        orders.refuse_details(sent["do"], details)
        found = forms.check("details", orders.DETAILS_SCHEMA, details, "/details")
        # The contract has one schema for the whole request.
        findings = [one._replace(base="") for one in found]
    if findings:
        raise Refused(findings=findings)
    return sent


def keep(door: Door, order: "orders.Order") -> Row:
    """The order as kept, now or before. Raises what stands in its way, KeyReused.

    Without an Idempotency-Key the same order is a repeat until another has changed the service;
    one that was refused is tried again.
    """
    ports, scope = door.house.ports, f"{order.by}|order|{order.service}"
    derived = door.header("idempotency-key") is None
    if derived:
        done = orders.orders_done(ports, order.service)
        before = found(door, order, name_of(door, f"{scope}|{done - 1}")[0])
        if before is not None and orders.stands(before):
            # Nothing else was done since: its sender has not heard of it.
            return before
        scope = f"{scope}|{done}"
    name, body = name_of(door, scope)
    row = found(door, order, name)
    again = derived and row is not None and row["state"] == "refused"
    if row is None or again:
        hindrances.refuse_order(ports, order, offered(door, order.service), door.house.calendar)
        try:
            return orders.keep_order(ports, name, order, body, again)
        except ConditionFailed:
            row = orders.read_order(ports, order.service, name)
    refuse_other(row, body)
    return row


def found(door: Door, order: "orders.Order", name: str) -> Row | None:
    """The order of this name, where there is one."""
    try:
        return orders.read_order(door.house.ports, order.service, name)
    except NotFound:
        return None


def offered(door: Door, service: str) -> "Offer | None":
    """The offer as it is this moment."""
    door.house.catalogue.refresh()
    try:
        return door.house.catalogue.offer(service)
    except NotFound:
        return None


def view(door: Door, row: Row) -> dict[str, Any]:
    outcome = uploads.unpack(row["outcome"]) if row.get("outcome") else None
    if outcome and "problems" in outcome:
        zh, en = outcome.pop("problems")
        outcome["problem"] = en if door.language == "en" else zh
    seen = {**handed_in(row), "order": row["order"], **row["data"], "outcome": outcome}
    if row["data"]["do"] == "test" and outcome and outcome["done"]:
        seen["test_token"] = door.trial_token(outcome["service"], outcome["version"])
    return seen
