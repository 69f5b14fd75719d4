"""A fact: what one transaction commits (D3).

Events of a case form a chain: each hashes its canonical JSON (RFC 8785) with the hash before it.
The case row is written under the condition that nobody added an event meanwhile; `version` moves
only with acts and stages, so a delivered notice does not make an officer's view stale.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.cases import clockwork, joins, owing, places, skills, standing
from chalicelib.cases.actor import SYSTEM, Actor, Mark
from chalicelib.cases.chain import chain_hash
from chalicelib.cases.file import CaseFile, answers_of, pack, pk
from chalicelib.cases.sampling import drawn
from chalicelib.clocks.calendar import Calendar
from chalicelib.platform import times
from chalicelib.platform.ports import Change, Equals, Keys, Operation, Put, Row, Table
from chalicelib.services.document import Service

SHARDS = 8
# Due whatever time it is: an effect must not wait where an operator has driven a case ahead.
AT_ONCE = "1970-01-01T00:00:00.000Z"
OPTIONAL = ("stage", "outcome", "target", "result", "items", "sent", "reminds")
# Where a task that waits for one person stands in the inbox index.
PERSONAL = "party"


@dataclass
class Fact:
    """Collects the rows of one transaction on one case."""

    file: CaseFile
    service: Service
    now: datetime
    actor: Actor
    keys: Keys
    mark: Mark | None = None
    assign: Callable[[Mapping[str, Any]], places.Chosen] | None = None
    case: Row = field(init=False)
    events: list[Row] = field(init=False, default_factory=list)
    effects: list[Row] = field(init=False, default_factory=list)
    debts: dict[str, Row] = field(init=False)
    tasks: dict[str, Row] = field(init=False)
    given: set[str] = field(init=False)
    operations: list[Operation] = field(init=False, default_factory=list)
    minted: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.case = dict(self.file.case)
        self.debts = {row["paper"]: dict(row) for row in self.file.debts}
        self.tasks = {row["task"]: dict(row) for row in self.file.tasks}
        self.given = self.file.given()
        last = self.file.events[-1]["at"] if self.file.events else ""
        self.at = max(times.text(self.now), last)

    @property
    def number(self) -> str:
        return str(self.case["number"])

    @property
    def all_events(self) -> list[Row]:
        return [*self.file.events, *self.events]

    @property
    def next_seq(self) -> int:
        """The number of the event that is recorded next."""
        return int(self.case["events"]) + 1

    def touch(self) -> None:
        """What people saw of the case is stale now; one fact moves the version once."""
        self.case["version"] = int(self.file.case["version"]) + 1

    def offered_to(self, who: Mapping[str, Any], of: Row | None = None, chosen: str = "") -> Row:
        """The role and node that a task is offered to, the person if one is named or chosen, what
        bars others; their inbox. `of` is the task of the item that it is or is about, if any."""
        role, node = str(who["role"]), places.node_of(self.case, who, of)
        named = places.person_of(self.all_events, self.keys, self.number, who, of)
        party = named or chosen
        bars = {name: who[name] for name in places.BARS if name in who}
        skill = skills.asked(who, answers_of(self.keys, self.file)) if "skills" in who else ""
        bars |= {skills.SKILL: skill} if skill else {}
        offered: Row = {"role": role, "node": node, **({"party": party} if party else {})}
        offered |= {"bars": bars} if bars else {}
        return {
            **offered,
            "inbox": self._listed(f"{PERSONAL}@{party}" if party else f"{role}@{node}"),
        }

    def _listed(self, waits_for: str) -> str:
        return listed(waits_for, bool(self.case.get("test")))

    def record(
        self,
        type: str,
        data: Mapping[str, Any] | None = None,
        as_of: str | None = None,
        details: Mapping[str, Any] | None = None,
        actor: Actor | None = None,
    ) -> Row:
        """Append an event; `data` holds ids and codes only, `details` are sealed.

        What the document owes on this event becomes effects; the tasks it opens beside the stages
        are opened.
        """
        seq = self.next_seq
        awaits = owing.awaited(self.service, type, details or {})
        sk = f"event#{seq:05d}"
        row: Row = {
            "pk": pk(self.number),
            "sk": sk,
            "kind": "event",
            "seq": seq,
            "type": type,
            "at": self.at,
            "actor": (actor or self.actor).data(),
            "visit": self.case["visit"],
            "data": {**(data or {}), **({"awaits": awaits} if awaits else {})},
            "previous": self.case["head"],
        }
        if self.case.get("stage"):
            row["stage"] = self.case["stage"]
        if as_of:
            row["as_of"] = as_of
        if details:
            row["sealed"] = pack(self.keys, self.number, sk, details)
        if self.mark and not self.events:
            row |= {"key": self.mark.key, "body": self.mark.body}
        row["hash"] = chain_hash(self.number, row)
        self.case |= {"events": seq, "head": row["hash"]}
        self.events.append(row)
        self.operations.append(Put(Table.CASES, row))
        told = {effect["notice"] for effect in self.effects if effect["do"] == "notice"}
        channel, followed = self.case["channel"], bool(self.file.followers)
        owed = owing.owed_on(self.service, row, channel, details or {}, told, followed)
        for effect in owed:
            self.owe(**effect)
        if not any(event["type"] == type for event in self.events[:-1]):
            self._open_beside(type, seq)
        return row

    def _open_beside(self, type: str, seq: int) -> None:
        for name, task in self.service.side_tasks_on(type):
            if not drawn(self.keys, self.number, name, task.get("share", 100)):
                continue
            self.open_task(
                f"{name}-{seq}", "side", task["actions"], who=task["who"], side=name, event=seq
            )

    def forget(self) -> None:
        """Nothing of this was written: drop the data keys made for it."""
        for subject in self.minted:
            self.keys.forget(subject)

    def owe(self, do: str, **what: Any) -> None:
        """An effect on the outside that this fact promises."""
        self.effects.append({"do": do, **what, "state": "owed", "attempts": 0, "due": AT_ONCE})

    def put(self, kind: str, sk: str, **values: Any) -> None:
        self.operations.append(
            Put(Table.CASES, {"pk": pk(self.number), "sk": sk, "kind": kind, **values})
        )

    def open_task(
        self,
        task: str,
        task_kind: str,
        actions: Iterable[str],
        who: Mapping[str, Any] | None = None,
        party: str | None = None,
        state: str = "open",
        about: Mapping[str, Any] | None = None,
        of: Row | None = None,
        **more: Any,
    ) -> None:
        """A wait for whoever holds the role of `who`, or for one party; else for the applicant.

        `of`: where the item lies that it is about. `more`: part, parent, item, side, event, slots,
        due.
        """
        row: Row = {
            "pk": pk(self.number),
            "sk": f"task#{task}",
            "kind": "task",
            "task": task,
            "number": self.number,
            "service": self.case["service"],
            "service_version": self.case["service_version"],
            "task_kind": task_kind,
            "visit": self.case["visit"],
            "actions": list(actions),
            "opened_at": self.at,
            "state": state,
            **more,
        }
        if self.case.get("stage"):
            row["stage"] = self.case["stage"]
        chosen = self.assign(who) if who and self.assign else places.Chosen()
        if who:
            row |= self.offered_to(who, of, chosen.party)
        if party:
            row |= {"party": party, "inbox": self._listed(f"{PERSONAL}@{party}")}
        if "inbox" in row:
            row["inbox_at"] = f"{self.at}#{self.number}#{task}"
        if about:
            row["about"] = dict(about)
        self.tasks[task] = row
        self.operations.append(Put(Table.CASES, row))
        if chosen.how is not None:
            told = {"task": task, "party": chosen.party, **chosen.how}
            self.record(places.ASSIGNED, told, actor=SYSTEM)

    def settle_task(self, task: str, outcome: str, state: str = "settled") -> None:
        """Close a task that is open or waits; it leaves the inbox index."""
        done = {
            "state": state,
            "outcome": outcome,
            "settled_by": self.actor.party,
            "settled_at": self.at,
        }
        self.change_task(task, done, remove=("inbox", "inbox_at"))

    def change_task(self, task: str, to: Mapping[str, Any], remove: tuple[str, ...] = ()) -> None:
        """Change a task under the condition that nobody did so meanwhile."""
        row, key = self.tasks[task], (pk(self.number), f"task#{task}")
        was = row["state"]
        for name in remove:
            row.pop(name, None)
        row |= to
        for index, made in enumerate(self.operations):
            # One transaction may touch a row once only.
            if made.key == key:
                if isinstance(made, Change):
                    to = {**made.set, **to}
                    self.operations[index] = made._replace(set=to, remove=made.remove + remove)
                return
        self.operations.append(
            Change(Table.CASES, "task", key, dict(to), Equals("state", was), remove=remove)
        )

    def change_debt(self, paper: str, state: str) -> None:
        was = self.debts[paper]["state"]
        self.debts[paper]["state"] = state
        self.operations.append(
            Change(
                Table.CASES,
                "debt",
                (pk(self.number), f"debt#{paper}"),
                {"state": state},
                Equals("state", was),
            )
        )

    def watch(self, calendar: Calendar) -> list[str]:
        """Set when the tick must look at the case next; the attributes to remove when never."""
        due = clockwork.next_due(
            self.service,
            self.case,
            self.all_events,
            list(self.debts.values()),
            list(self.tasks.values()),
            calendar,
        )
        if due is not None:
            self.case |= {"due_shard": shard("case", self.number), "due_at": due}
            return []
        self.case.pop("due_shard", None)
        self.case.pop("due_at", None)
        return ["due_shard", "due_at"]

    def stand(self) -> None:
        """Set where a member stands in the lists of its container."""
        if standing.PART_OF in self.case:
            state = standing.state_of(self.service, self.case)
            at = standing.place(self.case[standing.PART_OF], state)
            self.case["inbox"] = self._listed(at)

    def commit(self, calendar: Calendar) -> list[Operation]:
        """Every operation of the transaction, the case row first."""
        remove = self.watch(calendar)
        self.stand()
        before = self.file.case
        changed = {name: v for name, v in self.case.items() if before.get(name) != v}
        remove += [name for name in OPTIONAL if name in before and name not in self.case]
        case = Change(
            Table.CASES,
            "case",
            (pk(self.number), "case"),
            changed,
            Equals("events", before["events"]),
            remove=tuple(name for name in remove if name in before),
        )
        offered = self._offered(self.case, self.tasks.values())
        if self._offered(before, self.file.tasks) != offered and not self.case.get("test"):
            self.owe("board")
        operations: list[Operation] = [case, *self.operations]
        if self.effects:
            operations.append(self.out())
        return operations

    def _offered(self, case: Row, tasks: Iterable[Row]) -> bool:
        return joins.offered(self.service.stages.get(case.get("stage", "")), case, tasks)

    def out(self) -> Put:
        """The row of effects, named for the fact's first event."""
        seq = self.events[0]["seq"] if self.events else self.case["events"]
        return Put(
            Table.CASES,
            {
                "pk": pk(self.number),
                "sk": f"out#{seq:05d}",
                "kind": "out",
                "seq": seq,
                "effects": self.effects,
                "fence": 0,
                "due_shard": shard("out", self.number),
                "due_at": AT_ONCE,
            },
        )


def listed(waits_for: str, test: bool) -> str:
    """Under which value of the inbox index: tests have inboxes of their own."""
    return f"test:{waits_for}" if test else waits_for


def shard(kind: str, number: str) -> str:
    return f"{kind}#{int(number[-2:]) % SHARDS}"
