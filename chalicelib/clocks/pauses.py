"""Pauses of clocks: when one was at rest, from the events that begin and end it. Pure.

Time that a special procedure needs (hearing, inspection, appraisal) is not counted (行政许可法 45).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol


class Happened(Protocol):
    @property
    def type(self) -> str: ...

    @property
    def at(self) -> datetime: ...


class Pause(NamedTuple):
    """From when, by which event, and until when; None while it lasts."""

    start: datetime
    because: str
    end: datetime | None = None


class Pauses:
    """Follows the events of a case; several pauses at once are one, from the first to the last."""

    def __init__(self, definitions: Sequence[Mapping[str, Any]]) -> None:
        self._definitions = definitions
        self._open: set[int] = set()
        self.over: list[Pause] = []
        self.now: Pause | None = None

    def take(self, event: Happened) -> None:
        for index, one in enumerate(self._definitions):
            if event.type in one["from"]:
                self._open.add(index)
            elif event.type in one["until"]:
                self._open.discard(index)
        if self._open and self.now is None:
            self.now = Pause(event.at, event.type)
        elif self.now is not None and not self._open:
            self.over.append(self.now._replace(end=event.at))
            self.now = None
