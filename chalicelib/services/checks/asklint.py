"""Notices that ask: every digit leads to something its addressee may do, with details that fit."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.deadlint import recorded_elsewhere
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.formlint import schema_findings
from chalicelib.services.document import Data, Service
from chalicelib.services.forms.answers import compiled
from chalicelib.services.forms.formats import named

CLAIM = "claim"


def ask_findings(service: Service) -> Iterator[Finding]:
    for name, notice in service.data["notices"].items():
        at = f"/notices/{name}"
        replies = notice.get("asks", {}).get("replies", {})
        shows = any("{code}" in text for text in notice["texts"]["sms"].values())
        if shows is not ("code" in replies):
            zh, en = "{code}与回复code须同时写", "{code} and the reply code go together"
            yield finding(f"{at}/asks/replies/code", "code", zh, en)
        if notice.get("to") == "holder":
            yield from _holder(service, at, notice)
        for digit, reply in replies.items():
            yield from _reply(service, f"{at}/asks/replies/{digit}", notice, reply)


def _holder(service: Service, at: str, notice: Data) -> Iterator[Finding]:
    """Only events that are about a claim have a holder."""
    about = Counter(_about_claims(service))
    elsewhere = recorded_elsewhere(service, about)
    for event in notice["on"]:
        if event not in about or event in elsewhere:
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


def _reply(service: Service, at: str, notice: Data, reply: Data) -> Iterator[Finding]:
    if ("say" in reply) is ("action" in reply):
        yield finding(
            at, "reply", "须写操作或告知之一", "an action, or something to say: one of them"
        )
        return
    if "say" in reply:
        return
    actions = list(_takeable(service, notice, reply["action"]))
    if not actions:
        zh, en = "收信人不能办理此操作", "the addressee cannot take this action"
        yield finding(f"{at}/action", "target", zh, en)
    for action in actions:
        if not _fits(action.get("input"), reply.get("details", {})):
            zh, en = "内容与操作要求不符", "the details are not what the action asks for"
            yield finding(f"{at}/details", "input", zh, en)


def _takeable(service: Service, notice: Data, name: str) -> Iterator[Data]:
    holder = notice.get("to") == "holder"
    for one in service.every_action():
        own = "/parts/claim/" in one.at and "who" not in one.data
        by = one.data.get("by", "officer") != "officer" and "/parts/" not in one.at
        if one.name == name and (own if holder else by):
            yield one.data


def _fits(schema: Mapping[str, Any] | None, details: Any) -> bool:
    """Also where the schema itself is faulty, which is told elsewhere."""
    if schema is None:
        return not details
    if next(schema_findings("", schema), None) is not None:
        return True
    return bool(compiled(schema, named(lambda: date.max)).is_valid(details))
