"""A list of firms, each with an expert of its own, that says how far it has come: 42 one to one."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases import membership
from chalicelib.platform.errors import NotYet
from infra.player import Case, expect
from tests.journeys.matters import overdue, refused_as
from tests.journeys.test_livelihood import done_to_many, members
from tests.journeys.test_skills import holds, register
from tests.world import World, load_json

LIST, LIAISON, HEAD = "firm-list", "liaison-lu", "officer-xu"
FIRMS = 42
BY, NEEDS = "2026-06-30", ("technology", "tax", "law")
VISIT = {"on": "2026-04-10", "met": "刘小兰", "text": "冷库不够，果子烂了一成。"}
TALK = {"on": "2026-04-20", "how": "forum", "text": "同做水果的三户一起谈冷库。"}
SURVEY = {"on": "2026-05-06", "score": 4, "text": "专家来得勤。"}
REACHED = {"text": "帮着申请了冷链补助。"}
NOBODY_WENT = {"reason": "C5", "text": "到期没有去，下一份名单再列。"}
SUM_UP = {"text": "走访到的户数够了。"}


def listing(world: World, firms: int, least: int) -> Case:
    """A list with so many firms, each a case of its own."""
    given = load_json(f"forms/{LIST}/examples/pass/forty-two.json")["answers"]
    more = {**given, "planned": firms, "least": least}
    case = Case.submit(world, more, [], LIAISON, LIST, LIAISON, channel="office")
    rows = [row(n) for n in range(firms)]
    for begin in range(0, firms, 20):
        case.do(LIAISON, "list", {"firms": rows[begin : begin + 20], "by": BY})
    world.settle()
    return case


def row(n: int) -> dict[str, Any]:
    contact = {"name": "刘小兰", "phone": f"138000001{n:02d}"}
    need = NEEDS[n % len(NEEDS)]
    return {"firm": f"第{n:02d}号企业", "need": need, "contact": contact, "region": "360802101201"}


def links(world: World, of: Case, state: str = "open") -> list[Case]:
    return [Case(world, one["case"], "", LIAISON) for one in members(world, of, state)]


def counts(world: World, of: Case) -> Any:
    page = expect(world.http("GET", f"/cases/{of.number}/members", None, LIAISON), 200)
    return page["counts"]


def paired(link: Case, expert: str, by: str = BY) -> None:
    need = link.view()["answers"]["need"]
    link.do(LIAISON, "name", {"expert": expert, "speciality": need, "by": by})


def one_to_one(world: World, of: Case) -> list[tuple[Case, str]]:
    """Each firm has got an expert of its own."""
    found = []
    for n, link in enumerate(links(world, of)):
        expert = f"expert-{n:02d}"
        register(world, holds(expert, "jz", link.view()["answers"]["need"]))
        paired(link, expert)
        found.append((link, expert))
    return found


def reached(link: Case, expert: str) -> None:
    link.do(expert, "visit", VISIT)
    link.do(expert, "reach", REACHED)


def urges(link: Case, expert: str) -> list[str]:
    """How the reminders that wait for the expert stand."""
    tasks = [one for one in link.view()["tasks"] if one["kind"] == "side"]
    return [one["state"] for one in tasks if one["party"] == expert]


def test_forty_two_firms_have_one_expert_each_and_the_list_says_who_was_visited(
    world: World,
) -> None:
    of = listing(world, FIRMS, 40)
    assert counts(world, of) == {"open": FIRMS, "done": 0, "dropped": 0}
    pairs = one_to_one(world, of)

    standing = members(world, of)
    assert [one["status"] for one in standing] == ["claimed"] * FIRMS
    parties = {
        task["party"]
        for link, _ in pairs
        for task in link.view()["tasks"]
        if task["stage"] == "touch" and task["state"] == "open"
    }
    assert len(parties) == FIRMS
    link, expert = pairs[0]
    link.do(expert, "talk", TALK)
    link.do(expert, "survey", SURVEY)
    for link, expert in pairs[:40]:
        reached(link, expert)
    assert counts(world, of) == {"open": 2, "done": 40, "dropped": 0}
    unvisited = [link.number for link, _ in pairs[40:]]
    assert [one["case"] for one in members(world, of)] == unvisited
    done_to_many(world, of, LIAISON, "give_up", members=unvisited, details=NOBODY_WENT)
    of.do(LIAISON, "close", SUM_UP)
    of.stands("review")
    of.do(HEAD, "accept", {"text": "抽看三户，属实。"})

    of.stands(ended=True, result="closed", status="solved")
    (event,) = [one for one in of.view()["events"] if one["type"] == "closing_proposed"]
    assert event["data"]["members"] == {"open": 0, "done": 40, "dropped": 2}
    assert [one["case"] for one in members(world, of, "dropped")] == unvisited


def test_a_list_is_not_closed_while_a_firm_is_open_or_too_few_were_visited(world: World) -> None:
    of = listing(world, 3, 3)
    pairs = one_to_one(world, of)
    for link, expert in pairs[:2]:
        reached(link, expert)

    assert refused_as(of.attempt(LIAISON, "close", SUM_UP), NotYet)
    pairs[2][0].do(LIAISON, "give_up", {"reason": "C3", "text": "企业迁到外地。"})
    short = of.attempt(LIAISON, "close", SUM_UP)

    assert refused_as(short, NotYet) and "应办成3件，现有2件" in short.body["detail"]
    of.stands("keep")


def test_why_says_how_many_were_visited_and_how_many_were_not(world: World) -> None:
    of = listing(world, 3, 1)
    pairs = one_to_one(world, of)
    reached(*pairs[0])
    pairs[1][0].do(LIAISON, "give_up", {"reason": "C4", "text": "企业说暂不需要。"})

    path, english = f"/cases/{of.number}/why", {"Accept-Language": "en"}
    said = expect(world.http("GET", path, None, LIAISON, english), 200)["why"]
    assert "Of its members 1 are done, 1 under way, 1 came to nothing." in said
    said = expect(world.http("GET", path, None, LIAISON), 200)["why"]
    assert "成员中办成1件，在办1件，没有办成1件。" in said


def test_the_first_page_counts_and_the_next_does_not_count_again(world: World) -> None:
    of = listing(world, 26, 1)
    path = f"/cases/{of.number}/members"
    first = expect(world.http("GET", path, None, LIAISON), 200)
    further = expect(world.http("GET", f"{path}?cursor={first['cursor']}", None, LIAISON), 200)

    assert first["counts"] == {"open": 26, "done": 0, "dropped": 0}
    assert len(further["members"]) == 1 and "counts" not in further


def test_of_more_firms_than_are_counted_it_is_only_said_that_there_are_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = listing(world, 4, 1)
    monkeypatch.setattr(membership, "COUNTED_AT_ONCE", 2)

    assert counts(world, of)["open"] == 3


def test_a_visit_counts_only_when_there_was_one(world: World) -> None:
    of = listing(world, 1, 1)
    ((link, expert),) = one_to_one(world, of)
    link.do(expert, "talk", TALK)

    assert link.attempt(expert, "reach", REACHED).status == 409
    reached(link, expert)
    link.stands(ended=True, result="reached", status="fulfilled")


def test_a_firm_that_is_not_visited_by_the_day_is_urged_and_escalated(world: World) -> None:
    of = listing(world, 2, 1)
    (early, expert), (late, other) = one_to_one(world, of)
    reached(early, expert)

    (due,) = [one["due_at"] for one in late.view()["clocks"] if one["clock"] == "visiting"]
    late.after(datetime.fromisoformat(due) - timedelta(days=6))
    late.after(datetime.fromisoformat(due))

    assert [one for one in late.happened() if one.startswith("visit_")] == [
        "visit_urged",
        "visit_late",
    ]
    assert overdue(late) == {"visiting"}
    assert urges(late, other) == ["open", "open"]
    late.do(other, "answer_urge", {"on": "2026-07-03", "text": "企业六月停工。"})
    assert [one["case"] for one in members(world, of)] == [late.number]
    of.after(datetime.fromisoformat(due))
    assert overdue(of) == {"covering"}


def test_the_liaison_urges_all_who_have_not_gone_in_one_order(world: World) -> None:
    of = listing(world, 3, 1)
    pairs = one_to_one(world, of)
    reached(*pairs[0])

    job = done_to_many(world, of, LIAISON, "urge", details={"text": "请在月底前走访到。"})

    assert job["counts"] == {"done": 2}
    for link, expert in pairs[1:]:
        assert urges(link, expert) == ["open"]


def test_an_expert_needs_the_speciality_and_may_hand_the_firm_back(world: World) -> None:
    of = listing(world, 1, 1)
    (link,) = links(world, of)
    register(world, holds("expert-odd", "jz", "market"), holds("expert-fit", "jz", "technology"))

    named = {"expert": "expert-odd", "speciality": "technology", "by": BY}
    refused = link.attempt(LIAISON, "name", named)
    (error,) = expect(refused, 422)["errors"]
    assert error["keyword"] == "skill"
    paired(link, "expert-fit")
    link.do("expert-fit", "hand_back", {"reason": "C1", "text": "家里人在这家企业入了股。"})
    link.stands("pair", status="received")


def test_a_coverage_that_is_not_as_said_is_sent_back_and_the_list_takes_firms_again(
    world: World,
) -> None:
    of = listing(world, 1, 1)
    reached(*one_to_one(world, of)[0])
    of.do(LIAISON, "close", SUM_UP)
    of.do(HEAD, "back", {"reason": "C6", "text": "抽看的一户说没有人来过。"})

    of.stands("keep")
    of.do(LIAISON, "list", {"firms": [row(1)], "by": BY})
    world.settle()
    assert counts(world, of) == {"open": 1, "done": 1, "dropped": 0}
