"""What a change of logic means for cases that are open."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.changes.change import Verdict, worst
from chalicelib.services.changes.logicdiff import logic_changes
from chalicelib.services.document import Service
from chalicelib.services.rules import tables
from chalicelib.services.rules.logic import settle
from tests.unit.test_logic import ANSWERS, EXPRESSIONS, upward

A = {"==": [{"var": "kind"}, "a"]}
B = {"in": [{"var": "size"}, ["s", "m"]]}
SHOWS = [{"pointer": "/x", "if": {"and": [A, B]}}, {"pointer": "/y", "if": A}]
COMPUTES = [{"pointer": "/z", "value": {"+": [{"var": "m"}, {"var": "n"}]}}]
FEE = {"fen": 5, "reason": {"zh-Hans": "费"}}
TABLE: dict[str, Any] = {
    "decides": "fee",
    "hit": "first",
    "inputs": [{"name": "kind", "value": {"var": "kind"}}],
    "rules": [{"when": {"kind": "a"}, "then": FEE}, {"when": {}, "then": FEE}],
    "default": FEE,
}
PAPERS = {
    **TABLE,
    "decides": "papers",
    "rules": [{"when": {}, "then": {"papers": {"P1": "asked"}}}],
    "default": {"papers": {"P1": "asked"}},
}
LOGIC: dict[str, Any] = {
    "shows": SHOWS,
    "computes": COMPUTES,
    "tables": {"t": TABLE, "p": PAPERS},
}


def edited(pointer: str, value: Any) -> Any:
    logic = deepcopy(LOGIC)
    *path, last = pointer.split("/")[1:]
    at: Any = logic
    for step in path:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return logic


def told(old: Any, new: Any) -> list[tuple[str, str, str]]:
    changes = logic_changes({"logic": old}, {"logic": new})
    return [(one.pointer, one.what, str(one.verdict)) for one in changes]


SAME = [
    LOGIC,
    edited("/shows", SHOWS[::-1]),
    edited("/shows/0/if", {"and": [B, A]}),
    edited("/shows/1/if", {"==": ["a", {"var": "kind"}]}),
    edited("/shows/1/on_hide", "drop"),
    edited("/computes/0/value", {"+": [{"var": "n"}, {"var": "m"}]}),
    edited("/tables", dict(reversed(LOGIC["tables"].items()))),
]
CHANGED: list[tuple[str, Any, str, str]] = [
    ("/shows/0/if", A, "/logic/shows/0/if", "narrowing"),
    ("/shows/1/on_hide", "keep", "/logic/shows/1/on_hide", "narrowing"),
    ("/shows/1/pointer", "/w", "/logic/shows/1", "narrowing"),
    ("/computes/0/value", {"var": "n"}, "/logic/computes/0/value", "narrowing"),
    ("/tables/t/rules/0/then/fen", 4, "/logic/tables/t/rules/0/then/fen", "widening"),
    ("/tables/t/rules/1/then/fen", 6, "/logic/tables/t/rules/1/then/fen", "narrowing"),
    ("/tables/t/default/fen", 0, "/logic/tables/t/default/fen", "widening"),
    ("/tables/t/rules/0/when/kind", "b", "/logic/tables/t", "narrowing"),
    ("/tables/t/rules", TABLE["rules"][::-1], "/logic/tables/t", "narrowing"),
    ("/tables/t/hit", "collect", "/logic/tables/t", "narrowing"),
    ("/tables/t/inputs/0/value", {"var": "size"}, "/logic/tables/t", "narrowing"),
    (
        "/tables/t/rules/0/then/reason",
        {"zh-Hans": "工本费"},
        "/logic/tables/t/rules/0/then/reason",
        "safe",
    ),
    (
        "/tables/p/rules/0/then/papers/P1",
        "waived",
        "/logic/tables/p/rules/0/then",
        "widening",
    ),
    (
        "/tables/p/rules/0/then/papers/P2",
        "asked",
        "/logic/tables/p/rules/0/then",
        "narrowing",
    ),
]


@pytest.mark.parametrize("logic", SAME, ids=range(len(SAME)))
def test_the_same_rules_otherwise_written_are_no_change(logic: Any) -> None:
    assert told(LOGIC, logic) == []


@pytest.mark.parametrize(("at", "value", "pointer", "verdict"), CHANGED, ids=lambda v: str(v)[:40])
def test_a_change_has_its_place_and_its_verdict(
    at: str, value: Any, pointer: str, verdict: str
) -> None:
    assert (pointer, verdict) in [(p, v) for p, _, v in told(LOGIC, edited(at, value))]


@pytest.mark.parametrize("operator", ["-", "/", "%", "<", "in", "if"])
def test_where_the_order_of_operands_counts_another_order_is_a_change(operator: str) -> None:
    there, back = (
        edited("/computes/0/value", {operator: [{"var": one}, {"var": other}]})
        for one, other in (("m", "n"), ("n", "m"))
    )

    assert told(there, back) == [("/logic/computes/0/value", "changed", "narrowing")]


def test_logic_that_is_new_or_gone_narrows() -> None:
    for old, new, what in (({}, LOGIC, "added"), (LOGIC, {}, "removed")):
        changes = told(old, new)
        assert {(word, verdict) for _, word, verdict in changes} == {(what, "narrowing")}
        assert len(changes) == 5


RULES = st.lists(EXPRESSIONS, min_size=1, max_size=3).map(upward)


@given(RULES, RULES, st.lists(ANSWERS, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_without_a_narrowing_change_every_answer_settles_as_before(
    old: Any, new: Any, many: Any
) -> None:
    for logic in ({"shows": new}, {"shows": old[::-1]}, {"shows": old[:1]}):
        changes = logic_changes({"logic": {"shows": old}}, {"logic": logic})
        if worst(changes).harmless:
            was, now = (Service({"form": {}, "logic": one}) for one in ({"shows": old}, logic))
            for answers in many:
                assert settle(was, answers).answers == settle(now, answers).answers


FENS = st.lists(st.integers(0, 3), min_size=3, max_size=3)


@given(FENS, FENS, st.sampled_from(["first", "unique", "collect"]))
def test_without_a_narrowing_change_nobody_pays_more(old: Any, new: Any, hit: str) -> None:
    def table(fens: Any) -> Any:
        rules = [
            {"when": {"kind": kind}, "then": {**FEE, "fen": fen}}
            for kind, fen in zip("ab", fens, strict=False)
        ]
        return {**TABLE, "hit": hit, "rules": rules, "default": {**FEE, "fen": fens[2]}}

    was, now = ({"tables": {"t": table(fens)}} for fens in (old, new))
    if worst(logic_changes({"logic": was}, {"logic": now})) is not Verdict.NARROWING:
        for kind in "abc":
            before, after = (
                tables.decide(Service({"form": {}, "logic": one}), {"kind": kind}).fee
                for one in (was, now)
            )
            assert before is not None and after is not None
            assert after.fen <= before.fen
