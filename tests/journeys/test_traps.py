"""What other case systems fell into, each trap by its name."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from chalicelib.cases import sides
from chalicelib.clocks import clock
from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import Moment
from chalicelib.people.authority import party_of
from chalicelib.services.document import Service
from infra.player import Case
from infra.plays import day
from infra.plays.plain import plans
from tests.journeys.people import VILLAGE, example
from tests.journeys.test_killed_ways import NAMES, fresh, rehearsed, service, undisturbed
from tests.journeys.test_rating_rectification import SUPERVISOR, rated
from tests.journeys.ways import PEOPLE, Playing, Unplayable
from tests.world import World, load_json

OWN_CLOCK = ("received_at", "at", "as_of", "submitted_at", "now", "timestamp")
CALENDAR = Calendar.from_document(load_json("infra/calendars/cn.json"))
OFFERED = frozenset({"open", "waiting"})
LATER = frozenset({"decided", "ended", "always"})


@pytest.mark.parametrize("member", OWN_CLOCK)
def test_nobody_sends_their_own_clock(world: World, member: str) -> None:
    """A time in the body of a request is refused wherever one may write; none is taken over."""
    it = example()
    early = {member: "2020-01-01T00:00:00Z"}
    made = world.http(
        "POST", "/services/business-licence/cases", {"answers": it["answers"], **early}
    )
    assert made.status == 422
    case = Case.submit(world, it["answers"], it["papers_needed"])
    receipt = {"Receipt-Secret": case.secret}
    view = {"If-Match": f'"{case.view()["version"]}"'}
    mine, task = f"/my/cases/{case.number}/actions", f"/cases/{case.number}/tasks/1/actions"
    beside = f"/cases/{case.number}/actions"

    for path, party, headers, action in (
        (mine, None, receipt, "withdraw"),
        (task, VILLAGE, view, "accept"),
        (beside, VILLAGE, view, "comment"),
    ):
        details = {"text": "一句话"} if action == "comment" else {}
        for body in (
            {"action": action, "details": details, **early},
            {"action": action, "details": {**details, **early}},
        ):
            assert world.http("POST", path, body, party, headers).status == 422, (path, body)
    assert case.happened() == ["received"]
    assert {one["at"][:10] for one in case.view()["events"]} == {"2026-03-10"}


@pytest.mark.parametrize("member", OWN_CLOCK)
def test_nobody_sends_the_clock_of_a_reopened_case(world: World, member: str) -> None:
    """A case system took the times of what it reopened from the request: here they are now."""
    case = rated(world)
    case.do(SUPERVISOR, "withdraw", {"how": "visit"})
    path, headers = f"/my/cases/{case.number}/actions", {"Receipt-Secret": case.secret}
    early, why = {member: "2020-01-01T00:00:00Z"}, {"text": "我没有要撤回"}
    for body in (
        {"action": "reopen", "details": why, **early},
        {"action": "reopen", "details": {**why, **early}},
    ):
        assert world.http("POST", path, body, None, headers).status == 422, body
    assert case.view()["ended"]
    world.tick(world.moment + timedelta(days=2))

    case.decide("reopen", why)

    (clock,) = [one for one in case.mine()["clocks"] if one["clock"] == "rectifying"]
    assert clock["started_at"][:10] == f"{world.moment:%Y-%m-%d}"


def plain_walks(name: str) -> Iterator[Any]:
    return (walk for walk in rehearsed(name).walks if walk.result and not walk.shows)


class Watched:
    """A world in which something is looked at after each step."""

    def __init__(self, world: World, between: Any) -> None:
        self._world = world
        self._between = between

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def settle(self, number: str) -> None:
        self._between(self._world, number)


class End(NamedTuple):
    """A case that was played to its end."""

    service: Service
    world: World
    number: str
    secret: str


def played(published: World, name: str, between: Any = undisturbed) -> Playing | End:
    """The first plain way that can be played by the document alone, else its plain case."""
    for walk in plain_walks(name):
        try:
            return Playing(fresh(published), service(name), walk, between).play()
        except Unplayable:
            continue
    world = fresh(published)
    case = day.play(Watched(world, between), plans()[name])
    assert case is not None
    return End(service(name), world, case.number, case.secret)


def reader(it: Service, node: str = "jz") -> str:
    """Somebody who may read every case of the service."""
    roles = it.data.get("readers", ["acceptor", "supervisor"])
    return next(str(one["party"]) for one in PEOPLE if one["role"] in roles and one["node"] == node)


@pytest.mark.parametrize("name", NAMES)
def test_an_ended_case_offers_only_what_is_for_ended_cases(published: World, name: str) -> None:
    end = played(published, name)
    it, world = end.service, end.world

    case = Case(world, end.number, end.secret, reader(it))
    view, mine = case.view(), case.mine()

    assert view["ended"]
    offered = {one["action"] for one in (*view["acts"], *mine["actions"])}
    assert all(it.acts[one].get("when") in LATER for one in offered if one in it.acts)
    beside = {"side", "escalation", "call"}
    assert {one["kind"] for one in view["tasks"] if one["state"] == "open"} <= beside
    for one, act in it.acts.items():
        if act.get("when", "open") not in LATER and act.get("by", "officer") != "officer":
            side = party_of(act["by"])
            secret = sides.secret(world.house, end.number, side) if side else end.secret
            headers = {"Receipt-Secret": secret}
            tried = world.http(
                "POST", f"/my/cases/{end.number}/actions", {"action": one}, None, headers
            )
            assert tried.status in (409, 422), one
    assert world.row(end.number)["ended"]


def in_the_inboxes(world: World, number: str, rows: list[Any]) -> set[str]:
    """Tasks of the case that the inboxes list, asked by those whose inboxes they are."""
    found: set[str] = set()
    places = {(row["role"], row["node"]) for row in rows if row.get("role")}
    for role, node in places:
        place = world.house.directory.node(node)
        assert place is not None
        party = world.house.directory.holders(role, place, world.house.today())[0].id
        found |= listed(world, f"/inbox?role={role}&node={node}", party, number)
    for party in {row["party"] for row in rows if row.get("party")}:
        found |= listed(world, f"/inbox?party={party}", party, number)
    return found


def listed(world: World, path: str, party: str, number: str) -> set[str]:
    answer = world.http("GET", path, None, party)
    assert answer.status == 200, answer.body
    return {one["task"] for one in answer.body["tasks"] if one["case"] == number}


@pytest.mark.parametrize("name", NAMES)
def test_list_and_detail_agree_on_what_is_open_after_every_step(
    published: World, name: str
) -> None:
    looked = 0

    def compare(world: World, number: str) -> None:
        nonlocal looked
        world.settle()
        seen = Case(world, number, "", reader(service(name))).view()["tasks"]
        addressed = [row for row in seen if row.get("role") or row.get("party")]
        shown = {row["task"] for row in addressed if row["state"] in OFFERED}
        assert in_the_inboxes(world, number, addressed) == shown
        looked += 1

    played(published, name, compare)
    assert looked > 1


def test_a_day_is_no_twenty_four_hours_of_office_time() -> None:
    """P1D from Friday 16:00 ends when the office closes on Monday: neither Saturday at 16:00 nor
    Wednesday, after 24 hours at the desk."""
    friday = datetime(2026, 3, 13, 8, 0, tzinfo=UTC)
    definition = {"budget": {"days": 1}, "start": ["received"], "stop": []}

    reading = clock.read(definition, [Moment("received", friday)], CALENDAR)

    assert reading is not None and reading.due_at is not None
    assert f"{CALENDAR.local(reading.due_at):%A %H:%M}" == "Monday 17:30"
    assert reading.due_at == CALENDAR.close_of(
        CALENDAR.local_date(datetime(2026, 3, 16, tzinfo=UTC))
    )
