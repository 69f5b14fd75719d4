"""The table of requirements in forms/README.md: every row is there, and what it claims is shown."""

import ast
import re
from functools import cache

import pytest

from tests.world import ROOT

ROWS = [f"R{number:02}" for number in range(1, 93) if number not in (87, 88)]
STATES = {"served", "partly", "open", "later"}
MOST_LATER = 15
LINE = re.compile(r"^\| (R\d\d) \|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
TABLE = {
    row: [cell.strip() for cell in cells.split("|")]
    for row, cells in LINE.findall((ROOT / "forms" / "README.md").read_text("utf-8"))
}


@cache
def names(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_requirement_has_its_row() -> None:
    assert sorted(TABLE) == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_how_far_it_is_and_which_tests_show_it(row: str) -> None:
    what, state, by, tests, missing = TABLE[row]
    shown = TEST.findall(tests)

    assert what and state in STATES
    assert all(name in names(file) for file, name in shown), row
    if state in ("served", "partly"):
        assert by and shown
    if state != "served":
        assert missing


def test_few_rows_are_left_for_later_altogether() -> None:
    assert sum(cells[1] == "later" for cells in TABLE.values()) <= MOST_LATER


def test_every_service_is_listed() -> None:
    text = (ROOT / "forms" / "README.md").read_text("utf-8")

    services = sorted(path.parent.name for path in (ROOT / "forms").glob("*/service.json"))
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE) == services
