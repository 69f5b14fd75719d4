"""`make demo`: plays the services over HTTP and tells each case as people would read it.

Runs on the stack that is up, or on one it starts and stops. Time is driven by ticks for the
played case only. Ends with exit code 1 when any step differs from what the document promises.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.platform import times
from infra.bundle import ROOT
from infra.emulator import running
from infra.failures import Refused, exits
from infra.front import StackFront
from infra.player import Case, Departure
from infra.seed import example
from infra.stack import STATE, LocalStack

WINDOW, VILLAGE = "officer-zhao", "officer-li"
EXAMINER, APPROVER, ISSUER = "officer-chen", "officer-huang", "officer-sun"
HEAD, SUPERVISOR, AGENT = "officer-xu", "officer-zhou", "agent-deng"

OFFICE = ZoneInfo("Asia/Shanghai")
LICENCE = {"licence": "91350100M000100Y43"}
HANDED = {"handed_to": "申请人本人", "how": "window", "proof": "送达回证已签"}
SIGNED = {"signed": True, "signed_by": "申请人"}
REFUSAL = {"reason": "J3", "text": "经营范围需要前置审批，没有批准文件。"}
FORMS = ROOT / "forms" / "business-licence" / "examples" / "pass"


def submitted(front: StackFront, without: tuple[str, ...] = ()) -> Case:
    it = example(FORMS / "individual-leased.json")
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, it["answers"], papers)


def granted(front: StackFront) -> Case:
    case = submitted(front)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    hand_over(case)
    return case


def on_a_promise(front: StackFront) -> Case:
    case = submitted(front, without=("P3",))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.stands("issue")
    case.give("record_papers", ["P3"])
    hand_over(case)
    return case


def broken_promise(front: StackFront) -> Case:
    case = submitted(front, without=("P3",))
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.after(case.promised("P3"))
    case.stands(ended=True, result="lapsed")
    return case


def asked_once(front: StackFront) -> Case:
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


def silence(front: StackFront) -> Case:
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


def by_an_agent(front: StackFront) -> Case:
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


PLAYS: dict[str, Callable[[StackFront], Case]] = {
    "一、材料齐全，准予登记 · complete papers, granted": granted,
    "二、容缺受理，补齐后领证 · accepted on a promise, the licence follows the paper": on_a_promise,
    "三、承诺未兑现，终止办理 · the promise is broken": broken_promise,
    "四、一次性告知、延期、不予登记 · papers asked for once, extended, refused": asked_once,
    "五、逾期未答复，视为受理 · silence means accepted as of receipt": silence,
    "六、代办申请，不予受理 · through an agent, not accepted": by_an_agent,
}


def tell(front: StackFront, title: str, case: Case) -> None:
    """The case's story, as the resident and as the officers read it."""
    mine, view = case.mine(), case.view()
    print(f"\n{title}\n  {mine['title']} {case.number}：{mine['result_text']}")
    print("  申请人看到 · the resident reads")
    for event in mine["events"]:
        print(f"    {day(event['at'])}  {event['text']}{detail(event)}")
    for document in mine["documents"]:
        print(f"    文书 {document['title']} {document['number']}")
    for text in front.messages(case.number):
        print(f"    短信 {text}")
    print("  工作人员看到 · the officers read")
    for event in view["events"]:
        actor = event["actor"]
        print(f"    {event['seq']:>2} {day(event['at'])}  {event['text']} · {actor['party']}")
    for clock in view["clocks"]:
        print(f"    时限 {clock['title']}：{clock['because']}")


def detail(event: dict[str, object]) -> str:
    return f"（{event['reason']}）" if "reason" in event else ""


def day(text: str) -> str:
    """When it was where the office is."""
    return datetime.fromisoformat(text).astimezone(OFFICE).strftime("%m-%d %H:%M")


def play(stack: LocalStack) -> None:
    for title, steps in PLAYS.items():
        front = StackFront(stack)
        tell(front, title, steps(front))
    print(f"\n{len(PLAYS)} cases played; every step was as the document promises.")


def main() -> None:
    try:
        if running(STATE) is not None:
            stack = LocalStack()
            stack.attach()
            play(stack)
        else:
            with LocalStack(say=print) as stack:
                play(stack)
    except Departure as departure:
        raise Refused(f"not as promised: {departure}") from departure


if __name__ == "__main__":
    exits(main)
