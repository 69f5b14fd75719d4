"""Expressions of service documents: JSON Logic (jsonlogic.com), what a form needs of it, bounded.

What an expression is made of and which answers it reads; `evaluation` gives it its value. An
answer is named as JSON Logic does, by its path with dots; `*` is each entry of a list, or the
entry a rule is about. There is nothing in it that can loop, match patterns or build texts.
`age` is ours: full years on a day, which is the day of receipt where none is given (`ages`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.platform.json import escape

# Values and operators of one expression, and how many operators may stand inside each other.
MOST_PARTS = 200
DEEPEST = 12
LONGEST_NAME = 200
MOST = 1_000
EACH = "*"
AGE = "age"

# How many arguments each takes, at least and at most.
OPERATORS: Mapping[str, tuple[int, int]] = {
    "var": (1, 2),
    "missing": (1, MOST),
    "missing_some": (2, 2),
    "==": (2, 2),
    "===": (2, 2),
    "!=": (2, 2),
    "!==": (2, 2),
    "<": (2, 3),
    "<=": (2, 3),
    ">": (2, 3),
    ">=": (2, 3),
    "!": (1, 1),
    "!!": (1, 1),
    "and": (1, MOST),
    "or": (1, MOST),
    "if": (2, MOST),
    "in": (2, 2),
    "+": (1, MOST),
    "-": (1, 2),
    "*": (1, MOST),
    "/": (2, 2),
    "%": (2, 2),
    "min": (1, MOST),
    "max": (1, MOST),
    "map": (2, 2),
    "filter": (2, 2),
    "all": (2, 2),
    "some": (2, 2),
    "none": (2, 2),
    AGE: (1, 2),
}
# The second argument is read anew for each entry of the list that the first one gives.
QUANTIFIERS = frozenset({"all", "some", "none"})
SCOPED = QUANTIFIERS | {"map", "filter"}
TRUTHS = QUANTIFIERS | {"!", "!!", "and", "or"}
NAMING = frozenset({"var", "missing", "missing_some"})

Path = tuple[str, ...]


class Part(NamedTuple):
    """One value inside an expression: where it stands, and whose members its names are.

    `scope` is the path of the entry it is read for, () for the answers themselves, None inside a
    list that stands in no answer; `depth` counts the operators around it.
    """

    pointer: str
    value: Any
    scope: Path | None
    depth: int


def operation(value: Any) -> tuple[str, list[Any]] | None:
    """The operator and its arguments, or None for a value that is none."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((operator, given),) = value.items()
    return operator, given if isinstance(given, list) else [given]


def parts(expression: Any) -> Iterator[Part]:
    """The expression and everything in it; names that `var` and `missing` read are no parts."""
    ahead = [Part("", expression, (), 0)]
    while ahead:
        here = ahead.pop()
        yield here
        if isinstance(here.value, dict | list):
            ahead += reversed(_inside(here))


def _inside(here: Part) -> list[Part]:
    found = operation(here.value)
    if found is None:
        listed = here.value if isinstance(here.value, list) else []
        return [
            here._replace(pointer=f"{here.pointer}/{index}", value=item)
            for index, item in enumerate(listed)
        ]
    operator, arguments = found
    at = f"{here.pointer}/{escape(operator)}"
    many = isinstance(here.value[operator], list)
    return [
        Part(
            f"{at}/{index}" if many else at,
            argument,
            _entry(arguments[0], here.scope) if operator in SCOPED and index == 1 else here.scope,
            here.depth + 1,
        )
        for index, argument in enumerate(arguments)
        if not (operator in NAMING and (index == 0 or operator != "var"))
    ]


def _entry(of: Any, scope: Path | None) -> Path | None:
    """The path of one entry of the list that an expression gives."""
    operator, arguments = operation(of) or ("", [])
    if operator == "filter" and arguments:
        return _entry(arguments[0], scope)
    if operator == "var" and arguments and isinstance(arguments[0], str) and scope is not None:
        return (*path(arguments[0], scope), EACH)
    return None


def path(name: str, scope: Path = ()) -> Path:
    """The answer that a name means; the empty name is the entry itself."""
    return (*scope, *name.split(".")) if name else scope


def names(part: Part) -> list[tuple[str, str]]:
    """(pointer, name) of the answers that this part itself reads."""
    found = operation(part.value)
    if found is None or found[0] not in NAMING:
        return []
    operator, arguments = found
    at = f"{part.pointer}/{operator}"
    many = isinstance(part.value[operator], list)
    if operator == "var":
        listed = [(f"{at}/0" if many else at, arguments[0])] if arguments else []
    elif operator == "missing":
        listed = [(f"{at}/{i}" if many else at, one) for i, one in enumerate(arguments)]
    else:
        some = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], list) else []
        listed = [(f"{at}/1/{index}", one) for index, one in enumerate(some)]
    return [(pointer, name) for pointer, name in listed if isinstance(name, str)]


def reads(expression: Any) -> tuple[Path, ...]:
    """The answers that a sound expression looks at, each once."""
    found = (
        path(name, part.scope)
        for part in parts(expression)
        if part.scope is not None
        for _, name in names(part)
    )
    return tuple(dict.fromkeys(found))


def steps(pointer: str) -> Path:
    """The path that a JSON Pointer of a rule means; `*` is each entry of a list."""
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def overlap(one: Path, other: Path) -> bool:
    """Whether one answer is the other, holds it or lies in it."""
    return all(_alike(a, b) for a, b in zip(one, other, strict=False))


def _alike(a: str, b: str) -> bool:
    return a == b or (a == EACH and b.isdecimal()) or (b == EACH and a.isdecimal())
