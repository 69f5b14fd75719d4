"""The named formats a form may use, as check functions; all others are refused by lint."""

from collections.abc import Callable
from datetime import date

from chalicelib.people.identifiers import formats as national

STANDARD = ("date", "date-time", "time", "email", "uuid")


def named(today: Callable[[], date]) -> dict[str, Callable[[str], bool]]:
    """Our own formats; the standard ones are the validator's."""
    return dict(national(today))
