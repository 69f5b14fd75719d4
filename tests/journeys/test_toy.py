"""A fourth service that nobody has programmed: the village hall, from a document to its every end.

`toy.json` is published over HTTP while everything runs; its people and its owner come in with the
directory. It has a pool, a review, fanouts by three rules, a hold, a gate, side tasks, questions.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.platform.ports import Table
from chalicelib.services.document import Service
from infra.player import Answer, Case, Front, expect
from tests.journeys.matters import command
from tests.journeys.publishing import order, upload
from tests.world import ROOT, World, load_json

HALL: Any = load_json("tests/journeys/toy.json")
SERVICE = str(HALL["service"])
CLERK, SUPERVISOR, CHAIR, CALLER = "officer-li", "officer-zhou", "officer-guo", "officer-he"
HEADS = ("officer-dong", "officer-yuan")
KEEPER = "hall-keeper-ye"
FANG, QIN = "volunteer-fang", "volunteer-qin"
# Who answers for each part, in roles that only this service knows.
PARTS = {
    "fire": ("hall-fire-mu", "fire-warden"),
    "noise": ("hall-next-door-an", "next-door"),
    "power": ("hall-power-shi", "electrician"),
    "north": ("hall-north-bo", "keyholder"),
    "south": ("hall-south-ke", "keyholder"),
    "mayor": ("hall-mayor-tu", "mayor"),
    "elder": ("hall-elder-gu", "elder"),
}
UNIT = {
    "unit": "hall-office",
    "node": "jz-t1-v1",
    "titles": {"zh-Hans": "上村文化活动中心（示范）", "en": "Upper Village Hall (demo)"},
    "abbr": "上文",
    "sign": "【上村会堂】",
    "phone": "0796-8229999",
    "where": "村会堂",
    "mail": "hall@example.org",
    "review_body": {
        "zh-Hans": "兴桥镇人民政府（示范）",
        "en": "People's Government of Xingqiao (demo)",
    },
    "court": {"zh-Hans": "吉州区人民法院（示范）", "en": "People's Court of Jizhou (demo)"},
}
TAKEN = {
    "offices": ["fire", "noise", "power"],
    "holders": ["north", "south"],
    "advisers": ["mayor", "elder"],
    "notice": "请帮忙摆桌椅、挂灯笼",
}
REFUSAL = {"reason": "H2", "text": "用电负荷太大。"}
TEXT = {"text": "已看过现场。"}
TEXT_SEEN = {"step": "已要求当日答复"}
MODULES = [ROOT / "app.py", *sorted(ROOT.glob("chalicelib/**/*.py"))]
# What no other service has.
OWN_NAMES = ["fire-warden", "electrician", "keyholder", "hall-keeper", "mayor", "help_claimed"]


def directory() -> Mapping[str, Any]:
    """The owner of the service and the people of its roles, besides the nodes there are."""
    people = {**PARTS, "keeper": (KEEPER, "hall-keeper")}
    return {
        "nodes": load_json("infra/seed/directory.json")["nodes"],
        "units": [UNIT],
        "owners": [{"service": SERVICE, "unit": UNIT["unit"]}],
        "parties": [
            {"party": one, "name": "叶青", "kind": "officer"} for one, _ in people.values()
        ],
        "grants": [
            {"party": one, "role": role, "node": "jz-t1-v1", "from": "2020-01-01", "to": None}
            for one, role in people.values()
        ],
    }


def publish(front: Front, document: Any = HALL) -> Any:
    """As two publishers do: one uploads, the other publishes; what came of the order."""
    draft = upload(front, document)
    if draft["state"] != "draft":
        return draft
    return order(front, SERVICE, "publish", upload=draft["upload"])


def opened(front: Front) -> Any:
    """The service with its owner and its people; the report of publishing it."""
    command(front, {"directory": directory()})
    return publish(front)


def new_phone() -> str:
    """A mobile number that nobody else has: a deployed stack is shared by all tests."""
    return f"137{uuid.uuid4().int % 10**8:08d}"


def asked(front: Front, guests: int = 20, helpers: int = 1, phone: str = "13700000040") -> Case:
    """Somebody asks for the hall; with fifty guests and more a paper is missing."""
    answers = {
        "applicant": {"name": "曾广福", "phone": phone},
        "region": "360802101201",
        "purpose": "wedding",
        "guests": guests,
        "helpers": helpers,
    }
    return Case.submit(front, answers, ["request"], service=SERVICE, reader=CLERK)


def attempt(case: Case, part: str, action: str, details: Any = None) -> Answer:
    """Who answers for the part tries an action on its latest task."""
    view = case.view()
    tasks = [one["task"] for one in view["tasks"] if one["task"].endswith(f"-{part}")]
    path, headers = f"/cases/{case.number}/tasks", {"If-Match": f'"{view["version"]}"'}
    body = {"action": action, "details": details or {}}
    at = max(tasks, key=lambda task: int(task.partition("-")[0]))
    return case.front.http("POST", f"{path}/{at}/actions", body, PARTS[part][0], headers)


def says(case: Case, part: str, action: str, details: Any = None) -> None:
    expect(attempt(case, part, action, details), 200)
    case.front.settle(case.number)


def alone(case: Case, party: str, action: str, details: Any = None) -> Any:
    return expect(case.alone(party, action, details), 200)


def take(case: Case, **other: Any) -> None:
    case.do(CLERK, "take", {**TAKEN, **other})


def check(case: Case) -> None:
    """Two of three have no objection."""
    says(case, "noise", "pass")
    says(case, "fire", "pass")


def doubt(case: Case) -> None:
    says(case, "power", "object", TEXT)
    says(case, "fire", "pass")


def consult(case: Case) -> None:
    """Both heads of sections are asked, and answer."""
    case.do(CHAIR, "ask", {"participants": [{"party": head} for head in HEADS]})
    for head in HEADS:
        case.do(head, "opine", TEXT)


def agree(case: Case) -> None:
    consult(case)
    case.do(CHAIR, "agree")


def fetch(case: Case) -> None:
    says(case, "south", "hand")


def approve(case: Case) -> None:
    says(case, "mayor", "yes")


def claim(case: Case, party: str = FANG, phone: str = "13700000041") -> Any:
    return alone(case, party, "claim", {"name": "志愿者", "phone": phone})


def help_out(case: Case) -> None:
    claim(case)
    alone(case, FANG, "helped")


def sure(case: Case) -> None:
    case.decide("sure", {"how": "web"})


def bring(case: Case) -> None:
    case.give("record_papers", ["safety"])


def hand_over(case: Case) -> None:
    case.do(KEEPER, "hand_over")


# How a case leaves each stage on the way to the end everybody hopes for.
ONWARDS: dict[str, Callable[[Case], None]] = {
    "desk": take,
    "checks": check,
    "council": agree,
    "keys": fetch,
    "approval": approve,
    "helpers": help_out,
    "confirm": sure,
    "papers": bring,
}
STAGES = [*ONWARDS, "handover"]


def until(case: Case, stage: str) -> Case:
    """The case walks on to this stage; over the council only if it is to stay there."""
    for one in STAGES[: STAGES.index(stage)]:
        if one != "council":
            (doubt if (one, stage) == ("checks", "council") else ONWARDS[one])(case)
    case.stands(stage)
    return case


def promised(front: Front) -> Case:
    """A case with a debt, an hour before it must be paid."""
    case = asked(front, guests=80)
    case.do(CLERK, "promise")
    front.tick(case.promised("safety") - timedelta(hours=1), case.number)
    return case


def ended(case: Case, result: str, last: str) -> None:
    """At its end, with its last event before the closing, and the resident has heard."""
    case.stands(ended=True, result=result)
    assert last in case.happened()
    told = [one for one in case.view()["notices"] if one["state"] == "sms"]
    own = {name for name, notice in HALL["notices"].items() if last in notice["on"]}
    heard = own & {one["notice"] for one in told}
    assert heard, f"nobody was told of {last}"


def ways(world: World, case: Case) -> set[tuple[str, str]]:
    """(stage, outcome) of every way the case has gone, as its machine was told."""
    rows = world.store.partition(Table.CASES, f"case#{case.number}", "out#")
    effects = [effect for row in rows for effect in row["effects"]]
    return {(one["stage"], one["outcome"]) for one in effects if one["do"] == "signal"}


def said(case: Case, phone: str, words: str) -> str:
    """The one text to the phone about this case with these words."""
    (text,) = [one for one in case.front.messages(phone) if case.number in one and words in one]
    return text


def lent(front: Front) -> Case:
    """The whole way, with a promise, a doubt, a helper more than needed and some damage; those
    who are asked by text answer by text."""
    phone, fang, qin = new_phone(), new_phone(), new_phone()
    case = asked(front, guests=80, helpers=1, phone=phone)
    assert case.attempt(CLERK, "take", {**TAKEN, "notice": "曾广福家办喜事"}).status == 422
    case.do(CLERK, "promise")
    take(case)

    says(case, "power", "object", TEXT)
    case.stands("checks")
    says(case, "noise", "pass")
    case.stands("council")
    assert attempt(case, "fire", "pass").status == 409

    assert case.attempt(CHAIR, "agree").status == 409
    agree(case)
    case.stands("keys")
    fetch(case)
    case.stands("approval")
    assert attempt(case, "north", "hand").status == 409
    says(case, "elder", "no", TEXT)
    case.stands("approval")
    approve(case)

    case.stands("helpers", status="published")
    card = expect(front.http("GET", f"/cases/{case.number}", None, QIN), 200)["card"]
    assert (card["category"], card["text"]) == ("wedding", TAKEN["notice"])
    assert "曾广福" not in str(card)
    assert "waiting" not in claim(case, FANG, fang)
    assert claim(case, QIN, qin)["waiting"] == 1
    assert said(case, qin, "候补")
    assert said(case, fang, "来不了回复0")
    case.answer(fang, "0")
    assert said(case, qin, "来不了回复0")
    alone(case, QIN, "helped")

    case.stands("confirm", status="to_confirm")
    code = re.findall("还借请回复([0-9]{4})，要改回复0", said(case, phone, "还借请回复"))
    case.answer(phone, *code)
    case.stands("papers")
    bring(case)
    case.stands("handover", status="ready")
    case.do(KEEPER, "damage", TEXT)
    hand_over(case)
    case.answer(phone, "1")
    return case


def thought_over(front: Front) -> Case:
    """Sent back, without keys, without helpers, changed by the applicant, and given up."""
    case = asked(front, helpers=5)
    take(case)
    doubt(case)
    case.do(CHAIR, "back")
    take(case)
    check(case)
    says(case, "north", "miss")
    case.stands("desk")
    take(case, offices=["noise"], advisers=["elder"])
    says(case, "noise", "pass")
    case.stands("keys")
    fetch(case)
    says(case, "elder", "yes")
    case.stands("helpers")
    case.after(case.due("helping"))
    case.stands("confirm")
    case.decide("unsure", {"how": "web"})
    case.stands("desk")
    case.do(CLERK, "decline", REFUSAL)
    return case


def turned_down(front: Front) -> Case:
    """Nobody answers the council in time, so the chair may conclude alone."""
    case = asked(front)
    take(case)
    doubt(case)
    assert case.attempt(CHAIR, "turn_down", REFUSAL).status == 409
    case.after(case.due("counsel"))
    case.do(SUPERVISOR, "seen", TEXT_SEEN)
    case.do(CHAIR, "turn_down", REFUSAL)
    return case


def disapproved(front: Front) -> Case:
    case = until(asked(front), "approval")
    says(case, "mayor", "no", TEXT)
    return case


def cancelled(front: Front) -> Case:
    case = until(asked(front), "helpers")
    claim(case)
    case.do(CLERK, "cancel", REFUSAL)
    return case


def unanswered(front: Front) -> Case:
    case = until(asked(front), "confirm")
    case.after(case.due("answering"))
    return case


def lapsed(front: Front, stage: str = "papers") -> Case:
    case = until(promised(front), stage)
    case.after(case.promised("safety"))
    return case


def withdrawn(front: Front, stage: str = "keys") -> Case:
    case = asked(front, guests=80)
    case.do(CLERK, "promise")
    until(case, stage).decide("withdraw", {"how": "web"})
    return case


ENDS: dict[str, tuple[Callable[[Front], Case], str, str]] = {
    "a council that turns it down": (turned_down, "declined", "turned_down"),
    "a mayor who disapproves": (disapproved, "declined", "disapproved"),
    "a party that is cancelled": (cancelled, "declined", "cancelled"),
    "an applicant who does not answer": (unanswered, "unused", "silent"),
    "a promise that is not kept": (lapsed, "lapsed", "lapsed"),
    "an applicant who withdraws": (withdrawn, "withdrawn", "withdrawn"),
}


def test_a_service_is_open_as_soon_as_a_publisher_has_sent_its_document(front: Front) -> None:
    report = opened(front)

    assert report["state"] == "done"
    assert (report["outcome"]["service"], report["outcome"]["version"]) == (SERVICE, 1)
    guide = expect(front.http("GET", f"/services/{SERVICE}"), 200)
    assert guide["form"] == HALL["form"]
    asked(front).stands("desk", status="received", unit="hall-office", site="jz-t1-v1")


def test_the_hall_is_lent_after_doubts_helpers_a_late_paper_and_some_damage(front: Front) -> None:
    opened(front)

    case = lent(front)

    ended(case, "held", "handed_over")
    assert [one["state"] for one in case.mine()["papers"]["promised"]] == ["in"]
    case.do(KEEPER, "mend")
    case.do(SUPERVISOR, "answer", TEXT)
    assert case.happened()[-4:] == ["closed", "rated_badly", "mended", "rating_answered"]
    assert case.happened().count("help_claimed") == 2
    beside = [one for one in case.view()["tasks"] if one["kind"] == "side"]
    assert {one["outcome"] for one in beside} == {"mend", "answer"}


def test_a_request_goes_back_and_on_and_is_given_up_in_the_end(front: Front) -> None:
    opened(front)

    case = thought_over(front)

    ended(case, "declined", "declined")
    slip = next(one for one in case.mine()["documents"] if one["document"] == "slip")
    assert "安全有顾虑" in slip["body"] and REFUSAL["text"] in slip["body"]
    assert case.happened().count("taken") == 3


@pytest.mark.parametrize(("play", "result", "last"), ENDS.values(), ids=ENDS.keys())
def test_every_other_end_is_reached_and_told(
    front: Front, play: Callable[[Front], Case], result: str, last: str
) -> None:
    opened(front)

    ended(play(front), result, last)


def test_the_case_survives_the_death_of_its_execution_in_every_stage(world: World) -> None:
    opened(world)
    case = asked(world, guests=80)
    case.do(CLERK, "promise")
    for stage in STAGES:
        case.stands(stage)
        world.kill(case.number)
        world.recover(case.number)
        {**ONWARDS, "checks": doubt}.get(stage, hand_over)(case)

    ended(case, "held", "handed_over")
    assert case.happened().count("resumed") == len(STAGES)


def test_between_them_the_cases_have_gone_every_way_of_the_flow(world: World) -> None:
    opened(world)
    cases = [lent(world), thought_over(world), *(play(world) for play, _, _ in ENDS.values())]
    cases += [withdrawn(world, stage) for stage in ONWARDS]
    cases += [lapsed(world, stage) for stage in ONWARDS]

    service = Service(HALL)
    open_stages = [stage for stage in service.stages if stage != service.tell]
    there_are = {(stage, code) for stage in open_stages for code in service.ways(stage)}
    # Behind the gate there is no debt that could lapse.
    gone = {way for case in cases for way in ways(world, case) if way[0] != service.tell}
    assert gone == there_are - {("handover", "lapsed")}


def test_no_python_of_the_application_names_anything_of_it() -> None:
    named = re.compile("|".join(map(re.escape, (SERVICE, *OWN_NAMES))))

    assert len(MODULES) > 60
    assert [path.name for path in MODULES if named.search(path.read_text("utf-8"))] == []
