"""A fanout over data: its items are listed by an act or the region tree, and lie somewhere."""

from collections.abc import Iterator
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import resolve
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import asked_for, required_by
from chalicelib.services.checks.partlint import whos
from chalicelib.services.document import Data, Service

# Items of one stage (every act is decided under the condition of one case row), and what an engine
# settles a stage with that finds none or more.
MOST, UNLISTED = 500, "unlisted"


def spread_findings(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        at = f"/flow/stages/{stage}"
        if service.spread(stage):
            yield from _over(service, at, definition)
            yield from _join(at, definition)
        else:
            yield from _foreign(at, definition)
    yield from _places(service)


def _over(service: Service, at: str, definition: Data) -> Iterator[Finding]:
    over, parts = definition["over"], definition.get("parts", {})
    if set(parts) != {over["part"]}:
        zh, en = "按名单分派的环节恰有这一个分项", "the stage has this one part, for every item"
        yield finding(f"{at}/over/part", "target", zh, en)
        return
    part = parts[over["part"]]
    if "opened" in part:
        zh, en = "逐项分派的不另记开始事件", "an item records no event of its own as it opens"
        yield finding(f"{at}/parts/{over['part']}/opened", "place", zh, en)
    if "who" not in part:
        zh, en = "此项无人办理", "nobody does this part"
        yield finding(f"{at}/parts/{over['part']}/who", "actor", zh, en)
    if "nodes" in over:
        yield from _nodes(service, at, definition)
    else:
        yield from _listed(service, at, over, part)


def _nodes(service: Service, at: str, definition: Data) -> Iterator[Finding]:
    over = definition["over"]
    for name in ("event", "member", "is", "id", "lead"):
        if name in over:
            zh, en = "名单只能有一个来源", "the items come from one place only"
            yield finding(f"{at}/over/{name}", "source", zh, en)
    if not asked_for(service.data["form"], over["nodes"]["below"]):
        zh, en = "表单没有这一项", "the form does not ask for this"
        yield finding(f"{at}/over/nodes/below", "pointer", zh, en)
    if UNLISTED not in definition.get("outcomes", {}):
        zh = f"须有{UNLISTED}：该处以下没有此层级的辖区，或者超过{MOST}个"
        en = f"{UNLISTED} is missing: for no place of the level there, or more than {MOST}"
        yield finding(f"{at}/outcomes/{UNLISTED}", "required", zh, en)


def _listed(service: Service, at: str, over: Data, part: Data) -> Iterator[Finding]:
    if "is" not in over:
        zh, en = "须写明名单里是什么", "what does the event list?"
        yield finding(f"{at}/over/is", "required", zh, en)
    naming = [one.data for one in service.every_action() if one.data["event"] == over["event"]]
    if not naming or not all(_lists(one.get("input"), over, part) for one in naming):
        zh = f"记录此事件的操作都须填写名单：1至{MOST}项，每项都有编号"
        en = f"every action that records it must ask for 1 to {MOST} items, each with its id"
        yield finding(f"{at}/over/event", "event", zh, en)


def _lists(schema: Any, over: Data, part: Data) -> bool:
    """Whether it demands a bounded list whose items have all that is read from them."""
    asked = resolve(schema, f"/properties/{over['member']}")
    if over["member"] not in required_by(schema) or not isinstance(asked, dict):
        return False
    least, most = _count(asked.get("minItems")), _count(asked.get("maxItems"))
    item = asked.get("items")
    if not (1 <= least and 1 <= most <= MOST):
        return False
    read = [
        (over.get("id", ""), "string"),
        *([(over["lead"], "boolean")] if "lead" in over else []),
    ]
    if not all(_typed(item, pointer, type) for pointer, type in read):
        return False
    within = part.get("within", {})
    return "by" not in within or _chosen(item, within) == set(within["budgets"])


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _member(item: Any, pointer: str) -> Any:
    """The schema of a demanded member of an item, of the item itself for the empty pointer."""
    for name in pointer.split("/")[1:]:
        if name not in required_by(item):
            return None
        item = resolve(item, f"/properties/{name}")
    return item


def _typed(item: Any, pointer: str, type: str) -> bool:
    return bool(resolve(_member(item, pointer), "/type") == type)


def _chosen(item: Any, within: Data) -> set[Any]:
    """The budgets that an item may say are its own."""
    member = _member(item, within["by"])
    listed, ways = resolve(member, "/enum"), resolve(member, "/oneOf")
    if isinstance(listed, list):
        return {one for one in listed if isinstance(one, str)}
    found = (resolve(one, "/const") for one in ways) if isinstance(ways, list) else ()
    return {one for one in found if isinstance(one, str)}


def _join(at: str, definition: Data) -> Iterator[Finding]:
    join, over = definition.get("join", {}), definition["over"]
    if "lead" in join:
        zh, en = "牵头的在名单里注明", "the list says who leads"
        yield finding(f"{at}/join/lead", "place", zh, en)
    if join.get("rule") == "lead" and "lead" not in over:
        zh, en = "须写明名单里怎样注明牵头", "how does the list say who leads?"
        yield finding(f"{at}/over/lead", "required", zh, en)
    if join.get("rule") == "least" and "least" not in join:
        yield finding(f"{at}/join/least", "required", "缺少least", "least is missing")


def _foreign(at: str, definition: Data) -> Iterator[Finding]:
    for name, part in definition.get("parts", {}).items():
        if "within" in part:
            zh, en = "只有按名单分派的各项另有时限", "only items of a list have a time of their own"
            yield finding(f"{at}/parts/{name}/within", "place", zh, en)


def _places(service: Service) -> Iterator[Finding]:
    """Only what is sent to the items of a list lies where each of them does."""
    lying = {
        f"/flow/stages/{stage}/parts/"
        for stage in service.stages
        if "nodes" in service.spread(stage) or service.spread(stage).get("is") not in (None, "ref")
    }
    for at, who in whos(service):
        if who["at"] == "item" and not at.startswith(tuple(lying)):
            zh, en = "这里没有名单里的一方", "there is nobody here to whom it was sent"
            yield finding(f"{at}/at", "place", zh, en)
