"""What logic may not be published, where the finding points, and how soon it is told."""

import time
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.checks.lint import lint
from chalicelib.services.checks.logiclint import logic_advice, logic_findings
from chalicelib.services.checks.tablelint import Input, table_advice
from chalicelib.services.document import Service
from chalicelib.services.rules import evaluation
from chalicelib.services.rules.tables import BOUNDS, meets
from tests import pace
from tests.world import load_json

TEXT = {"zh-Hans": "字"}
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["name", "region", "kind", "must"],
    "properties": {
        "name": {"type": "string"},
        "region": {"type": "string"},
        "kind": {"oneOf": [{"const": "llc", "title": "L"}, {"const": "sole", "title": "S"}]},
        "must": {"type": "string"},
        "home": {"type": "boolean"},
        "staff": {"type": "integer"},
        "capital": {"$ref": "#/$defs/money"},
        "maybe": {"type": ["string", "null"]},
        "o": {"type": "object", "properties": {"b": {"type": "string"}, "c": {"type": "string"}}},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"p": {"type": "number"}, "k": {"type": "string"}, "s": {}},
            },
        },
        "total": {"type": "number", "readOnly": True},
        "apart": {"type": "object", "properties": {"x": {"type": "string"}}},
    },
    "$defs": {"money": {"type": "string"}},
}
BASE: dict[str, Any] = {
    "form": FORM,
    "subject": {"name": "/name", "region": "/region", "phones": []},
    "papers": [{"id": "P1"}],
    "splits": [{"pointer": "/apart", "opens": {}}],
}
STAFF = {"var": "staff"}
KIND = {"var": "kind"}


def found(logic: Any) -> list[tuple[str, str]]:
    service = Service({**BASE, "logic": logic})
    return [(one.pointer, one.keyword) for one in logic_findings(service)]


def show(expression: Any, pointer: str = "/capital", on_hide: str = "drop") -> Any:
    return {"shows": [{"pointer": pointer, "if": expression, "on_hide": on_hide}]}


def computes(expression: Any, pointer: str = "/total") -> Any:
    return {"computes": [{"pointer": pointer, "value": expression}]}


def table(rules: Any, hit: str = "first", decides: str = "fee", value: Any = KIND) -> Any:
    inputs = [{"name": "in", "value": value}]
    return {"tables": {"t": {"decides": decides, "hit": hit, "inputs": inputs, "rules": rules}}}


def rule(test: Any, then: Any = None) -> Any:
    when = {} if test is None else {"in": test}
    return {"when": when, "then": then or {"fen": 1, "reason": TEXT}}


def deep(levels: int) -> Any:
    expression: Any = STAFF
    for _ in range(levels):
        expression = {"!": [expression]}
    return expression


GOOD = [
    show({"==": [KIND, "llc"]}),
    show({"in": [KIND, ["llc", "sole"]]}),
    show({">": [{"var": "capital"}, 100]}, "/maybe"),
    show({"some": [{"var": "lines"}, {">": [{"var": "p"}, 3]}]}),
    show({"==": [{"var": "lines.*.k"}, "x"]}, "/lines/*/p"),
    show({"==": [{"var": "lines.0.k"}, "x"]}),
    show({"!": [{"missing": ["o.b", "staff"]}]}),
    show({"!": [{"missing_some": [1, ["o.b", "staff"]]}]}),
    show(KIND, "/maybe", "null"),
    show(KIND, "/must", "keep"),
    show(KIND, "/o/b"),
    show(deep(12)),
    computes({"+": {"map": [{"var": "lines"}, {"var": "p"}]}}),
    computes({"*": [STAFF, 2]}, "/capital"),
    computes({"if": [{"var": "home"}, 1, 2]}),
    computes({"*": [{"var": "lines.*.p"}, 2]}, "/lines/*/s"),
    table([rule("llc"), rule(["sole"])], "unique"),
    table([rule({"<": 5}), rule({">=": 5, "<": 9}), rule({">=": 9})], "unique", value=STAFF),
    table([rule("llc", {"papers": {"P1": "asked"}})], "collect", "papers"),
    table([rule("llc", {"unit": "office"})], decides="routing"),
]
IF, VALUE = "/logic/shows/0/if", "/logic/computes/0/value"
POINTER, TARGET = "/logic/shows/0/pointer", "/logic/computes/0/pointer"
T = "/logic/tables/t"
BAD: list[tuple[Any, str, str]] = [
    (show({"equals": [1, 1]}), f"{IF}/equals", "operator"),
    (show({"and": [True, {"cat": ["a"]}]}), f"{IF}/and/1/cat", "operator"),
    (show({"and": [True], "or": [True]}), IF, "operator"),
    (show({}), IF, "operator"),
    (show({"==": [1]}), f"{IF}/==", "arguments"),
    (show({"/": [1, 2, 3]}), f"{IF}/~1", "arguments"),
    (show({"map": [[1]]}), f"{IF}/map", "arguments"),
    (show({"var": 1}), f"{IF}/var", "name"),
    (show({"var": {"var": "kind"}}), f"{IF}/var", "name"),
    (show({"var": ""}), f"{IF}/var", "name"),
    (show({"missing": ["staff", 1]}), f"{IF}/missing", "name"),
    (show({"missing_some": ["1", ["staff"]]}), f"{IF}/missing_some", "name"),
    (show({"missing_some": [1, "staff"]}), f"{IF}/missing_some", "name"),
    (show({"var": "x" * 300}), f"{IF}/var", "name"),
    (show({"==": [{"var": "lines.*.k"}, "x"]}), f"{IF}/==/0/var", "entry"),
    (show(deep(13)), IF, "depth"),
    (show({"or": [True] * 200}), IF, "size"),
    (show({"==": [{"var": "maybe"}, "1d"]}), f"{IF}/==/1", "time"),
    (show({"var": "nothing"}), f"{IF}/var", "pointer"),
    (show({"missing": ["o.z"]}), f"{IF}/missing/0", "pointer"),
    (show({"some": [{"var": "lines"}, {"var": "z"}]}), f"{IF}/some/1/var", "pointer"),
    (show({"var": "apart.x"}), f"{IF}/var", "split"),
    (show({"==": [KIND, "lcc"]}), IF, "choice"),
    (show({"in": [KIND, ["llc", "lcc"]]}), IF, "choice"),
    (show({"==": [STAFF, True]}), IF, "type"),
    (show({"==": [STAFF, "many"]}), IF, "type"),
    (show({"<": [{"var": "home"}, True]}), IF, "type"),
    (show({"in": ["x", STAFF]}), IF, "type"),
    (show({"some": [STAFF, True]}), IF, "type"),
    (show({">": [{"+": [{"var": "home"}, 1]}, 1]}), f"{IF}/>/0", "type"),
    (show(KIND, "/nothing"), POINTER, "pointer"),
    (show(KIND, "/lines/*"), POINTER, "entry"),
    (show(KIND, "/lines/0/p"), POINTER, "entry"),
    (show(KIND, "/apart/x"), POINTER, "split"),
    (show(KIND, "/must"), POINTER, "required"),
    (show(KIND, "/capital", "null"), "/logic/shows/0/on_hide", "type"),
    (show({"var": "capital"}), IF, "circle"),
    (show({"var": "o"}, "/o/b"), IF, "circle"),
    (show({"missing": ["o.b"]}, "/o"), IF, "circle"),
    ({"shows": [show(KIND)["shows"][0]] * 2}, "/logic/shows/1/pointer", "unique"),
    ({**show({"var": "total"}), **computes(1)}, IF, "computed"),
    (computes({"==": [1, 1]}), VALUE, "type"),
    (computes({"map": [{"var": "lines"}, 1]}), VALUE, "type"),
    (computes(1, "/nothing"), TARGET, "pointer"),
    (computes({"+": [{"var": "total"}, 1]}), VALUE, "circle"),
    ({"computes": [computes(1)["computes"][0]] * 2}, "/logic/computes/1/pointer", "unique"),
    (table([rule("lcc")]), f"{T}/rules/0/when/in", "choice"),
    (table([rule(5)]), f"{T}/rules/0/when/in", "type"),
    (table([rule({"<": "x"})], value=STAFF), f"{T}/rules/0/when/in", "type"),
    (table([{**rule("llc"), "when": {"out": 1}}]), f"{T}/rules/0/when/out", "input"),
    (table([rule("llc")], value={"var": "lines"}), f"{T}/inputs/0/value", "type"),
    (table([rule(n) for n in range(61)], value=STAFF), f"{T}/inputs/0", "size"),
    (table([rule("llc"), rule(["sole", "llc"])], "unique"), f"{T}/rules/1", "overlap"),
    (table([rule({"<": 5}), rule({"<=": 5})], "unique", value=STAFF), f"{T}/rules/1", "overlap"),
    (table([rule("llc"), rule(None)], "unique"), f"{T}/rules/1", "overlap"),
    (
        table([rule("llc", {"papers": {"P9": "asked"}})], decides="papers"),
        f"{T}/rules/0/then/papers/P9",
        "paper",
    ),
    (table([rule("llc", {"unit": "u"})], "collect", "routing"), f"{T}/hit", "enum"),
]


@pytest.mark.parametrize("logic", GOOD, ids=str)
def test_good_logic_has_no_findings(logic: Any) -> None:
    assert found(logic) == []


@pytest.mark.parametrize(("logic", "pointer", "keyword"), BAD, ids=lambda value: str(value)[:60])
def test_a_fault_is_told_at_its_place(logic: Any, pointer: str, keyword: str) -> None:
    assert (pointer, keyword) in found(logic)


def test_who_applies_and_where_cannot_be_hidden() -> None:
    for pointer in ("/name", "/region"):
        assert (POINTER, "subject") in found(show(KIND, pointer, "keep"))


def test_a_circle_is_told_with_everything_in_it() -> None:
    shows = [
        {"pointer": "/o", "if": {"missing": ["capital"]}},
        {"pointer": "/capital", "if": {"missing": ["staff"]}},
        {"pointer": "/staff", "if": {"missing": ["o.b"]}},
    ]
    service = Service({**BASE, "logic": {"shows": shows}})
    (told,) = logic_findings(service)

    assert told.keyword == "circle"
    assert all(pointer in told.texts["en"] for pointer in ("/o", "/capital", "/staff"))


def test_rules_may_build_on_each_other_ten_times() -> None:
    names = [f"f{index}" for index in range(12)]
    form = deepcopy(FORM)
    form["properties"] |= {name: {"type": "string"} for name in names}
    shows = [
        {"pointer": f"/{name}", "if": {"!": [{"missing": [before]}]}}
        for before, name in zip(["staff", *names], names, strict=False)
    ]

    for count, told in ((10, []), (11, ["/logic/shows/10/if"])):
        service = Service({**BASE, "form": form, "logic": {"shows": shows[:count]}})
        assert [one.pointer for one in logic_findings(service)] == told


def test_what_could_be_better_is_a_warning() -> None:
    form = deepcopy(FORM)
    form["properties"]["must"]["x-compute"] = {"+": [1, 2]}
    document = {
        **BASE,
        "form": form,
        "logic": computes({"if": [{"var": "home"}, "a", "b"]}, "/must"),
    }
    told = list(logic_advice(Service(document)))

    assert {(one.pointer, one.keyword) for one in told} == {
        (TARGET, "readOnly"),
        (TARGET, "required"),
        ("/form/properties/must/x-compute", "portable"),
    }
    assert {one.severity for one in told} == {"warning"}


ADVISED: list[tuple[Any, list[tuple[str, str]]]] = [
    (table([rule("llc"), rule("sole")]), []),
    (table([rule("llc")]), [(f"{T}/rules", "gap")]),
    (table([rule("llc"), rule(None)]), []),
    (table([rule("llc"), rule(["sole", "llc"]), rule("sole")]), [(f"{T}/rules/2", "unreachable")]),
    (table([rule({"<": 5}), rule({">=": 5})], value=STAFF), [(f"{T}/rules", "gap")]),
    (table([rule({"<": 5}), rule({">=": 5}), rule({"missing": True})], value=STAFF), []),
    (
        table([rule({"<": 5}), rule({">": 5}), rule({"missing": True})], value=STAFF),
        [(f"{T}/rules", "gap")],
    ),
    (table([rule({"<": 5, ">": 9}), rule(None)], value=STAFF), [(f"{T}/rules/0", "unreachable")]),
    (table([rule({"missing": True}), rule(None)]), [(f"{T}/rules/0", "unreachable")]),
    (table([rule(None), rule("llc")], "collect"), []),
]


@pytest.mark.parametrize(("logic", "advised"), ADVISED, ids=lambda value: str(value)[:60])
def test_gaps_in_a_table_and_rules_that_never_apply_are_warnings(
    logic: Any, advised: list[tuple[str, str]]
) -> None:
    told = list(table_advice(Service({**BASE, "logic": logic})))

    assert [(one.pointer, one.keyword) for one in told] == advised
    assert {one.severity for one in told} <= {"warning"}


VALUES: Any = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from(["", "a", "b"]))
BOUND = st.one_of(st.integers(-3, 3), st.sampled_from(["a", "b"]))
TESTS = st.one_of(
    VALUES,
    st.lists(VALUES, min_size=1, max_size=3),
    st.just({"missing": True}),
    st.dictionaries(st.sampled_from(BOUNDS), BOUND, min_size=1, max_size=2),
)


@given(TESTS, st.lists(st.one_of(VALUES, st.none()), max_size=5))
@settings(max_examples=300, deadline=None)
def test_the_check_of_tables_reads_a_test_as_the_tables_do(test: Any, values: Any) -> None:
    met = Input("in", values).meeting(test)

    assert [bool(met >> index & 1) for index in range(len(values))] == [
        meets(value, test) for value in values
    ]


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["kind", "", "1d"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["var", "missing", "if", "==", "+", "map", "x", "/"]),
            inner,
            max_size=2,
        ),
    ),
    max_leaves=8,
)


@given(JUNK)
@settings(max_examples=400, deadline=None)
def test_whatever_stands_for_an_expression_is_told_or_runs(junk: Any) -> None:
    for logic in (show(junk), computes(junk)):
        if not found(logic):
            evaluation.Condition(junk)
            evaluation.Value(junk)


def worst() -> dict[str, Any]:
    """As much as fits into a document, and as hard to look through."""
    both = {"and": [{"or": [{"==": [STAFF, n]}, {"==": [KIND, "llc"]}]} for n in range(12)]}
    rules = [rule({">=": n % 7, "<": n % 7 + 1 + n % 13}) for n in range(200)]
    return {
        "shows": [{"pointer": f"/p{n}", "if": both} for n in range(50)],
        "computes": [],
        "tables": table(rules, "first", value=STAFF)["tables"],
    }


def test_the_worst_logic_is_looked_through_soon() -> None:
    service = Service({**BASE, "logic": worst()})

    def seconds() -> float:
        began = time.thread_time()
        list(logic_findings(service))
        list(logic_advice(service))
        list(table_advice(service))
        return time.thread_time() - began

    assert pace.seconds(0.1, seconds) <= 0.1


def test_the_document_s_own_shape_bounds_its_logic() -> None:
    licence = load_json("forms/business-licence/service.json")
    logic = {
        "shows": [{"pointer": "/staff", "if": True}] * 51,
        "tables": {"t": {**table([])["tables"]["t"], "decides": "weather"}},
    }
    told = {one.pointer for one in lint({**licence, "logic": logic})}

    assert {"/logic/shows", "/logic/tables/t/decides", "/logic/tables/t/rules"} <= told


def test_what_the_logic_lacks_stands_in_the_way_of_publishing() -> None:
    licence = load_json("forms/business-licence/service.json")
    told = lint({**licence, "logic": show({"var": "nothing"}, "/staff")})

    assert [(one.pointer, one.keyword) for one in told] == [(f"{IF}/var", "pointer")]
