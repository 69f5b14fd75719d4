"""Who plays the journeys, and the words they use."""

from typing import Any

from tests.world import load_json

WINDOW = "officer-zhao"
VILLAGE = "officer-li"
EXAMINER = "officer-chen"
APPROVER = "officer-huang"
OTHER_APPROVER = "officer-wu"
HEAD = "officer-xu"
ISSUER = "officer-sun"
SUPERVISOR = "officer-zhou"
AGENT = "agent-deng"

LICENCE = {"licence": "91350100M000100Y43"}
HANDED = {"handed_to": "申请人本人", "how": "window", "proof": "送达回证已签"}
REFUSAL = {"reason": "J3", "text": "经营范围需要前置审批，没有批准文件。"}
SIGNED = {"signed": True, "signed_by": "申请人"}


def example(name: str = "individual-leased") -> dict[str, Any]:
    """Answers and needed papers of an example that must pass."""
    found: dict[str, Any] = load_json(f"forms/business-licence/examples/pass/{name}.json")
    return found
