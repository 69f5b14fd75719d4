"""What a stage comes to that decides by itself: the row of its table that the answers meet.

Nothing is guessed: where any input comes to nothing, or the work has no end, no row decides but
the default, which leads to a person.
"""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.platform.errors import Refused, Texts
from chalicelib.platform.lazy import lazy
from chalicelib.services.document import Data, Service
from chalicelib.services.rules.logic import settle
from chalicelib.services.rules.tables import applying, inputs, tables

if TYPE_CHECKING:
    from chalicelib.services.rules import evaluation
else:
    evaluation = lazy("chalicelib.services.rules.evaluation")

DEFAULT = 0


class Ruled(NamedTuple):
    """`row` counts from 1 as people count; DEFAULT for none of them."""

    table: str
    row: int
    outcome: str


def ruled(service: Service, table: str, answers: Data, received: date) -> Ruled:
    """What the table says of settled answers, on the day of receipt."""
    try:
        return _by_row(service, table, answers, received)
    except (Refused, evaluation.Spent):
        return undecided(service, table)


def undecided(service: Service, table: str) -> Ruled:
    """The default: somebody looks at it."""
    return Ruled(table, DEFAULT, tables(service)[table]["default"]["outcome"])


def reason(service: Service, table: str, row: int) -> Texts:
    """Why, in the words of the row."""
    rules = tables(service)[table]
    then = rules["rules"][row - 1]["then"] if row != DEFAULT else rules["default"]
    found: Texts = then["reason"]
    return found


def _by_row(service: Service, name: str, answers: Data, received: date) -> Ruled:
    """Raises Refused, Spent."""
    table, seen = tables(service)[name], settle(service, answers).seen
    fuel, day = evaluation.Fuel(seen), received.isoformat()
    values = [one.of(seen, fuel, received=day) for one in inputs(service, name, table)]
    if any(value is None or isinstance(value, dict | list) for value in values):
        return undecided(service, name)
    given = {one["name"]: v for one, v in zip(table["inputs"], values, strict=True)}
    place, then = applying(table, given)[0]
    row = int(place.split("/")[2]) + 1 if place.startswith("/rules/") else DEFAULT
    return Ruled(name, row, then["outcome"])
