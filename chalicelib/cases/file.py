"""The case file: everything one case has, read in one query, and questions about it. No I/O but
`load`; the rows are as `store.py` lists them.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.clocks.clock import Moment
from chalicelib.platform import times
from chalicelib.platform.json import compact, loads
from chalicelib.platform.ports import Keys, Row, Store, Table

# The event that a case goes on under another version, and the task that asks for what it lacks.
REBASED = "rebased"
CORRECTION = "correction"


@dataclass(frozen=True)
class CaseFile:
    case: Row
    events: tuple[Row, ...] = ()
    tasks: tuple[Row, ...] = ()
    debts: tuple[Row, ...] = ()
    papers: tuple[Row, ...] = ()
    notices: tuple[Row, ...] = ()
    documents: tuple[Row, ...] = ()
    outs: tuple[Row, ...] = ()
    followers: tuple[Row, ...] = ()
    emitters: tuple[Row, ...] = ()
    answers: Row | None = field(default=None, repr=False)

    @property
    def number(self) -> str:
        return str(self.case["number"])

    def moments(self) -> list[Moment]:
        return moments(self.events)

    def task(self, task: str) -> Row | None:
        return next((row for row in self.tasks if row["task"] == task), None)

    def open_tasks(self) -> list[Row]:
        return [row for row in self.tasks if row["state"] == "open"]

    def open_debts(self) -> list[Row]:
        return [row for row in self.debts if row["state"] == "open"]

    def given(self) -> set[str]:
        """The ids of the papers that are in."""
        return {paper for row in self.papers for paper in row["papers"]}

    def happened(self, event: str) -> bool:
        return any(row["type"] == event for row in self.events)

    def actors_of(self, stage: str) -> set[str]:
        """Who acted in a stage, over all its visits, also when it had another name."""
        names = self.names_of(stage)
        return {row["actor"]["party"] for row in self.events if row.get("stage") in names}

    def names_of(self, stage: str) -> set[str]:
        """What a stage is called, and was called under former versions."""
        names = {stage}
        for row in reversed(self.events):
            if row["type"] == REBASED:
                renamed = row["data"].get("stages", {})
                names |= {old for old, new in renamed.items() if new in names}
        return names

    def owed_notices(self) -> bool:
        """Whether a notice of this case is neither delivered nor handed to a person."""
        return any(
            effect["do"] == "notice" and effect["state"] == "owed"
            for row in self.outs
            for effect in row["effects"]
        )


FIELDS = {
    "event": "events",
    "task": "tasks",
    "debt": "debts",
    "papers": "papers",
    "notice": "notices",
    "document": "documents",
    "out": "outs",
    "follower": "followers",
    "emitter": "emitters",
}


def pk(number: str) -> str:
    return f"case#{number}"


def load(store: Store, number: str) -> CaseFile | None:
    """One query of the case's partition, consistent."""
    rows = store.partition(Table.CASES, pk(number))
    case = next((row for row in rows if row["kind"] == "case"), None)
    if case is None:
        return None
    grouped: dict[str, list[Row]] = {name: [] for name in FIELDS.values()}
    answers = None
    for row in rows:
        if row["kind"] in FIELDS:
            grouped[FIELDS[row["kind"]]].append(row)
        elif row["kind"] == "answers" and (answers is None or _nth(row) > _nth(answers)):
            answers = row
    return CaseFile(case, answers=answers, **{name: tuple(v) for name, v in grouped.items()})


def _nth(row: Row) -> int:
    """The number of an answers row: corrected answers are written beside the former ones."""
    return int(row["sk"].partition("#")[2])


def moments(events: Iterable[Row]) -> list[Moment]:
    """The events as clocks see them."""
    return [
        Moment(
            row["type"],
            times.moment(row["at"]),
            times.moment(row["as_of"]) if row.get("as_of") else None,
            row["data"],
        )
        for row in events
    ]


def pack(keys: Keys, number: str, place: str, value: Any) -> bytes:
    """Deflated and sealed for the case's subject at one row."""
    return keys.seal(number, place, zlib.compress(compact(value).encode()))


def unpack(keys: Keys, number: str, row: Row) -> Any:
    return loads(zlib.decompress(keys.unseal(number, row["sk"], row["sealed"])))


def answers_of(keys: Keys, file: CaseFile) -> Mapping[str, Any]:
    if file.answers is None:
        return {}
    answers: Mapping[str, Any] = unpack(keys, file.number, file.answers)
    return answers
