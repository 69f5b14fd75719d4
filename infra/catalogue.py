"""A whole catalogue at once: import, own, transfer, concentration, units, capability, trust.

`python -m infra.catalogue import FILE.csv|.xlsx [--dry-run]` reads an implementation list and puts
every good row into the running local stack, or with `--stack NAME` into a deployed one: units,
seals, owners, and one published service a row. `transfer` passes items from units to one unit
from a day on. Reports name row and column in both languages; a refusal is one line and exit code 2.
"""

import argparse
import csv
import io
import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.services.changes.change import Verdict
from chalicelib.services.sheets import sheet
from chalicelib.services.sheets.columns import COLUMNS
from chalicelib.services.sheets.offices import Defaults
from infra.failures import Refused, exits
from infra.intake import Intent, put_in, read_rows, tried_out, units_there
from infra.jsonfile import read_file, read_text
from infra.publisher import Invoke, invoker
from infra.workbook import write_xlsx

SHOWN = 50
LANGUAGE = "zh-Hans"
CHANGES = {"new": "新增", "unchanged": "未变", "changed": "有改动"}


def import_(arguments: argparse.Namespace) -> None:
    """Read a list and put every good row into the stack; exit code 1 for a dry run with errors."""
    rows = read_rows(Path(arguments.file))
    invoke = _reached(arguments) if arguments.dry_run else arguments.reach(arguments.stack)
    defaults = Defaults(
        node=arguments.node,
        since=day_of(arguments.since),
        review_body=arguments.review_body,
        court=arguments.court,
        back_stop=arguments.back_stop,
    )
    there = units_there(invoke) if invoke else {}
    table = sheet.read(rows, defaults, arguments.all_or_nothing, there)
    _say_table(table)
    message = arguments.message or f"导入{Path(arguments.file).name}"
    how = Intent(message, arguments.accept or "", arguments.dry_run)
    if how.dry or invoke is None:
        _try(invoke, table, how)
    else:
        _put(invoke, table, how)


def own(arguments: argparse.Namespace) -> None:
    """Name the unit that owns services in the subtree of a node."""
    owner = {"unit": arguments.unit, "node": arguments.node, "beside": arguments.beside}
    owner |= {"from": day_of(arguments.on), "because": arguments.because}
    owners = [{"service": one, **owner} for one in arguments.service]
    report = arguments.reach(arguments.stack)({"register": {"owners": owners}})
    for one in report["refused"]:
        said = f"{one['service']}在{one['node']}已属{one['owner']}"
        print(
            f"! {said}，须办理划转，或用 --beside 并列（owned there already: transfer, or beside）"
        )
    print(f"已登记 {report['owners']} 项，未变 {report['unchanged']} 项（registered, unchanged）")
    if report["refused"]:
        raise Refused(f"{len(report['refused'])} 项未能登记（were refused: see above）")


def transfer(arguments: argparse.Namespace) -> None:
    """One unit takes over the items of others, from a day on."""
    order = {
        "to": arguments.to,
        "from": arguments.former,
        "on": day_of(arguments.on),
        "because": arguments.because,
    }
    if arguments.service:
        order["services"] = arguments.service
    if arguments.node:
        order["node"] = arguments.node
    _say(arguments.reach(arguments.stack)({"transfer": order}))


def concentration(arguments: argparse.Namespace) -> None:
    """Items that a unit owns on a day, of all items."""
    asked = {"unit": arguments.unit, "on": day_of(arguments.on)}
    if arguments.item_class:
        asked["item_class"] = arguments.item_class
    _say(arguments.reach(arguments.stack)({"concentration": asked}))


def units(arguments: argparse.Namespace) -> None:
    """The units of the directory: what `unit`, --to and --from name."""
    for one in arguments.reach(arguments.stack)({"units": {}})["units"]:
        print(one["unit"], one["titles"]["zh-Hans"], one.get("node", ""))


def capability(arguments: argparse.Namespace) -> None:
    """Write which levels and nodes are able to receive a service, on which days."""
    rows = read_text(arguments.rows.encode(), "--rows", LANGUAGE)
    if not isinstance(rows, list) or not all(_able(row) for row in rows):
        raise Refused('--rows 须为 [{"level": …, "from": …}]（each names a level and a first day）')
    event = {"capability": {"service": arguments.service, "rows": rows}}
    _say(arguments.reach(arguments.stack)(event))


def _able(row: Any) -> bool:
    return isinstance(row, dict) and {"level", "from"} <= row.keys()


def trust(arguments: argparse.Namespace) -> None:
    """Believe packages that are signed with another deployment's key, or no longer do."""
    key = read_file(Path(arguments.file), LANGUAGE)
    event = {"trust": {"name": arguments.name, "key": key, "revoke": arguments.revoke}}
    _say(arguments.reach(arguments.stack)(event))


def export_template(arguments: argparse.Namespace) -> None:
    """Write an empty list with its headings; an .xlsx explains each column on a second sheet."""
    path, headings = Path(arguments.file), [column.zh for column in COLUMNS]
    if path.suffix.lower() == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerow(headings)
        path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    elif path.suffix.lower() == ".xlsx":
        write_xlsx(path, {"实施清单": [headings], "填写说明": _explained()})
    else:
        raise Refused("模板写成 .csv 或 .xlsx（a template is .csv or .xlsx）")
    print(path)


def _explained() -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [("列", "必填", "也可写作", "例")]
    for column in COLUMNS:
        needed = "是" if column.needed else "否"
        rows.append((column.zh, needed, "、".join((*column.aliases, column.id)), column.example))
    return rows


def _reached(arguments: argparse.Namespace) -> Invoke | None:
    """The stack that a dry run compares with; None where none is named and none runs."""
    try:
        found: Invoke = arguments.reach(arguments.stack)
    except Refused as refusal:
        if arguments.stack:
            raise
        print(f"没有与现行版本比较（not compared with what is live）：{refusal}")
        return None
    return found


def _try(invoke: Invoke | None, table: sheet.Sheet, how: Intent) -> None:
    """Say how each row would go. Ends with exit code 1 where one would not."""
    if invoke is None:
        refused = tried_out(table)
        wrong = {one["row"]: one for one in refused}
        read = ({"row": one.row, "service": one.document["service"]} for one in table.entries)
        told = [wrong.get(one["row"], one) for one in read]
    else:
        outcome = put_in(invoke, table, how)
        refused, told = outcome.refused, outcome.told
    _say_items(table, told)
    if refused or table.bad_rows:
        raise SystemExit(1)


def _put(invoke: Invoke, table: sheet.Sheet, how: Intent) -> None:
    """Put it in, and say what became of each row. Refused where items were not put in."""
    if not table.entries:
        raise Refused("没有可以导入的行（nothing to import）")
    began = time.monotonic()
    outcome = put_in(invoke, table, how)
    _say_items(table, outcome.told)
    print(
        f"已发布 {outcome.published} 项，其中未变 {outcome.unchanged} 项，"
        f"用时 {time.monotonic() - began:.1f} 秒"
        f"（{outcome.published} published, {outcome.unchanged} of them unchanged）"
    )
    if outcome.refused:
        raise Refused(f"{len(outcome.refused)} 项未能导入（items were refused: see above）")


def _say(report: Any) -> None:
    print(json.dumps(report, ensure_ascii=False, indent=2))


def _say_table(table: sheet.Sheet) -> None:
    _say_findings(table.findings)
    print(
        f"{table.rows} 行，可导入 {len(table.entries)} 项，{len(table.units)} 个实施主体，"
        f"有误 {len(table.bad_rows)} 行"
        f"（{table.rows} rows: {len(table.entries)} items of {len(table.units)} units, "
        f"{len(table.bad_rows)} rows with errors）"
    )
    for name, counts in table.counts().items():
        print(f"  {name}: " + "，".join(f"{word or '—'} {n}" for word, n in counts.items()))


def _say_findings(findings: Iterable[Finding]) -> None:
    for count, one in enumerate(findings):
        if count == SHOWN:
            print("……")
            return
        mark = "!" if one.severity == "error" else "?"
        print(f"{mark} {one.texts['zh-Hans']} | {one.texts['en']} [{one.keyword}]")


def _say_items(table: sheet.Sheet, told: Iterable[dict[str, Any]]) -> None:
    """A line for each row that could be read, and what stands in its way."""
    titles = {one.document["service"]: one.document["titles"]["zh-Hans"] for one in table.entries}
    for one in told:
        place = f"第{one['row']}行 {one['service']} {titles[one['service']]}"
        if one.get("why") == "owner":
            print(f"! {place}：已属 {one['owner']}，须办理划转（owned already: transfer it）")
            continue
        print(f"  {place}：{_fate(one)}")
        for found in one.get("findings", [])[:3]:
            texts = found["texts"]
            print(f"! {place}{found['pointer']}：{texts['zh-Hans']} | {texts['en']}")


def _fate(one: dict[str, Any]) -> str:
    """What became of an item, or would."""
    change, verdict = one.get("change", ""), one.get("verdict", "")
    said = f"{CHANGES[change]}（{change}）" if change else "可以导入（can be imported）"
    if change == "changed" and verdict:
        said = f"{CHANGES[change]}，{verdict}（{change}, {verdict}）"
    if one.get("findings"):
        return f"{said}，不予导入（refused）"
    version = f"，第{one['version']}版（version {one['version']}）" if "version" in one else ""
    return said + version


def day_of(text: str) -> str:
    """A day as 2026-01-31. Raises Refused."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refused(f"{text!r} 不是日期（a day is written 2026-01-31）") from error


def main(argv: Sequence[str] | None = None, reach: Callable[[str], Invoke] = invoker) -> None:
    """`reach` finds the publisher of a stack, by its name."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.catalogue", description="A whole catalogue at once."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    taken = commands.add_parser("import", help=import_.__doc__)
    taken.set_defaults(command=import_)
    taken.add_argument("file", help="a .csv (UTF-8 or GB18030) or .xlsx file")
    taken.add_argument("--dry-run", action="store_true", help="read and check, change nothing")
    taken.add_argument("--message", help="why, for the histories; absent: the file's name")
    taken.add_argument(
        "--accept",
        choices=[str(one) for one in Verdict],
        help="put in changes up to this verdict; absent: none that touches open cases",
    )
    taken.add_argument("--all-or-nothing", action="store_true", help="one error stops all of it")
    taken.add_argument("--node", default="jz", help="the node that units hang on")
    taken.add_argument(
        "--since", default=f"{datetime.now(UTC):%Y}-01-01", help="seals in use since"
    )
    taken.add_argument("--review-body", default="本级人民政府", help="where the table names none")
    taken.add_argument("--court", default="有管辖权的人民法院", help="where the table names none")
    taken.add_argument("--back-stop", default="", help="the service proposed to when one is late")
    moved = commands.add_parser("transfer", help=transfer.__doc__)
    moved.set_defaults(command=transfer)
    moved.add_argument("--to", required=True, help="the unit that takes over")
    moved.add_argument("--from", required=True, dest="former", nargs="+", help="whose items")
    moved.add_argument("--on", required=True, help="the first day, such as 2026-05-27")
    moved.add_argument(
        *("--because", "--message"),
        dest="because",
        required=True,
        help="why, in words for the record",
    )
    moved.add_argument("--service", nargs="+", help="these items only")
    moved.add_argument("--node", help="what is owned in the subtree of this node")
    owned = commands.add_parser("own", help=own.__doc__)
    owned.set_defaults(command=own)
    owned.add_argument("service", nargs="+")
    owned.add_argument("--unit", required=True, help="the unit that owns them there")
    owned.add_argument("--node", required=True, help="the node in whose subtree it owns them")
    owned.add_argument("--on", required=True, help="the first day, such as 2026-05-27")
    owned.add_argument("--because", required=True, help="why, in words for the record")
    owned.add_argument("--beside", action="store_true", help="beside another that owns them there")
    rate = commands.add_parser("concentration", help=concentration.__doc__)
    rate.set_defaults(command=concentration)
    rate.add_argument("--unit", required=True)
    rate.add_argument("--on", required=True, help="a day such as 2026-05-27")
    rate.add_argument("--item-class", help="items of this class only, such as 行政许可")
    there = commands.add_parser("units", help=units.__doc__)
    there.set_defaults(command=units)
    able = commands.add_parser("capability", help=capability.__doc__)
    able.set_defaults(command=capability)
    able.add_argument("service")
    able.add_argument(
        "--rows",
        required=True,
        help='[{"level": "village", "node": "jz-t1-v2", "from": "2026-01-01", "to": …}]; without'
        " a node everywhere, a level that is not named as the document says",
    )
    believed = commands.add_parser("trust", help=trust.__doc__)
    believed.set_defaults(command=trust)
    believed.add_argument("file", help="what GET /packages/key of the other deployment answers")
    believed.add_argument("--name", required=True, help="whose key it is")
    believed.add_argument("--revoke", action="store_true", help="believe it no longer")
    for one in (taken, moved, owned, rate, there, able, believed):
        one.add_argument("--stack", default="", help="a deployed stack; absent: the local one")
    empty = commands.add_parser("export-template", help=export_template.__doc__)
    empty.set_defaults(command=export_template)
    empty.add_argument("file", help="a .csv or .xlsx file to write")
    parser.set_defaults(reach=reach)
    arguments = parser.parse_args(argv)
    arguments.command(arguments)


if __name__ == "__main__":
    exits(main)
