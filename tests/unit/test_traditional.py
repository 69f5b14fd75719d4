"""Texts in traditional characters: the same vocabulary, in every document, told to who reads it."""

import json
from pathlib import Path

import pytest

from infra.player import expect
from infra.seed import documents
from infra.traditional import traditional, translated
from tests.journeys.people import example
from tests.world import World, load_json

HANT = {"Accept-Language": "zh-TW,zh;q=0.8,en;q=0.5"}
# The words of officials in both scripts.
GLOSSARY = [
    tuple(line.split(","))
    for line in Path("tests/vectors/traditional.csv").read_text("utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(("simple", "other"), GLOSSARY)
def test_every_word_of_officials_is_written_as_they_write_it(simple: str, other: str) -> None:
    assert traditional(simple) == other


@pytest.mark.parametrize("document", documents(), ids=lambda one: one["service"])
def test_the_documents_have_every_text_in_traditional_characters(document: object) -> None:
    assert isinstance(document, dict)
    again = json.loads(json.dumps(document))

    assert translated(again) == document


def test_whoever_reads_traditional_characters_is_told_in_them(world: World) -> None:
    guide = expect(world.http("GET", "/services/business-licence", headers=HANT), 200)
    assert guide["title"] == load_json("forms/business-licence/service.json")["titles"]["zh-Hant"]

    it = example()
    papers = [{"paper": one, "reference": "原件"} for one in it["papers_needed"]]
    body = {"answers": it["answers"], "papers": papers}
    receipt = expect(world.http("POST", "/services/business-licence/cases", body, None, HANT), 201)
    held = {**HANT, "Receipt-Secret": receipt["secret"]}
    mine = expect(world.http("GET", f"/my/cases/{receipt['case']}", headers=held), 200)
    assert mine["title"] == guide["title"]
    texts = load_json("forms/business-licence/service.json")["clocks"]["one-time-notice"]["titles"]
    assert texts["zh-Hant"] in {one["title"] for one in mine["clocks"]}


def test_the_form_is_labelled_in_traditional_characters(world: World) -> None:
    path = "/services/business-licence/versions/1/form"
    answer = world.http("GET", path, headers=HANT)

    assert answer.headers["content-language"] == "zh-Hant"
    assert answer.body["properties"]["entity_type"]["title"] == "市場主體類型"


def test_refusals_are_said_in_simplified_characters_and_say_so(world: World) -> None:
    answer = world.http("GET", "/services/nothing", headers=HANT)

    assert (answer.status, answer.headers["content-language"]) == (404, "zh-Hans")
