"""The region tree as data that changes: what an id stands for on a day, what a table may say."""

import copy
import csv
import io
import random
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.people import ownership, region, regions, regiontree, seeding
from chalicelib.people.directory import Directory, Node
from chalicelib.platform.ports import Busy, Operation, Row, Table
from chalicelib.services.offer import Offer
from chalicelib.services.sheets import sheet, tree
from chalicelib.wiring import SHAPES
from tests.fakes.store import MemoryStore
from tests.world import load_json

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
LAST, ON = "2026-06-30", "2026-07-01"
EVE, AFTER = date(2026, 6, 30), date(2026, 7, 1)
WHY = "行政区划调整"
COUNTY, TOWN, OTHER = "360802000000", "360802101000", "360802102000"
NODES: list[Row] = [
    {"node": "gz", "level": "district", "code": COUNTY, "titles": {"zh-Hans": "区"}},
    {"node": "t1", "parent": "gz", "level": "town", "code": TOWN, "titles": {"zh-Hans": "一镇"}},
    {"node": "t2", "parent": "gz", "level": "town", "code": OTHER, "titles": {"zh-Hans": "二镇"}},
    *(
        {
            "node": f"v{n}",
            "parent": "t1",
            "level": "village",
            "code": f"36080210120{n}",
            "titles": {"zh-Hans": f"{n}村", "en": f"Village {n}"},
        }
        for n in (1, 2, 3)
    ),
]
UNITS = [
    {"unit": name, "node": "gz", "titles": {"zh-Hans": f"{name}局"}} for name in ("water", "zone-u")
]


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore(SHAPES)
    seeding.directory(made, {"nodes": NODES, "units": UNITS})
    seeding.calendar(made, load_json("infra/calendars/cn.json"), "2026-01-01T00:00:00.000Z")
    return made


def take(store: MemoryStore, *rows: Row, **more: Any) -> Row:
    """What came of a table with these rows, from row 2 on."""
    numbered = [{"row": number, **row} for number, row in enumerate(rows, 2)]
    return regions.take_in(store, {"rows": numbered, "because": WHY, **more}, TODAY)


def taken(store: MemoryStore, *rows: Row) -> list[str]:
    """The changes of a table without a fault."""
    report = take(store, *rows)
    assert [one for one in report["findings"] if one["severity"] == "error"] == []
    return [one["change"] for one in report["changes"]]


def faults(store: MemoryStore, *rows: Row, **more: Any) -> list[tuple[int, str, str]]:
    """Row, column and keyword of each error; a table with one writes nothing."""
    before = dict(store.rows[Table.DIRECTORY])
    report = take(store, *rows, **more)
    found = [one for one in report["findings"] if one["severity"] == "error"]
    assert all(one["texts"]["zh-Hans"] and one["texts"]["en"].isascii() for one in found)
    assert all(one["pointer"] == f"/rows/{one['row']}/{one['column']}" for one in found)
    assert report["written"] == 0 and store.rows[Table.DIRECTORY] == before
    return [(one["row"], one["column"], one["keyword"]) for one in found]


def there(store: MemoryStore) -> Directory:
    return Directory(store, lambda: NOW)


def node(store: MemoryStore, name: str, on: date = AFTER) -> Node:
    found = there(store).node(name, on)
    assert found is not None
    return found


def path(store: MemoryStore, name: str, on: date = AFTER) -> tuple[str, ...]:
    return node(store, name, on).path


MERGED = {"node": "v1", "to": LAST, "became": ["v2"]}
SPLIT: list[Row] = [
    {"node": "v1", "to": LAST, "became": ["v1a", "v1b"]},
    {
        "node": "v1a",
        "code": "360802101201",
        "titles": {"zh-Hans": "东村"},
        "parent": "t1",
        "from": ON,
    },
    {
        "node": "v1b",
        "code": "360802101211",
        "titles": {"zh-Hans": "西村"},
        "parent": "t1",
        "from": ON,
    },
]


# --- what a node is on a day -------------------------------------------------------------------


def test_a_node_has_a_name_a_parent_and_labels_from_a_day_on(store: MemoryStore) -> None:
    changes = taken(
        store,
        {
            "node": "v1",
            "titles": {"zh-Hans": "新一村"},
            "from": ON,
            "because": "更名",
            "by": "县政府",
        },
        {"node": "v2", "parent": "t2", "from": ON},
        {"node": "v3", "labels": ["空壳村"], "aliases": ["三村代办点"], "from": ON},
    )

    assert changes == ["renamed", "moved", "changed"]
    assert [node(store, "v1", day).titles["zh-Hans"] for day in (EVE, AFTER)] == ["1村", "新一村"]
    assert [path(store, "v2", day) for day in (EVE, AFTER)] == [
        ("gz", "t1", "v2"),
        ("gz", "t2", "v2"),
    ]
    assert [node(store, "v3", day).labels for day in (EVE, AFTER)] == [(), ("空壳村",)]
    first, then = there(store).history("v1").states
    assert (first.titles["zh-Hans"], first.since) == ("1村", None)
    assert (then.because, then.by, then.since, then.code) == ("更名", "县政府", AFTER, first.code)


def test_today_is_meant_where_no_day_is_named(store: MemoryStore) -> None:
    taken(store, {"node": "v2", "parent": "t2", "from": ON})

    moment = [NOW]
    directory = Directory(store, lambda: moment[0])
    before = directory.node("v2")
    moment[0] = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
    after = directory.node("v2")

    assert before and after and (before.path[1], after.path[1]) == ("t1", "t2")


def test_all_that_lies_below_a_node_moves_with_it(store: MemoryStore) -> None:
    taken(store, {"node": "new", "level": "park", "titles": {"zh-Hans": "新区"}, "parent": "gz"})
    taken(store, {"node": "t1", "parent": "new", "from": ON})

    assert path(store, "v1") == ("gz", "new", "t1", "v1")
    assert path(store, "v1", EVE) == ("gz", "t1", "v1")


def test_the_id_of_a_merged_node_stands_for_its_successor(store: MemoryStore) -> None:
    assert taken(store, MERGED) == ["merged"]

    assert (node(store, "v1", EVE).id, node(store, "v1").id) == ("v1", "v2")
    assert path(store, "v2") == ("gz", "t1", "v1", "v2")
    assert node(store, "v2").inboxes == ("v2", "v1")
    assert (path(store, "v2", EVE), node(store, "v2", EVE).inboxes) == (("gz", "t1", "v2"), ("v2",))
    code = there(store).node_of_code("360802101201", AFTER)
    assert code and code.id == "v2"


def test_who_was_merged_twice_is_found_and_still_lies_below_the_same_parents(
    store: MemoryStore,
) -> None:
    taken(store, MERGED)
    taken(store, {"node": "v2", "to": "2027-12-31", "became": ["v3"]})

    later = date(2028, 1, 1)
    assert node(store, "v1", later).id == "v3"
    assert path(store, "v1", later) == ("gz", "t1", "v1", "v2", "v3")
    assert node(store, "v3", later).inboxes == ("v3", "v1", "v2")
    assert node(store, "v3").inboxes == ("v3",)


def test_the_first_part_of_a_split_node_takes_over_what_is_open(store: MemoryStore) -> None:
    assert taken(store, *SPLIT) == ["split", "new", "new"]

    assert node(store, "v1").id == "v1a"
    assert path(store, "v1a") == ("gz", "t1", "v1", "v1a")
    assert path(store, "v1b") == ("gz", "t1", "v1b")


def test_the_code_of_a_part_decides_where_an_address_lies(store: MemoryStore) -> None:
    taken(store, *SPLIT)
    directory = there(store)

    for code, name in (("360802101201", "v1a"), ("360802101211", "v1b")):
        found = directory.named(code, AFTER)
        assert found and found.id == name
    assert directory.parts("360802101201", AFTER) == ()
    assert directory.named("v1", AFTER) is None
    assert [one.id for one in directory.parts("v1", AFTER)] == ["v1a", "v1b"]


def test_the_old_code_of_a_node_whose_parts_have_new_ones_means_none_of_them(
    store: MemoryStore,
) -> None:
    end, first, second = SPLIT
    taken(store, end, {**first, "code": "360802101210"}, second)
    directory = there(store)

    assert directory.named("360802101201", AFTER) is None
    assert [one.id for one in directory.parts("360802101201", AFTER)] == ["v1a", "v1b"]
    before = directory.named("360802101201", EVE)
    assert before and before.id == "v1"


def test_what_is_said_of_a_merged_node_goes_on_at_its_successor(store: MemoryStore) -> None:
    pilot = [{"level": "village", "node": "v1", "from": "2026-01-01"}]
    seeding.capability(store, {"service": "s", "rows": pilot})
    taken(store, MERGED)
    offer = Offer(1, "x", nodes=("v1",))

    able = [there(store).capable("s", node(store, "v2", day), day) for day in (EVE, AFTER)]

    assert able == [False, True]
    assert [offer.covers(path(store, "v2", day)) for day in (EVE, AFTER)] == [False, True]


def test_a_node_that_became_nothing_is_its_parents_and_nobodys_role_grows(
    store: MemoryStore,
) -> None:
    assert taken(store, {"node": "v1", "to": LAST}) == ["ended"]

    assert node(store, "v1").id == "t1"
    assert path(store, "t1") == ("gz", "t1")
    assert node(store, "t1").inboxes == ("t1", "v1")


def test_a_node_without_a_code_administers_villages_that_lie_elsewhere(store: MemoryStore) -> None:
    zone = {"node": "zone", "level": "park", "titles": {"zh-Hans": "开发区"}, "parent": "gz"}
    taken(store, zone)
    taken(store, {"node": "v1", "administered_by": "zone", "from": ON})
    taken(store, {"node": "v1", "administered_by": "", "from": "2028-01-01"})

    assert path(store, "v1") == ("gz", "t1", "zone", "v1")
    assert path(store, "v1", EVE) == path(store, "v1", date(2028, 1, 1)) == ("gz", "t1", "v1")
    assert there(store).named("zone") == node(store, "zone")
    looked = regiontree.look_up(store, {"find": "zone", "on": ON}, TODAY)
    assert looked["nodes"][0]["administers"] == ["v1"]


def test_former_names_aliases_and_codes_find_a_node(store: MemoryStore) -> None:
    taken(store, {"node": "v1", "titles": {"zh-Hans": "新一村"}, "aliases": ["老堡"], "from": ON})

    for word in ("1村", "新一村", "老堡", "v1", "360802101201"):
        found = regiontree.look_up(store, {"find": word, "on": ON}, TODAY)["nodes"]
        assert [one["node"] for one in found] == ["v1"]
    states = found[0]["states"]
    assert [one["titles"]["zh-Hans"] for one in states] == ["1村", "新一村"]
    assert states[1]["because"] == WHY
    assert regiontree.look_up(store, {"find": "无此村"}, TODAY)["nodes"] == []


def test_seeding_the_region_again_undoes_no_change(store: MemoryStore) -> None:
    taken(store, MERGED, {"node": "v3", "parent": "t2", "from": ON})

    seeding.directory(store, {"nodes": NODES})

    assert node(store, "v1").id == "v2"
    assert path(store, "v3") == ("gz", "t2", "v3")


def test_a_node_that_stays_as_it_is_costs_no_more_reads_than_its_path(store: MemoryStore) -> None:
    read: list[str] = []

    def partition(table: Table, pk: str, prefix: str = "") -> list[Row]:
        read.append(pk)
        return MemoryStore.partition(store, table, pk, prefix)

    directory = Directory(store, lambda: NOW)
    store.partition = partition  # type: ignore[method-assign]

    assert directory.node("v1") == directory.node("v1")
    assert read == ["node#v1", "node#t1", "node#gz"]


# --- what a table may say ------------------------------------------------------------------------


def test_a_table_is_taken_in_once(store: MemoryStore) -> None:
    rows: list[Row] = [
        {"node": "v4", "code": "360802101204", "titles": {"zh-Hans": "四村"}},
        {"node": "v2", "titles": {"zh-Hans": "新二村"}, "from": ON},
        {"node": "v3", "parent": OTHER, "from": ON, "labels": ["空壳村"]},
        *SPLIT,
    ]
    first = take(store, *rows)
    kept = dict(store.rows[Table.DIRECTORY])

    again = take(store, *rows)

    assert (first["written"], again["written"]) == (6, 0)
    (outside,) = first["findings"]
    assert (outside["row"], outside["keyword"], outside["severity"]) == (
        4,
        "code-parent",
        "warning",
    )
    assert {one["change"] for one in again["changes"]} == {"unchanged"}
    assert store.rows[Table.DIRECTORY] == kept


def test_a_dry_run_says_the_same_and_writes_nothing(store: MemoryStore) -> None:
    kept = dict(store.rows[Table.DIRECTORY])

    tried = take(store, MERGED, dry_run=True)

    assert store.rows[Table.DIRECTORY] == kept
    done = take(store, MERGED)
    assert (tried["written"], done["written"]) == (0, 1)
    assert tried["changes"] == done["changes"]


def test_level_and_parent_follow_from_the_code_where_a_row_leaves_them_out(
    store: MemoryStore,
) -> None:
    taken(
        store,
        {"code": "360802103201", "titles": {"zh-Hans": "新村"}},
        {"code": "360802103000", "titles": {"zh-Hans": "三镇"}},
    )

    found = there(store).node_of_code("360802103201")
    assert found and (found.level, found.path) == (
        "village",
        ("gz", "360802103000", "360802103201"),
    )


V4: Row = {"node": "v4", "code": "360802101204", "titles": {"zh-Hans": "四村"}, "parent": "t1"}
FAULTS: list[tuple[str, list[Row], list[tuple[int, str, str]]]] = [
    ("no code", [{**V4, "code": "360802101904"}], [(2, "code", "code")]),
    ("zeros of a town", [{**V4, "level": "town", "parent": "gz"}], [(2, "level", "level")]),
    (
        "zeros of a village",
        [{**V4, "code": "360802103000", "level": "village"}],
        [(2, "level", "level")],
    ),
    (
        "zeros of a city",
        [{**V4, "code": "360000000000", "level": "city", "parent": "gz"}],
        [(2, "level", "level"), (2, "parent", "parent-level")],
    ),
    ("unknown parent", [{**V4, "parent": "t9"}], [(2, "parent", "parent")]),
    (
        "a parent that is to come",
        [
            {**V4, "parent": "t9"},
            {
                "node": "t9",
                "level": "town",
                "parent": "gz",
                "titles": {"zh-Hans": "九镇"},
                "from": ON,
            },
        ],
        [(2, "parent", "parent")],
    ),
    (
        "below a village",
        [{"node": "x", "level": "town", "titles": {"zh-Hans": "甲"}, "parent": "v1"}],
        [(2, "parent", "parent-level")],
    ),
    (
        "a circle",
        [
            {"node": "a", "level": "park", "titles": {"zh-Hans": "甲"}, "parent": "b"},
            {"node": "b", "level": "park", "titles": {"zh-Hans": "乙"}, "parent": "a"},
        ],
        [(2, "parent", "cycle"), (3, "parent", "cycle")],
    ),
    (
        "under itself",
        [{"node": "t1", "administered_by": "v1", "from": ON}],
        [(2, "administered_by", "cycle")],
    ),
    (
        "a second root",
        [{"node": "x", "level": "park", "titles": {"zh-Hans": "甲"}}],
        [(2, "parent", "root")],
    ),
    ("twice", [V4, V4], [(3, "node", "unique")]),
    ("somebody's code", [{**V4, "code": "360802101201"}], [(2, "code", "unique")]),
    (
        "days that overlap",
        [
            {**V4, "from": "2026-01-01", "to": LAST},
            {"node": "v4", "titles": {"zh-Hans": "新四村"}, "from": "2026-05-01"},
        ],
        [(3, "from", "overlap")],
    ),
    ("no id", [{"titles": {"zh-Hans": "四村"}}], [(2, "node", "required")]),
    ("an id of signs", [{**V4, "node": "四村"}], [(2, "node", "pattern")]),
    ("no name", [{"node": "v4", "level": "village", "parent": "t1"}], [(2, "name", "required")]),
    ("no day", [{"node": "v1", "titles": {"zh-Hans": "新一村"}}], [(2, "from", "required")]),
    ("ends before it begins", [{**V4, "from": ON, "to": LAST}], [(2, "to", "day")]),
    (
        "became something, no last day",
        [{"node": "v1", "became": ["v2"]}],
        [(2, "to", "required")],
    ),
    (
        "became what there is not",
        [{"node": "v1", "to": LAST, "became": ["v9"]}],
        [(2, "became", "became")],
    ),
    ("became itself", [{"node": "v1", "to": LAST, "became": ["v1"]}], [(2, "became", "became")]),
    (
        "became of another level",
        [{"node": "v1", "to": LAST, "became": ["t1"]}],
        [(2, "became", "level")],
    ),
    (
        "became what ends too",
        [MERGED, {"node": "v2", "to": LAST, "became": ["v1"]}],
        [(2, "became", "became"), (3, "became", "became")],
    ),
    ("with villages below", [{"node": "t1", "to": LAST}], [(2, "became", "in-use")]),
]


@pytest.mark.parametrize(("rows", "found"), [one[1:] for one in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_table_with_a_fault_names_its_row_and_column_and_writes_nothing(
    store: MemoryStore, rows: list[Row], found: list[tuple[int, str, str]]
) -> None:
    assert faults(store, *rows) == found


def test_a_change_without_a_reason_is_refused(store: MemoryStore) -> None:
    assert faults(store, MERGED, because="") == [(2, "because", "required")]


def test_what_is_recorded_from_a_later_day_is_not_overtaken(store: MemoryStore) -> None:
    taken(store, {"node": "v1", "parent": "t2", "from": ON})

    earlier = {"node": "v1", "titles": {"zh-Hans": "新一村"}, "from": "2026-05-01"}
    assert faults(store, earlier) == [(2, "from", "overlap")]
    assert faults(store, {"node": "v1", "to": "2026-04-30", "became": ["v2"]}) == [
        (2, "to", "overlap")
    ]


def test_a_change_is_put_right_by_its_first_day(store: MemoryStore) -> None:
    taken(store, {"node": "v1", "parent": "t2", "from": ON})
    taken(store, {"node": "v1", "parent": "t1", "titles": {"zh-Hans": "新一村"}, "from": ON})

    assert path(store, "v1") == ("gz", "t1", "v1")
    assert len(there(store).history("v1").states) == 2


@pytest.mark.parametrize(
    "needing",
    [
        {"units": [{"unit": "office", "node": "v1", "titles": {"zh-Hans": "办"}}]},
        {
            "parties": [{"party": "a", "name": "甲"}],
            "grants": [{"party": "a", "role": "acceptor", "node": "v1", "from": "2020-01-01"}],
        },
        {"owners": [{"service": "s", "unit": "water", "node": "v1"}]},
    ],
    ids=["a unit", "a role", "an owner"],
)
def test_a_node_in_use_does_not_end_without_a_successor(store: MemoryStore, needing: Row) -> None:
    seeding.directory(store, {"nodes": NODES, **needing})

    assert faults(store, {"node": "v1", "to": LAST}) == [(2, "became", "in-use")]
    assert taken(store, MERGED) == ["merged"]


def test_an_import_that_breaks_off_leaves_a_sound_tree_and_is_finished_by_its_repeat(
    store: MemoryStore,
) -> None:
    whole = copy.deepcopy(store)
    village = {"titles": {"zh-Hans": "新村"}, "level": "village", "parent": "t9"}
    rows: list[Row] = [
        MERGED,
        *({**village, "node": f"x{n}"} for n in range(40)),
        {"node": "t9", "titles": {"zh-Hans": "九镇"}, "level": "town", "parent": "gz"},
    ]
    taken(whole, *rows)
    transact, written = store.transact, 0

    def breaking(operations: Sequence[Operation]) -> None:
        if dice.random() < 0.6:
            raise Busy("broken off")
        transact(operations)

    dice = random.Random(9)
    store.transact = breaking  # type: ignore[method-assign]
    broken = 0
    while not written:
        try:
            written = take(store, *rows)["written"]
        except Busy:
            broken += 1
            for name, states in regiontree.Tree(store, TODAY).states.items():
                assert states and path(store, name)[0] == "gz"

    assert broken > 1 and written < len(rows)
    assert store.rows[Table.DIRECTORY] == whole.rows[Table.DIRECTORY]


@given(st.integers(0, 10**9))
def test_whatever_happens_to_a_tree_every_id_stands_for_one_living_node(seed: int) -> None:
    """Mergers, splits, moves and ends in any order: nothing is ever lost, no path is a circle."""
    store, dice = MemoryStore(SHAPES), random.Random(seed)
    seeding.directory(store, {"nodes": NODES})
    names = [one["node"] for one in NODES]
    for month in range(1, 9):
        one, other = dice.choice(names), dice.choice(names)
        last, first = f"2027-{month:02}-27", f"2027-{month:02}-28"
        part = {"titles": {"zh-Hans": "部分"}, "level": "village", "parent": other, "from": first}
        new = f"n{month}"
        take(
            store,
            *dice.choice(
                [
                    [{"node": one, "to": last, "became": [other]}],
                    [{"node": one, "to": last, "became": [new]}, {**part, "node": new}],
                    [{"node": one, "to": last}],
                    [{"node": one, "parent": other, "from": first}],
                    [{"node": one, "administered_by": other, "from": first}],
                ]
            ),
        )
        names += [new] if there(store).history(new).states else []
    directory = there(store)
    for name in names:
        for month in range(1, 10):
            day = date(2027, month, 28)
            found = directory.node(name, day)
            if found is None:
                assert directory.history(name).states[0].since is not None
                continue
            own = next(s for s in reversed(directory.history(found.id).states) if _begun(s, day))
            assert not own.ended
            assert found.path[-1] == found.id and found.path.count(found.id) == 1
            assert len(set(found.path)) == len(found.path)


def _begun(state: region.State, day: date) -> bool:
    return state.since is None or state.since <= day


# --- the table as a file -------------------------------------------------------------------------


def typed(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def test_official_headings_and_short_codes_are_read_and_empty_cells_left_out() -> None:
    table = tree.read(
        [
            {
                "区划代码": "３６０８０２",
                "名称": "吉州区",
                "层级": "县级",
                "上级": "",
                "英文名称": "",
            },
            {"区划代码": "360802101000", "名称": "", "层级": "", "上级": "360802", "英文名称": ""},
            {"区划代码": "", "名称": "", "层级": "", "上级": "", "英文名称": ""},
        ]
    )

    assert table.findings == ()
    assert table.rows == (
        {"row": 2, "code": "360802000000", "level": "district", "titles": {"zh-Hans": "吉州区"}},
        {"row": 3, "code": "360802101000", "parent": "360802000000"},
    )


def test_lists_days_and_what_is_taken_away_are_read() -> None:
    cells = {
        "节点": "v1",
        "生效日期": "2026年7月1日",
        "标签": "空壳村；软弱涣散村",
        "别名": "无",
        "代管": "无",
        "变更为": "v2；v3",
        "经办": "甲",
    }

    table = tree.read([cells])

    assert table.rows == (
        {
            "row": 2,
            "node": "v1",
            "administered_by": "",
            "from": "2026-07-01",
            "became": ["v2", "v3"],
            "aliases": [],
            "labels": ["空壳村", "软弱涣散村"],
        },
    )
    assert [(one.keyword, one.severity) for one in table.findings] == [("column", "warning")]


@pytest.mark.parametrize(
    ("cell", "keyword"),
    [
        ({"区划代码": "36080210"}, "code"),
        ({"区划代码": "三六"}, "code"),
        ({"生效日期": "明天"}, "day"),
        ({"层级": "几级"}, "level-name"),
        ({"名称": "村" * 61}, "maxLength"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(cell: dict[str, str], keyword: str) -> None:
    (finding,) = tree.read([{"节点": "v1", **cell}]).findings

    assert finding.keyword == keyword
    assert finding.pointer.startswith("/rows/2/")
    assert finding.texts["zh-Hans"].startswith(f"第2行“{next(iter(cell))}”")


def test_a_table_without_ids_and_codes_is_refused() -> None:
    assert [one.keyword for one in tree.read([{"名称": "村"}]).findings] == ["required"]


# Many times what is seen (0.2 s), since others may keep the computer busy.
SECONDS = 5.0


def test_a_city_of_1500_nodes_is_read_checked_and_written_in_seconds() -> None:
    store = MemoryStore(SHAPES)
    rows = [{"区划代码": "360800000000", "名称": "市", "层级": "市级"}]
    for county in range(1, 14):
        rows.append({"区划代码": f"3608{county:02}000000", "名称": f"{county}县", "层级": ""})
        for town in range(100, 114):
            code = f"3608{county:02}{town}"
            rows.append({"区划代码": f"{code}000", "名称": f"{town}镇", "层级": ""})
            for village in range(201, 208):
                rows.append({"区划代码": f"{code}{village}", "名称": f"{village}村", "层级": ""})
    raw, began = typed(rows), time.thread_time()

    table = tree.read(sheet.read_csv(raw))
    report = take(store, *({n: v for n, v in row.items() if n != "row"} for row in table.rows))
    first = time.thread_time() - began
    again = take(store, *({n: v for n, v in row.items() if n != "row"} for row in table.rows))
    both = time.thread_time() - began

    print(f"\n{len(rows)} nodes: {first:.2f} s, and {both - first:.2f} s for nothing new")
    assert (table.findings, report["findings"]) == ((), [])
    assert (report["written"], again["written"]) == (len(rows), 0)
    found = Directory(store, lambda: NOW).node_of_code("360813113207")
    assert found and len(found.path) == 4
    assert both <= SECONDS


# --- who is competent where ----------------------------------------------------------------------


def own(store: MemoryStore, service: str, unit: str, node: str = "", **more: Any) -> Row:
    owner = {"service": service, "unit": unit, **({"node": node} if node else {}), **more}
    return ownership.register(store, {"owners": [owner]})


def competent(store: MemoryStore, name: str, on: date = AFTER) -> list[str]:
    directory = there(store)
    return [one.id for one in directory.competent("s", node(store, name, on), on)]


def test_the_nearest_subtree_that_has_an_owner_decides(store: MemoryStore) -> None:
    own(store, "s", "water")
    own(store, "s", "zone-u", "t1")

    assert competent(store, "v1") == competent(store, "t1") == ["zone-u"]
    assert competent(store, "t2") == competent(store, "gz") == ["water"]


def test_nobody_is_competent_outside_of_the_subtrees_that_have_owners(store: MemoryStore) -> None:
    own(store, "s", "zone-u", "t1", **{"from": ON})

    assert competent(store, "v1") == ["zone-u"]
    assert competent(store, "v1", EVE) == competent(store, "t2") == []


def test_two_owners_at_one_node_overlap(store: MemoryStore) -> None:
    own(store, "s", "water", "t1")

    assert own(store, "s", "zone-u", "t1")["refused"][0]["owner"] == "water"
    assert own(store, "s", "zone-u", "t1", beside=True)["owners"] == 1
    assert own(store, "s", "zone-u", "t1", beside=True)["unchanged"] == 1
    assert sorted(competent(store, "v1")) == ["water", "zone-u"]


def test_owners_of_nodes_that_are_merged_overlap_from_that_day(store: MemoryStore) -> None:
    own(store, "s", "water", "v1")
    own(store, "s", "zone-u", "v2")
    taken(store, MERGED)

    assert competent(store, "v2", EVE) == ["zone-u"]
    assert sorted(competent(store, "v2")) == sorted(competent(store, "v1")) == ["water", "zone-u"]


def test_who_administers_a_node_is_nearer_than_where_it_lies(store: MemoryStore) -> None:
    zone = {"node": "zone", "level": "park", "titles": {"zh-Hans": "开发区"}, "parent": "gz"}
    taken(store, zone)
    own(store, "s", "water", "t1")
    own(store, "s", "zone-u", "zone")
    taken(store, {"node": "v1", "administered_by": "zone", "from": ON})

    assert (competent(store, "v1", EVE), competent(store, "v1")) == (["water"], ["zone-u"])


def transfer(store: MemoryStore, **more: Any) -> Row:
    order = {"to": "zone-u", "from": ["water"], "on": ON, "because": WHY}
    return ownership.transfer(store, {**order, **more}, "2026-03-10T02:00:00Z")


def test_what_is_owned_in_a_subtree_passes_on_there_and_nowhere_else(store: MemoryStore) -> None:
    own(store, "s", "water")
    own(store, "s", "water", "t1")

    report = transfer(store, node="t1")

    assert (report["items_transferred"], report["still_owned"]) == (1, {"water": 1})
    assert (competent(store, "v1", EVE), competent(store, "v1")) == (["water"], ["zone-u"])
    assert competent(store, "t2") == ["water"]
    assert transfer(store, node="t1")["written"] == {"owners": 0, "seals": 0}


def test_what_is_owned_in_the_whole_tree_passes_on_without_the_subtrees(
    store: MemoryStore,
) -> None:
    own(store, "s", "water")
    own(store, "s", "water", "t1")

    assert transfer(store)["still_owned"] == {"water": 1}
    assert (competent(store, "t2"), competent(store, "v1")) == (["zone-u"], ["water"])


def test_a_unit_beside_another_stays_when_the_other_passes_its_items_on(
    store: MemoryStore,
) -> None:
    seeding.directory(
        store,
        {"nodes": NODES, "units": [{"unit": "third", "node": "gz", "titles": {"zh-Hans": "三"}}]},
    )
    own(store, "s", "water", "t1")
    own(store, "s", "third", "t1", beside=True)

    transfer(store, node="t1")

    assert sorted(competent(store, "v1")) == ["third", "zone-u"]
    assert sorted(competent(store, "v1", EVE)) == ["third", "water"]


def test_an_owner_of_a_subtree_that_there_is_not_is_refused(store: MemoryStore) -> None:
    with pytest.raises(seeding.UnknownNode):
        own(store, "s", "water", "nowhere")
    with pytest.raises(ownership.InvalidTransfer):
        transfer(store, node="t1", **{"from": ["water", "zone-u"], "to": "third"})
