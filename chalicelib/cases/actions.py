"""What an action asks for: the schema of its details, also for tasks the engine opens by itself."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service, reasoned

REASON_SCHEMA: Mapping[str, Any] = {
    "reason": {"type": "string", "maxLength": 4},
    "text": {"type": "string", "minLength": 1, "maxLength": 500},
}
REASON_TITLES: Mapping[str, Texts] = {
    "reason": {"zh-Hans": "理由", "en": "Reason"},
    "text": {"zh-Hans": "通俗说明", "en": "In plain words"},
}


def _rung(zh: str, en: str, event: str) -> Mapping[str, Data]:
    """A task of the ladder of supervision: whoever it is for answers it."""
    step = {"type": "string", "minLength": 1, "maxLength": 500}
    return {
        "answer": {
            "titles": {"zh-Hans": f"回复{zh}", "en": f"Answer {en}"},
            "event": event,
            "input": {
                "type": "object",
                "additionalProperties": False,
                "required": ["step"],
                "properties": {"step": step},
            },
            "members": {
                "step": {"zh-Hans": "原因和下一步措施", "en": "Why it is so, and what is done next"}
            },
        }
    }


RUNGS: Mapping[str, Mapping[str, Data]] = {
    "urge": _rung("催办", "the reminder", "urge_answered"),
    "supervision": _rung("督办", "the supervision order", "supervision_answered"),
    "criticism": _rung("通报", "the criticism", "criticism_answered"),
}
# Actions on tasks that no stage of a document declares: calls, escalations, corrections, rungs.
ENGINE_TASKS: Mapping[str, Mapping[str, Data]] = {
    "call": {
        "called": {
            "titles": {"zh-Hans": "记下通话结果", "en": "Note how the call went"},
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
            "members": {
                "reached": {"zh-Hans": "打通了没有", "en": "Was anybody reached?"},
                "note": {"zh-Hans": "通话情况", "en": "What was said"},
            },
        }
    },
    "correction": {
        "correct": {
            "titles": {"zh-Hans": "按新表单补填", "en": "Fill in what the new form asks for"},
            "event": "corrected",
            "by": "either",
            "does": ["correct"],
            "input": {
                "type": "object",
                "additionalProperties": False,
                "required": ["answers"],
                "properties": {"answers": {"type": "object"}},
            },
        }
    },
    "escalation": {
        "seen": {
            "titles": {"zh-Hans": "记下督办措施", "en": "Note what is done about it"},
            "event": "escalation_seen",
            "input": {
                "type": "object",
                "additionalProperties": False,
                "required": ["step"],
                "properties": {"step": {"type": "string", "minLength": 1, "maxLength": 500}},
            },
            "members": {"step": {"zh-Hans": "督办措施", "en": "What is done about it"}},
        }
    },
    **RUNGS,
    # A reminder that goes by itself: there is nothing to do with it.
    "accountable": {},
}
WHEN: Mapping[str, Callable[[Row], bool]] = {
    "open": lambda case: not case["ended"],
    "decided": lambda case: "result" in case,
    "ended": lambda case: bool(case["ended"]),
    "always": lambda _: True,
}


class Stands(NamedTuple):
    """An action where it stands: who may take it, and a name for it that never changes."""

    action: Data
    who: Mapping[str, Any] | None
    place: str


def stands(service: Service, task: Row | None, name: str) -> Stands | None:
    """The action of a task (beside the stages, for None) as the document has it, if it has it."""
    if task is None:
        action: Data | None = service.acts.get(name)
        who, place = (action or {}).get("who"), "acts"
    elif task["task_kind"] in ENGINE_TASKS:
        action = ENGINE_TASKS[task["task_kind"]].get(name)
        who, place = None, task["task_kind"]
    else:
        holder = service.place(task)
        action = holder.get("actions", {}).get(name)
        own = None if task.get("party") else holder.get("who")
        who = (action or {}).get("who", own)
        place = f"{task.get('side') or task['stage']}/{task.get('part', '')}"
    return None if action is None else Stands(action, who, f"{service.content}/{place}/{name}")


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


def shown_schema(service: Service, action: Data, language: str) -> dict[str, Any]:
    """The same for people: the engine's own members are titled, the reason lists its codes."""
    schema = details_schema(action)
    titles = {**(REASON_TITLES if action.get("reason") else {}), **action.get("members", {})}
    members = {
        name: {**({"title": pick(titles[name], language)} if name in titles else {}), **member}
        for name, member in schema.get("properties", {}).items()
    }
    if action.get("reason"):
        ways = [choice(code, pick(one, language)) for code, one in reasons(service, action).items()]
        members["reason"] = {**members["reason"], "oneOf": ways}
    return {**schema, "properties": members} if members else schema


def reasons(service: Service, action: Data) -> dict[str, Texts]:
    """The codes that may be chosen as the reason of an action, with their titles."""
    what = reasoned(action)
    return {
        code: reason["titles"]
        for code, reason in service.data["reasons"].items()
        if what in reason["for"]
    }


def choice(value: str, title: str) -> dict[str, str]:
    """One of the titled constants that an enumerated member may be."""
    return {"const": value, "title": title}
