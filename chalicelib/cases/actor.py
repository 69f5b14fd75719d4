"""Who does something to a case, and under which idempotency key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# For whom an agent acts: ids only, and the applicant has no other.
PRINCIPAL = "applicant"


@dataclass(frozen=True)
class Actor:
    """Who did it, in which role, for which absent person; an agent besides for which principal and
    by which mandate. `system` and `applicant` stand for themselves."""

    party: str
    role: str
    holder: str = ""
    principal: str = ""
    mandate: str = ""

    def data(self) -> dict[str, str]:
        more = {"for": self.holder, "principal": self.principal, "mandate": self.mandate}
        said = {name: value for name, value in more.items() if value}
        return {"party": self.party, "as": self.role, **said}


def actor_of(data: Mapping[str, Any]) -> Actor:
    """Who it was that an event names."""
    more = (data.get(name, "") for name in ("for", "principal", "mandate"))
    return Actor(data["party"], data["as"], *more)


SYSTEM = Actor("system", "system")


@dataclass(frozen=True)
class Mark:
    """An idempotency key as the event remembers it: hashes of key and body."""

    key: str
    body: str
