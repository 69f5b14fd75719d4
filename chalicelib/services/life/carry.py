"""Orders carried out: each may be taken up any number of times and comes to the same."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.clocks.calendar import Calendar
from chalicelib.people.directory import Directory
from chalicelib.platform.errors import Conflict, Finding
from chalicelib.platform.ports import Change, ConditionFailed, Equals, Ports, Row, Table
from chalicelib.services.catalogue import unpack
from chalicelib.services.changes.change import Verdict
from chalicelib.services.changes.diff import diff, worst
from chalicelib.services.document import Service
from chalicelib.services.life import orders
from chalicelib.services.life.orders import Order
from chalicelib.services.life.uploads import read_upload
from chalicelib.services.life.versions import Note, Versions, Wanted, content_of, report
from chalicelib.services.offer import Offer


class Carrier:
    def __init__(self, ports: Ports, versions: Versions) -> None:
        self._ports = ports
        self._versions = versions
        self._directory = Directory(ports.store, ports.now)

    def carry(self, row: Row) -> Row:
        """What came of an order. Raises the Problem that stands in its way now."""
        order = orders.order_of(row)
        return _DO[order.do](self, order)

    def publish(self, order: Order) -> Row:
        upload = read_upload(self._ports, order.data["upload"])
        if upload["state"] == "published":
            return {"done": True, "service": order.service, "unchanged": True}
        if upload["state"] != "draft":
            raise Conflict
        orders.refuse_publish(order, upload)
        document = unpack(upload["document"])
        verdict = self._verdict(order, document)
        wanted, findings = self._wanted(order)
        if findings:
            return {"done": False, "findings": [report(one) for one in findings]}
        note = Note("publish", order.by, order.message, upload["by"], verdict)
        outcome = self._versions.publish(document, note, wanted)
        if outcome["published"]:
            self._close_upload(upload, "published")
        return {"done": outcome["published"], **outcome}

    def test(self, order: Order) -> Row:
        upload = read_upload(self._ports, order.data["upload"])
        note = Note("test", order.by, order.message, upload["by"])
        outcome = self._versions.trial(unpack(upload["document"]), note)
        return {"done": outcome["published"], **outcome}

    def discard(self, order: Order) -> Row:
        upload = read_upload(self._ports, order.data["upload"])
        self._close_upload(upload, "discarded")
        return {"done": True, "service": order.service}

    def roll_back(self, order: Order) -> Row:
        """Two people have published that content once; the way back needs one."""
        former = self._versions.read(order.service, int(order.data["to"]))
        verdict = self._verdict(order, former.data)
        note = Note("roll_back", order.by, order.message, verdict=verdict)
        outcome = self._versions.publish(former.data, note)
        return {"done": outcome["published"], **outcome}

    def offer(self, order: Order) -> Row:
        wanted, findings = self._wanted(order)
        if findings:
            return {"done": False, "findings": [report(one) for one in findings]}
        note = Note("offer", order.by, order.message)
        return {"done": True, **self._versions.change(order.service, note, wanted.applied)}

    def move(self, order: Order) -> Row:
        """Close, reopen, retire. Raises Conflict while others open cases of it."""
        if order.do == "retire" and self._versions.dependents(order.service):
            names = "、".join(self._versions.dependents(order.service))
            raise Conflict(
                {"zh-Hans": f"这些事项还会转到它：{names}", "en": f"still led to by {names}"}
            )
        note = Note(order.do, order.by, order.message)
        moved = self._moved(order)
        return {"done": True, **self._versions.change(order.service, note, moved)}

    def _moved(self, order: Order) -> Callable[[Offer], Offer]:
        becomes = orders.STATES[order.do][1]
        move = orders.moved(order)
        # Repeated after a crash it is there already.
        return lambda offer: offer if offer.state is becomes else move(offer)

    def _verdict(self, order: Order, document: Mapping[str, Any]) -> str:
        """Against what is live now. Raises VerdictNotAccepted."""
        live = self._versions.live(order.service)
        if live is None or live.content == content_of(document):
            return str(Verdict.SAFE)
        verdict = str(worst(diff(live.data, Service(document).data)))
        orders.refuse_verdict(order, verdict)
        return verdict

    def _wanted(self, order: Order) -> tuple[Wanted, list[Finding]]:
        """Days become moments where the office is; nodes must be known."""
        calendar, data, findings = self._calendar(), order.data, []
        moments: dict[str, str | None] = {}
        for name in ("from", "opens", "closes"):
            try:
                moments[name] = orders.moment_of(data[name], calendar) if name in data else None
            except ValueError:
                findings.append(_finding(f"/details/{name}", "date", "不是有效日期", "not a date"))
        nodes = data.get("nodes")
        for index, node in enumerate(nodes or ()):
            if self._directory.node(node) is None:
                findings.append(
                    _finding(
                        f"/details/nodes/{index}", "region", f"没有辖区{node}", f"no node {node}"
                    )
                )
        if findings:
            return Wanted(), findings
        return Wanted(
            moments["from"] or "",
            moments["opens"],
            moments["closes"],
            None if nodes is None else tuple(nodes),
        ), []

    def _calendar(self) -> Calendar:
        return self._directory.calendar()

    def _close_upload(self, upload: Row, state: str) -> None:
        change = Change(
            Table.DIRECTORY,
            "upload",
            (upload["pk"], upload["sk"]),
            {"state": state},
            Equals("state", "draft"),
            remove=("pending", "pending_at"),
        )
        try:
            self._ports.store.transact([change])
        except ConditionFailed:
            # Closed already: this order is being repeated.
            return


_DO: Mapping[str, Callable[[Carrier, Order], Row]] = {
    "publish": Carrier.publish,
    "test": Carrier.test,
    "discard": Carrier.discard,
    "roll_back": Carrier.roll_back,
    "offer": Carrier.offer,
    "close": Carrier.move,
    "reopen": Carrier.move,
    "retire": Carrier.move,
}


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
