"""Spreadsheets in and out: XLSX as rows of text, by openpyxl.

An XLSX file is a zip of XML, so what it unpacks to is measured before it is opened (ECMA-376
part 2); nothing in it is run, no formula computed, no link followed.
"""

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

# Through lxml, which pyhanko brings with it, openpyxl would pass by defusedxml.
os.environ["OPENPYXL_LXML"] = "False"

import openpyxl  # type: ignore[import-untyped]  # ships no types

from infra.failures import Refused

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2_000
MOST_ROWS = 5_001
MOST_COLUMNS = 200
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
# Parts of the package that do something, by how their names begin or end.
MACROS = ("vbaProject.bin", "xl/macrosheets/")
LINKS = ("xl/externalLinks/", "xl/connections.xml", "xl/queryTables/")
EMBEDDED = ("xl/embeddings/", "xl/activeX/")
WIDTH = 22


def read_xlsx(raw: bytes, name: str) -> list[list[str]]:
    """The rows of the first sheet; dates as 2026-01-31. Refused with what to do instead."""
    _refuse_archive(raw, name)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=True, keep_links=False
        )
        sheet = book.worksheets[0]
        # What a file says of its own size cannot be believed.
        sheet.reset_dimensions()
        return list(_rows(sheet, name))
    except Refused:
        raise
    except Exception as error:
        # Whatever kind it is: openpyxl lets through whatever a broken part causes.
        raise Refused(f"{name} 不是完好的Excel文件（not a sound workbook）: {error}") from error


def write_xlsx(path: Path, sheets: dict[str, Sequence[Sequence[str]]]) -> None:
    """A workbook with one sheet a title; the first row of each stays in sight."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        sheet.freeze_panes = "A2"
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = WIDTH
    book.save(path)


def _refuse_archive(raw: bytes, name: str) -> None:
    """Refuses by the zip's own directory, before anything is unpacked."""
    if len(raw) > MOST_BYTES:
        raise Refused(f"{name} 超过20MB（more than 20 MB）")
    if raw.startswith(OLD_EXCEL):
        why = "是旧版 .xls 或加密文件，请另存为不加密的 .xlsx"
        raise Refused(f"{name} {why}（old or encrypted: save it as a plain .xlsx）")
    if not raw.startswith(ZIP):
        raise Refused(f"{name} 不是 .xlsx 文件（this is no .xlsx file）")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = package.infolist()
    except zipfile.BadZipFile as error:
        raise Refused(f"{name} 不是完好的 .xlsx 文件（the file is damaged）") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused(f"{name} 解压后过大（unpacks to more than 100 MB）")
    _refuse_parts([part.filename for part in parts], name)


def _refuse_parts(parts: list[str], name: str) -> None:
    for kinds, why in (
        (MACROS, "含有宏，请另存为不带宏的 .xlsx（it holds macros: save it without them）"),
        (LINKS, "含有外部链接，请断开链接后再存（it links to other files: break the links）"),
        (EMBEDDED, "含有嵌入对象，请删除后再存（it holds embedded objects: remove them）"),
    ):
        if any(part.startswith(kinds) or part.endswith(kinds) for part in parts):
            raise Refused(f"{name} {why}")


def _rows(sheet: Any, name: str) -> Iterator[list[str]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MOST_ROWS:
            raise Refused(f"{name} 最多{MOST_ROWS - 1}行（{MOST_ROWS - 1} rows at most）")
        yield [_text(cell) for cell in row[:MOST_COLUMNS]]


def _text(cell: object) -> str:
    """As a person sees it in the cell."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
