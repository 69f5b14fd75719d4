"""A whole catalogue at once: import, transfer, concentration, export-template.

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
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.platform.errors import Finding
from chalicelib.services.sheets.columns import COLUMNS
from chalicelib.services.sheets.offices import Defaults
from infra.emulator import running
from infra.failures import Refused, exits
from infra.intake import Invoke, put_in, read_table, tried_out
from infra.stack import STATE, LocalStack
from infra.workbook import write_xlsx

SHOWN = 50


def import_(arguments: argparse.Namespace) -> None:
    """Read a list and put every good row into the stack."""
    defaults = Defaults(
        node=arguments.node,
        since=_day(arguments.since),
        review_body=arguments.review_body,
        court=arguments.court,
        back_stop=arguments.back_stop,
    )
    began = time.monotonic()
    table = read_table(Path(arguments.file), defaults, arguments.all_or_nothing)
    _say_findings(table.findings)
    print(
        f"{table.rows} 行，可导入 {len(table.entries)} 项，{len(table.units)} 个实施主体，"
        f"有误 {len(table.bad_rows)} 行"
        f"（{table.rows} rows: {len(table.entries)} items of {len(table.units)} units, "
        f"{len(table.bad_rows)} rows with errors）"
    )
    for name, counts in table.counts().items():
        print(f"  {name}: " + "，".join(f"{word or '—'} {n}" for word, n in counts.items()))
    if arguments.dry_run:
        _say_refused(tried_out(table))
        return
    if not table.entries:
        raise Refused("没有可以导入的行（nothing to import）")
    outcome = put_in(_invoker(arguments.stack), table)
    _say_refused(outcome.refused)
    print(
        f"已发布 {outcome.published} 项，其中未变 {outcome.unchanged} 项，"
        f"用时 {time.monotonic() - began:.1f} 秒"
        f"（{outcome.published} published, {outcome.unchanged} of them unchanged）"
    )
    if outcome.refused:
        raise Refused(f"{len(outcome.refused)} 项未能导入（items were refused: see above）")


def transfer(arguments: argparse.Namespace) -> None:
    """One unit takes over the items of others, from a day on."""
    order = {
        "to": arguments.to,
        "from": arguments.former,
        "on": _day(arguments.on),
        "because": arguments.because,
    }
    if arguments.service:
        order["services"] = arguments.service
    _say(_invoker(arguments.stack)({"transfer": order}))


def concentration(arguments: argparse.Namespace) -> None:
    """Items that a unit owns on a day, of all items."""
    asked = {"unit": arguments.unit, "on": _day(arguments.on)}
    if arguments.item_class:
        asked["item_class"] = arguments.item_class
    _say(_invoker(arguments.stack)({"concentration": asked}))


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


def _invoker(stack: str) -> Invoke:
    """The publisher function of a deployed stack, or of the local one that runs."""
    return _deployed(stack) if stack else _local()


def _local() -> Invoke:
    if running(STATE) is None:
        raise Refused("the local stack is not running: start it with make run")
    stack = LocalStack()
    try:
        stack.attach()
    except (BotoCoreError, ClientError) as error:
        raise Refused("the local stack is still starting: try again in a moment") from error
    return lambda event: stack.invoke("publisher", event)


def _deployed(name: str) -> Invoke:
    session: Any = boto3.Session()
    settings = Config(read_timeout=120, retries={"max_attempts": 0})
    try:
        stacks = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0]["Outputs"]}
        functions = session.client("lambda", config=settings)
    except (BotoCoreError, ClientError, IndexError) as error:
        raise Refused(f"AWS says: {error}") from error

    def invoke(event: dict[str, Any]) -> Any:
        try:
            payload = json.dumps(event).encode()
            answer = functions.invoke(FunctionName=outputs["PublisherName"], Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise Refused(f"AWS says: {error}") from error
        result = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise Refused(f"publisher failed: {result}")
        return result

    return invoke


def _say(report: Any) -> None:
    if isinstance(report, dict) and "error" in report:
        raise Refused(str(report["error"]))
    print(json.dumps(report, ensure_ascii=False, indent=2))


def _say_findings(findings: Iterable[Finding]) -> None:
    for count, one in enumerate(findings):
        if count == SHOWN:
            print("……")
            return
        mark = "!" if one.severity == "error" else "?"
        print(f"{mark} {one.texts['zh-Hans']} | {one.texts['en']} [{one.keyword}]")


def _say_refused(refused: Iterable[dict[str, Any]]) -> None:
    for one in refused:
        if one.get("why") == "owner":
            print(
                f"! 第{one['row']}行 {one['service']} 已属 {one['owner']}，须办理划转（transfer）"
            )
            continue
        for found in one.get("findings", [])[:3]:
            texts = found["texts"]
            place = f"第{one['row']}行 {one['service']}{found['pointer']}"
            print(f"! {place}：{texts['zh-Hans']} | {texts['en']}")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refused(f"{text!r} 不是日期（a day is written 2026-01-31）") from error


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m infra.catalogue", description="A whole catalogue at once."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    taken = commands.add_parser("import", help=import_.__doc__)
    taken.set_defaults(command=import_)
    taken.add_argument("file", help="a .csv (UTF-8 or GB18030) or .xlsx file")
    taken.add_argument("--dry-run", action="store_true", help="read and check, change nothing")
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
    moved.add_argument("--because", required=True, help="why, in words for the record")
    moved.add_argument("--service", nargs="+", help="these items only")
    rate = commands.add_parser("concentration", help=concentration.__doc__)
    rate.set_defaults(command=concentration)
    rate.add_argument("--unit", required=True)
    rate.add_argument("--on", required=True, help="a day such as 2026-05-27")
    rate.add_argument("--item-class", help="items of this class only, such as 行政许可")
    for one in (taken, moved, rate):
        one.add_argument("--stack", default="", help="a deployed stack; absent: the local one")
    empty = commands.add_parser("export-template", help=export_template.__doc__)
    empty.set_defaults(command=export_template)
    empty.add_argument("file", help="a .csv or .xlsx file to write")
    arguments = parser.parse_args(argv)
    arguments.command(arguments)


if __name__ == "__main__":
    exits(main)
