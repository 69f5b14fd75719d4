"""What people ask of the office by urging, supervising and criticising: somebody is addressed and
answers, and a supervision order is a numbered document with its addressee and its day.
"""

from collections.abc import Iterator, Mapping

from chalicelib.platform.errors import Finding, Texts
from chalicelib.platform.json import resolve
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import required_by
from chalicelib.services.document import LADDER, WAITED_FOR, Data, Listed, Service

ANSWERED = "supervision_answered"
ADDRESSEE = "{addressee}"
WHOM = "whom"
# Stages that somebody of the office has in hand, and those of them that several may have.
IN_HAND, SHARED = frozenset({"desk", "review", "fanout"}), frozenset({"review", "fanout"})


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
    for member in sorted({"to", "settles", "reopens"} & one.data.keys()):
        zh, en = "催办、督办、通报不改变环节", "urging, supervising, criticising move nothing"
        yield finding(f"{one.at}/{member}", "place", zh, en)
    if one.data["addressee"] == WAITED_FOR:
        yield from _whoever(service, one)
    if orders:
        yield from _order(service, one.at, event)


def _whoever(service: Service, one: Listed) -> Iterator[Finding]:
    """Somebody of the office has the stage in hand; where several may have, one can be named."""
    if one.data.get("by", "officer") != "officer":
        zh, en = "由谁在办只告诉工作人员", "only officers learn who has it in hand"
        yield finding(f"{one.at}/by", "addressee", zh, en)
    if one.data.get("when", "open") != "open":
        zh, en = "有了结果就没有人在办", "once there is a result nobody has it in hand"
        yield finding(f"{one.at}/when", "addressee", zh, en)
    if "/tasks/" in one.at:
        zh, en = "环节以外的待办没有在办的人", "a task beside the stages has nobody in hand"
        yield finding(f"{one.at}/addressee", "place", zh, en)
    for index, stage in enumerate(one.data.get("in", ())):
        if stage in service.stages and service.stages[stage]["kind"] not in IN_HAND:
            zh, en = "此环节没有工作人员在办", "nobody of the office has this stage in hand"
            yield finding(f"{one.at}/in/{index}", "addressee", zh, en)
    asked = resolve(one.data, f"/input/properties/{WHOM}")
    if _several(service, one) and asked is None:
        zh, en = f"可能有几家在办：须能填写{WHOM}", f"several may have it in hand: ask for {WHOM}"
        yield finding(f"{one.at}/input", "input", zh, en)
    if asked is not None and not (isinstance(asked, Mapping) and asked.get("type") == "string"):
        zh, en = "待办的编号是文字", "the name of a task is a text"
        yield finding(f"{one.at}/input/properties/{WHOM}", "type", zh, en)


def _several(service: Service, one: Listed) -> bool:
    offered = [] if one.stage else one.data.get("in", service.stages)
    kinds = {service.stages[name]["kind"] for name in offered if name in service.stages}
    return bool(kinds & SHARED)


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
