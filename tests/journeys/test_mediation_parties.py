"""Mediation in which each side signs by itself: two secrets, two views, neither is the other."""

import json
import re
import uuid
from typing import Any

import pytest

from chalicelib.platform.errors import AlreadyDecided, NotPermitted, SeparationOfDuty
from infra.player import Answer, Case, Front, expect
from tests.journeys.matters import overdue, refused_as
from tests.journeys.people import example
from tests.journeys.test_mediation import (
    CHIEF,
    FAILED,
    FIRST,
    MOBILE,
    OTHER_SIDE,
    SECOND,
    TERMS,
    WILLING,
    accepted,
    answers,
    willing,
)
from tests.world import World

DRAFT = {
    "text": TERMS,
    "due": "2026-04-30",
    "amount": 500,
    "signers": ["claimant", "respondent"],
    "mediator": {"signed": True, "how": "signature", "on": "2026-03-10"},
    "rights_told": True,
}
READ = {"read": True}
PAPER = {"how": "fingerprint", "on": "2026-03-10", "proof": "调解室 2026-17"}
SECRET = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}")
CODE = re.compile(r"回复(\d{4})")
VIEW = {
    *("case", "service", "title", "status", "status_text", "stage", "stage_text", "result"),
    *("result_text", "ended", "party", "party_text", "events", "documents", "actions", "contact"),
}


def texts(front: Front, phone: str, case: Case) -> list[str]:
    return [one for one in front.messages(phone) if case.number in one]


def told_secret(front: Front, case: Case, phone: str = OTHER_SIDE) -> str:
    """The secret that the phone was told of the case."""
    (secret,) = {one for text in texts(front, phone, case) for one in SECRET.findall(text)}
    return str(secret)


def other_side(case: Case) -> Case:
    """The same case in the hands of the respondent."""
    return Case(case.front, case.number, told_secret(case.front, case), case.reader)


def drafted(front: Front) -> Case:
    case = willing(front)
    case.do(FIRST, "draft", DRAFT)
    return case


def code(front: Front, phone: str, case: Case) -> str:
    found = [one for text in texts(front, phone, case) for one in CODE.findall(text)]
    return str(found[-1])


def tries(case: Case, action: str, details: Any = None) -> Answer:
    """The holder of a secret tries something."""
    headers = {"Receipt-Secret": case.secret, "Idempotency-Key": uuid.uuid4().hex}
    body = {"action": action, "details": details or {}}
    return case.front.http("POST", f"/my/cases/{case.number}/actions", body, None, headers)


def offered(view: Any) -> set[str]:
    return {one["action"] for one in view["actions"]}


def test_each_side_signs_by_itself_and_the_second_signature_ends_it(front: Front) -> None:
    case = drafted(front)
    other = other_side(case)
    case.stands("signing", status="to_confirm")
    assert TERMS in case.mine()["documents"][-1]["body"]
    assert TERMS in other.mine()["documents"][-1]["body"]

    other.decide("respondent_signs", READ)
    case.stands("signing")
    case.decide("claimant_signs", {**READ, "how": "web"})

    case.stands(ended=True, result="agreed", status="solved")
    assert case.happened()[-5:] == [
        *["drafted", "respondent_signed", "claimant_signed", "signed_by_both", "closed"]
    ]
    actors = {one["type"]: one["actor"] for one in case.view()["events"]}
    assert actors["respondent_signed"] == {"party": "party:respondent", "as": "respondent"}
    assert actors["claimant_signed"] == {"party": "applicant", "as": "applicant"}
    page = other.mine()["documents"][-1]
    assert page["title"] == "人民调解协议书签署页" and "起生效" in page["body"]
    assert case.mine()["documents"][-1] == page
    assert [one["title"] for one in case.view(FIRST)["tasks"] if one["actions"]] == ["回访履行情况"]


def test_each_side_signs_by_answering_its_own_text_message(front: Front) -> None:
    case = drafted(front)

    case.answer(OTHER_SIDE, code(front, OTHER_SIDE, case))
    case.stands("signing")
    case.answer(MOBILE, code(front, MOBILE, case))

    case.stands(ended=True, result="agreed")
    signed = [one for one in case.view(FIRST)["events"] if one["type"].endswith("_signed")]
    assert [one["actor"]["as"] for one in signed] == ["respondent", "applicant"]
    assert [one["details"] for one in signed] == [{"read": True, "how": "sms"}] * 2


def test_the_code_of_one_side_from_the_phone_of_the_other_signs_nothing(world: World) -> None:
    case = drafted(world)
    mine, theirs = code(world, MOBILE, case), code(world, OTHER_SIDE, case)
    assert mine != theirs

    case.answer(MOBILE, theirs)
    case.answer(OTHER_SIDE, mine)

    case.stands("signing")
    assert not [one for one in case.happened() if one.endswith("_signed")]


@pytest.mark.parametrize("unreachable", [None, "07968000062", MOBILE])
def test_whoever_has_no_phone_of_their_own_signs_on_paper(
    world: World, unreachable: str | None
) -> None:
    given = answers()
    given["respondent"] = {"name": "罗大山", **({"phone": unreachable} if unreachable else {})}
    case = Case.submit(world, given, [], None, "mediation", CHIEF)
    case.do(FIRST, "accept")
    case.do(FIRST, "both_willing", WILLING)
    case.do(FIRST, "draft", DRAFT)
    assert not [one for text in texts(world, MOBILE, case) for one in SECRET.findall(text)]

    unproven = {name: value for name, value in PAPER.items() if name != "proof"}
    refused = case.attempt(FIRST, "respondent_recorded", unproven)
    assert [one["pointer"] for one in expect(refused, 422)["errors"]] == ["/details/proof"]
    case.do(FIRST, "respondent_recorded", PAPER)
    case.stands("signing")
    case.decide("claimant_signs", READ)

    case.stands(ended=True, result="agreed")
    signed = next(one for one in case.view(FIRST)["events"] if one["type"] == "respondent_signed")
    assert signed["actor"]["party"] == FIRST and signed["details"]["proof"] == PAPER["proof"]


def test_the_phone_that_the_mediator_was_given_is_the_one_that_is_told(world: World) -> None:
    case = accepted(world)
    case.do(FIRST, "both_willing", {**WILLING, "phone": "138 0000 0063"})

    assert texts(world, OTHER_SIDE, case) == []
    assert told_secret(world, case, "13800000063")


def test_where_one_side_does_not_sign_the_head_decides_and_another_mediator_tries(
    world: World,
) -> None:
    case = drafted(world)
    other = other_side(case)
    case.decide("claimant_signs", READ)

    other.decide("respondent_refuses", {"why": "赔多了"})

    case.stands("unsigned")
    assert "赔多了" not in json.dumps(case.mine(), ensure_ascii=False)
    assert tries(other, "respondent_signs", READ).status == 409
    case.do(CHIEF, "another")
    assert refused_as(case.attempt(FIRST, "draft", DRAFT), SeparationOfDuty)
    case.do(SECOND, "draft", DRAFT)
    # What was signed before was another text.
    case.stands("signing")
    other.decide("respondent_signs", READ)
    case.stands("signing")
    case.decide("claimant_signs", READ)
    case.stands(ended=True, result="agreed")


def test_where_one_side_does_not_sign_it_may_end_there(world: World) -> None:
    case = drafted(world)
    case.decide("claimant_refuses")

    case.do(CHIEF, "end", FAILED)

    case.stands(ended=True, result="none")
    assert "已有结果" in texts(world, OTHER_SIDE, case)[-1]
    assert other_side(case).mine()["result"] == "none"


def test_neither_side_acts_as_the_other_and_nobody_of_the_office_as_either(world: World) -> None:
    case = drafted(world)
    other = other_side(case)
    assert offered(other.mine()) == {"respondent_signs", "respondent_refuses", "speak"}
    assert not {"respondent_signs", "respondent_refuses", "speak"} & offered(case.mine())

    for action in ("claimant_signs", "claimant_refuses", "withdraw", "comment", "rate", "nothing"):
        (error,) = expect(tries(other, action, READ), 422)["errors"]
        assert (error["pointer"], error["keyword"]) == ("/action", "enum")
    for action in ("respondent_recorded", "claimant_recorded", "extend", "performed"):
        assert tries(other, action).status == 422
    for action in ("respondent_signs", "respondent_refuses", "speak"):
        assert refused_as(tries(case, action, READ), NotPermitted)
        for party in (FIRST, CHIEF):
            assert case.attempt(party, action, READ).status in (403, 422)
    assert refused_as(case.attempt(FIRST, "claimant_signs", READ), NotPermitted)

    case.stands("signing")
    assert case.happened()[-1] == "drafted"


def test_before_there_is_anything_to_sign_and_after_the_end_there_is_nothing_to_do(
    world: World,
) -> None:
    case = willing(world)
    other = other_side(case)
    assert offered(other.mine()) == {"speak"}
    assert tries(other, "respondent_signs", READ).status == 422

    case.do(FIRST, "draft", DRAFT)
    assert tries(other, "respondent_signs", {"read": False}).status == 422
    assert tries(other, "respondent_signs", {**READ, "how": "sms"}).status == 422
    other.decide("respondent_signs", READ)
    assert refused_as(tries(other, "respondent_signs", READ), AlreadyDecided)
    case.decide("claimant_signs", READ)

    assert offered(other.mine()) == set()
    assert tries(other, "respondent_signs", READ).status == 409
    assert tries(other, "speak", {"text": "谢谢"}).status == 409


def test_the_inbox_lists_what_the_mediator_may_do_with_a_signature_that_is_awaited(
    world: World,
) -> None:
    drafted(world)

    inbox = expect(world.http("GET", "/inbox?role=mediator&node=jz-t1", None, FIRST), 200)

    listed = {one["title"]: set(one["actions"]) for one in inbox["tasks"]}
    assert listed["申请人签字"] == {"claimant_recorded", "claimant_unwilling"}
    assert listed["被申请人签字"] == {"respondent_recorded", "respondent_unwilling"}


def test_the_same_signature_sent_twice_is_one(world: World) -> None:
    case = drafted(world)
    other = other_side(case)
    headers = {"Receipt-Secret": other.secret, "Idempotency-Key": "sign-once"}
    path, body = f"/my/cases/{case.number}/actions", {"action": "respondent_signs", "details": READ}

    first, again = (world.http("POST", path, body, None, headers) for _ in range(2))

    assert first.status == 200 and first.body == again.body
    # The key is the respondent's own: under the applicant's secret it is another request.
    mine = {**headers, "Receipt-Secret": case.secret}
    signs = {"action": "claimant_signs", "details": READ}
    assert world.http("POST", path, signs, None, mine).status == 200


def test_each_side_is_shown_its_own_and_nothing_of_the_other(world: World) -> None:
    case = drafted(world)
    case.decide("comment", {"text": "他家的墙是去年砌的"})
    case.decide("attach", {"what": "照片", "reference": "A-1"})
    other = other_side(case)
    other.decide("speak", {"text": "沟是两家的"})

    view = other.mine()
    assert set(view) == VIEW
    assert (view["party"], view["party_text"]) == ("respondent", "被申请人")
    assert [one["type"] for one in view["events"]] == ["both_willing", "drafted"]
    assert all(set(one) == {"type", "text", "at"} for one in view["events"])
    assert [one["document"] for one in view["documents"]] == ["draft"]
    said = json.dumps(view, ensure_ascii=False).replace(TERMS, "")
    given = answers()
    for unsaid in ("罗桂香", MOBILE, given["facts"], given["demands"], "砌的", "A-1", "照片"):
        assert unsaid not in said

    mine = json.dumps(case.mine(), ensure_ascii=False)
    assert "沟是两家的" not in mine and OTHER_SIDE not in mine and other.secret not in mine
    assert "respondent_spoke" not in mine
    for party in (FIRST, CHIEF):
        seen = json.dumps(case.view(party), ensure_ascii=False)
        assert other.secret not in seen and other.secret.replace("-", "") not in seen


def test_a_secret_opens_its_own_side_of_its_own_case_and_nothing_else(world: World) -> None:
    case, another = willing(world), accepted(world)
    other = other_side(case)
    keys = world.house.ports.keys
    licence = Case.submit(world, example()["answers"], ["P1", "P2", "P3"])
    wrong = {"Receipt-Secret": "AAAA-BBBB-CCCC-DDDD"}
    unknown = world.http("GET", f"/my/cases/{case.number}", None, None, wrong)
    assert unknown.status == 404

    attempts = [
        (another.number, other.secret),
        (licence.number, keys.secret(f"party|{licence.number}|respondent")),
        (case.number, keys.secret(f"party|{case.number}|principal")),
        (case.number, keys.secret(f"party|{another.number}|respondent")),
        (case.number, another.secret),
        ("0" * 10, keys.secret(f"party|{'0' * 10}|respondent")),
    ]
    for number, secret in attempts:
        headers = {"Receipt-Secret": secret}
        seen = world.http("GET", f"/my/cases/{number}", None, None, headers)
        assert (seen.status, seen.body) == (404, unknown.body)
        body = {"action": "speak", "details": {"text": "话"}}
        assert world.http("POST", f"/my/cases/{number}/actions", body, None, headers).status == 404
    # Nor does it open what only the applicant may print.
    path = f"/my/cases/{case.number}/documents/3-draft"
    theirs = world.http("GET", path, None, None, {"Receipt-Secret": other.secret})
    assert (theirs.status, theirs.body) == (404, unknown.body)


def test_a_secret_that_is_nobodys_reads_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = willing(world)
    reads: list[str] = []
    monkeypatch.setattr(world.house.ports.store, "partition", lambda _, pk: reads.append(pk))

    headers = {"Receipt-Secret": "AAAA-BBBB-CCCC-DDDD"}
    answer = world.http("GET", f"/my/cases/{case.number}", None, None, headers)

    assert (answer.status, reads) == (404, [])


def test_before_the_other_side_is_willing_it_is_told_nothing(world: World) -> None:
    case = accepted(world)
    case.decide("withdraw", {"how": "web"})

    assert world.messages(OTHER_SIDE) == []


def test_whoever_writes_is_answered_and_the_other_side_is_not(world: World) -> None:
    case = drafted(world)
    before = len(world.messages(MOBILE))

    case.answer(OTHER_SIDE, "8")
    assert "待确认" in world.messages(OTHER_SIDE)[-1]
    case.answer(OTHER_SIDE, "什么意思")
    assert "没看懂" in world.messages(OTHER_SIDE)[-1]
    case.answer(OTHER_SIDE, "到底什么意思")
    case.answer(OTHER_SIDE, code(world, OTHER_SIDE, case))
    assert "respondent_signed" in case.happened()

    assert len(world.messages(MOBILE)) == before
    assert len(world.messages(OTHER_SIDE)) == 6


def test_what_nobody_signs_in_time_is_put_before_the_head(world: World) -> None:
    case = drafted(world)

    case.after(case.due("signing"))

    assert "signing" in overdue(case)
    other_side(case).decide("respondent_signs", READ)
    case.do(FIRST, "claimant_recorded", PAPER)
    case.stands(ended=True, result="agreed")
