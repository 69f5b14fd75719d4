"""Diffs: thirty versions in a row with known verdicts, and verdicts that can be relied upon."""

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.services.changes.change import Change, Verdict, worst
from chalicelib.services.changes.diff import diff
from chalicelib.services.changes.formdiff import form_changes
from chalicelib.services.checks.lint import lint
from chalicelib.services.forms.answers import Forms
from tests.world import ROOT, load_json

Document = dict[str, Any]
SAFE, WIDENING, NARROWING, BREAKING = Verdict

SERVICES = ("business-licence", "micro-wish", "blocked", "conduct-report")


def document(service: str = "business-licence") -> Document:
    found: Document = load_json(f"forms/{service}/service.json")
    return found


def fields(it: Document) -> Any:
    return it["form"]["properties"]


def stage(it: Document, name: str) -> Any:
    return it["flow"]["stages"][name]


def paper(it: Document, name: str) -> Any:
    return next(one for one in it["papers"] if one["id"] == name)


def new_field(name: str, **schema: Any) -> Callable[[Document], None]:
    return lambda it: fields(it).update({name: schema})


def asked_for(name: str) -> Callable[[Document], None]:
    return lambda it: it["form"]["required"].append(name)


def no_more(name: str) -> Callable[[Document], None]:
    return lambda it: it["form"]["required"].remove(name)


def change_field(name: str, **schema: Any) -> Callable[[Document], None]:
    return lambda it: fields(it)[name].update(schema)


def gone_field(name: str) -> Callable[[Document], None]:
    return lambda it: fields(it).pop(name)


# Each makes the next version out of the one before: what it is, the edit, verdict and place.
CHAIN: list[tuple[str, Callable[[Document], Any], Verdict, str]] = [
    ("a title", lambda it: it["titles"].update(en="Licence"), SAFE, "/titles"),
    ("an optional field", new_field("web", type="string", maxLength=20), WIDENING, "/web"),
    ("its help", change_field("web", description="网址"), SAFE, "/web"),
    ("a longer text", change_field("web", maxLength=40), WIDENING, "/web/maxLength"),
    ("a shorter text", change_field("web", maxLength=30), NARROWING, "/web/maxLength"),
    ("a choice", new_field("size", enum=["s", "m"]), WIDENING, "/size"),
    ("another choice", change_field("size", enum=["s", "m", "l"]), WIDENING, "/size/enum"),
    ("a choice less", change_field("size", enum=["s", "l"]), NARROWING, "/size/enum"),
    ("other choices", change_field("size", enum=["x", "y"]), BREAKING, "/size/enum"),
    ("the field is asked for", asked_for("size"), NARROWING, "/form/required"),
    ("it is not asked for", no_more("size"), WIDENING, "/form/required"),
    ("another type", change_field("web", type="integer"), BREAKING, "/web"),
    ("a field is gone", gone_field("web"), BREAKING, "/web"),
    ("a count", new_field("floors", type="integer", minimum=1), WIDENING, "/floors"),
    ("any number", change_field("floors", type="number"), WIDENING, "/floors/type"),
    ("a higher least", change_field("floors", minimum=2), NARROWING, "/floors/minimum"),
    ("no least", lambda it: fields(it)["floors"].pop("minimum"), WIDENING, "/floors/minimum"),
    (
        "a paper that may come",
        lambda it: it["papers"].append(
            {"id": "P20", "titles": {"zh-Hans": "照片", "en": "Photo"}, "necessity": "optional"}
        ),
        *(WIDENING, "/papers/8"),
    ),
    (
        "a paper that must come",
        lambda it: paper(it, "P20").update(necessity="necessary"),
        *(NARROWING, "/papers/8/necessity"),
    ),
    ("a paper less", lambda it: it["papers"].pop(), WIDENING, "/papers/8"),
    (
        "a shorter promise",
        lambda it: it["clocks"]["promised"]["budget"].update(working_days=3),
        *(WIDENING, "/clocks/promised/budget"),
    ),
    (
        "a longer promise",
        lambda it: it["clocks"]["promised"]["budget"].update(working_days=5),
        *(NARROWING, "/clocks/promised/budget"),
    ),
    ("another channel", lambda it: it["channels"].append("outreach"), WIDENING, "/channels"),
    ("a channel less", lambda it: it["channels"].remove("outreach"), NARROWING, "/channels"),
    ("a fee", lambda it: it["guide"]["fee"].update(fen=500), NARROWING, "/guide/fee/fen"),
    ("no fee", lambda it: it["guide"]["fee"].update(fen=0), WIDENING, "/guide/fee/fen"),
    (
        "another role decides",
        lambda it: stage(it, "decide")["who"].update(role="head"),
        *(NARROWING, "/flow/stages/decide/who"),
    ),
    (
        "a word of a stage",
        lambda it: stage(it, "decide")["titles"].update(en="Ruling"),
        *(SAFE, "/flow/stages/decide/titles"),
    ),
    (
        "a text of a notice",
        lambda it: it["notices"]["received"]["texts"]["call"].update(en="Hello. Received."),
        *(SAFE, "/notices/received/texts"),
    ),
    (
        "where the matter lies",
        lambda it: it["subject"].update(region="/operator/region"),
        *(BREAKING, "/subject"),
    ),
]


def test_thirty_versions_in_a_row_have_the_verdicts_they_should() -> None:
    now, seen = document(), []
    for what, edit, verdict, place in CHAIN:
        was, now = now, copy.deepcopy(now)
        edit(now)
        changes = diff(was, now)
        assert len(changes) == 1, (what, changes)
        (change,) = changes
        assert (worst(changes), change.pointer[-len(place) :]) == (verdict, place), what
        seen.append(worst(changes))
    assert len(CHAIN) == 30 and set(seen) == set(Verdict)


def test_every_edit_of_the_chain_but_the_last_is_a_document_that_may_be_published() -> None:
    now = document()
    for what, edit, _, _ in CHAIN[:-1]:
        edit(now)
        assert lint(now) == [], what


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_has_changed_between_a_document_and_itself(service: str) -> None:
    assert diff(document(service), copy.deepcopy(document(service))) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_stage_a_part_or_a_result_that_is_gone_breaks_open_cases(service: str) -> None:
    was = document(service)
    for holder in ("stages", "results"):
        named = was["flow"]["stages"] if holder == "stages" else was["results"]
        for name in named:
            now = copy.deepcopy(was)
            (now["flow"]["stages"] if holder == "stages" else now["results"]).pop(name)
            assert worst(diff(was, now)) is BREAKING, name


def test_every_change_has_a_sentence_in_both_languages_and_a_place() -> None:
    was = document()
    for _, edit, _, _ in CHAIN:
        now = copy.deepcopy(was)
        edit(now)
        for change in diff(was, now):
            body = change.body()
            assert body["pointer"].startswith("/") and all(body["texts"].values())
            assert set(body["texts"]) == {"zh-Hans", "en"}
        was = now


# --- a verdict can be relied upon: nothing that was right is wrong without a warning ----------


def answers(service: str) -> Iterator[Any]:
    for file in sorted(Path(ROOT / "forms" / service / "examples").glob("*/*.json")):
        yield json.loads(file.read_text("utf-8"))["answers"]


VALUES: tuple[Any, ...] = (
    0,
    1,
    -1,
    3.5,
    "",
    "a",
    "长" * 200,
    True,
    None,
    [],
    {},
    ["a", "a"],
    2**40,
)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from nodes(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nodes(item, (*path, index))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def mutated(rng: random.Random, value: Any) -> Any:
    """The answers with one place changed, dropped or added."""
    value = copy.deepcopy(value)
    path = rng.choice([one for one in nodes(value) if one])
    holder, last = at(value, path[:-1]), path[-1]
    how = rng.randrange(3)
    if how == 0:
        holder[last] = rng.choice(VALUES)
    elif how == 1:
        del holder[last]
    elif isinstance(holder, dict):
        holder[rng.choice(["web", "size", "floors", "x"])] = rng.choice(VALUES)
    return value


Schema = dict[str, Any]
Edit = Callable[[random.Random, Schema], None]


def edit_limit(rng: random.Random, schema: Schema) -> None:
    limits = [name for name in schema if name.startswith(("min", "max", "exclusive"))]
    if limits:
        name = rng.choice(limits)
        value = max(0, int(schema.pop(name)) + rng.choice([-3, -1, 1, 5]))
        if rng.random() < 0.7:
            schema[name] = value


def edit_required(rng: random.Random, schema: Schema) -> None:
    required, properties = schema.get("required", []), schema.get("properties", {})
    if required and rng.random() < 0.5:
        required.pop(rng.randrange(len(required)))
    elif properties:
        schema["required"] = sorted({*required, rng.choice(list(properties))})


def edit_properties(rng: random.Random, schema: Schema) -> None:
    if "properties" in schema:
        kind = rng.choice(["string", "integer"])
        schema["properties"][rng.choice(["web", "size", "floors"])] = {"type": kind}


def edit_choices(rng: random.Random, schema: Schema) -> None:
    values = schema.get("enum")
    if isinstance(values, list):
        values.append("new") if rng.random() < 0.5 or len(values) < 2 else values.pop()


def edit_type(rng: random.Random, schema: Schema) -> None:
    if isinstance(schema.get("type"), str):
        schema["type"] = rng.choice([["null", schema["type"]], "string", "number", "object"])


def edit_others(rng: random.Random, schema: Schema) -> None:
    name = rng.choice(["pattern", "format", "allOf", "not", "additionalProperties", "oneOf"])
    if name in schema and rng.random() < 0.7:
        del schema[name]
    elif name == "additionalProperties":
        schema[name] = rng.choice([True, False, {"type": "string"}])
    elif name in ("allOf", "oneOf"):
        schema[name] = [{"type": rng.choice(["string", "object", "integer"])}]


def edit_help(rng: random.Random, schema: Schema) -> None:
    schema["description"] = str(rng.random())


EDITS: tuple[Edit, ...] = (
    *(edit_limit, edit_required, edit_properties, edit_choices, edit_type, edit_others, edit_help),
)


def edits(rng: random.Random, form: Any) -> Any:
    """The form with one schema in it changed at random."""
    form = copy.deepcopy(form)
    places = [
        path
        for path in nodes(form)
        if isinstance(at(form, path), dict) and set(at(form, path)) & {"type", "properties", "$ref"}
        if not path or path[-1] not in ("properties", "$defs")
    ]
    rng.choice(EDITS)(rng, at(form, rng.choice(places)))
    return form


def fits(forms: Forms, form: Any, value: Any) -> bool:
    return forms.holds(json.dumps(form, sort_keys=True), form, value)


@pytest.mark.parametrize("service", SERVICES)
def test_without_a_narrowing_change_every_old_answer_is_still_taken(service: str) -> None:
    rng, forms = random.Random(service), Forms(lambda: date(2026, 3, 10))
    form, seen = document(service)["form"], Counter[str]()
    good = list(answers(service))
    for _ in range(300):
        was = edits(rng, form) if rng.random() < 0.5 else form
        now = edits(rng, was)
        verdict = worst(form_changes("/form", was, now))
        tried = [mutated(rng, rng.choice(good)) for _ in range(14)] + good
        taken = [value for value in tried if fits(forms, was, value)]
        lost = [value for value in taken if not fits(forms, now, value)]
        seen[f"{'harmless' if verdict.harmless else 'warned'}"] += 1
        seen["answers"] += len(taken)
        if verdict.harmless:
            assert lost == [], (list(form_changes("/form", was, now)), lost[:1])
        elif lost:
            seen["lost and warned"] += 1

    assert seen["harmless"] >= 100 and seen["lost and warned"] >= 20 and seen["answers"] >= 1000


def test_true_is_not_one() -> None:
    was, now = {"enum": [1]}, {"enum": [True]}

    (change,) = form_changes("/form", was, now)

    assert change == Change("/form/enum", "changed", BREAKING)
