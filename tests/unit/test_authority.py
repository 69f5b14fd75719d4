"""Grants reach their node and everything below it, by whole steps of the path, while they last."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.people.authority import READERS, grant_of, holds, reads
from chalicelib.people.directory import Grant

TODAY = date(2026, 3, 10)
NAMES = st.sampled_from(["gz", "gz-1", "gz-10", "gz-1x", "GZ-1", "1", "10"])
PATHS = st.lists(NAMES, min_size=1, max_size=5, unique=True)


def grant(
    node: str,
    role: str = "acceptor",
    since: int = -1,
    until: int | None = None,
    holder: str = "",
) -> Grant:
    last = None if until is None else TODAY + timedelta(days=until)
    return Grant(role, node, TODAY + timedelta(days=since), last, holder)


@given(PATHS, NAMES)
def test_a_grant_reaches_exactly_the_nodes_whose_path_it_stands_on(
    path: list[str], node: str
) -> None:
    assert holds([grant(node)], "acceptor", path, TODAY) == any(step == node for step in path)


@given(PATHS)
def test_no_grant_gives_another_role(path: list[str]) -> None:
    assert not holds([grant(path[0], "examiner")], "approver", path, TODAY)


@given(st.integers(-5, 5), st.one_of(st.none(), st.integers(-5, 5)))
def test_a_grant_lasts_from_its_first_to_its_last_day(since: int, until: int | None) -> None:
    lasts = since <= 0 and (until is None or until >= 0)

    assert holds([grant("gz", since=since, until=until)], "acceptor", ["gz"], TODAY) == lasts


def test_ones_own_grant_comes_before_that_of_somebody_absent() -> None:
    own, stood_in = grant("gz"), grant("gz-1", holder="officer-a")

    for grants in ([own, stood_in], [stood_in, own]):
        assert grant_of(grants, "acceptor", ["gz", "gz-1"], TODAY) is own


def test_the_grant_of_somebody_absent_serves_where_ones_own_does_not() -> None:
    stood_in = grant("gz", until=0, holder="officer-a")
    others = [grant("gz", "examiner"), grant("gz-1x"), grant("gz", until=-1)]

    assert grant_of([*others, stood_in], "acceptor", ["gz", "gz-1"], TODAY) is stood_in
    assert holds([*others, stood_in], "acceptor", ["gz", "gz-1"], TODAY)
    assert grant_of(others, "acceptor", ["gz", "gz-1"], TODAY) is None


@given(st.lists(st.builds(grant, NAMES, holder=st.sampled_from(["", "a"])), max_size=5), PATHS)
def test_a_role_is_held_exactly_when_a_grant_gives_it(grants: list[Grant], path: list[str]) -> None:
    given_by = grant_of(grants, "acceptor", path, TODAY)

    assert holds(grants, "acceptor", path, TODAY) == (given_by is not None)
    assert given_by is None or given_by in grants


def test_running_the_system_gives_no_sight_of_cases() -> None:
    for role in ("publisher", "operator", "agent"):
        assert role not in READERS
        assert not reads([grant("gz", role)], [["gz", "gz-1"]], TODAY)


def test_a_reader_reads_along_the_path_of_the_site_or_of_the_unit() -> None:
    site, unit = ["gz", "gz-1"], ["gz", "gz-10"]

    assert reads([grant("gz-1")], [site, unit], TODAY)
    assert reads([grant("gz-10", "examiner")], [site, unit], TODAY)
    assert not reads([grant("gz-1x")], [site, unit], TODAY)
