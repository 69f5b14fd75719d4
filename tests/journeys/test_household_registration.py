"""Household registration: done at the counter the same day, or checked and decided by others."""

from typing import Any

from infra.player import Case, Front
from tests.journeys.people import AGENT, SUPERVISOR
from tests.world import World, load_json

SERVICE = "household-registration"
REGISTRAR, OTHER_TOWN, APPROVER, HEAD = (
    *("officer-jin", "officer-mo"),
    *("officer-bao", "officer-kong"),
)
PHONE, SINGLE = "13800000031", "13800000032"
HANDED = {"handed_to": "申请人本人", "how": "window", "proof": "签收单0310"}
REGISTERED = {"book": "0100234", "persons": 1, **HANDED}
BOOK = {"book": "0100311", "persons": 1}
FOUND = {
    "officers": ["金晓明", "李民警"],
    "ways": ["visit", "neighbours", "test"],
    "text": "邻居和接生人证实在家中出生，鉴定结论支持亲子关系。",
}
NOT_FOUND = {"reason": "J1", "officers": ["金晓明", "李民警"], "text": "鉴定结论不支持亲子关系。"}
REFUSED = {"reason": "J1", "text": "亲子鉴定结论不支持，请核对后再申请。"}


def submitted(
    front: Front, name: str, party: str | None = None, without: tuple[str, ...] = (), **more: Any
) -> Case:
    it = load_json(f"forms/{SERVICE}/examples/pass/{name}.json")
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    reader = more.pop("reader", REGISTRAR)
    return Case.submit(front, it["answers"], papers, party, SERVICE, reader, **more)


def checked(front: Front) -> Case:
    """A birth at home, taken up for a check."""
    case = submitted(front, "birth-at-home-single-mother")
    case.do(REGISTRAR, "take_up")
    case.stands("check", status="in_progress")
    return case


def told(case: Case, phone: str, words: str) -> bool:
    return any(case.number in text and words in text for text in case.front.messages(phone))


def kinds(case: Case) -> list[str]:
    return [one["document"] for one in case.mine()["documents"]]


def test_a_birth_with_a_certificate_is_registered_at_the_counter_and_is_over(front: Front) -> None:
    case = submitted(front, "birth-with-certificate", REGISTRAR, channel="counter")
    case.stands("counter", status="received", channel="counter", site="jz-t1")

    case.do(REGISTRAR, "register", REGISTERED)

    case.stands(ended=True, result="registered", status="delivered")
    assert case.happened() == ["received", "registered", "closed"]
    assert kinds(case) == ["receipt", "registered"]
    assert told(case, PHONE, "已办好并送达") and told(case, PHONE, "请回复数字评价")


def test_a_birth_without_a_certificate_is_checked_decided_by_another_and_delivered(
    front: Front,
) -> None:
    case = checked(front)
    assert told(case, SINGLE, "已受理") and case.due("promised")

    case.do(REGISTRAR, "found", FOUND)
    case.do(APPROVER, "grant")
    case.do(REGISTRAR, "ready", BOOK)
    case.do(REGISTRAR, "delivered", HANDED)

    case.stands(ended=True, result="registered", status="delivered")
    assert case.happened() == [
        *["received", "accepted", "proposed_grant", "granted"],
        *["ready", "delivered", "closed"],
    ]
    assert kinds(case) == ["receipt", "acceptance", "grant"]
    assert "10个工作日" in case.mine()["documents"][1]["body"]


def test_what_must_be_checked_cannot_be_registered_at_the_counter(world: World) -> None:
    case = submitted(world, "birth-at-home-single-mother")

    assert case.attempt(REGISTRAR, "register", REGISTERED).status == 409

    case.stands("counter")


def test_one_officer_alone_checks_nothing(world: World) -> None:
    case = checked(world)

    refused = case.attempt(REGISTRAR, "found", FOUND | {"officers": ["金晓明"]})

    assert [one["pointer"] for one in refused.body["errors"]] == ["/details/officers"]
    case.stands("check")


def test_who_checked_does_not_decide_and_nobody_refuses_at_the_counter(world: World) -> None:
    case = submitted(world, "wife-from-another-county", reader="officer-shen")
    assert case.attempt("officer-shen", "refuse", REFUSED).status == 422
    case.do("officer-shen", "take_up")
    case.do("officer-shen", "found", FOUND)

    assert case.attempt("officer-shen", "grant").status == 403
    case.do(APPROVER, "grant")
    case.stands("book", status="granted")


def test_facts_that_are_not_so_are_refused_with_reason_and_remedies(world: World) -> None:
    case = checked(world)
    case.do(REGISTRAR, "not_found", NOT_FOUND)

    case.do(APPROVER, "refuse", REFUSED)

    case.stands(ended=True, result="refused", status="refused")
    body = case.mine()["documents"][-1]["body"]
    assert all(words in body for words in (REFUSED["text"], "第七条", "行政复议", "行政诉讼"))
    assert told(case, SINGLE, "未获准")


def test_the_approver_sends_back_what_was_not_looked_at(world: World) -> None:
    case = checked(world)
    case.do(REGISTRAR, "found", FOUND)

    case.do(APPROVER, "back", {"why": "请补问接生人"})

    case.stands("check")
    case.do(REGISTRAR, "found", FOUND)
    case.stands("decide")


def test_what_is_not_done_the_same_day_is_escalated(world: World) -> None:
    case = submitted(world, "birth-with-certificate")
    assert case.due("on-the-spot").date() == world.moment.date()

    case.after(case.due("on-the-spot"))

    assert "overdue" in case.happened()
    case.do(SUPERVISOR, "seen", {"step": "已要求当天办理"})
    case.do(REGISTRAR, "register", REGISTERED)
    case.stands(ended=True, result="registered")


def test_only_the_head_gives_more_time_and_once(world: World) -> None:
    case = checked(world)
    before, reason = case.due("promised"), {"reason": "等候回函", "text": "原户口地还没有回函。"}
    assert case.attempt(REGISTRAR, "extend", reason).status == 403

    case.do(HEAD, "extend", reason)

    assert case.due("promised") > before
    assert case.attempt(HEAD, "extend", reason).status == 409
    assert told(case, SINGLE, "等候回函")


def test_missing_papers_are_asked_for_once_and_what_never_comes_is_returned(world: World) -> None:
    case = submitted(world, "birth-with-certificate", without=("P3",))
    assert case.attempt(REGISTRAR, "register", REGISTERED).status == 409

    case.do(REGISTRAR, "incomplete", {"missing": [{"paper": "P3", "what": "没有带副页"}]})
    case.after(case.due("supply"))

    case.stands(ended=True, result="returned", status="returned")


def test_a_window_of_another_town_does_not_register_here(world: World) -> None:
    case = submitted(world, "birth-with-certificate")

    assert case.attempt(OTHER_TOWN, "register", REGISTERED).status == 404


def test_a_move_within_the_district_by_an_agent_is_told_and_counted(world: World) -> None:
    case = submitted(world, "move-within-the-district-by-agent", AGENT, channel="agent")

    case.do(REGISTRAR, "register", REGISTERED | {"persons": 1})

    events = case.view()["events"]
    assert "by_agent" in [one["notice"] for one in case.view()["notices"]]
    assert events[0]["data"]["counts"] == {"matter": "move_in", "within": True}
    registered = next(one for one in events if one["type"] == "registered")
    assert registered["data"]["counts"] == {"persons": 1, "how": "window"}
