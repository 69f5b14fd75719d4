"""What could not be got done, played: a paper waived, a joint review, explained, taken up."""

from collections.abc import Callable
from typing import Any

from infra.bundle import ROOT
from infra.player import Case, Departure, Front, a_phone, expect
from infra.plays import licence
from infra.seed import example

TRIAGE, CHAIR, HEADS = "officer-ma", "officer-guo", ("officer-dong", "officer-yuan", "officer-cao")
UNIT_HEAD, CALLER, DISCIPLINE, OTHER = "officer-pan", "officer-he", "officer-ren", "officer-zhao"
FORMS = ROOT / "forms" / "blocked" / "examples" / "pass"
EXPLAINED = {
    "reason": "B1",
    "basis": "区级规定",
    "text": "按规定不能办。",
    "right_door": "镇民政办",
}


def reported(front: Front, name: str, phone: str, **more: Any) -> Case:
    answers = {**example(FORMS / f"{name}.json")["answers"], **more}
    answers["reporter"] = {**answers["reporter"], "phone": phone}
    case = Case.submit(front, answers, [], None, "blocked", TRIAGE)
    case.stands("triage")
    return case


def opinions(case: Case, *heads: str) -> None:
    for head in heads:
        expect(case.alone(head, "opine", {"text": "可以先办，材料可共享取得。"}), 200)


def waived_after_review(front: Front) -> Case:
    """A licence waits for a paper that does not apply; the section heads agree to go on."""
    original = licence.submitted(front, without=("P3",))
    phone = a_phone()
    case = reported(front, "about-a-case", phone, about={"case": original.number})
    case.do(TRIAGE, "triage", {"causes": ["requirement", "several"]})
    participants = [{"party": head} for head in HEADS]
    case.do(CHAIR, "convene", {"participants": participants, "question": "住所证明是否必要"})
    opinions(case, *HEADS[:2])
    case.do(CHAIR, "conclude_solved", {"text": "由区大厅共享核验，不再要求提交。"})
    if case.alone(HEADS[2], "opine", {"text": "晚了"}).status != 409:
        raise Departure("a late opinion is refused")
    case.do(TRIAGE, "waive", {"paper": "P3", "text": "经营场所在校内，不适用。"})
    case.stands("confirm")
    front.settle(original.number)
    if original.mine()["papers"]["missing"]:
        raise Departure("the original case goes on without the paper")
    original.do(licence.VILLAGE, "accept")
    case.answer(phone, "1")
    case.stands(ended=True, result="solved")
    return case


def redone_by_others(front: Front) -> Case:
    """What is said about staff becomes a case that only its readers know of."""
    phone = a_phone()
    case = reported(front, "with-conduct", phone)
    if expect(front.http("GET", f"/cases/{case.number}", None, TRIAGE), 200)["answers"].get(
        "conduct"
    ):
        raise Departure("what is said about staff is not in this case")
    case.do(TRIAGE, "triage", {"causes": ["redo", "attitude"]})
    case.do(UNIT_HEAD, "answered", {"text": "已向本人说明并改正。"})
    case.do(OTHER, "redone", {"text": "材料齐全，已受理。"})
    case.stands("confirm")
    case.answer(phone, "2")
    case.stands("callback")
    case.do(CALLER, "solved")
    case.stands(ended=True, result="solved")
    return case


def explained(front: Front) -> Case:
    case = reported(front, "failed-visit", a_phone())
    case.do(TRIAGE, "triage", {"causes": ["policy"]})
    case.do(TRIAGE, "explain", EXPLAINED)
    case.stands(ended=True, result="explained")
    return case


def taken_up(front: Front) -> Case:
    """An overdue licence is proposed to the window by itself."""
    late = licence.submitted(front)
    late.do(licence.VILLAGE, "accept")
    late.after(late.due("statutory"))
    opened = late.do(TRIAGE, "take_up")["opened"]
    front.settle(opened)
    case = Case(front, opened, "", TRIAGE)
    case.stands("triage", about=late.number)
    late.do(licence.EXAMINER, "propose_grant")
    return case


PLAYS: dict[str, Callable[[Front], Case]] = {
    "一、会商后免交材料，原件继续 · a paper waived after a joint review": waived_after_review,
    "二、换人办理，回访确认 · redone by somebody else, called back": redone_by_others,
    "三、政策不允许，说明依据和出路 · explained, with another way": explained,
    "四、超期办件自动转窗口跟进 · an overdue case is taken up": taken_up,
}
