"""Which papers to bring, told before anybody applies (R03): at the counter, on the telephone."""

from typing import Any

import pytest

from chalicelib.platform.ports import Table
from infra.player import expect
from tests.fakes.store import MemoryStore
from tests.unit.test_forms import PASS, Example, sentence
from tests.world import World

LISTS = ("needed", "may_follow", "optional", "depends", "not_needed")


def asked(world: World, answers: Any, language: str = "zh-Hans") -> Any:
    path, headers = "/services/business-licence/papers", {"Accept-Language": language}
    return expect(world.http("POST", path, {"answers": answers}, None, headers), 200)


def ids(answer: Any) -> dict[str, list[str]]:
    return {name: [one["paper"] for one in answer[name]] for name in LISTS}


def said(answer: Any, paper: str) -> Any:
    return next(one for name in LISTS for one in answer[name] if one["paper"] == paper)


def test_without_any_answer_some_papers_are_sure_and_the_others_say_on_what_they_depend(
    world: World,
) -> None:
    answer = asked(world, {})

    assert ids(answer)["needed"] == ["P1", "P2"]
    assert ids(answer)["depends"] == ["P3", "P4", "P5", "P6", "P7", "P8"]
    assert said(answer, "P1")["why"] == "一律要交"
    assert said(answer, "P4")["answers"] == [{"pointer": "/entity_type", "title": "市场主体类型"}]
    assert said(answer, "P4")["why"] == "要看：市场主体类型"


def test_every_answer_settles_what_depends_on_it(world: World) -> None:
    known = {"entity_type": "individual", "premises_right": "leased", "premises_is_home": False}

    answer = asked(world, known)

    assert ids(answer) == {
        "needed": ["P1", "P2"],
        "may_follow": ["P3"],
        "optional": [],
        "depends": ["P6", "P7"],
        "not_needed": ["P4", "P5", "P8"],
    }
    assert said(answer, "P3")["within"] == {"days": 10}
    assert said(answer, "P3")["why"] == "根据已知的回答：场所权属"
    assert said(answer, "P6")["answers"] == [{"pointer": "/agent", "title": "委托代理人"}]


def test_null_says_that_there_will_be_none(world: World) -> None:
    assert "P6" in ids(asked(world, {"agent": None}))["not_needed"]
    assert "P6" in ids(asked(world, {}))["depends"]


LICENCE = [example for example in PASS if example.service == "business-licence"]


@pytest.mark.parametrize("example", LICENCE, ids=sentence)
def test_with_every_answer_it_is_the_list_that_the_receipt_has(
    example: Example, world: World
) -> None:
    form = world.house.catalogue.live("business-licence").data["form"]
    whole = {**dict.fromkeys(form["properties"]), **example.data["answers"]}

    found = ids(asked(world, whole))

    assert found["depends"] == []
    assert sorted(found["needed"] + found["may_follow"]) == sorted(example.data["papers_needed"])


def test_it_speaks_english_to_who_asks_in_english(world: World) -> None:
    answer = asked(world, {"entity_type": "llc"}, "en")

    assert said(answer, "P1")["title"] == "Signed application for registration"
    assert said(answer, "P1")["why"] == "Always needed"
    assert said(answer, "P4")["why"].startswith("From what is known: ")


def test_nothing_is_kept_of_what_was_asked(world: World) -> None:
    assert isinstance(world.store, MemoryStore)
    before = world.store.transactions

    asked(world, {"entity_type": "llc"})

    assert world.store.transactions == before
    assert world.store.rows[Table.CASES] == {}


WRONG: dict[str, tuple[Any, int, list[tuple[str, str]]]] = {
    "a choice there is not": (
        {"answers": {"entity_type": "bank"}},
        422,
        [("/answers/entity_type", "oneOf")],
    ),
    "a question there is not": (
        {"answers": {"colour": "red"}},
        422,
        [("/answers/colour", "additionalProperties")],
    ),
    "something else than an answer": (
        {"answers": {"premises_is_home": "perhaps"}},
        422,
        [("/answers/premises_is_home", "type")],
    ),
    "no answers at all": ({}, 422, [("/answers", "required")]),
    "more than answers": (
        {"answers": {}, "papers": []},
        422,
        [("/papers", "additionalProperties")],
    ),
}


@pytest.mark.parametrize(("body", "status", "errors"), WRONG.values(), ids=WRONG.keys())
def test_what_could_never_be_an_answer_is_refused_at_its_place(
    world: World, body: Any, status: int, errors: list[tuple[str, str]]
) -> None:
    answer = world.http("POST", "/services/business-licence/papers", body)

    assert answer.status == status
    assert [(one["pointer"], one["code"]) for one in answer.body["errors"]] == errors


def test_a_half_known_answer_is_no_mistake(world: World) -> None:
    half = {"operator": {"name": "曾广福"}, "delivery": {"how": "post"}, "scope": ["小吃"]}

    assert ids(asked(world, half))["needed"] == ["P1", "P2"]


def test_a_service_there_is_not_has_no_papers(world: World) -> None:
    assert world.http("POST", "/services/nothing/papers", {"answers": {}}).status == 404
