"""Who holds what while somebody is away (AB岗), and what a directory document may say."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.people import seeding
from chalicelib.people.directory import Directory, Grant
from chalicelib.platform.ports import Row, Table
from chalicelib.services.checks.texts import SMS_FULL
from chalicelib.wiring import SHAPES
from infra import seed
from tests.fakes.store import MemoryStore
from tests.world import load_json

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
A, B, C = "officer-a", "officer-b", "officer-c"
REGION = load_json("infra/seed/directory.json")


class CountingStore(MemoryStore):
    """Remembers which partitions were read."""

    def __init__(self) -> None:
        super().__init__(SHAPES)
        self.read: list[str] = []

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        self.read.append(pk)
        return super().partition(table, pk, prefix)


def away(first: str, last: str, party: str = A) -> dict[str, str]:
    return {"party": party, "from": first, "to": last, "because": "培训"}


def held(role: str, party: str = A, since: str = "2020-01-01", until: str | None = None) -> Row:
    return {"party": party, "role": role, "node": "gz", "from": since, "to": until}


def document(grants: list[Row], absences: list[dict[str, str]]) -> dict[str, Any]:
    """A and C each on their own, B for A, C for B."""
    return {
        "nodes": [{"node": "gz", "parent": None, "level": "district", "titles": {"zh-Hans": "区"}}],
        "parties": [
            {"party": A, "name": "甲"},
            {"party": B, "name": "乙", "stands_in_for": [A]},
            {"party": C, "name": "丙", "stands_in_for": [B]},
        ],
        "grants": grants,
        "absences": absences,
    }


def seeded(grants: list[Row], absences: list[dict[str, str]]) -> CountingStore:
    store = CountingStore()
    seeding.directory(store, document(grants, absences))
    return store


def grants_of(store: MemoryStore, party: str = B) -> tuple[Grant, ...]:
    found = Directory(store, lambda: NOW).party(party)
    assert found is not None
    return found.grants


def march(day: int) -> date:
    return date(2026, 3, day)


def test_a_stand_in_holds_the_grants_from_the_first_to_the_last_day_of_the_absence() -> None:
    (grant,) = grants_of(seeded([held("approver")], [away("2026-03-10", "2026-03-12")]))

    assert grant == Grant("approver", "gz", march(10), march(12), A)
    assert [day for day in range(1, 32) if grant.holds_on(march(day))] == [10, 11, 12]


def test_one_day_away_is_one_day() -> None:
    (grant,) = grants_of(seeded([held("approver")], [away("2026-03-10", "2026-03-10")]))

    assert (grant.since, grant.until) == (march(10), march(10))


@pytest.mark.parametrize(
    ("since", "until", "left"),
    [
        ("2026-03-11", None, (11, 12)),
        ("2020-01-01", "2026-03-11", (10, 11)),
        ("2026-03-11", "2026-03-11", (11, 11)),
        ("2026-03-12", "2026-12-31", (12, 12)),
        ("2020-01-01", "2026-03-09", None),
        ("2026-03-13", None, None),
    ],
)
def test_a_stand_in_holds_a_grant_no_longer_than_the_absent_party_does(
    since: str, until: str | None, left: tuple[int, int] | None
) -> None:
    store = seeded([held("approver", since=since, until=until)], [away("2026-03-10", "2026-03-12")])

    spans = [(grant.since, grant.until) for grant in grants_of(store)]

    assert spans == ([] if left is None else [(march(left[0]), march(left[1]))])


def test_two_absences_give_the_grants_twice_and_nothing_between() -> None:
    absences = [away("2026-03-02", "2026-03-03"), away("2026-03-10", "2026-03-12")]

    grants = grants_of(seeded([held("approver")], absences))

    days = [day for day in range(1, 32) if any(grant.holds_on(march(day)) for grant in grants)]
    assert days == [2, 3, 10, 11, 12]


def test_every_grant_of_the_absent_party_is_held_after_ones_own() -> None:
    grants = [held("approver"), held("head"), held("examiner", B)]

    found = grants_of(seeded(grants, [away("2026-03-10", "2026-03-12")]))

    assert [(grant.role, grant.holder) for grant in found] == [
        ("examiner", ""),
        ("approver", A),
        ("head", A),
    ]


def test_what_a_stand_in_holds_for_another_is_never_passed_on() -> None:
    absences = [away("2026-03-10", "2026-03-12"), away("2026-03-10", "2026-03-12", B)]

    store = seeded([held("approver"), held("examiner", B)], absences)

    assert [(grant.role, grant.holder) for grant in grants_of(store, C)] == [("examiner", B)]


def test_the_absent_party_and_strangers_hold_what_they_held() -> None:
    store = seeded([held("approver"), held("head", C)], [away("2026-03-10", "2026-03-12")])

    assert grants_of(store, A) == (Grant("approver", "gz", date(2020, 1, 1), None),)
    assert grants_of(store, C) == (Grant("head", "gz", date(2020, 1, 1), None),)


def test_a_stand_in_for_somebody_present_or_unknown_holds_nothing() -> None:
    store = seeded([held("approver")], [])
    parties = [{"party": B, "name": "乙", "stands_in_for": ["officer-nobody"]}]

    assert grants_of(store) == ()
    seeding.directory(store, {**document([], []), "parties": parties})
    assert grants_of(store) == ()


def test_who_stands_in_for_nobody_costs_one_read_and_a_stand_in_one_more_for_each() -> None:
    store = seeded([held("approver")], [away("2026-03-10", "2026-03-12")])

    grants_of(store, A)
    assert store.read == [f"party#{A}"]
    grants_of(store, B)
    assert store.read[1:] == [f"party#{B}", f"party#{A}"]


def test_an_absence_is_written_by_itself_and_put_right_by_its_first_day() -> None:
    store = seeded([held("approver")], [])

    for last in ("2026-03-20", "2026-03-11"):
        seeding.absence(store, away("2026-03-10", last))

    assert [(grant.since, grant.until) for grant in grants_of(store)] == [(march(10), march(11))]


def test_two_spellings_of_a_first_day_are_one_absence() -> None:
    store = seeded([held("approver")], [away("2026-03-10", "2026-03-12")])

    seeding.absence(store, away("20260310", "2026-03-11"))

    assert [(grant.since, grant.until) for grant in grants_of(store)] == [(march(10), march(11))]


@given(st.integers(-400, 800))
def test_an_absence_lasts_from_one_day_to_366(days: int) -> None:
    first = date(2026, 3, 10)
    last = date.fromordinal(first.toordinal() + days - 1)
    store = seeded([held("approver")], [])

    try:
        seeding.absence(store, away(first.isoformat(), last.isoformat()))
    except seeding.InvalidAbsence:
        assert not 1 <= days <= 366
        assert grants_of(store) == ()
    else:
        assert 1 <= days <= 366
        assert [grant.until for grant in grants_of(store)] == [last]


BAD_DAYS: list[tuple[Any, Any]] = [
    ("2026-03-12", "2026-03-11"),
    ("2026-03-10", "2027-03-11"),
    ("2026-02-29", "2026-03-01"),
    ("tomorrow", "2026-03-11"),
    ("2026-03-10", ""),
    ("2026-03-10", None),
]


@pytest.mark.parametrize(("first", "last"), BAD_DAYS)
def test_an_absence_without_proper_days_is_refused_and_nothing_is_written(
    first: Any, last: Any
) -> None:
    store = seeded([held("approver")], [])
    empty = CountingStore()

    with pytest.raises(seeding.InvalidAbsence):
        seeding.absence(store, away(first, last))
    with pytest.raises(seeding.InvalidAbsence):
        seeding.directory(empty, document([held("approver")], [away(first, last)]))

    assert grants_of(store) == ()
    assert empty.rows[Table.DIRECTORY] == {}


def test_nobody_who_is_not_in_the_directory_can_be_away() -> None:
    store = seeded([held("approver")], [])

    with pytest.raises(seeding.UnknownParty):
        seeding.absence(store, away("2026-03-10", "2026-03-11", "officer-nobody"))

    assert ("party#officer-nobody", "absence#2026-03-10") not in store.rows[Table.DIRECTORY]


def test_the_demo_region_hangs_together() -> None:
    parties = {party["party"] for party in REGION["parties"]}
    units = {unit["unit"] for unit in REGION["units"]}

    assert len(parties) == len(REGION["parties"])
    assert {grant["party"] for grant in REGION["grants"]} <= parties
    assert {owner["unit"] for owner in REGION["owners"]} <= units
    for party in REGION["parties"]:
        assert set(party.get("stands_in_for", [])) <= parties - {party["party"]}


def test_everybody_of_the_demo_region_gets_a_token_file_and_does_something() -> None:
    officers = seed.officers()

    assert [party for party, _, _ in officers] == [one["party"] for one in REGION["parties"]]
    assert all(does for _, _, does in officers)
    assert ("officer-song", "stands in for officer-guo") in [(one[0], one[2]) for one in officers]


@pytest.mark.parametrize("unit", REGION["units"], ids=lambda unit: unit["unit"])
def test_what_an_sms_prints_of_a_unit_fits_into_it(unit: Row) -> None:
    full = SMS_FULL["zh-Hans"]

    assert unit.keys() == REGION["units"][0].keys()
    assert unit["titles"]["zh-Hans"].endswith("（示范）")
    for member in ("sign", "phone", "where"):
        assert len(unit[member]) <= full[member]


@pytest.mark.parametrize("party", REGION["parties"], ids=lambda party: party["party"])
def test_the_name_of_an_officer_fits_into_an_sms(party: Row) -> None:
    assert len(party["name"]) <= SMS_FULL["zh-Hans"]["officer"]
