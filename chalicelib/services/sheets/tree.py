"""A table of the region tree (行政区划表) as rows for the directory. Pure.

Only single cells are read here; whether the rows make a tree is judged where the tree is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Row
from chalicelib.services.sheets import cells
from chalicelib.services.sheets.cells import NOTHING, Wrong, narrow, plain
from chalicelib.services.sheets.columns import Column, heading_key
from chalicelib.services.sheets.line import Line, found

LEVELS = {
    **dict.fromkeys(("province", "省", "省级", "自治区", "直辖市"), "province"),
    **dict.fromkeys(("city", "市", "市级", "地级", "地市级", "设区市"), "city"),
    **dict.fromkeys(("district", "县", "区", "县级", "区级", "区县", "县区级"), "district"),
    **dict.fromkeys(("town", "乡", "镇", "街道", "乡级", "镇级", "镇街", "乡镇级"), "town"),
    **dict.fromkeys(("village", "村", "社区", "村级", "村(社区)", "居委会", "村委会"), "village"),
}
# Levels of one's own, such as park, grid, department.
LEVEL = re.compile("[a-z][a-z-]{0,31}")
SHORTER = (2, 4, 6, 9)
LONGEST = {"name": 60, "name_en": 100, "because": 200, "by": 100}


def _column(id: str, words: str, example: str = "") -> Column:
    zh, *aliases = words.split()
    return Column(id, zh, tuple(aliases), False, False, example)


COLUMNS: tuple[Column, ...] = (
    _column("node", "节点 节点编号 id", "jz-t1-v1"),
    _column("code", "区划代码 行政区划代码 统计用区划代码 代码", "360802101201"),
    _column("name", "名称 辖区名称 区划名称 title", "上村"),
    _column("name_en", "英文名称 title_en", "Upper Village"),
    _column("level", "层级 级别", "村级"),
    _column("parent", "上级 上级节点 上级代码", "360802101000"),
    _column("from", "生效日期 起始日期 valid_from", "2026-07-01"),
    _column("to", "失效日期 最后一日 valid_to", ""),
    _column("became", "变更为 并入 拆分为", ""),
    _column("aliases", "别名 又称", "兴桥代办点"),
    _column("labels", "标签 类别标签", "空壳村"),
    _column("administered_by", "代管 托管 代管节点", ""),
    _column("because", "变更理由 理由 reason", "行政区划调整"),
    _column("by", "批准机关 批准文件 ordered_by", "某某市人民政府"),
)
BY_ID: Mapping[str, Column] = {column.id: column for column in COLUMNS}
NAMES: Mapping[str, str] = {
    heading_key(name): one.id for one in COLUMNS for name in (one.zh, one.id, *one.aliases)
}


class TreeSheet(NamedTuple):
    """The rows of a table, as `people.regions.take_in` takes them, less the cells with errors."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


def read(rows: Sequence[Mapping[str, str]]) -> TreeSheet:
    """The table, row by row; every problem of a cell is a finding."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    findings = list(_heading_findings(headings))
    lines = list(_lines(rows))
    read = [_row(line) for line in lines]
    findings += [one for line in lines for one in line.findings]
    return TreeSheet(tuple(one for one in read if one.keys() & {"node", "code"}), tuple(findings))


def column_of(heading: str) -> str:
    """The id of the column that a heading means; empty for none."""
    return NAMES.get(heading_key(plain(heading)), "")


def heading(column: str) -> str:
    """What the column is called in official words."""
    return BY_ID[column].zh if column in BY_ID else column


def _heading_findings(headings: list[str]) -> Iterable[Finding]:
    named = {column_of(one) for one in headings}
    if not named & {"node", "code"}:
        zh, en = "表头没有这一列，也没有节点", "the table has neither this column nor node"
        yield found(1, "code", "required", (zh, en), columns=BY_ID)
    for one in headings:
        if not column_of(one) and not one.startswith("#"):
            zh, en = "不认识这一列，没有读取", "an unknown column, which was not read"
            yield found(1, one, "column", (zh, en), "warning")


def _lines(rows: Sequence[Mapping[str, str]]) -> Iterable[Line]:
    """Lines that are not empty."""
    for number, row in enumerate(rows, 2):
        cells: dict[str, str] = {}
        for name, value in row.items():
            column = column_of(name)
            if column and plain(value):
                cells.setdefault(column, plain(value))
        if cells:
            yield Line(number, cells, BY_ID)


def _row(line: Line) -> Row:
    """What is empty is left out, and so stays as it is; 无 takes away what there was."""
    row: Row = {"row": line.number}
    readers: Mapping[str, Any] = {
        "node": lambda text: narrow(text).replace(" ", ""),
        "code": _code,
        "level": _level,
        "parent": _other,
        "administered_by": _other,
        "from": cells.day,
        "to": cells.day,
        "became": lambda text: list(filter(None, map(_other, _listed(text)))),
        "aliases": _listed,
        "labels": _listed,
        "because": _text("because"),
        "by": _text("by"),
    }
    for column, reader in readers.items():
        value = line.read(column, reader)
        if value is not None:
            row[column] = value
    titles = {
        language: line.read(column, _text(column))
        for language, column in (("zh-Hans", "name"), ("en", "name_en"))
        if line.text(column)
    }
    return {**row, "titles": titles} if titles else row


def _text(column: str) -> Any:
    return lambda text: cells.longest(text, LONGEST[column])


def _code(text: str) -> str:
    """Twelve digits; of a county or a township zeros may be left out."""
    code = narrow(text).replace(" ", "")
    if not code.isascii() or not code.isdigit() or len(code) not in (*SHORTER, 12):
        zh, en = f"区划代码须为12位数字：{text}", f"a region code has twelve digits: {text}"
        raise Wrong("code", zh, en)
    return code.ljust(12, "0")


def _other(text: str) -> str:
    """Another node, by id or code; empty for none."""
    bare = narrow(text).replace(" ", "")
    if bare in NOTHING:
        return ""
    return bare.ljust(12, "0") if bare.isdigit() and len(bare) in SHORTER else bare


def _listed(text: str) -> list[str]:
    return [] if text in NOTHING else [cells.longest(one, 60) for one in cells.parts(text)]


def _level(text: str) -> str:
    bare = narrow(text).strip().lower()
    if bare not in LEVELS and not LEVEL.fullmatch(bare):
        listed = "、".join(("省级", "市级", "县级", "乡级", "村级"))
        zh = f"没有层级“{text}”，可填：{listed}，或自定的小写字母名称（如park）"
        en = f"{text} is no level: {listed}, or a name of one's own in small letters, such as park"
        raise Wrong("level-name", zh, en)
    return LEVELS.get(bare, bare)
