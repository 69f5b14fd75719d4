"""Moments as text: UTC, ISO 8601 with milliseconds and Z, so that text order is time order."""

from datetime import UTC, datetime


def now() -> datetime:
    """The Now port's production adapter."""
    return datetime.now(UTC)


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def moment(value: str) -> datetime:
    """Reads what `text` wrote and RFC 3339 in general. Raises ValueError; naive times too."""
    parsed = datetime.fromisoformat(value)
    if parsed.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return parsed.astimezone(UTC)
