"""Roles that a case gives and takes back, where an operator has allowed that."""

import copy
from datetime import date
from typing import Any

import pytest

from chalicelib.cases.granting import months_after
from infra.player import Case, expect
from tests.journeys.publishing import publish, upload
from tests.world import World, load_json

SERVICE = "appointing"
VILLAGE, HALL, SECOND = "officer-li", "officer-zhao", "officer-zheng"
NEW = {"party": "agent-yuan", "name": "袁小兰"}
TITLES = {"zh-Hans": "任命", "zh-Hant": "任命", "en": "Appoint"}
PLAIN = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$"
Document = dict[str, Any]


def appointing() -> Document:
    """A suggestion that makes somebody an agent, and may end that."""
    made: Document = copy.deepcopy(load_json("forms/suggestion/service.json"))
    made["service"] = SERVICE
    flow = made["flow"]
    word = {"type": "string", "minLength": 2, "maxLength": 64, "pattern": PLAIN}
    who = {
        "type": "object",
        "additionalProperties": False,
        "required": ["party", "name"],
        "properties": {"party": {**word, "title": "编号"}, "name": {**word, "title": "姓名"}},
    }
    way = {"titles": TITLES, "to": "end:adopted", "input": who}
    flow["stages"]["sort"]["actions"]["appoint"] = {**way, "event": "appointed"}
    flow["acts"]["dismiss"] = {
        "titles": TITLES,
        "event": "dismissed",
        "when": "ended",
        "input": who,
        "who": {"role": "acceptor", "at": "received"},
    }
    named = {"party": {"details": "/party"}, "role": "agent", "at": "received"}
    flow["follows"] = {
        "office": {
            "on": ["appointed"],
            "do": "grant_role",
            **named,
            "name": {"details": "/name"},
            "months": 36,
        },
        "dismissal": {"on": ["dismissed"], "do": "revoke_role", **named},
    }
    for name in ("appointed", "dismissed"):
        made["events"][name] = {"titles": TITLES}
    told = made["notices"]["adopted"]
    told["on"] = [*told["on"], "appointed"]
    return made


@pytest.fixture
def case(world: World) -> Case:
    publish(world, appointing(), unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    return Case.submit(world, answers, [], service=SERVICE, reader=HALL)


def allow(world: World) -> None:
    region = load_json("infra/seed/directory.json")
    given = {"nodes": region["nodes"], "grantable": [{"role": "agent", "services": [SERVICE]}]}
    world.publisher.handle({"directory": given})


def carried_out(world: World) -> None:
    """The publisher function deals with what was ordered; the worker looks a minute later."""
    world.settle()
    world.publisher.handle({"uploads": {}})
    world.tick(world.moment + world.minutes(1))
    world.house.directory.refresh()


def roles(world: World) -> set[str]:
    found = world.house.directory.party(NEW["party"])
    today = world.house.today()
    return {one.role for one in found.grants if one.holds_on(today)} if found else set()


def test_who_is_appointed_holds_the_role_and_the_case_and_the_history_say_so(
    world: World, case: Case
) -> None:
    allow(world)
    case.do(VILLAGE, "appoint", NEW)
    assert roles(world) == set()

    carried_out(world)

    assert roles(world) == {"agent"}
    (event,) = [one for one in case.view()["events"] if one["type"] == "role_granted"]
    given = {name: event["data"][name] for name in ("party", "role", "node", "to")}
    assert given == {"party": NEW["party"], "role": "agent", "node": "jz-t1-v1", "to": "2029-03-09"}
    expect(world.http("GET", "/inbox?role=agent&node=jz-t1-v1", None, NEW["party"]), 200)
    history = expect(world.http("GET", f"/services/{SERVICE}/history", None, SECOND), 200)
    (noted,) = [one for one in history["history"] if one["do"] == "grant_role"]
    assert (noted["by"], noted["party"], noted["case"]) == (VILLAGE, NEW["party"], case.number)


def test_a_role_is_taken_back_at_once(world: World, case: Case) -> None:
    allow(world)
    case.do(VILLAGE, "appoint", NEW)
    carried_out(world)

    case.do(VILLAGE, "dismiss", NEW)
    carried_out(world)

    assert roles(world) == set()
    assert case.happened()[-1] == "role_revoked"


def test_what_an_operator_has_granted_is_neither_taken_back_nor_written_over(
    world: World, case: Case
) -> None:
    allow(world)
    agent = {"party": "agent-deng", "name": "邓兰"}
    case.do(VILLAGE, "appoint", agent)
    carried_out(world)
    case.do(VILLAGE, "dismiss", agent)
    carried_out(world)

    assert case.happened().count("role_granted") == case.happened().count("role_revoked") == 0
    found = world.house.directory.party("agent-deng")
    assert found and [one.until for one in found.grants if one.role == "agent"] == [None]


def test_an_id_is_not_given_to_somebody_of_another_name(world: World, case: Case) -> None:
    allow(world)
    case.do(VILLAGE, "appoint", {"party": "officer-chen", "name": NEW["name"]})
    carried_out(world)

    found = world.house.directory.party("officer-chen")
    assert found and "agent" not in {one.role for one in found.grants}
    assert "role_granted" not in case.happened()


def test_a_role_that_is_given_and_taken_back_before_either_is_carried_out_is_not_held(
    world: World, case: Case
) -> None:
    allow(world)
    case.do(VILLAGE, "appoint", NEW)
    case.do(VILLAGE, "dismiss", NEW)
    carried_out(world)

    assert roles(world) == set()
    history = expect(world.http("GET", f"/services/{SERVICE}/history", None, SECOND), 200)
    done = [one["do"] for one in history["history"] if one.get("party") == NEW["party"]]
    assert done == ["revoke_role", "grant_role"]


def test_a_service_that_no_operator_has_allowed_to_gives_no_role_and_somebody_is_asked(
    world: World, case: Case
) -> None:
    case.do(VILLAGE, "appoint", NEW)
    carried_out(world)

    assert roles(world) == set()
    (task,) = [one for one in case.view()["tasks"] if one["kind"] == "escalation"]
    assert (task["state"], task["role"]) == ("open", "acceptor")
    assert [one["type"] for one in case.view()["events"]].count("role_not_granted") == 1


def test_who_hands_in_such_a_document_is_told_what_is_not_allowed(world: World) -> None:
    found = upload(world, appointing())

    assert found["state"] == "draft"
    warned = [one for one in found["report"]["warnings"] if one["keyword"] == "grant"]
    assert [one["pointer"] for one in warned] == ["/flow/follows"]


@pytest.mark.parametrize(
    ("pointer", "keyword", "edit"),
    [
        ("/flow/follows/office/months", "required", lambda it: it["office"].pop("months")),
        (
            "/flow/follows/office/party/details",
            "pointer",
            lambda it: it["office"].update(party={"details": "/whom"}),
        ),
        (
            "/flow/follows/office/name/from",
            "pointer",
            lambda it: it["office"].update(name={"from": "/nominee"}),
        ),
    ],
)
def test_a_document_that_does_not_say_who_or_how_long_is_refused(
    world: World, pointer: str, keyword: str, edit: Any
) -> None:
    document = appointing()
    edit(document["flow"]["follows"])

    found = upload(world, document)

    said = [(one["pointer"], one["keyword"]) for one in found["report"]["findings"]]
    assert found["state"] == "refused" and (pointer, keyword) in said


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 3, 10), 36, date(2029, 3, 9)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
    ],
)
def test_a_term_of_office_ends_the_day_before_the_same_day(
    day: date, months: int, last: date
) -> None:
    assert months_after(day, months) == last
