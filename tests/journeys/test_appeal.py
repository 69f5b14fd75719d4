"""An appeal is a case of its own; until it is decided nothing of the other ends by itself."""

from datetime import timedelta
from typing import Any

from infra.player import Case, Front, expect
from tests.journeys.matters import overdue
from tests.journeys.test_external_fund import ASSIGNED, WINDOW, XIE, sent_in
from tests.journeys.test_mailbox import HEAD, REPLY
from tests.world import World, load_json

MISSING = {"missing": [{"paper": "F2", "what": "没有盖章"}]}
WHY = {"text": "章程已经在别的窗口交过了。"}


def asked(front: Front) -> Case:
    """An application whose applicant must supply a paper in time."""
    case = sent_in(front)
    case.do(WINDOW, "assign", ASSIGNED)
    case.do(XIE, "ask_papers", MISSING)
    case.stands("complete")
    return case


def appealed(front: Front) -> tuple[Case, Case]:
    case = asked(front)
    case.decide("appeal", WHY)
    (opened,) = [one for one in case.view()["events"] if one["type"] == "case_opened"]
    front.settle(opened["data"]["case"])
    return case, Case(front, opened["data"]["case"], "", HEAD)


def test_nothing_ends_by_itself_while_an_appeal_is_open(front: Front) -> None:
    case, appeal = appealed(front)
    assert appeal.view()["answers"]["text"] == WHY["text"]
    assert appeal.view()["answers"]["case"] == case.number

    for days in range(1, 20, 3):
        front.tick(case.due("supply") + timedelta(days=days), case.number)

    case.stands("complete", result=None)
    assert "returned" not in case.happened() and "appealing" in overdue(case)
    appeal.do(HEAD, "reply", REPLY)
    front.settle(case.number)

    (decided,) = [one for one in case.view()["events"] if one["type"] == "appeal_decided"]
    assert (decided["data"]["case"], decided["data"]["result"]) == (appeal.number, "replied")
    case.after(case.due("supply") + timedelta(days=21))
    case.stands(ended=True, result="returned")


def test_a_time_that_runs_out_without_an_appeal_ends_it_as_before(front: Front) -> None:
    case = asked(front)

    case.after(case.due("supply"))

    case.stands(ended=True, result="returned")


def test_it_can_still_be_supplied_while_the_appeal_is_open(world: World) -> None:
    case, appeal = appealed(world)

    case.give("supply", ["F2"])

    case.stands("prepare")
    assert not appeal.view()["ended"]


def test_why_says_that_an_appeal_is_open_and_the_tick_leaves_the_case_alone(world: World) -> None:
    case, _ = appealed(world)
    path = f"/cases/{case.number}/why"
    told = expect(world.http("GET", path, None, WINDOW), 200)["why"]
    assert any("有申诉未结" in one for one in told)

    world.tick(case.due("supply") + timedelta(days=30))

    before = world.row(case.number)
    assert world.tick(world.moment + timedelta(minutes=1)).get("fired", 0) == 0
    assert world.row(case.number)["events"] == before["events"]


def test_an_appeal_that_could_not_be_opened_holds_nothing_up(world: World) -> None:
    """The other service asks for more than this one knows, from the moment of the appeal on."""
    case = asked(world)
    headers = {"Receipt-Secret": case.secret, "Idempotency-Key": "appeal"}
    body = {"action": "appeal", "details": WHY}
    path = f"/my/cases/{case.number}/actions"
    expect(world.http("POST", path, body, None, headers), 200)
    stricter: Any = load_json("forms/mailbox/service.json")
    stricter["form"]["required"] = [*stricter["form"]["required"], "since"]
    stricter["form"]["properties"]["since"] = {"type": "string", "title": "从什么时候起"}
    assert world.publish(stricter)["published"]
    world.settle()
    assert "case_not_opened" in case.happened()

    case.after(case.due("supply"))

    case.stands(ended=True, result="returned")
