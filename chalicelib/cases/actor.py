"""Who does something to a case, and under which idempotency key."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """Who did it, in which role, for which absent person; `system` and `applicant` stand for
    themselves."""

    party: str
    role: str
    holder: str = ""

    def data(self) -> dict[str, str]:
        data = {"party": self.party, "as": self.role}
        return {**data, "for": self.holder} if self.holder else data


SYSTEM = Actor("system", "system")


@dataclass(frozen=True)
class Mark:
    """An idempotency key as the event remembers it: hashes of key and body."""

    key: str
    body: str
