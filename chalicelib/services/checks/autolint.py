"""Stages that decide by themselves: by a table of their own, in favour of the applicant or not at
all, and never in a circle.

A machine refuses nobody: a refusal states its reasons after somebody has looked (行政许可法
arts. 34, 38), and nobody need accept a decision by machine alone (个人信息保护法 art. 24). What no
row decides goes to a desk.
"""

from collections.abc import Iterator, Mapping

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.logiclint import expressions
from chalicelib.services.document import AUTO, Data, Service, result_of
from chalicelib.services.rules.expressions import AGE, operation, parts
from chalicelib.services.rules.tables import OUTCOME, tables

# What only stages have in which somebody acts or waits.
FOREIGN = ("who", "for", "actions", "parts", "slots", "waiting", "hold", "card", "over", "join")
# Kinds of stage that may be left with nobody having looked.
UNSEEN = frozenset({AUTO, "gate"})


def auto_findings(service: Service) -> Iterator[Finding]:
    used = set()
    for stage, definition in service.stages.items():
        at = f"/flow/stages/{stage}"
        if definition["kind"] == AUTO:
            used.add(definition.get("table", ""))
            yield from _stage(service, at, stage, definition)
        elif "table" in definition:
            zh, en = "只有自动判定的环节用判定表", "only a stage of kind auto has a table"
            yield finding(f"{at}/table", "place", zh, en)
    for name, table in _deciding(service).items():
        at = f"/logic/tables/{escape(name)}"
        if name not in used:
            yield finding(at, "unused", "没有环节用这张表", "no stage decides by this table")
        yield from _missing(at, table)
    yield from _ages(service)


def _deciding(service: Service) -> Mapping[str, Data]:
    return {name: one for name, one in tables(service).items() if one["decides"] == OUTCOME}


def _stage(service: Service, at: str, stage: str, definition: Data) -> Iterator[Finding]:
    for name in FOREIGN:
        if name in definition:
            zh, en = "自动判定的环节无人办理", "nobody acts or waits in a stage of kind auto"
            yield finding(f"{at}/{name}", "place", zh, en)
    table = _deciding(service).get(definition.get("table", ""))
    if table is None:
        zh, en = "须写明判定环节结论的判定表", "which table decides the outcome?"
        yield finding(f"{at}/table", "table", zh, en)
        return
    yield from _outcomes(at, definition, table)
    yield from _default(service, at, definition, table)
    for outcome, way in definition.get("outcomes", {}).items():
        here = f"{at}/outcomes/{outcome}"
        if "reason" in way:
            zh, en = "理由写在判定表的各行", "the rows of the table say why"
            yield finding(f"{here}/reason", "reason", zh, en)
        yield from _ahead(service, f"{here}/to", stage, way["to"])


def _outcomes(at: str, definition: Data, table: Data) -> Iterator[Finding]:
    """Every row leads somewhere, and every outcome comes of a row."""
    outcomes = definition.get("outcomes", {})
    named = {one["outcome"] for one in (*_thens(table), table["default"])}
    for name in sorted(named - outcomes.keys()):
        yield finding(f"{at}/outcomes/{name}", "required", f"缺少{name}", f"{name} is missing")
    for name in sorted(outcomes.keys() - named):
        zh, en = "判定表没有这个结论", "no row of the table comes to this"
        yield finding(f"{at}/outcomes/{name}", "outcome", zh, en)


def _thens(table: Data) -> Iterator[Data]:
    return (rule["then"] for rule in table["rules"])


def _default(service: Service, at: str, definition: Data, table: Data) -> Iterator[Finding]:
    """What no row decides, or cannot be decided, is looked at by a person."""
    outcome = table["default"]["outcome"]
    way = definition.get("outcomes", {}).get(outcome)
    kind = service.stages.get(way["to"], {}).get("kind") if way else "desk"
    if kind != "desk":
        zh, en = "判定不了的须转有人办理的环节", "what is not decided goes to a desk"
        yield finding(f"{at}/outcomes/{outcome}/to", "person", zh, en)


def _ahead(service: Service, at: str, stage: str, target: str) -> Iterator[Finding]:
    """Where a case comes to with nobody having looked at it."""
    seen, ahead = set[str](), [target]
    while ahead:
        here = ahead.pop()
        result = service.data["results"].get(result_of(here) or "", {})
        if result.get("negative"):
            zh, en = "系统不能自动作出不利结果", "nobody is refused by a machine"
            yield finding(at, "refusal", zh, en)
        if here == stage:
            zh, en = "无人办理而转回自身", "it comes back to itself with nobody having acted"
            yield finding(at, "circle", zh, en)
        definition = service.stages.get(here, {})
        if definition.get("kind") in UNSEEN and here not in seen:
            seen.add(here)
            ahead += [way["to"] for way in definition.get("outcomes", {}).values()]


def _missing(at: str, table: Data) -> Iterator[Finding]:
    for index, rule in enumerate(table["rules"]):
        for name, test in rule["when"].items():
            if isinstance(test, Mapping) and "missing" in test:
                zh, en = "缺少的一律由人判定", "what is missing is never decided by a row"
                yield finding(f"{at}/rules/{index}/when/{escape(name)}", "missing", zh, en)


def _ages(service: Service) -> Iterator[Finding]:
    """The day of receipt is known only where a stage decides."""
    if "logic" not in service.data:
        return
    known = tuple(f"/logic/tables/{escape(name)}/" for name in _deciding(service))
    for at, expression, _ in expressions(service):
        for part in parts(expression):
            operator, arguments = operation(part.value) or ("", [])
            if operator == AGE and len(arguments) == 1 and not at.startswith(known):
                zh, en = "此处须写明是哪一天的年龄", "the age on which day?"
                yield finding(f"{at}{part.pointer}/{AGE}", "day", zh, en)
