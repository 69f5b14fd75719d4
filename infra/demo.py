"""`make demo`: plays the services over HTTP and tells each case as people would read it.

Runs on the stack that is up, or on one it starts and stops. Time is driven by ticks for the
played case only. Ends with exit code 1 when any step differs from what the document promises.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from infra.emulator import running
from infra.failures import Refused, exits
from infra.front import StackFront
from infra.player import Case, Departure
from infra.plays import PLAYS
from infra.stack import STATE, LocalStack

OFFICE = ZoneInfo("Asia/Shanghai")


def tell(front: StackFront, title: str, case: Case) -> None:
    """The case's story, as the resident and as the officers read it."""
    view = case.view()
    print(
        f"\n{title}\n  {view['title']} {case.number}：{view['result_text'] or view['stage_text']}"
    )
    if case.secret:
        read_by_the_resident(case)
    for text in front.messages(case.number):
        print(f"    短信 {text}")
    print("  工作人员看到 · the officers read")
    for event in view["events"]:
        actor = event["actor"]
        print(f"    {event['seq']:>2} {day(event['at'])}  {event['text']} · {actor['party']}")
    for clock in view["clocks"]:
        print(f"    时限 {clock['title']}：{clock['because']}")


def read_by_the_resident(case: Case) -> None:
    mine = case.mine()
    print("  申请人看到 · the resident reads")
    for event in mine["events"]:
        print(f"    {day(event['at'])}  {event['text']}{detail(event)}")
    for document in mine["documents"]:
        print(f"    文书 {document['title']} {document['number']}")


def detail(event: dict[str, object]) -> str:
    return f"（{event['reason']}）" if "reason" in event else ""


def day(text: str) -> str:
    """When it was where the office is."""
    return datetime.fromisoformat(text).astimezone(OFFICE).strftime("%m-%d %H:%M")


def play(stack: LocalStack) -> None:
    played = 0
    for service, plays in PLAYS.items():
        print(f"\n══ {service}")
        for title, steps in plays.items():
            front = StackFront(stack)
            tell(front, title, steps(front))
            played += 1
    print(f"\n{played} cases played; every step was as the documents promise.")


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
