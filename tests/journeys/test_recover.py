"""A result that is given before a paper is in, and revoked when it never comes (容缺办理)."""

import json
from datetime import timedelta
from typing import Any

from infra.player import Case, Front
from tests.fakes.store import MemoryStore
from tests.journeys.people import VILLAGE, example
from tests.journeys.test_medical_coop import (
    HEAD,
    PAID,
    PAYER,
    REFUSED,
    SIGNED,
    decided,
    told,
)
from tests.journeys.test_medical_coop import submitted as sent
from tests.world import World, load_json

SERVICE = "medical-coop"
WHY = {"text": "备案证明逾期未补，退回多支付的3000元，十五日内退到原账户。"}
LETTER = {"paper": "P8", "reference": "备字61号", "how": "post"}


def submitted(front: Front, without: tuple[str, ...] = ("P8",)) -> Case:
    return sent(front, "registered-elsewhere", without=without)


def paid(front: Front) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    decided(case)
    case.stands("pay")
    case.do(PAYER, "paid", PAID)
    return case


def broken(front: Front) -> Case:
    case = paid(front)
    case.after(case.promised("P8"))
    return case


def document(case: Case, kind: str) -> Any:
    return next(one for one in case.mine()["documents"] if one["document"] == kind)


def checked(case: Case, kind: str) -> Any:
    return case.front.http("GET", document(case, kind)["check"]).body["state"]


def asked(case: Case) -> list[str]:
    tasks = case.view(HEAD)["tasks"]
    return [one["state"] for one in tasks if one["task"].startswith("revocation")]


def promise(case: Case) -> str:
    (found,) = case.mine()["papers"]["promised"]
    return str(found["state"])


def posted(case: Case, day: str, party: str = VILLAGE) -> Any:
    return case.attempt(party, "record_papers", {"papers": [{**LETTER, "posted_on": day}]})


def test_the_money_does_not_wait_for_the_paper_and_the_promise_outlives_the_end(
    front: Front,
) -> None:
    case = paid(front)

    case.stands(ended=True, result="granted", status="delivered")
    assert promise(case) == "open" and "held" not in case.happened()
    case.give("record_papers", ["P8"])

    assert promise(case) == "in"
    case.after(case.promised("P8"))
    assert "promise_broken" not in case.happened() and asked(case) == []


def test_a_promise_broken_after_the_end_is_revoked_by_a_person_with_a_document(
    front: Front,
) -> None:
    case = broken(front)
    assert promise(case) == "lapsed" and asked(case) == ["open"]
    assert told(case, "可能撤销核定") and checked(case, "grant") == "valid"

    case.do(HEAD, "revoke", WHY)

    case.stands(ended=True, result="granted", status="revoked")
    assert checked(case, "grant") == "revoked" and checked(case, "revocation") == "valid"
    assert told(case, "已撤销核定") and document(case, "revocation")["body"].count("十五日") == 1
    assert document(case, "grant")["state"] == "revoked"


def test_a_person_may_let_the_result_stand(world: World) -> None:
    case = broken(world)

    case.do(HEAD, "keep", {"why": "参保地系统故障，证明无法出具。"})

    case.stands(ended=True, result="granted", status="delivered")
    assert checked(case, "grant") == "valid" and asked(case) == ["settled"]


def test_a_letter_posted_on_the_last_day_is_in_time_though_it_comes_later(world: World) -> None:
    case = broken(world)
    last = world.house.calendar.local_date(case.promised("P8"))

    assert posted(case, last.isoformat()).status == 200
    world.settle()

    assert promise(case) == "in" and asked(case) == ["moot"]
    event = case.view()["events"][-1]
    assert event["type"] == "paper_in" and event["data"]["in_time"] == ["P8"]
    again = submitted(world)
    again.do(VILLAGE, "accept_with_gap", SIGNED)


def test_a_letter_posted_a_day_too_late_changes_nothing(world: World) -> None:
    case = broken(world)
    day = world.house.calendar.local_date(case.promised("P8")) + timedelta(days=1)

    posted(case, day.isoformat())
    world.settle()

    assert promise(case) == "lapsed" and asked(case) == ["open"]


def test_a_day_that_the_applicant_writes_himself_is_no_postmark(world: World) -> None:
    case = broken(world)
    body = {
        "action": "record_papers",
        "details": {"papers": [{**LETTER, "posted_on": "2026-03-11"}]},
    }
    path = f"/my/cases/{case.number}/actions"

    answer = world.http("POST", path, body, headers={"Receipt-Secret": case.secret})

    assert answer.status == 200 and promise(case) == "lapsed"


def test_whoever_broke_a_promise_has_no_other_until_the_year_is_over(world: World) -> None:
    broken(world)
    again = submitted(world)

    refused = again.attempt(VILLAGE, "accept_with_gap", SIGNED)

    assert refused.status == 409 and "2026-12-31" in refused.body["detail"]
    shown = {one["action"]: one for task in again.view(VILLAGE)["tasks"] for one in task["offers"]}
    assert "accept_with_gap" not in shown or shown["accept_with_gap"]["hindered"]
    world.tick(world.moment.replace(year=2027, month=1, day=4))
    next_year = submitted(world)
    next_year.do(VILLAGE, "accept_with_gap", SIGNED)


def test_a_promise_broken_before_the_result_is_remembered_too(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.after(case.promised("P8"))
    case.stands(ended=True, result="lapsed")

    assert submitted(world).attempt(VILLAGE, "accept_with_gap", SIGNED).status == 409


def test_nobody_else_is_hindered_and_the_row_names_nobody(world: World) -> None:
    case = broken(world)
    it = load_json("forms/medical-coop/examples/pass/registered-elsewhere.json")
    mine = it["answers"]["applicant"]["id"]
    yours = example()["answers"]["operator"]["id"]
    answers = json.loads(json.dumps(it["answers"]).replace(mine["number"], yours["number"]))
    papers = [paper for paper in it["papers_needed"] if paper != "P8"]
    other = Case.submit(world, answers, papers, None, SERVICE)

    other.do(VILLAGE, "accept_with_gap", SIGNED)

    (row,) = [row for row in all_rows(world) if row["kind"] == "lapse"]
    assert row["until"] == "2026-12-31" and row["sk"] == case.number
    assert mine["number"] not in str(row)


def test_a_refusal_ends_the_promise(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do("officer-bi", "propose_refuse", REFUSED)
    case.do("officer-hao", "refuse", REFUSED)
    case.stands(ended=True, result="refused")

    case.after(case.promised("P8"))

    assert "promise_broken" not in case.happened() and asked(case) == []


def all_rows(world: World) -> list[dict[str, Any]]:
    assert isinstance(world.store, MemoryStore)
    return [row for table in world.store.rows.values() for row in table.values()]
