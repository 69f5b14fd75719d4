"""Who is chosen for a task: the skill that an answer asks for, the rule that picks one person."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.countlint import SENSITIVE
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.checks.partlint import whos
from chalicelib.services.document import Data, Service

# Stages whose own task may be given to one person, and places that say themselves who it is.
PICKING = frozenset({"desk", "review"})
SAID = frozenset({"named", "item", "leg", "accountable"})


def assign_findings(service: Service) -> Iterator[Finding]:
    for at, who in whos(service):
        if "skills" in who:
            yield from _skills(service, at, who["skills"])
        if "pick" in who:
            yield from _pick(service, at, who)


def _skills(service: Service, at: str, source: Data) -> Iterator[Finding]:
    here = f"{at}/skills"
    if not _waits(at) or _claimed(service, at):
        zh, en = "专长只对等待办理的任务提出", "only what waits for somebody asks for a skill"
        yield finding(here, "place", zh, en)
    schema = answer_schema(service.data["form"], source["from"])
    if schema is None:
        zh, en = "表单没有这一项", "the form does not ask for this"
        yield finding(f"{here}/from", "pointer", zh, en)
        return
    # What is asked for stands unsealed beside the task, for whoever may take it.
    if schema.get(SENSITIVE):
        zh, en = "敏感信息不能公开作为专长要求", "what is sensitive is not shown as a skill"
        yield finding(f"{here}/from", "skills", zh, en)
    choices = _choices(schema)
    free = source.get("except", ())
    if not choices:
        zh, en = "专长须从选项中来，不能自己填写", "a skill is one of the choices of a form"
        yield finding(f"{here}/from", "skills", zh, en)
    elif choices <= set(free):
        zh, en = "每个选项都不要求专长", "no choice asks for any skill"
        yield finding(f"{here}/except", "skills", zh, en)
    for index, one in enumerate(free):
        if choices and one not in choices:
            zh, en = f"没有选项{one}", f"no choice {one}"
            yield finding(f"{here}/except/{index}", "enum", zh, en)


def _choices(schema: Data) -> set[str]:
    listed = schema.get("enum", [])
    made = [one.get("const") for one in schema.get("oneOf", ()) if isinstance(one, dict)]
    found = [*listed, *made] if isinstance(listed, list) else made
    return {one for one in found if isinstance(one, str)}


def _pick(service: Service, at: str, who: Data) -> Iterator[Finding]:
    here = f"{at}/pick"
    if not _picks(service, at):
        zh = "只在经办、会商环节和并行分项中派给一人"
        en = "one person is picked for desks, reviews and parts of a fanout"
        yield finding(here, "place", zh, en)
    if who["at"] in SAID:
        zh, en = "已写明由谁办理", "it is said already whose it is"
        yield finding(here, "contradiction", zh, en)
    if service.data.get("restricted"):
        zh, en = "限制知悉的事项不派给一人", "a restricted case is not given to one person"
        yield finding(here, "restricted", zh, en)


def _waits(at: str) -> bool:
    """Whether it is the `who` of a task: not of an action, a clock or a call."""
    inside = at.startswith(("/flow/stages/", "/flow/tasks/"))
    return inside and not {"actions", "within"} & set(at.split("/"))


def _claimed(service: Service, at: str) -> bool:
    """Whether it is the `who` of a part of a pool, which waits for whoever has claimed it."""
    path = at.split("/")
    return "parts" in path and service.stages[path[3]]["kind"] == "pool"


def _picks(service: Service, at: str) -> bool:
    path = at.split("/")
    if not _waits(at) or path[2] != "stages":
        return False
    kind = service.stages[path[3]]["kind"]
    if "parts" in path:
        return bool(kind == "fanout" and not service.spread(path[3]))
    return kind in PICKING
