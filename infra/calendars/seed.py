"""Write cn.json from the library chinesecalendar (a dev dependency): python -m infra.calendars.seed

Listed are only the days that differ from plain weekdays, as the State Council's yearly notices
do. Run it again when the library knows a further year, and upload the result.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar  # type: ignore[import-untyped]  # ships no types

PATH = Path(__file__).with_name("cn.json")
YEARS = (2024, 2025, 2026)
HOURS = [["09:00", "12:00"], ["13:30", "17:30"]]
SATURDAY = 5


def document() -> dict[str, Any]:
    """The calendar document `cn` as Calendar.from_document reads it."""
    return {
        "calendar": "cn",
        "timezone": "Asia/Shanghai",
        "hours": HOURS,
        "years": {str(year): exceptions(year) for year in YEARS},
    }


def exceptions(year: int) -> dict[str, list[str]]:
    """Weekdays off and weekends worked in `year`, as ISO dates in order."""
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    days = [first + timedelta(days=n) for n in range((end - first).days)]
    odd = [d for d in days if chinese_calendar.is_workday(d) != (d.weekday() < SATURDAY)]
    return {
        "holidays": [d.isoformat() for d in odd if d.weekday() < SATURDAY],
        "workdays": [d.isoformat() for d in odd if d.weekday() >= SATURDAY],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(document(), indent=1) + "\n", encoding="utf-8")
