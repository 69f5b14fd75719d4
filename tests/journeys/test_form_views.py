"""A version's form over HTTP: in each dialect, language and layout, kept for ever; and refusals as
the libraries that draw forms take them."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from chalicelib.platform.json import resolve
from infra.player import Answer, expect
from tests.journeys.people import example
from tests.journeys.publishing import publish
from tests.node.clients import Clients
from tests.world import World, load_json

LICENCE: Any = load_json("forms/business-licence/service.json")
ADDRESS = "/services/business-licence/versions/1/form"
CASES = "/services/business-licence/cases"
ENGLISH = {"Accept-Language": "en"}
NATIONAL = ("cn-citizen-number", "cn-uscc")
LOSS = re.compile(r'"#([^"]*)";keyword="([^"]*)"')


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with Clients() as running:
        yield running


def get(world: World, query: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.http("GET", f"{ADDRESS}{query}", None, None, named)


def test_the_form_as_it_is_comes_as_a_schema_of_2020_12(world: World) -> None:
    answer = get(world)

    assert expect(answer, 200) == LICENCE["form"]
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.headers["content-language"] == "zh-Hans"
    assert "schema-losses" not in answer.headers


def test_a_version_is_kept_for_ever_under_the_hash_of_what_was_sent(world: World) -> None:
    chinese, english = get(world), get(world, accept_language="en")

    for answer in (chinese, english):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Language"
    assert chinese.headers["etag"] != english.headers["etag"]
    assert get(world).headers["etag"] == chinese.headers["etag"]


@pytest.mark.parametrize("spelled", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_who_has_it_already_is_told_so_and_sent_nothing(world: World, spelled: str) -> None:
    tag = get(world).headers["etag"]

    answer = get(world, if_none_match=spelled.format(tag=tag))

    assert (answer.status, answer.body) == (304, None)
    assert answer.headers["etag"] == tag
    assert get(world, if_none_match='"other"').status == 200
    assert get(world, if_none_match=tag, accept_language="en").status == 200


def test_the_form_speaks_the_language_asked_for(world: World) -> None:
    answer = get(world, "?dialect=draft-07", accept_language="en-GB,zh;q=0.5")
    form = expect(answer, 200)

    assert answer.headers["content-language"] == "en"
    assert form["title"] == "Application for a business licence (registration of establishment)"
    kinds = form["definitions"]["person_id"]["properties"]["kind"]
    assert kinds["oneOf"][0] == {"const": "citizen_number", "title": "Resident identity card"}
    assert json.dumps(form, ensure_ascii=False).isascii()


def test_a_form_without_translations_says_which_language_it_is_in(world: World) -> None:
    document = {**LICENCE, "service": "untranslated", "views": {}}
    seed = load_json("infra/seed/directory.json")
    owners = [*seed["owners"], {"service": "untranslated", "unit": "approval-bureau"}]
    world.publisher.handle({"directory": {**seed, "owners": owners}})
    assert publish(world, document)["state"] == "done"

    answer = world.http("GET", "/services/untranslated/versions/1/form", headers=ENGLISH)

    assert answer.headers["content-language"] == "zh-Hans"
    assert answer.body == LICENCE["form"]


def test_what_a_view_does_not_enforce_is_listed_by_pointers_into_the_form(world: World) -> None:
    plain, strict = get(world, "?dialect=draft-07"), get(world, "?dialect=draft-07&view=strict")

    for answer in (plain, strict):
        losses = LOSS.findall(answer.headers["schema-losses"])
        assert losses
        for pointer, keyword in losses:
            assert keyword == "format"
            assert resolve(LICENCE["form"], unquote(pointer)) in ("email", "date", *NATIONAL)
    assert len(plain.headers["schema-losses"]) < len(strict.headers["schema-losses"])
    assert plain.body["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_the_layouts_of_both_renderers_come_with_the_form(world: World) -> None:
    ui, forms = get(world, "?view=ui"), get(world, "?view=forms", accept_language="en")

    assert expect(ui, 200) == LICENCE["views"]["ui"]
    assert ui.headers["content-type"] == forms.headers["content-type"] == "application/json"
    groups = [one["label"] for one in forms.body["elements"] if one["type"] == "Group"]
    assert groups[:2] == ["Operator (legal representative)", "Premises (place of business)"]


@pytest.mark.parametrize("query", ["?dialect=draft-04", "?dialect=", "?view=pretty"])
def test_an_unknown_dialect_or_view_is_refused_with_those_there_are(
    world: World, query: str
) -> None:
    answer = get(world, query, accept_language="en")

    assert answer.status == 400
    assert "must be one of: " in answer.body["detail"]


@pytest.mark.parametrize(
    "address",
    [
        "/services/nothing/versions/1/form",
        "/services/business-licence/versions/2/form",
        "/services/business-licence/versions/0/form",
        "/services/business-licence/versions/-1/form",
        "/services/business-licence/versions/01/form",
        "/services/business-licence/versions/one/form",
        f"/services/{'x' * 3000}/versions/1/form",
    ],
)
def test_a_version_that_there_is_not_has_no_form(world: World, address: str) -> None:
    assert world.http("GET", address).status == 404


def test_an_older_version_keeps_its_form_when_there_is_a_newer(world: World) -> None:
    document = json.loads(json.dumps(LICENCE))
    document["form"]["properties"]["name"]["title"] = "字号名称"
    document["views"]["i18n"]["en"]["name.label"] = "Trade name"
    before = get(world).headers["etag"]
    assert publish(world, document)["state"] == "done"

    newer = world.http("GET", ADDRESS.replace("/1/", "/2/"), headers=ENGLISH).body

    assert newer["properties"]["name"]["title"] == "Trade name"
    assert get(world).headers["etag"] == before


def spoilt() -> Any:
    answers = example()["answers"]
    del answers["contact"]["phone"]
    answers["operator"]["nickname"] = "三"
    answers["scope"] = []
    return answers


def submit(world: World, query: str) -> Any:
    answer = world.http("POST", CASES + query, {"answers": spoilt()}, None, ENGLISH)
    assert answer.headers["content-type"] == "application/problem+json"
    return expect(answer, 422)


def test_json_forms_shows_the_errors_of_a_refusal_at_the_fields_they_are_about(
    world: World, clients: Clients
) -> None:
    errors = submit(world, "")["errors"]
    schema = get(world, "?dialect=draft-07").body

    for path, message in (
        ("contact.phone", "This answer is needed"),
        ("scope", "There are too few entries"),
    ):
        asked = {"schema": schema, "data": {}, "path": path}
        assert message in clients.ask(errors=errors, **asked)["shown"]
        assert message not in clients.ask(errors=[], **asked)["shown"]


def test_rjsf_draws_the_errors_of_a_refusal_at_the_fields_they_are_about(
    world: World, clients: Clients
) -> None:
    refused = submit(world, "?errors=rjsf")
    folded = refused["extraErrors"]

    assert folded["contact"]["phone"] == {"__errors": ["This answer is needed"]}
    assert folded["scope"] == {"__errors": ["There are too few entries"]}
    assert folded["operator"] == {"__errors": ["There is no such answer"]}
    assert {one["pointer"] for one in refused["errors"]} == {
        "/answers/contact/phone",
        "/answers/operator/nickname",
        "/answers/scope",
    }
    schema = get(world, "?dialect=draft-07").body
    html = clients.ask(draw=True, schema=schema, uiSchema={}, data=spoilt(), extraErrors=folded)
    for place in ("root_contact_phone__error", "root_scope__error", "root_operator__error"):
        assert f'id="{place}"' in html["html"], place


def test_a_refusal_carries_what_translations_of_errors_are_made_of(world: World) -> None:
    errors = {one["pointer"]: one for one in submit(world, "")["errors"]}

    assert {place: one["params"] for place, one in errors.items()} == {
        "/answers/contact/phone": {"missingProperty": "phone"},
        "/answers/operator/nickname": {"additionalProperty": "nickname"},
        "/answers/scope": {"limit": 1},
    }


def test_a_refusal_comes_in_the_basic_form_of_json_schema_where_that_is_asked_for(
    world: World,
) -> None:
    body = submit(world, "?errors=basic")

    assert (body["status"], body["valid"]) == (422, False)
    assert {one["instanceLocation"] for one in body["errors"]} == {
        "/contact",
        "/operator",
        "/scope",
    }
    for one in body["errors"]:
        # A reference is part of the way there, so nothing of the form stands at some of them.
        assert one["keywordLocation"].startswith("/properties/")


def test_other_refusals_stay_as_they_are(world: World) -> None:
    assert "extraErrors" not in world.http("GET", "/services/nothing?errors=rjsf").body
