"""Where a case can come in a flow, and what asking that and trying replies may cost.

Work is counted in lines of Python that run, which no other process changes.
"""

import sys
from collections.abc import Mapping
from copy import deepcopy
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.checks.lint import lint
from chalicelib.services.checks.steps import ANYWHERE, Step, ending, reached, returning
from chalicelib.services.document import Service
from tests.unit.hostile_schemas import document
from tests.unit.hostile_uploads import ACT, TEXTS, complete
from tests.world import load_json

STAGES = ("a", "b", "c", "d", "e")
STEPS = st.lists(
    st.builds(
        Step,
        st.just(""),
        st.sampled_from((ANYWHERE, *STAGES)),
        st.sampled_from((*STAGES, "end:granted")),
        st.just(frozenset({"granted"})),
    ),
    max_size=12,
)


def walked(taken: list[Step], stage: str) -> set[str]:
    """The targets that can be come to from a stage in one step or more, the first its own."""
    seen: set[str] = set()
    ahead = [step.target for step in taken if step.source == stage]
    while ahead:
        here = ahead.pop()
        if here not in seen:
            seen.add(here)
            on = [step.target for step in taken if step.source in (here, ANYWHERE)]
            ahead += [] if here.startswith("end:") else on
    return seen


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_where_a_case_can_come_is_what_walking_each_way_says(taken: list[Step]) -> None:
    own = [step for step in taken if step.source != ANYWHERE]
    sure = [step for step in taken if step.source == ANYWHERE]
    on = walked([*taken, *(step._replace(source="a") for step in sure)], "a") | {"a"}

    assert reached(taken, "a") == {one for one in on if one in STAGES}
    assert returning(taken) == {one for one in STAGES if one in walked(taken, one)}
    assert ending(taken) & set(STAGES) == {
        one for one in STAGES if "end:granted" in walked(own, one)
    }


@pytest.mark.parametrize("name", ["business-licence", "micro-wish", "blocked", "conduct-report"])
def test_every_action_belongs_to_one_stage_or_stands_beside_them(name: str) -> None:
    service = Service(load_json(f"forms/{name}/service.json"))
    listed = list(service.every_action())
    apart = [one for stage in (*service.stages, "") for one in service.actions_of(stage)]

    assert apart == listed != []
    assert len({one.at for one in listed}) == len(listed)
    assert all(one is again for one, again in zip(listed, service.every_action(), strict=True))


def with_flow(stages: Mapping[str, Any]) -> Any:
    it = document()
    it["flow"]["stages"] = {**stages, "tell": it["flow"]["stages"]["tell"]}
    it["flow"]["start"] = next(iter(stages))
    return it


def work(upload: Any) -> int:
    """How many lines of Python its check runs."""
    lint(upload)
    count = 0

    def ran(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return ran

    before = sys.gettrace()
    sys.settrace(ran)
    try:
        lint(upload)
    finally:
        sys.settrace(before)
    return count


def test_a_flow_of_many_stages_and_ways_is_accepted() -> None:
    assert lint(with_flow(complete(38, 6))) == []
    assert lint(with_flow(complete(20, 12))) == []


def test_a_flow_of_too_many_ways_is_refused_with_their_number() -> None:
    (told,) = lint(with_flow(complete(38, 12)))

    assert (told.pointer, told.keyword) == ("/flow", "cost")
    assert "456" in told.texts["zh-Hans"] and "400 at most" in told.texts["en"]


def test_twice_the_stages_take_twice_the_work_and_a_little_more() -> None:
    few, many = (work(with_flow(complete(stages, 6))) for stages in (19, 38))

    assert many < 2.5 * few


def test_twice_the_actions_of_a_stage_take_twice_the_work_and_a_little_more() -> None:
    few, many = waiting(9), waiting(18)

    assert lint(few) == lint(many) == []
    assert work(many) < 2.5 * work(few)


def waiting(parts: int) -> Any:
    """A stage of many parts, all of whose actions wait for what the last of them records."""
    who = {"role": "acceptor", "at": "unit"}
    waits = {**ACT, "after": "handled"}
    named: dict[str, Any] = {
        f"p{n}": {"titles": TEXTS, "who": who, "actions": {f"p{n}a{m}": waits for m in range(9)}}
        for n in range(parts)
    }
    for name, part in named.items():
        part["actions"] |= {f"{name}free": ACT}
    part["actions"] |= {"last": {"titles": TEXTS, "event": "handled"}}
    it = with_flow({"s0": {**complete(1, 1)["s0"], "parts": named}})
    it["events"]["handled"] = it["events"]["granted"]
    return it


def asking(questions: int, digits: int, schema: Any, details: Any) -> Any:
    """Questions whose every digit is an action of the applicant with these details."""
    it = document()
    say = {"titles": TEXTS, "event": "granted", "by": "applicant", "input": schema}
    it["flow"]["acts"] = {"say": say}
    replies = {str(n): {"action": "say", "details": details} for n in range(digits)}
    notice = {**it["notices"]["granted"], "asks": {"days": 5, "replies": replies}}
    it["notices"] = {f"n{n}": deepcopy(notice) for n in range(questions)} | it["notices"]
    return it


def fields(count: int) -> Any:
    named = {f"f{n}": {"type": "string", "maxLength": 9} for n in range(count)}
    return {"type": "object", "properties": named}


def test_many_replies_to_an_action_with_a_large_form_are_accepted() -> None:
    assert lint(asking(38, 8, fields(200), {"f1": "a"})) == []


def test_each_reply_is_still_tried_on_what_the_action_asks_for() -> None:
    it = asking(2, 3, fields(20), {"f1": "a"})
    it["notices"]["n1"]["asks"]["replies"]["2"] = {"action": "say", "details": {"f1": 5}}

    told = [(one.pointer, one.keyword) for one in lint(it)]

    assert told == [("/notices/n1/asks/replies/2/details", "input")]


def test_details_are_not_given_to_an_action_that_asks_for_none() -> None:
    it = asking(1, 2, fields(1), {})
    del it["flow"]["acts"]["say"]["input"]
    assert lint(it) == []

    it["notices"]["n0"]["asks"]["replies"]["1"]["details"] = {"f1": "a"}

    assert [one.pointer for one in lint(it)] == ["/notices/n0/asks/replies/1/details"]


def test_a_reply_more_costs_the_same_however_large_the_form_is() -> None:
    small, large = (
        work(asking(9, 8, fields(count), {"f1": "a"}))
        - work(asking(9, 4, fields(count), {"f1": "a"}))
        for count in (2, 200)
    )

    assert abs(large - small) <= 36


def test_replies_that_would_take_long_to_try_are_refused() -> None:
    """Each passes the check of its form: that may take as long as it takes once."""
    doubled = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(13)}
    named = {f"f{n}": {"$ref": "#/$defs/d0"} for n in range(30)}
    schema = {
        "type": "object",
        "properties": named,
        "$defs": {**doubled, "d13": {"type": "string"}},
    }
    once, often = (asking(1, count, schema, dict.fromkeys(named, "a")) for count in (1, 2))

    assert lint(once) == []
    assert [(one.pointer, one.keyword) for one in lint(often)] == [("/notices", "cost")]
