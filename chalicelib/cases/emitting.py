"""What a case opens again and again: visits of a bond, nights of a roster, cases by rule.

The row `emitter#<name>` stands in the due index for its next time. A case is opened under a number
that is derived from emission, time and target, so that a tick that is missed or comes twice changes
nothing: times have numbers, and each is opened once. The case that emits records what was opened;
many targets are opened page by page, each in a transaction of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib.cases import leading, targets
from chalicelib.cases.actor import SYSTEM, Actor
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact, shard
from chalicelib.cases.file import CaseFile, load, pk, unpack
from chalicelib.cases.house import House
from chalicelib.cases.lifecycle import join
from chalicelib.cases.opening import open_case
from chalicelib.cases.targets import Target
from chalicelib.clocks import recurrence
from chalicelib.platform import times
from chalicelib.platform.errors import Refused
from chalicelib.platform.ports import Busy, Change, ConditionFailed, Equals, Put, Row, Table
from chalicelib.services.document import Data, Service

EMITTED = "emitted"
OPEN, ENDED = "open", "ended"
# Pages that one tick does of one emitter.
MOST_PAGES = 4
NOBODY = Actor(SYSTEM.party, "applicant")


@dataclass(frozen=True)
class Opened:
    """What a page has come to."""

    cases: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class Emitter:
    """A case's emission, and how far it is."""

    def __init__(self, house: House, file: CaseFile, row: Row) -> None:
        version = house.catalogue.version(file.case["service"], int(row["version"]))
        self.house, self.file, self.row = house, file, row
        self.name = str(row["name"])
        self.one: Data = version.emissions[self.name]
        self.turn = int(row["turn"])
        self.seed = house.ports.keys.secret(f"emitter|{self.name}|{file.number}")

    def occasion(self, turn: int) -> str:
        return times.text(self._occasion(turn))

    def opens_at(self, turn: int) -> str:
        """When the case of a time is opened."""
        return times.text(self._occasion(turn) - timedelta(days=self.one.get("ahead", 0)))

    def when(self, turn: int) -> Row:
        """A time as the case that is opened may be told it."""
        local = self.house.calendar.local(self._occasion(turn))
        return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "number": turn}

    def over(self, turn: int) -> bool:
        """Whether nothing is opened any more: the case is decided, an event ended it, or it has
        lasted long enough."""
        until = self.one["until"]
        stopped = any(
            event["type"] in until.get("events", ()) and int(event["seq"]) > int(self.row["event"])
            for event in self.file.events
        )
        start = times.moment(self.row["since"])
        last = recurrence.last_day(until["months"], start, self.house.calendar)
        late = self.house.calendar.local_date(self._occasion(turn)) > last
        return "result" in self.file.case or stopped or late

    def now(self) -> int:
        """Which time is opened now: of several that were missed the latest, or each in turn."""
        turn, now = self.turn, times.text(self.house.now())
        if "cursor" in self.row or self.one.get("catch_up") == "all":
            return turn
        while self.occasion(turn) < now and self.opens_at(turn + 1) <= now:
            turn += 1
        return turn

    def _occasion(self, turn: int) -> Any:
        start = times.moment(self.row["since"])
        return recurrence.occasion(self.one, self.seed, start, turn, self.house.calendar)


def begin(house: House, file: CaseFile, effect: Row) -> None:
    """Keep the emitter that an event has begun; an emission begins once. Repeatable."""
    event = file.events[int(effect["event"]) - 1]
    row: Row = {
        "pk": pk(file.number),
        "sk": f"emitter#{effect['emission']}",
        "kind": "emitter",
        "name": effect["emission"],
        "version": int(effect["version"]),
        "event": int(effect["event"]),
        "since": event["at"],
        "state": OPEN,
        "turn": 1,
        "fence": 0,
        "due_shard": shard("emit", file.number),
    }
    row["due_at"] = Emitter(house, file, row).opens_at(1)
    try:
        house.ports.store.transact([Put(Table.CASES, row)])
    except ConditionFailed:
        return


def carry_on(house: House, number: str, name: str) -> int:
    """Open what an emitter owes by now, for a while; how many pages were done. Raises Busy."""
    for pages in range(MOST_PAGES):
        if not _page(house, number, name):
            return pages
    return MOST_PAGES


def refuse_unopenable(house: House, fact: Fact, event: str, details: Data) -> None:
    """Raises Refused where the first cases of what the event begins could not be opened, as far as
    they are known already."""
    for name, one in fact.service.emitting(event):
        if name in {row["name"] for row in fact.file.emitters}:
            continue
        version = {"version": fact.service.version, "turn": 1, "since": fact.at, "event": 0}
        when = Emitter(house, fact.file, {"name": name, **version}).when(1)
        if "over" not in one or "answers" in one["over"]:
            for target in targets.some(house, fact, one, None).targets:
                leading.opening_of(house, fact, one, details, target.item, when)


def standing(house: House, file: CaseFile) -> Iterator[Emitter]:
    """Emitters that will open something yet."""
    for row in file.emitters:
        it = Emitter(house, file, row)
        if row["state"] == OPEN and not it.over(it.turn):
            yield it


def _page(house: House, number: str, name: str) -> bool:
    """One page of one time; False where nothing is due."""
    file = load(house.ports.store, number)
    row = next((one for one in file.emitters if one["name"] == name), None) if file else None
    if file is None or row is None or row.get("due_at", "~") > times.text(house.now()):
        return False
    it = Emitter(house, file, row)
    turn = it.now()
    if it.over(turn):
        return _commit(house, it, turn, {"state": ENDED}, Opened())
    service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
    fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
    page = targets.some(house, fact, it.one, row.get("cursor"))
    done = Opened()
    for target in page.targets:
        try:
            done.cases.append(_open(it, fact, turn, target))
        except Refused as refusal:
            done.refused.append(refusal)
    return _commit(house, it, turn, _onward(it, turn, page.cursor), done)


def _onward(it: Emitter, turn: int, cursor: Any) -> Row:
    """Where the emitter stands after a page."""
    if cursor is not None:
        return {"turn": turn, "cursor": cursor}
    if it.over(turn + 1):
        return {"turn": turn, "state": ENDED}
    return {"turn": turn + 1, "due_at": it.opens_at(turn + 1)}


def _open(it: Emitter, fact: Fact, turn: int, target: Target) -> str:
    """The number of the case for a target at a time, which is there now. Raises Refused, Busy."""
    house, number = it.house, it.file.number
    counted = "" if it.one.get("over", {}).get("once") else turn
    case = leading.derived_number(house, number, f"emit|{it.name}|{counted}|{target.name}")
    if house.ports.store.get(Table.CASES, (pk(case), "case")) is not None:
        return case
    event = it.file.events[int(it.row["event"]) - 1]
    details = unpack(fact.keys, number, event) if "sealed" in event else {}
    opening = leading.opening_of(house, fact, it.one, details, target.item, it.when(turn))
    made, operations = open_case(house, opening, case)
    try:
        house.ports.store.transact(operations)
    except ConditionFailed as error:
        made.forget()
        raise Busy(f"case {case} was opened meanwhile") from error
    return case


def _commit(house: House, it: Emitter, turn: int, to: Row, done: Opened) -> bool:
    """Record what was opened and go on from there; False where another tick has done so."""
    fence = int(it.row["fence"])
    ended = to.get("state") == ENDED
    gone = [name for name in ("due_shard", "due_at") if ended]
    gone += ["cursor"] if "cursor" in it.row and "cursor" not in to else []
    key = (pk(it.file.number), it.row["sk"])
    moved = Change(
        Table.CASES, "emitter", key, {**to, "fence": fence + 1}, Equals("fence", fence), tuple(gone)
    )

    def decide(file: CaseFile, service: Service) -> Decision | None:
        row = next(one for one in file.emitters if one["name"] == it.name)
        if int(row["fence"]) != fence:
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        told: Row = {"emission": it.name, "turn": turn}
        known = {one for event in file.events for one in event["data"].get("cases", ())}
        fresh = [case for case in done.cases if case not in known]
        if fresh:
            missed = turn - it.turn
            told |= {"missed": missed} if missed else {}
            fact.record(EMITTED, {**told, **_cases(house, it, fresh)})
        if done.refused:
            leading.not_opened(fact, told, done.refused)
            join(fact)
        return fact, [moved]

    return commit(house, it.file.number, decide) is not None


def _cases(house: House, it: Emitter, fresh: list[str]) -> Row:
    """What is told of cases that were opened; of restricted ones, how many."""
    service = it.one["opens"]["service"]
    if leading.live(house, service).data.get("restricted"):
        return {"many": len(fresh)}
    return {"service": service, "cases": fresh}
