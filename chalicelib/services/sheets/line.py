"""One row of a table: its cells by column, and what is wrong with them."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.services.sheets.cells import Wrong
from chalicelib.services.sheets.columns import BY_ID, Column


class Line:
    """`number` is the row's number in the file, the headings being row 1; `columns` those of its
    table, by id."""

    def __init__(
        self, number: int, cells: Mapping[str, str], columns: Mapping[str, Column] = BY_ID
    ) -> None:
        self.number = number
        self._columns = columns
        self._cells = cells
        self.findings: list[Finding] = []

    @property
    def good(self) -> bool:
        """Whether nothing but warnings was found."""
        return all(one.severity != "error" for one in self.findings)

    def text(self, column: str) -> str:
        return self._cells.get(column, "")

    def need(self, column: str) -> str:
        """The text; a finding where there is none."""
        text = self.text(column)
        if not text:
            zh = self._columns[column].zh
            self.wrong(column, "required", f"缺少{zh}", f"{zh} ({column}) is missing")
        return text

    def read(self, column: str, reader: Callable[[str], Any], default: Any = None) -> Any:
        """What the cell says; the default where it is empty or, with a finding, unreadable."""
        text = self.text(column)
        if not text:
            return default
        try:
            return reader(text)
        except Wrong as wrong:
            self.wrong(column, wrong.keyword, wrong.texts["zh-Hans"], wrong.texts["en"])
            return default

    def wrong(self, column: str, keyword: str, zh: str, en: str, severity: str = "error") -> None:
        one = found(self.number, column, keyword, (zh, en), severity, self._columns)
        if one not in self.findings:
            self.findings.append(one)


def found(
    number: int,
    column: str,
    keyword: str,
    sentence: tuple[str, str],
    severity: str = "error",
    columns: Mapping[str, Column] = BY_ID,
) -> Finding:
    """A finding on a cell: /rows/<number>/<column>, with the official heading in its params."""
    heading = columns[column].zh if column in columns else column
    texts = {
        "zh-Hans": f"第{number}行“{heading}”：{sentence[0]}",
        "en": f"Row {number}, {heading}: {sentence[1]}",
    }
    params = {"row": number, "column": heading}
    return Finding(f"/rows/{number}/{column}", keyword, texts, params, severity=severity)
