"""Mandates: each has its time and somebody who acts by it; agents do what is the applicant's."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.partlint import whos
from chalicelib.services.document import Service

AGENT = "agent"
THEIRS = frozenset({"applicant", "either"})


def mandate_findings(service: Service) -> Iterator[Finding]:
    declared = service.data.get("mandate")
    if declared is not None:
        yield from _declared(service, declared["clock"], declared["role"])
    takes = AGENT in service.data["channels"]
    for one in service.every_action():
        if "mandated" not in one.data:
            continue
        by = one.data.get("by", "officer")
        if not isinstance(by, str) or by not in THEIRS:
            zh, en = "代办员只能代申请人办", "an agent does only what is the applicant's"
            yield finding(f"{one.at}/mandated", "by", zh, en)
        elif not takes:
            zh, en = "此事项不收代办的", "no case of this service comes through an agent"
            yield finding(f"{one.at}/mandated", "channel", zh, en)


def _declared(service: Service, clock: str, role: str) -> Iterator[Finding]:
    if service.office:
        zh, en = "机关内部事项没有委托人", "a service for the offices has no principal"
        yield finding("/mandate", "audience", zh, en)
    if clock not in service.clocks:
        zh, en = f"没有时限{clock}", f"no clock {clock}"
        yield finding("/mandate/clock", "clock", zh, en)
    if all(who["role"] != role for _, who in whos(service)):
        zh, en = "此角色没有可办的", "this role never acts"
        yield finding("/mandate/role", "actor", zh, en)
