"""An expert visits a firm: asked for or matched one to one, claimed or named, confirmed by the
firm."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

from infra.player import Answer, Case, a_phone, expect
from tests.journeys.wishes import Timed
from tests.world import World, load_json

SERVICE = "firm-visit"
LIAISON, SU, YE = "liaison-lu", "expert-su", "expert-ye"
REPORT = {
    "on": "2026-03-12",
    "hours": 3,
    "help": "advice",
    "found": "果子带着田间热直接入库，预冷不够。",
    "text": "采下先预冷十二小时再入库，库温降到六度。",
}


def asked(
    front: Any, name: str = "fruit-that-rots", by: str | None = None, phone: str = ""
) -> Case:
    answers = deepcopy(load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"])
    if phone:
        answers["contact"]["phone"] = phone
    more = {"channel": "outreach"} if by else {}
    return Case.submit(front, answers, [], by, SERVICE, LIAISON, **more)


def offered(front: Any, phone: str = "") -> Case:
    case = asked(front, phone=phone)
    case.do(LIAISON, "offer")
    return case


def claim(case: Case, expert: str, phone: str = "13900000061") -> Answer:
    given = {"name": "专家", "phone": phone, "speciality": "technology"}
    return case.alone(expert, "claim", given)


def visited(front: Any, phone: str = "") -> Case:
    case = offered(front, phone)
    expect(claim(case, SU), 200)
    expect(case.alone(SU, "visited", REPORT), 200)
    return case


def counted(case: Case, kind: str) -> Any:
    return [one for one in case.view()["events"] if one["type"] == kind][-1]["data"]["counts"]


def texts(case: Case, phone: str, words: str) -> list[str]:
    return [one for one in case.front.messages(phone) if case.number in one and words in one]


def test_a_firm_asks_an_expert_claims_visits_reports_and_the_firm_confirms(front: Timed) -> None:
    phone = a_phone()
    case = visited(front, phone)
    case.stands("confirm", status="to_confirm")
    assert counted(case, "claimed") == {"speciality": "technology"}
    assert counted(case, "expert_visited") == {"hours": 3, "help": "advice"}

    case.answer(phone, "1")

    case.stands(ended=True, result="confirmed", status="fulfilled")
    assert counted(case, "confirmed") == {"how": "sms"}
    assert [one["document"] for one in case.mine()["documents"]] == ["report"]
    for words in ("已登记", "已有专家", "有帮助请回1", "谢谢您的确认"):
        assert len(texts(case, phone, words)) == 1, words


def test_a_firm_that_is_matched_gets_the_one_expert_who_is_named(world: World) -> None:
    case = asked(world, "matched-one-to-one", LIAISON)
    assert counted(case, "received") == {"origin": "matched", "need": "tax", "people": 120}

    case.do(LIAISON, "name", {"expert": YE, "speciality": "tax"})

    case.stands("visit", status="claimed", channel="outreach")
    inbox = expect(world.http("GET", f"/inbox?party={YE}", None, YE), 200)["tasks"]
    assert [one["case"] for one in inbox] == [case.number]
    assert case.attempt(SU, "visited", REPORT).status != 200
    case.do(YE, "visited", REPORT)
    case.decide("confirm", {"how": "web", "use": "much"})
    case.stands(ended=True, result="confirmed")
    assert counted(case, "confirmed") == {"how": "web", "use": "much"}


def test_only_an_expert_is_named(world: World) -> None:
    case = asked(world)

    refused = case.attempt(LIAISON, "name", {"expert": "officer-chen", "speciality": "tax"})

    (error,) = expect(refused, 422)["errors"]
    assert (error["pointer"], error["keyword"]) == ("/details/expert", "role")


def test_one_expert_comes_and_the_next_waits(world: World) -> None:
    case = offered(world)

    first, second = claim(case, SU), claim(case, YE, "13900000062")

    assert [expect(one, 200)["type"] for one in (first, second)] == ["claimed", "waiting_for_slot"]
    expect(case.alone(SU, "release"), 200)
    expect(case.alone(YE, "visited", REPORT), 200)
    case.stands("confirm")


def test_what_no_expert_claims_comes_back_to_the_liaison_who_names_one(world: World) -> None:
    case = offered(world)

    case.after(case.due("offering"))

    case.stands("match", status="received")
    assert "unclaimed" in case.happened()
    case.do(LIAISON, "name", {"expert": SU, "speciality": "technology"})
    case.stands("visit")


def test_an_expert_with_an_interest_in_the_firm_hands_it_back(world: World) -> None:
    case = asked(world)
    case.do(LIAISON, "name", {"expert": SU, "speciality": "technology"})
    wrong = case.attempt(SU, "hand_back", {"reason": "E1", "text": "家里人在这家社里入了股。"})
    assert [one["pointer"] for one in expect(wrong, 422)["errors"]] == ["/details/reason"]

    case.do(SU, "hand_back", {"reason": "E4", "text": "家里人在这家社里入了股。"})

    case.stands("match")
    case.do(LIAISON, "name", {"expert": YE, "speciality": "technology"})
    case.stands("visit")


def test_a_visit_that_the_firm_denies_is_arranged_anew(front: Timed) -> None:
    phone = a_phone()
    case = visited(front, phone)

    case.answer(phone, "0")

    case.stands("match", status="received")
    assert len(texts(case, phone, "另外对接专家")) == 1


def test_what_the_firm_does_not_confirm_is_not_counted(world: World) -> None:
    case = visited(world)

    case.after(case.due("confirming"))

    case.stands(ended=True, result="unconfirmed", status="to_confirm")


def test_a_claim_without_a_report_lapses(world: World) -> None:
    case = offered(world)
    expect(claim(case, SU), 200)

    case.after(case.held_until() + timedelta(seconds=1))

    assert "claim_lapsed" in case.happened()
    case.stands("match")


def test_what_has_a_window_of_its_own_is_declined_with_reason_and_remedies(world: World) -> None:
    case = asked(world)

    case.do(LIAISON, "decline", {"reason": "E1", "text": "申请补贴请到政务大厅农业窗口。"})

    case.stands(ended=True, result="declined", status="explained")
    assert [one["document"] for one in case.mine()["documents"]] == ["refusal"]


def test_a_firm_that_needs_nobody_any_more_withdraws(world: World) -> None:
    case = asked(world)

    case.decide("withdraw", {"how": "web"})

    case.stands(ended=True, result="withdrawn")


def test_a_firm_that_hears_from_nobody_in_two_days_is_brought_to_the_supervisors(
    world: World,
) -> None:
    case = asked(world)

    case.after(case.due("matching"))

    assert case.happened()[-1] == "overdue"
    case.stands("match")
