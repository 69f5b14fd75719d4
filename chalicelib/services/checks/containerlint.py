"""Containers and their members: who concludes one, what it counts, where a member names it."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.checks.texts import SMS_FULL
from chalicelib.services.document import Service

CONCLUDE, JOIN = "conclude", "join_container"
# What a container tells goes into text messages: no longer than their variables may be.
LONGEST = {"hour": SMS_FULL["zh-Hans"]["hour"], "place": SMS_FULL["zh-Hans"]["place"]}


def container_findings(service: Service) -> Iterator[Finding]:
    if service.container:
        yield from _container(service)
        yield from _tells(service)
        yield from _hands_down(service)
    yield from _concludes(service)
    yield from _member(service)
    yield from _told(service)


def _container(service: Service) -> Iterator[Finding]:
    yield from _names(service)
    yield from _bounds(service, "quota")
    yield from _bounds(service, "hands_down")
    if service.data.get("restricted"):
        # Whoever joins would learn that it exists.
        zh, en = "保密的事项不能容纳别的办件", "a restricted case cannot hold others"
        yield finding("/container", "restricted", zh, en)


def _names(service: Service) -> Iterator[Finding]:
    container = service.container
    for index, stage in enumerate(container.get("takes_in", ())):
        if stage not in service.stages:
            at = f"/container/takes_in/{index}"
            yield finding(at, "target", f"没有环节{stage}", f"no stage {stage}")
    reaches = container.get("reaches", ())
    for index, name in enumerate(reaches):
        if name in container["members"]:
            at, zh = f"/container/reaches/{index}", f"{name}已经是成员"
            yield finding(at, "reaches", zh, f"{name} is a member itself")
    if reaches and "bulk" not in container:
        zh, en = "没有可批量办理的操作，不必写下一层", "nothing may be ordered for many of them"
        yield finding("/container/reaches", "bulk", zh, en)


def _bounds(service: Service, part: str) -> Iterator[Finding]:
    """The least and the most: figures, or answers that are figures."""
    said = service.container.get(part, {})
    bounds = {name: said[name] for name in ("least", "most") if name in said}
    least, most = bounds.get("least"), bounds.get("most")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        zh, en = "最少不能多于最多", "the least is more than the most"
        yield finding(f"/container/{part}/least", "quota", zh, en)
    for name, bound in bounds.items():
        asked = answer_schema(service.data["form"], bound) if isinstance(bound, str) else None
        if asked is not None and not (asked.get("type") == "integer" and "maximum" in asked):
            zh, en = "须填有上限的整数", "this is not asked for as a whole number with a maximum"
            yield finding(f"/container/{part}/{name}", "quota", zh, en)


def _hands_down(service: Service) -> Iterator[Finding]:
    """Members of its own kind, below it, have its list too."""
    handed, at = service.container.get("hands_down"), "/container/hands_down"
    if handed is None:
        return
    if service.id not in service.container["members"] or "part_of" not in service.data:
        zh, en = "只交给同一事项的成员", "only members of this same service have them too"
        yield finding(at, "members", zh, en)
    if service.container.get("takes_from") != "below":
        zh, en = "只交给下级（takes_from）", "they are handed down: it reaches below (takes_from)"
        yield finding(at, "takes_from", zh, en)
    asked = answer_schema(service.data["form"], handed["items"])
    if asked is not None and not (asked.get("type") == "array" and "maxItems" in asked):
        zh, en = "须填有上限的列表", "this is not asked for as a list with a maximum"
        yield finding(f"{at}/items", "type", zh, en)
    if handed["items"] in {one["pointer"] for one in service.data.get("confidential", ())}:
        zh, en = "不公开的内容不能下达", "what is kept back is not handed down"
        yield finding(f"{at}/items", "confidential", zh, en)


def _tells(service: Service) -> Iterator[Finding]:
    """What it tells of itself is short, and no secret."""
    secret = {one["pointer"] for one in service.data.get("confidential", ())}
    for name, pointer in service.container.get("tells", {}).items():
        at = f"/container/tells/{name}"
        asked = answer_schema(service.data["form"], pointer)
        if asked is None:
            continue
        if pointer in secret or asked.get("x-sensitive"):
            zh, en = "不公开的内容不能告知", "what is kept back is not told to members"
            yield finding(at, "confidential", zh, en)
        if name == "date" and asked.get("format") != "date":
            yield finding(at, "format", "须填日期（date）", "this is not asked for as a date")
        longest = LONGEST.get(name)
        if longest is not None and asked.get("maxLength", longest + 1) > longest:
            zh, en = f"最长{longest}字，才能写进短信", f"at most {longest} characters fit a message"
            yield finding(at, "maxLength", zh, en)


def _told(service: Service) -> Iterator[Finding]:
    """When and where a container meets is told about joining it."""
    joining = {
        str(one.data["event"]) for one in service.every_action() if JOIN in one.data.get("does", ())
    }
    for name, notice in service.notices.items():
        if notice.get("date") == "container" and not set(notice["on"]) <= joining:
            zh, en = "只有加入专项时才知道哪天", "only of what joins a container the day is known"
            yield finding(f"/notices/{name}/date", "container", zh, en)


def _concludes(service: Service) -> Iterator[Finding]:
    """What holds others is concluded by an act, which asks whether all have ended."""
    found = False
    for one in service.every_action():
        if CONCLUDE not in one.data.get("does", ()):
            continue
        found = True
        if not service.container:
            zh, en = "没有成员可收尾", "it holds no others that could have ended"
            yield finding(f"{one.at}/does", CONCLUDE, zh, en)
        elif "to" not in one.data:
            zh, en = "收尾的操作须转环节或办结", "what concludes it leads on"
            yield finding(f"{one.at}/to", "required", zh, en)
    if service.container and not found:
        zh, en = "没有收尾（conclude）的操作", "no action concludes it"
        yield finding("/container", CONCLUDE, zh, en)


def _member(service: Service) -> Iterator[Finding]:
    """A member names its container by its number; what holds others could come to hold itself."""
    pointer = service.data.get("part_of")
    schema = answer_schema(service.data["form"], pointer) if pointer else None
    if schema is not None and schema.get("format") != "case-number":
        zh, en = "须填办件编号（case-number）", "this is not asked for as a case number"
        yield finding("/part_of", "format", zh, en)
    joins = [one for one in service.every_action() if JOIN in one.data.get("does", ())]
    for one in joins:
        asked = answer_schema(one.data.get("input", {}), "/container") or {}
        if asked.get("format") != "case-number":
            zh, en = "container须填办件编号", "container must be asked for as a case number"
            yield finding(f"{one.at}/input", "input", zh, en)
        if service.container:
            zh, en = "专项不能事后并入别的专项", "what holds others cannot join later"
            yield finding(f"{one.at}/does", "container", zh, en)
    if service.data.get("restricted"):
        for at in [one.at for one in joins] + (["/part_of"] if pointer else []):
            zh, en = "保密的办件不能列为成员", "a restricted case is not listed anywhere"
            yield finding(at, "restricted", zh, en)
