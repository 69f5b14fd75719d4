"""Who issues what and since when: tenures, seals, transfers, and who is able to receive."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.people import adoption, ownership, seeding, tenure
from chalicelib.people.directory import Directory
from chalicelib.people.issuing import authority_of
from chalicelib.people.ownership import InvalidTransfer
from chalicelib.people.seeding import UnknownNode, UnknownUnit
from chalicelib.people.tenure import Tenure
from chalicelib.platform import times
from chalicelib.platform.ports import Key, Put, Row, Table
from chalicelib.wiring import SHAPES
from tests.fakes.store import MemoryStore

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
ON = "2026-05-27"
BEFORE, AFTER = date(2026, 5, 26), date(2026, 5, 27)
BUREAU = "bureau"
UNITS = ("water", "forest", BUREAU)
NODES = [
    {"node": "gz", "parent": None, "level": "district", "titles": {"zh-Hans": "区"}},
    {"node": "t1", "parent": "gz", "level": "town", "titles": {"zh-Hans": "一镇"}},
    {"node": "v1", "parent": "t1", "level": "village", "titles": {"zh-Hans": "一村"}},
    {"node": "v2", "parent": "t1", "level": "village", "titles": {"zh-Hans": "二村"}},
]


class CountingStore(MemoryStore):
    """Remembers what was read."""

    def __init__(self) -> None:
        super().__init__(SHAPES)
        self.read: list[str] = []

    def get(self, table: Table, key: Key) -> Row | None:
        self.read.append(key[0])
        return super().get(table, key)

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        self.read.append(pk)
        return super().partition(table, pk, prefix)


def unit(name: str) -> Row:
    return {"unit": name, "node": "gz", "titles": {"zh-Hans": f"{name}局"}}


def seal(name: str) -> Row:
    titles = {"zh-Hans": f"{name}局行政审批专用章"}
    return {"seal": "approval", "unit": name, "titles": titles, "from": "2010-01-01"}


def owned(**owners: str) -> CountingStore:
    """A district whose services are owned so; every service stands in the catalogue."""
    store = CountingStore()
    seeding.directory(
        store,
        {
            "nodes": NODES,
            "units": [unit(name) for name in UNITS],
            "seals": [seal(name) for name in UNITS],
            "owners": [{"service": s, "unit": u} for s, u in owners.items()],
        },
    )
    for service in owners:
        listed(store, service)
    store.read.clear()
    return store


def listed(store: MemoryStore, service: str, **more: Any) -> None:
    entry = {"service": service, "titles": {"zh-Hans": service}, "channels": ["web"], **more}
    row = {"pk": "catalogue", "sk": service, "kind": "entry", "data": entry}
    store.transact([Put(Table.DIRECTORY, row, None)])


def order(*units: str, **more: Any) -> Row:
    return {"to": BUREAU, "from": list(units), "on": ON, "because": "相对集中许可权改革", **more}


def transfer(store: MemoryStore, ordered: Row) -> Row:
    return ownership.transfer(store, ordered, times.text(NOW))


def directory(store: MemoryStore) -> Directory:
    return Directory(store, lambda: NOW)


def owner(store: MemoryStore, service: str, day: date) -> str:
    found = directory(store).owner(service, day)
    return found.id if found else ""


def rows(store: MemoryStore) -> dict[Key, Row]:
    return dict(store.rows[Table.DIRECTORY])


def test_an_undated_owner_owns_on_every_day() -> None:
    store = owned(a="water")

    assert {owner(store, "a", day) for day in (date.min, BEFORE, date.max)} == {"water"}
    assert owner(store, "b", AFTER) == ""


def test_from_its_day_on_the_new_unit_owns_and_before_it_the_old_one_does() -> None:
    store = owned(a="water", b="forest", c="water")

    report = transfer(store, order("water"))

    assert [owner(store, "a", day) for day in (BEFORE, AFTER)] == ["water", BUREAU]
    assert owner(store, "b", AFTER) == "forest"
    assert (report["items_transferred"], report["from_units"]) == (2, 1)
    assert directory(store).tenures("a") == (
        Tenure("water", None, BEFORE),
        Tenure(BUREAU, AFTER, None, "相对集中许可权改革"),
    )


def test_the_seal_of_a_unit_without_items_is_retired_and_can_still_be_read() -> None:
    store = owned(a="water", b="forest")

    report = transfer(store, order("water"))

    (kept,) = directory(store).seals("water")
    assert (report["seals_retired"], kept.retired, kept.until) == (1, True, BEFORE)
    assert kept.titles == {"zh-Hans": "water局行政审批专用章"}
    assert (kept.active_on(BEFORE), kept.active_on(AFTER)) == (True, False)
    assert [one.retired for one in directory(store).seals("forest")] == [False]


def test_a_unit_that_keeps_an_item_keeps_its_seal() -> None:
    store = owned(a="water", b="water")

    report = transfer(store, order("water", services=["a"]))

    assert (report["items_transferred"], report["seals_retired"]) == (1, 0)
    assert report["still_owned"] == {"water": 1}
    assert [one.retired for one in directory(store).seals("water")] == [False]


def test_an_item_that_is_not_published_yet_is_passed_on_as_well() -> None:
    store = owned(a="water")
    seeding.directory(store, {"nodes": NODES, "owners": [{"service": "draft", "unit": "water"}]})

    report = transfer(store, order("water"))

    assert report["items_transferred"] == 2
    assert owner(store, "draft", AFTER) == BUREAU
    assert report["concentration"]["denominator"] == 1


def test_a_transfer_may_be_repeated_and_reports_the_same() -> None:
    store = owned(a="water", b="forest", c="water")
    first = transfer(store, order("water", "forest"))
    kept = rows(store)

    again = transfer(store, order("water", "forest"))

    assert first["written"] == {"owners": 3, "seals": 2}
    assert again == {**first, "written": {"owners": 0, "seals": 0}}
    assert rows(store) == kept


def test_a_transfer_that_broke_off_is_finished_by_its_repeat() -> None:
    store, whole = owned(a="water", b="water"), owned(a="water", b="water")
    report = transfer(whole, order("water"))
    lost = [("owner#b", f"from#{ON}"), ("unit#water", "seal#approval")]
    store.rows[Table.DIRECTORY] = {
        key: (rows(store)[key] if key in lost and key in rows(store) else row)
        for key, row in rows(whole).items()
        if key not in lost or key in rows(store)
    }

    again = transfer(store, order("water"))

    assert again == {**report, "written": {"owners": 1, "seals": 1}}
    assert rows(store) == rows(whole)


def test_everything_that_was_so_stays_readable_over_two_transfers() -> None:
    store = owned(a="water")
    transfer(store, order("water"))

    back = {"to": "forest", "from": [BUREAU], "on": "2028-01-01", "because": "调整"}
    transfer(store, back)

    days = (BEFORE, AFTER, date(2027, 12, 31), date(2028, 1, 1))
    assert [owner(store, "a", day) for day in days] == ["water", BUREAU, BUREAU, "forest"]
    assert [one.until for one in directory(store).seals(BUREAU)] == [date(2027, 12, 31)]


def test_seeding_the_region_again_does_not_undo_a_transfer() -> None:
    store = owned(a="water")
    transfer(store, order("water"))

    seeding.directory(store, {"nodes": NODES, "owners": [{"service": "a", "unit": "water"}]})

    assert [owner(store, "a", day) for day in (BEFORE, AFTER)] == ["water", BUREAU]


BAD: list[tuple[Row, type[Exception]]] = [
    (order(), InvalidTransfer),
    (order(BUREAU), InvalidTransfer),
    (order("water", because=" "), InvalidTransfer),
    (order("water", on="27 May"), InvalidTransfer),
    (order("water", on=None), InvalidTransfer),
    (order("water", services=["nothing"]), InvalidTransfer),
    (order("forest", services=["a"]), InvalidTransfer),
    (order("forest"), InvalidTransfer),
    (order("fire"), UnknownUnit),
    (order("water", to="fire"), UnknownUnit),
]


WRONG_DAYS: list[dict[str, Any]] = [
    {"owners": [{"service": "a", "unit": "water", "from": "soon"}]},
    {"owners": [{"service": "a", "unit": "water", "to": "2026-02-30"}]},
    {"seals": [{**seal("water"), "from": "2026"}]},
    {"capabilities": [{"service": "a", "rows": [{"level": "village", "from": "May"}]}]},
]


@pytest.mark.parametrize("wrong", WRONG_DAYS)
def test_a_record_with_a_day_that_is_none_is_refused_and_nothing_is_written(
    wrong: dict[str, Any],
) -> None:
    store = MemoryStore(SHAPES)

    with pytest.raises(ValueError, match="isoformat|day"):
        seeding.directory(store, {"nodes": NODES, **wrong})

    assert rows(store) == {}


@pytest.mark.parametrize(("wrong", "error"), BAD)
def test_a_transfer_that_is_none_is_refused_and_writes_nothing(
    wrong: Row, error: type[Exception]
) -> None:
    store = owned(a="water")
    kept = rows(store)

    with pytest.raises(error):
        transfer(store, wrong)

    assert rows(store) == kept


def test_a_transfer_of_what_another_unit_owns_names_the_items() -> None:
    store = owned(a="water", b="forest")

    with pytest.raises(InvalidTransfer, match="not owned by forest .*：a$"):
        transfer(store, order("forest", services=["a", "b"]))


def test_a_mistyped_unit_is_refused_in_a_sentence() -> None:
    store = owned(a="water")

    for wrong in (order("water", to="fire"), order("fire")):
        with pytest.raises(UnknownUnit, match="^没有单位fire（there is no unit fire）$"):
            transfer(store, wrong)


def test_a_transfer_stands_in_the_history_of_each_item_once() -> None:
    store = owned(a="water", b="forest", c="water")

    transfer(store, order("water"))
    transfer(store, order("water"))

    told = {
        name: [row["data"] for row in store.partition(Table.DIRECTORY, f"service#{name}", "audit#")]
        for name in "abc"
    }
    assert told["b"] == []
    assert (
        told["a"]
        == told["c"]
        == [
            {
                "at": times.text(NOW),
                "do": "transfer",
                "by": "operator",
                "message": "相对集中许可权改革",
                "unit": BUREAU,
                "former": "water",
                "from": ON,
            }
        ]
    )


def test_many_items_pass_on_each_in_one_piece_with_its_entry() -> None:
    store = owned(**{f"s{index}": "water" for index in range(40)})

    transfer(store, order("water"))

    for index in range(40):
        assert owner(store, f"s{index}", AFTER) == BUREAU
        assert len(store.partition(Table.DIRECTORY, f"service#s{index}", "audit#")) == 1


def test_registering_on_trial_says_the_same_and_writes_nothing() -> None:
    store = owned(b="water")
    kept = rows(store)
    data = {
        "units": [unit("fire")],
        "seals": [seal("fire")],
        "owners": [{"service": "a", "unit": "fire"}, {"service": "b", "unit": "fire"}],
    }

    tried = ownership.register(store, {**data, "dry_run": True})

    assert rows(store) == kept
    assert tried == ownership.register(store, data)
    assert [one["service"] for one in tried["refused"]] == ["b"]


def test_every_unit_of_the_directory_is_listed_whoever_wrote_it() -> None:
    store = owned()
    ownership.register(store, {"units": [unit("fire")]})

    listed = ownership.COMMANDS["units"](store, {})["units"]

    assert [one["unit"] for one in listed] == sorted([*UNITS, "fire"])
    assert listed[0]["titles"] == {"zh-Hans": "bureau局"}


# --- the first owner of a service ---------------------------------------------------------------


def refused(store: MemoryStore, service: str, name: str, day: date = AFTER) -> tuple[str, str]:
    found = adoption.refused(store, service, name, day)
    return (found.keyword, found.texts["en"]) if found else ("", "")


def test_a_service_that_nobody_owns_asks_for_a_unit_and_names_those_there_are() -> None:
    keyword, said = refused(owned(), "a", "")

    assert keyword == "owner"
    assert said.startswith("no unit owns a: name one with unit; there are: bureau ")


def test_a_refusal_that_cannot_name_every_unit_says_how_many_more_there_are() -> None:
    store = owned()
    ownership.register(store, {"units": [unit(f"unit-{n}") for n in range(20)]})

    _, said = refused(store, "a", "")

    assert said.endswith(f", and {len(UNITS) + 20 - adoption.MOST_NAMED} more")


def test_a_unit_that_there_is_none_of_cannot_own_a_service() -> None:
    assert refused(owned(), "a", "fire")[0] == "unit"


def test_a_service_that_a_unit_owns_is_passed_on_by_a_transfer_only() -> None:
    store = owned(a="water")

    assert refused(store, "a", "forest")[0] == "transfer"
    assert refused(store, "a", "water") == refused(store, "a", "") == ("", "")
    assert adoption.adopted(store, "a", "water", AFTER, "") == []


def test_a_unit_adopts_a_service_from_the_day_on() -> None:
    store = owned()

    seeding.put(store, adoption.adopted(store, "a", "water", AFTER, "新开办"))

    assert [owner(store, "a", day) for day in (BEFORE, AFTER)] == ["", "water"]
    assert directory(store).tenures("a") == (Tenure("water", AFTER, None, "新开办"),)


def test_a_service_whose_last_owner_has_ended_can_be_adopted_anew() -> None:
    store = owned()
    ended = {"service": "a", "unit": "water", "to": f"{BEFORE}"}
    ownership.register(store, {"owners": [ended]})

    assert refused(store, "a", "")[0] == "owner"
    seeding.put(store, adoption.adopted(store, "a", "forest", AFTER, ""))

    assert [owner(store, "a", day) for day in (BEFORE, AFTER)] == ["water", "forest"]


def test_a_service_that_will_be_owned_needs_no_unit_now() -> None:
    store = owned()
    ownership.register(store, {"owners": [{"service": "a", "unit": "water", "from": ON}]})

    assert refused(store, "a", "", BEFORE) == ("", "")
    assert refused(store, "a", "forest", BEFORE)[0] == "transfer"


def test_an_owner_is_found_as_soon_as_it_is_written() -> None:
    store = owned()
    there = directory(store)
    assert there.owner("a", AFTER) is None

    seeding.put(store, adoption.adopted(store, "a", "water", AFTER, ""))

    found = there.owner("a", AFTER)
    assert found is not None and found.id == "water"


def test_a_transfer_does_not_slip_in_before_a_later_one() -> None:
    store = owned(a="water", b="water")
    transfer(store, order("water", services=["a"], to="forest", on="2026-09-01"))
    kept = rows(store)

    with pytest.raises(InvalidTransfer, match="a$"):
        transfer(store, order("water"))

    assert rows(store) == kept


@given(st.lists(st.sampled_from(["water", "forest"]), min_size=1, max_size=60))
def test_concentration_counts_what_the_unit_owns_of_everything(units: list[str]) -> None:
    store = owned(**{f"s{index}": name for index, name in enumerate(units)})

    report = transfer(store, order("water")) if "water" in units else {}
    rate = ownership.concentration(store, {"unit": BUREAU, "on": ON})

    moved = units.count("water")
    assert (rate["numerator"], rate["denominator"]) == (moved, len(units))
    assert (rate["percent"] == "100.000") is (moved == len(units))
    assert report.get("concentration", rate) == rate
    assert ownership.concentration(store, {"unit": BUREAU, "on": f"{BEFORE}"})["numerator"] == 0


def test_a_rate_is_rounded_down_and_a_rate_of_nothing_is_none() -> None:
    store = owned(**{f"s{index}": "water" for index in range(3)})
    transfer(store, order("water", services=["s0", "s1"]))

    rate = ownership.concentration(store, {"unit": BUREAU, "on": ON})

    assert rate["percent"] == "66.666"
    assert "percent" not in ownership.concentration(owned(), {"unit": BUREAU, "on": ON})


def test_retired_items_and_items_of_another_class_are_not_counted() -> None:
    store = owned(a="water", b="water", c=BUREAU)
    listed(store, "a", item_class="行政许可")
    listed(store, "b", state="retired", item_class="行政许可")
    listed(store, "c", item_class="行政确认")

    rate = ownership.concentration(store, {"unit": "water", "on": ON})
    licences = {"unit": "water", "on": ON, "item_class": "行政许可"}

    assert (rate["numerator"], rate["denominator"]) == (1, 2)
    assert ownership.concentration(store, licences)["denominator"] == 1


def test_the_authority_of_a_day_is_its_unit_and_the_seal_it_uses() -> None:
    store = owned(a="water")
    transfer(store, order("water"))

    before = authority_of(directory(store), "a", BEFORE)
    after = authority_of(directory(store), "a", AFTER)

    assert before and before.seal and after and after.seal
    assert (before.unit.id, before.since, before.seal.unit) == ("water", None, "water")
    assert (after.unit.id, after.since, after.seal.unit) == (BUREAU, AFTER, BUREAU)
    assert after.said("zh-Hans") == {
        "unit": BUREAU,
        "title": "bureau局",
        "since": ON,
        "seal": "bureau局行政审批专用章",
    }
    assert authority_of(directory(store), "nothing", AFTER) is None


def test_the_owner_of_a_day_costs_two_reads_and_none_the_second_time() -> None:
    store = owned(a="water")
    transfer(store, order("water"))
    read = directory(store)
    store.read.clear()

    assert read.owner("a", AFTER) == read.owner("a", AFTER)
    assert store.read == ["owner#a", f"unit#{BUREAU}"]


def test_registering_takes_in_units_seals_and_owners_once() -> None:
    store = owned()
    new = {"unit": "fire", "node": "t1", "titles": {"zh-Hans": "消防"}}
    data = {
        "units": [new],
        "seals": [seal("fire")],
        "owners": [{"service": "a", "unit": "fire"}, {"service": "b", "unit": "water"}],
    }

    first, again = ownership.register(store, data), ownership.register(store, data)

    assert (first["owners"], first["unchanged"], first["refused"]) == (2, 0, [])
    assert (again["owners"], again["unchanged"], again["refused"]) == (0, 2, [])
    assert owner(store, "a", AFTER) == "fire"
    assert [one.id for one in directory(store).seals("fire")] == ["approval"]


def test_registering_again_after_a_transfer_changes_no_owner_and_brings_no_seal_back() -> None:
    store = owned(a="water")
    transfer(store, order("water"))
    data = {"units": [unit("water")], "seals": [seal("water")]}

    report = ownership.register(store, {**data, "owners": [{"service": "a", "unit": "water"}]})

    assert report["refused"] == [{"service": "a", "unit": "water", "owner": BUREAU}]
    assert owner(store, "a", AFTER) == BUREAU
    assert [one.retired for one in directory(store).seals("water")] == [True]


def test_a_unit_on_no_node_and_an_owner_that_is_no_unit_are_refused() -> None:
    store = owned()
    kept = rows(store)

    with pytest.raises(UnknownNode):
        ownership.register(store, {"units": [{**unit("fire"), "node": "nowhere"}]})
    with pytest.raises(UnknownUnit):
        ownership.register(store, {"owners": [{"service": "a", "unit": "fire"}]})

    assert rows(store) == kept


def test_an_owner_registered_from_a_day_owns_from_then_on() -> None:
    store = owned()

    ownership.register(store, {"owners": [{"service": "a", "unit": "water", "from": ON}]})

    assert [owner(store, "a", day) for day in (BEFORE, AFTER)] == ["", "water"]


SPANS = st.lists(
    st.tuples(st.sampled_from(UNITS), st.integers(0, 40), st.none() | st.integers(0, 40)),
    max_size=6,
    unique_by=lambda one: one[1],
)


@given(SPANS, st.integers(-5, 50))
def test_on_every_day_there_is_one_owner_at_most_and_it_is_the_last_that_began(
    spans: list[tuple[str, int, int | None]], day: int
) -> None:
    first = date(2026, 1, 1)
    made = [
        {
            "kind": "owner",
            "data": {
                "unit": name,
                "from": f"{first + timedelta(days=since)}",
                "to": None if until is None else f"{first + timedelta(days=since + until)}",
            },
        }
        for name, since, until in spans
    ]
    found = tenure.tenures(made)

    holding = [one for one in found if one.holds_on(first + timedelta(days=day))]

    begun = [one for one in sorted(spans, key=lambda one: one[1]) if one[1] <= day]
    last = begun[-1] if begun else None
    still = last is not None and (last[2] is None or day <= last[1] + last[2])
    assert [one.unit for one in holding] == ([last[0]] if last and still else [])


def able(store: MemoryStore, node: str, day: str = ON, service: str = "a") -> bool:
    there = directory(store)
    found = there.node(node)
    assert found is not None
    return there.capable(service, found, date.fromisoformat(day))


def test_without_a_capability_table_every_node_is_able() -> None:
    store = owned(a="water")

    assert [able(store, node) for node in ("gz", "t1", "v1", "v2")] == [True] * 4


def test_a_pilot_village_is_able_and_the_others_of_its_level_are_not() -> None:
    store = owned(a="water")
    pilot = {"level": "village", "node": "v1", "from": ON, "because": "试点"}

    seeding.capability(store, {"service": "a", "rows": [pilot]})

    assert [able(store, node) for node in ("gz", "t1", "v1", "v2")] == [True, True, True, False]
    assert able(store, "v1", "2026-05-26") is False
    assert able(store, "v2", service="b") is True


def test_a_pilot_becomes_general_by_one_more_row() -> None:
    store = owned(a="water")
    pilot = {"level": "village", "node": "v1", "from": ON, "to": "2026-12-31"}
    general = {"level": "village", "from": "2027-01-01"}

    seeding.capability(store, {"service": "a", "rows": [pilot, general]})

    assert [able(store, node, "2026-12-31") for node in ("v1", "v2")] == [True, False]
    assert [able(store, node, "2027-01-01") for node in ("v1", "v2")] == [True, True]


def test_a_subtree_is_named_by_its_top() -> None:
    store = owned(a="water")

    seeding.capability(
        store, {"service": "a", "rows": [{"level": "village", "node": "t1", "from": ON}]}
    )

    assert [able(store, node) for node in ("v1", "v2")] == [True, True]


def test_the_capability_table_is_one_read_and_none_the_second_time() -> None:
    store = owned(a="water")
    there = directory(store)
    node = there.node("v1")
    assert node is not None
    store.read.clear()

    for _ in range(2):
        there.capable("a", node, AFTER)

    assert store.read == ["capability#a"]


def test_a_capability_of_a_node_that_is_not_there_is_refused() -> None:
    wrong = {"service": "a", "rows": [{"level": "village", "node": "nowhere", "from": ON}]}
    store = owned(a="water")
    kept = rows(store)

    with pytest.raises(UnknownNode):
        seeding.capability(store, wrong)
    with pytest.raises(UnknownNode):
        seeding.directory(store, {"nodes": NODES, "capabilities": [wrong]})

    assert rows(store) == kept
