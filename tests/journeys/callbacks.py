"""An application that lies with the outside body, whose system answers by itself."""

from typing import Any

from infra.player import Case, Front
from tests.world import load_json

BODY = "fund-office"
WINDOW, ASSISTANT, CHECKER, APPROVER = (
    *("officer-wang", "assistant-xie", "officer-chen", "officer-huang"),
)
SENT = {
    "body": "省农业农村厅",
    "on": "2026-03-10",
    "licence": "吉农报〔2026〕12号",
    "how": "system",
    "proof": "回执0310",
}
HEARD = {
    "answer": "granted",
    "on": "2026-03-10",
    "number": "赣农计字〔2026〕15号",
    "body": "省农业农村厅",
    "amount": 500000,
}


def prepared(front: Front) -> Case:
    found: Any = load_json("forms/external-fund/examples/pass/coop-cold-store.json")
    case = Case.submit(front, found["answers"], ["F1", "F2", "F3", "F4"], None, "external-fund")
    case.do(WINDOW, "assign", {"assistant": "谢春林", "phone": "0796-8225678"})
    case.do(ASSISTANT, "prepared", {"asked": 500000})
    return case


def outside(front: Front) -> Case:
    """One that was sent out."""
    case = prepared(front)
    case.do(CHECKER, "pass")
    case.do(ASSISTANT, "sent", SENT)
    return case
