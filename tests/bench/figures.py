"""A figure, its limit and its line in the table."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ratio:
    """One ratio per round of alternating turns; the median counts."""

    name: str
    of: Sequence[float]
    what: str
    limit: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.of)

    @property
    def ok(self) -> bool:
        return self.limit is None or self.median <= self.limit

    def data(self) -> dict[str, Any]:
        low, _, high = statistics.quantiles(self.of, n=4)
        rounded = {"median": self.median, "min": min(self.of), "max": max(self.of)}
        rounded |= {"lower_quartile": low, "upper_quartile": high}
        return {
            **{name: round(value, 3) for name, value in rounded.items()},
            "rounds": len(self.of),
            "limit": self.limit,
            "ok": self.ok,
            "what": self.what,
        }

    def cells(self) -> tuple[str, str, str]:
        return f"{self.median:.2f}", f"{min(self.of):.2f}–{max(self.of):.2f}", _limit(self.limit)


@dataclass(frozen=True)
class Count:
    """A figure that is the same on every computer."""

    name: str
    value: int
    what: str
    limit: int | None = None

    @property
    def ok(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def data(self) -> dict[str, Any]:
        return {"value": self.value, "limit": self.limit, "ok": self.ok, "what": self.what}

    def cells(self) -> tuple[str, str, str]:
        return str(self.value), "", _limit(self.limit)


Figure = Ratio | Count


def ratio(name: str, above: Sequence[float], below: Sequence[float], what: str,
          limit: float | None = None) -> Ratio:  # fmt: skip
    """Round by round, the two turns that were neighbours in time."""
    return Ratio(name, [a / b for a, b in zip(above, below, strict=True)], what, limit)


def table(figures: Sequence[Figure]) -> str:
    """Text for a terminal; a figure above its limit is marked as missed."""
    rows = [("figure", "median", "min–max", "limit", "", "")]
    for figure in figures:
        mark = "" if figure.limit is None else "ok" if figure.ok else "MISSED"
        rows.append((figure.name, *figure.cells(), mark, figure.what))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(row[column].rjust(widths[column]) for column in (1, 2, 3)),
                row[4].ljust(widths[4]),
                row[5],
            ]
        ).rstrip()
        for row in rows
    )


def _limit(limit: float | None) -> str:
    return "" if limit is None else f"≤ {limit:g}"
