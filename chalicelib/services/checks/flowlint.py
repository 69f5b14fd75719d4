"""The flow of a service document: targets, reachability, an actor and a way out of every stage."""

from collections.abc import Iterator

from chalicelib.people.authority import outside_of
from chalicelib.platform.errors import Finding
from chalicelib.services.checks.steps import ending, reached, steps
from chalicelib.services.document import Data, Service, result_of

# What the engine itself records, whatever the document says.
SYSTEM_EVENTS = frozenset(
    {
        "stage_entered",
        "assigned",
        "held",
        "claim_void",
        "overdue",
        "closed",
        "resumed",
        "paper_waived",
        "linked",
        "case_opened",
        "case_not_opened",
        "role_granted",
        "role_revoked",
        "role_not_granted",
        "rule_written",
        "rule_not_written",
        "progress_asked",
        "list_asked",
        "not_understood",
        "reply_ambiguous",
        "rebased",
        "correction_asked",
        "corrected",
        "recomputed",
        "date_moved",
        "followed",
        "not_merged",
        "pattern_noted",
        "news",
        "quiet_news",
        "urge_answered",
        "supervision_answered",
        "criticism_answered",
        "items_opened",
        "items_closed",
        "bulk_ordered",
        "bulk_done",
    }
)
# Recorded where the document says who rules when it is not clear who is in charge.
UNROUTED = "unrouted"

# Who or what a hold can wait for.
HOLDS = ("applicant", "case", "outside", "date")


def finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})


def flow_findings(service: Service) -> Iterator[Finding]:
    yield from _targets(service)
    yield from _reachable(service)
    yield from _actors(service)
    yield from _ways_out(service)
    yield from _gates(service)


def recorded_events(service: Service) -> Iterator[str]:
    """Every event this service can record."""
    yield service.received
    yield from SYSTEM_EVENTS
    if service.unclear:
        yield UNROUTED
    for one in service.every_action():
        yield one.data["event"]
        yield from (branch["event"] for branch in one.data.get("branch", []))
        if "else_event" in one.data:
            yield one.data["else_event"]
    yield from _of_stages(service)
    yield from (one["event"] for _, one in service.item_dues())
    yield from (way["event"] for way in service.always.values())
    if "event" in service.breach:
        yield service.breach["event"]
    yield from _of_clocks(service)
    yield from (one["hears"] for _, one in service.follows if "hears" in one)


def _of_stages(service: Service) -> Iterator[str]:
    for name, stage in service.stages.items():
        yield from (way["event"] for way in stage.get("outcomes", {}).values())
        yield from (part["opened"] for part in service.parts(name).values() if "opened" in part)
        if "hold" in stage:
            yield stage["hold"]["event"]


def _of_clocks(service: Service) -> Iterator[str]:
    for clock in service.clocks.values():
        if "event" in clock["on_due"]:
            yield clock["on_due"]["event"]
        yield from (one["event"] for one in clock.get("milestones", ()))


def _targets(service: Service) -> Iterator[Finding]:
    if service.start not in service.stages:
        yield finding("/flow/start", "target", "起始环节不存在", "the start stage does not exist")
    tells = [name for name, stage in service.stages.items() if stage["kind"] == "tell"]
    if len(tells) != 1:
        yield finding(
            "/flow/stages",
            "tell",
            "须恰有一个告知环节",
            "there must be exactly one stage of kind tell",
        )
    for step in steps(service):
        pointer, target = f"{step.at}/{step.member}", step.target
        result = result_of(target)
        known = service.data["results"] if result else service.stages
        if (result or target) not in known:
            yield finding(pointer, "target", f"没有这个去向：{target}", f"no such target: {target}")
        elif target == step.source:
            yield finding(pointer, "target", "环节不能转回自身", "a stage cannot lead to itself")


def _reachable(service: Service) -> Iterator[Finding]:
    seen = reached(steps(service), service.start) if service.start in service.stages else set()
    tells = {name for name, stage in service.stages.items() if stage["kind"] == "tell"}
    for stage in service.stages:
        if stage not in seen and stage not in tells:
            yield finding(
                f"/flow/stages/{stage}",
                "unreachable",
                "此环节无法到达",
                "this stage is never reached",
            )


def _actors(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        if definition["kind"] == "desk" and "who" not in definition:
            yield finding(
                f"/flow/stages/{stage}", "actor", "此环节无人办理", "nobody can act on this stage"
            )
        if definition["kind"] == "hold":
            yield from _waited_for(f"/flow/stages/{stage}", definition)
    for name, act in service.acts.items():
        if "who" not in act and act.get("by") != "applicant" and not outside_of(act.get("by")):
            yield finding(f"/flow/acts/{name}", "actor", "此操作无人可办", "nobody can do this")


def _waited_for(at: str, definition: Data) -> Iterator[Finding]:
    """Who or what a hold waits for."""
    waits = definition.get("for", "")
    if waits not in HOLDS:
        yield finding(f"{at}/for", "actor", "等待谁未说明", "for whom does it wait?")
    elif waits != "applicant" and definition.get("actions") and "who" not in definition:
        yield finding(f"{at}/who", "actor", "此环节无人办理", "nobody can act on this stage")
    elif waits == "outside" and not definition.get("actions"):
        zh, en = "须有人登记外部答复", "somebody must note what the body outside says"
        yield finding(f"{at}/actions", "actor", zh, en)


def _ways_out(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        beside = set(service.always) | set(service.acts)
        if definition["kind"] != "tell" and not (set(service.ways(stage)) - beside):
            yield finding(
                f"/flow/stages/{stage}", "way-out", "此环节没有出口", "this stage has no way out"
            )
    end = ending(steps(service))
    for stage in service.stages:
        if service.stages[stage]["kind"] != "tell" and stage not in end:
            yield finding(
                f"/flow/stages/{stage}",
                "way-out",
                "从此环节无法办结",
                "no end can be reached from here",
            )


def _gates(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        if definition["kind"] == "gate" and "clear" not in definition.get("outcomes", {}):
            yield finding(
                f"/flow/stages/{stage}/outcomes/clear", "required", "缺少clear", "no clear"
            )
    promises = any("promise_papers" in one.data.get("does", []) for one in service.every_action())
    if promises and "lapsed" not in service.always:
        yield finding(
            "/flow/always/lapsed", "required", "容缺须有逾期结果", "a promise needs its broken end"
        )
    for index, paper in enumerate(service.data["papers"]):
        if paper["necessity"] == "gap" and "gap" not in paper:
            yield finding(
                f"/papers/{index}/gap", "required", "容缺材料须写期限", "a gap needs its date"
            )
