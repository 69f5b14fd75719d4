"""When a case is handed to a fresh execution before its own comes to a limit. Pure.

Step Functions ends a standard execution after a year, or after 25,000 events of history; a case
may live longer. The rows are the truth, so any moment will do to go on with the next generation.
"""

from datetime import datetime, timedelta

from chalicelib.cases.file import CaseFile
from chalicelib.platform import times
from chalicelib.platform.ports import Row
from chalicelib.services.history import most

RESUMED = "resumed"
MOST_AGE = timedelta(days=300)
MOST_EVENTS = 20_000


def old(case: Row, now: datetime) -> bool:
    """Whether it may be time for a case; its row alone does not tell when it was handed over."""
    return _beyond(int(case["visit"]) + 1, now - times.moment(case["received_at"]))


def outlived(file: CaseFile, now: datetime) -> bool:
    """Whether the present execution is old, or has written much."""
    since = next((row for row in reversed(file.events) if row["type"] == RESUMED), file.events[0])
    # The stage in which it began is entered again.
    visits = int(file.case["visit"]) - int(since["visit"]) + 1
    return _beyond(visits, now - times.moment(since["at"]))


def _beyond(visits: int, age: timedelta) -> bool:
    return age >= MOST_AGE or most(visits, age) >= MOST_EVENTS
