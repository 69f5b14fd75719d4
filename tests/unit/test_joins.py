"""What the rows inside a stage come to: the join is a function of rows, never of their order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases import joins

VISIT = 3
PREFER = ["rectify", "solved", "explained"]
PARTS = ["policy", "several", "papers", "redo"]
Row = dict[str, Any]


def fanout(rule: str, **more: Any) -> Row:
    join = {"rule": rule, "prefer": PREFER, **more}
    return {"kind": "fanout", "join": join, "outcomes": dict.fromkeys(PREFER, {})}


ALL, ANY = fanout("all"), fanout("any")
LEAST = fanout("least", least=2)
LEAD = fanout("lead", lead="several")
POOL: Row = {"kind": "pool", "card": {}}


def task(kind: str, state: str = "open", visit: int = VISIT, **more: Any) -> Row:
    return {"task_kind": kind, "visit": visit, "state": state, **more}


def part(name: str, verdict: str | None = None, **more: Any) -> Row:
    """A part that waits, or was settled with a verdict."""
    if verdict is None:
        return {**task("part"), "part": name, **more}
    return {**task("part", "settled"), "part": name, "outcome": verdict, **more}


def own(slots: int = 1, state: str = "open", **more: Any) -> Row:
    """The pool's own task."""
    return {**task("pool", state), "slots": slots, **more}


def claim(state: str = "open", outcome: str | None = None) -> Row:
    more: Row = {} if outcome is None else {"outcome": outcome}
    return task("part", state, part="claim", **more)


HELD, WAITS = claim(), claim("waiting")
DONE, RELEASED = claim("settled", "done"), claim("settled", "released")


def outcome(stage: Row, *rows: Row) -> str | None:
    return joins.outcome(stage, rows, VISIT)


def test_all_waits_for_the_last_part() -> None:
    settled = [part(name, "solved") for name in PARTS[:-1]]

    assert outcome(ALL, *settled, part(PARTS[-1])) is None
    assert outcome(ALL, *settled, part(PARTS[-1], "solved")) == "solved"


def test_all_of_one_part_is_that_part() -> None:
    assert outcome(ALL, part("policy")) is None
    assert outcome(ALL, part("policy", "explained")) == "explained"


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["explained", "solved"], "solved"),
        (["explained", "solved", "rectify"], "rectify"),
        (["explained", "explained"], "explained"),
    ],
)
def test_of_several_verdicts_the_preferred_one_is_the_stages(
    verdicts: list[str], expected: str
) -> None:
    rows = [part(name, verdict) for name, verdict in zip(PARTS, verdicts, strict=False)]

    assert outcome(ALL, *rows) == expected


def test_any_is_settled_by_the_first_verdict() -> None:
    waiting = [part(name) for name in PARTS[1:]]

    assert outcome(ANY, part("policy"), *waiting) is None
    assert outcome(ANY, part("policy", "explained"), *waiting) == "explained"


def test_least_is_settled_by_k_of_n() -> None:
    waiting = [part(name) for name in PARTS[2:]]
    one, two = part("policy", "explained"), part("several", "solved")

    assert outcome(LEAST, one, part("several"), *waiting) is None
    assert outcome(LEAST, one, two, *waiting) == "solved"


def test_least_of_fewer_than_k_is_all_of_them() -> None:
    many = fanout("least", least=3)

    assert outcome(many, part("policy", "solved"), part("redo")) is None
    assert outcome(many, part("policy", "solved"), part("redo", "explained")) == "solved"
    assert outcome(many, part("policy", "explained")) == "explained"


def test_the_lead_decides_alone_whatever_the_others_found() -> None:
    others = [part("policy", "rectify"), part("papers"), part("redo", "solved")]

    assert outcome(LEAD, part("several"), *others) is None
    assert outcome(LEAD, part("several", "explained"), *others) == "explained"


def test_without_the_lead_all_the_others_decide() -> None:
    assert outcome(LEAD, part("policy", "explained"), part("redo")) is None
    assert outcome(LEAD, part("policy", "explained"), part("redo", "solved")) == "solved"


@pytest.mark.parametrize("stage", [ALL, ANY, LEAST, LEAD], ids=lambda s: s["join"]["rule"])
def test_nothing_is_settled_before_anybody_has_spoken(stage: Row) -> None:
    assert outcome(stage, *[part(name) for name in PARTS]) is None


def test_a_part_that_is_moot_has_given_no_verdict() -> None:
    void = part("policy", "rectify", state="moot")

    assert outcome(ANY, void, part("redo")) is None
    assert outcome(LEAST, void, part("redo", "solved")) is None
    assert outcome(ANY, void, part("redo", "explained")) == "explained"


def test_opinions_count_for_the_part_that_asked_and_not_for_the_stage() -> None:
    several = part("several", task="3-several")
    opinions = [
        part("opinion", "given", parent="3-several"),
        part("opinion", "given", parent="3-several"),
        part("opinion", parent="3-several"),
        part("opinion", "given", parent="3-other"),
        part("opinion", "refused", parent="3-several"),
    ]

    assert outcome(ANY, several, *opinions) is None
    assert outcome(ALL, part("several", "solved"), *opinions) == "solved"
    assert joins.settled([several, *opinions], VISIT, "3-several", "given") == 2


def test_a_review_counts_the_opinions_that_nobody_but_the_stage_has_asked_for() -> None:
    rows = [part("opinion", "given"), part("opinion"), part("opinion", "given", parent="3-x")]

    assert joins.settled(rows, VISIT, None, "given") == 1


def test_moot_opinions_and_those_of_another_visit_are_not_counted() -> None:
    given = part("opinion", "given")
    rows = [given, {**given, "state": "moot"}, {**given, "visit": VISIT - 1}]

    assert (
        joins.settled([*rows, task("desk", "settled", outcome="given")], VISIT, None, "given") == 1
    )


def test_a_pool_waits_while_a_slot_is_free_or_held() -> None:
    assert outcome(POOL, own(2)) is None
    assert outcome(POOL, own(2), HELD) is None
    assert outcome(POOL, own(2), HELD, DONE) is None
    assert outcome(POOL, own(2), DONE, RELEASED) is None


def test_a_pool_is_done_when_every_slot_is() -> None:
    assert outcome(POOL, own(2), DONE, DONE) == "done"
    assert outcome(POOL, own(1), RELEASED, DONE, WAITS) == "done"


def test_a_closed_pool_waits_for_those_who_hold_a_slot() -> None:
    assert outcome(POOL, own(3, "settled"), HELD, DONE) is None


@pytest.mark.parametrize("closed", ["settled", "moot"])
def test_a_closed_pool_that_nobody_holds_is_done_if_anybody_was(closed: str) -> None:
    assert outcome(POOL, own(3, closed), DONE, RELEASED) == "done"
    assert outcome(POOL, own(3, closed), RELEASED, claim("settled", "lapsed")) == "unclaimed"
    assert outcome(POOL, own(3, closed)) == "unclaimed"


def test_those_who_wait_for_a_slot_hold_up_no_closed_pool() -> None:
    assert outcome(POOL, own(1, "settled"), WAITS, WAITS) == "unclaimed"


def test_a_moot_claim_is_neither_held_nor_done() -> None:
    void = claim("moot", "done")

    assert outcome(POOL, own(1), void) is None
    assert outcome(POOL, own(1, "settled"), void) == "unclaimed"


def test_a_card_is_shown_while_a_slot_is_free() -> None:
    case = {"open": True, "visit": VISIT}

    def offered(*rows: Row, case: Row = case, stage: Row | None = POOL) -> bool:
        return joins.offered(stage, case, rows)

    assert offered(own(2), DONE)
    assert offered(own(2), HELD, RELEASED, WAITS)
    assert not offered(own(2), HELD, DONE)
    assert not offered(own(2, "settled"))
    assert not offered({**own(2), "visit": VISIT - 1})
    assert not offered(own(2), case={**case, "open": False})
    assert not offered(own(2), stage={"kind": "pool"})
    assert not offered(own(2), stage=None)


verdict = st.one_of(st.none(), st.sampled_from(PREFER))
stages = st.sampled_from([ALL, ANY, LEAST, fanout("least", least=9), LEAD])
# Verdicts of some of the parts, in no order: those that were not asked are left out.
asked = st.dictionaries(st.sampled_from(PARTS), verdict, min_size=1)


def rows_of(verdicts: dict[str, str | None]) -> list[Row]:
    return [part(name, one, task=f"{VISIT}-{name}") for name, one in verdicts.items()]


@given(stages, asked, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_changes_the_outcome(
    stage: Row, verdicts: dict[str, str | None], random: Any
) -> None:
    rows = rows_of(verdicts)
    turned = [*rows]
    random.shuffle(turned)

    assert outcome(stage, *turned) == outcome(stage, *rows)


@given(
    st.sampled_from([ALL, fanout("least", least=9), LEAD]),
    st.dictionaries(st.sampled_from(PARTS), st.sampled_from(PREFER), min_size=1),
    st.randoms(use_true_random=False),
)
def test_whoever_speaks_first_the_same_verdicts_settle_the_stage_the_same_way(
    stage: Row, verdicts: dict[str, str], random: Any
) -> None:
    """Where everybody, or the lead, is waited for; of any and of least the first decide."""
    expected = outcome(stage, *rows_of({**verdicts}))
    order = list(verdicts)
    random.shuffle(order)

    spoken: dict[str, str | None] = dict.fromkeys(verdicts)
    settled = []
    for name in order:
        spoken[name] = verdicts[name]
        settled.append(outcome(stage, *rows_of(spoken)))

    assert expected is not None
    assert {one for one in settled if one is not None} == {expected}


@given(stages, asked, st.sampled_from(PARTS), st.sampled_from(PREFER))
def test_a_stage_that_is_settled_is_not_opened_again_by_one_more_verdict(
    stage: Row, verdicts: dict[str, str | None], name: str, more: str
) -> None:
    before = outcome(stage, *rows_of(verdicts))
    later = {**verdicts, **({name: more} if name in verdicts and not verdicts[name] else {})}

    after = outcome(stage, *rows_of(later))

    assert before is None or after is not None
    if before is not None:
        assert PREFER.index(str(after)) <= PREFER.index(before)


claims = st.lists(st.sampled_from([HELD, WAITS, DONE, RELEASED, claim("moot", "done")]), max_size=6)


@given(st.integers(1, 4), st.sampled_from(["open", "settled"]), claims, st.randoms())
def test_the_order_of_the_claims_never_changes_what_a_pool_comes_to(
    slots: int, state: str, made: list[Row], random: Any
) -> None:
    rows = [own(slots, state), *made]
    turned = [*rows]
    random.shuffle(turned)

    assert outcome(POOL, *turned) == outcome(POOL, *rows)


BESIDE = [
    *(task(kind, "settled", outcome="solved") for kind in sorted(joins.BESIDE)),
    *(task(kind) for kind in sorted(joins.BESIDE)),
]
OTHER_VISIT = [part(name, one, visit=VISIT - 1) for name in PARTS for one in (None, "rectify")]
MOOT = [part("opinion", "rectify", state="moot", parent="3-several")]
STRANGERS = [*BESIDE, *OTHER_VISIT, *MOOT, own(1, visit=VISIT - 1)]
STRANGE_TO_POOLS = [*STRANGERS, claim("moot", "done")]


@given(stages, asked, st.lists(st.sampled_from(STRANGERS), max_size=5))
def test_moot_opinions_tasks_beside_and_other_visits_never_count_in_a_fanout(
    stage: Row, verdicts: dict[str, str | None], more: list[Row]
) -> None:
    rows = rows_of(verdicts)

    assert outcome(stage, *more, *rows, *more) == outcome(stage, *rows)


@given(
    st.integers(1, 4),
    st.sampled_from(["open", "settled"]),
    claims,
    st.lists(st.sampled_from(STRANGE_TO_POOLS), max_size=5),
)
def test_moot_claims_tasks_beside_and_other_visits_never_count_in_a_pool(
    slots: int, state: str, made: list[Row], more: list[Row]
) -> None:
    rows = [own(slots, state), *made]

    assert outcome(POOL, *more, *rows, *more) == outcome(POOL, *rows)


def test_calls_escalations_and_side_tasks_belong_to_no_stage_and_everything_else_does() -> None:
    assert [joins.inside(task(kind)) for kind in ("call", "escalation", "side")] == [False] * 3
    assert all(joins.inside(task(kind)) for kind in ("desk", "hold", "pool", "review", "part"))
