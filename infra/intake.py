"""What goes into a stack from an implementation list: read from its file, sent in batches.

The first batch registers units, seals and owners, the others publish. Every step may be repeated:
units are written as they are, owners never overwritten, and a document that is live already makes
no new version.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.lint import lint
from chalicelib.services.sheets import sheet
from chalicelib.services.sheets.offices import Defaults
from infra.failures import Refused
from infra.workbook import MOST_BYTES, read_xlsx

Invoke = Callable[[dict[str, Any]], Any]

# A batch is far below what a function may be sent (6 MB) and done long before its minute is over.
BATCH_DOCUMENTS = 20
BATCH_BYTES = 2_000_000
OWNERS = 100


class Outcome(NamedTuple):
    """What came of an import."""

    rows: int
    items: int
    units: int
    published: int
    unchanged: int
    refused: list[dict[str, Any]]
    findings: list[Finding]


def read_table(path: Path, defaults: Defaults, all_or_nothing: bool = False) -> sheet.Sheet:
    """The table in a CSV or XLSX file. Refused where it cannot be read as one."""
    if not path.is_file():
        raise Refused(f"{path} 不存在（there is no such file）")
    if path.stat().st_size > MOST_BYTES:
        raise Refused(f"{path.name} 超过20MB（more than 20 MB）")
    raw = path.read_bytes()
    try:
        if path.suffix.lower() == ".csv":
            rows = sheet.read_csv(raw)
        else:
            rows = sheet.rows_of(read_xlsx(raw, path.name))
    except sheet.Unreadable as error:
        raise Refused(f"{path.name} {error}") from error
    return sheet.read(rows, defaults, all_or_nothing)


def put_in(invoke: Invoke, table: sheet.Sheet) -> Outcome:
    """Register units and owners, then publish; the documents go in batches."""
    owners, refused = [entry.owner for entry in table.entries], []
    units = {"units": list(table.units), "seals": list(table.seals)}
    for first in range(0, max(len(owners), 1), OWNERS):
        part = owners[first : first + OWNERS]
        answer = invoke({"register": {**units, "owners": part}})
        refused += [{**one, "why": "owner"} for one in answer["refused"]]
        units = {}
    elsewhere = {one["service"] for one in refused}
    entries = [one for one in table.entries if one.owner["service"] not in elsewhere]
    outcomes: list[dict[str, Any]] = []
    for batch in _batches([entry.document for entry in entries]):
        outcomes += invoke({"import": {"documents": batch}})["documents"]
    rows = {entry.document["service"]: entry.row for entry in table.entries}
    refused += [one for one in outcomes if not one["published"]]
    return Outcome(
        rows=table.rows,
        items=len(table.entries),
        units=len(table.units),
        published=sum(one["published"] for one in outcomes),
        unchanged=sum(one.get("unchanged", False) for one in outcomes),
        refused=[{"row": rows.get(one["service"]), **one} for one in refused],
        findings=list(table.findings),
    )


def tried_out(table: sheet.Sheet) -> list[dict[str, Any]]:
    """What would be refused if it were published: findings by row."""
    return [
        {
            "row": entry.row,
            "service": entry.document["service"],
            "findings": [{"pointer": one.pointer, "texts": dict(one.texts)} for one in found],
        }
        for entry in table.entries
        if (found := [one for one in lint(entry.document) if one.severity == "error"])
    ]


def _batches(documents: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    size = 0
    for document in documents:
        weight = len(json.dumps(document).encode())
        if batch and (len(batch) >= BATCH_DOCUMENTS or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += weight
    if batch:
        yield batch
