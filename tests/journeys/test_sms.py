"""Text messages in: the open question decides what a digit means; one message acts once.

Every phone is new, since a deployed stack is shared by all tests.
"""

import base64
import hmac
import json
import logging
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from chalicelib.cases.house import House
from chalicelib.platform import webhook
from chalicelib.platform.errors import KeyReused, SignatureInvalid
from chalicelib.platform.ids import SystemIds
from chalicelib.platform.ports import Retryable, Table
from infra import signed
from infra.player import Answer, Case, Front, expect
from infra.plays import wish
from tests.contract import tables
from tests.fakes.store import MemoryStore
from tests.faults import CallBoundary
from tests.hostile import (
    MISSING,
    WRONG,
    cut,
    dump,
    encodings,
    fragments,
    large,
    nested,
    put,
    texts,
)
from tests.hostile import headers as hostile_headers
from tests.journeys.people import (
    APPROVER,
    EXAMINER,
    HEAD,
    ISSUER,
    LICENCE,
    REFUSAL,
    SUPERVISOR,
    VILLAGE,
    example,
)
from tests.journeys.test_faults import faulty
from tests.journeys.test_interleavings import interrupted
from tests.moto_world import MotoWorld
from tests.siege import Besieged, by_event
from tests.world import World, load_json

TRIAGE, CALLER, ASSESSOR, AGENT = "officer-ma", "officer-he", "officer-ren", "agent-deng"
OUR_NUMBER = "106900001234"
NOT_UNDERSTOOD, WHICH = "没看懂您的回复", "您有多件事等您答复"
NOTHING_IN_HAND, THANKS = "此号码没有在办的事", "您的回复已收到，谢谢您"
NIGHT = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # 23:00 at the office
MORNING = datetime(2026, 3, 11, 0, 1, tzinfo=UTC)  # 8:01 the next day
DAY = timedelta(days=1)
# After so long a message whose worker died is another's.
AFTER_LEASE = timedelta(seconds=61)
MOST_CALLS = 150


def new_phone() -> str:
    """A mobile number that nobody else has."""
    return f"139{uuid.uuid4().int % 10**8:08d}"


def answers(phone: str, name: str = "individual-leased") -> dict[str, Any]:
    it: dict[str, Any] = example(name)["answers"]
    operator, contact = {**it["operator"], "phone": phone}, {**it["contact"], "phone": phone}
    return {**it, "operator": operator, "contact": contact}


def licence(front: Front, phone: str, without: tuple[str, ...] = ()) -> Case:
    papers = [paper for paper in example()["papers_needed"] if paper not in without]
    return Case.submit(front, answers(phone), papers)


def by_agent(front: Front, phone: str, without: tuple[str, ...] = ()) -> Case:
    """A licence that an agent has filed; the applicant is told and may disown it."""
    name = "old-man-with-agent"
    papers = [paper for paper in example(name)["papers_needed"] if paper not in without]
    return Case.submit(front, answers(phone, name), papers, AGENT, channel="agent")


def asked_for_papers(case: Case) -> Case:
    """The applicant is told once what is missing, and may ask for the list."""
    missing = [{"paper": "P1", "what": "未签字"}, {"paper": "P3", "what": "未提交"}]
    case.do(VILLAGE, "incomplete", {"missing": missing})
    return case


def refuse(case: Case) -> Case:
    """The case ends; the applicant is asked for a rating."""
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_refuse", REFUSAL)
    case.do(APPROVER, "refuse", REFUSAL)
    case.stands(ended=True, result="refused")
    return case


def refused(front: Front, phone: str) -> Case:
    return refuse(licence(front, phone))


def offered(front: Front, phone: str, **more: Any) -> Case:
    """A wish on the board."""
    goods = load_json("forms/micro-wish/examples/pass/goods.json")["answers"]
    return wish.published(front, beneficiary={**goods["beneficiary"], "phone": phone}, **more)


def claim(case: Case, party: str, phone: str) -> None:
    expect(case.alone(party, "claim", {"name": "方志愿", "phone": phone}), 200)


def fulfilled(front: Front, phone: str) -> Case:
    """A wish whose beneficiary is asked whether it came true."""
    case = offered(front, phone)
    claim(case, wish.FANG, new_phone())
    expect(case.alone(wish.FANG, "fulfil"), 200)
    case.stands("confirm", status="to_confirm")
    return case


def coordinated(front: Front, phone: str) -> Case:
    """A blocked matter whose reporter is asked whether it is solved."""
    told = load_json("forms/blocked/examples/pass/failed-visit.json")["answers"]
    told["reporter"]["phone"] = phone
    case = Case.submit(front, told, [], None, "blocked", TRIAGE)
    case.do(TRIAGE, "solve", {"text": "由镇便民中心今天办理，不用再跑。"})
    case.stands("confirm")
    return case


def code_of(case: Case, phone: str) -> str:
    """The digits the beneficiary was asked for last."""
    return wish.code_of(case.front, case, phone)


def said(case: Case, phone: str, words: str) -> int:
    """How many texts with these words went to the phone."""
    return len([text for text in case.front.messages(phone) if words in text])


def times(case: Case, event: str) -> int:
    return case.happened().count(event)


def details(case: Case, event: str) -> Any:
    """What was said with the only event of this type."""
    (found,) = (one for one in case.view()["events"] if one["type"] == event)
    return found["details"]


def tasks(case: Case, kind: str) -> list[dict[str, Any]]:
    return [one for one in case.view()["tasks"] if one["kind"] == kind]


def post(
    world: World, phone: str, text: str, name: str | None = None, to: str | None = None
) -> Answer:
    """A provider's message, kept and not yet dealt with."""
    body, headers = signed.sms(world.sms_secret, phone, text, name, to)
    return world.http("POST", signed.ROUTE, None, None, headers, raw=body)


def written_to(world: World, phone: str, text: str, case: Case) -> None:
    """A message to our number with the last digits of the case's number behind it."""
    expect(post(world, phone, text, to=OUR_NUMBER + case.number[-6:]), 202)
    world.settle()


def woken(world: World, name: str) -> Any:
    """The table's stream tells the worker of a message."""
    keys = {"pk": {"S": f"inbound#{name}"}, "sk": {"S": "message"}}
    record = {"eventName": "INSERT", "dynamodb": {"Keys": keys}}
    return world.run_events({"Records": [record]})


def later(world: World, much: timedelta = timedelta(minutes=1)) -> None:
    world.tick(world.moment + much)


# --- what a digit does, on every tier ------------------------------------------------------


def test_the_digit_5_rates_a_licence(front: Front) -> None:
    phone = new_phone()
    case = refused(front, phone)

    case.answer(phone, "5")

    assert case.happened()[-1] == "rated"
    assert details(case, "rated") == {"rating": 5, "how": "sms"}
    assert tasks(case, "side") == []


def test_the_digit_1_is_a_bad_rating_that_opens_a_rectification(front: Front) -> None:
    phone = new_phone()
    case = refused(front, phone)

    case.answer(phone, "1")

    assert "rated_badly" in case.happened()
    (opened,) = [one for one in case.view()["events"] if one["type"] == "case_opened"]
    rectification = Case(front, opened["data"]["case"], "", SUPERVISOR)
    front.settle(rectification.number)
    assert rectification.view()["answers"]["grade"] == 1
    assert said(case, phone, f"您的评价已转整改，编号{rectification.number}") == 1


def test_a_wish_is_confirmed_by_its_code(front: Front) -> None:
    phone = new_phone()
    case = fulfilled(front, phone)

    case.answer(phone, code_of(case, phone))

    case.stands(ended=True, result="fulfilled")
    assert times(case, "confirmed") == 1
    assert said(case, phone, NOT_UNDERSTOOD) == 0


def test_a_wish_that_did_not_come_true_is_denied_by_0_and_somebody_calls(front: Front) -> None:
    phone = new_phone()
    case = fulfilled(front, phone)

    case.answer(phone, "0")

    case.stands("callback")
    assert times(case, "denied") == 1


def test_a_volunteer_gives_a_claim_back_by_0(front: Front) -> None:
    beneficiary, volunteer = new_phone(), new_phone()
    case = offered(front, beneficiary)
    claim(case, wish.FANG, volunteer)

    case.answer(volunteer, "0")

    assert times(case, "released") == 1
    assert wish.on_the_board(front, case)
    assert said(case, volunteer, f"您已退出认领微心愿{case.number}") == 1


@pytest.mark.parametrize(
    ("digit", "event", "stage"), [("1", "solved", None), ("2", "unsolved", "callback")]
)
def test_a_reporter_says_by_digit_whether_the_matter_is_solved(
    front: Front, digit: str, event: str, stage: str | None
) -> None:
    phone = new_phone()
    case = coordinated(front, phone)

    case.answer(phone, digit)

    case.stands(stage, ended=stage is None)
    assert times(case, event) == 1


def test_8_tells_how_things_stand_however_it_is_typed(front: Front) -> None:
    phone = new_phone()
    case = licence(front, phone)
    wanted = f"营业执照{case.number}：已收件。0796-8221234"

    for typed in ("8", "８", " 8 ", "\u30008\n"):
        case.answer(phone, typed)

    assert said(case, phone, wanted) == 4 == times(case, "progress_asked")
    case.do(VILLAGE, "accept")
    case.answer(phone, "8")
    assert said(case, phone, f"营业执照{case.number}：办理中。") == 1


def test_2_sends_the_list_of_missing_papers(front: Front) -> None:
    phone = new_phone()
    case = asked_for_papers(licence(front, phone, without=("P1", "P3")))

    case.answer(phone, "2")

    assert said(case, phone, f"{case.number}还缺：登记申请书、住所证明。") == 1
    case.stands("complete")


def test_3_asks_for_the_licence_by_post(front: Front) -> None:
    phone = new_phone()
    case = licence(front, phone)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.do(ISSUER, "ready", LICENCE)

    case.answer(phone, "3")

    assert times(case, "post_asked") == 1
    case.stands("deliver", status="ready")


def test_9_says_it_was_not_me_and_the_mandate_is_checked(front: Front) -> None:
    phone = new_phone()
    case = by_agent(front, phone)

    case.answer(phone, "9")

    (task,) = tasks(case, "side")
    assert (task["role"], task["state"]) == ("head", "open")
    case.do(HEAD, "checked", {"found": "已与本人核实，确未委托。"})
    assert case.happened()[-2:] == ["disowned", "mandate_checked"]


def test_what_is_not_understood_is_answered_twice_and_then_somebody_calls(front: Front) -> None:
    phone = new_phone()
    case = licence(front, phone)
    seen = []

    for text in ("请问好了没有", "7", "喂"):
        case.answer(phone, text)
        seen.append((said(case, phone, NOT_UNDERSTOOD), len(tasks(case, "call"))))

    assert seen == [(1, 0), (2, 1), (2, 1)]
    assert times(case, "not_understood") == 2
    case.stands("receive")
    case.do(VILLAGE, "called", {"reached": True})


def test_an_unknown_phone_is_answered_twice_a_day_at_most(front: Front) -> None:
    phone = new_phone()

    for text in ("8", "你好", "5"):
        expect(front.sms_in(phone, text), 202)

    told = front.messages(phone)
    assert len(told) == 2
    assert all(NOTHING_IN_HAND in text and "0796-8220000" in text for text in told)
    assert not any("回复8" in text for text in told)


def test_a_text_with_a_character_that_was_lost_on_the_way_is_heard(world: World) -> None:
    phone = new_phone()

    expect(world.sms_in(phone, "你好\ufffd"), 202)

    assert len(world.messages(phone)) == 1


# --- which question a digit answers --------------------------------------------------------


def test_the_open_question_decides_what_the_same_digit_means(world: World) -> None:
    phone = new_phone()
    case = asked_for_papers(licence(world, phone, without=("P1", "P3")))
    later(world)

    case.answer(phone, "2")
    assert case.happened()[-1] == "list_asked"
    case.give("supply", ["P1", "P3"])
    refuse(case)
    later(world)
    case.answer(phone, "2")

    assert "rated_badly" in case.happened()
    assert times(case, "list_asked") == 1


def test_an_older_question_of_the_case_no_longer_counts(world: World) -> None:
    phone = new_phone()
    case = by_agent(world, phone, without=("P1", "P3"))
    later(world)
    asked_for_papers(case)

    case.answer(phone, "9")

    assert (times(case, "disowned"), times(case, "not_understood")) == (0, 1)
    assert tasks(case, "side") == []


def test_an_answer_to_the_newest_question_does_not_bring_back_an_older_one(world: World) -> None:
    case, phone = with_two_questions(world)
    case.answer(phone, "5")

    case.answer(phone, "2")

    assert (times(case, "list_asked"), times(case, "not_understood")) == (0, 1)


def test_a_question_that_ran_out_does_not_bring_back_an_older_one(world: World) -> None:
    case, phone = with_two_questions(world)
    later(world, 16 * DAY)

    case.answer(phone, "2")

    assert (times(case, "list_asked"), times(case, "not_understood")) == (0, 1)


def test_a_question_whose_row_is_gone_does_not_bring_back_an_older_one(world: World) -> None:
    case, phone = with_two_questions(world)
    later(world, 17 * DAY)
    expire(world)

    case.answer(phone, "2")

    assert (times(case, "list_asked"), times(case, "not_understood")) == (0, 1)


def with_two_questions(world: World) -> tuple[Case, str]:
    """A licence whose applicant may ask for the list for 40 days and rate for 15."""
    phone = new_phone()
    case = asked_for_papers(licence(world, phone, without=("P1", "P3")))
    case.give("supply", ["P1", "P3"])
    return refuse(case), phone


def expire(world: World) -> None:
    """What DynamoDB does with rows whose time has come."""
    assert isinstance(world.store, MemoryStore)
    rows, now = world.store.rows[Table.CASES], int(world.moment.timestamp())
    for key in [key for key, row in rows.items() if row.get("expires", now) < now]:
        del rows[key]


def test_the_code_of_an_older_question_confirms_nothing(world: World) -> None:
    phone = new_phone()
    case = fulfilled(world, phone)
    old = code_of(case, phone)
    case.do(wish.GRID, "deny")
    case.do(CALLER, "not_fulfilled", {"why": "水壶没有送到"})
    case.do(wish.VETTER, "publish", wish.PUBLIC)
    claim(case, wish.QIN, new_phone())
    later(world)
    expect(case.alone(wish.QIN, "fulfil"), 200)
    case.stands("confirm")

    case.answer(phone, old)

    case.stands("confirm")
    case.answer(phone, code_of(case, phone))
    case.stands(ended=True, result="fulfilled")


def test_one_digit_for_two_cases_does_nothing_and_says_so(world: World) -> None:
    phone = new_phone()
    cases = [refused(world, phone), refused(world, phone)]

    cases[0].answer(phone, "5")

    assert [times(case, "rated") for case in cases] == [0, 0]
    assert sum(times(case, "reply_ambiguous") for case in cases) == 1
    assert said(cases[0], phone, WHICH) == 1


def test_a_digit_that_only_one_of_two_cases_asks_for_is_that_case_s(world: World) -> None:
    phone = new_phone()
    ended, waiting = refused(world, phone), coordinated(world, phone)

    ended.answer(phone, "5")

    assert (times(ended, "rated"), times(waiting, "not_understood")) == (1, 0)
    assert said(ended, phone, WHICH) == 0


def test_a_code_wins_over_ambiguity(world: World) -> None:
    phone = new_phone()
    first = fulfilled(world, phone)
    later(world)
    second = fulfilled(world, phone)
    code = code_of(first, phone)
    assert code != code_of(second, phone)

    first.answer(phone, "0")
    assert said(first, phone, WHICH) == 1
    first.answer(phone, code)

    first.stands(ended=True, result="fulfilled")
    second.stands("confirm")


def test_one_code_for_two_wishes_confirms_neither(world: World) -> None:
    world.house = House(replace(world.ports, ids=SameCodes()))
    world.enter()
    phone = new_phone()
    cases = [fulfilled(world, phone), fulfilled(world, phone)]

    cases[0].answer(phone, SameCodes.CODE)

    for case in cases:
        case.stands("confirm")
    assert said(cases[0], phone, WHICH) == 1


class SameCodes(SystemIds):
    """Draws the same code every time."""

    CODE = "4711"

    def digits(self, n: int) -> str:
        return self.CODE if n == len(self.CODE) else super().digits(n)


def test_two_claims_on_one_phone_are_not_told_apart_by_0(world: World) -> None:
    phone = new_phone()
    case = offered(world, new_phone(), slots=2)
    claim(case, wish.FANG, phone)
    claim(case, wish.QIN, phone)

    case.answer(phone, "0")

    assert (times(case, "released"), times(case, "reply_ambiguous")) == (0, 1)


@pytest.mark.parametrize("written", [0, 1])
def test_the_digits_behind_our_number_say_which_case(world: World, written: int) -> None:
    phone = new_phone()
    cases = [refused(world, phone), refused(world, phone)]

    written_to(world, phone, "5", cases[written])

    assert times(cases[written], "rated") == 1
    assert times(cases[1 - written], "rated") == 0
    assert said(cases[0], phone, WHICH) == 0


def test_a_question_that_was_answered_makes_no_other_ambiguous(world: World) -> None:
    phone = new_phone()
    cases = [refused(world, phone), refused(world, phone)]
    written_to(world, phone, "5", cases[0])

    cases[0].answer(phone, "4")

    assert [details(case, "rated")["rating"] for case in cases] == [5, 4]
    assert said(cases[0], phone, WHICH) == 0


def test_8_behind_a_number_tells_of_that_case_only(world: World) -> None:
    phone = new_phone()
    cases = [licence(world, phone), licence(world, phone)]

    cases[0].answer(phone, "8")
    written_to(world, phone, "8", cases[0])

    assert [times(case, "progress_asked") for case in cases] == [2, 1]


def test_a_question_counts_until_its_days_are_over(world: World) -> None:
    phone, other = new_phone(), new_phone()
    late, just = refused(world, phone), refused(world, other)

    later(world, 15 * DAY)
    just.answer(other, "5")
    later(world)
    late.answer(phone, "5")

    assert (times(just, "rated"), times(late, "rated")) == (1, 0)
    assert times(late, "not_understood") == 1


def test_a_case_that_ended_still_answers_8_and_takes_one_rating(world: World) -> None:
    phone = new_phone()
    case = refused(world, phone)
    later(world, 2 * DAY)

    for text in ("8", "4", "3"):
        case.answer(phone, text)

    assert said(case, phone, f"营业执照{case.number}：不予。") == 1
    assert details(case, "rated") == {"rating": 4, "how": "sms"}
    assert times(case, "not_understood") == 1
    case.stands(ended=True)


def test_progress_is_told_ten_times_a_day_at_most_and_for_three_cases_at_most(
    world: World,
) -> None:
    phone = new_phone()
    cases = []
    for _ in range(4):
        cases.append(licence(world, phone))
        later(world)

    for _ in range(12):
        cases[0].answer(phone, "8")

    assert [times(case, "progress_asked") for case in cases] == [0, 10, 10, 10]
    later(world, DAY)
    cases[0].answer(phone, "8")
    assert [times(case, "progress_asked") for case in cases] == [0, 11, 11, 11]


def test_the_list_is_not_sent_when_no_paper_is_missing(world: World) -> None:
    phone = new_phone()
    case = asked_for_papers(licence(world, phone, without=("P1", "P3")))
    case.give("supply", ["P1", "P3"])

    case.answer(phone, "2")

    assert said(case, phone, "还缺：。") == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [("8", "：已认领。"), ("你好", NOT_UNDERSTOOD)],
    ids=["progress", "unknown"],
)
def test_a_volunteer_who_writes_is_answered_and_the_beneficiary_is_not(
    world: World, text: str, words: str
) -> None:
    beneficiary, volunteer = new_phone(), new_phone()
    case = offered(world, beneficiary)
    claim(case, wish.FANG, volunteer)

    case.answer(volunteer, text)

    assert (said(case, volunteer, words), said(case, beneficiary, words)) == (1, 0)


def test_the_sender_is_known_however_the_provider_spells_the_phone(world: World) -> None:
    phone = new_phone()
    case = licence(world, phone)

    for spelled in (f"+86{phone}", f"0086 {phone}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"):
        case.answer(spelled, "8")

    assert times(case, "progress_asked") == 3
    assert len(world.messages(phone)) == 4


# --- once, whoever carries it out, and however often ---------------------------------------


def test_a_repeat_of_a_message_gets_the_same_202_and_acts_once(world: World) -> None:
    phone = new_phone()
    case = refused(world, phone)

    repeats = []
    for _ in range(3):
        repeats.append(post(world, phone, "5", "msg-1"))
        world.settle()
        later(world)

    assert [answer.status for answer in repeats] == [202] * 3
    assert len({repr(answer.body) for answer in repeats}) == 1
    assert (times(case, "rated"), times(case, "not_understood")) == (1, 0)


def test_the_id_of_a_message_is_refused_for_another_body(world: World) -> None:
    phone = new_phone()
    case = refused(world, phone)
    expect(post(world, phone, "5", "msg-1"), 202)

    other = post(world, phone, "1", "msg-1")
    world.settle()

    assert (other.status, other.body["type"]) == (422, f"urn:bancheng:problem:{KeyReused.slug}")
    assert details(case, "rated") == {"rating": 5, "how": "sms"}


def test_a_message_that_comes_twice_at_once_is_kept_once(world: World) -> None:
    phone = new_phone()
    case = licence(world, phone)
    for at in range(1, MOST_CALLS):
        answers: list[Answer] = []

        def receive(name: str = f"msg-{at}", got: list[Answer] = answers) -> None:
            got.append(post(world, phone, "8", name))

        calls = interrupted(world, at, receive, receive)
        world.settle()

        assert {answer.status for answer in answers} == {202}
        assert len({repr(answer.body) for answer in answers}) == 1
        assert times(case, "progress_asked") == at
        if at > calls:
            return
    raise AssertionError("the first request never came to an end")


def test_a_message_that_was_dealt_with_is_not_dealt_with_again(world: World) -> None:
    stranger = new_phone()
    name = post(world, stranger, "你好").body["id"]

    for _ in range(3):
        woken(world, name)
        world.settle()
        later(world, AFTER_LEASE)

    assert len(world.messages(stranger)) == 1


def test_a_message_is_tried_again_until_the_provider_takes_the_answer(world: World) -> None:
    stranger = new_phone()
    world.notifier.refuse = {"sms": Retryable}
    world.sms_in(stranger, "你好")
    world.notifier.refuse = {}

    world.settle()
    assert world.messages(stranger) == []
    later(world, AFTER_LEASE)

    assert len(world.messages(stranger)) == 1


Asked = Callable[[Front, str], Case]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("asked", "text", "then"),
    [
        (refused, "5", "8"),
        (coordinated, "1", "5"),
        (licence, "8", "8"),
        (licence, "你好", "8"),
    ],
    ids=["rating", "solved", "progress", "unknown"],
)
def test_a_worker_killed_at_any_effect_acts_once_and_says_nothing_else(
    world: World, asked: Asked, text: str, then: str, after: bool
) -> None:
    def play(boundary: CallBoundary, at: int | None) -> tuple[list[str], set[str]]:
        killed = faulty(world, boundary)
        phone = new_phone()
        case = asked(killed, phone)
        boundary.calls, boundary.at, boundary.after = 0, at, after
        case.answer(phone, text)
        calls.append(boundary.calls)
        kills.append(killed.killed)
        case.answer(phone, then)
        told = {one.replace(case.number, "N") for one in killed.messages(phone)}
        return [one for one in case.happened() if one != "resumed"], told

    calls: list[int] = []
    kills: list[int] = []
    undisturbed = play(CallBoundary(), None)
    for at in range(1, calls[0] + 1):
        assert play(CallBoundary(), at) == undisturbed, f"killed at call {at} of {calls[0]}"
    # Closing what is closed already is refused, and nobody dies of it.
    assert sum(kills) >= calls[0] - 1 >= 3


@pytest.mark.parametrize(
    ("asked", "text", "event"),
    [(refused, "5", "rated"), (coordinated, "1", "solved"), (licence, "8", "progress_asked")],
)
def test_stream_and_sweep_deal_with_one_message_once_whatever_the_order(
    world: World, asked: Asked, text: str, event: str
) -> None:
    for at in range(1, MOST_CALLS):
        phone = new_phone()
        case = asked(world, phone)
        before = len(world.messages(phone))
        name = post(world, phone, text).body["id"]

        def stream(name: str = name) -> None:
            woken(world, name)

        def sweep() -> None:
            world.run_events({"tick": {}})

        calls = interrupted(world, at, sweep, stream)
        world.settle()

        assert (times(case, event), times(case, "not_understood")) == (1, 0)
        assert len(world.messages(phone)) == before + 1
        if at > calls:
            assert at > 10, "the first worker made too few calls to be interrupted"
            return
    raise AssertionError("the first worker never came to an end")


def test_a_message_is_in_the_hands_of_one_worker_whatever_the_order(world: World) -> None:
    world.notifier.refuse = {"sms": Retryable}
    for at in range(1, MOST_CALLS):
        stranger = new_phone()
        name = post(world, stranger, "你好").body["id"]

        def stream(name: str = name) -> None:
            woken(world, name)

        def sweep() -> None:
            world.run_events({"tick": {}})

        calls = interrupted(world, at, sweep, stream)

        assert [one.to for one in world.notifier.tried].count(stranger) == 1
        if at > calls:
            assert at > 3, "the first worker made too few calls to be interrupted"
            return
    raise AssertionError("the first worker never came to an end")


def test_of_two_answers_to_one_question_one_counts_whatever_the_order(world: World) -> None:
    for at in range(1, MOST_CALLS):
        phone = new_phone()
        case = coordinated(world, phone)
        names = [post(world, phone, text).body["id"] for text in ("1", "2")]
        world.moment += timedelta(seconds=1)

        def first(name: str = names[0]) -> None:
            woken(world, name)

        def second(name: str = names[1]) -> None:
            woken(world, name)

        calls = interrupted(world, at, second, first)
        world.settle()

        assert times(case, "solved") + times(case, "unsolved") == 1
        assert times(case, "rated_badly") == 0
        if at > calls:
            assert at > 10, "the first worker made too few calls to be interrupted"
            return
    raise AssertionError("the first worker never came to an end")


def test_a_message_that_cannot_be_dealt_with_holds_up_no_other(world: World) -> None:
    phones = [new_phone() for _ in range(12)]
    cases = [licence(world, phone) for phone in phones]
    world.notifier.refuse = {"sms": ZeroDivisionError}
    expect(post(world, new_phone(), "你好"), 202)
    for phone in phones:
        expect(post(world, phone, "9"), 202)

    world.run_events({"tick": {}})

    assert [times(case, "not_understood") for case in cases] == [1] * 12


# --- when, and what nobody may read --------------------------------------------------------


def test_at_night_8_is_answered_at_once_and_other_notices_wait(world: World) -> None:
    phone = new_phone()
    case = refused(world, phone)
    world.tick(NIGHT)

    case.answer(phone, "8")
    case.answer(phone, "1")

    assert said(case, phone, f"营业执照{case.number}：不予。") == 1
    assert times(case, "rated_badly") == 1
    assert said(case, phone, "专人将回访") == 0
    world.tick(MORNING)
    assert said(case, phone, "专人将回访") == 1


def test_no_row_holds_the_phone_in_clear(published: World) -> None:
    phone, stranger = new_phone(), new_phone()
    with MotoWorld() as moto:
        moto.take_over(published)
        case = licence(moto, phone)
        for text in ("8", "喂"):
            case.answer(phone, text)
        moto.sms_in(stranger, "你好")
        assert len(moto.messages(phone)) == 3 and len(moto.messages(stranger)) == 1

        rows = list(raw_rows())

    kinds = {row["kind"]["S"] for row in rows}
    assert {"inbound", "thread", "event", "notice"} <= kinds
    for row in rows:
        clear = json.dumps(row, default=lambda raw: raw.decode("utf-8", "replace"))
        assert phone not in clear and stranger not in clear, row["pk"]


def raw_rows() -> Iterator[dict[str, Any]]:
    """Every item of every table as it is stored."""
    client = boto3.client("dynamodb")
    for name in tables.NAMES.values():
        for page in client.get_paginator("scan").paginate(TableName=name):
            yield from page["Items"]


def test_no_log_line_holds_the_phone_or_what_was_written(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone, stranger = new_phone(), new_phone()
    case = refused(world, phone)
    caplog.clear()

    for text in ("8", "1", "金丝雀请回电"):
        case.answer(phone, text)
    world.sms_in(stranger, "金丝雀")
    world.http("POST", signed.ROUTE, {"from": phone, "text": "金丝雀"})
    later(world)

    lines = "".join(f"{it.getMessage()} {it.exc_text} {vars(it)}" for it in caplog.records)
    assert [one for one in (phone, stranger, "金丝雀") if one in lines] == []


def test_texts_about_a_restricted_case_say_nothing_of_it(world: World) -> None:
    phone = new_phone()
    told = load_json("forms/conduct-report/examples/pass/least.json")["answers"]
    told["reporter"]["phone"] = phone
    case = Case.submit(world, told, [], None, "conduct-report", ASSESSOR)

    for text in ("8", "5", "谁在管"):
        case.answer(phone, text)
    case.do(ASSESSOR, "not_pursued", {"reason": "C1", "text": "请告诉我们具体的日期和窗口。"})
    case.answer(phone, "8")

    texts = world.messages(phone)
    assert len(texts) == 6
    assert said(case, phone, f"情况反映{case.number}：") == 2
    unsaid = re.compile("纪检|监察|举报|检举|干部|作风|行为|窗口|暗示|周小满|日期|理由|不予")
    assert [text for text in texts if unsaid.search(text)] == []


# --- what strangers and a confused provider may send ---------------------------------------

GOOD = {"from": "13800000001", "to": OUR_NUMBER, "text": "8"}
SIGNATURE, TIME, ID = "webhook-signature", "webhook-timestamp", "webhook-id"
ODD = ["", " ", "\x00", "\ud800", "x" * 9999, *"签名 😀 null 0 -1 [] {} %00 v1, ,".split()]
TIMES = ["9" * 20, "9" * 400, *"NaN nan inf -inf 1e400 0x5 now 12:00 2026-03-10T02:00:00Z".split()]
VERSIONS = ["", *"v v0 v2 V1 v1a v10 v1.1 1 whsec_ ｖ１ v1,v1".split()]
# Correct signatures, spelled in a way the specification does not know.
SPELLINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "a time with a fraction": (TIME, lambda it: f"{it}.5"),
    "a time in full-width digits": (TIME, lambda it: chr(ord(it[0]) + 0xFEE0) + it[1:]),
    "a time with an underscore": (TIME, lambda it: f"{it[:4]}_{it[4:]}"),
    "a time with an exponent": (TIME, lambda it: f"{it[0]}.{it[1:]}e{len(it) - 1}"),
    "a time with a sign": (TIME, lambda it: f"+{it}"),
    "a foreign character in base64": (SIGNATURE, lambda it: f"{it[:9]}!{it[9:]}"),
    "something behind the base64": (SIGNATURE, lambda it: f"{it}AAAA"),
}
Headers = dict[str, str]


def sign(secret: str, body: bytes, at: str | int | None = None, name: str = "") -> Headers:
    """Headers as the specification has them, by our own hand: for any bytes and any time."""
    name = name or f"msg_{uuid.uuid4().hex}"
    moment = str(int(datetime.now(UTC).timestamp()) if at is None else at)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{name}.{moment}.".encode() + body
    digest = base64.b64encode(hmac.digest(key, text, "sha256")).decode()
    return {ID: name, TIME: moment, SIGNATURE: f"v1,{digest}"}


def sent(headers: Headers, body: bytes) -> tuple[int, Any]:
    status, _, answer = by_event(signed.ROUTE, {}, headers, body)()
    return status, answer


def forged(secret: str, others: list[str]) -> Iterator[tuple[Headers, bytes]]:
    """Messages that no present secret has signed as they are."""
    body = dump(GOOD)
    good = sign(secret, body)
    for name in good:
        yield {other: value for other, value in good.items() if other != name}, body
        yield from (({**good, name: odd}, body) for odd in ODD)
        yield from (({**good, name: good[other]}, body) for other in good if other != name)
    yield from (({**good, SIGNATURE: it}, body) for it in wrong_signatures(good[SIGNATURE]))
    now = int(good[TIME])
    for second in (*range(-600, 0, 7), *range(1, 600, 7), 10**9, -(10**9), 10**15):
        yield {**good, TIME: str(now + second)}, body
    for late in (-(10**9), -86400, -3600, -400, 400, 3600, 86400, 10**9, 10**15):
        yield sign(secret, body, now + late), body
    for odd in TIMES:
        yield {**good, TIME: odd}, body
        yield sign(secret, body, odd), body
    for place in range(len(body)):
        yield from ((good, flipped(body, place, bit)) for bit in (0, 3, 7))
        yield good, body[:place]
    for more in (b" ", b"\n", b"\x00", b"}", body):
        yield from ((good, body + more), (good, more + body))
    yield from ((sign(other, body), body) for other in others)


def wrong_signatures(good: str) -> Iterator[str]:
    version, encoded = good.split(",")
    raw = base64.b64decode(encoded)
    for place in range(len(raw)):
        for bit in range(8):
            yield f"{version},{base64.b64encode(flipped(raw, place, bit)).decode()}"
        yield f"{version},{base64.b64encode(raw[:place]).decode()}"
    yield from (good[:length] for length in range(len(good)))
    for place in range(3, len(good)):
        yield from (good[:place] + odd + good[place + 1 :] for odd in ("!", "-", "签"))
    yield from (f"{it},{encoded}" for it in VERSIONS)
    yield from (f"{version}{it}{encoded}" for it in ("", ":", ";", ",,", ", "))
    yield f"{version},{raw.hex()}"
    yield " ".join([f"v2,{encoded}", *(f"v1,{base64.b64encode(bytes(32)).decode()}",) * 50])


def flipped(raw: bytes, place: int, bit: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]


def weird() -> Iterator[tuple[Headers, bytes]]:
    """Bodies, and headers beside the signature, that no sane provider sends."""
    for vary in (nested, large, encodings, cut, hostile_headers):
        yield from ((dict(it.headers), it.body) for it in vary(GOOD))
    for spot in (("from",), ("to",), ("text",)):
        for fill in (fragments, texts):
            yield from ((dict(it.headers), it.body) for it in fill(GOOD, spot))
        yield from (({}, dump(put(GOOD, spot, value))) for value in (*WRONG, 13800000001, 1.38e10))
        yield {}, dump(put(GOOD, spot, MISSING))
    for name in ("", "text\x00", *"From phone id __proto__ case action state".split()):
        yield {}, dump({**GOOD, name: "8"})
    made = random.Random(8)
    for _ in range(500):
        text = "".join(made.choice(ALPHABET) for _ in range(made.choice([1, 2, 6, 70, 1000, 1001])))
        yield {}, json.dumps({"from": made.choice(SENDERS), "text": text}).encode()


# What people and machines write: digits of many scripts, emoji, markup, controls, half characters.
ALPHABET = [
    *"0123456789 ８٨०⑧\t\n\r\u200b\u3000'\";-<>&%{}\\",
    *(
        "回复",
        "é",
        "😀",
        "👨‍👩‍👧",
        "\u202e",
        "\x00",
        "\x1b",
        "\x7f",
        "\ud800",
        "\ufdfa",
        "1' OR '1'='1",
    ),
]
SENDERS = [
    *("13800000001", "+86 138-0000-0001", "13911110000", "0796-8000003", "10086", "106900001234"),
    *(
        "",
        "+1 202 555 0100",
        "138000000010",
        "１３９１１１１００００",
        "alice@example.org",
        "\u202e1",
    ),
]


@pytest.fixture
def besieged() -> Besieged:
    return Besieged()


def test_nothing_unsigned_is_kept_and_each_gets_the_same_401(besieged: Besieged) -> None:
    others = [webhook.secret(besieged.ports.keys, *it) for it in (("sms", 3), ("mail", 1))]
    others += ["whsec_" + base64.b64encode(bytes([n]) * 24).decode() for n in range(50)]
    others += [besieged.secret, besieged.sms_secret.removeprefix("whsec_")[:-4], "whsec_AAAA"]
    before = besieged.stored()

    outcomes = [sent(*it) for it in forged(besieged.sms_secret, others)]

    assert len(outcomes) >= 1_000
    kinds = Counter((status, body["type"]) for status, body in outcomes)
    assert kinds == {(401, f"urn:bancheng:problem:{SignatureInvalid.slug}"): len(outcomes)}
    assert besieged.stored() == before


def test_every_signed_body_is_kept_or_refused_by_name_and_each_kept_one_is_dealt_with(
    besieged: Besieged,
) -> None:
    secret = besieged.sms_secret
    outcomes = [sent({**more, **sign(secret, body)}, body) for more, body in weird()]

    assert len(outcomes) >= 1_000
    kinds = Counter(status for status, _ in outcomes)
    assert set(kinds) == {202, 400, 401, 413, 415, 422}
    assert all("urn:bancheng:problem:" in body["type"] for status, body in outcomes if status > 202)
    # The library reads text: what is no UTF-8 has no signature.
    assert kinds[401] == len([body for _, body in weird() if not is_text(body)])
    assert kinds[202] > 100
    besieged.settle()
    for _ in range(8):
        later(besieged)
    rows = [row for row in besieged.stored()[Table.CASES].values() if row["kind"] == "inbound"]
    assert Counter(row["state"] for row in rows) == {"done": kinds[202]}
    assert Counter(row["attempts"] for row in rows) == {1: kinds[202]}
    for words, phone in ((NOT_UNDERSTOOD, "13800000001"), (NOTHING_IN_HAND, "13911110000")):
        told = Counter(one.to for one in besieged.notifier.sent if words in one.text)
        assert told == {phone: 2}


def is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_signature_is_taken_in_one_spelling_only(besieged: Besieged, name: str) -> None:
    header, spell = SPELLINGS[name]
    body = dump(GOOD)
    good = sign(besieged.sms_secret, body)

    assert sent({**good, header: spell(good[header])}, body)[0] == 401
    assert sent(good, body)[0] == 202


def test_of_several_signatures_one_right_one_is_enough(besieged: Besieged) -> None:
    body = dump(GOOD)
    good = sign(besieged.sms_secret, body)
    wrong = f"v1,{base64.b64encode(bytes(32)).decode()}"

    for several in ([wrong, good[SIGNATURE]], ["v1a,x", good[SIGNATURE]], [good[SIGNATURE]] * 9):
        assert sent({**good, SIGNATURE: " ".join(several)}, body)[0] == 202


def test_a_signature_holds_for_five_minutes_either_way(besieged: Besieged) -> None:
    body, now = dump(GOOD), int(datetime.now(UTC).timestamp())

    got = [sent(sign(besieged.sms_secret, body, now + s), body)[0] for s in (-270, 270, -330, 330)]

    assert got == [202, 202, 401, 401]


def test_after_a_rotation_the_former_secret_holds_until_the_next(besieged: Besieged) -> None:
    secrets = [besieged.sms_secret]
    body = dump(GOOD)
    accepted = []
    for _ in range(3):
        accepted.append([sent(sign(secret, body), body)[0] for secret in secrets])
        turned = besieged.publisher.handle({"channel": {"name": "sms", "rotate": True}})
        secrets.append(turned["secret"])
        later(besieged, timedelta(seconds=61))

    assert accepted == [[202], [202, 202], [401, 202, 202]]
    assert len(set(secrets)) == 4
