"""Orders carried out: each may be taken up any number of times and comes to the same."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.people import granting, routing
from chalicelib.people.directory import NAME as PARTY
from chalicelib.people.directory import Directory
from chalicelib.platform.errors import Finding, WrongState
from chalicelib.platform.ports import (
    Change,
    ConditionFailed,
    Equals,
    Operation,
    Ports,
    Row,
    Store,
    Table,
)
from chalicelib.services.catalogue import unpack
from chalicelib.services.life import hindrances, orders, rows
from chalicelib.services.life.orders import Order
from chalicelib.services.life.rows import Note
from chalicelib.services.life.uploads import read_upload
from chalicelib.services.life.versions import Versions, Wanted, report
from chalicelib.services.offer import Offer, offer_of


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
        upload = hindrances.draft_of(self._ports, order)
        hindrances.refuse_publish(order, upload)
        document = unpack(upload["document"])
        verdict = self._verdict(order, document)
        wanted, findings = self._wanted(order)
        if findings:
            return {"done": False, "findings": [report(one) for one in findings]}
        hindrances.refuse_unowned(self._ports, order, self._versions.today())
        note = self._note(order, upload)._replace(verdict=verdict)
        outcome = self._versions.publish(document, note, wanted)
        if outcome["published"]:
            self._close_upload(upload, "published")
        return {"done": outcome["published"], **outcome}

    def test(self, order: Order) -> Row:
        upload = read_upload(self._ports, order.data["upload"])
        hindrances.refuse_unowned(self._ports, order, self._versions.today())
        outcome = self._versions.trial(unpack(upload["document"]), self._note(order, upload))
        return {"done": outcome["published"], **outcome}

    def discard(self, order: Order) -> Row:
        upload = read_upload(self._ports, order.data["upload"])
        if upload["state"] != "discarded":
            upload = hindrances.draft_of(self._ports, order)
        told = self._versions.noted(order.service, self._note(order, upload), upload["upload"])
        self._close_upload(upload, "discarded", told)
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
        """Close, reopen, retire. Raises WrongState, also while others open cases of it."""
        if order.do == "retire" and self._versions.dependents(order.service):
            names = "、".join(self._versions.dependents(order.service))
            raise WrongState(
                {"zh-Hans": f"这些事项还会转到它：{names}", "en": f"still led to by {names}"}
            )
        note = Note(order.do, order.by, order.message)
        moved = self._moved(order)
        return {"done": True, **self._versions.change(order.service, note, moved)}

    def note_rebase(self, order: Order) -> Row:
        """The worker moves the cases; here it comes to stand in the history, once."""
        note = Note(order.do, order.by, order.message)
        told = rows.noted(order.service, note, order.data, order.at, order.data["job"])
        self._ports.store.transact([told])
        return {"done": True, "service": order.service}

    def grant(self, order: Order) -> Row:
        """A case gives a role or takes it back, where the operator has allowed that."""
        store, wanted = self._ports.store, order.data
        self._directory.refresh()
        if not self._directory.gives(order.service, wanted["role"]):
            zh, en = "运行人员没有允许此事项授予这一角色", "no operator has allowed this service to"
            return {"done": False, "findings": [report(_finding("/role", "grant", zh, en))]}
        if not PARTY.fullmatch(wanted["party"]):
            zh, en = "人员编号不对", "this is nobody's id"
            return {"done": False, "findings": [report(_finding("/party", "party", zh, en))]}
        found = GRANTS[order.do](store, {**wanted, "service": order.service, "day": self._day()})
        if found is not None:
            return {"done": False, "findings": [report(found)]}
        note = Note(order.do, order.by, order.message)
        told = {name: wanted[name] for name in ("case", "party", "role", "node")}
        mark = f"{wanted['case']}-{int(wanted['event']):05d}"
        store.transact([rows.noted(order.service, note, told, order.at, mark)])
        return {"done": True, "service": order.service}

    def write_rule(self, order: Order) -> Row:
        """A ruling says who owns the service there from now on, where the operator allows it."""
        store, wanted = self._ports.store, order.data
        self._directory.refresh()
        if not routing.allowed(store, order.service):
            zh, en = (
                "运行人员没有允许此事项的认定写成规则",
                "no operator has allowed rules to be written",
            )
            return {"done": False, "findings": [report(_finding("/unit", "ruling", zh, en))]}
        rule = {"service": order.service, "day": self._day(), "because": order.message, **wanted}
        found = routing.write(store, self._directory, rule, order.at)
        if found is not None:
            return {"done": False, "findings": [report(found)]}
        note = Note(order.do, order.by, order.message)
        told = {name: wanted[name] for name in ("case", "unit", "node")}
        mark = f"{wanted['case']}-{int(wanted['event']):05d}"
        store.transact([rows.noted(order.service, note, told, order.at, mark)])
        return {"done": True, "service": order.service}

    def _day(self) -> str:
        return self._versions.today().isoformat()

    def _moved(self, order: Order) -> Callable[[Offer], Offer]:
        becomes = hindrances.STATES[order.do][1]
        move = hindrances.moved(order)
        # Repeated after a crash it is there already.
        return lambda offer: offer if offer.state is becomes else move(offer)

    def _note(self, order: Order, upload: Row) -> Note:
        unit = order.data.get("unit", "")
        return Note(order.do, order.by, order.message, upload["by"], unit=unit)

    def _verdict(self, order: Order, document: Mapping[str, Any]) -> str:
        """Against what is live now. Raises VerdictNotAccepted."""
        verdict = self._versions.verdict(document)
        hindrances.refuse_verdict(order, verdict)
        return str(verdict)

    def _wanted(self, order: Order) -> tuple[Wanted, list[Finding]]:
        """Days become moments where the office is; nodes must be known. Raises Refused."""
        now, live, data = self._ports.now(), self._versions.live_row(order.service), order.data
        offer = offer_of(live).at(now) if live else None
        moments = hindrances.moments(order, offer, self._directory.calendar(), now)
        findings = []
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
            moments.get("from", ""),
            moments.get("opens"),
            moments.get("closes"),
            None if nodes is None else tuple(nodes),
        ), []

    def _close_upload(self, upload: Row, state: str, *also: Operation) -> None:
        change = Change(
            Table.DIRECTORY,
            "upload",
            (upload["pk"], upload["sk"]),
            {"state": state},
            Equals("state", "draft"),
            remove=("pending", "pending_at"),
        )
        try:
            self._ports.store.transact([change, *also])
        except ConditionFailed:
            # Closed already: this order is being repeated.
            return


GRANTS: Mapping[str, Callable[[Store, Mapping[str, Any]], Finding | None]] = {
    "grant_role": granting.grant,
    "revoke_role": granting.revoke,
}
_DO: Mapping[str, Callable[[Carrier, Order], Row]] = {
    "publish": Carrier.publish,
    "test": Carrier.test,
    "discard": Carrier.discard,
    "roll_back": Carrier.roll_back,
    "offer": Carrier.offer,
    "close": Carrier.move,
    "reopen": Carrier.move,
    "retire": Carrier.move,
    "rebase": Carrier.note_rebase,
    "grant_role": Carrier.grant,
    "revoke_role": Carrier.grant,
    "write_rule": Carrier.write_rule,
}


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
