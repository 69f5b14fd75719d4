"""Arithmetic of expressions, exact: 0.1 + 0.2 is 0.3.

Takes numbers, and texts that are plain decimals (as forms keep money); gives the text of a JSON
number. Anything else is an ArithmeticError or a ValueError, which is no value.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce
from json import loads
from typing import Any

from chalicelib.platform.json import MAX_INTEGER

_DIGITS = Context(prec=30)
# As many digits as every JSON reader keeps.
_SAID = Context(prec=15, rounding=ROUND_HALF_UP)
PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")


def _minus(numbers: Sequence[Decimal]) -> Decimal:
    return -numbers[0] if len(numbers) == 1 else _DIGITS.subtract(*numbers)


ARITHMETIC: Mapping[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "+": lambda numbers: reduce(_DIGITS.add, numbers, Decimal(0)),
    "*": lambda numbers: reduce(_DIGITS.multiply, numbers, Decimal(1)),
    "-": _minus,
    "/": lambda numbers: _DIGITS.divide(*numbers),
    "%": lambda numbers: _DIGITS.remainder(*numbers),
}


def calculated(operator: str, arguments: str) -> str:
    """`arguments` is a JSON array, or one that holds the list of the numbers."""
    given = loads(arguments, parse_float=Decimal, parse_int=Decimal)
    if len(given) == 1 and isinstance(given[0], list):
        given = given[0]
    return said(ARITHMETIC[operator]([number(one) for one in given]))


def number(value: Any) -> Decimal:
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return Decimal(value)
    if not isinstance(value, Decimal):
        raise ValueError("no number")
    return value


def said(exact: Decimal) -> str:
    """Raises OverflowError for what a JSON reader may not keep."""
    if not exact.is_finite() or abs(exact) > MAX_INTEGER:
        raise OverflowError
    if exact != exact.to_integral_value():
        exact = _SAID.plus(exact)
    return str(int(exact)) if exact == exact.to_integral_value() else repr(float(exact))


def rounded(value: float, unit: Decimal) -> int | float:
    """To a whole number of units, half up."""
    whole = (Decimal(repr(value)) / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
    found: int | float = loads(said(whole))
    return found


def written(value: float) -> str:
    """A number as a text without an exponent."""
    return f"{Decimal(repr(value)):f}"
