"""The hostile corpus against every write route; hostile paths and queries against every route.

Each case is played from the same rows, by Chalice's client and as a raw API Gateway event.
"""

import statistics
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from chalicelib.people.authority import ROUTES, Need
from chalicelib.platform.ports import Table
from infra.seed import documents
from tests.hostile import HARMLESS, SEGMENTS, corpus
from tests.journeys.people import VILLAGE
from tests.siege import (
    CPU_MS,
    NO_ROUTE,
    PUBLISHER,
    Besieged,
    Outcome,
    Siege,
    answered,
    by_client,
    by_event,
    event_of,
    plays,
)

# Signed routes refuse all of this for its signature; their own corpus is in test_sms and
# test_callback.
WRITES = sorted(
    route for (method, route), need in ROUTES.items() if method == "POST" and need != Need.SIGNED
)
# What no single small request may cost, on a machine that does other things as well.
CPU_MS_AT_MOST = 6 * CPU_MS


@pytest.fixture(
    scope="module", params=[f"{by} {route}" for route in WRITES for by in ("event", "client")]
)
def siege(request: pytest.FixtureRequest) -> Siege:
    by, route = request.param.split(" ")
    siege = Siege(Besieged(), route)
    play = plays(siege.world)[route]
    siege.play("warm up", by_event(route, play.params, play.headers, b"{"))
    for it in corpus(play.good, play.spot, play.inner):
        headers = {"Content-Type": "application/json", **play.headers, **it.headers}
        if by == "client":
            # Bodies that differ in a member alone say the same through either.
            if it.name.startswith(("member", "attribute")):
                continue
            siege.play(it.name, by_client(siege.world, route, play.params, headers, it))
        elif not it.suffix:
            siege.play(it.name, by_event(route, play.params, headers, it.body))
    return siege


@pytest.fixture(scope="module", params=sorted(ROUTES), ids=" ".join)
def stroll(request: pytest.FixtureRequest) -> Siege:
    """Every hostile segment in each place of a path, and as each parameter of a query."""
    method, route = request.param
    siege = Siege(Besieged(), route)
    for name, params, query in strolls(siege.world, route):
        reads = method == "GET" and ROUTES[method, route] is Need.PUBLISHER
        by = PUBLISHER if reads else VILLAGE
        headers = {"Authorization": siege.world.bearer[by], "Receipt-Secret": siege.world.secret}
        siege.play(name, by_event(route, params, headers, b"{}", method, query))
    return siege


Words = dict[str, str]


def strolls(world: Besieged, route: str) -> Iterator[tuple[str, Words, Words]]:
    usual = {"service": "business-licence", "number": world.case, "task": "1"}
    usual |= dict.fromkeys(("upload", "order", "job"), "0" * 32)
    usual |= {"version": "1", "kind": "promise", "record": "0" * 16, "document": "1-grant"}
    usual |= {"document_number": "吉审准〔2026〕000001号", "body": "fund-office"}
    asked = {"role": "acceptor", "node": "jz-t1-v1"}
    for segment in SEGMENTS:
        for name in (name for name in usual if f"{{{name}}}" in route):
            yield f"{name}={segment[:40]!a}", {**usual, name: segment}, {}
        for name in ("role", "node", "zone", "cursor", "party", "category", "service", "month"):
            yield f"?{name}={segment[:40]!a}", usual, {**asked, name: segment}


def refused(siege: Siege) -> list[Outcome]:
    return [it for it in siege.outcomes if it.status >= 400 and it.kind != NO_ROUTE]


def is_problem(it: Outcome) -> bool:
    return (
        it.kind == "application/problem+json"
        and it.body["type"].startswith("urn:bancheng:problem:")
        and bool(it.body["title"])
        and it.body["status"] == it.status
    )


def harmless(route: str, name: str) -> bool:
    return any(
        fnmatchcase(name, pattern)
        for entry in HARMLESS
        if route in entry.get("routes", [route])
        for pattern in entry["cases"]
    )


def test_the_corpus_has_at_least_300_cases_of_different_names() -> None:
    for play in plays(Besieged()).values():
        names = [it.name for it in corpus(play.good, play.spot, play.inner)]
        assert len(set(names)) == len(names) >= 300


def test_every_write_route_is_besieged() -> None:
    assert sorted(plays(Besieged())) == WRITES


def test_nothing_hostile_is_answered_with_500_or_more(siege: Siege) -> None:
    assert [(it.name, it.status) for it in siege.outcomes if it.status >= 500] == []


def test_every_refusal_is_problem_details(siege: Siege) -> None:
    assert [(it.name, it.kind) for it in refused(siege) if not is_problem(it)] == []


def test_a_refused_request_stores_nothing(siege: Siege) -> None:
    assert [it.name for it in refused(siege) if it.stored] == []


def test_what_is_accepted_is_listed_as_harmless(siege: Siege) -> None:
    accepted = [it.name for it in siege.outcomes if it.status < 400]

    assert [name for name in accepted if not harmless(siege.route, name)] == []


def test_no_hostile_request_costs_much(siege: Siege) -> None:
    small = [it for it in siege.outcomes if not it.name.startswith("large:")]

    assert statistics.median(it.ms for it in small) <= CPU_MS
    assert [(it.name, round(it.ms)) for it in small if it.ms > CPU_MS_AT_MOST] == []


def test_no_hostile_path_or_query_is_answered_with_500_or_more(stroll: Siege) -> None:
    assert [(it.name, it.status) for it in stroll.outcomes if it.status >= 500] == []


def test_a_hostile_path_or_query_gets_problem_details_and_stores_nothing(stroll: Siege) -> None:
    assert [it.name for it in refused(stroll) if not is_problem(it)] == []
    assert [it.name for it in stroll.outcomes if it.stored] == []


def test_a_hostile_service_name_spoils_no_cache_for_others() -> None:
    world = Besieged()
    by_event("/services/{service}", {"service": ""}, {}, method="GET")()

    status, _, body = by_event("/services", {}, {}, method="GET")()

    assert status == 200
    there = [it["service"] for it in body["services"]]
    assert there == sorted(one["service"] for one in documents() if "audience" not in one)
    assert world.http("GET", "/services/business-licence").status == 200


@pytest.mark.parametrize("body", ["\ud800", "\x00", "令牌", "=", "a", "e30"])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("route", WRITES)
def test_a_body_that_is_no_base64_or_no_text_is_refused(
    route: str, packed: bool, body: str
) -> None:
    play = plays(Besieged())[route]
    event = event_of(route, play.params, play.headers, b"", "POST", None)

    status, headers, _ = answered({**event, "body": body, "isBase64Encoded": packed})

    assert status == 400 and headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [None, ""])
def test_a_missing_body_is_refused(body: str | None) -> None:
    play = plays(Besieged())["/services/{service}/cases"]
    event = event_of("/services/{service}/cases", play.params, {}, b"", "POST", None)

    status, _, answer = answered({**event, "body": body, "isBase64Encoded": False})

    assert (status, answer["type"]) == (400, "urn:bancheng:problem:malformed-json")


@pytest.mark.parametrize("verb", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "x"])
@pytest.mark.parametrize("route", sorted({route for _, route in ROUTES}))
def test_a_verb_that_a_route_lacks_gets_405_and_the_verbs_it_has(route: str, verb: str) -> None:
    Besieged()
    has = {method for method, known in ROUTES if known == route}
    if verb in has:
        return

    status, headers, body = by_event(route, {}, {"X-HTTP-Method-Override": "POST"}, b"{}", verb)()

    assert (status, body["type"]) == (405, "urn:bancheng:problem:method-not-allowed")
    assert set(headers["allow"].split(", ")) == has


def test_the_publisher_survives_every_upload_that_was_accepted() -> None:
    world = Besieged()
    route = "/services"
    play = plays(world)[route]
    for it in corpus(play.good, play.spot, play.inner):
        plain = it.name.startswith(("alone", "inside", "text")) and len(it.body) < 100_000
        if plain or it.name.startswith("member") and it.name.endswith((" 0", " 7", " missing")):
            by_event(route, {}, dict(play.headers), it.body)()

    while world.publisher.handle({"uploads": {}})["uploads"]:
        pass

    rows = world.stored()[Table.DIRECTORY].values()
    states = {row["state"] for row in rows if row["kind"] == "upload"}
    assert states == {"draft", "refused"}
