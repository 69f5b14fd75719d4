"""Why is this case where it is? Stage, who can act, clocks, effects owed, execution: in words."""

from collections.abc import Iterator

from chalicelib.cases import auto, notices, waiting, wording
from chalicelib.cases.clockwork import readings
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.waiting import Telling
from chalicelib.platform import times
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

EFFECTS = {
    "start": {"zh-Hans": "启动流程", "en": "start the flow"},
    "stop": {"zh-Hans": "停止旧流程", "en": "stop the former flow"},
    "signal": {"zh-Hans": "告知流程环节结论", "en": "tell the flow how the stage ended"},
    "notice": {"zh-Hans": "发送通知", "en": "send a notice"},
    "document": {"zh-Hans": "制作文书", "en": "issue a document"},
    "board": {"zh-Hans": "更新公示牌", "en": "update the public board"},
    "waive": {"zh-Hans": "通知原办件免交材料", "en": "waive a paper in the case it is about"},
    "link": {"zh-Hans": "在原办件留下关联", "en": "leave a link in the case it is about"},
    "open_case": {"zh-Hans": "立关联办件", "en": "open a case that follows from it"},
    "grant_role": {"zh-Hans": "授予角色", "en": "grant a role"},
    "revoke_role": {"zh-Hans": "收回角色", "en": "take a role back"},
    "report": {"zh-Hans": "把结果告知原办件", "en": "report the result to the case it is about"},
}


def why(house: House, file: CaseFile, service: Service, language: str) -> list[str]:
    """Sentences, the most important first."""
    it = Telling(house, file, service, language)
    return [
        _where(it),
        *_ruled(it),
        *waiting.sentences(it),
        *_debts(it),
        *_clocks(it),
        *_owed(it),
        *([] if file.case["ended"] else [_execution(it)]),
    ]


def _where(it: Telling) -> str:
    case = it.file.case
    status = it.pick(wording.STATUSES[case["status"]])
    if case["ended"]:
        result = it.pick(it.service.data["results"][case["result"]]["titles"])
        return it.say(f"办件已办结：{result}。", f"The case is concluded: {result}.")
    stage = case.get("stage")
    if stage is None:
        return it.say("已收到，流程正在启动。", "Received; the flow is being started.")
    title = it.pick(it.service.stages[stage]["titles"])
    if case["open"]:
        return it.say(
            f"正在“{title}”环节，状态“{status}”。", f"It is in “{title}”, shown as “{status}”."
        )
    outcome = _outcome(it, stage, case["outcome"])
    return it.say(
        f"“{title}”环节已有结论（{outcome}），正在转入下一环节。",
        f"“{title}” ended with “{outcome}”; the flow is moving on.",
    )


def _ruled(it: Telling) -> Iterator[str]:
    """What the system has decided by itself, and by which rule: the last time it did."""
    for event in reversed(it.file.events):
        rule = auto.rule_of(it.house, it.service, event)
        if rule is not None:
            what = wording.event_title(it.service, event["type"], it.language)
            by, because = auto.words(rule, it.language), it.pick(rule.reason)
            yield it.say(
                f"系统自动判定：{what}。依据{by}：{because}。",
                f"Decided by the system: {what}. By {by}: {because}.",
            )
            return


def _outcome(it: Telling, stage: str, outcome: str) -> str:
    titles = it.service.ways(stage).get(outcome, {}).get("titles")
    return it.pick(titles) if titles else outcome


def _debts(it: Telling) -> Iterator[str]:
    for debt in it.file.open_debts():
        title = it.pick(it.service.papers[debt["paper"]]["titles"])
        due = it.moment(debt["due"])
        yield it.say(
            f"容缺材料“{title}”须在{due}前补交。", f"The promised paper “{title}” is due by {due}."
        )


def _clocks(it: Telling) -> Iterator[str]:
    for one in readings(it.service, it.file.events, it.house.calendar):
        state = one.reading.state(it.house.now())
        if state == "stopped" or "result" in it.file.case:
            continue
        title = it.pick(it.service.clocks[one.name]["titles"])
        because = wording.why_due(it.service, one.reading, it.house.calendar, it.language)
        late = it.say("，已逾期", ", overdue") if state == "overdue" else ""
        yield it.say(f"{title}{late}：{because}", f"{title}{late}: {because}")


def _owed(it: Telling) -> Iterator[str]:
    for row in it.file.outs:
        for effect in row["effects"]:
            # A signal that was sent once waits only for the flow's next envelope.
            sent = effect["do"] == "signal" and effect["attempts"] == 1
            if effect["state"] != "owed" or sent:
                continue
            what = f"{it.pick(EFFECTS[effect['do']])}{_named(it, effect)}"
            tried = effect["attempts"]
            often = "once" if tried == 1 else f"{tried} times"
            tries = it.say(f"，已试{tried}次", f", tried {often}") if tried else ""
            when = _when(it, effect)
            yield it.say(
                f"待办外部动作：{what}{tries}，{when}。", f"Still owed: {what}{tries}, {when}."
            )


def _when(it: Telling, effect: Row) -> str:
    """When it is tried next; a notice that is due at night waits for the morning."""
    now = it.house.now()
    due = max(now, times.moment(effect["due"]))
    held = notices.held_until(it.house, it.service, effect, due)
    at = it.moment(times.text(held or due))
    if held is not None:
        return it.say(f"夜间不打扰，{at}发送", f"held over night, to be sent at {at}")
    if effect["attempts"]:
        return it.say(f"{at}再试", f"next at {at}")
    return it.say("马上办", "at once") if due == now else it.say(f"{at}办", f"at {at}")


def _named(it: Telling, effect: Row) -> str:
    """What the effect is about, in the words of the document."""
    event = next((r for r in it.file.events if int(r["seq"]) == int(effect.get("event", 0))), None)
    if effect["do"] == "notice" and event is not None:
        name = wording.event_title(it.service, event["type"], it.language)
    elif effect["do"] == "document":
        name = it.pick(it.service.data["documents"][effect["document"]]["titles"])
    elif effect["do"] == "signal":
        name = _outcome(it, effect["stage"], effect["outcome"])
    else:
        return ""
    return it.say(f"“{name}”", f" “{name}”")


def _execution(it: Telling) -> str:
    case = it.file.case
    name = f"{it.file.number}-{int(case['generation'])}"
    machine, check = case["machine"], it.moment(case["check_at"])
    return it.say(
        f"流程执行{name}，机器{machine}，下次存活检查{check}。",
        f"Execution {name} of machine {machine}; next liveness check {check}.",
    )
