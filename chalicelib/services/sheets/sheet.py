"""A table of an implementation list (实施清单) as documents, units, seals and owners. Pure.

Every problem is a finding with its row and column; a bad row does not stop the good ones. Of
the four kinds of case each line names one, and its document is that preset with the line's words.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Row
from chalicelib.services.sheets import columns
from chalicelib.services.sheets.cells import plain
from chalicelib.services.sheets.item import identity, item
from chalicelib.services.sheets.line import Line, found
from chalicelib.services.sheets.offices import Defaults, Offices

MOST_ROWS = 5000
# In the order they are tried: what Excel and WPS write, with and without a byte order mark.
ENCODINGS = ("utf-8-sig", "gb18030")


class Unreadable(ValueError):
    """Not a table at all; the sentence says why."""


class Entry(NamedTuple):
    """One good line: its row, the document, who owns it from when."""

    row: int
    document: dict[str, Any]
    owner: Row


class Sheet(NamedTuple):
    """What a table holds. `rows` counts the lines that are not empty."""

    entries: tuple[Entry, ...]
    units: tuple[Row, ...]
    seals: tuple[Row, ...]
    findings: tuple[Finding, ...]
    rows: int

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [entry.document for entry in self.entries]

    @property
    def bad_rows(self) -> list[int]:
        errors = (one for one in self.findings if one.severity == "error")
        return sorted({one.params["row"] for one in errors})

    def counts(self) -> dict[str, dict[str, int]]:
        """Items per class, field, level and kind (R09)."""
        said = {"class": "class", "field": "field", "level": "level_of_exercise", "kind": "kind"}
        guides = [entry.document["guide"] for entry in self.entries]
        return {
            name: dict(Counter(_word(guide.get(member)) for guide in guides))
            for name, member in said.items()
        }


def read_csv(raw: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 or GB18030, by heading. Raises Unreadable."""
    text = _decoded(raw)
    dialect = "excel-tab" if text.partition("\n")[0].count("\t") > 2 else "excel"
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), dialect, strict=True))
    except csv.Error as error:
        raise Unreadable(f"不是完好的CSV（not a sound CSV file）：{error}") from error
    return rows_of(table)


def rows_of(table: Iterable[Sequence[object]]) -> list[dict[str, str]]:
    """Rows by heading; the first row has the headings. Raises Unreadable."""
    rows = [[plain(cell) for cell in row] for row in table]
    if len(rows) < 2:
        raise Unreadable("没有数据行（there are no rows below the headings）")
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(f"最多{MOST_ROWS}行（{MOST_ROWS} rows at most）")
    headings = [heading or f"#{index}" for index, heading in enumerate(rows[0], 1)]
    return [dict(zip(headings, row, strict=False)) for row in rows[1:]]


def _decoded(raw: bytes) -> str:
    if b"\0" in raw:
        raise Unreadable("不是CSV文件（this is no CSV file）；Excel文件请用 .xlsx")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("编码不是UTF-8或GB18030（neither UTF-8 nor GB18030）")


def read(
    rows: Sequence[Mapping[str, str]],
    defaults: Defaults,
    all_or_nothing: bool = False,
    there: Mapping[str, str] = MappingProxyType({}),
) -> Sheet:
    """The table, row by row; with `all_or_nothing` one error leaves nothing to import.

    `there` are units of the directory, ids by name: they may assist though no row is theirs.
    """
    headings = list(dict.fromkeys(name for row in rows for name in row))
    findings = list(_heading_findings(headings))
    if any(one.severity == "error" for one in findings):
        return Sheet((), (), (), tuple(findings), 0)
    lines = list(_lines(rows))
    offices = Offices(defaults)
    for line in lines:
        offices.take(line)
    offices.check(lines)
    owners = [offices.owner(line, identity(line)) for line in lines]
    made = [item(line, {**there, **offices.names}, defaults.back_stop) for line in lines]
    _refuse_twice(lines)
    entries = tuple(
        Entry(line.number, document, owner)
        for line, document, owner in zip(lines, made, owners, strict=True)
        if document is not None and line.good
    )
    findings += [one for line in lines for one in line.findings]
    if all_or_nothing and any(one.severity == "error" for one in findings):
        entries = ()
    owning = {entry.owner["unit"] for entry in entries}
    return Sheet(entries, offices.units(owning), offices.seals(owning), tuple(findings), len(lines))


def _heading_findings(headings: list[str]) -> Iterable[Finding]:
    for column in columns.missing(headings):
        zh, en = "表头没有这一列", "the table has no such column"
        yield found(1, column.id, "required", (zh, en))
    for heading in headings:
        if columns.column_of(heading) is None and not heading.startswith("#"):
            zh, en = "不认识这一列，没有读取", "an unknown column, which was not read"
            yield found(1, heading, "column", (zh, en), "warning")


def _lines(rows: Sequence[Mapping[str, str]]) -> Iterable[Line]:
    """Lines that are not empty; what merged cells leave out is filled down."""
    above: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        cells: dict[str, str] = {}
        for heading, value in row.items():
            column = columns.column_of(heading)
            if column is not None and plain(value):
                cells.setdefault(column.id, plain(value))
        if not cells:
            continue
        if any(
            cells.get(name, above.get(name)) != above.get(name) for name in ("unit", "unit_code")
        ):
            above = {name: above[name] for name in above.keys() - columns.OF_UNIT}
        above |= {name: cells[name] for name in cells if columns.BY_ID[name].down}
        yield Line(number, {**above, **cells})


def _refuse_twice(lines: list[Line]) -> None:
    first: dict[str, int] = {}
    for line in lines:
        service = identity(line)
        if service and first.setdefault(service, line.number) != line.number:
            zh, en = f"与第{first[service]}行重复", f"the same as in row {first[service]}"
            line.wrong("id" if line.text("id") else "code", "unique", zh, en)


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value["zh-Hans"])
    return str(value) if value else ""
