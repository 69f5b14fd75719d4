"""What a village keeps to itself has two working days; the same matter elsewhere has not (R20)."""

from typing import Any

from infra.player import Case
from tests.journeys.publishing import publish
from tests.world import World, load_json

VILLAGE_CLOCK: dict[str, Any] = {
    "titles": {"zh-Hans": "村级办理时限", "en": "Time for a village"},
    "budget": {"working_days": 2},
    "if": {"level": ["village"]},
    "start": ["received"],
    "stop": ["adopted", "passed_on", "elsewhere", "withdrawn"],
    "on_due": {"do": "escalate", "who": {"role": "supervisor", "at": "unit"}},
    "basis": {"title": "本机关服务承诺（村级事项）", "ours": True},
}
VILLAGE, TOWN = "360802101201", "360802101000"


def suggested(world: World, region: str) -> Case:
    example = load_json("forms/suggestion/examples/pass/with-a-name.json")
    answers = {**example["answers"], "region": region}
    return Case.submit(world, answers, [], service="suggestion")


def test_the_clock_of_villages_runs_in_villages_only(world: World) -> None:
    document = load_json("forms/suggestion/service.json")
    document["clocks"]["village"] = VILLAGE_CLOCK
    done = publish(world, document)
    assert done["state"] == "done", done

    clocks = {
        name: {one["clock"] for one in suggested(world, region).mine()["clocks"]}
        for name, region in (("village", VILLAGE), ("town", TOWN))
    }

    assert clocks["village"] - clocks["town"] == {"village"}
