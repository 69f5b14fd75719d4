"""Who plays what could not get done, what residents and officers write there."""

import uuid
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from chalicelib.platform.errors import Problem
from infra.front import StackFront
from infra.player import Answer, Case, Front, expect
from tests.journeys.people import example
from tests.world import World, load_json

TRIAGE, OTHER_TRIAGE = "officer-ma", "officer-su"
CHAIR, STAND_IN = "officer-guo", "officer-song"
HEADS = ("officer-dong", "officer-yuan", "officer-cao")
UNIT_HEAD = "officer-pan"
CALLER = "officer-he"
PUBLISHER = "officer-gao"
HELPER = "agent-deng"
# Acceptors on the way up from the village where the case is received; the first is the village's.
VILLAGE, TOWN, HALL = "officer-li", "officer-wang", "officer-zhao"
ASSESSOR, INQUIRER = "officer-ren", "officer-lu"

MOBILE = "13800000001"
LANDLINE = "07968000003"
CONDUCT = {"text": "3月5日在3号窗口暗示要送东西", "who": "3号窗口，四十来岁"}
EXPLANATION = {
    "reason": "B1",
    "basis": "《食品安全法》第三十五条",
    "text": "这类食品要先有现场核查，不能当场办。",
    "right_door": "区市场监管局",
}
OUTSIDE = {"reason": "B13", "text": "这件事已经由信访部门受理。", "right_door": "区信访局"}
QUESTION = "现场核查能不能和登记一起做"
SOLUTION = {"text": "由镇便民中心今天办理，不用再跑。"}
NOT_PURSUED = {"reason": "C1", "text": "请告诉我们具体的日期和窗口。"}
FINDING = {"finding": "unsubstantiated", "text": "调取录像，没有发现所说的情况。"}


def answers(**more: Any) -> dict[str, Any]:
    """A visit that led to nothing, as a resident writes it down."""
    found: dict[str, Any] = deepcopy(example_of("blocked", "failed-visit"))
    return {**found, **more}


def example_of(service: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{service}/examples/pass/{name}.json")["answers"]
    return found


def blocked(front: Front, **more: Any) -> Case:
    """A matter that has reached the window, read by those who triage."""
    return Case.submit(front, answers(**more), [], service="blocked", reader=TRIAGE)


def split(front: Front, **more: Any) -> tuple[Case, Case]:
    """A matter with something on staff, and the case of its own that this makes."""
    sent = {"answers": answers(**{"conduct": CONDUCT, **more})}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    receipt = expect(front.http("POST", "/services/blocked/cases", sent, None, key), 201)
    ((other,)) = receipt["also"]
    case = Case(front, receipt["case"], receipt["secret"], TRIAGE)
    apart = Case(front, other["case"], other["secret"], ASSESSOR)
    for one in (case, apart):
        front.settle(one.number)
    return case, apart


def report(front: Front, party: str | None = None, **more: Any) -> Case:
    """A report by a resident; or by an officer at the counter, whom `channel` names."""
    channel = {"channel": more.pop("channel")} if "channel" in more else {}
    told = {**example_of("conduct-report", "least"), **more}
    return Case.submit(front, told, [], party, "conduct-report", ASSESSOR, **channel)


def licence(front: Front, without: tuple[str, ...] = ()) -> Case:
    """The case that a blocked matter is about."""
    it = example()
    return Case.submit(front, it["answers"], [p for p in it["papers_needed"] if p not in without])


def triaged(front: Front, *causes: str, **more: Any) -> Case:
    """A matter whose causes have been found."""
    case = blocked(front, **more)
    case.do(TRIAGE, "triage", {"causes": list(causes)})
    return case


def asking(*heads: str) -> dict[str, Any]:
    """Details that call these heads of sections to a joint review."""
    return {"participants": [{"party": head} for head in heads], "question": QUESTION}


def opinion(text: str = "可以一起做。") -> dict[str, Any]:
    return {"view": "can_do", "text": text}


def confirmed(case: Case) -> None:
    """The resident says by web that it is solved."""
    case.decide("solved", {"how": "web"})


def command(front: Front, event: Mapping[str, Any]) -> Any:
    """What an operator tells the publisher function."""
    if isinstance(front, StackFront):
        return front.stack.invoke("publisher", dict(event))
    assert isinstance(front, World)
    return front.publisher.handle(event)


def appoint(front: Front, party: str, *posts: tuple[str, str], instead_of: str = "") -> str:
    """Somebody who is new in the directory: (role, node) of each post, for whom they stand in."""
    region = load_json("infra/seed/directory.json")
    who = {"party": party, "name": "谭新", "kind": "officer"}
    people = [{**who, "stands_in_for": [instead_of]} if instead_of else who]
    grants = [
        {"party": party, "role": role, "node": node, "from": "2020-01-01", "to": None}
        for role, node in posts
    ]
    command(front, {"directory": {"nodes": region["nodes"], "parties": people, "grants": grants}})
    return party


def says(case: Case, *words: str) -> list[str]:
    """The texts to the resident about this case that hold all the words."""
    texts = [text for text in case.front.messages(MOBILE) if case.number in text]
    return [text for text in texts if all(word in text for word in words)]


def overdue(case: Case) -> set[str]:
    """The clocks of the case that have run out so far."""
    events = case.view()["events"]
    return {one["data"]["clock"] for one in events if one["type"] == "overdue"}


def refused_as(answer: Answer, problem: type[Problem]) -> bool:
    """Whether the answer is this refusal and no other."""
    kind = answer.body["type"].rpartition(":")[2]
    return (answer.status, kind) == (problem.status, problem.slug)
