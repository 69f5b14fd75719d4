"""Three years of fake time over a few cases; `python -m tests.simulate` plays as many as wanted."""

from typing import Any

import pytest

from chalicelib.cases import clockwork
from tests.simulate import simulate


@pytest.mark.slow
def test_with_missed_and_doubled_ticks_and_edited_calendars_no_case_is_silent_early_or_late() -> (
    None
):
    found = simulate(30)

    assert (found.silent, found.early, found.late) == ([], [], [])
    assert found.ended > 10 and found.fired > 20 and found.edits > 5
    assert found.ticks > 100


def test_a_case_that_is_looked_at_too_seldom_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seeded fault: only the liveness check keeps the case in the index."""
    honest = clockwork.next_due

    def forgetful(*given: Any) -> str | None:
        return str(given[1]["check_at"]) if not given[1]["ended"] else honest(*given)

    monkeypatch.setattr(clockwork, "next_due", forgetful)

    assert simulate(6).late
