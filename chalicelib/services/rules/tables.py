"""Decision tables of a service, in DMN's words: what is to pay, which papers, which unit handles;
and what a stage comes to that decides by itself (`verdicts`).

A rule matches when each of its tests holds: a value is equal, a list holds it, an object bounds
it. An input that is missing meets no test but `{"missing": true}`. With `first` the first rule
that matches decides, with `unique` the only one that can, with `collect` all; where none matches,
the default, if there is one. Fees add up; a paper that one rule asks for and another waives is
asked for.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from chalicelib.platform.errors import Texts
from chalicelib.platform.json import escape, resolve
from chalicelib.platform.lazy import lazy
from chalicelib.services.document import Data, Service
from chalicelib.services.rules.asked import kind
from chalicelib.services.rules.expressions import reads
from chalicelib.services.rules.logic import refusal, settle
from chalicelib.services.rules.spots import ABSENT, Answers, at, pointer

if TYPE_CHECKING:
    from chalicelib.services.rules import evaluation
else:
    evaluation = lazy("chalicelib.services.rules.evaluation")

FEE, PAPERS, ROUTING, OUTCOME = "fee", "papers", "routing", "outcome"
ASKED, WAIVED = "asked", "waived"
FIRST, UNIQUE, COLLECT = "first", "unique", "collect"
BOUNDS = ("<", "<=", ">", ">=")


class Fee(NamedTuple):
    """`by` are JSON Pointers of the outcomes in the document that it is made of."""

    fen: int
    by: tuple[str, ...]

    def reasons(self, service: Service) -> list[Texts]:
        return [resolve(service.data, one)["reason"] for one in self.by]


class Decided(NamedTuple):
    """`fee` and `unit` are None where no table says anything; `papers` by id: asked or waived."""

    fee: Fee | None
    papers: Mapping[str, str]
    unit: str | None


_KEPT: WeakKeyDictionary[Service, dict[str, list["evaluation.Value"]]] = WeakKeyDictionary()


def decide(service: Service, answers: Data) -> Decided:
    """What the tables say of settled answers, or of those known so far. Raises Refused."""
    named = {name: one for name, one in tables(service).items() if one["decides"] != OUTCOME}
    if not named:
        return Decided(None, {}, None)
    seen = settle(service, answers).seen
    try:
        found = list(_outcomes(service, named, seen))
    except evaluation.Spent as error:
        raise refusal("spent", "内容过多，无法计算", "There is too much to work out") from error
    return Decided(_fee(found), _papers(found), _unit(found))


def tables(service: Service) -> Mapping[str, Data]:
    named: Mapping[str, Data] = service.data.get("logic", {}).get("tables", {})
    return named


def waits_for(service: Service, kind: str, answers: Data) -> tuple[str, ...]:
    """JSON Pointers of the answers that could still change what the tables of a kind say: they
    read them, and nothing is known of them yet; null says that there will be none."""
    found = (
        path
        for table in tables(service).values()
        if table["decides"] == kind
        for one in table["inputs"]
        for path in reads(one["value"])
    )
    open_ones = (path for path in found if at({**answers}, path) is ABSENT)
    return tuple(dict.fromkeys(map(pointer, open_ones)))


def _outcomes(
    service: Service, named: Mapping[str, Data], seen: Answers
) -> Iterator[tuple[str, str, Data]]:
    """(what it decides, where the outcome stands, the outcome) of all that apply."""
    fuel = evaluation.Fuel(seen)
    for name, table in named.items():
        values = [value.of(seen, fuel) for value in inputs(service, name, table)]
        given = {one["name"]: v for one, v in zip(table["inputs"], values, strict=True)}
        for place, outcome in applying(table, given):
            yield table["decides"], f"/logic/tables/{escape(name)}{place}", outcome


def inputs(service: Service, name: str, table: Data) -> list["evaluation.Value"]:
    """What the table looks at, compiled once for a version."""
    kept = _KEPT.setdefault(service, {})
    if name not in kept:
        kept[name] = [evaluation.Value(one["value"]) for one in table["inputs"]]
    return kept[name]


def applying(table: Data, given: Mapping[str, Any]) -> list[tuple[str, Data]]:
    """(pointer in the table, outcome) of the rules that decide, or of the default."""
    found = [
        (f"/rules/{index}/then", rule["then"])
        for index, rule in enumerate(table["rules"])
        if all(meets(given[name], test) for name, test in rule["when"].items())
    ]
    if not found:
        return [("/default", table["default"])] if "default" in table else []
    return found if table["hit"] == COLLECT else found[:1]


def meets(value: Any, test: Any) -> bool:
    """Whether an input meets one test."""
    if value is None or isinstance(value, dict | list):
        return value is None and isinstance(test, Mapping) and test.get("missing") is True
    if isinstance(test, list):
        return any(_same(value, one) for one in test)
    if isinstance(test, Mapping):
        bounds = {name: bound for name, bound in test.items() if name in BOUNDS}
        return bool(bounds) and all(_within(value, name, one) for name, one in bounds.items())
    return _same(value, test)


def _same(value: Any, other: Any) -> bool:
    return kind(value) == kind(other) and bool(value == other)


def _within(value: Any, operator: str, bound: Any) -> bool:
    if kind(value) != kind(bound):
        return False
    less, equal = value < bound, value == bound
    held = {"<": less, "<=": less or equal, ">": not (less or equal), ">=": not less}
    return bool(held[operator])


def _fee(found: list[tuple[str, str, Data]]) -> Fee | None:
    fees = [(place, outcome["fen"]) for decides, place, outcome in found if decides == FEE]
    if not fees:
        return None
    return Fee(sum(fen for _, fen in fees), tuple(place for place, _ in fees))


def _papers(found: list[tuple[str, str, Data]]) -> dict[str, str]:
    said: dict[str, str] = {}
    for decides, _, outcome in found:
        for paper, word in outcome["papers"].items() if decides == PAPERS else ():
            said[paper] = ASKED if ASKED in (word, said.get(paper)) else word
    return said


def _unit(found: list[tuple[str, str, Data]]) -> str | None:
    return next((outcome["unit"] for decides, _, outcome in found if decides == ROUTING), None)
