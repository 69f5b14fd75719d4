"""Why is this case where it is? Stage, who can act, clocks, effects owed, execution: in words."""

from collections.abc import Iterator

from chalicelib.cases import (
    appeals,
    auto,
    emitting,
    membership,
    notices,
    standing,
    waiting,
    whereabouts,
    wording,
    words,
)
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
    "post": {"zh-Hans": "更新公示", "en": "post it in public, or take it down"},
    "waive": {"zh-Hans": "通知原办件免交材料", "en": "waive a paper in the case it is about"},
    "link": {"zh-Hans": "在原办件留下关联", "en": "leave a link in the case it is about"},
    "open_case": {"zh-Hans": "立关联办件", "en": "open a case that follows from it"},
    "grant_role": {"zh-Hans": "授予角色", "en": "grant a role"},
    "write_rule": {"zh-Hans": "把认定写成规则", "en": "write the ruling as a rule"},
    "revoke_role": {"zh-Hans": "收回角色", "en": "take a role back"},
    "accountable": {
        "zh-Hans": "提醒签收前的负责单位",
        "en": "remind who answers until it is accepted",
    },
    "patterns": {"zh-Hans": "核对异常情形", "en": "look for patterns worth a look"},
    "merge": {"zh-Hans": "并入另一办件", "en": "end it in another case"},
    "repeat": {"zh-Hans": "转告并入的办件", "en": "tell the cases that were merged into it"},
    "items": {"zh-Hans": "逐项分派、汇总", "en": "open, join or close the items"},
    "emit": {"zh-Hans": "开始定期立案", "en": "begin to open cases at their times"},
    "end_bonds": {"zh-Hans": "结束结对", "en": "end the bond"},
    "report": {"zh-Hans": "把结果告知原办件", "en": "report the result to the case it is about"},
}


def why(house: House, file: CaseFile, service: Service, language: str) -> list[str]:
    """Sentences, the most important first."""
    it = Telling(house, file, service, language)
    return [
        _where(it),
        *_leg(it),
        *_ruled(it),
        *waiting.sentences(it),
        *_appealed(it),
        *_members(it),
        *_debts(it),
        *_emits(it),
        *_clocks(it),
        *_owed(it),
        *([] if file.case["ended"] else [_execution(it)]),
    ]


def _where(it: Telling) -> str:
    case = it.file.case
    status = it.pick(words.STATUSES[case["status"]])
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
    if "outcome" not in case:
        on = it.pick(it.service.stages[case["target"]]["titles"])
        return it.say(f"已重启，正在进入“{on}”环节。", f"Reopened; it is about to enter “{on}”.")
    outcome = _outcome(it, stage, case["outcome"])
    return it.say(
        f"“{title}”环节已有结论（{outcome}），正在转入下一环节。",
        f"“{title}” ended with “{outcome}”; the flow is moving on.",
    )


def _leg(it: Telling) -> Iterator[str]:
    """Who has the case, and who answers until that is accepted; how often it came back."""
    if "leg" not in it.file.case or it.file.case["ended"]:
        return
    yield whereabouts.sentence(it.house, it.file, it.language)
    bounces = int(it.file.case.get("bounces", 0))
    if bounces:
        times_en = "once" if bounces == 1 else f"{bounces} times"
        yield it.say(f"已被退回{bounces}次。", f"It was returned {times_en}.")


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


def _appealed(it: Telling) -> Iterator[str]:
    if appeals.pending(it.service, it.file.events):
        yield it.say(
            "有申诉未结：在此期间此件不会因到期自行了结。",
            "An appeal is open: until it is decided nothing of this case ends by itself.",
        )


def _members(it: Telling) -> Iterator[str]:
    """What it belongs to; of what holds others, how many have come to what."""
    case = it.file.case
    if standing.PART_OF in case:
        number = case[standing.PART_OF]
        yield it.say(f"属于专项{number}。", f"It is a member of {number}.")
    test = bool(case.get("test"))
    if not it.service.container or "result" in case:
        return
    found = membership.tally(it.house, it.file.number, test)
    if found[standing.OPEN]:
        yield it.say("还有成员没有办结。", "Members are still under way.")
    if any(found.values()):
        under_way, done, dropped = (found[one] for one in standing.STATES)
        yield it.say(
            f"成员中办成{done}件，在办{under_way}件，没有办成{dropped}件。",
            f"Of its members {done} are done, {under_way} under way, {dropped} came to nothing.",
        )


def _debts(it: Telling) -> Iterator[str]:
    for debt in it.file.open_debts():
        title = it.pick(it.service.papers[debt["paper"]]["titles"])
        due = it.moment(debt["due"])
        yield it.say(
            f"容缺材料“{title}”须在{due}前补交。", f"The promised paper “{title}” is due by {due}."
        )


def _emits(it: Telling) -> Iterator[str]:
    """What this case opens next by itself."""
    for one in emitting.standing(it.house, it.file):
        title, at = it.pick(one.one["titles"]), it.moment(one.opens_at(one.turn))
        yield it.say(
            f"定期立案“{title}”：第{one.turn}次在{at}。",
            f"It opens “{title}” by itself: time {one.turn} at {at}.",
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
