"""A service point is inspected for what it must have, put right by its keeper, and inspected again
by somebody else; nobody outside is told."""

from copy import deepcopy
from typing import Any

import pytest

from chalicelib.platform.errors import SeparationOfDuty
from infra.player import Case, expect
from tests.journeys.matters import refused_as
from tests.journeys.wishes import Timed
from tests.world import World, load_json

SERVICE = "site-standards"
FIRST, SECOND = "inspector-shu", "inspector-wen"
KEEPER, TOWN_KEEPER, HEAD = "keeper-qiao", "keeper-hua", "officer-xu"
CHECKS = (
    *("premises", "staff", "rules", "pledge"),
    *("sign", "publicity", "training", "management"),
)
ALL = {"on": "2026-03-11", **dict.fromkeys(CHECKS, True), "proof": "照片0311"}
SHORT = {**ALL, "pledge": False, "text": "服务承诺没有上墙，要做一块牌子。"}
MENDED = {"text": "服务承诺牌已经做好，挂在门口。", "proof": "照片0320"}


def registered(front: Any, name: str = "a-village") -> Case:
    answers = deepcopy(load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"])
    return Case.submit(front, answers, [], FIRST, SERVICE, FIRST, channel="outreach")


def mended(front: Any) -> Case:
    case = registered(front)
    case.do(FIRST, "short", SHORT)
    case.do(KEEPER, "mended", MENDED)
    return case


def counted(case: Case, kind: str) -> Any:
    return next(one for one in case.view()["events"] if one["type"] == kind)["data"]["counts"]


def pointers(answer: Any) -> list[str]:
    return [one["pointer"] for one in expect(answer, 422)["errors"]]


def test_what_is_missing_is_put_right_and_somebody_else_inspects_it_again(front: Timed) -> None:
    case = mended(front)
    case.stands("again", status="to_confirm")

    case.do(SECOND, "pass", ALL)

    view = case.stands(ended=True, result="compliant", status="solved")
    assert case.happened() == ["received", "found_short", "mended", "found_mended", "closed"]
    assert [one["document"] for one in case.mine()["documents"]] == ["list", "certificate"]
    assert view["notices"] == []


def test_a_village_that_has_the_eight_complies_at_once_and_each_is_counted(world: World) -> None:
    case = registered(world)

    case.do(SECOND, "pass", ALL)

    case.stands(ended=True, result="compliant")
    assert counted(case, "found_compliant") == dict.fromkeys(CHECKS, True)


@pytest.mark.parametrize("check", CHECKS)
def test_a_site_that_lacks_one_of_the_eight_does_not_comply(world: World, check: str) -> None:
    case = registered(world)

    assert pointers(case.attempt(FIRST, "pass", {**ALL, check: False})) == [f"/details/{check}"]
    case.do(FIRST, "short", {**SHORT, "pledge": True, check: False})

    case.stands("mend", status="rectifying")
    assert counted(case, "found_short")[check] is False


def test_what_lacks_nothing_is_not_sent_to_be_put_right(world: World) -> None:
    case = registered(world)

    assert pointers(case.attempt(FIRST, "short", {**SHORT, "pledge": True})) == ["/details"]


def test_a_town_centre_has_its_seven_besides(world: World) -> None:
    case = registered(world, "a-new-town-centre")
    assert case.attempt(FIRST, "pass", ALL).status == 409
    assert pointers(case.attempt(FIRST, "pass_town", {**ALL, "seven": 6})) == ["/details/seven"]
    case.do(FIRST, "short", {**SHORT, "pledge": True, "seven": 6})
    case.do(TOWN_KEEPER, "mended", MENDED)

    case.do(SECOND, "pass_town", {**ALL, "seven": 7})

    case.stands(ended=True, result="compliant")
    assert counted(case, "found_mended")["seven"] == 7


def test_who_inspected_it_first_never_inspects_it_again(world: World) -> None:
    case = mended(world)

    refused = case.attempt(FIRST, "pass", ALL)

    assert refused_as(refused, SeparationOfDuty)
    case.stands("again")


def test_what_is_still_missing_goes_back_and_the_time_runs_anew(world: World) -> None:
    case = mended(world)
    case.do(SECOND, "short", {**SHORT, "text": "牌子挂了，还没有写监督电话。"})
    case.stands("mend", status="rectifying")
    case.do(KEEPER, "mended", MENDED)

    case.do(SECOND, "pass", ALL)

    case.stands(ended=True, result="compliant")
    assert case.happened().count("mended") == 2


def test_what_cannot_be_met_is_reported_upwards_with_its_reason(world: World) -> None:
    case = mended(world)

    case.do(SECOND, "fail", {"reason": "W1", "text": "房子是租的，房东要收回，村里没有别的房。"})

    case.stands(ended=True, result="not_met", status="explained")
    assert case.mine()["documents"][-1]["document"] == "report"


def test_the_head_gives_more_time_once_for_a_reason_that_is_listed_for_it(world: World) -> None:
    case = registered(world)
    case.do(FIRST, "short", SHORT)
    before = case.due("mending")
    wrong = case.attempt(HEAD, "more_time", {"reason": "W3", "text": "站点要撤并到邻村的站点。"})
    assert pointers(wrong) == ["/details/reason"]

    case.do(HEAD, "more_time", {"reason": "W5", "text": "牌子由县里统一做，月底才到。"})

    assert case.due("mending") > before
    again = case.attempt(HEAD, "more_time", {"reason": "W5", "text": "牌子还没有做好，再等等。"})
    assert again.status == 409


def test_a_site_that_is_merged_is_not_inspected_any_more(world: World) -> None:
    case = registered(world)

    case.do(HEAD, "call_off", {"reason": "W3", "text": "并入邻村的便民服务站。"})

    case.stands(ended=True, result="called_off")


def test_a_site_that_is_not_put_right_in_time_goes_to_the_supervisors(world: World) -> None:
    case = registered(world)
    case.do(FIRST, "short", SHORT)

    case.after(case.due("mending"))

    case.stands("mend")
    assert case.happened()[-1] == "overdue"


def test_a_keeper_inspects_nothing_and_registers_nothing(world: World) -> None:
    answers = load_json(f"forms/{SERVICE}/examples/pass/a-village.json")["answers"]
    body = {"answers": answers, "channel": "outreach"}

    assert world.http("POST", f"/services/{SERVICE}/cases", body, KEEPER).status == 403
    assert registered(world).attempt(KEEPER, "pass", ALL).status in (403, 422)
