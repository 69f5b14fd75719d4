"""The dispatcher: carries out the effects of out rows, woken by the stream or the sweep.

An attempt is counted and leased before the effect, and closed under the same fence after it; a
dispatcher that dies leaves its lease to run out, and the due index shows the row again then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases import effects
from chalicelib.cases.effects import CARRY, Again, Done
from chalicelib.cases.fact import shard
from chalicelib.cases.file import load, pk
from chalicelib.cases.house import House
from chalicelib.platform import times
from chalicelib.platform.ports import (
    Below,
    Change,
    ConditionFailed,
    Either,
    Equals,
    Every,
    Missing,
    Row,
    Table,
)

LEASE = timedelta(seconds=60)
# A tick at a driven time does not wait a minute for a dead worker, but never robs one that is
# at work: an effect takes far less than this.
AT_WORK = timedelta(seconds=5)
MOST_EFFECTS = 20


@dataclass(frozen=True)
class Lease:
    row: Row
    index: int
    fence: int
    owner: str


def carry_out(house: House, number: str, sk: str) -> int:
    """Carry out every effect of one out row that is due; how many were tried."""
    tried = 0
    while tried < MOST_EFFECTS:
        lease = _claim(house, number, sk)
        if lease is None:
            break
        tried += 1
        _run(house, number, sk, lease)
    return tried


def _claim(house: House, number: str, sk: str) -> Lease | None:
    """Count the attempt and take the lease, or None when nothing is due or another holds it."""
    row = house.ports.store.get(Table.CASES, (pk(number), sk))
    now, over = times.text(house.now()), _over(house)
    if row is None or row.get("lease_until", "") > over:
        return None
    due = [
        index
        for index, effect in enumerate(row["effects"])
        if effect["state"] == "owed" and effect["due"] <= now
    ]
    if not due:
        return None
    owner, fence = house.ports.ids.name(), int(row["fence"]) + 1
    until = times.text(_real(house) + LEASE)
    row["effects"][due[0]]["attempts"] += 1
    change = {
        "effects": row["effects"],
        "fence": fence,
        "lease": owner,
        "lease_until": until,
        "due_shard": shard("out", number),
        "due_at": until,
    }
    free = Either((Missing("lease_until"), Below("lease_until", over)))
    try:
        _write(house, number, sk, change, Every((Equals("fence", int(row["fence"])), free)))
    except ConditionFailed:
        return None
    return Lease(row, due[0], fence, owner)


def _real(house: House) -> datetime:
    """The time that passes, also where an operator drives the clock: leases run on it."""
    return (house.ports.wall or house.ports.now)()


def _over(house: House) -> str:
    """A lease until before this moment has run out."""
    early = LEASE - AT_WORK if house.ports.wall else timedelta(0)
    return times.text(_real(house) + early)


def _run(house: House, number: str, sk: str, lease: Lease) -> None:
    effect = lease.row["effects"][lease.index]
    file = load(house.ports.store, number)
    if file is None:
        return
    service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
    went = CARRY[effect["do"]](house, file, service, effect)
    match went:
        case Done():
            effect |= {"state": "done", "done_at": times.text(house.now())}
        case Again(at, counts):
            effect["due"] = times.text(at)
            effect["attempts"] -= 0 if counts else 1
    _close(house, number, sk, lease)
    if effect["do"] == "notice" and effect["state"] == "done":
        effects.join_after(house, number)


def _close(house: House, number: str, sk: str, lease: Lease) -> None:
    """Write how it went, under the fence; a row with nothing owed leaves the index."""
    due = effects.later(lease.row["effects"])
    change: dict[str, Any] = {"effects": lease.row["effects"]}
    remove = ["lease", "lease_until"]
    if due is None:
        remove += ["due_shard", "due_at"]
    else:
        change["due_at"] = due
    try:
        _write(house, number, sk, change, Equals("fence", lease.fence), remove)
    except ConditionFailed:
        # Our lease ran out and another dispatcher took over; what it records stands.
        return


def _write(
    house: House, number: str, sk: str, change: Row, when: Any, remove: list[str] | None = None
) -> None:
    house.ports.store.transact(
        [Change(Table.CASES, "out", (pk(number), sk), change, when, tuple(remove or ()))]
    )
