"""The region tree from the command line: import a table, look a node up, an empty table.

`python -m infra.regions import FILE.csv|.xlsx [--dry-run]` takes a table of nodes and changes into
the running local stack, or with `--stack NAME` into a deployed one: the whole of it, or with one
error nothing. Reports name row and column in both languages; a refusal is one line and exit code 2,
a table with errors exit code 1.
"""

import argparse
import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.services.sheets import tree
from infra.catalogue import day_of
from infra.failures import Refused, exits
from infra.intake import read_rows
from infra.publisher import Invoke, invoker
from infra.workbook import write_xlsx

SHOWN = 50
CHANGES = {
    "new": "新增",
    "renamed": "更名",
    "moved": "改隶",
    "recoded": "换代码",
    "changed": "有改动",
    "merged": "并入",
    "split": "拆分",
    "ended": "撤销",
    "unchanged": "未变",
}


def import_(arguments: argparse.Namespace) -> None:
    """Take a table of nodes and changes into the tree; exit code 1 for one with errors."""
    table = tree.read(read_rows(Path(arguments.file)))
    bad = [one for one in table.findings if one.severity == "error"]
    for one in table.findings[:SHOWN]:
        _say_finding(one.severity, one.texts, one.keyword)
    asked = {
        "rows": list(table.rows),
        "because": arguments.because or f"导入{Path(arguments.file).name}",
        "by": arguments.by,
        "dry_run": arguments.dry_run or bool(bad),
    }
    began = time.monotonic()
    report = arguments.reach(arguments.stack)({"regions": asked})
    took = time.monotonic() - began
    found = report["findings"]
    for one in found[:SHOWN]:
        _say_finding(one["severity"], _placed(one), one["keyword"])
    if len(found) > SHOWN:
        print("……")
    _say_changes(report["changes"])
    wrong = len(bad) + sum(one["severity"] == "error" for one in found)
    if wrong:
        print(f"有{wrong}处错误，没有写入（{wrong} errors, nothing is written）")
        raise SystemExit(1)
    print(f"{report['rows']} 行，写入 {report['written']} 项，用时 {took:.1f} 秒（rows, written）")


def show(arguments: argparse.Namespace) -> None:
    """A node by its id, code, name, alias or former name: as it is on a day, and its history."""
    asked = {"find": arguments.find, "on": day_of(arguments.on) if arguments.on else ""}
    report = arguments.reach(arguments.stack)({"region": asked})
    if not report["nodes"]:
        raise Refused(f"没有叫{arguments.find}的节点（no node is or was called so）")
    for one in report["nodes"]:
        _say_node(one, report["on"])


def export_template(arguments: argparse.Namespace) -> None:
    """Write an empty table with its headings; an .xlsx explains each column on a second sheet."""
    path, headings = Path(arguments.file), [column.zh for column in tree.COLUMNS]
    if path.suffix.lower() == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerow(headings)
        path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    elif path.suffix.lower() == ".xlsx":
        rows: list[Sequence[str]] = [("列", "也可写作", "例")]
        rows += [(one.zh, "、".join((*one.aliases, one.id)), one.example) for one in tree.COLUMNS]
        write_xlsx(path, {"行政区划": [headings], "填写说明": rows})
    else:
        raise Refused("模板写成 .csv 或 .xlsx（a template is .csv or .xlsx）")
    print(path)


def _placed(one: Mapping[str, Any]) -> dict[str, str]:
    """The sentences of a finding with its row and the official heading of its column."""
    heading = tree.heading(one["column"])
    return {
        "zh-Hans": f"第{one['row']}行“{heading}”：{one['texts']['zh-Hans']}",
        "en": f"Row {one['row']}, {heading}: {one['texts']['en']}",
    }


def _say_finding(severity: str, texts: Mapping[str, str], keyword: str) -> None:
    mark = "!" if severity == "error" else "?"
    print(f"{mark} {texts['zh-Hans']} | {texts['en']} [{keyword}]")


def _say_changes(changes: Iterable[Mapping[str, Any]]) -> None:
    """How many of each kind, and those that change what there was, one a line."""
    told = [one for one in changes if one["change"] not in ("new", "unchanged")]
    for one in told[:SHOWN]:
        print(f"  第{one['row']}行 {one['node']}：{CHANGES[one['change']]}（{one['change']}）")
    counts = Counter(one["change"] for one in changes)
    print("，".join(f"{CHANGES[name]} {n}（{name}）" for name, n in counts.items()))


def _say_node(one: Mapping[str, Any], day: str) -> None:
    print(f"{one['node']}  {day}")
    if "stands_for" in one:
        print(f"  已由 {one['stands_for']} 承接（stands for）")
    if "path" in one:
        print(f"  {one['titles']['zh-Hans']}  {one['level']}  {' / '.join(one['path'])}")
    if one.get("labels"):
        print(f"  标签（labels）：{'、'.join(one['labels'])}")
    if one.get("administered_by"):
        print(f"  由 {one['administered_by']} 代管（administered by）")
    if one.get("administers"):
        print(f"  代管（administers）：{'、'.join(one['administers'])}")
    for state in one["states"]:
        since = state["from"] or "起初（always）"
        became = "、".join(state.get("became", ()))
        name = (
            f"终止（ended）→ {became or '—'}" if state.get("ended") else state["titles"]["zh-Hans"]
        )
        told = "，".join(state[part] for part in ("because", "by") if state.get(part))
        print(f"  {since}  {name}  {state.get('code') or ''}  {told}".rstrip())


def main(argv: Sequence[str] | None = None, reach: Callable[[str], Invoke] = invoker) -> None:
    """`reach` finds the publisher of a stack, by its name."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.regions", description="The region tree, with its dated changes."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    taken = commands.add_parser("import", help=import_.__doc__)
    taken.set_defaults(command=import_)
    taken.add_argument("file", help="a .csv (UTF-8 or GB18030) or .xlsx file")
    taken.add_argument("--dry-run", action="store_true", help="read and check, change nothing")
    taken.add_argument("--because", help="why, for rows that do not say; absent: the file's name")
    taken.add_argument("--by", default="", help="on whose order, for rows that do not say")
    shown = commands.add_parser("show", help=show.__doc__)
    shown.set_defaults(command=show)
    shown.add_argument("find", help="an id, a code, a name, an alias, a former name")
    shown.add_argument("--on", default="", help="a day such as 2026-07-01; absent: today")
    for one in (taken, shown):
        one.add_argument("--stack", default="", help="a deployed stack; absent: the local one")
    empty = commands.add_parser("export-template", help=export_template.__doc__)
    empty.set_defaults(command=export_template)
    empty.add_argument("file", help="a .csv or .xlsx file to write")
    parser.set_defaults(reach=reach)
    arguments = parser.parse_args(argv)
    arguments.command(arguments)


if __name__ == "__main__":
    exits(main)
