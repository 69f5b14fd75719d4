"""A research topic: problem, knot and next step; visits on record before a conclusion; for the
offices alone."""

from copy import deepcopy
from typing import Any

import pytest

from chalicelib.platform.errors import NotFound, NotPermitted, SeparationOfDuty
from chalicelib.platform.foroffices import ForOffices
from infra.player import Case, expect
from tests.journeys.matters import appoint, refused_as
from tests.journeys.wishes import Timed
from tests.world import World, load_json

SERVICE = "research-topic"
VILLAGE, TOWN, DISTRICT = "cadre-yao", "cadre-tong", "cadre-yun"
LEAD, OTHER_LEAD = "research-wei", "research-jing"
VISITS = [f"visit-{n}" for n in range(1, 7)]
SEEN = {"on": "2026-03-11", "to": "household", "heads": 2, "found": "每月取钱来回要花半天。"}
WRITTEN = {
    "problem": "七十岁以上的四十一位老人每月取一次养老金，来回半天。",
    "knot": "流动服务车的日子不固定，也没有通知到户。",
    "next": "请银行把每月十五号固定为上村的服务日，由网格员提前一天通知。",
    "by": "together",
}
AGREED = {"text": "每月十五号固定服务日，由镇便民中心与银行书面约定。"}


def answers(name: str = "an-errand-too-far") -> Any:
    return deepcopy(load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"])


def registered(front: Any, by: str = VILLAGE) -> Case:
    return Case.submit(front, answers(), [], by, SERVICE, LEAD, channel="office")


def planned(front: Any, visits: list[str] = VISITS[:3]) -> Case:
    case = registered(front)
    case.do(LEAD, "plan", {"visits": visits})
    return case


def visited(case: Case, times: int) -> None:
    for _ in range(times):
        case.do(VILLAGE, "record", SEEN)


def written(front: Any) -> Case:
    case = planned(front)
    visited(case, 3)
    case.do(VILLAGE, "write", WRITTEN)
    return case


def services(world: World, party: str | None, path: str = "/services") -> set[str]:
    listed = expect(world.http("GET", path, None, party), 200)["services"]
    return {one["service"] for one in listed}


def test_a_topic_is_visited_three_times_concluded_and_closed_at_once(front: Timed) -> None:
    case = written(front)
    case.stands("check", status="in_progress")

    case.do(OTHER_LEAD, "conclude", AGREED)

    view = case.stands(ended=True, result="concluded", status="solved")
    assert case.happened() == [
        *("received", "planned", "visited", "visited", "visited", "all_visited"),
        *("written", "concluded", "closed"),
    ]
    assert [one["document"] for one in case.mine()["documents"]] == ["conclusion"]
    assert view["notices"] == [] and [t for t in view["tasks"] if t["state"] == "open"] == []


def test_the_three_parts_are_there_from_the_first_day(world: World) -> None:
    for part in ("problem", "knot", "next"):
        lacking = {name: one for name, one in answers().items() if name != part}
        body = {"answers": lacking, "channel": "office"}
        refused = world.http("POST", f"/services/{SERVICE}/cases", body, VILLAGE)

        (error,) = expect(refused, 422)["errors"]
        assert (error["pointer"], error["keyword"]) == (f"/answers/{part}", "required")


def test_there_are_three_visits_at_least_and_no_conclusion_before_all_are_on_record(
    world: World,
) -> None:
    case = registered(world)
    few = case.attempt(LEAD, "plan", {"visits": VISITS[:2]})
    assert [one["pointer"] for one in expect(few, 422)["errors"]] == ["/details/visits"]
    case.do(LEAD, "plan", {"visits": VISITS[:4]})

    visited(case, 3)

    case.stands("visit")
    (early,) = expect(case.attempt(VILLAGE, "write", WRITTEN), 422)["errors"]
    assert (early["pointer"], early["keyword"]) == ("/action", "enum")
    visited(case, 1)
    case.stands("work")
    made = [one for one in case.view()["events"] if one["type"] == "visited"]
    assert [one["data"]["counts"] for one in made] == [{"to": "household", "heads": 2}] * 4


def test_what_the_visits_do_not_show_is_looked_at_again(world: World) -> None:
    case = planned(world)
    visited(case, 3)

    case.do(VILLAGE, "more", {"why": "还没有问过银行。"})

    case.stands("plan")
    case.do(LEAD, "plan", {"visits": VISITS[:3]})
    visited(case, 3)
    case.stands("work")


def test_a_conclusion_is_sent_back_for_a_reason_that_is_listed_for_sending_back(
    world: World,
) -> None:
    case = written(world)
    wrong = case.attempt(LEAD, "send_back", {"reason": "T1", "text": "已经有人做了。"})
    (error,) = expect(wrong, 422)["errors"]
    assert (error["pointer"], error["params"]) == (
        "/details/reason",
        {"allowedValues": ["T4", "T5"]},
    )

    case.do(LEAD, "send_back", {"reason": "T5", "text": "没有写什么时候固定下来。"})

    case.stands("work")
    sent = next(one for one in case.view()["events"] if one["type"] == "sent_back")
    assert sent["data"]["reason"] == "T5"


def test_nobody_checks_a_conclusion_of_their_own(world: World) -> None:
    both = appoint(world, "officer-both", ("researcher", "jz-t1-v1"), ("research-lead", "jz"))
    case = planned(world)
    visited(case, 3)
    case.do(both, "write", WRITTEN)

    assert refused_as(case.attempt(both, "conclude", AGREED), SeparationOfDuty)
    case.do(OTHER_LEAD, "conclude", AGREED)
    case.stands(ended=True, result="concluded")


def test_a_topic_of_the_town_and_one_of_the_district_lie_where_they_are_led(world: World) -> None:
    places = [registered(world, by).view()["site"] for by in (VILLAGE, TOWN, DISTRICT)]

    assert places == ["jz-t1-v1", "jz-t1", "jz"]


def test_a_topic_that_there_is_already_is_not_taken_up(world: World) -> None:
    case = registered(world)

    case.do(LEAD, "decline", {"reason": "T1", "text": "去年镇里做过同样的课题。"})

    case.stands(ended=True, result="declined", status="explained")


def test_a_topic_is_dropped_while_it_is_visited(world: World) -> None:
    case = planned(world)

    case.do(LEAD, "drop", {"reason": "T3", "text": "银行已经在村里设点。"})

    case.stands(ended=True, result="dropped", status="terminated")


def test_visits_that_are_not_made_in_time_go_to_the_supervisors(world: World) -> None:
    case = planned(world)

    case.after(case.due("visiting"))

    case.stands("visit")
    assert case.happened()[-1] == "overdue"


@pytest.mark.parametrize("party", [None, "applicant-nobody"])
def test_nobody_from_outside_can_submit_one(world: World, party: str | None) -> None:
    body = {"answers": answers(), "channel": "web"}
    path = f"/services/{SERVICE}/cases"

    assert refused_as(world.http("POST", path, body, party), ForOffices)
    assert refused_as(world.http("POST", path, {"answers": {}}, party), ForOffices)


def test_an_officer_submits_by_a_role_that_is_named_and_not_as_the_public_does(
    world: World,
) -> None:
    path, it = f"/services/{SERVICE}/cases", answers()

    window = world.http("POST", path, {"answers": it, "channel": "office"}, "officer-li")
    web = world.http("POST", path, {"answers": it, "channel": "web"}, VILLAGE)

    assert refused_as(window, NotPermitted)
    assert [one["pointer"] for one in expect(web, 422)["errors"]] == ["/channel"]


def test_the_public_finds_it_neither_in_the_list_nor_in_the_guide(world: World) -> None:
    path = f"/services/{SERVICE}"

    public, officers = services(world, None), services(world, "officer-li")

    assert officers - public == {
        one for one in officers if load_json(f"forms/{one}/service.json").get("audience")
    }
    assert SERVICE in officers - public
    assert SERVICE not in services(world, None, "/services?node=jz-t1-v1")
    for method, at in (("GET", path), ("POST", f"{path}/papers")):
        body: Any = None if method == "GET" else {"answers": {}}
        assert refused_as(world.http(method, at, body), NotFound)
        expect(world.http(method, at, body, "officer-li"), 200)


def test_what_only_officers_find_is_kept_by_nobody_on_the_way(world: World) -> None:
    seen = {party: world.http("GET", "/services", None, party).headers for party in (None, VILLAGE)}

    assert seen[None]["cache-control"] == "public, max-age=60"
    assert seen[VILLAGE]["cache-control"] == "private, max-age=60"
    assert {one["vary"] for one in seen.values()} == {"Accept-Language, Authorization"}
    guide = world.http("GET", f"/services/{SERVICE}", None, VILLAGE)
    assert guide.body["audience"] == "office"
    assert guide.headers["cache-control"] == "private, max-age=60"
