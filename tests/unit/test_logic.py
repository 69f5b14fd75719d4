"""The logic of forms: the public vectors, and what holds of every rule and every answer."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.platform.errors import Refused
from chalicelib.services.document import Service
from chalicelib.services.rules import evaluation, tables
from chalicelib.services.rules.logic import settle
from tests.world import ROOT

VECTORS = sorted((ROOT / "tests" / "vectors" / "logic").glob("*.json"))
CASES = [(path.stem, case) for path in VECTORS for case in json.loads(path.read_text("utf-8"))]


def service(logic: Any, form: Any = None) -> Service:
    return Service({"form": form or {}, "logic": logic})


def turned(logic: Any) -> Any:
    """The same rules, the last one first; the order within a table counts."""
    return {
        name: part[::-1] if isinstance(part, list) else dict(reversed(part.items()))
        for name, part in logic.items()
    }


def sentence(case: Any) -> str:
    return f"{case[0]}: {case[1]['name']}"


def test_there_are_vectors_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 80
    named = Counter((file, case["name"]) for file, case in CASES)
    assert named.most_common(1)[0][1] == 1


@pytest.mark.parametrize("given_case", CASES, ids=sentence)
def test_what_a_vector_says_comes_out(given_case: Any) -> None:
    case = given_case[1]
    for logic in (case["logic"], turned(case["logic"])):
        it = service(logic, case.get("form"))
        settled = settle(it, case["answers"])
        decided = tables.decide(it, settled.answers)
        expect = case["expect"]

        assert settled.answers == expect["answers"]
        assert list(settled.dropped) == expect["dropped"]
        assert list(settled.computed) == expect["computed"]
        assert (decided.fee and decided.fee.fen) == expect.get("fee")
        assert decided.papers == expect.get("papers", {})
        assert decided.unit == expect.get("unit")
        assert tables.decide(it, case["answers"]) == decided


@pytest.mark.parametrize("given_case", CASES, ids=sentence)
def test_what_is_settled_stays_as_it_is_and_nothing_that_was_sent_is_changed(
    given_case: Any,
) -> None:
    case = given_case[1]
    it, sent = service(case["logic"], case.get("form")), json.dumps(case["answers"])
    once = settle(it, case["answers"])
    twice = settle(it, once.answers)

    assert (twice.answers, twice.dropped, twice.computed) == (once.answers, (), once.computed)
    assert json.dumps(case["answers"]) == sent


def test_a_fee_names_its_reasons() -> None:
    fee = {"fen": 5, "reason": {"zh-Hans": "工本费"}}
    rules = [{"when": {}, "then": fee}]
    table = {"decides": "fee", "hit": "first", "inputs": [], "rules": rules}
    it = service({"tables": {"t": table}})

    found = tables.decide(it, {}).fee

    assert found is not None
    assert found.reasons(it) == [{"zh-Hans": "工本费"}]


def test_what_a_fee_waits_for_is_what_its_inputs_read_and_nobody_has_answered() -> None:
    inputs = [
        {"name": "kind", "value": {"var": "kind"}},
        {"name": "sum", "value": {"+": [{"var": "a.b"}, {"var": "c"}]}},
    ]
    table = {"decides": "fee", "hit": "first", "inputs": inputs, "rules": []}
    it = service({"tables": {"t": table}})

    assert tables.waits_for(it, "fee", {}) == ("/kind", "/a/b", "/c")
    assert tables.waits_for(it, "fee", {"kind": "x", "c": None}) == ("/a/b",)
    assert tables.waits_for(it, "papers", {}) == ()


def test_a_service_without_logic_takes_answers_as_they_are() -> None:
    assert settle(Service({"form": {}}), {"a": None}).answers == {"a": None}


LOADED = """
import sys
from chalicelib.cases import opening, papers, ruling
from chalicelib.services.document import Service
service = Service({"form": {}})
assert ruling.settled(service, {"a": 1}) == ({"a": 1}, ())
assert ruling.decided(service, {"a": 1}) is None
names = ("logic", "tables", "evaluation", "decimals", "expressions")
found = [sys.modules.get(f"chalicelib.services.{name}") for name in names]
loaded = {type(one).__name__ for one in found if one} - {"_LazyModule"}
print("datalogic_py" in sys.modules, loaded)
"""


def test_a_service_without_logic_loads_none_of_it() -> None:
    command = [sys.executable, "-c", LOADED]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert ran.stdout.strip() == "False set()", ran.stderr


def test_answers_too_many_to_check_are_left_to_the_check() -> None:
    it = service({"shows": [{"pointer": "/a", "if": False}]})
    many = {"a": list(range(5_000))}

    assert settle(it, many).answers == many
    assert settle(it, {"a": list(range(4_000))}).dropped == ("/a",)


def test_rules_that_wait_for_each_other_are_refused_by_name() -> None:
    one = {"pointer": "/a", "if": {"missing": ["b"]}}
    other = {"pointer": "/b", "if": {"missing": ["a"]}}

    with pytest.raises(Refused) as refused:
        settle(service({"shows": [one, other]}), {"a": 1})

    assert [found.keyword for found in refused.value.findings] == ["unsettled"]


def test_work_without_end_is_refused_by_name_and_soon() -> None:
    inner: Any = {"var": ""}
    for _ in range(4):
        inner = {"+": {"map": [[1] * 40, inner]}}
    it = service({"computes": [{"pointer": "/a", "value": inner}]})

    with pytest.raises(Refused) as refused:
        settle(it, {})

    assert [found.keyword for found in refused.value.findings] == ["spent"]


NAMES = ("a", "b", "c", "d")
LITERALS: Any = st.sampled_from([0, 1, 2, 0.5, "x", "1", "", True, False, None])
SCALARS = st.one_of(
    LITERALS,
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=6,
)
ANSWERS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
VARS = st.sampled_from([*NAMES, "a.b", "b.0", "c.d", "a.0.b"]).map(lambda name: {"var": name})
ARGUMENTS = {"!": 1, "!!": 1, "<": 3, "if": 3}
OPERATORS = (
    "== === != !== < <= > >= ! !! and or if in + - * / % min max map filter all some none".split()
)


def operations(inner: Any) -> Any:
    return st.sampled_from(OPERATORS).flatmap(
        lambda name: st.lists(
            inner, min_size=ARGUMENTS.get(name, 2), max_size=ARGUMENTS.get(name, 2)
        ).map(lambda arguments: {name: arguments})
    )


def of_missing(inner: Any) -> Any:
    """Also what says what a missing answer means."""
    return st.one_of(
        operations(inner),
        st.lists(st.sampled_from(NAMES), min_size=1, max_size=2).map(lambda n: {"missing": n}),
        st.tuples(VARS, inner).map(lambda pair: {"var": [pair[0]["var"], pair[1]]}),
    )


LEAVES = st.one_of(VARS, LITERALS.filter(lambda value: value is not None))
EXPRESSIONS = st.recursive(LEAVES, of_missing)
SAYING_NOTHING_OF_MISSING = st.recursive(LEAVES, operations)
# Only upwards, so that none waits for itself; the order in which they stand is drawn.
PLACES = ("/a", "/b", "/c", "/d")


def upward(expressions: list[Any]) -> list[Any]:
    return [
        {"pointer": place, "if": _only(expression, NAMES[:index])}
        for index, (place, expression) in enumerate(zip(PLACES, expressions, strict=False))
    ]


def _only(expression: Any, names: tuple[str, ...]) -> Any:
    """The expression, where what is not among the names is left out."""
    if isinstance(expression, list):
        return [_only(one, names) for one in expression]
    if not isinstance(expression, dict):
        return expression
    ((operator, given_to),) = expression.items()
    arguments = given_to if isinstance(given_to, list) else [given_to]
    if operator == "var" and arguments[0].partition(".")[0] not in names:
        return 1
    if operator == "var":
        return {"var": [arguments[0], *(_only(one, names) for one in arguments[1:])]}
    if operator == "missing":
        return {"missing": [name for name in arguments if name in names] or ["z"]}
    return {operator: [_only(one, names) for one in arguments]}


SHOWS = st.lists(EXPRESSIONS, min_size=1, max_size=4).map(upward)
ON_HIDE = st.lists(st.sampled_from(["drop", "keep", "null"]), min_size=4, max_size=4)


@given(SHOWS, ON_HIDE, st.randoms(use_true_random=False), ANSWERS)
@settings(max_examples=300, deadline=None)
def test_rules_settle_whatever_is_answered_and_in_whatever_order_they_stand(
    shows: Any, on_hide: Any, dice: Any, answers: Any
) -> None:
    rules = [{**one, "on_hide": word} for one, word in zip(shows, on_hide, strict=False)]
    mixed = dice.sample(rules, len(rules))

    once = settle(service({"shows": rules}), answers)
    other = settle(service({"shows": mixed}), answers)
    again = settle(service({"shows": mixed}), once.answers)

    assert (once.answers, once.dropped) == (other.answers, other.dropped)
    assert (again.answers, again.dropped) == (once.answers, ())


@given(SHOWS, ANSWERS)
@settings(max_examples=200, deadline=None)
def test_a_hidden_answer_reaches_neither_the_check_nor_another_rule(
    shows: Any, answers: Any
) -> None:
    it = service({"shows": shows})
    settled = settle(it, answers)

    for one in shows:
        name = one["pointer"][1:]
        held = evaluation.Condition(one["if"]).holds(settled.seen, evaluation.Fuel({}))
        assert held or name not in settled.answers
        assert held or name not in settled.seen


@given(EXPRESSIONS, ANSWERS)
@settings(max_examples=300, deadline=None)
def test_an_expression_comes_to_something_or_nothing_and_never_fails(
    expression: Any, answers: Any
) -> None:
    fuel = evaluation.Fuel({})
    holds = evaluation.Condition(expression).holds(answers, fuel)
    opposite = evaluation.Condition({"!": [expression]}).holds(answers, fuel)
    evaluation.Value(expression).of(answers, fuel)

    assert not (holds and opposite)
    assert holds is evaluation.Condition({"!": [{"!": [expression]}]}).holds(answers, fuel)


@given(EXPRESSIONS, EXPRESSIONS, ANSWERS)
@settings(max_examples=200, deadline=None)
def test_the_order_of_operands_means_nothing(one: Any, other: Any, answers: Any) -> None:
    for operator in ("and", "or"):
        both = [{operator: [one, other]}, {operator: [other, one]}]
        for told in (both, [{"!": [expression]} for expression in both]):
            first, second = (
                evaluation.Condition(expression).holds(answers, evaluation.Fuel({}))
                for expression in told
            )
            assert first is second


@given(SAYING_NOTHING_OF_MISSING, ANSWERS, ANSWERS)
@settings(max_examples=300, deadline=None)
def test_more_answers_never_take_back_what_certainly_held(
    expression: Any, answers: Any, more: Any
) -> None:
    fuel = evaluation.Fuel({})
    known = {name: value for name, value in answers.items() if value not in (None, "")}
    before = evaluation.Condition(expression).holds(known, fuel)
    after = evaluation.Condition(expression).holds({**more, **known}, fuel)

    assert after or not before


def test_the_vectors_are_one_object_a_case_with_what_a_reader_needs() -> None:
    for path in VECTORS:
        for case in json.loads(Path(path).read_text("utf-8")):
            assert case.keys() - {"form"} == {"name", "logic", "answers", "expect"}
            assert case["expect"].keys() >= {"answers", "dropped", "computed"}
