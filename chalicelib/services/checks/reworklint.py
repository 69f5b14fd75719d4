"""What is done again: a case that is reopened, what is asked for a second time, who has it again.

A reopened case is watched by a clock that begins with it; the time in which that may be done ends.
"""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.partlint import whos
from chalicelib.services.document import Data, Listed, Service

MERGED = "merged"


def rework_findings(service: Service) -> Iterator[Finding]:
    events = {one.data["event"] for one in service.every_action()}
    for one in service.every_action():
        yield from _reopening(service, one)
        yield from _merging(service, one)
        if one.data.get("within") not in (None, *service.clocks):
            yield finding(f"{one.at}/within", "clock", "没有这个时限", "no such clock")
        if "ever" in one.data and "after" not in one.data:
            zh, en = "须写明在什么之后", "after what?"
            yield finding(f"{one.at}/after", "required", zh, en)
        if one.data.get("against") not in (None, *events):
            zh, en = "没有操作记录此事件", "no action records this event"
            yield finding(f"{one.at}/against", "event", zh, en)
    for at, who in whos(service):
        yield from _again(service, at, who)


def _reopening(service: Service, one: Listed) -> Iterator[Finding]:
    at, act, reopens = one.at, one.data, "reopen" in one.data.get("does", [])
    if reopens is not ("reopens" in act):
        zh, en = "重启须写明从哪个环节继续", "reopening says at which stage the case goes on"
        yield finding(f"{at}/reopens", "required", zh, en)
    if not reopens or "reopens" not in act:
        return
    if not at.startswith("/flow/acts/") or act.get("when") != "ended" or "to" in act:
        zh, en = "只有办结的件才能重启", "only what has ended is reopened"
        yield finding(f"{at}/when", "reopen", zh, en)
    yield from _window(service, at, act)
    watched = (set(one["start"]) for one in service.clocks.values() if not one.get("after_end"))
    if not any(act["event"] in start for start in watched):
        zh, en = "重启后没有时限在走", "no clock begins when the case is reopened"
        yield finding(f"{at}/event", "unwatched", zh, en)
    told = (n for n in service.notices.values() if n.get("to", "applicant") == "applicant")
    if not any(act["event"] in n["on"] and "when_channel" not in n for n in told):
        zh, en = "重启须告知申请人", "nobody is told that the case is reopened"
        yield finding(f"{at}/event", "notice", zh, en)


def _merging(service: Service, one: Listed) -> Iterator[Finding]:
    """It ends by `flow.always.merged`, and nobody hears of another who may not know of it."""
    if "merge" not in one.data.get("does", ()):
        return
    if MERGED not in service.always:
        zh, en = "并案须有并入的结果", "what is merged has an end of its own"
        yield finding(f"/flow/always/{MERGED}", "required", zh, en)
    if {"to", "settles"} & one.data.keys() or not one.at.startswith("/flow/acts/"):
        zh, en = (
            "并案由系统了结，不转环节",
            "a merge is an act beside the stages and ends by itself",
        )
        yield finding(f"{one.at}/does", "place", zh, en)
    if one.data.get("when", "open") != "open" or one.data.get("by", "officer") != "officer":
        zh, en = "只有工作人员能并办理中的件", "the office merges what is open"
        yield finding(f"{one.at}/does", "merge", zh, en)
    if service.data.get("restricted"):
        zh, en = "限制知悉的事项不并案", "restricted cases are not merged"
        yield finding(f"{one.at}/does", "restricted", zh, en)


def _window(service: Service, at: str, act: Data) -> Iterator[Finding]:
    """A clock that begins after the end, ends with the reopening and then may begin again."""
    if "within" not in act:
        zh, en = "须写明多久之内可以重启", "for how long may it be reopened?"
        yield finding(f"{at}/within", "required", zh, en)
        return
    clock = service.clocks.get(act["within"])
    if clock is None:
        return
    if not clock.get("after_end") or act["event"] not in clock["stop"]:
        zh, en = "此时限须在办结后开始，由重启停止", "a clock after the end that this stops"
        yield finding(f"{at}/within", "clock", zh, en)
    if not act.get("once") and not clock.get("restart"):
        zh, en = "重启多次的，时限须能重新开始", "reopened twice, its time begins twice"
        yield finding(f"/clocks/{act['within']}/restart", "required", zh, en)


def _again(service: Service, at: str, who: Data) -> Iterator[Finding]:
    """Who had it last is known by tasks of the stage, and is not kept from it."""
    stage = who.get("same_as")
    if stage is None:
        return
    here = f"{at}/same_as"
    if stage not in service.stages:
        yield finding(here, "target", f"没有环节{stage}", f"no stage {stage}")
    if not at.startswith("/flow/stages/") or "/actions/" in at:
        zh, en = "只用于环节和分项", "only stages and their parts wait for the same person"
        yield finding(here, "place", zh, en)
    if who["at"] == "named" or stage in who.get("not", []) or "not_part" in who:
        zh, en = "与其他条件矛盾", "this contradicts who else it may be"
        yield finding(here, "contradiction", zh, en)
