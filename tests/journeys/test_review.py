"""A joint review in every order: two opinions before a conclusion, one conclusion, none kept after.

Opinions are blind to the case's version, since each is about the question and not about the rest.
"""

import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest

import app as front
from chalicelib.platform.errors import AlreadyDecided, NotYet, VersionChanged
from chalicelib.platform.ports import Key, Row, Table
from infra.player import Answer, Case
from tests.fakes.store import MemoryStore
from tests.journeys.matters import (
    CHAIR,
    EXPLANATION,
    HALL,
    HEADS,
    SOLUTION,
    STAND_IN,
    TRIAGE,
    asking,
    command,
    opinion,
    overdue,
    refused_as,
    triaged,
)
from tests.journeys.people import SUPERVISOR
from tests.journeys.test_interleavings import interrupted
from tests.journeys.test_privacy import written
from tests.world import World, load_json

MOST = 40
CANARY = "雨燕衔来的第三种看法"
CONCLUSIONS = ("several_solved", "several_explained", "several_rectify")
Stored = dict[Table, dict[Key, Row]]


def convened(world: World, *heads: str) -> Case:
    """A review to which the heads are called."""
    case = triaged(world, "several")
    case.do(CHAIR, "convene", asking(*(heads or HEADS)))
    return case


def heard(world: World, *heads: str) -> Case:
    """A review to which all are called, in which these have spoken."""
    case = convened(world)
    for head in heads:
        assert case.alone(head, "opine", opinion()).status == 200
    return case


def opinions(case: Case) -> list[Any]:
    """The tasks of those who were asked."""
    return [one for one in case.view()["tasks"] if one["title"] == "会商意见"]


def concluded(case: Case) -> list[str]:
    return [one for one in case.happened() if one in CONCLUSIONS]


def stored(world: World) -> Stored:
    assert isinstance(world.store, MemoryStore)
    return deepcopy(world.store.rows)


def readings(world: World) -> Iterator[tuple[Key, str]]:
    """Every reading of every row of cases and keys, also of what is sealed there."""
    for table in (Table.CASES, Table.KEYS):
        for key, row in stored(world)[table].items():
            yield from ((key, text) for text in written(row))
            if "sealed" in row:
                number = key[0].partition("#")[2]
                sealed = world.ports.keys.unseal(number, key[1], row["sealed"])
                yield key, zlib.decompress(sealed).decode()


def assert_kept_nowhere(world: World, case: Case, head: str) -> None:
    """What the head says too late is refused, by whichever way it comes, and leaves nothing."""
    task = next(one["task"] for one in opinions(case) if one["party"] == head)
    before = stored(world)
    late = {"action": "opine", "details": opinion(CANARY)}
    for path in (f"/cases/{case.number}/actions", f"/cases/{case.number}/tasks/{task}/actions"):
        for headers in ({}, {"If-Match": '"1"'}, {"Idempotency-Key": "late"}):
            assert refused_as(world.http("POST", path, late, head, headers), AlreadyDecided)
    world.settle()

    assert stored(world) == before
    assert [key for key, text in readings(world) if CANARY in text] == []


@pytest.mark.parametrize("order", [*permutations((*HEADS, CHAIR))], ids=" ".join)
def test_two_opinions_make_a_conclusion_possible_whatever_the_order(
    world: World, order: tuple[str, ...]
) -> None:
    case = convened(world)
    given, done = 0, False
    for party in order:
        if party == CHAIR:
            answer = case.attempt(CHAIR, "conclude_solved", SOLUTION)
            done = given >= 2
            assert answer.status == 200 if done else refused_as(answer, NotYet)
            world.settle()
        elif done:
            assert_kept_nowhere(world, case, party)
        else:
            assert case.alone(party, "opine", opinion()).status == 200
            given += 1
    if not done:
        case.do(CHAIR, "conclude_solved", SOLUTION)

    assert case.happened().count("opinion_given") == given
    assert concluded(case) == ["several_solved"]
    states = [one["state"] for one in opinions(case)]
    assert sorted(states) == ["moot"] * (3 - given) + ["settled"] * given
    case.stands("confirm")


def test_a_conclusion_ends_the_review_also_while_other_causes_are_still_open(
    world: World,
) -> None:
    case = triaged(world, "several", "papers")
    case.do(CHAIR, "convene", asking(*HEADS))
    for head in HEADS[:2]:
        assert case.alone(head, "opine", opinion()).status == 200

    case.do(CHAIR, "conclude_solved", SOLUTION)

    case.stands("handle")
    assert [one["state"] for one in opinions(case) if one["party"] == HEADS[2]] == ["moot"]
    assert_kept_nowhere(world, case, HEADS[2])
    inbox = world.http("GET", f"/inbox?party={HEADS[2]}", None, HEADS[2])
    assert inbox.status == 200 and inbox.body["tasks"] == []


def test_an_opinion_that_counts_is_kept_once_and_sealed(world: World) -> None:
    case = convened(world)

    assert case.alone(HEADS[0], "opine", opinion(CANARY)).status == 200

    found = [key for key, text in readings(world) if CANARY in text]
    assert [pk for pk, _ in found] == [f"case#{case.number}"]
    assert found[0][1].startswith("event#")
    assert CANARY not in repr(stored(world))


def opine(world: World, case: Case, head: str) -> Callable[[], Answer]:
    path = f"/cases/{case.number}/actions"
    body = {"action": "opine", "details": opinion()}
    return lambda: world.http("POST", path, body, head)


def conclude(
    world: World, case: Case, chair: str = CHAIR, action: str = "conclude_solved"
) -> Callable[[], Answer]:
    """A conclusion on what the case is now, to be sent later."""
    view = case.view()
    task = next(one["task"] for one in view["tasks"] if one["title"] == "多方会商")
    details = EXPLANATION | {"reason": "B6"} if action == "conclude_explained" else SOLUTION
    path = f"/cases/{case.number}/tasks/{task}/actions"
    body, headers = {"action": action, "details": details}, {"If-Match": f'"{view["version"]}"'}
    return lambda: world.http("POST", path, body, chair, headers)


def keep(answers: dict[int, Answer], actor: int, act: Callable[[], Answer]) -> None:
    """Act within somebody else's request, who goes on with his own: Chalice has only one."""
    request = front.app.current_request
    answers[actor] = act()
    front.app.current_request = request


Two = tuple[Callable[[], Answer], Callable[[], Answer]]


def interleaved(world: World, made: Callable[[], tuple[Case, Two]]) -> Iterator[tuple[Case, Any]]:
    """Each case with the two answers: the second actor comes before each store call of the first
    in turn, and at last after all of them."""
    for at in range(1, MOST):
        case, (first, second) = made()
        answers: dict[int, Answer] = {}
        calls = interrupted(
            world,
            at,
            partial(keep, answers, 1, second),
            partial(keep, answers, 0, first),
        )
        if at > calls:
            keep(answers, 1, second)
        world.settle()
        yield case, (answers[0], answers[1])
        if at > calls:
            assert at > 3, "the first actor made too few calls to be interrupted"
            return
    raise AssertionError("the first actor never came to an end")


@pytest.mark.parametrize("chair_first", [True, False])
def test_of_a_conclusion_and_the_last_opinion_one_wins_whatever_the_order(
    world: World, chair_first: bool
) -> None:
    def made() -> tuple[Case, Two]:
        case = heard(world, *HEADS[:2])
        two = conclude(world, case), opine(world, case, HEADS[2])
        return case, two if chair_first else (two[1], two[0])

    winners = set()
    for case, answers in interleaved(world, made):
        by_chair, by_head = answers if chair_first else answers[::-1]

        winners.add("chair" if by_chair.status == 200 else "head")
        if by_chair.status == 200:
            assert refused_as(by_head, AlreadyDecided)
        else:
            assert refused_as(by_chair, VersionChanged) and by_head.status == 200
        assert concluded(case) == (["several_solved"] if by_chair.status == 200 else [])
        assert case.happened().count("opinion_given") == (2 if by_chair.status == 200 else 3)
        assert case.view()["stage"] == ("confirm" if by_chair.status == 200 else "handle")
    assert winners == {"chair", "head"}


@pytest.mark.parametrize("chair_first", [True, False])
def test_a_conclusion_never_counts_an_opinion_that_its_chair_has_not_seen(
    world: World, chair_first: bool
) -> None:
    def made() -> tuple[Case, Two]:
        case = heard(world, HEADS[0])
        two = conclude(world, case), opine(world, case, HEADS[1])
        return case, two if chair_first else (two[1], two[0])

    refused = set()
    for case, answers in interleaved(world, made):
        by_chair, by_head = answers if chair_first else answers[::-1]

        assert by_head.status == 200
        refused.add(by_chair.body["type"].rpartition(":")[2])
        assert concluded(case) == []
        case.do(CHAIR, "conclude_solved", SOLUTION)
    assert refused == {NotYet.slug, VersionChanged.slug}


def test_two_opinions_at_once_are_both_counted_whatever_the_order(world: World) -> None:
    def made() -> tuple[Case, Two]:
        case = convened(world)
        return case, (opine(world, case, HEADS[0]), opine(world, case, HEADS[1]))

    for case, answers in interleaved(world, made):
        assert [answer.status for answer in answers] == [200, 200]
        assert sorted(one["state"] for one in opinions(case)) == ["open", "settled", "settled"]
        case.do(CHAIR, "conclude_solved", SOLUTION)


def away(world: World) -> None:
    """The chair is away for a week, from today."""
    days = {"from": "2026-03-10", "to": "2026-03-17"}
    command(world, {"absence": {"party": CHAIR, **days, "because": "外出培训"}})


@pytest.mark.parametrize("chair_first", [True, False])
def test_of_a_chair_and_a_stand_in_one_concludes_whatever_the_order(
    world: World, chair_first: bool
) -> None:
    away(world)

    def made() -> tuple[Case, Two]:
        case = heard(world, *HEADS[:2])
        two = (
            conclude(world, case),
            conclude(world, case, STAND_IN, "conclude_explained"),
        )
        return case, two if chair_first else (two[1], two[0])

    for case, answers in interleaved(world, made):
        by_chair, by_stand_in = answers if chair_first else answers[::-1]

        assert sorted(answer.status for answer in answers) == [200, 409]
        lost = by_stand_in if by_chair.status == 200 else by_chair
        won = by_chair if lost is by_stand_in else by_stand_in
        assert refused_as(lost, AlreadyDecided)
        assert concluded(case) == [won.body["type"]]
        view = case.view()
        assert view["stage"] == {"several_solved": "confirm"}.get(won.body["type"], "tell")


def test_who_comes_second_with_a_conclusion_is_told_that_there_is_one(world: World) -> None:
    away(world)
    case = heard(world, *HEADS[:2])
    late = conclude(world, case)
    case.do(STAND_IN, "conclude_solved", SOLUTION)

    assert refused_as(late(), AlreadyDecided)

    (event,) = (one for one in case.view()["events"] if one["type"] == "several_solved")
    assert event["actor"] == {"party": STAND_IN, "as": "chair", "for": CHAIR}


def test_a_review_whose_chair_is_away_is_escalated_and_needs_fewer_opinions_then(
    world: World,
) -> None:
    region = load_json("infra/seed/directory.json")
    alone = {"party": STAND_IN, "name": "宋玉兰", "kind": "officer"}
    command(world, {"directory": {"nodes": region["nodes"], "parties": [alone]}})
    case = heard(world, HEADS[0])
    away(world)
    assert case.attempt(STAND_IN, "conclude_solved", SOLUTION).status == 404
    assert refused_as(case.attempt(CHAIR, "conclude_solved", SOLUTION), NotYet)

    case.after(case.due("joint"))

    assert overdue(case) == {"joint"}
    (task,) = [one for one in case.view()["tasks"] if one["kind"] == "escalation"]
    assert (task["role"], task["node"], task["state"]) == ("supervisor", "jz", "open")
    case.do(SUPERVISOR, "seen", {"step": "请会商负责人回来后当日下结论"})
    case.do(CHAIR, "conclude_solved", SOLUTION)
    case.stands("confirm")
    assert_kept_nowhere(world, case, HEADS[1])


def test_nobody_convened_in_time_is_escalated_and_the_chair_may_still_convene(
    world: World,
) -> None:
    case = triaged(world, "several")

    case.after(case.due("convene"))

    assert overdue(case) == {"convene"}
    assert refused_as(case.attempt(CHAIR, "conclude_solved", SOLUTION), NotYet)
    case.do(CHAIR, "convene", asking(*HEADS))
    assert len(opinions(case)) == 3


@pytest.mark.parametrize("stranger", [HALL, TRIAGE, CHAIR, "volunteer-fang", "no-such-person"])
def test_only_heads_of_sections_can_be_asked(world: World, stranger: str) -> None:
    case = triaged(world, "several")

    refused = case.attempt(CHAIR, "convene", asking(HEADS[0], stranger))

    assert refused.status == 422
    assert [one["pointer"] for one in refused.body["errors"]] == ["/details/participants/1/party"]
    assert opinions(case) == [] and "convened" not in case.happened()


def test_everybody_who_cannot_be_asked_is_pointed_at(world: World) -> None:
    case = triaged(world, "several")

    refused = case.attempt(CHAIR, "convene", asking(HALL, HEADS[0], TRIAGE))

    assert [one["pointer"] for one in refused.body["errors"]] == [
        "/details/participants/0/party",
        "/details/participants/2/party",
    ]


def test_who_is_named_twice_in_one_call_is_pointed_at(world: World) -> None:
    case = triaged(world, "several")

    refused = case.attempt(CHAIR, "convene", asking(HEADS[0], HEADS[0]))

    assert refused.status == 422
    assert [one["pointer"] for one in refused.body["errors"]] == ["/details/participants"]
    assert opinions(case) == []


def test_who_is_asked_again_keeps_one_task_and_who_is_asked_later_is_added(world: World) -> None:
    case = convened(world, *HEADS[:2])
    assert case.alone(HEADS[0], "opine", opinion()).status == 200

    case.do(CHAIR, "convene", asking(*HEADS))

    asked = sorted((one["party"], one["state"]) for one in opinions(case))
    assert asked == sorted(zip(HEADS, ("settled", "open", "open"), strict=True))
    assert case.alone(HEADS[2], "opine", opinion()).status == 200
    case.do(CHAIR, "conclude_solved", SOLUTION)


def test_one_head_cannot_answer_for_another(world: World) -> None:
    case = convened(world, *HEADS[:2])
    task = opinions(case)[0]["task"]
    path = f"/cases/{case.number}/tasks/{task}/actions"

    for party in (HEADS[1], HEADS[2], CHAIR, TRIAGE):
        body = {"action": "opine", "details": opinion()}
        assert world.http("POST", path, body, party).status == 403

    assert "opinion_given" not in case.happened()


def test_one_head_cannot_speak_twice(world: World) -> None:
    case = heard(world, HEADS[0])

    again = case.alone(HEADS[0], "opine", opinion("改一下我的意见。"))

    assert refused_as(again, AlreadyDecided)
    assert case.happened().count("opinion_given") == 1
    assert refused_as(case.attempt(CHAIR, "conclude_solved", SOLUTION), NotYet)


def round_again(world: World, case: Case) -> None:
    """The conclusion did not help: the matter comes back and is convened once more."""
    case.do(CHAIR, "conclude_solved", SOLUTION)
    case.decide("unsolved")
    case.do("officer-he", "unsolved", {"text": "没有办成。"})
    case.do(TRIAGE, "triage", {"causes": ["several"]})
    case.do(CHAIR, "convene", asking(*HEADS))


def test_opinions_of_an_earlier_round_do_not_count_in_the_next(world: World) -> None:
    case = heard(world, *HEADS)

    round_again(world, case)

    assert refused_as(case.attempt(CHAIR, "conclude_solved", SOLUTION), NotYet)
    assert sorted(one["state"] for one in opinions(case)) == ["open"] * 3 + ["settled"] * 3


def test_a_clock_that_ran_out_in_an_earlier_round_excuses_nobody_in_the_next(
    world: World,
) -> None:
    case = heard(world, HEADS[0])
    case.after(case.due("joint"))

    round_again(world, case)

    assert case.due("joint") > world.moment + timedelta(days=1)
    assert refused_as(case.attempt(CHAIR, "conclude_solved", SOLUTION), NotYet)
