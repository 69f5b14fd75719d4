"""AB岗: who stands in acts with the absent officer's grants, on the days of the absence only."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.people import seeding
from chalicelib.platform.errors import SeparationOfDuty
from infra.player import Case, expect
from tests.journeys.people import APPROVER, EXAMINER, VILLAGE, example
from tests.world import World, load_json

# Neither may approve by himself; the first has no grant at all, the second may examine.
SUBSTITUTE, COLLEAGUE = "officer-zhang", "officer-qiu"
PARTIES = [
    {"party": SUBSTITUTE, "name": "张明", "kind": "officer", "stands_in_for": [APPROVER]},
    {"party": COLLEAGUE, "name": "邱莉", "kind": "officer", "stands_in_for": [APPROVER]},
]
GRANTS = [{"party": COLLEAGUE, "role": "examiner", "node": "jz", "from": "2020-01-01", "to": None}]
ABSENCE = {"party": APPROVER, "from": "2026-03-11", "to": "2026-03-12", "because": "外出培训"}
# Office time is Beijing's: its midnight is 16:00 of the day before in UTC.
LAST_MOMENT_BEFORE = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)
FIRST_MOMENT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 3, 12, 15, 59, tzinfo=UTC)
FIRST_MOMENT_AFTER = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


@pytest.fixture
def office(world: World) -> World:
    """The world with two stand-ins for the approver, who is away tomorrow and the day after."""
    region = load_json("infra/seed/directory.json")
    seeding.directory(world.store, {**region, "parties": PARTIES, "grants": GRANTS})
    assert world.publisher.handle({"absence": ABSENCE})["party"] == APPROVER
    return world


def proposed(world: World, examiner: str = EXAMINER) -> Case:
    """A case that waits for the approver."""
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    case.do(VILLAGE, "accept")
    case.do(examiner, "propose_grant")
    case.stands("decide")
    return case


def inbox(world: World, party: str) -> Any:
    return world.http("GET", "/inbox?role=approver&node=jz", None, party)


@pytest.mark.parametrize("moment", [FIRST_MOMENT, LAST_MOMENT])
def test_a_stand_in_finds_and_decides_the_case_while_the_approver_is_away(
    office: World, moment: datetime
) -> None:
    case = proposed(office)
    office.tick(moment)

    found = expect(inbox(office, SUBSTITUTE), 200)
    assert case.number in [one["case"] for one in found["tasks"]]
    case.do(SUBSTITUTE, "grant")

    case.stands("deliver", status="granted")


@pytest.mark.parametrize("moment", [LAST_MOMENT_BEFORE, FIRST_MOMENT_AFTER])
def test_before_and_after_the_absence_a_stand_in_is_as_anybody_else(
    office: World, moment: datetime
) -> None:
    case = proposed(office)
    office.tick(moment)

    assert case.attempt(SUBSTITUTE, "grant").status == 404
    assert case.attempt(COLLEAGUE, "grant").status == 403
    assert inbox(office, COLLEAGUE).status == 404
    case.stands("decide")


def test_who_stands_in_does_no_more_than_the_absent_officer_may(office: World) -> None:
    case = proposed(office)
    office.tick(FIRST_MOMENT)

    extension = {"reason": "情况复杂", "text": "需要核实住所。"}
    assert case.attempt(SUBSTITUTE, "extend", extension).status == 403
    assert case.attempt(APPROVER, "extend", extension).status == 403


def test_who_examined_a_case_may_not_decide_it_as_a_stand_in_either(office: World) -> None:
    examined, other = proposed(office, COLLEAGUE), proposed(office)
    office.tick(FIRST_MOMENT)

    refused = examined.attempt(COLLEAGUE, "grant")

    assert refused.status == 409
    assert refused.body["type"].endswith(SeparationOfDuty.slug)
    examined.do(SUBSTITUTE, "grant")
    other.do(COLLEAGUE, "grant")


def test_an_officer_who_comes_back_early_takes_the_grants_back_within_a_minute(
    office: World,
) -> None:
    case = proposed(office)
    office.tick(LAST_MOMENT)
    expect(inbox(office, SUBSTITUTE), 200)

    office.publisher.handle({"absence": {**ABSENCE, "to": ABSENCE["from"]}})
    office.moment += office.minutes(1)

    assert case.attempt(SUBSTITUTE, "grant").status == 404
    case.do(APPROVER, "grant")
