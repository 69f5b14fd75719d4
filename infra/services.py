"""Service documents from the command line: upload, read a report, publish, order, rebase.

Speaks HTTP as a publisher, to the local stack (`--as PARTY`) or to any deployment (`--url`,
`--token FILE`). Every refusal is one line and exit code 2; a document that cannot be published
is exit code 1. Findings are printed one a line, with their places.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.platform.errors import Texts, pick
from infra.desk import Desk, Opener, path
from infra.emulator import DIRECT, running
from infra.failures import Refused, exits
from infra.jsonfile import read_file, read_text
from infra.reporttext import (
    FATES,
    ORDERS,
    SAYS,
    SECTIONS,
    STATES,
    finding_line,
    report_lines,
    word,
)
from infra.stack import STATE, LocalStack

AUTHOR, SECOND = "officer-gao", "officer-zheng"
# Members by which an example says that it must fail, and how.
FAULT = frozenset({"pointer", "keyword"})
EXAMPLES: Mapping[str, Texts] = {
    "pass": {
        "zh-Hans": "应当通过的示例不能有pointer和keyword",
        "en": "an example that must pass has no pointer and no keyword",
    },
    "fail": {
        "zh-Hans": "应当不通过的示例要写明哪里（pointer）、因什么（keyword）",
        "en": "an example that must fail says where (pointer) and why (keyword)",
    },
}
HELP: Mapping[str, str] = {
    "rehearsal": "print every walk of the rehearsal, step by step",
    "flow": "print the flow as Mermaid",
    "guide": "print the guide as residents will read it",
}
Arguments = argparse.Namespace


def upload(arguments: Arguments) -> None:
    """Hand in a document with the examples beside it, and print the report."""
    file, language = Path(arguments.file), arguments.language
    document = read_file(file, language)
    desk = _desk(arguments, AUTHOR)
    examples = _examples(file.parent, language)
    sent = {"service": document, "examples": [*examples.values()]} if examples else document
    done = desk.post("/services" + ("?dry-run=true" if arguments.dry_run else ""), sent)
    seen = desk.settled(path("uploads", done["upload"]))
    _print_report(seen, arguments, [*examples])


def report(arguments: Arguments) -> None:
    """Print the report on what was uploaded before, by whomever."""
    desk = _desk(arguments, AUTHOR)
    _print_report(desk.settled(path("uploads", arguments.upload)), arguments)


def publish(arguments: Arguments) -> None:
    """Publish a draft that somebody else has uploaded."""
    desk = _desk(arguments, SECOND)
    draft = desk.settled(path("uploads", arguments.upload))
    if draft["state"] != "draft":
        state = word(STATES, draft["state"], arguments.language)
        raise Refused(f"{arguments.upload}: {state}")
    details: dict[str, Any] = {"upload": arguments.upload}
    given = {"accepts": arguments.accepts, "unit": arguments.unit}
    details |= {name: value for name, value in given.items() if value}
    _give_order(desk, draft["service"], "publish", details, arguments)


def order(arguments: Arguments) -> None:
    """Test, discard, roll back, offer, close, reopen or retire; details as JSON."""
    details = _typed(arguments.details, "--details", arguments.language)
    _give_order(_desk(arguments, AUTHOR), arguments.service, arguments.do, details, arguments)


def rebase(arguments: Arguments) -> None:
    """Move open cases to the live version, or with --dry-run say what would become of each."""
    language = arguments.language
    plan = _typed(arguments.plan, "--plan", language)
    desk = _desk(arguments, AUTHOR)
    service = path("services", arguments.service)
    sent = {**plan, "dry_run": arguments.dry_run}
    if arguments.message:
        sent["message"] = arguments.message
    job = desk.post(f"{service}/rebases", sent)
    seen = desk.settled(f"{service}/rebases{path(job['job'])}", "running")
    for one in seen["cases"]:
        print(one["case"], word(FATES, one["fate"], language))
        for found in one["findings"]:
            print(f"  {finding_line(found, language)}")
    counts = [f"{word(FATES, fate, language)} {n}" for fate, n in seen["counts"].items()]
    print(pick({"zh-Hans": "，", "en": ", "}, language).join(counts))


def _examples(folder: Path, language: str) -> dict[str, Any]:
    """The examples beside a document by their files: those that must pass, then those that must
    fail. Raises Refused."""
    found: dict[str, Any] = {}
    for kind, wrong in EXAMPLES.items():
        for file in sorted(folder.glob(f"examples/{kind}/*.json")):
            name = str(file.relative_to(folder))
            example = found[name] = read_file(file, language)
            said = FAULT & example.keys() if isinstance(example, dict) else set()
            if said != (FAULT if kind == "fail" else set()):
                raise Refused(f"{name}: {pick(wrong, language)}")
    return found


def _typed(text: str, option: str, language: str) -> dict[str, Any]:
    """An object that was typed as JSON after an option. Raises Refused."""
    value = read_text(text.encode("utf-8", "surrogateescape"), option, language)
    if not isinstance(value, dict):
        said = pick({"zh-Hans": "要写成{…}", "en": "an object in braces is wanted"}, language)
        raise Refused(f"{option}: {said}")
    return value


def _print_report(seen: Any, arguments: Arguments, files: Sequence[str] = ()) -> None:
    if arguments.json:
        print(json.dumps(seen, ensure_ascii=False, indent=2))
    else:
        wanted = [name for name in SECTIONS if getattr(arguments, name)]
        print("\n".join(report_lines(seen, arguments.language, wanted, files)))
    if seen["state"] == "refused":
        raise SystemExit(1)


def _give_order(desk: Desk, service: str, do: str, details: Any, arguments: Arguments) -> None:
    orders, language = path("services", service, "orders"), arguments.language
    done = desk.post(orders, {"do": do, "message": arguments.message, "details": details})
    seen = desk.settled(f"{orders}{path(done['order'])}")
    outcome = seen["outcome"]
    said = [word(ORDERS, seen["state"], language), seen["service"]]
    if "version" in outcome:
        said.append(word(SAYS, "version", language, n=outcome["version"]))
    print(*said)
    for one in outcome.get("findings", []):
        print(finding_line(one, language))
    if "problem" in outcome:
        print(outcome["problem"]["title"], outcome["problem"].get("detail", ""))
    if "test_token" in seen:
        print("Test-Token:", seen["test_token"])
    if seen["state"] == "refused":
        raise SystemExit(1)


def _desk(arguments: Arguments, party: str) -> Desk:
    """Where the requests go. Raises Refused."""
    opener: Opener = arguments.opener
    if arguments.url:
        if not arguments.token or arguments.party:
            raise Refused("--url needs --token FILE, and takes no --as")
        return Desk(arguments.url, _token(Path(arguments.token)), arguments.language, opener)
    if arguments.token:
        raise Refused("--token needs --url; on the local stack say --as PARTY")
    if running(STATE) is None:
        raise Refused("the local stack is not running: start it with make run, or give --url")
    stack = LocalStack(say=lambda _: None)
    try:
        stack.attach()
    except (BotoCoreError, ClientError) as error:
        raise Refused("the local stack is still starting: try again in a moment") from error
    token = stack.token(arguments.party or party)
    return Desk(stack.base_url, token, arguments.language, opener)


def _token(file: Path) -> str:
    try:
        token = file.read_text("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        raise Refused(f"{file}: {error}") from error
    if not token.isascii() or not token.isprintable() or not token:
        raise Refused(f"{file} holds no token")
    return token


def _shown(entry: argparse.ArgumentParser) -> None:
    """Options of a command that prints a report."""
    for name in SECTIONS:
        entry.add_argument(f"--{name}", action="store_true", help=HELP[name])
    entry.add_argument("--json", action="store_true", help="the whole report as JSON")


def _of_upload(entry: argparse.ArgumentParser) -> None:
    entry.add_argument("file", help="service.json; examples/pass and examples/fail go along")
    entry.add_argument("--dry-run", action="store_true", help="report only")
    _shown(entry)


def _of_report(entry: argparse.ArgumentParser) -> None:
    entry.add_argument("upload", help="the upload's name")
    _shown(entry)


def _of_publish(entry: argparse.ArgumentParser) -> None:
    entry.add_argument("upload", help="the upload's name")
    entry.add_argument("--accepts", choices=["safe", "widening", "narrowing", "breaking"])
    entry.add_argument("--unit", help="which unit owns the service, where none does yet")
    entry.add_argument("--message", required=True, help="why, for the record")


def _of_order(entry: argparse.ArgumentParser) -> None:
    entry.add_argument("service")
    entry.add_argument("do", help="test, discard, roll_back, offer, close, reopen, retire")
    entry.add_argument("--details", default="{}", help='such as {"nodes": ["jz-t1"]}')
    entry.add_argument("--message", required=True, help="why, for the record")


def _of_rebase(entry: argparse.ArgumentParser) -> None:
    entry.add_argument("service")
    entry.add_argument("--dry-run", action="store_true", help="say it only")
    entry.add_argument("--plan", default="{}", help='such as {"stages": {"old": "new"}}')
    entry.add_argument("--message", help="why, for the record")


COMMANDS: Mapping[Callable[[Arguments], None], Callable[[argparse.ArgumentParser], None]] = {
    upload: _of_upload,
    report: _of_report,
    publish: _of_publish,
    order: _of_order,
    rebase: _of_rebase,
}


def main(argv: Sequence[str] | None = None, opener: Opener = DIRECT) -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.services", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, its_own in COMMANDS.items():
        entry = commands.add_parser(command.__name__, help=command.__doc__)
        entry.set_defaults(command=command, opener=opener)
        entry.add_argument("--url", help="a deployment; absent: the local stack")
        entry.add_argument("--token", help="with --url: a file with a publisher's bearer token")
        entry.add_argument("--as", dest="party", help="a publisher of the local stack")
        entry.add_argument("--language", default="zh-Hans", choices=["zh-Hans", "en"])
        its_own(entry)
    arguments = parser.parse_args(argv)
    arguments.command(arguments)


if __name__ == "__main__":
    # Typed as any text stream; in a command it is the interpreter's own, which can be told.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    exits(main)
