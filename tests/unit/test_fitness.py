"""What must stay true of the whole: routes, tables, words, sizes, what a cold start loads."""

import ast
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import app as front
from chalicelib.cases import store as cases_store
from chalicelib.cases import words
from chalicelib.people import authority
from chalicelib.people import store as directory_store
from chalicelib.platform import errors, keytable
from chalicelib.platform.ports import Table
from chalicelib.services.checks import lint
from chalicelib.wiring import SHAPES
from tests.world import ROOT, load_json

MODULES = sorted(ROOT.glob("chalicelib/**/*.py"))
SERVICES = sorted(path.parent.name for path in ROOT.glob("forms/*/service.json"))
TEMPLATES = sorted(ROOT.glob("infra/template/*.json"))
RESOURCES: dict[str, Any] = {
    name: resource
    for path in TEMPLATES
    for name, resource in load_json(str(path)).get("Resources", {}).items()
}
TABLES = {
    Table.CASES: ("CasesTable", cases_store),
    Table.DIRECTORY: ("DirectoryTable", directory_store),
    Table.KEYS: ("KeysTable", keytable),
}
KINDS = [(module, kind) for table, (_, module) in TABLES.items() for kind in SHAPES[table].kinds]
LONGEST_MODULE = 350
TTL = "expires"


def problems() -> list[type[errors.Problem]]:
    return [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.Problem)
    ]


def properties(table: Table) -> Any:
    return RESOURCES[TABLES[table][0]]["Properties"]


def keys(schema: list[dict[str, str]]) -> tuple[str, str]:
    names = {key["KeyType"]: key["AttributeName"] for key in schema}
    return names["HASH"], names["RANGE"]


def recorded() -> Iterator[tuple[str, str]]:
    """(file, event type) of every event type that the code of cases/ spells out."""
    for path in sorted(ROOT.glob("chalicelib/cases/*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            for value in spelled(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield path.name, value.value
                elif isinstance(value, ast.Name) and value.id in constants():
                    yield path.name, constants()[value.id]


def spelled(node: ast.AST) -> list[ast.expr]:
    """The expressions that may name an event: of record(…), of an action, of a comparison."""
    match node:
        case ast.Call(func=ast.Attribute(attr="record"), args=[first, *_]):
            return [first]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            members = {k.value: v for k, v in pairs if isinstance(k, ast.Constant)}
            return [members["event"]] if {"event", "input"} <= members.keys() else []
        case ast.Compare(left=ast.Name(id="event"), comparators=others):
            return others
    return []


def constants() -> dict[str, str]:
    found = {}
    for path in sorted(ROOT.glob("chalicelib/cases/*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                    found[name] = text
    return found


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 40
    assert SERVICES
    assert len(front.app.routes) > 10
    assert len(KINDS) > 15
    assert len(problems()) > 15
    assert {"stage_entered", "closed", "overdue", "called"} <= {name for _, name in recorded()}


def test_every_route_stands_in_the_authorisation_table_and_nothing_else_does() -> None:
    served = {(method, path) for path, ways in front.app.routes.items() for method in ways}

    assert served == authority.ROUTES.keys()


@pytest.mark.parametrize("table", Table)
def test_the_keys_of_a_table_in_the_template_are_those_of_its_models(table: Table) -> None:
    found = properties(table)
    model = SHAPES[table].base
    hashed = next(a for a in model.get_attributes().values() if a.is_hash_key)
    ranged = next(a for a in model.get_attributes().values() if a.is_range_key)

    assert keys(found["KeySchema"]) == (hashed.attr_name, ranged.attr_name) == ("pk", "sk")
    for kind in SHAPES[table].kinds.values():
        assert issubclass(kind, model)


@pytest.mark.parametrize("table", Table)
def test_the_indexes_of_a_table_in_the_template_are_those_of_its_shape(table: Table) -> None:
    found = properties(table)
    indexes = found.get("GlobalSecondaryIndexes", [])

    assert {index["IndexName"]: keys(index["KeySchema"]) for index in indexes} == dict(
        SHAPES[table].indexes
    )
    assert {index["Projection"]["ProjectionType"] for index in indexes} <= {"KEYS_ONLY"}
    used = {name for pair in SHAPES[table].indexes.values() for name in pair} | {"pk", "sk"}
    defined = {a["AttributeName"]: a["AttributeType"] for a in found["AttributeDefinitions"]}
    assert defined == dict.fromkeys(used, "S")
    attributes = {name for kind in SHAPES[table].kinds.values() for name in kind.get_attributes()}
    assert used <= attributes


@pytest.mark.parametrize("table", Table)
def test_a_table_forgets_by_itself_exactly_where_a_row_says_when(table: Table) -> None:
    expiring = [name for name, kind in SHAPES[table].kinds.items() if TTL in kind.get_attributes()]
    wanted = {"AttributeName": TTL, "Enabled": True} if expiring else None

    assert properties(table).get("TimeToLiveSpecification") == wanted
    forgotten = ["lapse", "posting", "inbound", "thread", "key"]
    assert expiring == (forgotten if table is Table.CASES else [])


@pytest.mark.parametrize(("module", "kind"), KINDS, ids=lambda v: getattr(v, "__name__", v))
def test_every_kind_of_row_is_described_where_its_table_is(module: ModuleType, kind: str) -> None:
    assert re.search(rf"\b{kind.replace('_', ' ')}\b", str(module.__doc__).replace("_", " "))


@pytest.mark.parametrize("service", SERVICES)
def test_no_module_knows_a_service_by_name(service: str) -> None:
    name = re.compile(service.replace("-", "[-_ ]?"), re.IGNORECASE)

    assert [path.name for path in MODULES if name.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("problem", problems(), ids=lambda problem: problem.__name__)
def test_every_problem_has_words_in_both_languages_a_name_and_a_status(
    problem: type[errors.Problem],
) -> None:
    assert problem.titles["zh-Hans"]
    assert problem.titles["en"].isascii()
    assert re.fullmatch("[a-z]+(-[a-z]+)*", problem.slug)
    assert 400 <= problem.status <= 599


def test_no_two_problems_share_a_name() -> None:
    names = [problem.slug for problem in problems()]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("file", "event"), sorted(set(recorded())))
def test_every_event_the_engine_records_has_words(file: str, event: str) -> None:
    assert words.SYSTEM_EVENTS[event]["zh-Hans"]
    assert words.SYSTEM_EVENTS[event]["en"]


def test_the_events_that_lint_knows_and_the_hidden_ones_have_words() -> None:
    assert words.SYSTEM_EVENTS.keys() >= lint.SYSTEM_EVENTS | words.HIDDEN_EVENTS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_longer_than_a_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE


COLD_START = """
import dataclasses, gc, json, sys
import app as front
from chalicelib.cases.house import House
from chalicelib.platform.aws import Aws
from chalicelib.platform.ports import Put, Table
from chalicelib.wiring import SHAPES
from tests.fakes.store import MemoryStore

entry = {"service": "a", "version": 1, "titles": {"zh-Hans": "甲"}, "channels": ["web"]}
store = MemoryStore(SHAPES)
row = {"pk": "catalogue", "sk": "a", "kind": "entry", "data": entry}
store.transact([Put(Table.DIRECTORY, row)])
names = ("CASES_TABLE", "DIRECTORY_TABLE", "KEYS_TABLE", "KMS_KEY_ARN", "URL_SUFFIX")
environ = {f"BANCHENG_{name}": name for name in names} | {"AWS_REGION": "xx-none-1"}
ports = Aws(environ, SHAPES).api()
ports.store.connection.client
front.houses.give(House(dataclasses.replace(ports, store=store)))
request = {
    "resource": "/services", "path": "/services", "httpMethod": "GET", "headers": {},
    "multiValueQueryStringParameters": None, "pathParameters": {}, "body": None,
    "stageVariables": None, "isBase64Encoded": False,
    "requestContext": {"resourcePath": "/services", "httpMethod": "GET", "identity": {}},
}
answer = front.app(request, None)
from botocore.client import BaseClient
print(json.dumps({
    "answer": json.loads(answer["body"]),
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "clients": [type(one).__name__ for one in gc.get_objects() if isinstance(one, BaseClient)],
}))
"""


def test_the_first_answer_of_a_cold_api_loads_no_heavy_library_and_one_client() -> None:
    environ = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "x")
    command = [sys.executable, "-c", COLD_START]

    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env=environ
    )

    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)

    assert [service["service"] for service in seen["answer"]["services"]] == ["a"]
    heavy = {"jsonschema", "jsonschema_rs", "cryptography", "jwt", "joserfc", "phonenumbers"}
    heavy |= {"reportlab", "pyhanko", "pyhanko_certvalidator", "aiohttp", "PIL", "asn1crypto"}
    assert heavy & set(seen["modules"]) == set()
    assert seen["clients"] == ["DynamoDB"]


@pytest.mark.parametrize(
    ("environ", "collects"), [({}, True), ({"AWS_LAMBDA_FUNCTION_NAME": "api"}, False)]
)
def test_only_in_lambda_does_the_collector_wait_for_the_first_client(
    environ: dict[str, str], collects: bool
) -> None:
    """A test worker that came to no store of its own kept 3.8 GB."""
    command = [sys.executable, "-c", "import app, gc; print(gc.isenabled())"]

    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True, env=environ
    )

    assert ran.stdout.strip() == str(collects)
