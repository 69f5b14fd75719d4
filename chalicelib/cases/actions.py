"""What an action asks for: the schema of its details, also for tasks the engine opens by itself."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.platform.ports import Row
from chalicelib.services.document import Data

REASON_SCHEMA: Mapping[str, Any] = {
    "reason": {"type": "string", "maxLength": 4},
    "text": {"type": "string", "minLength": 1, "maxLength": 500},
}
# Actions on tasks that no stage of a document declares: calls and escalations of the engine.
ENGINE_TASKS: Mapping[str, Mapping[str, Data]] = {
    "call": {
        "called": {
            "event": "called",
            "input": {
                "type": "object",
                "additionalProperties": False,
                "required": ["reached"],
                "properties": {
                    "reached": {"type": "boolean"},
                    "note": {"type": "string", "maxLength": 200},
                },
            },
        }
    },
    "escalation": {
        "seen": {
            "event": "escalation_seen",
            "input": {
                "type": "object",
                "additionalProperties": False,
                "required": ["step"],
                "properties": {"step": {"type": "string", "minLength": 1, "maxLength": 500}},
            },
        }
    },
}


WHEN: Mapping[str, Callable[[Row], bool]] = {
    "open": lambda case: not case["ended"],
    "decided": lambda case: "result" in case,
    "ended": lambda case: bool(case["ended"]),
    "always": lambda _: True,
}


def fits_now(case: Row, action: Data) -> bool:
    """Whether an action beside the stages may be taken as the case stands."""
    if not WHEN[action.get("when", "open")](case):
        return False
    if "to" not in action and "in" not in action:
        return True
    return "result" not in case and case.get("stage") in action.get("in", [case.get("stage")])


def details_schema(action: Data) -> dict[str, Any]:
    """The JSON Schema of an action's details; a reason has a code and plain words."""
    schema = dict(action.get("input") or {"type": "object", "additionalProperties": False})
    if action.get("reason"):
        schema["properties"] = {**REASON_SCHEMA, **schema.get("properties", {})}
        schema["required"] = sorted({*schema.get("required", []), "reason", "text"})
    return schema
