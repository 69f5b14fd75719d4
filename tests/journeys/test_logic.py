"""One rule for every way in: what a web form, a telephone and another case make of the answers."""

import uuid
from copy import deepcopy
from typing import Any

import pytest

from chalicelib.cases.file import CaseFile, answers_of, load
from infra.player import Answer, expect
from tests.journeys.matters import split
from tests.journeys.people import VILLAGE, WINDOW, example
from tests.world import World, load_json

SERVICE = "business-licence"
LARGE: dict[str, Any] = {
    "fen": 5_000,
    "reason": {"zh-Hans": "大额设立工本费", "en": "Large undertaking"},
}
PLATE: dict[str, Any] = {
    "fen": 1_500,
    "reason": {"zh-Hans": "门牌工本费", "en": "House number plate"},
}
SUM = {"+": [{"var": ["contributions", "0"]}]}
TABLES: dict[str, Any] = {
    "fee": {
        "decides": "fee",
        "hit": "collect",
        "inputs": [
            {"name": "sum", "value": SUM},
            {"name": "home", "value": {"var": "premises_is_home"}},
        ],
        "rules": [
            {"when": {"sum": {">=": 100}}, "then": LARGE},
            {"when": {"home": True}, "then": PLATE},
        ],
    },
    "papers": {
        "decides": "papers",
        "hit": "first",
        "inputs": [{"name": "sum", "value": SUM}],
        "rules": [
            {"when": {"sum": {">=": 100}}, "then": {"papers": {"P3": "waived", "P6": "asked"}}}
        ],
    },
    "unit": {
        "decides": "routing",
        "hit": "first",
        "inputs": [{"name": "type", "value": {"var": "entity_type"}}],
        "rules": [
            {"when": {"type": "coop"}, "then": {"unit": "town-1-hall"}},
            {"when": {"type": "sole"}, "then": {"unit": "nowhere"}},
        ],
    },
}


@pytest.fixture
def ruled(world: World) -> World:
    """The licence with decision tables, by telephone too."""
    document = load_json(f"forms/{SERVICE}/service.json")
    document["channels"].append("telephone")
    document["logic"] = {**document["logic"], "tables": TABLES}
    report = world.publish(document)
    assert report["published"], report
    return world


def answers(name: str, **more: Any) -> Any:
    return {**deepcopy(example(name)["answers"]), **more}


def send(
    world: World,
    given: Any,
    party: str | None = None,
    key: str = "",
    language: str = "en",
    **body: Any,
) -> Answer:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex, "Accept-Language": language}
    sent = {"answers": given, **body}
    return world.http("POST", f"/services/{SERVICE}/cases", sent, party, headers)


def kept(world: World, number: str) -> CaseFile:
    found = load(world.ports.store, number)
    assert found is not None
    return found


def stored(world: World, number: str) -> Any:
    return answers_of(world.ports.keys, kept(world, number))


STALE = {"address": {"name": "张三", "phone": "13800000001", "street": "旧地址1号"}}


def test_a_web_form_and_an_officer_on_the_telephone_store_the_same_answers(ruled: World) -> None:
    """The form's address was filled in before the applicant chose to come to the window; the
    officer never asks for it, and says nothing of the sum."""
    told = answers("individual-leased", delivery={"how": "window"})
    clicked = {
        **told,
        "delivery": {"how": "window", **STALE},
        "capital": "不知道",
        "contributions": "1000000",
    }

    web = expect(send(ruled, clicked), 201)
    call = expect(send(ruled, told, VILLAGE, channel="telephone"), 201)

    assert stored(ruled, web["case"]) == stored(ruled, call["case"]) == told
    assert web["dropped"] == [
        "/answers/capital",
        "/answers/contributions",
        "/answers/delivery/address",
    ]
    assert "dropped" not in call


def test_what_is_computed_is_stored_whatever_the_client_says(ruled: World) -> None:
    given = answers("company-at-home-with-prior-approval", contributions="9")

    web = expect(send(ruled, given), 201)

    assert stored(ruled, web["case"])["contributions"] == "100.5"


def test_the_receipt_tells_the_fee_its_reasons_and_the_papers_that_the_tables_decide(
    ruled: World,
) -> None:
    given = answers("company-at-home-with-prior-approval")
    needed = example("company-at-home-with-prior-approval")["papers_needed"]

    web = expect(send(ruled, given), 201)
    missing = [one["paper"] for one in web["papers"]["missing"]]

    assert web["fee"] == {"fen": 6_500, "reasons": [LARGE["reason"]["en"], PLATE["reason"]["en"]]}
    assert missing == sorted({*needed, "P6"} - {"P3"})


FEE = {"fen": 6_500, "reasons": [LARGE["reason"]["en"], PLATE["reason"]["en"]]}


def seen(world: World, receipt: Any) -> tuple[Any, Any]:
    """The case as the applicant sees it, and as an officer does."""
    english = {"Accept-Language": "en"}
    secret = {**english, "Receipt-Secret": receipt["secret"]}
    mine = world.http("GET", f"/my/cases/{receipt['case']}", None, None, secret)
    view = world.http("GET", f"/cases/{receipt['case']}", None, WINDOW, english)
    return expect(mine, 200), expect(view, 200)


def test_the_fee_of_the_receipt_stays_with_the_case(ruled: World) -> None:
    receipt = expect(send(ruled, answers("company-at-home-with-prior-approval")), 201)
    ruled.settle()
    free = expect(send(ruled, answers("individual-leased")), 201)
    ruled.settle()

    assert [one["fee"] for one in seen(ruled, receipt)] == [FEE, FEE]
    assert not any("fee" in one for one in seen(ruled, free))


def test_a_case_that_goes_on_under_other_tables_keeps_the_fee_it_was_told(ruled: World) -> None:
    receipt = expect(send(ruled, answers("company-at-home-with-prior-approval")), 201)
    ruled.settle()
    document = load_json(f"forms/{SERVICE}/service.json")
    document["channels"].append("telephone")
    assert ruled.publish(document)["published"]
    path = f"/services/{SERVICE}/rebases"
    expect(ruled.http("POST", path, {"checked": True}, "officer-gao"), 202)
    ruled.tick(ruled.moment + ruled.minutes(1))

    mine, view = seen(ruled, receipt)

    assert view["service_version"] == 3
    assert mine["fee"] == view["fee"] == FEE


def test_who_may_not_read_an_answer_is_not_told_it_by_the_reasons_of_the_fee(
    ruled: World,
) -> None:
    document = load_json(f"forms/{SERVICE}/service.json")
    document["logic"] = {**document["logic"], "tables": TABLES}
    document["confidential"] = [{"pointer": "/premises_is_home", "to": ["head"]}]
    assert ruled.publish(document)["published"]
    receipt = expect(send(ruled, answers("company-at-home-with-prior-approval")), 201)
    ruled.settle()

    mine, view = seen(ruled, receipt)

    assert view["withheld"] == ["/premises_is_home"]
    assert (mine["fee"], view["fee"]) == (FEE, {"fen": 6_500, "reasons": []})


def test_without_a_rule_that_matches_the_receipt_tells_no_fee_but_the_guide_s(
    ruled: World,
) -> None:
    assert "fee" not in expect(send(ruled, answers("individual-leased")), 201)


def test_a_repeat_gets_the_same_receipt(ruled: World) -> None:
    key, given = uuid.uuid4().hex, answers("company-at-home-with-prior-approval", capital="1")
    given["delivery"] = {"how": "window", **STALE}

    first = send(ruled, given, key=key)
    again = send(ruled, given, key=key)

    assert first.status == again.status == 201
    assert first.body == again.body
    assert {"fee", "dropped"} <= first.body.keys()


def test_the_unit_that_a_table_names_handles_the_case(ruled: World) -> None:
    cooperative = expect(send(ruled, answers("cooperative-of-five")), 201)["case"]
    individual = expect(send(ruled, answers("individual-leased")), 201)["case"]

    assert kept(ruled, cooperative).case["unit"] == "town-1-hall"
    assert kept(ruled, individual).case["unit"] == "approval-bureau"


def test_a_unit_that_is_not_known_is_a_refusal_and_nothing_is_stored(ruled: World) -> None:
    # The in-memory store counts its transactions; the port does not.
    before = ruled.store.transactions  # type: ignore[attr-defined]

    refused = send(ruled, answers("passport-holder"))

    assert refused.status == 422
    assert [(one["pointer"], one["keyword"]) for one in refused.body["errors"]] == [
        ("/answers", "unit")
    ]
    assert ruled.store.transactions == before  # type: ignore[attr-defined]


def test_the_first_event_keeps_no_answer_and_no_text_of_what_was_decided(ruled: World) -> None:
    given = answers("company-at-home-with-prior-approval")
    given["delivery"] = {"how": "window", **STALE}

    number = expect(send(ruled, given), 201)["case"]
    data = kept(ruled, number).events[0]["data"]

    assert data["dropped"] == ["/delivery/address"]
    assert data["fee"] == {
        "fen": 6_500,
        "by": ["/logic/tables/fee/rules/0/then", "/logic/tables/fee/rules/1/then"],
    }


def test_a_case_that_another_one_opens_is_settled_by_its_own_rules(world: World) -> None:
    document = load_json("forms/conduct-report/service.json")
    rule = {"pointer": "/told", "if": {"missing": ["about.case"]}}
    assert world.publish({**document, "logic": {"shows": [rule]}})["published"]

    _, report = split(world)

    told = stored(world, report.number)
    assert told["about"]["case"] and "told" not in told
