"""Why is this case where it is? Stage, who can act, clocks, effects owed, execution: in words."""

from chalicelib.cases import wording
from chalicelib.cases.clockwork import readings
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.clocks.clock import explain
from chalicelib.platform.errors import pick
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

EFFECTS = {
    "start": {"zh-Hans": "启动流程", "en": "start the flow"},
    "signal": {"zh-Hans": "告知流程环节结论", "en": "tell the flow how the stage ended"},
    "notice": {"zh-Hans": "发送通知", "en": "send a notice"},
    "document": {"zh-Hans": "制作文书", "en": "issue a document"},
    "board": {"zh-Hans": "更新公示牌", "en": "update the public board"},
    "waive": {"zh-Hans": "通知原办件免交材料", "en": "waive a paper in the case it is about"},
    "link": {"zh-Hans": "在原办件留下关联", "en": "leave a link in the case it is about"},
}


def why(house: House, file: CaseFile, service: Service, language: str) -> list[str]:
    """Sentences, the most important first."""
    zh = language.startswith("zh")
    return [
        _where(service, file, language, zh),
        *_who(file, zh),
        *_clocks(house, service, file, language, zh),
        *_owed(file, language, zh),
        *([] if file.case["ended"] else [_execution(file, zh)]),
    ]


def _where(service: Service, file: CaseFile, language: str, zh: bool) -> str:
    case = file.case
    status = pick(wording.STATUSES[case["status"]], language)
    if case["ended"]:
        result = pick(service.data["results"][case["result"]]["titles"], language)
        return f"办件已办结：{result}。" if zh else f"The case is concluded: {result}."
    stage = case.get("stage")
    if stage is None:
        return "已收到，流程正在启动。" if zh else "Received; the flow is being started."
    title = pick(service.stages[stage]["titles"], language)
    if case["open"]:
        return (
            f"正在“{title}”环节，状态“{status}”。"
            if zh
            else f"It is in “{title}”, shown as “{status}”."
        )
    return (
        f"“{title}”环节已有结论（{case['outcome']}），正在转入下一环节。"
        if zh
        else f"“{title}” ended with {case['outcome']}; the flow is moving on."
    )


def _who(file: CaseFile, zh: bool) -> list[str]:
    lines = []
    for task in file.open_tasks():
        actions = ", ".join(task["actions"])
        if task.get("party"):
            lines.append(
                f"等{task['party']}：{actions}（自{task['opened_at']}）。"
                if zh
                else f"Waiting for {task['party']}: {actions} (since {task['opened_at']})."
            )
        elif task.get("role"):
            lines.append(
                f"等{task['node']}的{task['role']}办理：{actions}（自{task['opened_at']}）。"
                if zh
                else f"Waiting for a {task['role']} at {task['node']}: {actions} "
                f"(since {task['opened_at']})."
            )
        else:
            lines.append(
                f"等申请人：{actions}。" if zh else f"Waiting for the applicant: {actions}."
            )
    for debt in file.open_debts():
        lines.append(
            f"容缺材料{debt['paper']}须在{debt['due']}前补交。"
            if zh
            else f"The promised paper {debt['paper']} must be in by {debt['due']}."
        )
    return lines


def _clocks(house: House, service: Service, file: CaseFile, language: str, zh: bool) -> list[str]:
    lines = []
    for one in readings(service, file.events, house.calendar):
        state = one.reading.state(house.now())
        if state == "stopped" or "result" in file.case:
            continue
        title = pick(service.clocks[one.name]["titles"], language)
        because = explain(one.reading, house.calendar, "zh-Hans" if zh else "en")
        late = ("，已逾期" if zh else ", overdue") if state == "overdue" else ""
        lines.append(f"{title}{late}：{because}" if zh else f"{title}{late}: {because}")
    return lines


def _owed(file: CaseFile, language: str, zh: bool) -> list[str]:
    lines = []
    for row in file.outs:
        for effect in row["effects"]:
            # A signal that was sent once waits only for the flow's next envelope.
            sent = effect["do"] == "signal" and effect["attempts"] == 1
            if effect["state"] != "owed" or sent:
                continue
            what = f"{pick(EFFECTS[effect['do']], language)}{_named(effect)}"
            lines.append(
                f"待办外部动作：{what}，已试{effect['attempts']}次，下次{effect['due']}。"
                if zh
                else f"Still owed: {what}, tried {effect['attempts']} times, next {effect['due']}."
            )
    return lines


def _named(effect: Row) -> str:
    name = effect.get("notice") or effect.get("document") or effect.get("outcome")
    return f" {name}" if name else ""


def _execution(file: CaseFile, zh: bool) -> str:
    case = file.case
    name = f"{file.number}-{int(case['generation'])}"
    machine, check = case["machine"], case["check_at"]
    return (
        f"流程执行{name}，机器{machine}，下次存活检查{check}。"
        if zh
        else f"Execution {name} of machine {machine}; next liveness check {check}."
    )
