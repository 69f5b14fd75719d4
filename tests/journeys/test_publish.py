"""Publishing: over HTTP by a publisher, checked by the publisher function, numbered for ever."""

import json
from typing import Any

from infra.player import Case, expect
from tests.journeys.people import VILLAGE, example
from tests.world import World, load_json

PUBLISHER = "officer-gao"
LICENCE = "forms/business-licence/service.json"


def upload(world: World, document: Any, party: str = PUBLISHER) -> Any:
    done = expect(world.http("POST", "/services", document, party), 202)
    world.publisher.handle({"uploads": {}})
    world.house.catalogue.refresh()
    return expect(world.http("GET", f"/uploads/{done['upload']}", None, party), 200)


def renamed() -> Any:
    document = load_json(LICENCE)
    document["titles"]["en"] = "Business licence, second edition"
    return document


def test_a_good_document_is_live_as_the_next_version_and_open_cases_keep_theirs(
    world: World,
) -> None:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])

    report = upload(world, renamed())

    assert (report["state"], report["report"]["version"]) == ("published", 2)
    service = world.http("GET", "/services/business-licence", headers={"Accept-Language": "en"})
    assert (service.body["version"], service.body["title"]) == (
        *(2, "Business licence, second edition"),
    )
    case.do(VILLAGE, "accept")
    assert case.view()["service_version"] == 1
    newer = Case.submit(world, it["answers"], it["papers_needed"])
    assert newer.view()["service_version"] == 2


def test_an_inbox_shows_old_cases_though_the_new_version_has_another_stage(world: World) -> None:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    document = json.loads(json.dumps(load_json(LICENCE)).replace('"receive"', '"take_in"'))
    assert upload(world, document)["state"] == "published"

    inbox = world.http("GET", "/inbox?role=acceptor&node=jz-t1-v1", None, VILLAGE)

    (task,) = [one for one in expect(inbox, 200)["tasks"] if one["case"] == case.number]
    assert (task["stage"], task["title"]) == ("receive", "收件受理")


def test_a_bad_document_is_refused_with_a_pointer_and_changes_nothing(world: World) -> None:
    document = renamed()
    del document["flow"]["stages"]["examine"]["who"]

    report = upload(world, document)

    assert report["state"] == "refused"
    assert "/flow/stages/examine" in [one["pointer"] for one in report["report"]["findings"]]
    assert world.http("GET", "/services/business-licence").body["version"] == 1


def test_the_same_content_again_makes_no_new_version(world: World) -> None:
    upload(world, renamed())

    report = upload(world, {**renamed()}, PUBLISHER)

    assert report["report"]["version"] == 2


def test_only_publishers_upload_and_only_they_see_their_reports(world: World) -> None:
    assert world.http("POST", "/services", renamed(), VILLAGE).status == 403
    assert world.http("POST", "/services", renamed()).status == 401
    done = expect(world.http("POST", "/services", renamed(), PUBLISHER), 202)

    assert world.http("GET", f"/uploads/{done['upload']}", None, VILLAGE).status == 403


def test_the_public_guide_is_the_document_that_runs(world: World) -> None:
    document = load_json(LICENCE)

    guide = world.http("GET", "/services/business-licence").body

    assert guide["form"] == document["form"]
    assert [paper["id"] for paper in guide["papers"]] == [one["id"] for one in document["papers"]]
    assert guide["clocks"]["promised"]["budget"] == {"working_days": 4}
    schema = world.http("GET", "/schemas/service-document/1").body
    assert schema["$id"] == "urn:bancheng:service-document:1"
