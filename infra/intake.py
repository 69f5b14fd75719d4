"""What goes into a stack from an implementation list: read from its file, sent in batches.

The first batch registers units, seals and owners, the others publish. Every step may be repeated:
units are written as they are, owners never overwritten, and a document that is live already makes
no new version. A dry run asks the same and writes nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.lint import lint
from chalicelib.services.sheets import sheet
from chalicelib.services.sheets.offices import Defaults
from infra.failures import Refused
from infra.publisher import Invoke
from infra.workbook import MOST_BYTES, read_xlsx

# A batch is far below what a function may be sent (6 MB) and done long before its minute is over.
BATCH_DOCUMENTS = 20
BATCH_BYTES = 2_000_000
OWNERS = 100


class Intent(NamedTuple):
    """How a table is put in: why, for the histories; the worst change that is meant (widening
    without it); whether it is only tried."""

    message: str = ""
    accepts: str = ""
    dry: bool = False


PLAINLY = Intent()


class Outcome(NamedTuple):
    """What came of an import; `told` is every item that was read, `refused` those that were not
    put in: {"row", "service", …}."""

    rows: int
    items: int
    units: int
    published: int
    unchanged: int
    refused: list[dict[str, Any]]
    findings: list[Finding]
    told: list[dict[str, Any]]


def read_table(
    path: Path,
    defaults: Defaults,
    all_or_nothing: bool = False,
    there: Mapping[str, str] = MappingProxyType({}),
) -> sheet.Sheet:
    """The table in a CSV or XLSX file. Refused where it cannot be read as one."""
    return sheet.read(read_rows(path), defaults, all_or_nothing, there)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV or XLSX file, by heading. Refused where it cannot be read as a table."""
    if not path.is_file():
        raise Refused(f"{path} 不存在（there is no such file）")
    if path.stat().st_size > MOST_BYTES:
        raise Refused(f"{path.name} 超过20MB（more than 20 MB）")
    raw = path.read_bytes()
    try:
        if path.suffix.lower() == ".csv":
            return sheet.read_csv(raw)
        return sheet.rows_of(read_xlsx(raw, path.name))
    except sheet.Unreadable as error:
        raise Refused(f"{path.name} {error}") from error


def units_there(invoke: Invoke) -> dict[str, str]:
    """The units of the directory: ids by name."""
    return {one["titles"]["zh-Hans"]: one["unit"] for one in invoke({"units": {}})["units"]}


def put_in(invoke: Invoke, table: sheet.Sheet, how: Intent = PLAINLY) -> Outcome:
    """Register units and owners, then publish; the documents go in batches."""
    owners, refused = [entry.owner for entry in table.entries], []
    units: dict[str, Any] = {"units": list(table.units), "seals": list(table.seals)}
    for first in range(0, max(len(owners), 1), OWNERS):
        part = owners[first : first + OWNERS]
        answer = invoke({"register": {**units, "owners": part, "dry_run": how.dry}})
        refused += [{**one, "why": "owner"} for one in answer["refused"]]
        # What is only tried is not there the next time.
        units = units if how.dry else {}
    elsewhere = {one["service"] for one in refused}
    entries = [one for one in table.entries if one.owner["service"] not in elsewhere]
    outcomes: list[dict[str, Any]] = []
    for batch in _batches([entry.document for entry in entries]):
        asked = {"message": how.message, "accepts": how.accepts, "dry_run": how.dry}
        outcomes += invoke({"import": {**asked, "documents": batch}})["documents"]
    rows = {entry.document["service"]: entry.row for entry in table.entries}
    told = [{"row": rows.get(one["service"]), **one} for one in (*refused, *outcomes)]
    return Outcome(
        rows=table.rows,
        items=len(table.entries),
        units=len(table.units),
        published=sum(one["published"] for one in outcomes),
        unchanged=sum(one.get("unchanged", False) for one in outcomes),
        refused=[one for one in told if "why" in one or one.get("findings")],
        findings=list(table.findings),
        told=sorted(told, key=lambda one: one["row"] or 0),
    )


def tried_out(table: sheet.Sheet) -> list[dict[str, Any]]:
    """What would be refused wherever it were published: findings by row."""
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
