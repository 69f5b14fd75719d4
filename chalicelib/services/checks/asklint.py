"""Notices that ask: every digit leads to something its addressee may do, with details that fit.

Reads schemas, so these must be sound.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from chalicelib.people.authority import party_of
from chalicelib.platform.errors import Finding
from chalicelib.platform.json import compact
from chalicelib.services.checks.deadlint import recorded_elsewhere
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.formlint import OURS
from chalicelib.services.document import Data, Listed, Service
from chalicelib.services.forms.answers import compiled
from chalicelib.services.forms.price import BUDGET, priced

CLAIM = "claim"
# What trying a reply takes beside what its schema does, in units of `price`.
A_TRY = 200
NOTHING: Mapping[str, Any] = {"maxProperties": 0}


class Asked:
    """What one action asks for: compiled once, however many replies are tried on it."""

    def __init__(self, action: Data) -> None:
        schema = action.get("input", NOTHING)
        self._price = priced(schema)
        self._validator = compiled(schema, OURS)

    def units(self, size: int) -> float:
        """What trying details of so many bytes may take, in units of `price`."""
        return A_TRY + self._price.of(size)

    def fits(self, details: Any) -> bool:
        return self._validator.is_valid(details)


# By the name of the action and its addressee.
Actions = Mapping[tuple[str, str], Sequence[Listed]]
HOLDER, APPLICANT = "holder", "applicant"


def _takeable(service: Service) -> Actions:
    """The actions that addressees may take: the holder of a claim, a party, or the applicant; of
    parts only those that wait for an office, not for somebody who holds them."""
    found: defaultdict[tuple[str, str], list[Listed]] = defaultdict(list)
    for one in service.every_action():
        by = one.data.get("by", "officer")
        if "/parts/claim/" in one.at and "who" not in one.data:
            found[one.name, HOLDER].append(one)
        if by != "officer" and ("/parts/" not in one.at or _shared(service, one)):
            found[one.name, party_of(by) or APPLICANT].append(one)
    return found


def _shared(service: Service, one: Listed) -> bool:
    """Whether its part is one of a fanout that the document lists."""
    return service.stages[one.stage]["kind"] == "fanout" and not service.spread(one.stage)


def ask_findings(service: Service) -> Iterator[Finding]:
    about = _only_of_claims(service)
    for name, notice in service.data["notices"].items():
        at = f"/notices/{name}"
        replies = notice.get("asks", {}).get("replies", {})
        shows = any("{code}" in text for text in notice["texts"]["sms"].values())
        if shows is not ("code" in replies):
            zh, en = "{code}与回复code须同时写", "{code} and the reply code go together"
            yield finding(f"{at}/asks/replies/code", "code", zh, en)
        if notice.get("to") == "holder":
            yield from _holder(about, at, notice)
    yield from _replies(service)


def _only_of_claims(service: Service) -> Set[str]:
    """The events that are about a claim whenever they happen, and so have a holder."""
    about = Counter(_about_claims(service))
    return about.keys() - recorded_elsewhere(service, about)


def _holder(about: Set[str], at: str, notice: Data) -> Iterator[Finding]:
    for event in notice["on"]:
        if event not in about:
            zh, en = f"{event}与认领无关", f"{event} is about no claim"
            yield finding(f"{at}/to", "holder", zh, en)


def _about_claims(service: Service) -> Iterator[str]:
    for stage, definition in service.stages.items():
        if definition["kind"] == "pool":
            yield "claim_void"
            yield definition.get("hold", {}).get("event", "")
            for action in service.actions(stage).values():
                if CLAIM in action.get("does", []):
                    yield from (action["event"], action.get("else_event", ""))
            for action in service.parts(stage).get(CLAIM, {}).get("actions", {}).values():
                yield from (action["event"], action.get("else_event", ""))


def _replies(service: Service) -> Iterator[Finding]:
    """They are tried as long as that takes no more than one check of a form may."""
    actions, asked, left = _takeable(service), dict[str, Asked](), float(BUDGET)
    for at, addressee, reply in _every_reply(service):
        taken = actions.get((reply.get("action", ""), addressee), ())
        yield from _reply(at, reply, taken)
        details = reply.get("details", {})
        size = len(compact(details).encode())
        for one in taken if "say" not in reply else ():
            if one.at not in asked:
                asked[one.at] = Asked(one.data)
            left -= asked[one.at].units(size)
            if left < 0:
                zh, en = (
                    "短信答复过多，或其操作的表单过大",
                    "too many replies, or to too large actions",
                )
                yield finding("/notices", "cost", zh, en)
                return
            if not asked[one.at].fits(details):
                zh, en = "内容与操作要求不符", "the details are not what the action asks for"
                yield finding(f"{at}/details", "input", zh, en)


def _every_reply(service: Service) -> Iterator[tuple[str, str, Data]]:
    """Its pointer, who is asked, and itself."""
    for name, notice in service.data["notices"].items():
        to = notice.get("to", APPLICANT)
        for digit, reply in notice.get("asks", {}).get("replies", {}).items():
            yield f"/notices/{name}/asks/replies/{digit}", party_of(to) or to, reply


def _reply(at: str, reply: Data, taken: Sequence[Listed]) -> Iterator[Finding]:
    if ("say" in reply) is ("action" in reply):
        zh, en = "须写操作或告知之一", "an action, or something to say: one of them"
        yield finding(at, "reply", zh, en)
    elif "action" in reply and not taken:
        zh, en = "收信人不能办理此操作", "the addressee cannot take this action"
        yield finding(f"{at}/action", "target", zh, en)
