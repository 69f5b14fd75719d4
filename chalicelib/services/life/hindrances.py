"""What stands in the way of an order: asked when it is kept, and again when it is carried out.

What an uploaded document needs to go live is a second person (four eyes), and a unit that owns it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time

from chalicelib.clocks.calendar import Calendar
from chalicelib.people import adoption
from chalicelib.platform import times
from chalicelib.platform.errors import (
    Finding,
    NoDraft,
    NotFound,
    OwnerMissing,
    Refused,
    SecondPersonRequired,
    VerdictNotAccepted,
    WrongState,
)
from chalicelib.platform.ports import Ports, Row
from chalicelib.services.changes.change import Verdict
from chalicelib.services.life.orders import Order
from chalicelib.services.life.uploads import read_upload
from chalicelib.services.offer import Offer, State

DAYS = ("from", "opens", "closes")
# Whose order names who owns the service, where nobody does.
OPENS = frozenset({"publish", "test"})
# From which state an order leads to which.
STATES: Mapping[str, tuple[frozenset[State], State]] = {
    "close": (frozenset({State.PUBLISHED}), State.CLOSING),
    "reopen": (frozenset({State.CLOSING}), State.PUBLISHED),
    "retire": (frozenset({State.CLOSING}), State.RETIRED),
}
# In words: what a service is, why an upload is no draft.
WORDS: Mapping[State, tuple[str, str]] = {
    State.PUBLISHED: ("已发布", "published"),
    State.CLOSING: ("停办中", "closing"),
    State.RETIRED: ("已停用", "retired"),
}
UPLOADS: Mapping[str, tuple[str, str]] = {
    "waiting": ("还在检查", "is still being checked"),
    "refused": ("没有通过检查", "did not pass the checks"),
    "checked": ("是试检查（dry-run）", "was a dry run, which can never be published"),
    "published": ("已经发布", "is published already"),
    "discarded": ("已经丢弃", "was discarded"),
}


def refuse_order(ports: Ports, order: Order, offer: Offer | None, calendar: Calendar) -> None:
    """Raises what stands in the way as things are now: NotFound, NoDraft, SecondPersonRequired,
    VerdictNotAccepted, WrongState, OwnerMissing, Refused."""
    if "upload" in order.data:
        upload = draft_of(ports, order)
        if order.do == "publish":
            refuse_publish(order, upload)
    elif offer is None:
        raise NotFound
    elif order.do in STATES:
        moved(order)(offer)
    refuse_unowned(ports, order, calendar.local_date(ports.now()))
    moments(order, offer, calendar, ports.now())


def draft_of(ports: Ports, order: Order) -> Row:
    """The upload that an order is about. Raises NotFound, NoDraft."""
    upload = read_upload(ports, order.data["upload"])
    if upload["state"] != "draft":
        zh, en = UPLOADS[upload["state"]]
        raise NoDraft({"zh-Hans": f"此上传{zh}", "en": f"this upload {en}"})
    if upload["data"]["service"] != order.service:
        raise NotFound
    return upload


def refuse_publish(order: Order, upload: Row) -> None:
    """Raises SecondPersonRequired, VerdictNotAccepted."""
    if upload["by"] == order.by:
        raise SecondPersonRequired
    refuse_verdict(order, upload["data"].get("verdict", str(Verdict.SAFE)))


def refuse_verdict(order: Order, verdict: str) -> None:
    """Raises VerdictNotAccepted when open cases may be touched and the order does not say so."""
    accepted = Verdict(order.data.get("accepts", Verdict.WIDENING))
    if Verdict(verdict).rank > accepted.rank:
        zh = f"与现行版本相比属于“{verdict}”的改动；确认请在 details 中写 accepts: {verdict}"
        en = f"against the live version this is {verdict}; accept it by details.accepts: {verdict}"
        raise VerdictNotAccepted({"zh-Hans": zh, "en": en})


def refuse_unowned(ports: Ports, order: Order, today: date) -> None:
    """Raises OwnerMissing where nobody owns what the order opens and no unit is named, Refused
    for a unit that cannot be."""
    if order.do not in OPENS:
        return
    unit = order.data.get("unit", "")
    finding = adoption.refused(ports.store, order.service, unit, today)
    if finding is not None:
        problem = Refused if unit else OwnerMissing
        raise problem(finding.texts, [finding._replace(pointer="/details/unit")])


def moments(
    order: Order, offer: Offer | None, calendar: Calendar, now: datetime
) -> Mapping[str, str]:
    """The days that an order names as moments, where the office is: "from", "opens", "closes".

    `offer` is as it is now. Raises Refused for a day that is none, and for closing in the past or
    before opening.
    """
    found: dict[str, str] = {}
    findings: list[Finding] = []
    for name in DAYS:
        try:
            found |= {name: moment_of(order.data[name], calendar)} if name in order.data else {}
        except (ValueError, OverflowError):
            findings.append(_day(name, "date", "不是有效日期", "this is no day"))
    findings = findings or list(_impossible(found, offer, times.text(now)))
    if findings:
        raise Refused(findings=findings)
    return found


def _impossible(found: Mapping[str, str], offer: Offer | None, now: str) -> Iterator[Finding]:
    """What cannot be, of the days of an order and those that are set already."""
    opens = found.get("opens", offer.opens_at if offer else found.get("from", ""))
    closes = found.get("closes", offer.closes_at if offer else "")
    if "" < found.get("closes", "") <= now:
        zh, en = "这一天已到或已过；立即停办请用 close", "this day has come; to stop at once, close"
        yield _day("closes", "past", zh, en)
    elif "" < closes <= opens and found.keys() & {"opens", "closes"}:
        zh, en = "停办日须晚于开办日", "it must close after the day on which it opens"
        yield _day("closes" if "closes" in found else "opens", "before-opening", zh, en)


def _day(name: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(f"/details/{name}", keyword, {"zh-Hans": zh, "en": en})


def moment_of(day: str, calendar: Calendar) -> str:
    """The beginning of a day where the office is; empty stays empty. Raises ValueError."""
    if not day:
        return ""
    zone = calendar.local(times.moment("2000-01-01T00:00:00Z")).tzinfo
    return times.text(datetime.combine(date.fromisoformat(day), time(0), zone))


def moved(order: Order) -> Callable[[Offer], Offer]:
    """What close, reopen and retire make of an offer. The function raises WrongState."""

    def move(offer: Offer) -> Offer:
        allowed, becomes = STATES[order.do]
        if offer.state not in allowed:
            (zh, en), ways = WORDS[offer.state], list(_allowed(offer.state))
            raise WrongState(
                {
                    "zh-Hans": f"事项现在是“{zh}”，不能 {order.do}；可以：{'、'.join(ways)}",
                    "en": f"the service is {en} and cannot {order.do}; it can: {', '.join(ways)}",
                }
            )
        return offer._replace(state=becomes)

    return move


def _allowed(state: State) -> Iterator[str]:
    """The orders that lead from a state to another; publishing opens from any."""
    yield from (do for do, (states, _) in STATES.items() if state in states)
    yield "publish"
