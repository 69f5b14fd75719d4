"""What a stage comes to that decides by itself: the row, and the default where anything is open."""

from datetime import date
from typing import Any

import pytest

from chalicelib.services.document import Service
from chalicelib.services.rules.verdicts import Ruled, reason, ruled, undecided
from tests.unit.test_lint import edited
from tests.world import load_json

CARD: Any = load_json("forms/old-age-card/service.json")
SERVICE = Service(CARD)
TABLE = "entitlement"
DAY = date(2026, 3, 10)


def answers(name: str, **changes: Any) -> dict[str, Any]:
    found = load_json(f"forms/old-age-card/examples/pass/{name}.json")["answers"]
    return {**found, **changes}


def says(given: dict[str, Any], on: date = DAY, service: Service = SERVICE) -> tuple[int, str]:
    found = ruled(service, TABLE, given, on)
    return found.row, found.outcome


@pytest.mark.parametrize(
    ("on", "row"),
    [
        (date(2026, 3, 9), 0),
        (date(2026, 3, 10), 3),
        (date(2031, 3, 9), 3),
        (date(2031, 3, 10), 2),
        (date(2046, 3, 9), 2),
        (date(2046, 3, 10), 1),
    ],
)
def test_the_row_goes_by_the_day_of_receipt(on: date, row: int) -> None:
    assert says(answers("sixty-on-the-day"), on)[0] == row


def test_residence_is_a_range_of_codes() -> None:
    for code, row in (("360802000000", 3), ("360802999999", 3), ("360803000000", 0)):
        assert says(answers("sixty-on-the-day", registered=code))[0] == row


def test_a_missing_answer_leaves_it_to_a_person() -> None:
    given = answers("sixty-on-the-day")
    del given["registered"]

    assert says(given) == (0, "by_hand")


def test_an_input_that_no_row_asks_for_must_come_to_something_too() -> None:
    edits = {f"/logic/tables/{TABLE}/rules/2/when": {"kind": "citizen_number"}}
    service = Service(edited(CARD, edits))
    given = answers("sixty-on-the-day")

    assert says(given, service=service) == (3, "card_60")
    assert says({**given, "registered": ""}, service=service) == (0, "by_hand")


def test_work_without_end_leaves_it_to_a_person() -> None:
    inner: Any = 1
    for _ in range(4):
        inner = {"+": {"map": [[1] * 40, inner]}}
    edits = {f"/logic/tables/{TABLE}/inputs/2/value": inner}

    assert says(answers("sixty-on-the-day"), service=Service(edited(CARD, edits))) == (0, "by_hand")


def test_the_same_answers_on_the_same_day_always_come_to_the_same() -> None:
    given = answers("leap-day-sixty-five")

    assert {says(given) for _ in range(3)} == {(2, "card_65")}


def test_a_row_says_why_and_so_does_the_default() -> None:
    assert "80" in reason(SERVICE, TABLE, 1)["en"]
    assert "officer" in reason(SERVICE, TABLE, 0)["en"]
    assert undecided(SERVICE, TABLE) == Ruled(TABLE, 0, "by_hand")
