"""The contract under fire: Schemathesis plays the served OpenAPI documents against the application,
as everybody who may call it; 10,000 requests, no answer of 500 or more, no promise broken."""

import re
from functools import cache

import pytest

from chalicelib.people.authority import ROUTES, Need
from infra.seed import documents
from tests.barrage import PHASES, Barrage, Excuse, Plan, Runner
from tests.gateway import routed
from tests.stocked import (
    ANONYMOUS,
    CALLERS,
    OFFICER,
    PROVIDER,
    PUBLISHER,
    RESIDENT,
    VOLUNTEER,
    Act,
    Stocked,
)

REQUESTS = 10_000
SERVICES = sorted(document["service"] for document in documents())
# Members of the answers that other answers hide.
HIDDEN = sorted(
    {
        show["pointer"].rpartition("/")[2]
        for document in documents()
        for show in document.get("logic", {}).get("shows", ())
    }
)
ACCEPTANCE = "positive_data_acceptance"
SUBMIT = {f"POST /services/{service}/cases" for service in ("{service}", *SERVICES)}
ACTS = {
    "POST /my/cases/{number}/actions",
    "POST /cases/{number}/actions",
    "POST /cases/{number}/tasks/{task}/actions",
}
BODIES = {f"{method} {route}" for method, route in ROUTES if method == "POST"} | SUBMIT
# What JSON Schema cannot say of a request: then a good one may be refused, and only so.
EXCUSES = (
    Excuse(
        ACCEPTANCE,
        frozenset({422}),
        frozenset(BODIES),
        "answers go by the form of their service, details by what the action asks for, names by"
        " what exists; texts have no control characters, numbers must read back equal",
    ),
    Excuse(
        ACCEPTANCE,
        frozenset({412, 428}),
        frozenset(ACTS),
        "If-Match is the version that the case has now, and officers must send it",
    ),
    Excuse(
        ACCEPTANCE,
        frozenset({400}),
        frozenset({"GET /inbox", "GET /board", "GET /postings", "GET /records"}),
        "an inbox is a role's at a node, of a zone there, or a person's; a cursor is one that a"
        " page gave",
    ),
    Excuse(
        ACCEPTANCE,
        frozenset({400}),
        frozenset({"GET /packages"}),
        "services are named, each once, by commas",
    ),
    Excuse(
        "negative_data_rejection",
        frozenset({201}),
        frozenset(SUBMIT),
        "answers that other answers hide are dropped before the schema is held against them",
        tells="dropped",
    ),
    Excuse(
        "negative_data_rejection",
        frozenset({201}),
        frozenset(SUBMIT),
        "a null among them is nothing that was answered: it is taken out and not listed",
        sent=f'"({"|".join(HIDDEN)})": null',
    ),
)
PLANS = [
    *(Plan(caller, seed=seed) for seed, caller in enumerate(CALLERS, 1)),
    *(Plan(caller, phases=PHASES[3:], budget=25) for caller in (RESIDENT, PUBLISHER)),
    Plan(PROVIDER, budget=60),
    *(Plan(ANONYMOUS, f"/services/{one}/versions/1/openapi.json", budget=60) for one in SERVICES),
]


@cache
def world() -> Stocked:
    return Stocked()


@cache
def played(plan: Plan) -> Barrage:
    return Runner(world(), plan, EXCUSES).run()


def name_of(plan: Plan) -> str:
    service = re.match("/services/([^/]+)", plan.path)
    return "-".join([plan.caller, service[1] if service else plan.phases[-1]])


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS, ids=name_of)
def test_no_request_breaks_the_contract_or_is_answered_with_500_or_more(plan: Plan) -> None:
    barrage = played(plan)

    assert barrage.breaks == {}, barrage.report()
    assert [route for route, status in barrage.answers if status >= 500] == [], barrage.summary()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_there_were_ten_thousand_requests_and_every_route_was_reached_by_everybody() -> None:
    barrages = [played(plan) for plan in PLANS]
    asked = {
        (barrage.plan.caller, route)
        for barrage in barrages
        for route, status in barrage.answers
        if status != 405
    }

    total = sum(barrage.requests for barrage in barrages)
    assert total >= REQUESTS, "\n\n".join(barrage.summary() for barrage in barrages)
    routes = {f"{method} {route}" for method, route in ROUTES}
    assert {(caller, route) for caller in CALLERS for route in routes} <= asked


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everybody_got_through_wherever_the_authority_table_lets_them() -> None:
    done = {
        (barrage.plan.caller, route)
        for barrage in (played(plan) for plan in PLANS)
        for route, status in barrage.answers
        if status < 300
    }
    lets = {
        Need.NOBODY: {ANONYMOUS, RESIDENT, OFFICER, VOLUNTEER, PUBLISHER},
        Need.MAYBE: {ANONYMOUS},
        Need.SECRET: {RESIDENT},
        Need.OFFICER: {OFFICER},
        Need.PUBLISHER: {PUBLISHER},
        Need.SIGNED: {PROVIDER},
    }

    for (method, route), need in ROUTES.items():
        through = {caller for caller in lets[need] if (caller, f"{method} {route}") in done}
        assert through == lets[need], f"{method} {route}"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_excuse_is_needed() -> None:
    used = {excuse for plan in PLANS for excuse in played(plan).excused}

    assert [excuse.because for excuse in EXCUSES if excuse not in used] == []


def test_there_are_acts_of_everybody_to_mix_in() -> None:
    numbers = {caller: len(acts) for caller, acts in world().acts.items()}

    assert all(numbers[caller] > 5 for caller in CALLERS), numbers


@pytest.mark.parametrize("caller", [RESIDENT, OFFICER, VOLUNTEER, PUBLISHER])
@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer e30", "Receipt-Secret": "AAAA"}])
def test_no_act_is_done_without_what_its_route_asks_for(caller: str, sent: dict[str, str]) -> None:
    it = world()
    it.enter()
    it.restore()
    before = it.written()

    statuses = {asked(it, act, sent) for act in it.acts[caller] if "{number}" in act.route}
    statuses |= {asked(it, act, sent) for act in it.acts[PUBLISHER] if caller == PUBLISHER}

    assert statuses == {404 if caller == RESIDENT else 401}
    assert it.written() == before


def asked(it: Stocked, act: Act, headers: dict[str, str]) -> int:
    match = {} if act.version is None else {"If-Match": f'"{act.version}"'}
    path = act.route.format(**act.params)
    return it.http("POST", path, act.body, headers={**match, **headers}).status


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("/services", ("/services", {})),
        ("/services/a%2Fb", ("/services/{service}", {"service": "a/b"})),
        ("/services/%E6%89%A7?node=1", ("/services/{service}", {"service": "执"})),
        ("/packages/key", ("/packages/key", {})),
        ("/services//cases", None),
        ("/services/", None),
        ("/nowhere", None),
    ],
)
def test_the_gateway_finds_routes_as_the_real_one_does(
    uri: str, found: tuple[str, dict[str, str]] | None
) -> None:
    assert routed(uri) == found
