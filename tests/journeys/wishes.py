"""Who plays the wishes, what they say, and what the events of a pool add up to."""

import uuid
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from infra.player import Answer, Case, Front, expect
from tests.world import load_json

GRID = "grid-luo"
OTHER_GRID = "grid-mei"
VETTER = "officer-tang"
CALLER = "officer-he"
SUPERVISOR = "officer-zhou"
FANG, QIN, SHI, BAI = "volunteer-fang", "volunteer-qin", "volunteer-shi", "volunteer-bai"

NAMES = {FANG: "方圆", QIN: "秦永", SHI: "石勇", BAI: "白雪梅"}
PHONES = {FANG: "13800000021", QIN: "13800000022", SHI: "13800000023", BAI: "13800000024"}
ADDRESS = "上村三组18号，找罗小燕带路"
PUBLISHED = {"wish": "想要一个电热水壶，烧水更省心。", "whom": "老人"}
MEETING = {"address": ADDRESS, "contact": "罗小燕"}
REFERRAL = {"reason": "W1", "text": "超过估价上限，另有渠道。", "right_door": "民政救助"}

# How a claim comes to its end, by the event that says so.
ENDS = frozenset(
    {
        "released",
        "left_list",
        "removed_from_list",
        "claim_dropped",
        "claim_lapsed",
        "claim_void",
    }
)
CLOSES = frozenset({"claims_closed", "offer_ended", "withdrawn", "taken_down"})


class Timed(Front, Protocol):
    """A front that says what time it has come to."""

    moment: datetime


def answers(name: str = "goods", **changes: Any) -> dict[str, Any]:
    """The answers of an example that must pass, with others in place of some."""
    found: dict[str, Any] = load_json(f"forms/micro-wish/examples/pass/{name}.json")["answers"]
    return {**deepcopy(found), **changes}


def recorded(
    front: Front, name: str = "goods", by: str = GRID, site: str = "jz-t1-v1", **changes: Any
) -> Case:
    """A wish that a grid worker has written down at the door; the same reads the case."""
    given = answers(name, **changes)
    return Case.submit(front, given, [], by, "micro-wish", by, channel="outreach", site=site)


def offered(front: Front, name: str = "goods", **more: Any) -> Case:
    """A wish on the board."""
    case = recorded(front, name, **more)
    case.do(VETTER, "publish", PUBLISHED)
    return case


def claim(case: Case, party: str, **more: Any) -> Answer:
    said = {"name": NAMES.get(party, "志愿者"), "phone": PHONES.get(party, "13800000029")}
    return case.alone(party, "claim", {**said, **more})


def claimed(front: Front, *parties: str, **more: Any) -> Case:
    """A wish that these have claimed, in this order."""
    case = offered(front, **more)
    for party in parties:
        expect(claim(case, party), 200)
    return case


def fulfilled(front: Front, party: str = FANG) -> Case:
    """A wish that waits for its confirmation."""
    case = claimed(front, party)
    expect(case.alone(party, "fulfil"), 200)
    return case


def claim_of(case: Case, party: str) -> dict[str, Any]:
    """The latest claim of a volunteer, as the grid worker sees it."""
    mine = [one for one in case.view()["tasks"] if one.get("party") == party]
    found: dict[str, Any] = max(mine, key=lambda one: int(one["task"].split("-")[1]))
    return found


def states(case: Case, *parties: str) -> list[str]:
    return [claim_of(case, party)["state"] for party in parties]


def on_claim(
    case: Case, of: str, by: str, action: str, details: Mapping[str, Any] | None = None
) -> Any:
    """An officer acts on the claim of a volunteer."""
    path = f"/cases/{case.number}/tasks/{claim_of(case, of)['task']}/actions"
    headers = {"If-Match": f'"{case.view()["version"]}"', "Idempotency-Key": uuid.uuid4().hex}
    body = {"action": action, "details": dict(details or {})}
    done = expect(case.front.http("POST", path, body, by, headers), 200)
    case.front.settle(case.number)
    return done


def seen(case: Case, party: str) -> Answer:
    """The case as a volunteer sees it, if at all."""
    return case.front.http("GET", f"/cases/{case.number}", None, party)


def texts(case: Case, phone: str) -> list[str]:
    """The messages to a phone that are about this case."""
    return [text for text in case.front.messages(phone) if case.number in text]


def board(front: Front, query: str = "") -> list[dict[str, Any]]:
    """Every card of a list, page by page."""
    cards: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = expect(front.http("GET", f"/board?{query}{cursor}"), 200)
        cards += page["cards"]
        if page["cursor"] is None:
            return cards
        cursor = f"&cursor={page['cursor']}"


def cards_of(case: Case) -> list[dict[str, Any]]:
    return [card for card in board(case.front) if card["case"] == case.number]


def crowd(size: int) -> tuple[list[str], dict[str, Any]]:
    """Volunteers of the district, and the directory that knows them."""
    people = [f"volunteer-{n:03d}" for n in range(size)]
    parties = [{"party": who, "name": who, "kind": "volunteer"} for who in people]
    grants = [
        {"party": who, "role": "volunteer", "node": "jz", "from": "2020-01-01", "to": None}
        for who in people
    ]
    region = load_json("infra/seed/directory.json")
    return people, {**region, "parties": parties, "grants": grants}


@dataclass
class Ledger:
    """Plays the events of one visit to a pool; what none of them may do is an AssertionError."""

    slots: int
    places: int = 20
    open: bool = True
    holders: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    def play(self, events: Iterable[Mapping[str, Any]]) -> "Ledger":
        for event in events:
            self.take(event)
        self.fair()
        return self

    def take(self, event: Mapping[str, Any]) -> None:
        kind, data = event["type"], event["data"]
        if kind == "claimed" and data.get("from_list"):
            self._moves_up(data["claim"])
            return
        self.fair()
        party = event["actor"]["party"]
        if kind == "claimed":
            assert self.open and not self.waiting, f"{party} jumped the queue"
            self._wins(data["claim"], party)
        elif kind == "waiting_for_slot":
            assert self.open and self.free == 0, f"{party} waits though a slot is free"
            self.waiting[data["claim"]] = party
            assert data["waiting"] == len(self.waiting) <= self.places
        elif kind == "fulfil_reported":
            self.done[data["claim"]] = self.holders.pop(data["claim"])
        elif kind in ENDS:
            self._ends(data["claim"], kind)
        elif kind in CLOSES:
            self.open = False

    @property
    def free(self) -> int:
        return self.slots - len(self.holders) - len(self.done)

    def fair(self) -> None:
        """Between two facts nobody waits for a slot that is free."""
        assert not (self.open and self.waiting and self.free), f"{self.waiting} wait in vain"

    def agrees(self, tasks: Iterable[Mapping[str, Any]]) -> None:
        """The rows say the same as the events, and nobody has two claims."""
        claims = [task for task in tasks if task.get("part") == "claim"]
        rows = {task["task"]: (task["party"], task["state"]) for task in claims}
        told = {
            **{claim: (party, "open") for claim, party in self.holders.items()},
            **{claim: (party, "waiting") for claim, party in self.waiting.items()},
            **{claim: (party, "settled") for claim, party in self.done.items()},
        }
        unsettled = {claim: row for claim, row in rows.items() if row[1] in ("open", "waiting")}
        assert {c: row for c, row in told.items() if c not in self.done} == unsettled
        assert set(rows) == set(told) | set(self.ended)
        parties = [party for party, _ in unsettled.values()]
        assert len(parties) == len(set(parties))

    def _moves_up(self, claim: str) -> None:
        first = next(iter(self.waiting), None)
        assert first == claim, f"{claim} moves up, though {first} was first"
        self._wins(claim, self.waiting.pop(claim))

    def _wins(self, claim: str, party: str) -> None:
        assert self.free > 0, f"{party} holds one slot too many"
        self.holders[claim] = party

    def _ends(self, claim: str, how: str) -> None:
        assert (claim in self.holders) != (claim in self.waiting), f"{claim}: {how}, not held"
        self.ended[claim] = how
        self.holders.pop(claim, None)
        self.waiting.pop(claim, None)


def linked(events: Iterable[Mapping[str, Any]]) -> None:
    """Each event names the hash of the one before it, and none is missing."""
    previous: Mapping[str, Any] | None = None
    for number, event in enumerate(events, 1):
        assert event["seq"] == number
        assert previous is None or event["previous"] == previous["hash"]
        previous = event
