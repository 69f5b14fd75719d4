"""The machines of all services: every stage within reach, shape only, nothing about anybody.

That statelint, asl-validator and our own lint accept each of them is told in `test_compile`.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chalicelib.services.checks.lint import lint
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from tests import machines
from tests.unit.test_compile import DOCUMENTS, QUEUE, compiled, named, reworded, texts
from tests.world import ROOT, load_json

NAMES = [path.parent.name for path in DOCUMENTS]
# What a machine may say besides its stages and outcomes.
WORDS = {
    *("at", "lost", "$.at", "$.last", "$.last.outcome", "$.case", "$.generation"),
    *("$$.State.EnteredTime", "$$.Task.Token", "States.Timeout", "Bancheng.Lost"),
    *("Choice", "Task", "Pass", "Fail", QUEUE, f"arn:aws{machines.WAIT}"),
    "an outcome leads nowhere",
    "One stage is one wait; the rows of the case are the truth.",
}


def document(name: str) -> Any:
    return load_json(f"forms/{name}/service.json")


def strings(value: Any) -> Iterator[str]:
    """Every text in the definition that is no member's name, and the names of its states."""
    if isinstance(value, dict):
        yield from value.get("States", {})
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def leaves(value: Any) -> Iterator[str]:
    """What people have filled in, as text."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value


def answers(name: str) -> set[str]:
    """What people have written in the examples of a service, but for what they chose from lists."""
    pages = Path(ROOT / "forms" / name / "examples" / "pass").glob("*.json")
    found = {text for page in pages for text in leaves(load_json(str(page))["answers"])}
    long = (text for text in found if len(text) > 4 and any(map(str.isdigit, text)))
    return {*long, *(text for text in found if not text.isascii())}


def reached(definition: Any, start: str) -> set[str]:
    """The stages that a case can come to from its first one, by outcomes only."""
    states = definition["States"]
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += machines.targets(states[name])
    return seen & machines.waits(states).keys()


def sibling(name: str) -> Any:
    """Another service of the same shape: other words, form, papers, people, limits of a pool."""
    other = reworded(document(name))
    other["service"] = f"{name}-of-the-next-district"
    other["guide"]["item_code"] = "X-1"
    other["channels"] = ["web"]
    other["form"]["properties"]["remark"] = {"type": "string", "maxLength": 200}
    for stage in other["flow"]["stages"].values():
        if "who" in stage and "not" not in stage["who"]:
            stage["who"]["at"] = "received"
        if "slots" in stage:
            stage |= {"slots": {"is": 3}, "waiting": 5}
            stage["hold"]["days"] = 2
        for action in stage.get("actions", {}).values():
            action["event"] = f"other_{action['event']}"[:40]
    return other


@pytest.mark.parametrize("name", NAMES)
def test_every_stage_can_be_reached_from_the_first_by_outcomes(name: str) -> None:
    service = Service(document(name))

    # Where nobody is in charge, or several are, a case begins with the ruling.
    firsts = {service.start, service.unclear.get("to", service.start)}
    found = (reached(compiled(service.data), first) for first in firsts)

    assert set().union(*found) == set(service.stages)


@pytest.mark.parametrize("name", NAMES)
def test_every_stage_can_be_entered_at_once_by_the_next_generation(name: str) -> None:
    entered = {
        way["StringEquals"]: way["Next"]
        for way in compiled(document(name))["States"]["at"]["Choices"]
    }

    assert entered == {stage: stage for stage in document(name)["flow"]["stages"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_outcome_of_a_stage_leads_where_the_document_says(name: str) -> None:
    service = Service(document(name))
    states = compiled(service.data)["States"]

    for stage in set(service.stages) - {service.tell}:
        led = {way["StringEquals"]: way["Next"] for way in states[f"{stage}?"]["Choices"]}
        said = {code: service.next_stage(way["to"]) for code, way in service.ways(stage).items()}
        assert led == said
        assert set(service.stages[stage].get("outcomes", {})) <= led.keys()


@pytest.mark.parametrize("name", NAMES)
def test_what_happens_inside_a_stage_is_no_state_of_the_machine(name: str) -> None:
    service = Service(document(name))
    states = compiled(service.data)["States"]

    assert machines.waits(states).keys() == set(service.stages)
    assert len(states) == 3 * len(service.stages) - 1 + len(["at", "lost"])


@pytest.mark.parametrize("name", NAMES)
def test_another_service_of_one_shape_shares_the_machine(name: str) -> None:
    other = sibling(name)

    assert other["service"] != name
    assert machine(Service(other), QUEUE, "aws") == machine(Service(document(name)), QUEUE, "aws")


def test_the_shared_machine_belongs_to_a_document_that_may_be_published() -> None:
    other = document("conduct-report")
    other |= {"service": "letters", "titles": {"zh-Hans": "来信"}, "short": {"zh-Hans": "来信"}}
    other["reasons"]["C9"] = deepcopy(other["reasons"]["C1"])
    other["form"]["properties"]["remark"] = {"type": "string", "maxLength": 200}

    assert lint(other) == []
    assert named(other) == named(document("conduct-report"))


def test_services_of_different_shapes_have_different_machines() -> None:
    assert len({named(document(name)) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_machine_says_nothing_but_stages_and_outcomes(name: str) -> None:
    service = Service(document(name))
    stages = {f"{stage}{more}" for stage in service.stages for more in ("", "?", " again")}
    outcomes = {code for stage in service.stages for code in service.ways(stage)}

    assert set(strings(compiled(service.data))) - WORDS <= stages | outcomes


@pytest.mark.parametrize("name", NAMES)
def test_a_machine_holds_no_title_no_reason_and_no_answer(name: str) -> None:
    found = document(name)
    text = machine(Service(found), QUEUE, "aws")[1]
    said = {*texts(found), *answers(name), *(f'"{code}"' for code in found["reasons"])}

    assert len(said) > 60
    assert text.isascii()
    assert [one for one in said if one in text or json.dumps(one)[1:-1] in text] == []
