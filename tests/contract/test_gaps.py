"""The list of gaps names tests that exist and targets that exist."""

import re
from pathlib import Path

from tests.contract.gaps import GAPS
from tests.contract.targets import TARGETS

WRITTEN = {
    name
    for file in Path(__file__).parent.glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE)
}


def test_every_gap_is_a_test_of_this_folder() -> None:
    named = {name for gaps in GAPS.values() for name in gaps}

    assert sorted(named - WRITTEN) == []


def test_every_target_has_its_list_of_gaps_and_the_fake_has_none() -> None:
    assert set(GAPS) == set(TARGETS)
    assert GAPS["memory"] == {}
