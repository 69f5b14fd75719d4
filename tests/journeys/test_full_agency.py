"""Full agency: an agent takes the mandate at home, files the matter, brings its result home."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.player import Answer, Case, Front, expect
from tests.journeys.matters import appoint
from tests.journeys.people import AGENT, HEAD, SUPERVISOR, VILLAGE
from tests.journeys.publishing import publish
from tests.world import World, load_json

SERVICE = "full-agency"
OTHER_AGENT, CALLER = "agent-peng", "officer-he"
TOWN, APPROVER, PAYER = "officer-lai", "officer-ding", "officer-zou"
PHONE = "13800000071"
DENG = {
    "name": "邓兰",
    "id": {"kind": "citizen_number", "number": "360899199507070285"},
    "phone": "13800000005",
    "until": "2026-06-08",
}
ASSIGNED = {"agent": "邓兰", "on": "2026-03-11", "spoke_with": "principal"}
MANDATE: dict[str, Any] = {
    "text": "代为填报、递交养老金申领，领取核定结果。",
    "how": "fingerprint",
    "on": "2026-03-11",
    "witness": {"name": "谢长根", "is": "neighbour", "signed": True},
    "told": True,
    "copy_left": True,
}
NO_MANDATE = {"reason": "N2", "right_door": "村便民站", "text": "本人说女儿下周回来自己去办。"}
LIVING = {"alone": True, "able_to_come": False}
ACCOUNT = {"holder": "钟桂英", "bank": "农村信用社兴桥分社", "number": "6228000000000071"}
PENSION = {
    "born": "1965-11-02",
    "paid_years": 15,
    "other_pension": False,
    "living": LIVING,
    "account": ACCOUNT,
    "agent": DENG,
    "read_out": True,
}
VISIT = {
    "kind": "inpatient",
    "hospital": "区人民医院",
    "elsewhere": False,
    "from": "2026-02-01",
    "to": "2026-02-09",
    "cost": "8120.50",
    "injury": False,
    "commercial": False,
}
MOVE = {
    "reason": "parent",
    "within": True,
    "from": "樟山镇樟树村",
    "people": [
        {
            "name": "谢冬秀",
            "id": {"kind": "citizen_number", "number": "360899194101200227"},
            "relation": "母亲",
        }
    ],
}
FILINGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "pension-old-woman-alone": ("file_pension", "pension", PENSION),
    "enrolment-asked-by-a-neighbour": (
        "file_enrol",
        "medical-coop",
        {
            "enrol": {"year": 2026, "category": "adult", "first": True},
            "agent": DENG,
            "read_out": True,
        },
    ),
    "claim-for-a-sick-father": (
        "file_claim",
        "medical-coop",
        {"visit": VISIT, "account": ACCOUNT, "agent": DENG, "read_out": True},
    ),
    "move-in-asked-by-the-village": (
        "file_move",
        "household-registration",
        {
            "householder": {"name": "谢国庆", "relation": "母亲"},
            "move": MOVE,
            "agent": DENG,
            "read_out": True,
        },
    ),
}
BROUGHT = {
    "what": "养老保险待遇核定通知书",
    "handed_to": "钟桂英",
    "how": "fingerprint",
    "proof": "送达回证0420",
    "on": "2026-03-12",
    "papers_returned": True,
    "nothing_taken": 0,
    "visits": 3,
}
EXPLAINED: dict[str, Any] = {
    "reason": "E1",
    "text": "缴费满九年，还差六年，所以现在不能领。",
    "way": "可以一次补缴六年后再申请；不服的，六十日内可以申请行政复议。",
    "on": "2026-03-12",
    "understood": "understood",
    "decision_left": True,
    "papers_returned": True,
}
HANDED_IN = {"window": "村便民站", "on": "2026-03-11", "told": True, "papers_returned": True}
GIVEN_BACK = {"text": "编号抄给本人，问村便民站。", "on": "2026-03-11", "papers_returned": True}
RENEWED = {"how": "fingerprint", "on": "2026-05-20", "witness": "谢长根", "text": "还在等核定。"}


def example(name: str) -> Any:
    return load_json(f"forms/{SERVICE}/examples/pass/{name}.json")


def asked(front: Front, name: str = "pension-old-woman-alone", **more: Any) -> Case:
    return Case.submit(front, example(name)["answers"], [], service=SERVICE, **more)


def taken(*papers: str) -> dict[str, Any]:
    listed = [{"paper": one, "reference": "1页", "how": "copy"} for one in papers]
    return {"papers": listed, "handed_by": "钟桂英", "on": "2026-03-11", "receipt_left": True}


def ready_to_file(
    front: Front,
    name: str = "pension-old-woman-alone",
    assigner: str = VILLAGE,
    agent: str = AGENT,
) -> Case:
    case = asked(front, name)
    case.do(assigner, "assign", ASSIGNED)
    case.do(agent, "take_mandate", MANDATE)
    case.do(agent, "take_papers", taken(*example(name)["papers_needed"]))
    case.do(agent, "all_in", {"visits": 2})
    case.stands("file")
    return case


def filed(front: Front) -> tuple[Case, Case]:
    """The agency, and the pension that it has filed."""
    case = ready_to_file(front)
    case.do(AGENT, "file_pension", PENSION)
    case.stands("wait")
    assert not running(case, "filing")
    return case, inner_of(case)


def inner_of(case: Case) -> Case:
    """The case that was filed last."""
    events = case.view()["events"]
    (*_, number) = [one["data"]["case"] for one in events if one["type"] == "case_opened"]
    case.front.settle(number)
    return Case(case.front, number, "", "officer-zhao")


def accepted(inner: Case) -> None:
    """The agent hands the papers in at the window, which checks and accepts."""
    papers = [
        {"paper": one, "reference": "代办员交来", "how": "window"}
        for one in ("P1", "P2", "P3", "PA")
    ]
    inner.do(VILLAGE, "record_papers", {"papers": papers})
    inner.do(VILLAGE, "accept")


def examined(inner: Case) -> None:
    accepted(inner)
    checked = {"met": "home", "lives_here": True, "brought": "agent", "text": "上门见过本人。"}
    inner.do(VILLAGE, "pass_up", checked)
    inner.do(TOWN, "take_over")
    inner.do(TOWN, "send_up", {"opinion": "grant", "years": 15, "text": "缴费记录15年。"})
    inner.do(APPROVER, "take_over")


def granted(case: Case, inner: Case) -> None:
    examined(inner)
    given = {"licence": "吉社核〔2026〕71号", "monthly": 213, "from": "2026-04-01"}
    inner.do(APPROVER, "grant", given)
    inner.do(PAYER, "paid", {"month": "2026-04", "proof": "批次2026-04-01"})
    case.front.settle(case.number)
    case.stands("bring")


def refused(case: Case, inner: Case) -> None:
    examined(inner)
    inner.do(APPROVER, "refuse", {"reason": "J2", "text": "还差六年，可以补缴后再申请。"})
    case.front.settle(case.number)
    case.stands("explain")


def told(case: Case, words: str, phone: str = PHONE) -> bool:
    return any(case.number in text and words in text for text in case.front.messages(phone))


def paper(case: Case, name: str) -> str:
    """The body of the last numbered document of this kind, as the resident reads it."""
    found = [one["body"] for one in case.mine()["documents"] if one["document"] == name]
    return str(found[-1])


def running(case: Case, clock: str) -> bool:
    found = next(one for one in case.mine()["clocks"] if one["clock"] == clock)
    return "stopped_at" not in found or found["stopped_at"] is None


def tasks(case: Case, name: str) -> list[Any]:
    return [one for one in case.view()["tasks"] if one["task"].startswith(name)]


def test_an_old_woman_gets_her_pension_without_leaving_home(front: Front) -> None:
    case, inner = filed(front)
    assert inner.view()["about"] == case.number
    assert inner.view()["answers"]["agent"]["name"] == "邓兰"
    granted(case, inner)

    case.do(AGENT, "bring", BROUGHT)
    case.stands("confirm", status="to_confirm")
    case.decide("confirm", {"how": "signature", "reference": "回证0420"})

    view = case.stands(ended=True, result="done", status="delivered", site="jz-t1-v1")
    assert case.happened() == [
        *["received", "assigned", "mandate_taken", "papers_taken", "papers_complete"],
        *["filed_pension", "case_opened", "inner_decided", "inner_granted"],
        *["brought", "confirmed", "closed"],
    ]
    assert [one["document"] for one in case.mine()["documents"]] == [
        *["receipt", "mandate", "handover", "delivery"]
    ]
    assert {one["actor"]["party"] for one in view["events"]} >= {VILLAGE, AGENT, "applicant"}
    for words in (
        "安排代办员上门",
        "请备好身份证",
        "正代您办",
        "已递交主办机关",
        "送到家",
        "送到回复",
    ):
        assert told(case, words), words
    assert told(inner, "已受理") and told(inner, "第一笔已发到")


def test_the_mandate_says_what_until_when_and_that_it_may_be_withdrawn(world: World) -> None:
    case = ready_to_file(world)

    body = paper(case, "mandate")

    assert MANDATE["text"] in body and "2026年6月8日" in body and "随时可以撤回" in body
    assert (case.due("mandate").date() - world.moment.date()).days == 90
    refused = {**MANDATE, "witness": {"name": "谢长根", "is": "agent", "signed": True}}
    other = asked(world)
    other.do(VILLAGE, "assign", ASSIGNED)
    answer = other.attempt(AGENT, "take_mandate", refused)
    assert pointers(answer) == ["/details/witness/is"]
    assert other.attempt(AGENT, "take_mandate", {**MANDATE, "told": False}).status == 422


def pointers(answer: Answer) -> list[str]:
    assert answer.status == 422, answer
    return [one["pointer"] for one in answer.body["errors"]]


def test_papers_are_listed_for_a_receipt_and_nothing_is_filed_before_all_are_in(
    world: World,
) -> None:
    case = asked(world)
    case.do(VILLAGE, "assign", ASSIGNED)
    case.do(AGENT, "take_mandate", MANDATE)

    case.do(AGENT, "take_papers", taken("P1", "P2"))

    assert "2份" in paper(case, "handover") and "居民身份证" in paper(case, "handover")
    assert told(case, "收了您2份材料")
    assert case.attempt(AGENT, "all_in", {"visits": 1}).status == 409
    case.do(AGENT, "take_papers", taken("P3"))
    case.do(AGENT, "all_in", {"visits": 2})
    case.stands("file")


@pytest.mark.parametrize("name", FILINGS)
def test_each_matter_is_filed_by_its_own_action_and_by_no_other(world: World, name: str) -> None:
    action, service, details = FILINGS[name]
    away = name == "enrolment-asked-by-a-neighbour"
    assigner, agent = ("officer-lin", OTHER_AGENT) if away else (VILLAGE, AGENT)
    if name == "claim-for-a-sick-father":
        assigner, agent = "officer-wang", OTHER_AGENT
    case = ready_to_file(world, name, assigner, agent)
    offered = {one for task in case.view(agent)["tasks"] for one in task["actions"]}
    assert {one for one in offered if one.startswith("file_")} == {action}

    case.do(agent, action, details)

    case.stands("wait")
    inner = inner_of(case)
    view = inner.stands(service=service)
    assert view["answers"]["applicant"]["name"] == example(name)["answers"]["principal"]["name"]
    assert view["events"][0]["actor"]["party"] == agent


def test_what_the_other_form_refuses_is_not_filed(world: World) -> None:
    case = ready_to_file(world)

    answer = case.attempt(AGENT, "file_pension", {**PENSION, "other_pension": True})

    assert pointers(answer) == ["/details/other_what"]
    case.stands("file")
    assert "case_opened" not in case.happened()


def test_a_refusal_is_explained_at_home_with_what_can_still_be_done(world: World) -> None:
    case, inner = filed(world)
    refused(case, inner)
    assert told(case, "没有办成") and told(case, "上门说明")

    without = {name: value for name, value in EXPLAINED.items() if name != "way"}
    assert pointers(case.attempt(AGENT, "explained", without)) == ["/details/way"]
    case.do(AGENT, "explained", EXPLAINED)

    case.stands(ended=True, result="explained", status="explained")
    body = paper(case, "explanation")
    assert all(words in body for words in (EXPLAINED["text"], "行政复议", "行政诉讼", "再申请"))
    assert told(case, "主办机关未批准")


def test_who_tries_again_is_answered_by_the_second_case_only(world: World) -> None:
    case, first = filed(world)
    refused(case, first)
    case.do(AGENT, "again", {"what": "补缴六年"})
    case.do(AGENT, "all_in", {"visits": 3})

    case.do(AGENT, "file_pension", PENSION)

    case.stands("wait")
    second = inner_of(case)
    assert second.number != first.number
    granted(case, second)
    assert case.happened().count("inner_decided") == 2


def test_what_could_not_be_opened_is_filed_again_and_the_resident_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the filing and its opening the other form has become stricter."""
    lenient = load_json("forms/pension/service.json")
    stricter = load_json("forms/pension/service.json")
    stricter["form"]["required"].append("remarks")
    case = ready_to_file(world)
    monkeypatch.setattr(world, "settle", lambda number="": None)
    case.do(AGENT, "file_pension", PENSION)
    monkeypatch.undo()
    publish(world, stricter, accepts="breaking")

    world.settle()

    case.stands("file")
    assert case.happened()[-3:] == ["filed_pension", "case_not_opened", "not_filed"]
    assert told(case, "递交没有成功")
    (asked_about,) = [one for one in case.view()["tasks"] if one["task"].startswith("not-opened")]
    assert (asked_about["role"], asked_about["state"]) == ("acceptor", "open")
    assert running(case, "filing")
    case.do(AGENT, "file_pension", {**PENSION, "remarks": "行动不便，由代办员递交。"})
    case.stands("wait")
    granted(case, inner_of(case))
    publish(world, lenient, accepts="breaking")


def test_who_withdraws_while_it_runs_hears_that_the_filed_case_goes_on(world: World) -> None:
    case, inner = filed(world)
    assert "withdraw" not in [one["action"] for one in case.mine()["actions"]]

    case.decide("withdraw_filed", {"inner": "go_on", "why": "女儿回来了"})

    case.stands(ended=True, result="withdrawn")
    assert told(case, "已递交的没撤") and "没有撤回" in paper(case, "leaving")
    inner.stands("receive", ended=False)
    assert case.due("handing-over") > world.moment
    case.do(AGENT, "given_back", GIVEN_BACK)
    examined(inner)
    given = {"licence": "吉社核〔2026〕72号", "monthly": 213, "from": "2026-04-01"}
    inner.do(APPROVER, "grant", given)
    inner.do(PAYER, "paid", {"month": "2026-04", "proof": "批次2026-04-02"})
    world.settle()
    case.stands(ended=True, result="withdrawn")
    assert case.happened()[-2:] == ["given_back", "inner_decided"]
    assert not told(case, "送到家")


def test_who_withdraws_all_has_the_filed_case_withdrawn_by_the_agent_at_the_window(
    world: World,
) -> None:
    case, inner = filed(world)

    case.decide("withdraw_filed", {"inner": "withdraw"})

    assert told(case, "替您办撤回") and "还在办" in paper(case, "leaving_all")
    (task,) = tasks(case, "withdraw_inner")
    assert (task["role"], task["state"]) == ("agent", "open")
    inner.do(VILLAGE, "withdraw", {"how": "visit", "why": "代办员交来撤回书"})
    case.do(AGENT, "handed_in", HANDED_IN)
    inner.stands(ended=True, result="withdrawn")
    assert told(inner, "撤回")
    heard = [one["data"] for one in case.view()["events"] if one["type"] == "inner_decided"]
    assert [one["result"] for one in heard] == ["withdrawn"]


def test_an_agent_who_does_not_hand_over_is_escalated_after_the_end(world: World) -> None:
    case, _ = filed(world)
    case.decide("withdraw_filed", {"inner": "withdraw"})

    case.after(case.due("handing-over"))

    overdue = [one["data"]["clock"] for one in case.view()["events"] if one["type"] == "overdue"]
    assert overdue == ["handing-over"]
    case.do(SUPERVISOR, "seen", {"step": "已让代办员今天去办"})
    case.do(AGENT, "handed_in", HANDED_IN)


def test_a_mandate_that_runs_out_ends_the_agency_and_not_what_was_filed(world: World) -> None:
    case, inner = filed(world)
    accepted(inner)

    case.after(case.due("mandate"))

    case.stands(ended=True, result="mandate_over", status="expired")
    assert told(case, "委托期满") and told(case, "已递交的照常办")
    body = paper(case, "ending")
    assert "第一百七十三条" in body and "照常办理" in body and "再签委托" in body
    assert case.attempt(AGENT, "bring", BROUGHT).status in (404, 409, 422)
    inner.stands("village", ended=False)
    case.do(AGENT, "given_back", GIVEN_BACK)


def test_a_mandate_that_is_renewed_in_time_runs_on_from_then(world: World) -> None:
    case, inner = filed(world)
    before = case.due("mandate")
    world.tick(before - timedelta(days=20), case.number)

    case.do(AGENT, "renew", RENEWED)

    after = case.due("mandate")
    assert before < after and told(case, "续签")
    case.after(before)
    case.stands("wait", ended=False)
    assert day(after) in paper(case, "mandate")
    assert inner.view()["ended"] is False


def day(moment: datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日"


def test_who_does_not_want_it_is_not_acted_for_and_is_told_where_to_go(world: World) -> None:
    case = asked(world)
    case.do(VILLAGE, "assign", ASSIGNED)
    assert case.attempt(AGENT, "take_papers", taken("P2")).status == 422

    case.do(AGENT, "no_mandate", NO_MANDATE)

    case.stands(ended=True, result="not_taken", status="not_accepted")
    assert told(case, "本人不愿委托") and told(case, "村便民站")
    assert NO_MANDATE["text"] in paper(case, "not_taking")


def test_who_did_not_sign_says_so_and_the_head_looks_into_it(world: World) -> None:
    case = ready_to_file(world)

    case.answer(PHONE, "9")

    (task,) = tasks(case, "mandate_check")
    assert (task["role"], task["state"]) == ("head", "open")
    case.do(HEAD, "checked", {"found": "指印不是本人的。", "valid": False})
    case.do(VILLAGE, "withdraw", {"why": "委托不是本人的意思"})
    case.stands(ended=True, result="withdrawn")


def test_who_assigns_does_not_visit_and_who_carried_neither_confirms_nor_calls(
    world: World,
) -> None:
    both = appoint(
        world,
        "officer-ke",
        *(("acceptor", "jz-t1-v1"), ("agent", "jz-t1-v1"), ("caller", "jz")),
    )
    one = asked(world)
    one.do(both, "assign", ASSIGNED)
    assert one.attempt(both, "take_mandate", MANDATE).status == 409
    one.do(AGENT, "take_mandate", MANDATE)

    case, inner = filed(world)
    granted(case, inner)
    case.do(both, "bring", BROUGHT)
    told_by = {"how": "voice", "reference": "录音71"}
    assert case.attempt(both, "confirm", told_by).status == 409
    case.after(case.due("confirming"))
    case.stands("callback")
    assert case.attempt(both, "confirmed", {"asked_fee": True}).status == 409
    case.do(CALLER, "confirmed", {"asked_fee": True})
    case.stands(ended=True, result="done")


def test_an_agent_of_another_village_knows_nothing_of_it(world: World) -> None:
    other = appoint(world, "agent-lei", ("agent", "jz-t2-v1"))
    case = asked(world)
    case.do(VILLAGE, "assign", ASSIGNED)

    assert case.attempt(other, "take_mandate", MANDATE).status == 404


def test_what_did_not_come_is_brought_again_and_money_can_never_be_noted(world: World) -> None:
    case, inner = filed(world)
    granted(case, inner)
    answer = case.attempt(AGENT, "bring", {**BROUGHT, "nothing_taken": 20})
    assert pointers(answer) == ["/details/nothing_taken"]
    case.do(AGENT, "bring", BROUGHT)

    case.answer(PHONE, "0")

    case.stands("callback")
    case.do(CALLER, "not_brought", {"why": "放在邻居家了"})
    case.do(AGENT, "bring", {**BROUGHT, "visits": 4})
    case.do(VILLAGE, "confirm", {"how": "signature", "reference": "回证0421"})
    case.stands(ended=True, result="done")
    counts = [one["data"]["counts"] for one in case.view()["events"] if one["type"] == "brought"]
    assert [(one["visits"], one["taken"]) for one in counts] == [(3, 0), (4, 0)]


def test_a_bad_rating_opens_its_rectification(world: World) -> None:
    case, inner = filed(world)
    refused(case, inner)
    case.do(AGENT, "explained", EXPLAINED)

    case.decide("rate", {"rating": 1, "text": "跑了三趟才说不行"})

    (*_, opened) = [one for one in case.view()["events"] if one["type"] == "case_opened"]
    assert opened["data"]["service"] == "rating-rectification"
    assert case.due("bad-rating") > world.moment


def test_it_comes_by_telephone_at_the_village_on_a_visit_and_from_a_relative(world: World) -> None:
    answers = example("claim-for-a-sick-father")["answers"]
    by = {"telephone": "officer-wang", "counter": "officer-wang", "outreach": OTHER_AGENT}

    for channel, party in by.items():
        case = Case.submit(world, answers, [], party, SERVICE, channel=channel)
        case.stands("receive", channel=channel)
    web = asked(world, "claim-for-a-sick-father")

    assert told(web, "已登记", "13800000072")
    assert expect(world.http("GET", "/services/full-agency"), 200)["guide"]["fee"]["fen"] == 0


def test_what_is_late_is_escalated(world: World) -> None:
    case = asked(world)
    assert (case.due("arranging").date() - world.moment.date()).days == 1

    case.after(case.due("arranging"))

    assert told(case, "抱歉")
    case.do(SUPERVISOR, "seen", {"step": "今天安排"})
    case.do(VILLAGE, "assign", ASSIGNED)
    case.stands("visit")


PAPERS = {"papers": [{"paper": "P2", "reference": "代办员交来", "how": "window"}]}
SAID = {"text": "老人已备好身份证。"}


def acts_of(case: Case, party: str) -> dict[str, Any]:
    """Who did it of each event that the party caused."""
    listed = case.view()["events"]
    return {one["type"]: one["actor"] for one in listed if one["actor"]["party"] == party}


def test_what_the_agent_files_says_by_whom_for_whom_and_by_which_mandate(front: Front) -> None:
    case, inner = filed(front)

    view = inner.stands("receive", channel="agent")

    both = {"party": AGENT, "as": "agent", "principal": "applicant", "mandate": case.number}
    assert view["events"][0]["actor"] == both
    assert view["events"][0]["on_behalf"] == f"代办员邓兰代申请人办理，凭委托{case.number}"
    assert (view["mandate"]["case"], view["mandate"]["state"]) == (case.number, "in_force")
    assert datetime.fromisoformat(view["mandate"]["until"]) == case.due("mandate")
    assert "by_agent" in [one["notice"] for one in view["notices"]]
    assert told(inner, "邓兰正代您办")


def test_every_act_by_the_mandate_stores_both_and_no_act_before_it(world: World) -> None:
    case, inner = filed(world)
    granted(case, inner)
    case.do(AGENT, "bring", BROUGHT)

    acts = acts_of(case, AGENT)

    by = {"principal": "applicant", "mandate": case.number}
    assert acts.pop("mandate_taken") == {"party": AGENT, "as": "agent"}
    assert set(acts) == {"papers_taken", "papers_complete", "filed_pension", "brought"}
    assert all(one == {"party": AGENT, "as": "agent", **by} for one in acts.values())
    others = acts_of(case, VILLAGE) | acts_of(inner, VILLAGE) | acts_of(inner, APPROVER)
    assert others and not any("principal" in one for one in others.values())


def test_the_resident_reads_what_was_done_for_her_and_names_stand_nowhere(world: World) -> None:
    case, inner = filed(world)
    own = Case(world, inner.number, world.ports.keys.secret(inner.number))

    for one, type in ((case, "papers_taken"), (own, "received")):
        mine = one.mine()
        (event,) = [event for event in mine["events"] if event["type"] == type]
        assert event["on_behalf"] == f"代办员代您办理，凭委托{case.number}"
        english = [event.get("on_behalf") for event in one.mine("en")["events"]]
        assert f"Agent for you, mandate {case.number}" in english
        assert "邓兰" not in str(mine["events"]) and AGENT not in str(mine)
        assert mine["mandate"]["state"] == "in_force"
    own.answer(PHONE, "8")
    assert "邓兰" not in world.messages(PHONE)[-1] and AGENT not in str(world.messages(PHONE))


def test_the_agent_goes_on_with_what_was_filed_and_sees_what_the_principal_sees(
    world: World,
) -> None:
    case, inner = filed(world)

    inner.do(AGENT, "record_papers", PAPERS)
    inner.do(VILLAGE, "incomplete", {"missing": [{"paper": "P3", "what": "没有社保卡"}]})
    seen = inner.view(AGENT)
    inner.do(AGENT, "supply", {"papers": [{"paper": "P3", "reference": "复印件"}]})

    inner.stands("receive")
    by = {"principal": "applicant", "mandate": case.number}
    acts = acts_of(inner, AGENT)
    assert set(acts) == {"received", "paper_in", "supplied"}
    assert all(one == {"party": AGENT, "as": "agent", **by} for one in acts.values())
    offered = {one["action"] for one in seen["actions"]}
    assert offered == {"record_papers", "attach", "comment", "supply"}
    assert not {"answers", "tasks", "notices", "unit"} & set(seen)
    assert not any("actor" in one for one in seen["events"])


@pytest.mark.parametrize("action", ["withdraw", "disown", "accept"])
def test_what_is_the_principals_alone_or_the_offices_is_not_the_agents(
    world: World, action: str
) -> None:
    _, inner = filed(world)

    assert inner.attempt(AGENT, action).status == 403
    inner.stands("receive", ended=False)


def test_another_agent_of_the_village_has_no_part_in_what_this_one_filed(world: World) -> None:
    other = appoint(world, "agent-lei", ("agent", "jz-t1-v1"))
    _, inner = filed(world)

    assert inner.attempt(other, "comment", SAID).status == 404
    assert world.http("GET", f"/cases/{inner.number}", None, other).status == 404


def over_by_time(case: Case) -> None:
    case.after(case.due("mandate"))


def over_by_withdrawal(case: Case) -> None:
    case.decide("withdraw_filed", {"inner": "go_on"})


@pytest.mark.parametrize("ends", [over_by_time, over_by_withdrawal])
def test_after_the_mandate_nothing_more_can_be_done_by_it(world: World, ends: Any) -> None:
    case, inner = filed(world)
    accepted(inner)
    inner.do(AGENT, "comment", SAID)

    ends(case)

    assert inner.attempt(AGENT, "comment", SAID).status == 404
    assert world.http("GET", f"/cases/{inner.number}", None, AGENT).status == 404
    assert inner.view()["mandate"]["state"] == "over"
    inner.do(VILLAGE, "comment", SAID)
    case.do(AGENT, "given_back", GIVEN_BACK)
    assert acts_of(case, AGENT)["given_back"] == {"party": AGENT, "as": "agent"}


def test_at_the_end_of_its_time_the_agent_stops_before_the_end_is_recorded(world: World) -> None:
    waiting, inner = filed(world)
    collecting = asked(world)
    collecting.do(VILLAGE, "assign", ASSIGNED)
    collecting.do(AGENT, "take_mandate", MANDATE)
    due = collecting.due("mandate")
    world.moment = due + timedelta(seconds=1)

    late = collecting.attempt(AGENT, "take_papers", taken("P2"))

    assert late.status == 409 and late.body["type"].endswith("mandate-over")
    assert waiting.attempt(AGENT, "renew", RENEWED).status == 409
    assert inner.attempt(AGENT, "comment", SAID).status == 404
    waiting.stands("wait", ended=False)
    collecting.after(due)
    collecting.stands(ended=True, result="mandate_over")


def test_a_mandate_that_is_renewed_lets_the_agent_go_on(world: World) -> None:
    case, inner = filed(world)
    before = case.due("mandate")
    world.tick(before - timedelta(days=20), case.number)
    case.do(AGENT, "renew", RENEWED)

    case.after(before)

    inner.do(AGENT, "comment", SAID)
    assert inner.view()["mandate"] == {
        "case": case.number,
        "state": "in_force",
        "until": case.view()["mandate"]["until"],
    }


def test_who_is_no_agent_any_more_has_no_mandate(world: World) -> None:
    new = {"party": "agent-shi", "name": "石英", "kind": "agent"}
    term = {"role": "agent", "node": "jz-t1-v1", "from": "2020-01-01", "to": "2026-03-31"}
    nodes = load_json("infra/seed/directory.json")["nodes"]
    named = {"nodes": nodes, "parties": [new], "grants": [{"party": new["party"], **term}]}
    world.publisher.handle({"directory": named})
    case = ready_to_file(world, agent=new["party"])
    case.do(new["party"], "file_pension", PENSION)
    inner = inner_of(case)
    inner.do(new["party"], "comment", SAID)

    world.tick(datetime.fromisoformat("2026-04-02T02:00:00+00:00"), case.number)

    assert inner.attempt(new["party"], "comment", SAID).status == 404
    assert case.view()["mandate"]["state"] == "in_force"
