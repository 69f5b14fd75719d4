"""What one check of a schema may cost at most, read from the schema alone.

A bound for the worst answers that are checked at all: values repeat as often as MAX_ANSWERS
allows, texts are as long as the largest body. A unit is ten nanoseconds, as measured with
jsonschema-rs 0.60; the bound needs to be right within a factor, not exact.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from chalicelib.platform.json import MAX_BYTES
from chalicelib.services.forms.formats import UNITS
from chalicelib.services.forms.gate import EACH, MEMBER, NEVER, SAME, Place, places
from chalicelib.services.forms.pattern import written_out

# Values (objects, arrays and plain ones) in the answers of one submission.
MAX_ANSWERS = 5_000
# Units that one check may take: 15 ms. One pattern read over the largest body takes a PASS.
BUDGET = 1_500_000
PASS = 42_000
# How far references may lead on, each through the schema that the last one led to.
CHAIN = 64
LOOPS = 20
# Threads that a linear-time pattern engine keeps as states of an automaton; beyond, it runs them.
THREADS = 12
LONG = 1_000
# For each value in entries that must differ, however deep it lies: each is written down.
DIFFERING = 50

Schema = Mapping[str, Any]
Weight = tuple[float, float, float]


class Cost:
    """Of one schema with its references followed, in units.

    `here` on the value itself, `below` on any one of its members; `once` where no list or map
    multiplies it, `each` for one more value where one does; `passes` over the text of the value,
    `under` over that of one member.
    """

    __slots__ = ("below", "each", "here", "once", "passes", "under")

    def __init__(self, weight: Weight) -> None:
        self.here = self.once = weight[0]
        self.below, self.each = weight[1], 0.0
        self.passes, self.under = weight[2], 0.0

    @property
    def most(self) -> float:
        """On any one value."""
        return max(self.here, self.below)

    @property
    def text(self) -> float:
        """Passes over any one text."""
        return max(self.passes, self.under)

    @property
    def total(self) -> float:
        """On any answers that are checked at all."""
        return self.of(MAX_BYTES)

    def of(self, size: int) -> float:
        """On a value of so many bytes of JSON, which hold that many values at most."""
        return self.once + min(size, MAX_ANSWERS) * self.each + PASS * self.text * size / MAX_BYTES

    def same(self, part: "Cost") -> None:
        """A part that applies to the value itself."""
        self.here += part.here
        self.below += part.below
        self.once += part.once
        self.each += part.each
        self.passes += part.passes
        self.under += part.under

    def member(self, parts: Sequence["Cost"]) -> None:
        """Parts of which any one member of the value meets one at most."""
        self.once += sum(part.once for part in parts)
        self.below += max(part.most for part in parts)
        self.each += max(part.each for part in parts)
        self.under += max(part.text for part in parts)

    def every(self, part: "Cost", times: float) -> None:
        """A part that applies to every member, of which there are `times` at most."""
        self.below += part.most
        self.under += part.text
        if times < math.inf:
            self.once += times * part.once if times else 0
            self.each += part.each
        else:
            self.each += part.most


class Reading(NamedTuple):
    """Schemas in an order in which each comes after all it applies; those that refer to
    themselves, and whether references lead on too far, in which case there is no order."""

    order: list[int]
    loops: set[int]
    too_far: bool


def links(found: Sequence[Place]) -> dict[int, int]:
    """The references that lead to a schema in the same schema: from which place to which."""
    numbers = {place.pointer: number for number, place in enumerate(found)}
    targets = ((n, _target(place.schema.get("$ref"))) for n, place in enumerate(found))
    return {number: numbers[target] for number, target in targets if target in numbers}


def _target(reference: Any) -> str | None:
    """The pointer in a local reference, percent signs undone (RFC 6901 §6); None for others."""
    local = isinstance(reference, str) and reference.startswith("#")
    return unquote(reference[1:]) if local else None


def reading(found: Sequence[Place], known: Mapping[int, int]) -> Reading:
    onward = [[part for _, reach, part in place.parts if reach != NEVER] for place in found]
    for source, target in known.items():
        onward[source].append(target)
    order: list[int] = []
    loops: set[int] = set()
    length = [0] * len(found)
    for start in range(len(found)):
        _visit(start, onward, order, length, loops, known)
    return Reading(order, loops, max(length) > CHAIN)


def _visit(
    start: int,
    onward: Sequence[Sequence[int]],
    order: list[int],
    length: list[int],
    loops: set[int],
    known: Mapping[int, int],
) -> None:
    """Depth first from one place; length is 0 before, -1 inside and the longest way after."""
    path: list[tuple[int, Iterator[int]]] = []
    ahead = [start] if length[start] == 0 else []
    while ahead or path:
        if ahead:
            here = ahead.pop()
            length[here] = -1
            path.append((here, iter(onward[here])))
        here, rest = path[-1]
        for part in rest:
            if length[part] == 0:
                ahead.append(part)
                break
            if length[part] < 0 and len(loops) < LOOPS:
                round_trip = {number for number, _ in path[_index(path, part) :]}
                loops |= {number for number in round_trip if known.get(number) in round_trip}
        else:
            path.pop()
            length[here] = 1 + max((length[part] for part in onward[here]), default=0)
            order.append(here)


def _index(path: Sequence[tuple[int, Any]], part: int) -> int:
    return next(index for index, (number, _) in enumerate(path) if number == part)


def priced(schema: Schema) -> Cost:
    """Of a schema that is sound."""
    found, _ = places("", schema)
    known = links(found)
    return cost(found, known, reading(found, known).order)


def cost(
    found: Sequence[Place],
    known: Mapping[int, int],
    order: Sequence[int],
) -> Cost:
    """The highest cost of any place, read in this order; of one that is not referred to as well."""
    costs: dict[int, Cost] = {}
    for number in order:
        place = found[number]
        here = costs[number] = Cost(_own(place.schema))
        same = [costs[part] for _, reach, part in place.parts if reach == SAME]
        same += [costs[known[number]]] if number in known else []
        for one in same:
            here.same(one)
        members = [costs[part] for _, reach, part in place.parts if reach == MEMBER]
        if members:
            here.member(members)
        for keyword, reach, part in place.parts:
            if reach == EACH:
                here.every(costs[part], _times(place.schema, keyword))
        if place.schema.get("uniqueItems") is True:
            here.every(Cost((DIFFERING, 0, 0)), math.inf)
        for keyword in _ASKS_AGAIN & place.schema.keys():
            again = sum(one.here + one.below for one in same)
            here.every(Cost((2 * again, 0, 0)), _times(place.schema, keyword))
    return max(costs.values(), key=lambda one: one.total)


# For every member the library asks the schemas beside these again what they have seen of it,
# and those ask the ones inside them.
_ASKS_AGAIN = frozenset({"unevaluatedItems", "unevaluatedProperties"})
_OF_LISTS = frozenset({"contains", "items", "unevaluatedItems"})


def _times(schema: Schema, keyword: str) -> float:
    """How many members there may be. The library checks their number before it looks at them."""
    most = schema.get("maxItems" if keyword in _OF_LISTS else "maxProperties")
    return most if type(most) is int and 0 <= most <= MAX_ANSWERS else math.inf


def _own(schema: Schema) -> Weight:
    """Units on the value, on each of its members, and passes over its text; parts left out."""
    here = 0.5 + len(schema.keys() - _FREE - _UNITS.keys())
    here += sum(_UNITS[keyword](schema[keyword]) for keyword in _UNITS.keys() & schema.keys())
    below = passes = 0.0
    if "pattern" in schema:
        here, passes = here + _strands(schema), _passes(schema)
    elif "format" in schema:
        passes = 0.2
    if "patternProperties" in schema:
        below += 5 * len(schema["patternProperties"])
    return here, below, passes


def _choices(values: Any) -> float:
    """Texts are looked up; numbers are compared exactly, and objects member by member."""
    return sum(map(_equal, values)) if any(type(one) is not str for one in values) else 2


def _equal(value: Any) -> float:
    """Numbers are compared as fractions, which costs most where only one of them is whole."""
    if isinstance(value, dict | list):
        return 100 + sum(map(_equal, value.values() if isinstance(value, dict) else value))
    if isinstance(value, float):
        return 260
    return 80 if isinstance(value, int) and not isinstance(value, bool) else 1


def _limit(value: Any) -> float:
    return 240 if isinstance(value, float) else 1


_FREE = frozenset(
    "$comment $defs $id $schema contentEncoding contentMediaType contentSchema default deprecated"
    " description examples readOnly title writeOnly".split()
)
_UNITS: Mapping[str, Callable[[Any], float]] = {
    "const": _equal,
    "dependentRequired": lambda names: 1 + len(names) + sum(map(len, names.values())),
    "enum": _choices,
    "exclusiveMaximum": _limit,
    "exclusiveMinimum": _limit,
    "format": lambda name: UNITS.get(name, 3),
    "maximum": _limit,
    "minimum": _limit,
    "multipleOf": lambda unit: 30 if isinstance(unit, int) else 400,
    "required": lambda names: 1 + len(names) / 8,
}


def longest(schema: Schema) -> float:
    """How many characters of a text its pattern is tried on at most."""
    most = schema.get("maxLength")
    reach = written_out(schema["pattern"]).reach
    return min(most, reach) if isinstance(most, int) else reach


def _passes(schema: Schema) -> float:
    """Over long texts: one, and two for each state that may run besides."""
    return 1 + 2 * written_out(schema["pattern"]).threads if longest(schema) > LONG else 0


def _strands(schema: Schema) -> float:
    written = written_out(schema["pattern"])
    width = min(3.0, written.states / max(1.0, written.length))
    threads = written.threads if written.threads > THREADS else 0
    return 10 + (threads * longest(schema) * width if threads else 0)
