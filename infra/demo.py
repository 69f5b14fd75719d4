"""`make demo`: plays three services over HTTP and tells each case as people would read it; then a
day in a district with every service.

Runs on the stack that is up, or on one it starts and stops. Time is driven by ticks for the
played case only. Ends with exit code 1 when any step differs from what the document promises.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from infra.emulator import running
from infra.failures import Refused, exits
from infra.front import StackFront
from infra.player import Case, Departure
from infra.plays import PLAYS, day
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
        print(f"    {event['seq']:>2} {when(event['at'])}  {event['text']} · {actor['party']}")
    for clock in view["clocks"]:
        print(f"    时限 {clock['title']}：{clock['because']}")


def read_by_the_resident(case: Case) -> None:
    mine = case.mine()
    print("  申请人看到 · the resident reads")
    for event in mine["events"]:
        print(f"    {when(event['at'])}  {event['text']}{detail(event)}")
    for document in mine["documents"]:
        print(f"    文书 {document['title']} {document['number']}")


def detail(event: dict[str, object]) -> str:
    return f"（{event['reason']}）" if "reason" in event else ""


def when(text: str) -> str:
    """When it was where the office is."""
    return datetime.fromisoformat(text).astimezone(OFFICE).strftime("%m-%d %H:%M")


def play_the_day(front: StackFront) -> int:
    """Every service at least once; how many there were."""
    print("\n══ 第二幕：一个区的一天 · the second act: one day in a district")
    scenes = list(day.scenes())
    for scene in scenes:
        print(f"\n{scene.hour}  {scene.zh}\n       {scene.en}")
        case = day.play(front, scene)
        if case is None:
            print("       记一行 · one row")
            continue
        view = case.view()
        print(f"       {view['title']} {case.number}：{view['result_text']}")
        for text in front.messages(case.number)[-1:]:
            print(f"       短信 {text}")
    return len({scene.service for scene in scenes})


def play(stack: LocalStack) -> None:
    played = 0
    for service, plays in PLAYS.items():
        print(f"\n══ {service}")
        for title, steps in plays.items():
            front = StackFront(stack)
            tell(front, title, steps(front))
            played += 1
    services = play_the_day(StackFront(stack))
    print(
        f"\n{played} cases of the first act and a day of {services} services played;"
        " every step was as the documents promise."
    )


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
