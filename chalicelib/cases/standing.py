"""How a member stands to its container, from its own row; pure."""

from collections.abc import Mapping
from typing import Any

from chalicelib.services.document import Service

# Under way; ended as it should; withdrawn, or ended against whoever asked.
OPEN, DONE, DROPPED = STATES = ("open", "done", "dropped")
WITHDRAWN = "withdrawn"
PART_OF = "part_of"


def state_of(service: Service, case: Mapping[str, Any]) -> str:
    if not case["ended"]:
        return OPEN
    result = service.data["results"][case["result"]]
    return DROPPED if result["negative"] or result["status"] == WITHDRAWN else DONE


def place(container: str, state: str) -> str:
    """Where these members stand in the inbox index; those of tests apart, as `listed` says."""
    return f"part@{container}#{state}"


def joined(container: str, at: str, number: str) -> dict[str, str]:
    """What a case gets that becomes a member: members are listed in the order of joining."""
    return {PART_OF: container, "inbox_at": f"{at}#{number}"}
