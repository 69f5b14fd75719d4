"""What an expression comes to, by datalogic-py; the only module that knows the library.

Two rules are ours, and are written into the expression before the library compiles it. What is
missing never satisfies a condition: a condition holds where it certainly holds, whatever the
missing answers might be, and one that is negated where it certainly fails, so that the order of
operands means nothing (Kleene). And arithmetic is exact (`decimals`). A type that does not fit is
treated like a missing answer. Texts compare as texts, but date-times as moments and lengths of
time (1d, 24h) as lengths.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from json import loads
from typing import Any

import datalogic_py

from chalicelib.services.rules.ages import aged
from chalicelib.services.rules.decimals import ARITHMETIC, calculated
from chalicelib.services.rules.expressions import (
    AGE,
    EACH,
    QUANTIFIERS,
    TRUTHS,
    Path,
    operation,
    reads,
)
from chalicelib.services.rules.spots import values_in

# Steps of the library that one settlement of a submission may take: some ten milliseconds, and
# less than a second when each is one of our own sums.
STEPS = 100_000
# Values that are handed to the library in the time of one step.
HANDED = 8
# A condition inside an `if` is written twice.
MOST_WRITTEN = 2_000
_OURS = "exact "
# Where the day of receipt stands among the answers; no answer has such a name.
_RECEIVED = "*received"
_ENGINE = datalogic_py.Engine(
    config={
        "preset": "strict",
        "missing_var": "error",
        "division_by_zero": "throw_error",
        "max_recursion_depth": 128,
    },
    families=["ErrorHandling"],
    custom_operators={
        **{_OURS + one: partial(calculated, one) for one in ARITHMETIC},
        _OURS + AGE: aged,
    },
)
UNKNOWN = {"throw": "unknown"}


class Spent(Exception):
    """More steps were needed than allowed."""


class Fuel:
    """What is left of the steps, for rules over these answers; handing answers over costs too."""

    def __init__(self, answers: Mapping[str, Any], steps: int = STEPS) -> None:
        self.left = steps
        self._costs = {name: values_in(value) // HANDED for name, value in answers.items()}

    def hand(self, names: Iterable[str]) -> None:
        """Raises Spent."""
        self.left -= sum(self._costs.get(name, 0) for name in names)
        if self.left < 1:
            raise Spent


class Evaluated:
    """An expression, compiled. `entry` is the path whose `*` is the entry it is read for."""

    def __init__(self, expression: Any, entry: Path = ()) -> None:
        self._roots = {
            one[0] for one in reads(expression) if not entry or one[: len(entry)] != entry
        }
        self._rule = _ENGINE.compile(_named(self._written(expression), ".".join(entry)))

    def _written(self, expression: Any) -> Any:
        raise NotImplementedError

    def _run(
        self, answers: Mapping[str, Any], fuel: Fuel, entry: Any, received: str | None = None
    ) -> Any:
        """Raises Spent."""
        fuel.hand(self._roots)
        data = {name: answers[name] for name in self._roots if name in answers}
        if received is not None:
            data[_RECEIVED] = received
        try:
            text, steps = self._rule.evaluate_metered({**data, EACH: entry}, fuel.left)
        except datalogic_py.EvaluateError as error:
            if error.error_type == "BudgetExceeded":
                raise Spent from error
            return None
        fuel.left -= steps
        return loads(text)


class Condition(Evaluated):
    """Whether something certainly holds."""

    def _written(self, expression: Any) -> Any:
        return certain(expression)

    def holds(self, answers: Mapping[str, Any], fuel: Fuel, entry: Any = None) -> bool:
        return self._run(answers, fuel, entry) is True


class Value(Evaluated):
    """What comes out, None for nothing: an answer is missing, or a type does not fit."""

    def _written(self, expression: Any) -> Any:
        return {"try": [value(expression), None]}

    def of(
        self,
        answers: Mapping[str, Any],
        fuel: Fuel,
        entry: Any = None,
        received: str | None = None,
    ) -> Any:
        """`received` is the day of receipt, where it is known."""
        return self._run(answers, fuel, entry, received)


def certain(expression: Any, sense: bool = True) -> Any:
    """True where the expression certainly holds, or with `sense` False certainly fails."""
    operator, arguments = operation(expression) or ("", [])
    if operator in ("!", "!!"):
        return certain(arguments[0], sense == (operator == "!!"))
    if operator in ("and", "or"):
        joined = "and" if (operator == "and") == sense else "or"
        return {joined: [certain(one, sense) for one in arguments]}
    if operator in QUANTIFIERS:
        return _guarded(_quantified(operator, arguments, sense))
    return _guarded({"!!" if sense else "!": [value(expression)]})


def _quantified(operator: str, arguments: list[Any], sense: bool) -> Any:
    """Some do: some certainly do. Not some do: none but certainly does not. And so on."""
    if operator == "none":
        operator, sense = "some", not sense
    of, each = value(arguments[0]), certain(arguments[1], sense)
    if sense:
        return {operator: [of, each]}
    return {"!": [{operator: [of, {"!": [each]}]}]}


def _guarded(expression: Any) -> Any:
    return {"try": [expression, False]}


def value(expression: Any) -> Any:
    """The same value, exact, and none where a condition in it is unknown."""
    if isinstance(expression, list):
        return [value(one) for one in expression]
    found = operation(expression)
    if found is None:
        return expression
    operator, arguments = found
    if operator in TRUTHS:
        return _either(expression, True, False)
    if operator == "if":
        return _if(arguments)
    if operator == "filter":
        return {"filter": [value(arguments[0]), certain(arguments[1])]}
    if operator in ("missing", "missing_some"):
        return {operator: arguments}
    listed = isinstance(expression[operator], list)
    written = [value(one) for one in arguments]
    if operator == AGE:
        return {_OURS + AGE: [*written, {"var": _RECEIVED}][:2]}
    ours = _OURS + operator if operator in ARITHMETIC else operator
    return {ours: written if listed else written[0]}


def _if(arguments: list[Any]) -> Any:
    condition, *ways = arguments
    if not ways:
        return value(condition)
    otherwise = _if(ways[1:]) if len(ways) > 1 else None
    return _either(condition, value(ways[0]), otherwise)


def _either(condition: Any, then: Any, otherwise: Any) -> Any:
    return {"if": [certain(condition), then, certain(condition, False), otherwise, UNKNOWN]}


def _named(written: Any, entry: str) -> Any:
    """With the names below the entry's path led to the entry."""
    if not entry:
        return written
    if isinstance(written, list):
        return [_named(one, entry) for one in written]
    if isinstance(written, dict):
        return {name: _named(one, entry) for name, one in written.items()}
    if isinstance(written, str) and f"{written}.".startswith(f"{entry}."):
        return EACH + written.removeprefix(entry)
    return written


def size(expression: Any) -> int:
    """About how many values there are in what is compiled, without writing it."""
    return max(_sizes(expression))


def _sizes(expression: Any) -> tuple[int, int]:
    """As a condition, and as a value: there a condition is written for and against."""
    if isinstance(expression, list):
        inside = 1 + sum(_sizes(one)[1] for one in expression)
        return inside + 4, inside
    operator, arguments = operation(expression) or ("", [])
    sizes = [_sizes(one) for one in arguments]
    if operator in QUANTIFIERS:
        held = 8 + sum(max(one) for one in sizes)
        return held, 2 * held + 5
    if operator in TRUTHS:
        held = 2 + sum(one[0] for one in sizes)
        return held, 2 * held + 5
    if operator == "if":
        ends = len(sizes) - 1
        asked = [one[0] for index, one in enumerate(sizes) if index % 2 == 0 and index < ends]
        given = [one[1] for index, one in enumerate(sizes) if index % 2 == 1 or index == ends]
        inside = 2 * sum(asked) + sum(given) + 5 * len(asked)
        return inside + 4, inside
    inside = 2 + sum(max(one) for one in sizes)
    return inside + 4, inside
