"""The OpenAPI documents: valid, complete, true to the schemas that check, and able to be broken."""

import copy
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import app as front
from chalicelib.cases.act import ACTION_SCHEMA
from chalicelib.cases.rebasing import REBASE_SCHEMA
from chalicelib.people.authority import ROUTES, Need
from chalicelib.platform import errors
from chalicelib.routes.contract.operations import PLACE
from chalicelib.routes.contract.platform import known, platform
from chalicelib.routes.contract.refusals import BLANK
from chalicelib.routes.contract.service import of_service
from chalicelib.services.checks.lint import lint
from chalicelib.services.checks.sample import sample
from chalicelib.services.document import Service
from chalicelib.services.forms.answers import compiled
from chalicelib.services.forms.formats import named
from chalicelib.services.sheets.presets import Kind, preset
from tests import promises
from tests.unit import hostile_schemas
from tests.unit.test_forms import FAIL, PASS, SERVICES, Example, document, sentence
from tests.world import ROOT, World

PLATFORM = platform()
FORMATS = named(lambda: date(2026, 3, 10))
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
DOCUMENTS: dict[str, Any] = {
    **{service: document(service) for service in SERVICES},
    **{kind: preset(kind, f"a-{kind}", {"zh-Hans": "例子"}) for kind in Kind},
}
OF_SERVICES = {name: of_service(Service(it, 3)) for name, it in DOCUMENTS.items()}
ALL = {"platform": PLATFORM, **OF_SERVICES}


def operations(whole: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for path, item in whole["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def checker(whole: Mapping[str, Any], schema: Any) -> jsonschema_rs.Draft202012Validator:
    """A schema of a document, with the formats that the application checks."""
    return compiled({**schema, "components": whole["components"]}, FORMATS)


def schemas(whole: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every schema that a document holds, by where it stands."""
    components = whole["components"]
    for name, schema in components["schemas"].items():
        yield f"schemas {name}", schema
    for kind in ("parameters", "headers"):
        for name, one in components.get(kind, {}).items():
            yield f"{kind} {name}", one["schema"]
    for method, path, operation in operations(whole):
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for where, body in bodies.items():
            for media, content in body.get("content", {}).items():
                yield f"{method} {path} {where} {media}", content["schema"]


def sent(whole: Mapping[str, Any]) -> Any:
    """The request body of the one operation of a service's document."""
    ((_, _, operation),) = operations(whole)
    return operation["requestBody"]["content"]["application/json"]


# --- the documents ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_document_is_valid_openapi(name: str) -> None:
    assert [str(error)[:300] for error in OpenAPIV31SpecValidator(ALL[name]).iter_errors()] == []
    assert ALL[name]["openapi"] == "3.1.1"
    assert "webhooks" not in ALL[name]


def test_the_public_validator_can_refuse() -> None:
    wrong = copy.deepcopy(PLATFORM)
    wrong["paths"]["/services"]["get"]["responses"] = []

    assert list(OpenAPIV31SpecValidator(wrong).iter_errors())


def test_every_route_has_an_operation_and_every_operation_a_route() -> None:
    described = {(method, path) for method, path, _ in operations(PLATFORM)}
    served = {(method, path) for path, ways in front.app.routes.items() for method in ways}

    assert described == served == ROUTES.keys()


def test_no_two_operations_share_an_id() -> None:
    ids = [it["operationId"] for whole in ALL.values() for _, _, it in operations(whole)]

    assert len(ids) == len(set(ids)) == len(ROUTES) + len(DOCUMENTS)
    assert "micro_wish_v3_submit" in ids


@pytest.mark.parametrize("name", ALL)
def test_every_schema_compiles_and_every_reference_leads_somewhere(name: str) -> None:
    for where, schema in schemas(ALL[name]):
        assert checker(ALL[name], schema).is_valid(None) in (True, False), where


def test_no_component_is_described_for_nothing() -> None:
    for kind, members in known().items():
        assert members.keys() == PLATFORM["components"][kind].keys(), kind


def test_a_path_has_exactly_its_parameters() -> None:
    for method, path, operation in operations(PLATFORM):
        taken = [promises.resolved(one) for one in operation["parameters"]]
        in_path = [one["name"] for one in taken if one["in"] == "path"]
        places = [(one["name"].lower(), one["in"]) for one in taken]
        assert in_path == PLACE.findall(path), path
        assert len(places) == len(set(places)), f"{method} {path}"


def test_the_contract_asks_of_a_caller_what_the_authority_table_asks() -> None:
    asks = {
        Need.NOBODY: (set(), None),
        Need.MAYBE: ({"bearer"}, "token-invalid"),
        Need.SECRET: ({"receipt"}, "not-found"),
        Need.OFFICER: ({"bearer"}, "token-invalid"),
        Need.PUBLISHER: ({"bearer"}, "not-permitted"),
        Need.SIGNED: ({"signature"}, "signature-invalid"),
    }
    for method, path, operation in operations(PLATFORM):
        schemes, refusal = asks[ROUTES[method, path]]
        assert {name for way in operation["security"] for name in way} == schemes, path
        assert refusal is None or refusal in types(operation), path
        assert ({} in operation["security"]) == (ROUTES[method, path] is Need.MAYBE)


def types(operation: Mapping[str, Any]) -> set[str]:
    """The problems that an operation may be answered with."""
    found: set[str] = set()
    for response in operation["responses"].values():
        content = promises.resolved(response).get("content", {})
        if "application/problem+json" in content:
            _, told = content["application/problem+json"]["schema"]["allOf"]
            found |= {one.rpartition(":")[2] for one in told["properties"]["type"]["enum"]}
    return found


def test_every_problem_that_the_product_has_a_name_for_stands_somewhere() -> None:
    promised = {one for _, _, operation in operations(PLATFORM) for one in types(operation)}
    # 405 belongs to no operation; a 500 is never promised.
    beside = {errors.Problem.slug, errors.MethodNotAllowed.slug}

    assert promised == {kind.slug for kind in kinds(errors.Problem)} - beside | {
        BLANK.rpartition(":")[2]
    }


def kinds(problem: type[errors.Problem]) -> Iterator[type[errors.Problem]]:
    """It and all that are made from it, in whatever module they stand."""
    yield problem
    for one in problem.__subclasses__():
        yield from kinds(one)


def test_no_operation_promises_an_answer_of_500() -> None:
    statuses = {
        status
        for whole in ALL.values()
        for *_, it in operations(whole)
        for status in it["responses"]
    }

    assert {int(status) for status in statuses if status >= "500"} == {503}


def test_bodies_are_described_by_the_schemas_that_check_them() -> None:
    paths = PLATFORM["paths"]
    for path in ("/my/cases/{number}/actions", "/cases/{number}/tasks/{task}/actions"):
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]
        assert body["schema"] is ACTION_SCHEMA
    rebases = paths["/services/{service}/rebases"]["post"]["requestBody"]
    assert rebases["content"]["application/json"]["schema"] is REBASE_SCHEMA


@pytest.mark.parametrize("name", ALL)
def test_every_example_is_what_its_schema_takes(name: str) -> None:
    whole = ALL[name]
    for _, path, operation in operations(whole):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            check = checker(whole, content["schema"])
            for example in content.get("examples", {}).values():
                assert check.is_valid(example["value"]), path
    for parameter in whole["components"]["parameters"].values():
        for example in parameter["schema"].get("examples", []):
            assert checker(whole, parameter["schema"]).is_valid(example), parameter["name"]


def test_links_lead_to_operations_with_parameters_that_they_have() -> None:
    by_id = {operation["operationId"]: operation for *_, operation in operations(PLATFORM)}
    links = [
        link
        for operation in by_id.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]

    assert len(links) >= 6
    for link in links:
        taken = by_id[link["operationId"]]["parameters"]
        assert link["parameters"].keys() <= {promises.resolved(one)["name"] for one in taken}


# --- a service's own -------------------------------------------------------------------------


@pytest.mark.parametrize("example", PASS, ids=sentence)
def test_the_contract_of_a_service_takes_what_must_pass(example: Example) -> None:
    whole = OF_SERVICES[example.service]
    papers = [
        {"paper": paper, "reference": "original"} for paper in example.data.get("papers_needed", [])
    ]

    body = {"answers": example.data["answers"], "papers": papers}

    assert [
        error.message for error in checker(whole, sent(whole)["schema"]).iter_errors(body)
    ] == []


@pytest.mark.parametrize("example", FAIL, ids=sentence)
def test_the_contract_of_a_service_refuses_what_must_fail(example: Example) -> None:
    whole = OF_SERVICES[example.service]

    body = {"answers": example.data["answers"]}

    assert not checker(whole, sent(whole)["schema"]).is_valid(body)


def test_a_service_takes_its_own_papers_and_channels_only() -> None:
    whole = OF_SERVICES["business-licence"]
    check = checker(whole, sent(whole)["schema"])
    answers = next(one for one in PASS if one.service == "business-licence").data["answers"]

    def takes(**more: Any) -> bool:
        return bool(check.is_valid({"answers": answers, **more}))

    assert takes(papers=[{"paper": "P1", "reference": "a"}], channel="counter")
    assert not takes(papers=[{"paper": "P99", "reference": "a"}])
    assert not takes(channel="post")
    assert not takes(channel="pigeon")


def test_a_document_of_a_service_says_which_one_it_is_and_how_it_is_refused() -> None:
    whole = OF_SERVICES["micro-wish"]
    ((method, path, operation),) = operations(whole)

    assert (method, path) == ("POST", "/services/micro-wish/cases")
    assert whole["info"]["version"] == "3"
    assert operation["responses"].keys() == {
        *("201", "400", "401", "403", "404", "409", "410", "413", "415", "422", "429", "503")
    }
    assert "Idempotency-Key" in json.dumps(whole["components"]["parameters"])
    assert "/service" not in json.dumps(operation["parameters"])


def test_given_examples_come_before_one_that_is_made() -> None:
    it = copy.deepcopy(DOCUMENTS["micro-wish"])
    made = sent(of_service(Service(it, 1)))["examples"]
    given = sent(of_service(Service(it, 1), [{"a": 1}]))["examples"]

    assert len(made) == len(given) == 1
    assert given["1"]["value"] == {"answers": {"a": 1}}
    assert made != given


# --- samples ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_there_is_a_sample_of_every_form_that_the_form_takes(name: str) -> None:
    form = DOCUMENTS[name]["form"]

    assert compiled(form, FORMATS).is_valid(sample(form))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "exclusiveMinimum": 4, "multipleOf": 5}, 5),
        ({"type": "integer", "maximum": -3, "minimum": -3}, -3),
        ({"type": "number", "maximum": 0.5}, 0),
        ({"type": ["null", "string"]}, None),
        ({"enum": ["b", "a"]}, "b"),
        ({"oneOf": [{"const": 2, "title": "two"}]}, 2),
        (
            {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "integer"}},
            [1, 2],
        ),
        (
            {"type": "array", "minItems": 2, "items": {"oneOf": [{"const": 1}, {"const": 5}]}},
            [1, 5],
        ),
        ({"type": "object", "required": ["a"]}, {"a": "例子"}),
        ({"type": "string", "format": "date"}, "2026-03-10"),
        ({"type": "string", "minLength": 5}, "例子例例例"),
        ({"type": "boolean"}, True),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"const": 7}}}, 7),
        ({"type": "object", "if": {}, "then": {"required": ["b"]}}, {"b": "例子"}),
        ({"anyOf": [True, {"type": "integer"}]}, "例子"),
        ({"type": "string", "pattern": "^never such a word$"}, None),
        ({"not": {}}, None),
        ({"type": "array", "minItems": 100_000}, None),
    ],
)
def test_a_sample_is_the_least_that_a_schema_takes_or_none(schema: Any, value: Any) -> None:
    assert sample(schema) == value


@pytest.mark.parametrize("family", hostile_schemas.FAMILIES)
def test_a_hostile_form_that_lint_lets_through_has_a_contract_soon(family: str) -> None:
    for attack in hostile_schemas.FAMILIES[family]():
        try:
            uploaded = json.loads(attack.body)
            if lint(uploaded):
                continue
        except (ValueError, errors.Problem, RecursionError):
            continue
        start = time.thread_time()
        whole = of_service(Service(uploaded, 1))
        assert time.thread_time() - start < 1, attack.name
        form = uploaded["form"]
        made = sample(form)
        assert made is None or compiled(form, FORMATS).is_valid(made), attack.name
        assert whole["components"]["schemas"]["Answers"], attack.name


# --- over HTTP -------------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    made = World()
    made.publish_all()
    return made


def test_the_platform_is_described_for_everybody_and_kept_for_a_minute(world: World) -> None:
    answer = world.http("GET", "/openapi.json")
    again = world.http("GET", "/openapi.json", headers={"If-None-Match": answer.headers["etag"]})

    assert (answer.status, answer.body) == (200, json.loads(json.dumps(PLATFORM)))
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert (again.status, again.body) == (304, None)


def test_a_version_is_described_for_ever(world: World) -> None:
    path = "/services/micro-wish/versions/1/openapi.json"
    answer = world.http("GET", path)

    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["etag"]
    form = world.http("GET", "/services/micro-wish").body["form"]
    assert answer.body["components"]["schemas"]["Answers"]["required"] == form["required"]
    server = answer.body["servers"][0]["url"]
    assert path.rsplit("/", 1)[0].count("/") == server.count("..")


@pytest.mark.parametrize(
    "at", ["micro-wish/versions/2", "micro-wish/versions/x", "none/versions/1"]
)
def test_what_is_not_published_has_no_contract(world: World, at: str) -> None:
    assert world.http("GET", f"/services/{at}/openapi.json").status == 404


def test_no_other_request_loads_the_contract() -> None:
    code = (
        "import sys, app; from chalicelib.platform.lazy import lazy;"
        "print([n for n in sys.modules if n.startswith('chalicelib.routes.contract.')"
        " and type(sys.modules[n]).__name__ != '_LazyModule'])"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "[]"


# --- promises can be broken ------------------------------------------------------------------


def broken(world: World, path: str, **changed: Any) -> list[str]:
    answer = world.http("GET", path)
    given = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    return promises.broken("GET", path, **{**given, **changed})


def test_a_broken_promise_is_seen(world: World) -> None:
    good = world.http("GET", "/services").body
    more = {"services": [{**one, "more": 1} for one in good["services"]]}

    assert broken(world, "/services") == []
    assert broken(world, "/services?node=nowhere") == []
    assert len(broken(world, "/services", status=418)) == 1
    assert len(broken(world, "/services", body={**good, "more": 1})) == 1
    assert len(broken(world, "/services", body=more)) == len(good["services"])
    assert any("ETag" in one for one in broken(world, "/services", headers={}))
    assert any("media" in one for one in broken(world, "/services", headers={}))
    assert len(broken(world, "/services?node=nowhere", body={"type": BLANK})) > 1
    assert broken(world, "/no/route", status=500) == []
