"""For whom a service is: what is for the public reaches everybody and tells them, what is for the
offices lets nobody else in, and where nobody outside is told nothing speaks to them."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.recordlint import PUBLIC
from chalicelib.services.document import NOBODY, OFFICE, Service

KEYWORD = "audience"


def audience_findings(service: Service) -> Iterator[Finding]:
    yield from _for_offices(service) if service.office else _for_public(service)
    yield from _nobody(service)
    yield from _untold(service) if service.untold else _told(service)


def _for_offices(service: Service) -> Iterator[Finding]:
    """Every channel has its role."""
    for index, channel in enumerate(service.data["channels"]):
        at, known = f"/channels/{index}", "who" in service.record
        if channel in PUBLIC:
            zh, en = "公众用这种渠道，机关内部事项不能用", "this channel is the public's own"
            yield finding(at, KEYWORD, zh, en)
        elif not known and channel not in service.data.get("intake", {}):
            zh = f"机关内部事项须在intake中写明{channel}由谁登记"
            en = f"a service for the offices says in intake who submits by {channel}"
            yield finding("/intake", "required", zh, en)
    if service.record and "who" not in service.record:
        zh, en = "机关内部事项须写明由谁登记", "a record for the offices says who may submit"
        yield finding("/record/who", "required", zh, en)


def _for_public(service: Service) -> Iterator[Finding]:
    if OFFICE in service.data["channels"]:
        at = f"/channels/{service.data['channels'].index(OFFICE)}"
        zh, en = "只有机关内部事项有此渠道", "only services for the offices have this channel"
        yield finding(at, KEYWORD, zh, en)
    if service.untold:
        zh, en = "向公众开放的事项须告知申请人", "what is for the public is told to who asked"
        yield finding("/audience", "required", zh, en)


def _nobody(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        if definition.get("for") == NOBODY and definition["kind"] != "tell":
            zh, en = "只有告知环节可以写nobody", "only the stage that tells can be for nobody"
            yield finding(f"/flow/stages/{stage}/for", KEYWORD, zh, en)


def _untold(service: Service) -> Iterator[Finding]:
    """Nobody is there to hear, to act or to wait for."""
    zh, en = "此事项没有外部申请人", "there is nobody outside whom this could be for"
    for name, notice in service.data["notices"].items():
        if notice.get("to", "applicant") == "applicant":
            yield finding(f"/notices/{name}/to", KEYWORD, zh, en)
    for one in service.every_action():
        if one.data.get("by", "officer") != "officer":
            yield finding(f"{one.at}/by", KEYWORD, zh, en)
    for stage, definition in service.stages.items():
        if definition.get("for") == "applicant":
            yield finding(f"/flow/stages/{stage}/for", KEYWORD, zh, en)


def _told(service: Service) -> Iterator[Finding]:
    if not service.record and not service.data["subject"]["phones"]:
        zh, en = "须有告知申请人的电话", "whoever is told has a telephone to be told by"
        yield finding("/subject/phones", "minItems", zh, en)
