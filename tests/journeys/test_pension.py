"""The residents' pension: asked for in the village, examined in the town, decided above it."""

from typing import Any

from infra.player import Case, Front
from tests.journeys.people import AGENT, SUPERVISOR, VILLAGE
from tests.world import World, load_json

TOWN, OTHER_TOWN, APPROVER = "officer-lai", "officer-mao", "officer-ding"
HEAD, PAYER = "officer-jia", "officer-zou"
PHONE = "13800000041"
CHECKED = {
    "met": "window",
    "lives_here": True,
    "brought": "directly",
    "text": "本人到窗口，住本村。",
}
EXAMINED = {"opinion": "grant", "years": 15, "text": "缴费记录15年，无其他待遇。"}
GRANTED = {"licence": "吉社核〔2026〕41号", "monthly": 213, "from": "2026-04-01"}
PAID = {"month": "2026-04", "proof": "批次2026-04-01"}
REFUSED = {"reason": "J2", "text": "还差六年，可以补缴后再申请。"}
ACCOUNT = {"holder": "钟桂英", "bank": "邮政储蓄兴桥所", "number": "6210000000000099"}


def submitted(
    front: Front,
    name: str = "village-woman-at-sixty",
    party: str | None = None,
    without: tuple[str, ...] = (),
    **more: Any,
) -> Case:
    it = load_json(f"forms/pension/examples/pass/{name}.json")
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, it["answers"], papers, party, "pension", **more)


def in_the_town(front: Front) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    case.do(VILLAGE, "pass_up", CHECKED)
    case.stands("town")
    return case


def in_the_district(front: Front) -> Case:
    case = in_the_town(front)
    case.do(TOWN, "take_over")
    case.do(TOWN, "send_up", EXAMINED)
    case.stands("decide")
    return case


def at_payment(front: Front) -> Case:
    case = in_the_district(front)
    case.do(APPROVER, "take_over")
    case.do(APPROVER, "grant", GRANTED)
    case.stands("pay", status="granted")
    return case


def told(case: Case, words: str) -> bool:
    return any(case.number in text and words in text for text in case.front.messages(PHONE))


def test_a_pension_goes_from_the_village_to_the_district_and_is_paid(front: Front) -> None:
    case = at_payment(front)

    case.do(PAYER, "paid", PAID)

    view = case.stands(ended=True, result="granted", status="delivered", site="jz-t1-v1")
    assert case.happened() == [
        *["received", "accepted", "passed_to_town", "town_took_over", "sent_up"],
        *["district_took_over", "granted", "paid", "closed"],
    ]
    assert [one["document"] for one in case.mine()["documents"]] == [
        *["receipt", "acceptance", "grant"]
    ]
    for words in ("已受理", "转镇初审", "报上级决定", "已核定", "第一笔已发到"):
        assert told(case, words), words
    assert {one["actor"]["party"] for one in view["events"]} >= {VILLAGE, TOWN, APPROVER, PAYER}


def test_the_resident_follows_it_nowhere_and_reads_where_it_is(world: World) -> None:
    case = in_the_town(world)

    case.answer(PHONE, "8")

    assert told(case, "办理中")
    assert "passed_to_town" in [one["type"] for one in case.mine()["events"]]
    body = case.mine()["documents"][1]["body"]
    assert "30个工作日" in body and "不再重复要材料" in body


def test_each_level_takes_over_before_it_acts_and_the_clocks_follow(world: World) -> None:
    case = in_the_town(world)
    clocks = {one["clock"]: one for one in case.mine()["clocks"]}
    assert "town-take-over" in clocks and "first-examination" not in clocks
    assert case.attempt(TOWN, "send_up", EXAMINED).status == 409

    case.do(TOWN, "take_over")
    assert "first-examination" in [one["clock"] for one in case.mine()["clocks"]]
    case.do(TOWN, "send_up", EXAMINED)

    assert case.attempt(APPROVER, "grant", GRANTED).status == 409
    case.do(APPROVER, "take_over")
    case.do(APPROVER, "grant", GRANTED)
    case.stands("pay")


def test_a_village_that_does_not_pass_it_on_in_two_working_days_is_escalated(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    assert (case.due("village").date() - world.moment.date()).days == 2

    case.after(case.due("village"))

    overdue = [one["data"]["clock"] for one in case.view()["events"] if one["type"] == "overdue"]
    assert overdue == ["village"]
    case.do(SUPERVISOR, "seen", {"step": "已催村里今天报镇"})
    case.do(VILLAGE, "pass_up", CHECKED)
    case.stands("town")


def test_a_town_that_lets_it_lie_is_escalated_and_nothing_is_decided_by_silence(
    world: World,
) -> None:
    case = in_the_town(world)
    case.do(TOWN, "take_over")

    case.after(case.due("first-examination"))

    case.stands("town")
    assert "overdue" in case.happened() and told(case, "抱歉")


def test_another_town_knows_nothing_of_it(world: World) -> None:
    case = in_the_town(world)

    assert case.attempt(OTHER_TOWN, "take_over").status == 404
    assert case.attempt(APPROVER, "take_over").status in (403, 409)


def test_what_comes_back_is_taken_over_anew_and_no_paper_is_asked_again(world: World) -> None:
    case = in_the_district(world)
    case.do(APPROVER, "take_over")

    case.do(APPROVER, "back", {"why": "请核对断缴的两年"})

    case.stands("town")
    assert case.attempt(TOWN, "send_up", EXAMINED).status == 409
    case.do(TOWN, "take_over")
    case.do(TOWN, "back", {"why": "请村里问清在外地的两年"})
    case.do(VILLAGE, "pass_up", CHECKED)
    case.do(TOWN, "take_over")
    case.do(TOWN, "send_up", EXAMINED)
    case.stands("decide")
    assert case.mine()["papers"]["missing"] == []


def test_too_few_years_are_refused_with_reason_basis_and_remedies(world: World) -> None:
    case = in_the_district(world)
    case.do(APPROVER, "take_over")
    assert case.attempt(APPROVER, "refuse", {**REFUSED, "reason": "N1"}).status == 422

    case.do(APPROVER, "refuse", REFUSED)

    case.stands(ended=True, result="refused", status="refused")
    body = case.mine()["documents"][-1]["body"]
    assert all(words in body for words in (REFUSED["text"], "第十六条", "六十日", "行政诉讼"))


def test_a_payment_that_bounces_waits_for_another_account(world: World) -> None:
    case = at_payment(world)

    case.do(PAYER, "bounced", {"why": "户名与账号不符"})
    assert told(case, "更正收款账户")
    assert "give_account" in [one["action"] for one in case.mine()["actions"]]
    case.decide("give_account", ACCOUNT)

    case.stands("pay")
    assert case.due("payment") > world.moment
    case.do(PAYER, "paid", PAID)
    case.stands(ended=True, result="granted")


def test_a_sum_is_counted_and_the_account_is_not(world: World) -> None:
    case = at_payment(world)

    events = case.view()["events"]
    counts = {one["type"]: one["data"]["counts"] for one in events if "counts" in one["data"]}
    assert counts == {
        "received": {"paid_years": 15, "alone": True},
        "passed_to_town": {"met": "window", "brought": "directly"},
        "sent_up": {"opinion": "grant"},
        "granted": {"monthly": 213},
    }


def test_an_agent_applies_for_who_cannot_come_and_who_did_not_ask_says_so(world: World) -> None:
    case = submitted(world, "cannot-come-through-an-agent", AGENT, channel="agent")
    case.stands("receive", channel="agent")

    case.decide("disown", {})

    task = next(one for one in case.view()["tasks"] if one["task"].startswith("mandate_check"))
    assert (task["role"], task["state"]) == ("social-head", "open")
    case.do(HEAD, "checked", {"found": "本人确认委托了代办员。"})


def test_one_may_withdraw_until_it_is_decided_and_papers_that_never_come_return_it(
    world: World,
) -> None:
    withdrawn, returned = in_the_town(world), submitted(world, without=("P3",))

    withdrawn.decide("withdraw", {"why": "先补缴再申请"})
    returned.do(VILLAGE, "incomplete", {"missing": [{"paper": "P3", "what": "没有带社保卡"}]})
    returned.after(returned.due("supply"))

    withdrawn.stands(ended=True, result="withdrawn")
    returned.stands(ended=True, result="returned")
    paid = at_payment(world)
    assert "withdraw" not in [one["action"] for one in paid.mine()["actions"]]
