"""Results given before a paper is in: that a broken promise is seen, revoked, told, remembered."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import resolve
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.document import Service

AT = "/flow/breach"


def promise_findings(service: Service) -> Iterator[Finding]:
    papers = list(enumerate(service.data["papers"]))
    recovered = [index for index, paper in papers if service.recovers(paper["id"])]
    event = service.breach.get("event")
    if recovered and event is None:
        zh, en = "先办后补的材料，须写逾期未补记什么", "what happens when this paper never comes?"
        yield finding(f"/papers/{recovered[0]}/gap/mode", "required", zh, en)
    if event is not None:
        if not recovered:
            zh, en = "没有先办后补的材料，不会发生", "no paper follows after the result"
            yield finding(f"{AT}/event", "unreachable", zh, en)
        yield from _followed(service, event)
    if recovered and not any(_takes_papers(act) for act in service.acts.values()):
        zh, en = "办结以后无处登记补交的材料", "nobody can record the paper after the end"
        yield finding(f"/papers/{recovered[0]}/gap/mode", "act", zh, en)
    if "bars" in service.breach:
        yield from _remembered(service)


def _takes_papers(act: object) -> bool:
    return isinstance(act, dict) and (
        "record_papers" in act.get("does", []) and act.get("when") == "always"
    )


def _followed(service: Service, event: str) -> Iterator[Finding]:
    """Somebody gets a task whose document revokes what was given; the applicant hears of it."""
    events = {
        action["event"]
        for _, task in service.side_tasks_on(event)
        for action in task["actions"].values()
    }
    if not events:
        zh, en = (
            "没有人负责撤销：须有由它开启的待办",
            "nobody is asked to revoke it: open a task",
        )
        yield finding(f"{AT}/event", "actor", zh, en)
    revoking = [
        one
        for one in service.data["documents"].values()
        if one.get("revokes") and events & set(one["on"])
    ]
    if events and not revoking:
        zh, en = "没有撤销决定书（revokes）", "no document revokes what was given"
        yield finding(f"{AT}/event", "document", zh, en)
    told = [one for one in service.notices.values() if event in one["on"] and "for" not in one]
    if not told:
        zh, en = "须有通知告知申请人", "the applicant must be told: a notice on it is missing"
        yield finding(f"{AT}/event", "notice", zh, en)


def _remembered(service: Service) -> Iterator[Finding]:
    pointer = service.data["subject"].get("identity")
    if pointer is None:
        zh, en = "须写明凭哪一项记住申请人", "by which answer is the person remembered?"
        yield finding("/subject/identity", "required", zh, en)
        return
    schema = answer_schema(service.data["form"], pointer)
    members = resolve(schema or {}, "/properties") or {}
    if not {"kind", "number"} <= set(members):
        zh = "须是有证件类型（kind）和号码（number）的填写项"
        en = "it must be an answer with the members kind and number"
        yield finding("/subject/identity", "pointer", zh, en)
