"""What people ask of the office by urging, supervising and criticising: somebody is addressed and
answers, and a supervision order is a numbered document with its addressee and its day.
"""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding, Texts
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import required_by
from chalicelib.services.document import LADDER, Data, Listed, Service

ANSWERED = "supervision_answered"
ADDRESSEE = "{addressee}"


def rung_findings(service: Service) -> Iterator[Finding]:
    for one in service.every_action():
        rungs = LADDER & set(one.data.get("does", ()))
        if bool(rungs) is not ("addressee" in one.data) or len(rungs) > 1:
            zh, en = "催办、督办、通报选一，并写明被督促的人", "one rung, and who is addressed"
            yield finding(f"{one.at}/addressee", "required", zh, en)
        elif rungs:
            yield from _rung(service, one, "supervise" in rungs)


def _rung(service: Service, one: Listed, orders: bool) -> Iterator[Finding]:
    event = one.data["event"]
    if "text" not in required_by(one.data.get("input")):
        zh, en = "须写明要求", "what is asked of them must be said"
        yield finding(f"{one.at}/input", "input", zh, en)
    if "public" not in service.data["events"].get(event, {"public": True}):
        zh, en = "须写明申请人能否看到", "say whether the resident's story tells of it"
        yield finding(f"/events/{event}/public", "required", zh, en)
    if orders:
        yield from _order(service, one.at, event)


def _order(service: Service, at: str, event: str) -> Iterator[Finding]:
    """A document that names the addressee and the day, and a clock until the reply."""
    names = list(service.documents_on(event))
    documents = [service.data["documents"][name] for name in names]
    if not any(_addressed(one["texts"]) for one in documents):
        zh = "督办须有写明收文人{addressee}的编号文书"
        en = "a supervision order is a numbered document that names its {addressee}"
        yield finding(f"{at}/does", "document", zh, en)
    if not any(_awaits(service.clocks.get(one.get("date", ""), {}), event) for one in documents):
        zh = f"文书的日期须是由{event}开始、由{ANSWERED}停止、可以重新开始的时限"
        en = f"its date is a clock that {event} starts, {ANSWERED} stops, and that may restart"
        yield finding(f"{at}/event", "clock", zh, en)


def _addressed(texts: Texts) -> bool:
    return all(ADDRESSEE in text for text in texts.values())


def _awaits(clock: Data, event: str) -> bool:
    if not clock:
        return False
    begins = event in clock["start"] and ANSWERED in clock["stop"]
    return begins and bool(clock.get("restart"))
