"""Three years of fake time: `python -m tests.simulate [CASES] [SEED]`.

Cases of three services on in-memory adapters, with people who act, are slow or fall silent; ticks
that are missed (singly and for hours) or run twice; a calendar that is published year by year and
edited between. Each case is looked at at every tick that has something to do. A case may never be
silent (open, and in no index that the tick looks at), nothing may happen before it is due, nor
later than at the first tick that ran after it.
"""

import random
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import app as front
from chalicelib.cases.clockwork import ahead, watched
from chalicelib.cases.dispatch import carry_out
from chalicelib.cases.file import load
from chalicelib.platform import times
from chalicelib.platform.ports import Table
from infra.player import Case
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.fakes.store import MemoryStore
from tests.journeys.people import APPROVER, EXAMINER, HANDED, HEAD, ISSUER, LICENCE, VILLAGE
from tests.world import World, load_json

FIRST, LAST = datetime(2024, 1, 8, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
LOOKED_AT = timedelta(days=100)
MINUTE = timedelta(minutes=1)
# Until a changed calendar is believed everywhere; ticks in which every case is walked over twice.
BELIEVED_ANEW, WALKS = timedelta(seconds=65), 3
SPECIAL = {"kind": "expert", "text": "须专家评审。"}
Step = tuple[str, str, dict[str, Any]]
LIVES: dict[str, tuple[str, str, list[Step]]] = {
    "business-licence": (
        "individual-leased",
        VILLAGE,
        [
            (VILLAGE, "accept", {}),
            (EXAMINER, "special", SPECIAL),
            (EXAMINER, "finish", {"text": "通过。"}),
            (EXAMINER, "propose_grant", {}),
            (APPROVER, "grant", {}),
            (ISSUER, "ready", LICENCE),
            (ISSUER, "delivered", HANDED),
        ],
    ),
    "mailbox": (
        "grassroots",
        HEAD,
        [
            (HEAD, "promise", {"text": "先去看。"}),
            (HEAD, "explain_miss", {"why": "路断了。"}),
            (HEAD, "reply", {"outcome": "adopted", "text": "下月起每周三有人到村。"}),
        ],
    ),
    "rating-rectification": (
        "slow",
        "officer-zhou",
        [
            ("officer-zhou", "pass_on", {"text": "请查原因。"}),
            ("officer-pan", "answer", {"step": "设备明天到。"}),
            ("officer-pan", "rectified", {"measures": "process", "text": "以后当天完成。"}),
            ("officer-he", "satisfied", {"grade": 4, "text": "快了"}),
        ],
    ),
}


class Paced(World):
    """Effects and envelopes happen at once, as the stream has it; clocks at a tick only."""

    def settle(self, number: str = "") -> None:
        store = self.store
        assert isinstance(store, MemoryStore)
        for _ in range(50):
            envelopes = self.envelopes()
            for envelope in envelopes:
                self.deliver(envelope)
            now = times.text(self.moment)
            outs = [
                (pk, sk)
                for (pk, sk), row in store.rows[Table.CASES].items()
                if sk.startswith("out#") and row.get("due_at", "9") <= now
            ]
            for pk, sk in outs:
                carry_out(self.house, pk.removeprefix("case#"), sk)
            if not envelopes and not outs:
                return

    def due(self) -> datetime | None:
        """When a tick has something to do next."""
        assert isinstance(self.store, MemoryStore)
        rows = self.store.rows[Table.CASES].values()
        return min(
            (times.moment(row["due_at"]) for row in rows if "due_shard" in row), default=None
        )

    def clear(self, directory: dict[Any, Any]) -> None:
        assert isinstance(self.store, MemoryStore)
        assert isinstance(self.orchestrator, MemoryOrchestrator)
        self.store.rows[Table.CASES] = {}
        self.store.rows[Table.DIRECTORY] = dict(directory)
        self.orchestrator.runs = {}
        self.queue.clear()
        self.notifier.sent.clear()
        self.house.directory.refresh()


@dataclass
class Found:
    cases: int = 0
    ended: int = 0
    ticks: int = 0
    doubled: int = 0
    edits: int = 0
    fired: int = 0
    moved: int = 0
    silent: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


class Years:
    """What is the same for all cases: which ticks run, and how the calendar changes when."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self._seed = seed
        whole = load_json("infra/calendars/cn.json")
        self.outages = sorted(_between(dice) for _ in range(200))
        notices = [datetime(year, 11, 15, 8, tzinfo=UTC) for year in (2024, 2025)]
        moments = sorted(notices + [_between(dice) for _ in range(40)])
        shown = {"2024"}
        self.first = {**whole, "years": {"2024": deepcopy(whole["years"]["2024"])}}
        self.edits: list[tuple[datetime, Any]] = []
        now = self.first
        for moment in moments:
            now = deepcopy(now)
            if moment in notices:
                shown.add(str(moment.year + 1))
                now["years"][str(moment.year + 1)] = deepcopy(whole["years"][str(moment.year + 1)])
            else:
                day = (moment + timedelta(days=dice.randint(1, 20))).date()
                lists = now["years"].get(str(day.year))
                listed = lists and {*lists["holidays"], *lists["workdays"]}
                if lists is None or day.isoformat() in listed or day.weekday() >= 5:
                    continue
                lists["holidays"].append(day.isoformat())
            self.edits.append((moment, now))

    def calendar(self, moment: datetime) -> Any:
        before = [document for at, document in self.edits if at <= moment]
        return before[-1] if before else self.first

    def tick_after(self, moment: datetime) -> datetime:
        """The first minute after a moment in which the tick ran."""
        minute = moment.replace(second=0, microsecond=0) + MINUTE
        while not self._ran(minute):
            minute += MINUTE
        return minute

    def _ran(self, minute: datetime) -> bool:
        if any(at <= minute < at + timedelta(hours=5) for at in self.outages):
            return False
        return random.Random(f"{self._seed} {minute}").random() > 0.1


def _between(dice: random.Random) -> datetime:
    return FIRST + timedelta(minutes=dice.randrange(int((LAST - FIRST) / MINUTE)))


class Life:
    """One case from its submission until it is closed, or LOOKED_AT has passed."""

    def __init__(self, world: Paced, years: Years, dice: random.Random, found: Found) -> None:
        self.world, self.years, self.dice, self.found = world, years, dice, found
        self.changed = self.start = world.moment
        service = dice.choice(list(LIVES))
        example, reader, steps = LIVES[service]
        it = load_json(f"forms/{service}/examples/pass/{example}.json")
        papers = it.get("papers_needed", [])
        self.case = Case.submit(world, it["answers"], papers, None, service, reader)
        # Half of those who should act do so in time; every third case is left alone by somebody.
        steps = [
            one for one in steps if one[1] not in ("special", "promise") or dice.random() < 0.5
        ]
        upto = len(steps) if dice.random() < 0.66 else dice.randrange(len(steps))
        self.steps = list(self._timed(steps[:upto]))

    def _timed(self, steps: list[Step]) -> Iterator[tuple[datetime, Step]]:
        at = self.start
        for step in steps:
            at += timedelta(minutes=self.dice.choice((5, 300, 1_500, 6_000, 15_000)))
            yield at, step

    def live(self) -> None:
        edits = [one for one in self.years.edits if one[0] > self.start]
        while self.world.moment < self.start + LOOKED_AT and not self._closed():
            due = self.world.due()
            if due is None:
                self.found.silent.append(f"{self.case.number} at {self.world.moment}")
                return
            tick = self.years.tick_after(max(due, self.world.moment))
            upcoming = [at for at, _ in (*self.steps[:1], *edits[:1])]
            if upcoming and min(upcoming) < tick:
                if edits and edits[0][0] == min(upcoming):
                    self._edit(*edits.pop(0))
                else:
                    self._act(*self.steps.pop(0))
            else:
                self._tick(tick)
        self.found.ended += self._closed()
        self._look_back()

    def _closed(self) -> bool:
        return bool(self.world.row(self.case.number)["ended"])

    def _edit(self, at: datetime, document: Any) -> None:
        self.world.moment = max(at, self.world.moment)
        self.world.publisher.handle({"calendar": document})
        self.found.edits += 1
        noticed = self.years.tick_after(self.world.moment)
        done = self.years.tick_after(noticed + BELIEVED_ANEW)
        for _ in range(WALKS):
            done = self.years.tick_after(done)
        self.changed = done
        # A tick runs every minute, also for what is in no index yet.
        self._tick(noticed)

    def _act(self, at: datetime, step: Step) -> None:
        """Whoever is refused, since a clock was faster or it is not their turn, leaves it."""
        self.world.moment = max(at, self.world.moment)
        party, action, details = step
        member = {"special": "until", "promise": "day"}.get(action)
        if member:
            calendar = self.world.house.calendar
            day = calendar.add_working_days(self.world.house.today(), self.dice.randint(1, 6)).date
            details = {**details, member: day.isoformat()}
        self.case.attempt(party, action, details)
        self.world.settle()
        self.changed = max(self.changed, self.world.moment)

    def _tick(self, at: datetime) -> None:
        self.world.moment = at
        self._late()
        for _ in range(1 + (self.dice.random() < 0.1)):
            front.worker({"tick": {}}, None)
            self.found.ticks += 1
        self.world.settle()
        row = self.world.row(self.case.number)
        if not row["ended"] and "due_at" not in row:
            self.found.silent.append(f"{self.case.number} at {at}")

    def _late(self) -> None:
        """What is to happen now could not have happened at an earlier tick."""
        file = load(self.world.store, self.case.number)
        assert file is not None
        version = int(file.case["service_version"])
        service = self.world.house.catalogue.version(file.case["service"], version)
        now = self.world.moment
        # A clock that was found to have started in the past is known from then on.
        known = [times.moment(row["at"]) for row in file.events if row.get("as_of")]
        since = max([self.changed, *known])
        for one in ahead(service, file.events, self.world.house.calendar):
            if one.at >= now or not watched(service, one.clock.name, file.case):
                continue
            if one.reminds and one.due < now:
                continue
            self.found.fired += 1
            if self.years.tick_after(max(one.at, since)) < now:
                self.found.late.append(f"{file.number} {one.clock.name} {one.at} at {now}")

    def _look_back(self) -> None:
        file = load(self.world.store, self.case.number)
        assert file is not None
        reminders = {
            one["event"]
            for name in LIVES
            for clock in load_json(f"forms/{name}/service.json")["clocks"].values()
            for one in clock.get("milestones", ())
            if isinstance(one["at"], str)
        }
        for row in file.events:
            due = row["data"].get("due")
            if due and row["at"] <= due and row["type"] not in reminders:
                self.found.early.append(f"{file.number} {row['type']} {due} at {row['at']}")
            self.found.moved += row["type"] == "recomputed"
        left = self.start + LOOKED_AT <= self.world.moment and not file.case["ended"]
        if left and not file.happened("overdue"):
            self.found.silent.append(f"{file.number} was left alone and nobody was called")


def simulate(cases: int, seed: int = 1) -> Found:
    found, years = Found(), Years(seed)
    world = Paced()
    world.publish_all()
    assert isinstance(world.store, MemoryStore)
    directory = dict(world.store.rows[Table.DIRECTORY])
    for number in range(cases):
        dice = random.Random(f"{seed} {number}")
        world.clear(directory)
        world.moment = FIRST + timedelta(minutes=dice.randrange(int((LAST - FIRST) / MINUTE)))
        key = ("calendar#cn", "calendar")
        row = world.store.rows[Table.DIRECTORY][key]
        document = years.calendar(world.moment)
        world.store.rows[Table.DIRECTORY][key] = {**row, "data": document}
        world.house.directory.refresh()
        Life(world, years, dice, found).live()
        found.cases += 1
    return found


def main(argv: list[str]) -> int:
    found = simulate(int(argv[0]) if argv else 5_000, int(argv[1]) if len(argv) > 1 else 1)
    print(
        f"{found.cases} cases, {found.ended} closed, {found.ticks} ticks, {found.edits} edits of"
        f" the calendar lived through, {found.fired} clocks and milestones came to their time,"
        f" {found.moved} dates moved: {len(found.silent)} silent, {len(found.early)} early,"
        f" {len(found.late)} later than the next tick"
    )
    for one in [*found.silent, *found.early, *found.late][:20]:
        print(one)
    return bool(found.silent or found.early or found.late)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
