"""Wishes, blocked matters and reports whose executions or workers die: they end all the same.

The licence is killed in `test_faults`; what is counted there is counted here too.
"""

import re
from collections import Counter
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.platform.ports import Table
from infra.player import Answer, Case, Front, expect
from tests.conftest import Tier
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.faults import CallBoundary, FaultyWorld
from tests.journeys import matters, wishes
from tests.journeys.matters import ASSESSOR, CHAIR, FINDING, HEADS, HELPER, INQUIRER, TRIAGE
from tests.journeys.people import APPROVER, EXAMINER, HANDED, ISSUER, LICENCE, SIGNED, VILLAGE
from tests.journeys.test_faults import Step, assert_whole, faulty
from tests.journeys.wishes import FANG, GRID, MEETING, PUBLISHED, QIN, SHI, VETTER
from tests.world import World

# Between 21:00 and 8:00 at the office nobody is told anything.
NIGHT = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 3, 11, 0, 30, tzinfo=UTC)
HELPED = {"text": "已陪同补齐。"}
SIGNATURE = {"how": "signature", "reference": "签字单001"}


def alone(party: str, action: str, details: dict[str, Any] | None = None) -> Step:
    """Somebody who sees no more of the case than a task of their own."""
    return lambda case: expect(case.alone(party, action, details), 200)


def does(party: str, action: str, details: dict[str, Any] | None = None) -> Step:
    return lambda case: case.do(party, action, details)


def says(action: str) -> Step:
    return lambda case: case.decide(action, {"how": "web"})


def claims(party: str) -> Step:
    return lambda case: expect(wishes.claim(case, party), 200)


def introduces(party: str) -> Step:
    return lambda case: wishes.on_claim(case, party, GRID, "introduce", MEETING)


@dataclass(frozen=True)
class Way:
    """Through one service: how a case begins, and what is done in each stage in turn."""

    begin: Callable[[Front], Case]
    stages: dict[str, list[Step]]
    result: str

    def walk(self, case: Case, stage: str, upto: int = 0) -> None:
        """Everything before this stage, and so many of its steps."""
        for name, steps in self.stages.items():
            if name == stage:
                play(case, steps[:upto])
                return
            play(case, steps)

    def finish(self, case: Case, stage: str, after: int = 0) -> None:
        """The other steps of this stage, and everything behind it."""
        names = list(self.stages)
        play(case, self.stages[stage][after:])
        for name in names[names.index(stage) + 1 :]:
            play(case, self.stages[name])


def play(case: Case, steps: list[Step]) -> None:
    for step in steps:
        step(case)


WISH = Way(
    wishes.recorded,
    {
        "vet": [does(VETTER, "publish", PUBLISHED)],
        "offer": [claims(FANG), claims(QIN), alone(FANG, "release"), alone(QIN, "fulfil")],
        "confirm": [says("deny")],
        "callback": [does(wishes.CALLER, "fulfilled")],
    },
    "fulfilled",
)
BLOCKED = Way(
    matters.blocked,
    {
        "triage": [does(TRIAGE, "triage", {"causes": ["several", "papers"]})],
        "handle": [
            does(CHAIR, "convene", matters.asking(*HEADS[:2])),
            alone(HEADS[0], "opine", matters.opinion()),
            does(HELPER, "helped", HELPED),
            alone(HEADS[1], "opine", matters.opinion()),
            does(CHAIR, "conclude_solved", matters.SOLUTION),
        ],
        "confirm": [says("unsolved")],
        "callback": [does(matters.CALLER, "solved")],
    },
    "solved",
)
REPORT = Way(
    matters.report,
    {
        "assess": [does(ASSESSOR, "open_inquiry", {"text": "先调录像。"})],
        "inquire": [does(INQUIRER, "finding", FINDING)],
    },
    "concluded",
)
WAYS = {"micro-wish": WISH, "blocked": BLOCKED, "conduct-report": REPORT}
every_service = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def undisturbed(case: Case) -> list[str]:
    return [one for one in case.happened() if one != "resumed"]


class Deadly:
    """A front whose executions die after every act, before anything that it owes has happened."""

    def __init__(self, front: Tier) -> None:
        self.front = front
        self.killed = 0

    def http(self, *request: Any) -> Answer:
        return self.front.http(*request)

    def sms_in(self, phone: str, text: str) -> Answer:
        return self.front.sms_in(phone, text)

    def messages(self, phone: str) -> list[str]:
        return self.front.messages(phone)

    def tick(self, moment: datetime, number: str) -> None:
        self.front.tick(moment, number)

    def settle(self, number: str) -> None:
        self.front.kill(number)
        self.killed += 1
        self.front.recover(number)


@every_service
def test_an_execution_killed_in_any_stage_is_followed_by_one_that_goes_on_there(
    front: Tier, way: Way
) -> None:
    halfway = {stage: len(steps) // 2 for stage, steps in way.stages.items()}
    cases = {stage: way.begin(front) for stage in way.stages}
    for stage, case in cases.items():
        way.walk(case, stage, halfway[stage])
        case.stands(stage)

    for case in cases.values():
        front.kill(case.number)
    for case in cases.values():
        front.recover(case.number)

    for stage, case in cases.items():
        case.stands(stage)
        way.finish(case, stage, halfway[stage])
        case.stands(ended=True, result=way.result)
        assert "resumed" in case.happened()
    assert len({tuple(undisturbed(case)) for case in cases.values()}) == 1


@every_service
def test_an_execution_killed_between_any_two_stages_is_followed_by_one_that_goes_on(
    front: Tier, way: Way
) -> None:
    case = way.begin(front)
    *_, last = way.stages
    deadly = Deadly(front)

    case.front = deadly
    way.walk(case, last)
    case.front = front
    case.stands(last)
    way.finish(case, last)

    case.stands(ended=True, result=way.result)
    assert deadly.killed == sum(len(steps) for steps in way.stages.values()) - 1
    assert case.happened().count("resumed") >= len(way.stages) - 1


@every_service
def test_an_execution_killed_while_the_result_waits_to_be_told_changes_nothing(
    world: World, way: Way
) -> None:
    case = way.begin(world)
    *_, last = way.stages
    way.walk(case, last)
    world.moment = NIGHT
    way.finish(case, last)
    case.stands("tell", ended=False, result=way.result)

    world.kill(case.number)
    world.recover(case.number)
    case.stands("tell", ended=False)
    world.tick(NEXT_MORNING)

    case.stands(ended=True, result=way.result)
    assert case.happened()[-2:] == ["resumed", "closed"]


# --- workers ---------------------------------------------------------------------------------


def whole_wish(front: Front) -> list[Case]:
    """Two wait for the one slot; it is given back, moves up, and the other is told it is over."""
    case = wishes.recorded(front)
    steps = [
        does(VETTER, "publish", PUBLISHED),
        *(claims(FANG), claims(QIN), claims(SHI), alone(FANG, "release")),
        *(introduces(QIN), alone(QIN, "fulfil")),
        lambda case: case.decide("confirm", SIGNATURE),
    ]
    play(case, steps)
    return [case]


def whole_matter(front: Front) -> list[Case]:
    """About a licence held by a promise: a paper waived there, a review, a report split off."""
    original = matters.licence(front, without=("P3",))
    original.do(VILLAGE, "accept_with_gap", SIGNED)
    original.do(EXAMINER, "propose_grant")
    original.do(APPROVER, "grant")
    case, apart = matters.split(front, about={"case": original.number})
    steps = [
        does(TRIAGE, "triage", {"causes": ["several", "requirement"]}),
        does(CHAIR, "convene", matters.asking(*HEADS)),
        *(alone(head, "opine", matters.opinion()) for head in HEADS[:2]),
        does(TRIAGE, "waive", {"paper": "P3", "text": "租的是自家院子，有村里备案。"}),
        does(CHAIR, "conclude_solved", matters.SOLUTION),
        says("solved"),
    ]
    play(case, steps)
    play(apart, [step for steps in REPORT.stages.values() for step in steps])
    original.do(ISSUER, "ready", LICENCE)
    original.do(ISSUER, "delivered", HANDED)
    return [case, apart, original]


Account = dict[str, Any]


def account(world: World, case: Case) -> Account:
    """What a case has come to, without what differs from run to run."""
    view = case.view()
    tasks = [
        tuple(str(one.get(name)) for name in ("kind", "stage", "party", "role", "state", "outcome"))
        for one in view["tasks"]
    ]
    rows = world.store.partition(Table.CASES, f"case#{case.number}")
    texts = {sent.text for sent in world.notifier.sent if case.number in sent.text}
    return {
        "events": undisturbed(case),
        "stands": {name: view[name] for name in ("stage", "status", "result", "ended")},
        "tasks": sorted(tasks),
        "notices": sorted((one["notice"], one["state"]) for one in view["notices"]),
        "documents": [one["document"] for one in case.mine()["documents"]],
        "papers": {name: view["papers"][name] for name in ("given", "missing")},
        "debts": [row["state"] for row in rows if row["kind"] == "debt"],
        "kinds": sorted(row["kind"] for row in rows if row["kind"] not in ("event", "out")),
        "texts": sorted(blurred(text, case.number) for text in texts),
        "board": wishes.cards_of(case),
    }


def blurred(text: str, number: str) -> str:
    """Without the case's number, codes to reply with, and the minute of a promise."""
    return re.sub("[0-9]{2}:[0-9]{2}|(?<=回复)[0-9]{4}", "…", text.replace(number, "N"))


def by_itself(world: World, case: Case) -> World:
    """The world as if no other case had executions in it."""
    assert isinstance(world.orchestrator, MemoryOrchestrator)
    own = copy(world)
    own.orchestrator = orchestrator = copy(world.orchestrator)
    runs = world.orchestrator.runs
    orchestrator.runs = {name: run for name, run in runs.items() if name.startswith(case.number)}
    return own


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", [whole_wish, whole_matter])
def test_a_worker_killed_at_any_effect_leaves_the_same_behind_as_one_that_lived(
    world: World, story: Callable[[Front], list[Case]], after: bool
) -> None:
    calm = faulty(world, CallBoundary())
    expected = [account(calm, case) for case in story(calm)]
    told = len(calm.notifier.sent)
    assert calm.boundary.calls > 60 and told >= 7

    for at in range(1, calm.boundary.calls + 1):
        killed = faulty(world, CallBoundary(at, after))
        cases = story(killed)
        killed.settle()
        assert killed.killed == 1, f"call {at} was not reached"
        assert [account(killed, case) for case in cases] == expected, f"call {at}"
        assert_told_once_or_twice(killed, told)
        for case, one in zip(cases, expected, strict=True):
            assert_whole(by_itself(killed, case), case, one["stands"]["result"], one["events"])


def assert_told_once_or_twice(world: FaultyWorld, told: int) -> None:
    """One killed worker repeats one message at most."""
    sent = Counter(one.reference for one in world.notifier.sent)
    assert told <= sent.total() <= told + 1
    assert max(sent.values()) <= 2


def test_the_slot_of_a_wish_moves_up_and_whoever_still_waits_is_told_that_it_is_over(
    world: World,
) -> None:
    (case,) = whole_wish(world)

    case.stands(ended=True, result="fulfilled")
    assert case.happened() == [
        *["recorded", "published", "claimed", "waiting_for_slot", "waiting_for_slot"],
        *["released", "claimed", "introduced", "fulfil_reported", "all_done", "claim_void"],
        *["confirmed", "closed"],
    ]
    assert wishes.states(case, FANG, QIN, SHI) == ["settled", "settled", "moot"]
    assert len(wishes.texts(case, wishes.PHONES[SHI])) == 2


def test_all_three_cases_of_a_matter_end_and_the_paper_is_waived(world: World) -> None:
    matter, apart, original = whole_matter(world)

    matter.stands(ended=True, result="solved")
    apart.stands(ended=True, result="concluded")
    original.stands(ended=True, result="granted")
    assert [one["state"] for one in original.mine()["papers"]["promised"]] == ["waived"]
    moot = [one for one in matter.view()["tasks"] if one.get("party") == HEADS[2]]
    assert [one["state"] for one in moot] == ["moot"]
