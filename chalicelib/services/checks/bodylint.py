"""Bodies outside that answer by themselves: each is named, is heard where a case waits for it, and
a person can note its answer too, since its message may never come."""

from collections.abc import Iterator, Mapping

from chalicelib.people.authority import BODY, outside_of
from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.document import Data, Listed, Service

KEYWORD = "body"
ENDS = frozenset({"to", "settles"})


def body_findings(service: Service) -> Iterator[Finding]:
    bodies: Mapping[str, Data] = service.data.get("bodies", {})
    heard = [(one, _body(one.data)) for one in service.every_action() if _body(one.data)]
    if bodies and service.data.get("restricted"):
        zh, en = "限知的办件不能让外部单位知道", "of a restricted case no body outside may know"
        yield finding("/bodies", KEYWORD, zh, en)
    for name in sorted(bodies.keys() - {body for _, body in heard}):
        zh, en = "没有这个单位可办的操作", "there is nothing for this body to do"
        yield finding(f"/bodies/{name}", KEYWORD, zh, en)
    for one, body in heard:
        if body not in bodies:
            zh, en = f"没有写明{body}是谁", f"nothing says who is {body}"
            yield finding(f"{one.at}/by/body", KEYWORD, zh, en)
        if not one.stage or "/parts/" in one.at:
            zh, en = "外部单位只能答复等待它的环节", "a body answers a stage that waits for it"
            yield finding(f"{one.at}/by", KEYWORD, zh, en)
        elif not _by_hand(service, one):
            zh, en = "须有人能登记外部答复", "somebody must be able to note the answer by hand"
            yield finding(f"{one.at}/by", "way-out", zh, en)


def _body(action: Data) -> str:
    who = outside_of(action.get("by"))
    return who.removeprefix(BODY) if who.startswith(BODY) else ""


def _by_hand(service: Service, one: Listed) -> bool:
    others = service.actions(one.stage).values()
    return any(ENDS & other.keys() and not outside_of(other.get("by")) for other in others)
