"""Papers are asked for once; a second time with a reason, which counts against who asked first."""

from chalicelib.platform.errors import NotYet, OnceOnly
from infra.player import Case, Front
from tests.journeys.matters import refused_as
from tests.journeys.people import VILLAGE, example
from tests.world import World

MISSING = {"missing": [{"paper": "P1", "what": "未签字"}]}
AGAIN = {**MISSING, "reason": "S1", "text": "第一次没有看出签字页是复印件。"}


def submitted(front: Front) -> Case:
    it = example()
    return Case.submit(front, it["answers"], it["papers_needed"])


def supplied(front: Front) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "incomplete", MISSING)
    case.give("supply", ["P1"])
    case.stands("receive")
    return case


def test_a_second_request_has_a_reason_and_counts_against_who_asked_first(front: Front) -> None:
    case = supplied(front)
    assert case.attempt(VILLAGE, "incomplete_again", MISSING).status == 422

    case.do(VILLAGE, "incomplete_again", AGAIN)

    view = case.stands("complete", status="to_complete")
    event = next(one for one in view["events"] if one["type"] == "incomplete_again")
    assert event["data"]["against"] == {"party": VILLAGE, "as": "acceptor"}
    assert event["data"]["reason"] == "S1" and event["data"]["papers"] == ["P1"]
    assert [one["reason"] for one in case.mine()["events"] if "reason" in one] != []
    (supply,) = [one for one in case.mine()["clocks"] if one["clock"] == "supply"]
    assert supply["state"] == "running"


def test_nobody_asks_a_second_time_before_anything_was_supplied(world: World) -> None:
    case = submitted(world)

    assert refused_as(case.attempt(VILLAGE, "incomplete_again", AGAIN), NotYet)


def test_a_third_request_is_refused(front: Front) -> None:
    case = supplied(front)
    case.do(VILLAGE, "incomplete_again", AGAIN)
    case.give("supply", ["P1"])

    for action, details in (("incomplete", MISSING), ("incomplete_again", AGAIN)):
        assert refused_as(case.attempt(VILLAGE, action, details), OnceOnly)
    case.do(VILLAGE, "accept")
    case.stands("examine")
