"""What a case opens again and again: it begins and it ends, not too often, for somebody there is,
and what the other case is told is there.
"""

from collections.abc import Iterator

from chalicelib.clocks.recurrence import a_year
from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape, resolve
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.followlint import inputs, within
from chalicelib.services.checks.logiclint import malformed
from chalicelib.services.checks.namelint import asked_for
from chalicelib.services.checks.steps import steps
from chalicelib.services.document import END, Data, Service
from chalicelib.services.rules.expressions import reads

# Each is an event of the case, which is read whole by every act.
MOST_TIMES = 400
MOST_TARGETS = 50
SOURCES = frozenset({"answers", "nodes", "records"})
# What is known of a node.
OF_A_NODE = frozenset({"node", "code", "level", "labels"})


def emit_findings(service: Service, recorded: frozenset[str]) -> Iterator[Finding]:
    """`recorded` are the events this service can record."""
    for name, one in service.emissions.items():
        at = f"/flow/emits/{name}"
        yield from _events(service, at, one, recorded)
        yield from _often(at, one)
        yield from _over(service, at, one)
        yield from _told(service, at, one)
        yield from _condition(service, at, one)
        if one["opens"]["service"] == service.id:
            zh, en = "不能定期立本事项的案", "a service does not open itself again and again"
            yield finding(f"{at}/opens/service", "circle", zh, en)
    for at, opens in service.openings():
        if not at.startswith("/flow/emits/"):
            yield from _no_time(at, opens)


def _events(service: Service, at: str, one: Data, recorded: frozenset[str]) -> Iterator[Finding]:
    """It is begun by something that happens, and not by the end."""
    named = [(f"{at}/on/{index}", event) for index, event in enumerate(one["on"])]
    until = one["until"].get("events", ())
    named += [(f"{at}/until/events/{index}", event) for index, event in enumerate(until)]
    for where, event in named:
        if event not in recorded:
            yield finding(where, "event", f"不会发生{event}", f"{event} never happens")
    for index, event in enumerate(one["on"]):
        targets = [step.target for step in steps(service) if event in step.events]
        if targets and all(target.startswith(END) for target in targets):
            zh, en = "办结后不再立案，不会开始", "a case that is decided opens nothing more"
            yield finding(f"{at}/on/{index}", "end", zh, en)
        if event in until:
            zh, en = "开始和停止是同一件事", "what begins it cannot end it"
            yield finding(f"{at}/on/{index}", "unique", zh, en)


def _often(at: str, one: Data) -> Iterator[Finding]:
    if a_year(one["every"]) * one["until"]["months"] / 12 > MOST_TIMES:
        zh = f"次数过多：最多{MOST_TIMES}次，请缩短期间或者拉长间隔"
        en = f"too often: {MOST_TIMES} times at most; shorten it, or make the intervals longer"
        yield finding(f"{at}/every", "cost", zh, en)


def _over(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """One list of targets, which is there and has a bound."""
    over = one.get("over")
    if over is None:
        if "if" in one:
            zh, en = "没有名单（over），不能写条件", "a condition needs a list (over)"
            yield finding(f"{at}/if", "place", zh, en)
        return
    if len(SOURCES & over.keys()) != 1:
        zh, en = "名单写一种：answers、nodes或records", "one list: answers, nodes or records"
        yield finding(f"{at}/over", "oneOf", zh, en)
    if "answers" in over:
        listed = within(service.data["form"], over["answers"])
        if listed.get("type") != "array" or not 1 <= listed.get("maxItems", 0) <= MOST_TARGETS:
            zh = f"须为表单里的列表，最多{MOST_TARGETS}项"
            en = f"a list that the form asks for, of {MOST_TARGETS} entries at most"
            yield finding(f"{at}/over/answers", "items", zh, en)


def _told(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """What the new case is told stands where it is taken from."""
    for pointer, source in one["opens"]["answers"].items():
        ((kind, value),) = source.items()
        where = f"{at}/opens/answers/{escape(pointer)}/{kind}"
        if kind == "details" and not all(
            asked_for(schema, value) for schema in inputs(service, one)
        ):
            zh, en = "操作没有填写这一项", "the details have no such member"
            yield finding(where, "pointer", zh, en)
        if kind == "item" and not _known(service, one, value.split("/")[1:]):
            zh, en = "名单里没有这一项", "what is known of each has no such member"
            yield finding(where, "pointer", zh, en)


def _condition(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """A sound expression that reads what is known of each, and this case's answers."""
    if "if" not in one or "over" not in one:
        return
    wrong = list(malformed(f"{at}/if", one["if"], ()))
    yield from wrong
    for path in () if wrong else reads(one["if"]):
        ours = path[0] == "case" and asked_for(service.data["form"], "".join(map(_step, path[1:])))
        theirs = path[0] == "item" and _known(service, one, list(path[1:]))
        if not ours and not theirs:
            zh = f"没有{'.'.join(path)[:60]}：写item.…或case.…"
            en = f"there is no {'.'.join(path)[:60]}: write item.… or case.…"
            yield finding(f"{at}/if", "name", zh, en)


def _known(service: Service, one: Data, path: list[str]) -> bool:
    """Whether each of the targets may have such a member; the form of records is another's."""
    over = one.get("over", {})
    if "answers" in over:
        items = resolve(within(service.data["form"], over["answers"]), "/items")
        return isinstance(items, dict) and asked_for(items, "".join(map(_step, path)))
    if "nodes" in over:
        return bool(path) and path[0] in OF_A_NODE
    return "records" in over


def _step(name: str) -> str:
    return f"/{escape(name)}"


def _no_time(at: str, opens: Data) -> Iterator[Finding]:
    for pointer, source in opens["answers"].items():
        if "when" in source:
            zh, en = "只有定期立案才有时间", "only what is opened at its times has one"
            yield finding(f"{at}/answers/{escape(pointer)}/when", "place", zh, en)
