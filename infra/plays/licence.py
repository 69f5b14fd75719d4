"""The business licence, played: granted, on a promise, broken, asked once, silence, by an agent."""

from collections.abc import Callable

from chalicelib.platform import times
from infra.bundle import ROOT
from infra.player import Case, Departure, Front, a_phone
from infra.seed import example

WINDOW, VILLAGE = "officer-zhao", "officer-li"
EXAMINER, APPROVER, ISSUER = "officer-chen", "officer-huang", "officer-sun"
HEAD, SUPERVISOR, AGENT = "officer-xu", "officer-zhou", "agent-deng"

LICENCE = {"licence": "91350100M000100Y43"}
HANDED = {"handed_to": "申请人本人", "how": "window", "proof": "送达回证已签"}
SIGNED = {"signed": True, "signed_by": "申请人"}
REFUSAL = {"reason": "J3", "text": "经营范围需要前置审批，没有批准文件。"}
FORMS = ROOT / "forms" / "business-licence" / "examples" / "pass"


def submitted(front: Front, without: tuple[str, ...] = ()) -> Case:
    """By somebody with a phone of their own, so that nobody else is asked anything on it."""
    it, phone = example(FORMS / "individual-leased.json"), a_phone()
    reached = {name: {**it["answers"][name], "phone": phone} for name in ("operator", "contact")}
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, {**it["answers"], **reached}, papers)


def granted(front: Front) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    hand_over(case)
    return case


def on_a_promise(front: Front) -> Case:
    case = submitted(front, without=("P3",))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.stands("issue")
    case.give("record_papers", ["P3"])
    hand_over(case)
    return case


def withdrawn(front: Front) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    case.decide("withdraw", {"why": "先不开店了"})
    case.stands(ended=True, result="withdrawn")
    return case


def broken_promise(front: Front) -> Case:
    case = submitted(front, without=("P3",))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.after(case.promised("P3"))
    case.stands(ended=True, result="lapsed")
    return case


def asked_once(front: Front) -> Case:
    case = submitted(front, without=("P1", "P3"))
    missing = [{"paper": "P1", "what": "未签字"}, {"paper": "P3", "what": "未提交"}]
    case.do(VILLAGE, "incomplete", {"missing": missing})
    case.give("supply", ["P1", "P3"])
    case.do(VILLAGE, "accept")
    case.do(HEAD, "extend", {"reason": "情况复杂", "text": "需要核实住所。"})
    case.do(EXAMINER, "propose_refuse", REFUSAL)
    case.do(APPROVER, "refuse", REFUSAL)
    case.stands(ended=True, result="refused")
    return case


def silence(front: Front) -> Case:
    case = submitted(front)
    case.after(case.due("one-time-notice"))
    view = case.stands("examine")
    deemed = next(one for one in view["events"] if one["type"] == "deemed_accepted")
    if deemed["as_of"] != view["received_at"]:
        raise Departure("deemed acceptance must count from receipt")
    case.after(times.moment(deemed["at"]))
    case.do(SUPERVISOR, "seen", {"step": "已要求当日审查"})
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    hand_over(case)
    return case


def by_an_agent(front: Front) -> Case:
    it = example(FORMS / "old-man-with-agent.json")
    case = Case.submit(front, it["answers"], it["papers_needed"], AGENT, channel="agent")
    refusal = {"reason": "N2", "text": "属于邻区管辖。", "right_door": "青原区行政审批局"}
    case.do(VILLAGE, "not_accept", refusal)
    case.stands(ended=True, result="not_accepted")
    return case


def hand_over(case: Case) -> None:
    case.stands("deliver")
    case.do(ISSUER, "ready", LICENCE)
    case.do(ISSUER, "delivered", HANDED)
    case.stands(ended=True, result="granted")


PLAYS: dict[str, Callable[[Front], Case]] = {
    "一、材料齐全，准予登记 · complete papers, granted": granted,
    "二、容缺受理，补齐后领证 · accepted on a promise, the licence follows the paper": on_a_promise,
    "三、承诺未兑现，终止办理 · the promise is broken": broken_promise,
    "四、一次性告知、延期、不予登记 · papers asked for once, extended, refused": asked_once,
    "五、逾期未答复，视为受理 · silence means accepted as of receipt": silence,
    "六、代办申请，不予受理 · through an agent, not accepted": by_an_agent,
    "七、审查中撤回 · withdrawn while it is examined": withdrawn,
}
