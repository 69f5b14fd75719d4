"""Decision tables: names that exist, tests that can be met, and no case that two rules claim.

Each input has as many different values as its tests can tell apart. A rule is a box of those, so
that what no rule meets, what a rule is never asked for and where two overlap can be told.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import combinations
from operator import and_, eq, ge, gt, le, lt, or_
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import compact, escape
from chalicelib.services.checks.logickinds import gives
from chalicelib.services.document import Data, Service
from chalicelib.services.forms.gate import finding
from chalicelib.services.rules.asked import choices, kind, required, schema_at
from chalicelib.services.rules.expressions import operation, overlap, path, steps
from chalicelib.services.rules.tables import (
    BOUNDS,
    COLLECT,
    FIRST,
    PAPERS,
    ROUTING,
    UNIQUE,
    tables,
)

# Different values that the tests of one input name, and steps that looking for gaps may take.
MOST_VALUES = 60
STEPS = 5_000

COMPARED = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}

Box = tuple[int, ...]


class Input:
    """`values` are one for each that tests can tell apart, None for a missing one."""

    def __init__(self, name: str, values: list[Any]) -> None:
        self.name, self.values = name, values
        self.all = (1 << len(values)) - 1
        self._bits: dict[str, list[tuple[int, Any]]] = {}
        for index, value in enumerate(values):
            self._bits.setdefault(kind(value), []).append((1 << index, value))
        self._met: dict[tuple[str, str, Any], int] = {}

    def meeting(self, test: Any) -> int:
        """The values that meet a test, as bits; the same as `tables.meets` tells one by one."""
        if isinstance(test, Mapping) and "missing" in test:
            return sum(bit for bit, _ in self._bits.get("null", ()))
        if isinstance(test, Mapping):
            return reduce(and_, (self._one(name, bound) for name, bound in test.items()))
        return reduce(or_, (self._one("=", value) for value in _values(test)))

    def _one(self, name: str, bound: Any) -> int:
        key = name, kind(bound), bound
        if key not in self._met:
            holds = COMPARED[name]
            alike = self._bits.get(kind(bound), ())
            self._met[key] = sum(bit for bit, value in alike if holds(value, bound))
        return self._met[key]


def table_findings(service: Service) -> Iterator[Finding]:
    routed = False
    for name, table in tables(service).items():
        at = f"/logic/tables/{escape(name)}"
        wrong = [*_inputs(service, at, table), *_outcomes(service, at, table)]
        yield from wrong
        if not wrong and table["hit"] == UNIQUE:
            yield from _overlaps(service, at, table)
        if table["decides"] == ROUTING and table["hit"] == COLLECT:
            zh, en = "办件只能由一个单位办理", "one unit handles a case"
            yield finding(f"{at}/hit", "enum", zh, en)
        if table["decides"] == ROUTING and routed:
            zh, en = "只能有一张表决定办理单位", "one table decides which unit handles"
            yield finding(f"{at}/decides", "unique", zh, en)
        routed = routed or table["decides"] == ROUTING


def _inputs(service: Service, at: str, table: Data) -> Iterator[Finding]:
    form = service.data["form"]
    named = [one["name"] for one in table["inputs"]]
    for index, one in enumerate(table["inputs"]):
        here = f"{at}/inputs/{index}"
        if one["name"] in named[:index]:
            yield finding(f"{here}/name", "unique", "名称重复", "this name is taken")
        found = gives(form, one["value"], ())
        if not found & {"string", "number", "boolean"}:
            zh, en = (
                "决策表的输入须为文字、数字或是否",
                "an input is a text, a number or a yes or no",
            )
            yield finding(f"{here}/value", "type", zh, en)
        if len(list(_mentioned(table, one["name"]))) > MOST_VALUES:
            zh, en = (
                f"一个输入最多{MOST_VALUES}个不同的值",
                f"{MOST_VALUES} different values at most",
            )
            yield finding(here, "size", zh, en, limit=MOST_VALUES)
    for index, rule in enumerate(table["rules"]):
        for name, test in rule["when"].items():
            yield from _test(service, table, f"{at}/rules/{index}/when/{escape(name)}", name, test)


def _test(service: Service, table: Data, at: str, name: str, test: Any) -> Iterator[Finding]:
    one = next((one for one in table["inputs"] if one["name"] == name), None)
    if one is None:
        yield finding(at, "input", "没有这个输入", "there is no such input")
        return
    found, offered = gives(service.data["form"], one["value"], ()), _offered(service, one["value"])
    for value in _values(test):
        if kind(value) not in found:
            zh, en = f"输入{name}不会是{value}", f"the input {name} is never {value}"
            yield finding(at, "type", zh, en)
        elif offered is not None and value not in offered and not isinstance(test, dict):
            zh, en = f"表单没有选项{value}", f"the form has no choice {value}"
            yield finding(at, "choice", zh, en, choice=value)


def _outcomes(service: Service, at: str, table: Data) -> Iterator[Finding]:
    places = [(f"{at}/rules/{i}/then", rule["then"]) for i, rule in enumerate(table["rules"])]
    places += [(f"{at}/default", table["default"])] if "default" in table else []
    for here, outcome in places if table["decides"] == PAPERS else ():
        for paper in outcome["papers"]:
            if paper not in service.papers:
                zh, en = f"没有材料{paper}", f"no such paper: {paper}"
                yield finding(f"{here}/papers/{escape(paper)}", "paper", zh, en)


def _overlaps(service: Service, at: str, table: Data) -> Iterator[Finding]:
    boxes = _boxes(table, _read(service, table))
    for (one, first), (two, second) in combinations(enumerate(boxes), 2):
        if all(a & b for a, b in zip(first, second, strict=True)):
            zh, en = f"与第{one + 1}条规则重叠", f"it overlaps with rule {one + 1}"
            yield finding(f"{at}/rules/{two}", "overlap", zh, en)
            return


def table_advice(service: Service) -> Iterator[Finding]:
    """Rules that decide nothing, and values that no rule meets: warnings."""
    left = [STEPS]
    for name, table in tables(service).items():
        at = f"/logic/tables/{escape(name)}"
        inputs = _read(service, table)
        boxes = _boxes(table, inputs)
        for index, box in enumerate(boxes):
            before = boxes[:index] if table["hit"] == FIRST else []
            if 0 in box or _outside(box, before, left) is None:
                zh, en = "这条规则从不适用", "this rule never applies"
                yield _warning(f"{at}/rules/{index}", "unreachable", zh, en)
        everything = tuple(one.all for one in inputs)
        gap = None if "default" in table else _outside(everything, boxes, left)
        if gap and left[0] >= 0 and table["decides"] != ROUTING:
            said = ", ".join(f"{n} = {value}" for n, value in _example(inputs, gap))
            zh, en = f"没有规则适用：{said}", f"no rule applies: {said}"
            yield _warning(f"{at}/rules", "gap", zh, en)


def _warning(at: str, keyword: str, zh: str, en: str) -> Finding:
    return finding(at, keyword, zh, en)._replace(severity="warning")


def _example(inputs: list[Input], box: Box) -> Iterator[tuple[str, str]]:
    for one, some in zip(inputs, box, strict=True):
        value = one.values[(some & -some).bit_length() - 1]
        yield one.name, "-" if value is None else compact(value)


def _outside(box: Box, boxes: list[Box], left: list[int]) -> Box | None:
    """A part of the box that lies in none of the boxes; the box itself when too much is asked."""
    left[0] -= 1
    if left[0] < 0 or not boxes:
        return box
    first, *rest = boxes
    if not all(a & b for a, b in zip(box, first, strict=True)):
        return _outside(box, rest, left)
    for index, (a, b) in enumerate(zip(box, first, strict=True)):
        if a & ~b:
            found = _outside((*box[:index], a & ~b, *box[index + 1 :]), rest, left)
            if found is not None:
                return found
        box = (*box[:index], a & b, *box[index + 1 :])
    return None


def _read(service: Service, table: Data) -> list[Input]:
    return [Input(one["name"], _apart(service, table, one)) for one in table["inputs"]]


def _boxes(table: Data, inputs: list[Input]) -> list[Box]:
    return [tuple(_side(one, rule["when"]) for one in inputs) for rule in table["rules"]]


def _side(one: Input, tests: Data) -> int:
    return one.meeting(tests[one.name]) if one.name in tests else one.all


def _apart(service: Service, table: Data, one: Data) -> list[Any]:
    """Values of the input that its tests can tell apart."""
    offered = _offered(service, one["value"])
    if offered is None:
        kinds = gives(service.data["form"], one["value"], ())
        said = list(_mentioned(table, one["name"]))
        offered = [True, False] if "boolean" in kinds else []
        offered += _numbers(sorted(v for v in said if kind(v) == "number")) * ("number" in kinds)
        offered += _texts(sorted(v for v in said if kind(v) == "string")) * ("string" in kinds)
    return offered if _always(service, one["value"]) else [*offered, None]


def _numbers(said: list[float]) -> list[float]:
    """Each, and one between any two, below and above."""
    if not said:
        return [0]
    between = [(a + b) / 2 for a, b in zip(said, said[1:], strict=False)]
    return [said[0] - 1, *said, *between, said[-1] + 1]


def _texts(said: list[str]) -> list[str]:
    """Each, and one just after it; an empty text is a missing one."""
    return [*said, *(f"{one}\u0001" for one in said), "\u0001"]


def _mentioned(table: Data, name: str) -> Iterator[Any]:
    """The different values that tests of an input name."""
    said = {}
    for rule in table["rules"]:
        for value in _values(rule["when"][name]) if name in rule["when"] else ():
            said[kind(value), value] = value
    yield from said.values()


def _values(test: Any) -> list[Any]:
    if isinstance(test, Mapping):
        return [bound for name, bound in test.items() if name in BOUNDS]
    return test if isinstance(test, list) else [test]


def _offered(service: Service, value: Any) -> list[Any] | None:
    """The choices of the answer that an input simply is."""
    operator, arguments = operation(value) or ("", [])
    if operator != "var" or len(arguments) != 1:
        return [True, False] if gives(service.data["form"], value, ()) == {"boolean"} else None
    found = choices(schema_at(service.data["form"], path(arguments[0])) or {})
    return found and [one for one in found if kind(one) in ("string", "number", "boolean")]


def _always(service: Service, value: Any) -> bool:
    """Whether the input simply is an answer that every submission has."""
    operator, arguments = operation(value) or ("", [])
    if operator != "var":
        return False
    where = path(arguments[0])
    hides = [steps(one["pointer"]) for one in service.data["logic"].get("shows", ())]
    if any(overlap(where, one) for one in hides):
        return False
    lengths = range(1, len(where) + 1)
    return all(required(service.data["form"], where[:length]) for length in lengths)
