"""What is handed in for the publisher function: by whom, under which name, what became of it."""

import hashlib
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from chalicelib.people.authority import Caller
from chalicelib.platform.errors import KeyReused, NotPermitted
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Row
from chalicelib.routes.door import Door

if TYPE_CHECKING:
    from chalicelib.cases import idempotency
else:
    idempotency = lazy("chalicelib.cases.idempotency")

ROLE = "publisher"


def publisher(door: Door) -> Caller:
    """The caller, who may publish today. Raises NotIdentified, NotFound, NotPermitted."""
    caller = door.officer()
    today = door.house.today()
    if not any(grant.role == ROLE and grant.holds_on(today) for grant in caller.grants):
        zh, en = "须由事项发布人员办理", "This is for: publisher"
        raise NotPermitted({"zh-Hans": zh, "en": en})
    return caller


def name_of(door: Door, scope: str) -> tuple[str, str]:
    """What is handed in is known by its key: (its name, the hash of the request)."""
    key = idempotency.key_for(door.header("idempotency-key"), scope, door.raw)
    return hashlib.sha256(key.hash.encode()).hexdigest()[:32], key.body


def job_of(door: Door, scope: str, over: Callable[[str], bool]) -> tuple[str, str]:
    """The job's name, and the hash of the request.

    Without an Idempotency-Key the same request is the same job until that is `over`, and then
    another: cases have come or gone on since.
    """
    if door.header("idempotency-key") is not None:
        return name_of(door, scope)
    day = door.house.today().isoformat()
    names = (name_of(door, f"{scope}|{day}|{turn}") for turn in count())
    return next(one for one in names if not over(one[0]))


def refuse_other(row: Row, body: str) -> None:
    """Raises KeyReused when the key came with another body before."""
    if row["body"] != body:
        raise KeyReused


def handed_in(row: Row) -> dict[str, Any]:
    return {"state": row["state"], "at": row["at"], "by": row["by"]}
