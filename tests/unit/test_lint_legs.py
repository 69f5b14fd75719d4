"""Passing on and rulings: what a document may not say of them, with the place and the keyword."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from chalicelib.services.checks.lint import lint
from tests.world import load_json

MATTER = load_json("forms/village-matter/service.json")
Edit = Callable[[Any], Any]
ACTIONS = "/flow/stages/handle/actions"


def actions(it: Any) -> Any:
    return it["flow"]["stages"]["handle"]["actions"]


def ruling(it: Any) -> Any:
    return it["flow"]["stages"]["arbitrate"]["actions"]


def elsewhere(it: Any) -> None:
    it["flow"]["stages"]["handle"]["who"]["at"] = "received"


def beside(it: Any) -> None:
    it["flow"]["acts"]["up"] = {
        **deepcopy(actions(it)["pass_up"]),
        "who": {"role": "acceptor", "at": "leg"},
    }


def stuck(it: Any) -> None:
    for name in ("pass_up", "pass_down", "pass_across", "take_over", "send_back"):
        del actions(it)[name]


def both(it: Any) -> None:
    actions(it)["pass_up"]["does"] = ["transfer", "take_over"]


def unwatched(it: Any) -> None:
    it["clocks"]["ruling"]["start"] = ["passed_up"]


def unending(it: Any) -> None:
    for clock in ("whole", "village"):
        del it["clocks"][clock]["pause"]


def without_rulings(it: Any) -> None:
    for name in ("rule", "rule_for_good"):
        ruling(it)[name].pop("does")


REFUSED: list[tuple[Edit, str, str]] = [
    (elsewhere, f"{ACTIONS}/pass_up/does", "place"),
    (beside, "/flow/acts/up/does", "place"),
    (stuck, "/flow/stages/handle/who/at", "place"),
    (both, f"{ACTIONS}/pass_up/does", "contradiction"),
    (lambda it: actions(it)["pass_up"].pop("reason"), f"{ACTIONS}/pass_up/reason", "reason"),
    (
        lambda it: actions(it)["pass_up"].update(reason_for="declined"),
        f"{ACTIONS}/pass_up/reason_for",
        "reason",
    ),
    (
        lambda it: actions(it)["send_back"].update(reason_for="nothing"),
        f"{ACTIONS}/send_back/reason_for",
        "target",
    ),
    (
        lambda it: actions(it)["pass_up"].pop("direction"),
        f"{ACTIONS}/pass_up/direction",
        "required",
    ),
    (
        lambda it: actions(it)["finish"].update(direction="up"),
        f"{ACTIONS}/finish/direction",
        "place",
    ),
    (
        lambda it: actions(it)["pass_down"]["input"]["required"].remove("node"),
        f"{ACTIONS}/pass_down/input",
        "input",
    ),
    (
        lambda it: actions(it)["pass_up"].update(input=actions(it)["pass_down"]["input"]),
        f"{ACTIONS}/pass_up/input",
        "input",
    ),
    (
        lambda it: actions(it)["take_over"].update(to="end:done"),
        f"{ACTIONS}/take_over/to",
        "contradiction",
    ),
    (lambda it: actions(it).pop("send_back"), ACTIONS, "required"),
    (lambda it: it["reasons"]["V1"].update({"for": ["nothing"]}), "/reasons/V1/for/0", "target"),
    (lambda it: it.update(restricted=True), "/restricted", "restricted"),
    (lambda it: it.update(restricted=True), "/flow/unclear", "restricted"),
    (lambda it: it["flow"]["unclear"].update(to="tell"), "/flow/unclear/to", "target"),
    (lambda it: it["flow"]["unclear"].update(to="nowhere"), "/flow/unclear/to", "target"),
    (without_rulings, "/flow/stages/arbitrate/actions", "required"),
    (
        lambda it: ruling(it)["rule"]["input"]["required"].remove("unit"),
        "/flow/stages/arbitrate/actions/rule/input",
        "input",
    ),
    (lambda it: actions(it)["finish"].update(does=["rule"]), f"{ACTIONS}/finish/does", "place"),
    (unwatched, "/flow/unclear", "clock"),
    (unending, "/clocks/whole/pause", "unrouted"),
    (
        lambda it: it["flow"]["follows"]["routing"].update(on=["done"]),
        "/flow/follows/routing/on",
        "event",
    ),
]


def test_the_service_itself_is_sound() -> None:
    assert lint(MATTER) == []


@pytest.mark.parametrize(("edit", "pointer", "keyword"), REFUSED)
def test_a_leg_or_a_ruling_that_would_strand_a_case_is_refused(
    edit: Edit, pointer: str, keyword: str
) -> None:
    document = deepcopy(MATTER)
    edit(document)

    found = {(one.pointer, one.keyword): one.texts for one in lint(document)}
    assert (pointer, keyword) in found, list(found)
    assert found[pointer, keyword]["zh-Hans"] and found[pointer, keyword]["en"]
