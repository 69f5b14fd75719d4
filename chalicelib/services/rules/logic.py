"""Which answers are asked for, and which are computed: the one rule for web, SMS and hotline.

In a fixed order, whoever fills in the form: prefill, which whoever asks has done; the conditions
of `shows`, to a fixed point; `on_hide` for what is not asked; `computes`; then the caller checks
what came out against the form. A hidden answer is missing for every rule, also one that is kept;
so is an answer that is null or an empty text, and what a client says of a computed one. The order
of the rules means nothing. Pure: the same answers come out of the same answers, and once settled
they stay as they are. tests/vectors/logic has it all as data.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from chalicelib.platform.errors import Finding, Refused
from chalicelib.platform.lazy import lazy
from chalicelib.services.document import Data, Service
from chalicelib.services.forms.price import MAX_ANSWERS
from chalicelib.services.rules.asked import kinds, schema_at
from chalicelib.services.rules.expressions import Path, overlap, reads, steps
from chalicelib.services.rules.spots import (
    ABSENT,
    Answers,
    at,
    copied,
    entry,
    known,
    outermost,
    pointer,
    put,
    spots,
    take,
    values_in,
)

if TYPE_CHECKING:
    from chalicelib.services.rules import decimals, evaluation
else:
    decimals = lazy("chalicelib.services.rules.decimals")
    evaluation = lazy("chalicelib.services.rules.evaluation")

# How often conditions may wait for each other.
PASSES = 10
DROP, KEEP, NULL = "drop", "keep", "null"


class Settled(NamedTuple):
    """`answers` to check and to store; JSON Pointers of what was sent and is not among them, and
    of what the server has set; `seen`: what further rules may look at."""

    answers: Answers
    dropped: tuple[str, ...]
    computed: tuple[str, ...]
    seen: Answers


class Show(NamedTuple):
    path: Path
    condition: "evaluation.Condition"
    on_hide: str


class Compute(NamedTuple):
    """A number is rounded to the `unit` of its field, half up; in a field for text, written out."""

    path: Path
    value: "evaluation.Value"
    unit: Decimal | None
    text: bool


class Rules(NamedTuple):
    """In an order in which none reads what a later one changes."""

    shows: tuple[Show, ...]
    computes: tuple[Compute, ...]


_KEPT: WeakKeyDictionary[Service, Rules] = WeakKeyDictionary()


def settle(service: Service, answers: Data) -> Settled:
    """What becomes of these answers. Raises Refused where the rules cannot be carried out.

    Answers of more values than the check takes stay as they are: it refuses them.
    """
    if "logic" not in service.data or values_in(answers) > MAX_ANSWERS:
        return Settled({**answers}, (), (), {**answers})
    try:
        return _settled(rules_of(service), answers)
    except evaluation.Spent as error:
        zh, en = "内容过多，无法计算", "There is too much to work out"
        raise refusal("spent", zh, en) from error


def refusal(keyword: str, zh: str, en: str) -> Refused:
    return Refused(findings=[Finding("/answers", keyword, {"zh-Hans": zh, "en": en})])


def _settled(rules: Rules, given: Data) -> Settled:
    answers, seen = copied(given), known(given)
    fuel = evaluation.Fuel(seen)
    said = {s for one in rules.computes for s in spots(answers, one.path) if _gone(answers, s)}
    for spot in said:
        take(seen, spot)
    hidden, dropped = _hide(rules.shows, answers, seen, fuel)
    computed = _compute(rules.computes, hidden, answers, seen, fuel)
    return Settled(
        answers,
        tuple(map(pointer, outermost(dropped | (said - computed)))),
        tuple(map(pointer, sorted(computed))),
        seen,
    )


def _gone(answers: Answers, spot: Path) -> bool:
    """Whether something was there; it is no more."""
    return take(answers, spot) not in (ABSENT, None)


def _hide(
    shows: Iterable[Show], answers: Answers, seen: Answers, fuel: "evaluation.Fuel"
) -> tuple[set[Path], set[Path]]:
    """The spots that are not asked for, and those of them where something was dropped."""
    hidden, dropped = set[Path](), set[Path]()
    for show in shows:
        for spot in spots(answers, show.path):
            if show.condition.holds(seen, fuel, _entry(seen, show.path, spot)):
                continue
            hidden.add(spot)
            take(seen, spot)
            if show.on_hide != KEEP and _gone(answers, spot):
                dropped.add(spot)
            if show.on_hide == NULL:
                put(answers, spot, None)
    return hidden, dropped


def _compute(
    computes: Iterable[Compute],
    hidden: set[Path],
    answers: Answers,
    seen: Answers,
    fuel: "evaluation.Fuel",
) -> set[Path]:
    """The spots that now hold what was computed; nothing is put into an object not given."""
    computed = set()
    for one in computes:
        for spot in spots(answers, one.path):
            if any(spot[:length] in hidden for length in range(1, len(spot) + 1)):
                continue
            value = _fitted(one, one.value.of(seen, fuel, _entry(seen, one.path, spot)))
            if value is not None and put(answers, spot, value):
                put(seen, spot, value)
                computed.add(spot)
    return computed


def _entry(seen: Answers, path: Path, spot: Path) -> Any:
    found = at(seen, spot[: len(entry(path))])
    return found if isinstance(found, dict) else {}


def _fitted(one: Compute, value: Any) -> Any:
    if isinstance(value, dict | list):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        number = decimals.rounded(value, one.unit) if one.unit else value
    except OverflowError:
        return None
    return decimals.written(number) if one.text else number


def rules_of(service: Service) -> Rules:
    """Compiled once for a version. Raises Refused for rules that wait for each other."""
    rules = _KEPT.get(service)
    if rules is None:
        logic, form = service.data["logic"], service.data["form"]
        shows = [_show(one) for one in logic.get("shows", ())]
        computes = [_computed(form, one) for one in logic.get("computes", ())]
        given = [one["if"] for one in logic.get("shows", ())]
        values = [one["value"] for one in logic.get("computes", ())]
        rules = _KEPT[service] = Rules(
            tuple(shows[index] for index in _order([one.path for one in shows], given)),
            tuple(computes[index] for index in _order([one.path for one in computes], values)),
        )
    return rules


def _order(paths: Sequence[Path], expressions: Sequence[Any]) -> list[int]:
    try:
        rounds = passes(paths, expressions)
    except CycleError:
        rounds = [[]] * (PASSES + 1)
    if len(rounds) > PASSES:
        zh, en = "表单的条件互相依赖，无法确定", "The conditions of this form wait for each other"
        raise refusal("unsettled", zh, en)
    return [index for round in rounds for index in round]


def passes(paths: Sequence[Path], expressions: Sequence[Any]) -> list[list[int]]:
    """The rules, by number, round by round: each reads only what earlier rounds have settled.

    `paths` are what the rules change. Raises graphlib.CycleError, which names a circle.
    """
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for index, expression in enumerate(expressions):
        read = reads(expression)
        sorter.add(
            index,
            *(n for n, path in enumerate(paths) if any(overlap(path, one) for one in read)),
        )
    sorter.prepare()
    rounds = []
    while sorter.is_active():
        rounds.append(sorted(sorter.get_ready()))
        sorter.done(*rounds[-1])
    return rounds


def _show(one: Data) -> Show:
    path = steps(one["pointer"])
    return Show(path, evaluation.Condition(one["if"], entry(path)), one.get("on_hide", DROP))


def _computed(form: Data, one: Data) -> Compute:
    path = steps(one["pointer"])
    schema = schema_at(form, path) or {}
    types = schema.get("type")
    whole = types == "integer" or (isinstance(types, list) and not {*types} - {"integer", "null"})
    unit = schema.get("multipleOf", 1 if whole else None)
    text = kinds(schema) <= {"string", "null"}
    value = evaluation.Value(one["value"], entry(path))
    return Compute(path, value, None if unit is None else Decimal(repr(unit)), text)
