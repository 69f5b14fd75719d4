"""A document becomes a machine: pure, named by its content, and of the shape design D1 allows."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from statelint.linter import Linter

from chalicelib.services.checks.lint import lint
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from tests import machines
from tests.world import ROOT, load_json, with_cases

QUEUE = "https://sqs.example.invalid/123456789012/flow"
VALIDATOR = ROOT / ".local" / "node" / "node_modules" / ".bin" / "asl-validator"
DOCUMENTS = [ROOT / "forms" / name / "service.json" for name in with_cases()]


def licence() -> Any:
    return load_json("forms/business-licence/service.json")


def compiled(document: Any, partition: str = "aws") -> Any:
    return json.loads(machine(Service(document), QUEUE, partition)[1])


def named(document: Any, partition: str = "aws") -> str:
    return machine(Service(document), QUEUE, partition)[0]


def reworded(value: Any) -> Any:
    """The same document with every text for people replaced."""
    if isinstance(value, dict):
        return {
            name: "别的话" if name in ("zh-Hans", "en") else reworded(item)
            for name, item in value.items()
        }
    return [reworded(item) for item in value] if isinstance(value, list) else value


def texts(value: Any) -> set[str]:
    """Every text in the document with a character outside ASCII, or a space."""
    if isinstance(value, dict):
        return {text for item in value.values() for text in texts(item)}
    if isinstance(value, list):
        return {text for item in value for text in texts(item)}
    return {value} if isinstance(value, str) and (not value.isascii() or " " in value) else set()


def without_clocks() -> Any:
    document = licence()
    document["clocks"] = {}
    for act in ("extend", "supervise"):
        del document["flow"]["acts"][act]
    del document["notices"]["extended"]
    for issued in ("extension", "order"):
        del document["documents"][issued]
    for part in ("notices", "documents"):
        document[part] = {
            name: item
            for name, item in document[part].items()
            if "deemed_accepted" not in item["on"]
        }
        for item in document[part].values():
            if item.get("date") != "debts":
                item.pop("date", None)
    return document


def with_budget(**budget: int) -> Any:
    document = licence()
    document["clocks"]["statutory"]["budget"] = budget
    return document


def test_there_are_documents_to_compile() -> None:
    assert DOCUMENTS


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_every_machine_passes_our_own_lint(path: Path, partition: str) -> None:
    assert machines.faults(compiled(load_json(str(path)), partition), partition) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name)
def test_every_machine_passes_statelint(path: Path) -> None:
    assert Linter.validate(compiled(load_json(str(path)))) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name)
def test_every_machine_passes_asl_validator(path: Path, tmp_path: Path) -> None:
    if not VALIDATOR.exists():
        pytest.fail("asl-validator is not installed: run `make node`", pytrace=False)
    file = tmp_path / "machine.json"
    file.write_text(machine(Service(load_json(str(path))), QUEUE, "aws")[1], "utf-8")

    ran = subprocess.run(
        [VALIDATOR, "--json-path", file], capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_machine_is_named_by_16_digits_of_the_hash_of_its_text() -> None:
    name, text = machine(Service(licence()), QUEUE, "aws")

    assert name == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_compiling_is_a_function_of_the_document_whatever_the_order_of_its_members() -> None:
    turned = json.loads(json.dumps(licence(), sort_keys=True))

    assert compiled(turned)["States"].keys() == compiled(licence())["States"].keys()
    assert named(licence()) == named(licence())


def test_a_change_of_wording_creates_no_machine() -> None:
    assert reworded(licence()) != licence()
    assert named(reworded(licence())) == named(licence())


def test_another_way_another_queue_or_another_partition_is_another_machine() -> None:
    changed = licence()
    changed["flow"]["stages"]["decide"]["actions"]["back"]["to"] = "receive"

    names = {
        named(licence()),
        named(changed),
        named(licence(), "aws-cn"),
        machine(Service(licence()), QUEUE + "2", "aws")[0],
    }

    assert len(names) == 4


def test_a_machine_says_nothing_of_titles_answers_or_texts() -> None:
    text = machine(Service(licence()), QUEUE, "aws")[1]

    assert len(texts(licence())) > 100
    assert text.isascii()
    assert [said for said in texts(licence()) if json.dumps(said)[1:-1] in text] == []


def test_every_wait_sends_the_envelope_with_its_stage_and_the_token() -> None:
    for name, state in machines.waits(compiled(licence())["States"]).items():
        sent = state["Parameters"]

        assert sent["QueueUrl"] == QUEUE
        assert sent["MessageBody"]["stage"] == name
        assert sent["MessageBody"]["token.$"] == "$$.Task.Token"


def test_only_the_end_of_the_tell_stage_ends_the_machine() -> None:
    ends = [name for name, state in compiled(licence())["States"].items() if state.get("End")]

    assert ends == ["tell"]


@pytest.mark.parametrize("stage", ["receive", "complete", "examine", "decide", "issue", "deliver"])
def test_every_open_stage_can_be_left_by_a_lapse(stage: str) -> None:
    choices = compiled(licence())["States"][f"{stage}?"]["Choices"]

    assert ["tell"] == [way["Next"] for way in choices if way["StringEquals"] == "lapsed"]


@pytest.mark.parametrize(
    ("document", "days"),
    [
        (licence(), 30),
        (with_budget(days=200), 200),
        (with_budget(working_days=60), 60),
        (with_budget(working_days=400), 600),
        (with_budget(office_minutes=100_000), 260),
        (with_budget(days=1000), 1000),
        (without_clocks(), 30),
    ],
    ids=[
        "the licence waits at least thirty days",
        "a clock of 200 days fits",
        "a clock of 60 working days fits",
        "the longest budget of working days fits",
        "the longest budget of minutes fits",
        "the longest budget of days fits",
        "a service without clocks waits thirty days",
    ],
)
def test_a_wait_is_longer_than_every_clock_and_no_longer_than_allowed(
    document: Any, days: int
) -> None:
    assert lint(document) == []

    for state in machines.waits(compiled(document)["States"]).values():
        assert days * machines.DAY <= state["TimeoutSeconds"] <= machines.LONGEST_WAIT


BAD: dict[str, Callable[[Any], Any]] = {
    "a Parallel": lambda m: m["States"].update(issue={"Type": "Parallel", "End": True}),
    "a Map": lambda m: m["States"]["decide again"].update(Type="Map"),
    "a Catch to itself": lambda m: m["States"]["decide"]["Catch"][0].update(Next="decide"),
    "a second Resource": lambda m: m["States"]["decide"].update(Resource="arn:aws:states:::x"),
    "another partition": lambda m: [
        state.update(Resource=f"arn:aws-cn{machines.WAIT}")
        for state in m["States"].values()
        if state["Type"] == "Task"
    ],
    "a Choice without Default": lambda m: m["States"]["decide?"].pop("Default"),
    "a state nobody reaches": lambda m: m["States"].update(
        archive={"Type": "Pass", "Next": "tell"}
    ),
    "a stage that cannot be resumed": lambda m: m["States"]["at"]["Choices"].pop(0),
    "a way to nowhere": lambda m: m["States"]["decide?"]["Choices"][0].update(Next="gone"),
    "a wait without end": lambda m: m["States"]["decide"].pop("TimeoutSeconds"),
    "a wait that AWS refuses": lambda m: m["States"]["decide"].update(TimeoutSeconds=10**8),
    "a short wait": lambda m: m["States"]["decide"].update(TimeoutSeconds=60),
    "a heartbeat above the time-out": lambda m: m["States"]["decide"].update(
        HeartbeatSeconds=10**9
    ),
    "a catch of everything": lambda m: m["States"]["decide"]["Catch"][0].update(
        ErrorEquals=["States.ALL"]
    ),
    "two ends": lambda m: (
        m["States"]["decide"].pop("Next"),
        m["States"]["decide"].update(End=True),
    ),
    "a name in the envelope": lambda m: m["States"]["decide"]["Parameters"]["MessageBody"].update(
        {"name.$": "$.name"}
    ),
    "JSONata": lambda m: m.update(QueryLanguage="JSONata"),
    "a first state that waits": lambda m: m.update(StartAt="receive"),
}


@pytest.mark.parametrize("spoil", BAD.values(), ids=BAD.keys())
def test_our_lint_catches(spoil: Callable[[Any], Any]) -> None:
    bad = deepcopy(compiled(licence()))
    spoil(bad)

    assert machines.faults(bad)
