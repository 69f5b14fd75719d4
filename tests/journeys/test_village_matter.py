"""A village matter: done in the village, or passed up, down and across with a reason."""

from datetime import timedelta
from typing import Any

import pytest

from infra.player import Case, Front, expect
from tests.world import World, load_json

VILLAGE, TOWN, DISTRICT, OTHER_TOWN = "officer-li", "officer-wang", "officer-zhao", "officer-lin"
SUPERVISOR, ARBITER = "officer-zhou", "officer-qian"
SERVICE, PHONE = "village-matter", "13800000051"
V1, T1, T2, DISTRICT_NODE = "jz-t1-v1", "jz-t1", "jz-t2", "jz"
NO_MEANS = {"reason": "V1", "text": "村里没有路灯专项经费。"}
RETURNED = {"reason": "V6", "text": "灯泡村里有，先换上。"}
DONE = {"text": "三盏灯都换好了。"}


def matter(front: Front, name: str = "street-lamps", **more: Any) -> Case:
    it = load_json(f"forms/{SERVICE}/examples/pass/{name}.json")
    return Case.submit(front, {**it["answers"], **more}, [], None, SERVICE, DISTRICT)


def clocks(case: Case) -> dict[str, str]:
    return {one["clock"]: one["state"] for one in case.view()["clocks"]}


def titles(case: Case, party: str) -> list[str]:
    """What the party's inboxes list of the case."""
    (role, node) = {VILLAGE: ("acceptor", V1), TOWN: ("acceptor", T1)}[party]
    seen = expect(case.front.http("GET", f"/inbox?role={role}&node={node}", None, party), 200)
    return [one["title"] for one in seen["tasks"] if one["case"] == case.number]


def offered(case: Case, party: str) -> set[str]:
    return {name for task in case.view(party)["tasks"] for name in task["actions"]}


def test_what_the_village_can_do_is_done_there_and_told(front: Front) -> None:
    case = matter(front)

    assert clocks(case) == {"whole": "running", "village": "running"}
    assert "legs" not in case.view()
    case.do(VILLAGE, "finish", DONE)

    case.stands(ended=True, result="done", status="solved", site=V1)
    assert any("已办结" in text for text in front.messages(PHONE))


def test_a_matter_goes_up_to_the_district_and_each_level_takes_it_over(front: Front) -> None:
    case = matter(front)
    case.do(VILLAGE, "pass_up", NO_MEANS)

    view = case.stands("handle")
    assert (view["accountable"], view["bounces"]) == (V1, 0)
    assert "等签收" in case.mine()["where"] and "上村" in case.mine()["where"]
    assert clocks(case) == {"whole": "running", "village": "running", "taking": "running"}
    case.do(TOWN, "take_over")
    assert clocks(case)["town"] == "running" and clocks(case)["village"] == "stopped"
    assert case.mine()["where"] == "现由兴桥镇（示范）承办。"
    case.do(TOWN, "pass_up", {"reason": "V2", "text": "要区里定。"})
    case.do(DISTRICT, "take_over")
    case.do(DISTRICT, "finish", DONE)

    view = case.stands(ended=True, result="done", site=V1, unit="town-1-hall")
    assert [(one["node"], one["answers"]) for one in view["legs"]] == [
        (V1, V1),
        (T1, T1),
        (DISTRICT_NODE, DISTRICT_NODE),
    ]
    assert [one["reason"] for one in view["legs"]][1:] == [
        "需要镇或区的资金、设备",
        "需要上级的职权才能办",
    ]
    ends = [one["until"] for one in view["legs"]]
    assert [one["since"] for one in view["legs"]][1:] == ends[:-1]
    assert view["legs"][0]["since"] == view["received_at"]
    assert len({one["case"] for one in [case.mine()]}) == 1


def test_until_it_is_taken_over_nothing_else_can_be_done_and_who_passed_it_on_answers(
    world: World,
) -> None:
    case = matter(world)
    case.do(VILLAGE, "pass_up", NO_MEANS)

    assert {"take_over", "send_back"} <= offered(case, TOWN)
    assert not {"finish", "pass_up", "decline"} & offered(case, TOWN)
    assert case.attempt(TOWN, "finish", DONE).status == 409
    assert any("由您处负责" in title for title in titles(case, VILLAGE))
    why = expect(world.http("GET", f"/cases/{case.number}/why", None, DISTRICT), 200)
    assert any("签收前仍由上村" in line for line in why["why"])

    case.do(TOWN, "take_over")

    assert not titles(case, VILLAGE)
    assert "finish" in offered(case, TOWN) and "take_over" not in offered(case, TOWN)
    # Whoever has had it goes on seeing it.
    assert case.view(VILLAGE)["accountable"] == T1


def test_what_comes_back_is_counted_and_the_time_has_run_on(world: World) -> None:
    case = matter(world)
    due = next(one["due_at"] for one in case.view()["clocks"] if one["clock"] == "village")
    case.do(VILLAGE, "pass_up", NO_MEANS)
    case.do(TOWN, "send_back", RETURNED)

    view = case.view()
    assert (view["accountable"], view["bounces"]) == (V1, 1)
    assert [(one["node"], one["answers"], one["ended_by"]) for one in view["legs"]] == [
        (V1, V1, "transfer"),
        (T1, V1, "return"),
        (V1, V1, None),
    ]
    assert due == next(one["due_at"] for one in view["clocks"] if one["clock"] == "village")
    assert "finish" in offered(case, VILLAGE) and not any(
        "由您处负责" in title for title in titles(case, VILLAGE)
    )
    assert case.attempt(TOWN, "take_over").status == 409


def test_a_matter_is_not_passed_on_without_a_reason_of_its_kind(world: World) -> None:
    case = matter(world)

    assert case.attempt(VILLAGE, "pass_up", {"text": "不归我们。"}).status == 422
    wrong = case.attempt(VILLAGE, "pass_up", {"reason": "V6", "text": "不归我们。"})
    assert wrong.body["errors"][0]["pointer"] == "/details/reason"
    assert case.attempt(VILLAGE, "take_over").status == 409


def test_what_nobody_takes_over_counts_against_who_passed_it_on(world: World) -> None:
    case = matter(world)
    case.do(VILLAGE, "pass_up", NO_MEANS)
    case.after(case.due("village"))

    view = case.view()
    assert view["legs"][0]["late"] == ["村里办理时限", "签收时限"]
    assert view["legs"][1]["late"] == []
    case.do(TOWN, "take_over")
    assert case.view()["legs"][1]["late"] == []


def test_passing_on_late_counts_though_no_tick_has_seen_it(world: World) -> None:
    case = matter(world)
    world.moment += timedelta(days=8)
    case.do(VILLAGE, "pass_up", NO_MEANS)

    assert case.view()["legs"][0]["late"] == ["村里办理时限"]


def test_the_district_passes_a_matter_down_again_and_the_choices_are_offered(world: World) -> None:
    case = matter(world)
    case.do(VILLAGE, "pass_up", NO_MEANS)
    case.do(TOWN, "take_over")
    (offer,) = [
        one
        for task in case.view(TOWN)["tasks"]
        for one in task["offers"]
        if one["action"] == "pass_down"
    ]
    assert [one["const"] for one in offer["details"]["properties"]["node"]["oneOf"]] == [V1]
    wrong = case.attempt(TOWN, "pass_down", {"node": T2, "reason": "V4", "text": "村里能办。"})
    assert wrong.body["errors"][0]["pointer"] == "/details/node"

    case.do(TOWN, "pass_down", {"node": V1, "reason": "V4", "text": "村里能办。"})
    case.do(VILLAGE, "take_over")

    assert clocks(case)["village"] == "running" and clocks(case)["town"] == "stopped"
    assert case.view()["accountable"] == V1


def test_a_matter_of_the_other_town_goes_across_and_its_people_see_it(world: World) -> None:
    case = matter(world)
    assert world.http("GET", f"/cases/{case.number}", None, OTHER_TOWN).status == 404
    case.do(VILLAGE, "pass_across", {"node": T2, "reason": "V5", "text": "路在樟山镇。"})

    case.do(OTHER_TOWN, "take_over")
    case.do(OTHER_TOWN, "finish", DONE)

    case.stands(ended=True, result="done", site=V1)
    assert case.view(OTHER_TOWN)["accountable"] == T2


def test_withdrawn_on_its_way_it_is_with_who_answered(world: World) -> None:
    case = matter(world)
    case.do(VILLAGE, "pass_up", NO_MEANS)
    case.decide("withdraw")

    view = case.stands(ended=True, result="withdrawn")
    assert (view["accountable"], view["legs"][-1]["node"]) == (V1, V1)
    assert not titles(case, VILLAGE)


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_why_says_where_it_is(world: World, language: str) -> None:
    case = matter(world)
    case.do(VILLAGE, "pass_up", NO_MEANS)
    case.do(TOWN, "send_back", RETURNED)
    headers = {"Accept-Language": language}
    told = world.http("GET", f"/cases/{case.number}/why", None, DISTRICT, headers).body

    said = " ".join(told["why"])
    assert ("已被退回1次" if language == "zh-Hans" else "returned once") in said
