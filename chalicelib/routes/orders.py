"""For publishers: order what becomes of a service, and read who ordered what."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import NotFound, Refused
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import ConditionFailed, Row
from chalicelib.routes.door import Door, reply
from chalicelib.routes.handing import handed_in, name_of, publisher, refuse_other

if TYPE_CHECKING:
    from chalicelib.services.life import orders, uploads
    from chalicelib.services.offer import Offer
else:
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
        name, body = name_of(door, f"{caller.id}|order|{service}")
        row = keep(door, name, order, body)
        return reply(view(door, row), 202, {"Location": f"/services/{service}/orders/{name}"})

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
        findings = forms.check("details", orders.DETAILS_SCHEMA, details, "/details")
    if findings:
        raise Refused(findings=findings)
    return sent


def keep(door: Door, name: str, order: "orders.Order", body: str) -> Row:
    """The order as kept, now or before. Raises what stands in its way, KeyReused."""
    ports = door.house.ports
    try:
        row = orders.read_order(ports, order.service, name)
    except NotFound:
        orders.refuse_order(ports, order, offered(door, order.service))
        try:
            return orders.keep_order(ports, name, order, body)
        except ConditionFailed:
            row = orders.read_order(ports, order.service, name)
    refuse_other(row, body)
    return row


def offered(door: Door, service: str) -> "Offer | None":
    """The offer as it is this moment."""
    door.house.catalogue.refresh()
    try:
        return door.house.catalogue.offer(service)
    except NotFound:
        return None


def view(door: Door, row: Row) -> dict[str, Any]:
    outcome = uploads.unpack(row["outcome"]) if row.get("outcome") else None
    seen = {**handed_in(row), "order": row["order"], **row["data"], "outcome": outcome}
    if row["data"]["do"] == "test" and outcome and outcome["done"]:
        seen["test_token"] = door.trial_token(outcome["service"], outcome["version"])
    return seen
