"""Packages: services carried to another deployment, signed, with what is lacking there."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from jwt.api_jws import PyJWS

from chalicelib.people import seeding
from chalicelib.services.life import package
from infra import catalogue
from infra.player import Case, expect
from tests.journeys.district import operator
from tests.journeys.people import example
from tests.journeys.publishing import AUTHOR, SECOND, order, settled
from tests.world import World, load_json

NAMES = "conduct-report,blocked,micro-wish,rating-rectification,business-licence"


def exported(world: World, names: str = NAMES) -> str:
    world.enter()
    return str(
        expect(world.http("GET", f"/packages?services={names}", None, AUTHOR), 200)["package"]
    )


def trusting(world: World, other: World) -> None:
    other.enter()
    key = expect(other.http("GET", "/packages/key"), 200)
    world.enter()
    world.publisher.handle({"trust": {"name": "the other side", "key": key}})


def imported(world: World, sent: str, **body: Any) -> Any:
    world.enter()
    return world.http("POST", "/packages", {"package": sent, **body}, AUTHOR)


@pytest.fixture
def bare() -> World:
    """Another deployment, in which nothing is published; it has keys of its own."""
    return World()


def test_services_go_to_another_deployment_and_are_published_there(
    world: World, bare: World
) -> None:
    sent = exported(world)
    trusting(bare, world)

    taken = expect(imported(bare, sent), 202)["services"]

    assert [one["service"] for one in taken] == NAMES.split(",")
    for one in taken:
        settled(bare, f"/uploads/{one['upload']}")
        done = order(bare, one["service"], "publish", SECOND, upload=one["upload"])
        assert done["state"] == "done", done
    it = example()
    Case.submit(bare, it["answers"], it["papers_needed"]).stands("receive")
    assert (
        bare.http("GET", "/services/business-licence").body["form"]
        == (load_json("forms/business-licence/service.json")["form"])
    )


def test_what_nobody_owns_there_is_named_and_opened_by_publishing_it_with_a_unit(
    world: World, bare: World
) -> None:
    document = {**load_json("forms/business-licence/service.json"), "service": "other-licence"}
    unit = "approval-bureau"
    assert world.publish({"service": document, "unit": unit})["published"]
    sent = exported(world, "other-licence")
    trusting(bare, world)
    bare.publish_all()

    (one,) = expect(imported(bare, sent), 202)["services"]

    assert {"kind": "owners", "name": "other-licence", "pointers": ["/service"]} in one["lacking"]
    settled(bare, f"/uploads/{one['upload']}")
    done = order(bare, "other-licence", "publish", SECOND, upload=one["upload"], unit=unit)
    assert done["state"] == "done", done
    (again,) = expect(imported(bare, sent), 202)["services"]
    assert "owners" not in [it["kind"] for it in again["lacking"]]
    it = example()
    Case.submit(bare, it["answers"], it["papers_needed"], service="other-licence").stands("receive")


def test_what_the_export_answers_is_taken_as_it_is(world: World, bare: World) -> None:
    world.enter()
    path = f"/packages?services={NAMES}"
    answered = expect(world.http("GET", path, None, AUTHOR), 200)
    trusting(bare, world)

    taken = expect(bare.http("POST", "/packages", answered, AUTHOR), 202)["services"]

    assert [one["service"] for one in taken] == answered["services"] == NAMES.split(",")


@pytest.mark.parametrize("said", [["micro-wish"], ["blocked", "micro-wish"], []])
def test_a_package_that_holds_something_else_than_is_said_is_refused(
    world: World, bare: World, said: list[str]
) -> None:
    sent = exported(world, "micro-wish,blocked")
    trusting(bare, world)

    answer = imported(bare, sent, services=said)

    assert (answer.status, [one["pointer"] for one in answer.body["errors"]]) == (
        *(422, ["/services"]),
    )
    assert bare.http("GET", "/uploads", None, AUTHOR).body["uploads"] == []


def test_another_deployment_is_trusted_from_the_command_line(
    world: World, bare: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = exported(world, "micro-wish")
    file = tmp_path / "key.json"
    file.write_text(json.dumps(expect(world.http("GET", "/packages/key"), 200)))
    words = ["trust", str(file), "--name", "the other side"]

    catalogue.main(words, lambda _: operator(bare))

    assert json.loads(capsys.readouterr().out)["trusted"] == "the other side"
    assert imported(bare, sent).status == 202
    catalogue.main([*words, "--revoke"], lambda _: operator(bare))
    assert imported(bare, sent).status == 401


@pytest.mark.parametrize(
    "key", [7, {}, {"kty": "OKP", "crv": "Ed25519", "x": "AA"}, {"kty": "RSA"}]
)
def test_what_is_no_key_is_not_trusted(bare: World, key: Any) -> None:
    with pytest.raises(seeding.InvalidTrust):
        bare.publisher.handle({"trust": {"name": "x", "key": key}})


def test_the_same_package_again_is_the_same_uploads(world: World, bare: World) -> None:
    sent = exported(world, "micro-wish")
    trusting(bare, world)

    first, again = (expect(imported(bare, sent), 202) for _ in range(2))

    assert first == again
    assert len(expect(bare.http("GET", "/uploads", None, AUTHOR), 200)["uploads"]) <= 1


def test_what_does_not_exist_there_is_named_and_may_be_mapped(world: World, bare: World) -> None:
    document = load_json("forms/business-licence/service.json")
    text = json.dumps(document).replace('"role": "examiner"', '"role": "assayer"')
    assay = {**json.loads(text), "service": "assay"}
    assert world.publish({"service": assay, "unit": "approval-bureau"})["published"]
    sent = exported(world, "assay")
    trusting(bare, world)

    (one,) = expect(imported(bare, sent), 202)["services"]

    lacks = {(it["kind"], it["name"]): it["pointers"] for it in one["lacking"]}
    assert "/flow/stages/examine/who/role" in lacks["roles", "assayer"]
    assert ("owners", "assay") in lacks
    (mapped,) = expect(imported(bare, sent, map={"roles": {"assayer": "examiner"}}), 202)[
        "services"
    ]
    assert [it["kind"] for it in mapped["lacking"]] == ["services", "services", "owners"]
    assert mapped["upload"] != one["upload"]
    there = bare.http("GET", f"/uploads/{mapped['upload']}/document", None, AUTHOR).body
    assert there == {**document, "service": "assay"}


def test_a_package_is_believed_only_while_its_signer_is(world: World, bare: World) -> None:
    sent = exported(world, "micro-wish")
    assert imported(bare, sent).status == 401
    trusting(bare, world)
    assert imported(bare, sent).status == 202

    key = package.public_key(world.ports.keys)
    bare.publisher.handle({"trust": {"name": "x", "key": key, "revoke": True}})

    assert imported(bare, sent).status == 401


def test_no_bit_of_a_package_can_be_changed(world: World, bare: World) -> None:
    sent = exported(world, "micro-wish")
    trusting(bare, world)
    header, payload, signature = sent.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()

    for changed in (
        *(f"{none}.{payload}.", f"{header}.{payload}.", f"{header}.{payload[:-4]}AAAA.{signature}"),
        *(f"{header}.{payload}.{signature[:-4]}AAAA", "", "a.b.c", "x" * 1000, "..", sent[:-1]),
    ):
        answer = imported(bare, changed)
        assert answer.status in (401, 422) and answer.body["type"].startswith("urn:"), changed[:40]
    assert bare.http("GET", "/uploads", None, AUTHOR).body["uploads"] == []


def test_a_signed_package_that_is_hostile_inside_is_refused(world: World) -> None:
    keys = world.ports.keys
    trusting(world, world)
    header = {"kid": package.public_key(keys)["kid"], "typ": package.TYPE}

    def signed(content: bytes) -> str:
        return PyJWS().encode(content, package.signing_key(keys), package.ALGORITHM, header)

    for content in (
        b"not deflated",
        zlib.compress(b" " * (package.MAX_UNPACKED + 1)),
        zlib.compress(b"[" * 100_000),
        zlib.compress(b"null"),
        zlib.compress(b'{"package":"bancheng/package/1","services":{}}'),
        zlib.compress(b'{"package":"bancheng/package/1","services":[{"document":7}]}'),
        zlib.compress(b'{"package":"other","services":[]}'),
    ):
        answer = imported(world, signed(content))
        assert answer.status in (400, 413, 422), (content[:20], answer)


def test_only_publishers_carry_services(world: World) -> None:
    assert world.http("GET", "/packages?services=micro-wish", None, "officer-li").status == 403
    assert world.http("POST", "/packages", {"package": "x"}, "officer-li").status == 403
    assert world.http("GET", "/packages?services=nothing", None, AUTHOR).status == 404
    assert world.http("GET", "/packages?services=,", None, AUTHOR).status == 400


def test_a_package_of_a_document_that_is_none_is_a_refused_upload(world: World) -> None:
    trusting(world, world)
    header = {"kid": package.public_key(world.ports.keys)["kid"], "typ": package.TYPE}
    for odd in ({}, {"confidential": 7}, {"intake": [1]}, {"readers": {"a": 1}, "service": 3}):
        inside = {"package": package.FORMAT, "services": [{"document": odd}]}
        content = zlib.compress(json.dumps(inside).encode())
        key = package.signing_key(world.ports.keys)

        answer = imported(world, PyJWS().encode(content, key, package.ALGORITHM, header))

        (one,) = expect(answer, 202)["services"]
        assert settled(world, f"/uploads/{one['upload']}")["state"] == "refused"
