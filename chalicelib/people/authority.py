"""Who may do what: one table and one pure function (D8).

A grant reaches its node and everything below it: the node is an element of the other's path, so
`gz/1` never reaches `gz/10`. A route not listed here fails the build (a test compares both ways).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.people.directory import Grant


class Need(StrEnum):
    """What a route asks of its caller before anything is read."""

    NOBODY = "nobody"
    SECRET = "secret"
    MAYBE = "maybe"
    OFFICER = "officer"
    PUBLISHER = "publisher"
    SIGNED = "signed"


ROUTES: dict[tuple[str, str], Need] = {
    ("GET", "/services"): Need.MAYBE,
    ("GET", "/services/{service}"): Need.MAYBE,
    ("GET", "/services/{service}/versions/{version}"): Need.NOBODY,
    ("GET", "/services/{service}/versions/{version}/flow"): Need.NOBODY,
    ("GET", "/services/{service}/versions/{version}/form"): Need.NOBODY,
    ("GET", "/services/{service}/versions/{version}/openapi.json"): Need.NOBODY,
    ("GET", "/openapi.json"): Need.NOBODY,
    ("GET", "/schemas/service-document/1"): Need.NOBODY,
    ("GET", "/board"): Need.NOBODY,
    ("GET", "/postings"): Need.NOBODY,
    ("GET", "/documents/{document_number}"): Need.NOBODY,
    ("POST", "/services/{service}/papers"): Need.MAYBE,
    ("POST", "/services/{service}/cases"): Need.MAYBE,
    ("GET", "/my/cases/{number}"): Need.SECRET,
    ("POST", "/my/cases/{number}/actions"): Need.SECRET,
    ("GET", "/my/cases/{number}/documents/{document}"): Need.SECRET,
    ("GET", "/my/records/{record}"): Need.SECRET,
    ("GET", "/records"): Need.OFFICER,
    ("GET", "/inbox"): Need.OFFICER,
    ("GET", "/bonds"): Need.OFFICER,
    ("GET", "/cases/{number}"): Need.OFFICER,
    ("GET", "/cases/{number}/why"): Need.OFFICER,
    ("GET", "/cases/{number}/members"): Need.OFFICER,
    ("POST", "/cases/{number}/bulk"): Need.OFFICER,
    ("GET", "/cases/{number}/bulk/{job}"): Need.OFFICER,
    ("GET", "/cases/{number}/documents/{document}"): Need.OFFICER,
    ("POST", "/cases/{number}/actions"): Need.OFFICER,
    ("POST", "/cases/{number}/tasks/{task}/actions"): Need.OFFICER,
    ("POST", "/channels/sms"): Need.SIGNED,
    ("POST", "/channels/bodies/{body}"): Need.SIGNED,
    ("POST", "/services"): Need.PUBLISHER,
    ("GET", "/uploads"): Need.PUBLISHER,
    ("GET", "/uploads/{upload}"): Need.PUBLISHER,
    ("GET", "/uploads/{upload}/document"): Need.PUBLISHER,
    ("POST", "/services/{service}/orders"): Need.PUBLISHER,
    ("GET", "/services/{service}/orders/{order}"): Need.PUBLISHER,
    ("GET", "/services/{service}/history"): Need.PUBLISHER,
    ("GET", "/packages/key"): Need.NOBODY,
    ("GET", "/packages"): Need.PUBLISHER,
    ("POST", "/packages"): Need.PUBLISHER,
    ("POST", "/services/{service}/rebases"): Need.PUBLISHER,
    ("GET", "/services/{service}/rebases/{job}"): Need.PUBLISHER,
    ("GET", "/presets"): Need.PUBLISHER,
    ("GET", "/presets/{kind}"): Need.PUBLISHER,
}

# Roles that may read a case on whose path they hold a grant. Publishers and operators are not
# among them: running the system gives no sight of what people wrote.
READERS = frozenset({"acceptor", "examiner", "approver", "issuer", "head", "supervisor", "caller"})


# Who may be in a case beside the applicant, with a receipt of their own. They are few and fixed,
# so that a secret is known for whose it is before anything of a case is read.
SIDES = ("respondent", "principal", "agent", "other")
# How such a party is called as an actor, and a body outside that answers by a signed message; no
# token may pose as one, and nobody of the directory.
SIDE, BODY = "party:", "body:"


class Caller(NamedTuple):
    """Who asks: nobody known, an applicant or another party of a case who holds a receipt, a body
    outside that has signed what it says, or somebody with grants."""

    id: str
    name: str = ""
    grants: tuple[Grant, ...] = ()

    @property
    def known(self) -> bool:
        return self.id not in (ANONYMOUS.id, APPLICANT.id)

    @property
    def side(self) -> str:
        """Which party of a case beside the applicant it is; empty for everybody else."""
        return side_of(self.id)

    @property
    def outside(self) -> str:
        """Its id where it is such a party or a body outside; empty for everybody else."""
        return self.id if is_outside(self.id) else ""


ANONYMOUS = Caller("anonymous")
APPLICANT = Caller("applicant")
SYSTEM = Caller("system")


def side_of(party: str) -> str:
    """The party of a case that an actor's id names; empty for everybody else."""
    return party.removeprefix(SIDE) if party.startswith(SIDE) else ""


def is_outside(party: str) -> bool:
    """Whether an actor's id is that of a party of the case or of a body outside."""
    return party.startswith((SIDE, BODY))


def outside_of(word: Any) -> str:
    """The actor's id that the `by` of an action or the `to` of a notice names: a party of the case
    or a body outside; empty for the words that they may be instead."""
    if not isinstance(word, Mapping):
        return ""
    ((kind, name),) = word.items()
    return f"{kind}:{name}"


def party_of(word: Any) -> str:
    """The party of a case that they name."""
    return side_of(outside_of(word))


def grant_of(grants: Iterable[Grant], role: str, path: Sequence[str], today: date) -> Grant | None:
    """The grant that gives the role at the node with this path, today; one's own come first."""
    fitting = (
        grant
        for grant in grants
        if grant.role == role and grant.node in path and grant.holds_on(today)
    )
    return min(fitting, key=lambda grant: grant.holder != "", default=None)


def holds(grants: Iterable[Grant], role: str, path: Sequence[str], today: date) -> bool:
    """Whether one of the grants gives the role at the node with this path, today."""
    return grant_of(grants, role, path, today) is not None


def reads(
    grants: Iterable[Grant],
    paths: Iterable[Sequence[str]],
    today: date,
    readers: Collection[str] = READERS,
) -> bool:
    """Whether one of the grants lets its holder read a case that lies on these paths."""
    nodes = {node for path in paths for node in path}
    return any(
        grant.role in readers and grant.node in nodes and grant.holds_on(today) for grant in grants
    )
