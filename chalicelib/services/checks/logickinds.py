"""Which kinds of value an expression gives, and where two of them can never fit.

A number and a text can be compared where the text is a number written out, as money often is.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.services.document import Data
from chalicelib.services.forms.gate import finding
from chalicelib.services.rules.asked import ANY, choices, kind, kinds, schema_at
from chalicelib.services.rules.decimals import ARITHMETIC, PLAIN
from chalicelib.services.rules.expressions import AGE, TRUTHS, Part, Path, operation, path

ORDER = frozenset({"<", "<=", ">", ">="})
EQUALITY = frozenset({"==", "===", "!=", "!=="})
NUMERIC = frozenset({"number", "string"})
LISTS = frozenset({"array"})
TEXT = frozenset({"string"})
GIVEN = (
    dict.fromkeys(TRUTHS | ORDER | EQUALITY | {"in"}, frozenset({"boolean"}))
    | dict.fromkeys([*ARITHMETIC, "min", "max", AGE], frozenset({"number"}))
    | dict.fromkeys(("map", "filter", "missing", "missing_some"), LISTS)
)
# What datalogic-py reads as a length of time wherever it stands.
LENGTH_OF_TIME = re.compile(r"[0-9]+[dhms](:[0-9]+[dhms])*")


def gives(form: Data, value: Any, scope: Path | None) -> frozenset[str]:
    """The kinds of value that come out of an expression, read for the entry at `scope`."""
    operator, arguments = operation(value) or ("", [])
    if operator in GIVEN:
        return GIVEN[operator]
    if operator == "if":
        ends = len(arguments) - 1
        ways = [one for i, one in enumerate(arguments) if i % 2 or i == ends]
        none = frozenset[str]() if len(arguments) % 2 else frozenset({"null"})
        return none.union(*(gives(form, one, scope) for one in ways))
    if operator != "var":
        return frozenset({kind(value)})
    schema = None if scope is None else schema_at(form, path(arguments[0], scope))
    known = ANY if schema is None else kinds(schema)
    return known.union(*(gives(form, one, scope) for one in arguments[1:]))


def kind_findings(at: str, form: Data, inside: Iterable[Part]) -> Iterator[Finding]:
    """Of the parts of an expression; `at` is where that stands in the document."""
    for part in inside:
        operator, arguments = operation(part.value) or ("", [])
        sides = [gives(form, one, part.scope) for one in arguments]
        here = f"{at}{part.pointer}"
        if operator in EQUALITY | ORDER:
            yield from _compared(here, form, part, operator, arguments, sides)
        elif operator in ARITHMETIC and not all(one & (NUMERIC | LISTS) for one in sides):
            yield finding(here, "type", "只能用数字计算", "only numbers can be calculated with")
        elif operator == AGE and not all(one & TEXT for one in sides):
            zh, en = "年龄由出生日期或身份证号得出", "a date or a citizen number has an age"
            yield finding(here, "type", zh, en)
        elif operator in ("some", "all", "none", "map", "filter") and not sides[0] & LISTS:
            yield finding(here, "type", "此处须为列表", "a list must stand here")
        elif operator == "in":
            yield from _contained(here, form, part, arguments, sides)


def _compared(
    here: str,
    form: Data,
    part: Part,
    operator: str,
    arguments: list[Any],
    sides: list[frozenset[str]],
) -> Iterator[Finding]:
    for one, other in zip(range(len(sides)), range(1, len(sides)), strict=False):
        if not _alike(arguments, sides, one, other):
            zh, en = "两边的类型不同，不能比较", "the two sides are of different kinds"
            yield finding(here, "type", zh, en)
    if operator in ORDER and any(not one & NUMERIC for one in sides):
        zh, en = "只有数字和文字能比较大小", "only numbers and texts have an order"
        yield finding(here, "type", zh, en)
    if operator in EQUALITY:
        for answer, literal in (arguments, arguments[::-1]):
            yield from _chosen(here, form, part, answer, [literal])


def _alike(arguments: list[Any], sides: list[frozenset[str]], one: int, other: int) -> bool:
    if sides[one] & sides[other]:
        return True
    texts = [a for a in (arguments[one], arguments[other]) if isinstance(a, str)]
    return sides[one] | sides[other] == NUMERIC and all(PLAIN.fullmatch(a) for a in texts)


def _contained(
    here: str, form: Data, part: Part, arguments: list[Any], sides: list[frozenset[str]]
) -> Iterator[Finding]:
    if not sides[1] & {"array", "string"}:
        yield finding(here, "type", "此处须为列表或文字", "a list or a text must stand here")
    elif isinstance(arguments[1], list):
        yield from _chosen(here, form, part, arguments[0], arguments[1])


def _chosen(
    here: str, form: Data, part: Part, answer: Any, literals: list[Any]
) -> Iterator[Finding]:
    """A value that the form does not offer is a slip of the pen."""
    operator, arguments = operation(answer) or ("", [])
    if operator != "var" or part.scope is None:
        return
    offered = choices(schema_at(form, path(arguments[0], part.scope)) or {})
    for literal in literals:
        plain = not isinstance(literal, dict | list) and literal is not None
        if plain and offered is not None and literal not in offered:
            zh, en = f"表单没有选项{literal}", f"the form has no choice {literal}"
            yield finding(here, "choice", zh, en, choice=literal)
