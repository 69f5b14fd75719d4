"""Roles that a case gives and takes back, rules that a ruling writes: owed to the publisher
function, which alone may write who holds what. The effect is done when its order is, and the case
records how that went.
"""

import calendar
import hashlib
from datetime import date
from typing import Any

from chalicelib.cases import arbitration
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, answers_of, unpack
from chalicelib.cases.house import House
from chalicelib.cases.places import node_of
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import ConditionFailed, Put, Row, Table
from chalicelib.services.document import Data, Service
from chalicelib.services.life.orders import Order, order_row

GRANTED, REVOKED, NOT_GRANTED = "role_granted", "role_revoked", "role_not_granted"
WRITTEN, NOT_WRITTEN = "rule_written", "rule_not_written"
# What is recorded when the order is done, and when it is not.
RECORDS = {
    "grant_role": (GRANTED, NOT_GRANTED),
    "revoke_role": (REVOKED, NOT_GRANTED),
    "write_rule": (WRITTEN, NOT_WRITTEN),
}


def carry(house: House, file: CaseFile, service: Service, effect: Row) -> bool:
    """Order it, or record what came of the order; whether that is known. Repeatable."""
    name = hashlib.sha256(f"{file.number}|{effect['event']}{effect['at']}".encode()).hexdigest()[
        :32
    ]
    row = house.ports.store.get(Table.DIRECTORY, (f"upload#{name}", "order"))
    if row is None:
        _order(house, file, service, effect, name)
        return False
    if row["state"] == "waiting":
        return False
    _record(house, file.number, effect, row)
    return True


def _order(house: House, file: CaseFile, service: Service, effect: Row, name: str) -> None:
    written = house.catalogue.version(service.id, int(effect["version"]))
    one = resolve(written.data, effect["at"])
    event = file.events[int(effect["event"]) - 1]
    data: Row = {"case": file.number, "event": int(event["seq"])}
    if effect["do"] == "write_rule":
        data |= arbitration.rule_of(house, file, service, event)
    else:
        party = _said(house, file, event, one["party"])
        data |= {"role": one["role"], "node": node_of(file.case, one), "party": party}
    if effect["do"] == "grant_role":
        data |= {
            "name": _said(house, file, event, one["name"]),
            "from": house.today().isoformat(),
            "to": months_after(house.today(), one["months"]).isoformat(),
        }
    because = service.data["titles"]["zh-Hans"]
    order = Order(service.id, effect["do"], event["actor"]["party"], because, data)
    # What happened first is ordered first, whenever the worker comes to it.
    turn = f"#{file.number}-{int(event['seq']):05d}"
    put = Put(Table.DIRECTORY, order_row(name, order, "", event["at"], turn))
    try:
        house.ports.store.transact([put])
    except ConditionFailed:
        # Another worker was faster; it is the same order.
        return


def _said(house: House, file: CaseFile, event: Row, source: Data) -> str:
    """A word of the answers, or of the event's details."""
    if "from" in source:
        return str(resolve(answers_of(house.ports.keys, file), source["from"]) or "")
    details = unpack(house.ports.keys, file.number, event) if "sealed" in event else {}
    return str(resolve(details, source["details"]) or "")


def _record(house: House, number: str, effect: Row, order: Row) -> None:
    done, told = order["state"] == "done", order["data"]["details"]
    by = f"{int(effect['event'])}{effect['at']}"

    def decide(file: CaseFile, service: Service) -> Decision | None:
        if any(row["data"].get("by") == by for row in file.events):
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        kept = {
            name: told[name] for name in ("party", "role", "node", "to", "unit") if name in told
        }
        data: dict[str, Any] = {**kept, "by": by}
        event = fact.record(RECORDS[effect["do"]][0 if done else 1], data)
        if not done:
            seq = int(event["seq"])
            task, about = f"not-granted-{seq}", {"event": seq}
            fact.open_task(task, "escalation", ["seen"], who=service.calls, about=about)
        return fact, []

    commit(house, number, decide)


def months_after(day: date, months: int) -> date:
    """The day before the same day so many months later: the last one of a term of office.

    Of a month that is shorter, its last day.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date.fromordinal(date(year, month + 1, min(day.day, last)).toordinal() - 1)
