"""The logic of a service document: expressions that are sound and bounded, and fit the form.

First each expression by itself, then what its names and places mean in the form, then that no
rule waits for itself; what `tables` say is in `tablelint`.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from graphlib import CycleError
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.checks.logickinds import LENGTH_OF_TIME, gives, kind_findings
from chalicelib.services.checks.tablelint import table_findings
from chalicelib.services.document import Data, Service
from chalicelib.services.forms.gate import finding, places
from chalicelib.services.rules import evaluation
from chalicelib.services.rules.asked import kinds, required, schema_at
from chalicelib.services.rules.expressions import (
    DEEPEST,
    EACH,
    LONGEST_NAME,
    MOST_PARTS,
    NAMING,
    OPERATORS,
    Part,
    Path,
    names,
    operation,
    overlap,
    parts,
    path,
    reads,
    steps,
)
from chalicelib.services.rules.logic import DROP, NULL, PASSES, passes
from chalicelib.services.rules.spots import entry

Place = tuple[str, Any, Path]
MARKS = {"x-compute": "computes", "x-on-hide": "shows"}


def logic_findings(service: Service) -> Iterator[Finding]:
    if "logic" not in service.data:
        return
    wrong = [told for one in expressions(service) for told in malformed(*one)]
    yield from wrong
    if wrong:
        return
    for check in (_read, _shown, _computed, _waiting, table_findings):
        yield from check(service)


def expressions(service: Service) -> Iterator[Place]:
    """(where it stands, the expression, the entry that it is read for) of every one."""
    logic = service.data["logic"]
    for part, member in (("shows", "if"), ("computes", "value")):
        for index, one in enumerate(logic.get(part, ())):
            yield f"/logic/{part}/{index}/{member}", one[member], entry(steps(one["pointer"]))
    for name, table in logic.get("tables", {}).items():
        for index, one in enumerate(table["inputs"]):
            at = f"/logic/tables/{escape(name)}/inputs/{index}/value"
            yield at, one["value"], ()


def malformed(at: str, expression: Any, of: Path) -> Iterator[Finding]:
    """What is wrong with an expression by itself."""
    wrong = False
    for number, part in enumerate(parts(expression)):
        if number == MOST_PARTS:
            zh, en = f"最多{MOST_PARTS}个部分", f"{MOST_PARTS} parts at most"
            yield finding(at, "size", zh, en, limit=MOST_PARTS)
            return
        if part.depth > DEEPEST:
            zh, en = f"最多嵌套{DEEPEST}层", f"nested {DEEPEST} deep at most"
            yield finding(at, "depth", zh, en, limit=DEEPEST)
            return
        for told in _part(part, of):
            wrong = True
            yield told._replace(pointer=f"{at}{told.pointer}")
    if not wrong and evaluation.size(expression) > evaluation.MOST_WRITTEN:
        zh, en = "条件中的条件过多", "too many conditions inside conditions"
        yield finding(at, "cost", zh, en)


def _part(part: Part, of: Path) -> Iterator[Finding]:
    if isinstance(part.value, str) and LENGTH_OF_TIME.fullmatch(part.value):
        zh, en = "时长请用数字比较", "compare lengths of time as numbers"
        yield finding(part.pointer, "time", zh, en)
    if not isinstance(part.value, dict):
        return
    found = operation(part.value)
    if found is None:
        zh, en = "每个运算只有一个名称", "an operation has one name"
        yield finding(part.pointer, "operator", zh, en)
        return
    operator, arguments = found
    least, most = OPERATORS.get(operator, (0, -1))
    if operator not in OPERATORS:
        yield _unknown(part.pointer, operator)
    elif not least <= len(arguments) <= most:
        zh, en = f"{operator}的参数个数不对", f"{operator} has another number of arguments"
        yield finding(f"{part.pointer}/{escape(operator)}", "arguments", zh, en)
    elif operator in NAMING:
        yield from _names(part, operator, arguments, of)


def _unknown(pointer: str, operator: str) -> Finding:
    zh, en = f"没有运算{operator[:40]}", f"no such operator: {operator[:40]}"
    likely = get_close_matches(operator[:40], OPERATORS, 1, 0.7)
    if likely:
        zh, en = f"{zh}，是否为{likely[0]}？", f"{en}; did you mean {likely[0]}?"
    return finding(f"{pointer}/{escape(operator)}", "operator", zh, en)


def _names(part: Part, operator: str, arguments: list[Any], of: Path) -> Iterator[Finding]:
    named = names(part)
    listed = arguments[1] if operator == "missing_some" else arguments
    wanted = listed[:1] if operator == "var" else listed
    some = operator != "missing_some" or type(arguments[0]) is int
    if not isinstance(wanted, list) or len(named) != len(wanted) or not some:
        zh, en = "此处须写答案的名称", "names of answers must stand here"
        yield finding(f"{part.pointer}/{operator}", "name", zh, en)
        return
    for pointer, name in named:
        if len(name) > LONGEST_NAME or (not name and part.scope == ()):
            zh, en = "请写明是哪一项", "say which answer"
            yield finding(pointer, "name", zh, en)
        entries = path(name)[: len(of)]
        if EACH in name.split(".") and (not of or entries != of or name.count(EACH) > 1):
            zh = "只有规则自己的列表可以用*；其他列表请用map、some、all"
            en = "* is for the rule's own list; use map, some or all for others"
            yield finding(pointer, "entry", zh, en)


def _read(service: Service) -> Iterator[Finding]:
    """Names are those of the form, and of answers that stay in the case; kinds fit."""
    form = service.data["form"]
    apart = [steps(one["pointer"]) for one in service.data.get("splits", ())]
    for at, expression, _ in expressions(service):
        inside = list(parts(expression))
        for part in inside:
            for pointer, name in names(part):
                if part.scope is None:
                    continue
                where = path(name, part.scope)
                if schema_at(form, where) is None:
                    yield finding(
                        f"{at}{pointer}",
                        "pointer",
                        "表单没有这一项",
                        "the form does not ask for this",
                    )
                elif any(overlap(where, one) for one in apart):
                    yield _apart(f"{at}{pointer}")
        yield from kind_findings(at, form, inside)


def _apart(pointer: str) -> Finding:
    zh, en = "这一项另立办件，不在本办件中", "this becomes a case of its own and is not kept here"
    return finding(pointer, "split", zh, en)


def _targets(service: Service, part: str) -> Iterator[tuple[str, Data, Path]]:
    """(where it stands, the rule, the path it is about) of every rule of a part."""
    for index, one in enumerate(service.data["logic"].get(part, ())):
        yield f"/logic/{part}/{index}", one, steps(one["pointer"])


def _places(service: Service, part: str) -> Iterator[Finding]:
    form, seen = service.data["form"], list[Path]()
    apart = [steps(one["pointer"]) for one in service.data.get("splits", ())]
    for at, _, where in _targets(service, part):
        pointer = f"{at}/pointer"
        if schema_at(form, where) is None:
            zh, en = "表单没有这一项", "the form does not ask for this"
            yield finding(pointer, "pointer", zh, en)
        if where.count(EACH) > 1 or where[-1] == EACH or any(s.isdecimal() for s in where):
            zh, en = (
                "列表用*，其后须写明是哪一项",
                "a list is *, followed by which answer of its entries",
            )
            yield finding(pointer, "entry", zh, en)
        twice = any(overlap(where, one) if part == "computes" else where == one for one in seen)
        if twice:
            yield finding(pointer, "unique", "这一项已有规则", "there is a rule for this already")
        if any(overlap(where, one) for one in apart):
            yield _apart(pointer)
        seen.append(where)


def _shown(service: Service) -> Iterator[Finding]:
    yield from _places(service, "shows")
    form, subject = service.data["form"], service.data["subject"]
    needed = [steps(subject[name]) for name in ("name", "region") if name in subject]
    for at, one, where in _targets(service, "shows"):
        on_hide = one.get("on_hide", DROP)
        if any(overlap(where, path) and len(where) <= len(path) for path in needed):
            zh, en = "申请人姓名和所在地区不能隐藏", "who applies and where cannot be hidden"
            yield finding(f"{at}/pointer", "subject", zh, en)
        if on_hide == DROP and required(form, where):
            zh, en = "此项必填，隐藏后无法提交", "this answer is required and could not be hidden"
            yield finding(f"{at}/pointer", "required", zh, en)
        if on_hide == NULL and "null" not in kinds(schema_at(form, where) or {}):
            zh, en = "表单的这一项不能为空值", "the form does not take null there"
            yield finding(f"{at}/on_hide", "type", zh, en)


def _computed(service: Service) -> Iterator[Finding]:
    yield from _places(service, "computes")
    form = service.data["form"]
    for at, one, where in _targets(service, "computes"):
        schema = schema_at(form, where)
        if schema is None:
            continue
        given, taken = gives(form, one["value"], ()), kinds(schema)
        written = "number" in given and "string" in taken
        if not given & taken and not written:
            zh, en = (
                "算出的类型与表单不符",
                "what is computed is of another kind than the form takes",
            )
            yield finding(f"{at}/value", "type", zh, en)
    computed = [where for _, _, where in _targets(service, "computes")]
    for at, one, _ in _targets(service, "shows"):
        for read in reads(one["if"]):
            if any(overlap(read, where) for where in computed):
                zh = f"条件不能依据算出的项{'.'.join(read)}"
                en = f"a condition cannot depend on {'.'.join(read)}, which is computed"
                yield finding(f"{at}/if", "computed", zh, en)


def _waiting(service: Service) -> Iterator[Finding]:
    for part, member in (("shows", "if"), ("computes", "value")):
        listed = service.data["logic"].get(part, ())
        try:
            rounds = passes(
                [steps(one["pointer"]) for one in listed], [one[member] for one in listed]
            )
        except CycleError as error:
            circle = error.args[1]
            said = " → ".join(listed[index]["pointer"] for index in reversed(circle))
            zh, en = f"规则互相依赖：{said}", f"rules wait for each other: {said}"
            yield finding(f"/logic/{part}/{circle[0]}/{member}", "circle", zh, en)
            continue
        for index in (index for round in rounds[PASSES:] for index in round):
            zh, en = f"条件最多逐级依赖{PASSES}次", f"rules can build on each other {PASSES} times"
            yield finding(f"/logic/{part}/{index}/{member}", "passes", zh, en, limit=PASSES)


def logic_advice(service: Service) -> Iterator[Finding]:
    """What could be better: warnings."""
    yield from _elsewhere(service)
    form = service.data["form"]
    for at, _, where in _targets(service, "computes") if "logic" in service.data else ():
        schema = schema_at(form, where) or {}
        if schema.get("readOnly") is not True:
            zh, en = (
                "此项由系统计算，表单中请加readOnly",
                "it is computed: mark it readOnly in the form",
            )
            yield _warning(f"{at}/pointer", "readOnly", zh, en)
        if required(form, where):
            zh = "此项由系统计算又必填：算不出时无法提交"
            en = "it is computed and required: where nothing comes out, nothing can be submitted"
            yield _warning(f"{at}/pointer", "required", zh, en)


def _elsewhere(service: Service) -> Iterator[Finding]:
    """Marks in the form that other form systems go by; here the rules are in one place."""
    found, _ = places("/form", service.data["form"])
    for place in found:
        for mark, part in MARKS.items():
            if mark in place.schema:
                zh, en = (
                    f"{mark}不起作用，请写在logic的{part}中",
                    f"{mark} does nothing: write it in logic, {part}",
                )
                yield _warning(f"/form{place.pointer}/{mark}", "portable", zh, en)


def _warning(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return finding(pointer, keyword, zh, en)._replace(severity="warning")
