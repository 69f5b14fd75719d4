"""The micro-wish, played: confirmed by SMS, passed on and promoted, referred, expired."""

import re
from collections.abc import Callable
from typing import Any

from infra.bundle import ROOT
from infra.player import Case, Departure, Front, a_phone, expect
from infra.seed import example

GRID, VETTER, CALLER = "grid-luo", "officer-tang", "officer-he"
FANG, QIN = "volunteer-fang", "volunteer-qin"
FORMS = ROOT / "forms" / "micro-wish" / "examples" / "pass"
PUBLIC = {"wish": "想要一件过冬用的厚棉衣，深色的。", "whom": "困难老人"}
NAMES = {FANG: "方志愿", QIN: "秦志愿"}


def recorded(front: Front, name: str = "goods", **more: Any) -> Case:
    """A wish of somebody with a phone of their own, unless `more` names another."""
    known = example(FORMS / f"{name}.json")["answers"]
    answers = {**known, "beneficiary": {**known["beneficiary"], "phone": a_phone()}, **more}
    case = Case.submit(
        front, answers, [], GRID, "micro-wish", VETTER, channel="outreach", site="jz-t1-v1"
    )
    case.stands("vet")
    return case


def published(front: Front, name: str = "goods", **more: Any) -> Case:
    case = recorded(front, name, **more)
    case.do(VETTER, "publish", PUBLIC)
    case.stands("offer", status="published")
    return case


def claimed(case: Case, *volunteers: str) -> None:
    for volunteer in volunteers:
        said = {"name": NAMES[volunteer], "phone": a_phone()}
        expect(case.alone(volunteer, "claim", said), 200)


def on_the_board(front: Front, case: Case) -> bool:
    page = expect(front.http("GET", "/board?node=jz-t1-v1"), 200)
    return case.number in [card["case"] for card in page["cards"]]


def code_of(front: Front, case: Case, phone: str) -> str:
    """The digits the beneficiary was asked to send."""
    texts = [text for text in front.messages(phone) if case.number in text]
    found = re.search(r"请回复(\d{4})", texts[-1])
    if found is None:
        raise Departure(f"no code in {texts}")
    return found[1]


def confirmed_by_sms(front: Front) -> Case:
    phone = a_phone()
    beneficiary = {**example(FORMS / "goods.json")["answers"]["beneficiary"], "phone": phone}
    case = published(front, beneficiary=beneficiary)
    if not on_the_board(front, case):
        raise Departure("a published wish stands on the board")
    claimed(case, FANG)
    if on_the_board(front, case):
        raise Departure("a wish that is taken is off the board")
    case.do(GRID, "introduce", {"address": "上村三组12号，周六上午在家"})
    expect(case.alone(FANG, "fulfil"), 200)
    case.stands("confirm", status="to_confirm")
    case.answer(phone, code_of(front, case, phone))
    case.stands(ended=True, result="fulfilled")
    case.answer(phone, "5")
    if "rated" not in case.happened():
        raise Departure("the digit 5 is a rating")
    return case


def passed_on_and_promoted(front: Front) -> Case:
    case = published(front)
    claimed(case, FANG, QIN)
    case.after(case.held_until())
    expect(case.alone(QIN, "fulfil"), 200)
    case.do(GRID, "promote", {"helper": QIN, "pledge": "每月上门一次，照看老人起居。"})
    case.stands(ended=True, result="promoted")
    bonds = expect(front.http("GET", "/bonds", None, QIN), 200)["bonds"]
    if case.number not in [bond["case"] for bond in bonds]:
        raise Departure("the helper has a bond")
    return case


def referred(front: Front) -> Case:
    case = recorded(front, "over-the-ceiling")
    if case.attempt(VETTER, "publish", PUBLIC).status != 409:
        raise Departure("over the ceiling nothing is published")
    words = {"reason": "W1", "text": "超过微心愿限额，由民政救助跟进。", "right_door": "镇民政办"}
    case.do(VETTER, "refer", words)
    case.stands(ended=True, result="referred")
    return case


def expired(front: Front) -> Case:
    case = published(front)
    case.after(case.due("offered"))
    case.stands(ended=True, result="expired")
    return case


PLAYS: dict[str, Callable[[Front], Case]] = {
    "一、认领、实现、短信确认 · claimed, fulfilled, confirmed by SMS": confirmed_by_sms,
    "二、逾期转给候补，转长期结对 · passed on, then a long bond": passed_on_and_promoted,
    "三、超过限额，转救助 · over the ceiling: another scheme": referred,
    "四、期满无人认领 · nobody claimed it": expired,
}
