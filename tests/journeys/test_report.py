"""The report on an upload: everything an administrator needs before it goes to a second person."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from infra.player import expect
from tests.journeys.publishing import AUTHOR, publish, upload
from tests.world import ROOT, World, load_json

LICENCE = "forms/business-licence/service.json"
EXAMPLES = sorted((ROOT / "forms/business-licence/examples/pass").glob("*.json"))
MUST_FAIL = sorted((ROOT / "forms/business-licence/examples/fail").glob("*.json"))
EXAMINER = "/flow/stages/examine/who/role"
ROUTING: Any = {
    "decides": "routing",
    "hit": "first",
    "inputs": [{"name": "type", "value": {"var": "entity_type"}}],
    "rules": [
        {"when": {"type": "coop"}, "then": {"unit": "town-1-hall"}},
        {"when": {"type": "sole"}, "then": {"unit": "town-l-hall"}},
    ],
}


def document() -> Any:
    return load_json(LICENCE)


def with_examples() -> Any:
    return {"service": document(), "examples": [json.loads(one.read_text()) for one in EXAMPLES]}


def said(report: Any, keyword: str) -> list[Any]:
    """Findings and warnings of one kind."""
    told = [*report["findings"], *report["warnings"]]
    return [one for one in told if one["keyword"] == keyword]


def read(world: World, draft: Any, language: str) -> Any:
    path, headers = f"/uploads/{draft['upload']}", {"Accept-Language": language}
    return expect(world.http("GET", path, None, AUTHOR, headers), 200)["report"]


def test_a_report_has_warnings_changes_picture_rehearsal_and_guide(world: World) -> None:
    sent = with_examples()
    sent["service"]["clocks"]["promised"]["budget"] = {"working_days": 3}
    sent["service"]["guide"].pop("authority", None)

    report = upload(world, sent)["report"]

    assert report["publishable"] and report["findings"] == []
    (change,) = [one for one in report["diff"]["changes"] if one["verdict"] != "safe"]
    assert (change["pointer"], change["verdict"]) == ("/clocks/promised/budget", "widening")
    assert "时限" in change["place"]["zh-Hans"]
    assert "/guide/authority" in [one["pointer"] for one in report["warnings"]]
    assert report["flow"].startswith("flowchart") and "审查" in report["flow"]
    assert report["guide"]["clocks"]["promised"]["budget"] == {"working_days": 3}
    first = report["rehearsal"]["walks"][0]
    assert len(first["steps"]) > 5
    taken = report["rehearsal"]["coverage"]
    assert taken["stages"]["taken"] == taken["stages"]["of"]


def test_a_report_is_told_in_the_readers_language(world: World) -> None:
    draft = upload(world, with_examples())

    zh, en = read(world, draft, "zh-Hans"), read(world, draft, "en")

    assert "审查" in zh["flow"] and "审查" not in en["flow"]
    assert zh["guide"]["title"] != en["guide"]["title"]


def test_every_finding_is_a_sentence_that_names_its_place(world: World) -> None:
    data = document()
    del data["papers"][2]["titles"]
    data["form"]["requred"] = data["form"].pop("required")

    report = upload(world, data)["report"]

    said = {one["pointer"]: one["texts"] for one in report["findings"]}
    assert "第3份材料" in said["/papers/2/titles"]["zh-Hans"]
    assert "paper 3" in said["/papers/2/titles"]["en"].lower()
    del data["form"]["requred"]
    data["papers"] = document()["papers"]
    data["form"]["requred"] = ["name"]
    (found,) = upload(world, data)["report"]["findings"]
    assert found["pointer"] == "/form/requred" and "required" in found["texts"]["zh-Hans"]


def test_a_missing_translation_warns_and_blocks_only_where_the_deployment_says_so(
    world: World,
) -> None:
    data = document()
    del data["titles"]["en"]
    report = upload(world, data)["report"]
    assert report["publishable"]
    assert "/titles" in [o["pointer"] for o in report["warnings"] if o["keyword"] == "translation"]

    world.publisher._needs = frozenset({"en"})
    refused = upload(world, {**data, "metrics": {"x": 1}})

    assert refused["state"] == "refused"
    assert ("translation", "error") in [
        (one["keyword"], one["severity"]) for one in refused["report"]["findings"]
    ]


def test_the_flow_of_a_version_is_a_picture_for_everybody(world: World) -> None:
    path = "/services/business-licence/versions/1/flow"

    picture = world.http("GET", path)
    text = world.http("GET", f"{path}?as=mermaid", headers={"Accept-Language": "en"})

    assert picture.headers["content-type"] == "image/svg+xml"
    assert "immutable" in picture.headers["cache-control"]
    svg = picture.body.decode() if isinstance(picture.body, bytes) else picture.body
    assert "审查" in "".join(ElementTree.fromstring(svg).itertext())
    assert text.body.decode().startswith("flowchart") if isinstance(text.body, bytes) else text.body
    again = world.http("GET", path, headers={"If-None-Match": picture.headers["etag"]})
    assert (again.status, again.body) == (304, None)
    assert world.http("GET", "/services/business-licence/versions/2/flow").status == 404
    assert world.http("GET", f"{path}?as=png").status == 400


def test_a_sentence_of_a_document_that_is_no_document_still_has_a_place(world: World) -> None:
    odd: list[Any] = [{}, {"service": {}}, {"document": 7}, {"papers": [{}]}, {"flow": []}]
    for sent in odd:
        seen = upload(world, sent)
        assert seen["state"] == "refused"
        for one in seen["report"]["findings"]:
            assert all(one["texts"].values())


def test_what_was_published_is_what_the_report_was_about(world: World) -> None:
    data = document()
    data["titles"]["en"] = "Another"
    outcome = publish(world, data)

    live = world.http("GET", "/services/business-licence", headers={"Accept-Language": "en"}).body

    assert (outcome["outcome"]["version"], live["title"]) == (2, "Another")


def test_a_form_in_an_older_draft_is_read_as_that_draft(world: World) -> None:
    data = document()
    form = data["form"]
    form["$schema"] = "http://json-schema.org/draft-07/schema#"
    form["definitions"] = form.pop("$defs")
    old = json.loads(json.dumps(data).replace("#/$defs/", "#/definitions/"))

    draft = upload(world, old)

    assert draft["state"] == "draft", draft["report"]["findings"]
    kept = world.http("GET", f"/uploads/{draft['upload']}/document", None, AUTHOR).body
    assert "$defs" in kept["form"] and "definitions" not in kept["form"]
    assert kept["form"]["$schema"].endswith("2020-12/schema")


# --- names that mean nobody here ---------------------------------------------------------------


def test_a_role_that_nobody_has_is_told_with_the_one_that_was_meant(world: World) -> None:
    data = document()
    data["flow"]["stages"]["examine"]["who"]["role"] = "examinor"

    draft = upload(world, data)

    (told,) = said(draft["report"], "role")
    assert (draft["state"], told["severity"]) == ("draft", "warning")
    assert told["pointer"] == EXAMINER
    assert "没有人担任角色examinor" in told["texts"]["zh-Hans"]
    assert "did you mean examiner?" in told["texts"]["en"]


def test_a_role_that_many_places_name_is_told_once_with_all_of_them(world: World) -> None:
    data = json.loads(json.dumps(document()).replace('"role": "acceptor"', '"role": "scribe"'))

    (told,) = said(upload(world, data)["report"], "role")

    assert len(told["pointers"]) > 1
    assert all(one.endswith("/who/role") for one in told["pointers"])
    assert all(one.startswith(f"{told['pointer']}/") for one in told["pointers"])
    assert f"（共{len(told['pointers'])}处）" in told["texts"]["zh-Hans"]
    assert "did you mean" not in told["texts"]["en"]


def test_a_role_is_known_as_soon_as_somebody_has_it(world: World) -> None:
    data = json.loads(json.dumps(document()).replace('"role": "issuer"', '"role": "scribe"'))
    assert said(upload(world, data)["report"], "role")
    grant = {"party": "officer-sun", "role": "scribe", "node": "jz", "from": "2020-01-01"}
    directory = load_json("infra/seed/directory.json")

    world.publisher.handle({"directory": {**directory, "grants": [grant]}})

    data["metrics"] = {"x": 1}
    assert said(upload(world, data)["report"], "role") == []


def test_a_routing_table_that_names_no_unit_of_here_is_told(world: World) -> None:
    data = document()
    data.setdefault("logic", {})["tables"] = {"who-handles": ROUTING}

    (told,) = said(upload(world, data)["report"], "unit")

    assert told["pointer"] == "/logic/tables/who-handles/rules/1/then/unit"
    assert "没有单位town-l-hall（是不是town-1-hall？）" in told["texts"]["zh-Hans"]


def test_a_service_without_an_owner_is_told(world: World) -> None:
    report = upload(world, {**document(), "service": "nobodys"})["report"]

    assert [one["pointer"] for one in said(report, "owner")] == ["/service"]
    assert said(upload(world, document())["report"], "owner") == []


def test_a_body_outside_without_a_channel_is_told_until_it_has_one(world: World) -> None:
    fund = load_json("forms/external-fund/service.json")
    assert said(upload(world, fund)["report"], "body") == []
    data = json.loads(json.dumps(fund).replace('"fund-office"', '"fund-bureau"'))

    (told,) = said(upload(world, data)["report"], "body")

    assert (told["pointer"], told["severity"]) == ("/bodies/fund-bureau", "warning")
    directory = load_json("infra/seed/directory.json")
    world.publisher.handle(
        {"directory": {**directory, "channels": [{"channel": "body-fund-bureau"}]}}
    )
    data["metrics"] = {"x": 1}
    assert said(upload(world, data)["report"], "body") == []


@pytest.mark.parametrize("name", ["blocked", "business-licence", "conduct-report", "micro-wish"])
def test_every_name_in_the_services_of_the_demo_means_somebody(world: World, name: str) -> None:
    report = upload(world, load_json(f"forms/{name}/service.json"))["report"]

    assert [said(report, keyword) for keyword in ("role", "unit", "owner", "service")] == [[]] * 4


# --- examples are tests ------------------------------------------------------------------------


def test_examples_that_are_as_they_say_raise_nothing(world: World) -> None:
    sent = with_examples()
    sent["examples"] += [json.loads(one.read_text()) for one in MUST_FAIL]

    report = upload(world, sent)["report"]

    assert report["findings"] == []
    assert report["rehearsal"]["remarks"] == []
    titles = {one["example"] for one in report["rehearsal"]["walks"]}
    assert titles == {json.loads(one.read_text())["title"] for one in EXAMPLES}


def test_an_example_that_is_not_as_it_says_stops_the_document(world: World) -> None:
    sent = with_examples()
    del sent["examples"][1]["answers"]["truth"]
    sent["examples"][2]["papers_needed"] = ["P9"]

    draft = upload(world, sent)

    report = draft["report"]
    assert (draft["state"], report["publishable"]) == ("refused", False)
    assert [(one["pointer"], one["keyword"]) for one in report["findings"]] == [
        ("/examples/1/answers/truth", "example"),
        ("/examples/2/papers_needed/0", "paper"),
    ]
    assert "示例2" in report["findings"][0]["texts"]["zh-Hans"]
    assert report["warnings"] and report["diff"]["verdict"] == "safe"


# --- what is said once -------------------------------------------------------------------------


def test_advice_that_is_the_same_for_many_notices_is_one_warning(world: World) -> None:
    report = upload(world, document())["report"]

    (told,) = said(report, "sms-template")
    assert told["pointer"] == "/notices"
    assert len(told["pointers"]) == len(document()["notices"])
    assert "received、by_agent、accepted" in told["texts"]["zh-Hans"]
    assert f"({len(told['pointers'])} places)" in told["texts"]["en"]


def test_the_same_content_again_by_the_same_author_is_told(world: World) -> None:
    data = {**document(), "metrics": {"x": 1}}
    first = upload(world, data)
    assert said(first["report"], "draft") == []

    again, other = upload(world, data), upload(world, data, "officer-zheng")

    (told,) = said(again["report"], "draft")
    assert first["upload"] in told["texts"]["en"] and "2026-03-10" in told["texts"]["zh-Hans"]
    assert said(other["report"], "draft") == []
    assert said(upload(world, {**data, "metrics": {"x": 2}})["report"], "draft") == []
