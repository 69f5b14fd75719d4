"""What a view refuses the server refuses: Ajv, Ajv2020, rjsf and JSON Forms against ours."""

import json
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any, NamedTuple

import pytest

from chalicelib.services.forms.answers import Forms, compiled
from chalicelib.services.forms.formats import named
from chalicelib.services.views import layouts
from chalicelib.services.views.bundles import localise
from chalicelib.services.views.clients import EXACT
from chalicelib.services.views.dialects import view
from chalicelib.services.views.ecma import ecma
from tests.corpora.instances import FORMATS, herd
from tests.node.clients import READERS, Clients, Defective
from tests.node.schemas import PATTERNS, Author
from tests.world import ROOT, load_json

TODAY = date(2026, 3, 10)
SERVICES = sorted(path.parent.name for path in ROOT.glob("forms/*/service.json"))
COUNT = 1_000
RANDOM_FORMS = 60


class Case(NamedTuple):
    """A form with instances and the server's verdicts."""

    form: Any
    instances: list[Any]
    accepted: list[bool]


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with Clients() as running:
        yield running


def document(service: str) -> Any:
    toy = "tests/journeys/toy.json"
    return load_json(toy if service == "toy" else f"forms/{service}/service.json")


@pytest.fixture(scope="module", params=[*SERVICES, "toy"])
def case(request: pytest.FixtureRequest, clients: Clients) -> Case:
    """A thousand instances of a service, grown from its examples."""
    form, forms = document(request.param)["form"], Forms(lambda: TODAY)
    paths = sorted(ROOT.glob(f"forms/{request.param}/examples/*/*.json"))
    seeds = [load_json(str(path))["answers"] for path in paths]

    def accepts(instance: Any) -> bool:
        return not forms.check(request.param, form, instance)

    instances = herd(form, seeds, accepts, Random(f"differential {request.param}"), COUNT)
    clients.keep(request.param, instances)
    clients.keep("case", instances)
    return Case(form, instances, [accepts(one) for one in instances])


def test_the_instances_are_many_and_different_and_of_both_kinds(case: Case) -> None:
    texts = {json.dumps(one, sort_keys=True) for one in case.instances}

    assert len(case.instances) == COUNT
    assert len(texts) > 0.9 * COUNT
    assert 0.2 * COUNT <= sum(case.accepted) <= 0.8 * COUNT


@pytest.mark.parametrize("dialect", READERS, ids=lambda d: f"{d[0]}{' strict' if d[1] else ''}")
def test_no_client_refuses_what_the_server_accepts(
    clients: Clients, case: Case, dialect: tuple[str, bool]
) -> None:
    shown = view(case.form, *dialect)

    for client in READERS[dialect]:
        verdicts = clients.judge(client, shown.schema, "case")
        pairs = zip(case.instances, case.accepted, verdicts, strict=True)

        assert [one for one, accepted, valid in pairs if accepted and not valid][:3] == []
        # A view that takes everything would pass, too: most of what is wrong is told at once.
        refused = len(verdicts) - sum(case.accepted)
        assert len(verdicts) - sum(verdicts) > 0.6 * refused, client


def test_rjsf_draws_a_field_for_everything_that_is_needed(clients: Clients, case: Case) -> None:
    drawn = clients.ask(draw=True, schema=view(case.form, "draft-07").schema, uiSchema={}, data={})

    for name in case.form["required"]:
        assert f'id="root_{name}' in drawn["html"], name


@pytest.mark.parametrize("service", SERVICES)
def test_both_renderers_take_our_layouts(clients: Clients, service: str) -> None:
    data = document(service)
    form = localise(data["form"], data["views"]["i18n"], "en").form
    schema = view(form, "draft-07").schema

    ui = layouts.rjsf(form, data["views"])
    drawn = clients.ask(draw=True, schema=schema, uiSchema=ui, data={})
    shown = [one for one in ui["ui:order"] if ui.get(one, {}).get("ui:widget") != "hidden"]
    places = [drawn["html"].index(f'id="root_{name}') for name in shown]
    assert places == sorted(places)
    assert set(form["required"]) <= set(shown)

    forms = layouts.jsonforms(form, data["views"])
    assert clients.ask(scopes=forms, schema=schema)["unknown"] == []


def test_no_client_is_stricter_whatever_keywords_a_form_uses(clients: Clients) -> None:
    """Plain 2020-12 is left out: it says what the server does, whatever Ajv makes of that."""
    rng, judged, accepted_by_server, defective = Random("forms by chance"), 0, 0, 0
    author = Author(rng)
    own = named(lambda: TODAY)
    views = [one for one in READERS if one != ("2020-12", False)]
    for _ in range(RANDOM_FORMS):
        form = author.form()
        server = compiled(form, own)
        instances = [author.value() for _ in range(40)]
        accepted = [server.is_valid(one) for one in instances]
        accepted_by_server += sum(accepted)
        for dialect, client in [(one, client) for one in views for client in READERS[one]]:
            shown = view(form, *dialect)
            try:
                verdicts = clients.judge(client, shown.schema, instances)
            except Defective:
                # Ajv2020 loses count of what is evaluated even where nobody asks for it.
                assert "2020" in client
                defective += 1
                continue
            pairs = zip(instances, accepted, verdicts, strict=True)
            wrong = [one for one, ours, theirs in pairs if ours and not theirs]
            assert wrong == [], (client, form, shown.schema, wrong[:3])
            judged += len(verdicts)

    assert judged > RANDOM_FORMS * 300
    assert defective < RANDOM_FORMS * 0.05
    assert 0.1 < accepted_by_server / (RANDOM_FORMS * 40) < 0.9


def test_a_pattern_spelled_for_browsers_matches_the_same_texts(clients: Clients) -> None:
    rng = Random("patterns")
    pieces = (
        *("a", "b", "^", "$", ".", r"\.", r"\-", "-", "[", "]", "[^", "a-z", r"\d", r"\w", r"\S"),
        *("(", "(?:", "(?i)", "(?<n>", ")", "|", "*", "+", "{2}", "{1,}", "{", "}", r"\p{L}"),
        *(r"\p{Han}", r"\u4eba", "人", "&&", "~", r"\~", r"\@", " ", r"\/", "/", r"\]", r"\\"),
        *(r"\b", r"\<", "[a-z]", "[^a]", r"[a\-z]", "[-a]", "[a-]", r"[\w.-]", "[人-仔]", ":", "!"),
    )
    texts = [
        "",
        *map(chr, range(256)),
        "人",
        "\u2028",
        "\u3000",
        "\ufeff",
        "😀",
        "ab",
        "a-b",
        "a\rb",
    ]
    servers, unspelled = {}, 0
    for _ in range(3_000):
        pattern = "".join(rng.choices(pieces, k=rng.randint(1, 6)))
        try:
            server = compiled({"pattern": pattern}, {})
        except ValueError:
            continue
        spelled = ecma(pattern)
        unspelled += spelled is None
        if spelled is not None:
            servers[spelled] = server

    asked = clients.ask(patterns=list(servers), texts=texts)
    for (spelled, server), matches in zip(servers.items(), asked["matches"], strict=True):
        assert matches == [server.is_valid(text) for text in texts], spelled
    assert len(servers) > 800
    assert unspelled < len(servers)


@pytest.mark.parametrize(
    "pattern", [r"^\bx", "(?i)a", r"\<a", "[a&&b]", "[[a]]", "a{2}{3}", "[]a]"]
)
def test_a_pattern_without_a_spelling_for_browsers_is_left_to_the_server(pattern: str) -> None:
    assert ecma(pattern) is None
    lost = view({"type": "string", "pattern": pattern}, "draft-07")

    assert "pattern" not in lost.schema
    assert [loss.keyword for loss in lost.losses] == ["pattern"]


@pytest.mark.parametrize("name", sorted(EXACT))
def test_a_format_written_as_a_pattern_takes_the_same_texts(clients: Clients, name: str) -> None:
    rng = Random(name)
    good = [FORMATS.get(name, FORMATS["cn-phone"])(rng) for _ in range(300)]
    changed = [
        text[: (at := rng.randint(0, len(text)))]
        + rng.choice("0123456789-abXx ")
        + text[at + rng.randint(0, 1) :]
        for text in good * 5
    ]
    texts = [*good, *changed]
    server = compiled({"format": name}, named(lambda: TODAY))

    verdicts = clients.judge("ajv", {"pattern": EXACT[name]}, texts)

    assert verdicts == [server.is_valid(text) for text in texts]
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.9


def test_there_are_patterns_with_and_without_a_spelling_among_those_tried() -> None:
    assert {ecma(pattern) is None for pattern in PATTERNS} == {True, False}
