"""Why nobody may do this now, whatever they say: one rule for what is refused and what is offered.

Each look gives the refusal (409) or None; the first that has something to say is told.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.cases import deeds, joins, mandates, papers, passing, refusals, reworking
from chalicelib.cases.actions import WHEN, fits_now
from chalicelib.cases.clockwork import OVERDUE
from chalicelib.cases.doing import Doing
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.platform.errors import (
    Conflict,
    Finding,
    NotForThisCase,
    NotYet,
    OnceOnly,
    PapersIncomplete,
    Texts,
    pick,
)
from chalicelib.platform.json import resolve
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.document import Data, Service

# What an answer must be, by the keyword of the schema that it does not meet.
BOUNDS: Mapping[str, tuple[str, str]] = {
    "maximum": ("不能超过{}", "must be at most {}"),
    "exclusiveMaximum": ("须小于{}", "must be less than {}"),
    "minimum": ("不能低于{}", "must be at least {}"),
    "exclusiveMinimum": ("须大于{}", "must be more than {}"),
    "required": ("没有填", "is not given"),
}


def hindrance(it: Doing, place: str) -> Conflict | None:
    """The first thing in the way. `place` names the action for ever: content hash and path."""
    for look in LOOKS:
        found = look(it, place)
        if found is not None:
            return found
    for name in it.action.get("does", []):
        found = deeds.HINDERS.get(name, deeds.unhindered)(it)
        if found is not None:
            return found
    return None


def _waits(it: Doing, _: str) -> Conflict | None:
    """Who waits for a slot can only leave the list."""
    if it.task is None or it.task["state"] != "waiting" or "release" in it.action.get("does", []):
        return None
    zh, en = "还在候补，轮到后才能办理", "It is on the waiting list: this is for whoever has a slot"
    return NotYet({"zh-Hans": zh, "en": en})


def _stands_otherwise(it: Doing, _: str) -> Conflict | None:
    """An action beside the stages at another time than it is for."""
    case, service = it.fact.file.case, it.fact.service
    if it.task is not None or fits_now(case, it.action):
        return None
    result = service.data["results"].get(case.get("result", ""))
    if result is not None:
        done = "已办结" if case["ended"] else "已有结果"
        over = "The case is concluded" if case["ended"] else "The case has a result"
        zh, en = f"此件{done}：{pick(result['titles'], 'zh-Hans')}", pick(result["titles"], "en")
        return Conflict({"zh-Hans": zh, "en": f"{over}: {en}"})
    if not WHEN[it.action.get("when", "open")](case):
        return NotYet({"zh-Hans": "有了结果才能办理", "en": "Only once the case has its result"})
    return Conflict(_elsewhere(service, case.get("stage"), it.action["in"]))


def _elsewhere(service: Service, stage: str | None, stages: list[str]) -> Texts:
    now = service.stages[stage]["titles"] if stage else {"zh-Hans": "启动", "en": "being started"}
    titles = [service.stages[name]["titles"] for name in stages]
    zh = "、".join(f"“{pick(one, 'zh-Hans')}”" for one in titles)
    en = ", ".join(f"“{pick(one, 'en')}”" for one in titles)
    return {
        "zh-Hans": f"现在是“{pick(now, 'zh-Hans')}”环节，此操作只能在{zh}环节办理",
        "en": f"The case is in “{pick(now, 'en')}”; this is only for {en}",
    }


def _done_before(it: Doing, _: str) -> Conflict | None:
    events = [it.action["event"], *(one["event"] for one in it.action.get("branch", []))]
    done = it.action.get("once") and any(it.fact.file.happened(event) for event in events)
    return OnceOnly() if done else None


def _comes_after(it: Doing, _: str) -> Conflict | None:
    """Something else must have been done in this visit, or whenever."""
    file, after = it.fact.file, it.action.get("after")
    visit, ever = file.case["visit"], it.action.get("ever", False)
    made = (row for row in file.events if row["type"] == after)
    if after is None or any(ever or row["visit"] == visit for row in made):
        return None
    before = [
        one.data["titles"] for one in it.fact.service.every_action() if _records(one.data, after)
    ]
    zh = "、".join(f"“{pick(titles, 'zh-Hans')}”" for titles in before)
    en = ", ".join(f"“{pick(titles, 'en')}”" for titles in before)
    return NotYet({"zh-Hans": f"须先办理{zh}", "en": f"First: {en}"} if before else None)


def _records(action: Data, event: str) -> bool:
    return event in (action["event"], *(one["event"] for one in action.get("branch", [])))


def _too_few(it: Doing, _: str) -> Conflict | None:
    """Fewer than needed have given the verdict, and there is still time to give it."""
    least = it.action.get("least")
    if least is None:
        return None
    file, task = it.fact.file, it.task
    parent = task["task"] if task and task.get("part") else None
    given = joins.settled(file.tasks, int(file.case["visit"]), parent, least["verdict"])
    needed = int(least["parts"])
    if given >= needed or _ran_out(file, least.get("unless")):
        return None
    zh = f"意见还不够：须有{needed}人发表意见，现有{given}人"
    return NotYet({"zh-Hans": zh, "en": f"{needed} must have answered, {given} have so far"})


def _ran_out(file: CaseFile, clock: str | None) -> bool:
    return any(
        row["type"] == OVERDUE
        and row["visit"] == file.case["visit"]
        and row["data"].get("clock") == clock
        for row in file.events
    )


def _does_not_fit(it: Doing, place: str) -> Conflict | None:
    """What the answers say does not allow it."""
    schema, house = it.action.get("if"), it.house
    if schema is None:
        return None
    answers = answers_of(house.ports.keys, it.fact.file)
    if house.forms.holds(f"{place}/if", schema, answers):
        return None
    branches = list(_branches(it, place, schema, answers))
    # The way that the answers come nearest to: not one that is for another kind of matter.
    nearest = min(branches, key=lambda found: (_other_kind(found), len(found)), default=[])
    words = [_words(it.fact.service, finding) for finding in nearest]
    zh = "；".join(one["zh-Hans"] for one in words)
    return NotForThisCase({"zh-Hans": zh, "en": "; ".join(one["en"] for one in words)})


def _branches(it: Doing, place: str, schema: Data, answers: Data) -> Iterator[list[Finding]]:
    """What the answers lack for each of the ways in which the schema may hold."""
    ways = schema.get("anyOf", [schema])
    for index, way in enumerate(ways):
        found = it.house.forms.check(f"{place}/if/anyOf/{index}", way, answers)
        yield [
            one._replace(params={**one.params, "limit": resolve(way, one.schema_path[1:])})
            for one in found
        ]


def _other_kind(found: list[Finding]) -> bool:
    return any(finding.keyword in ("const", "enum") for finding in found)


def _words(service: Service, finding: Finding) -> Texts:
    """Which answer it is, and what it must be."""
    asked: Mapping[str, Any] = answer_schema(service.data["form"], finding.pointer) or {}
    name = finding.pointer.rpartition("/")[2]
    zh, en = BOUNDS.get(finding.keyword, (finding.texts["zh-Hans"], pick(finding.texts, "en")))
    limit, dotted = finding.params.get("limit"), ".".join(finding.pointer.split("/")[1:])
    bundle: Data = resolve(service.data, "/views/i18n/en") or {}
    return {
        "zh-Hans": f"“{asked.get('title', name)}”{zh.format(limit)}",
        "en": f"“{bundle.get(f'{dotted}.label', name)}” {en.format(limit)}",
    }


def _papers_differ(it: Doing, _: str) -> Conflict | None:
    """The papers given are not those that it is for."""
    rule, service = it.action.get("papers"), it.fact.service
    if rule is None:
        return None
    lacking = refusals.lacking_papers(it.house, service, it.fact.file)
    may_follow = bool(lacking) and papers.may_follow(service, lacking)
    if not lacking if rule == "complete" else may_follow:
        return None
    titles = [service.papers[paper]["titles"] for paper in lacking]
    zh = "、".join(pick(title, "zh-Hans") for title in titles) or "没有缺少的材料"
    en = ", ".join(pick(title, "en") for title in titles) or "no paper is missing"
    return PapersIncomplete({"zh-Hans": f"缺少：{zh}", "en": f"Missing: {en}"})


LOOKS: tuple[Callable[[Doing, str], Conflict | None], ...] = (
    _waits,
    lambda it, _: passing.hindered(it),
    _stands_otherwise,
    lambda it, _: mandates.over(it),
    reworking.too_late,
    _done_before,
    _comes_after,
    _too_few,
    _does_not_fit,
    _papers_differ,
)
