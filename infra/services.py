"""Service documents from the command line: `python -m infra.services upload|publish|order|rebase`.

Speaks HTTP as a publisher, to the local stack or to any deployment (`--url`, `--token FILE`).
Every refusal is one line and exit code 2; findings are printed one a line, with their places.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from infra.emulator import DIRECT, running
from infra.failures import Refused, exits
from infra.stack import STATE, LocalStack

AUTHOR, SECOND = "officer-gao", "officer-zheng"
PATIENCE = 60.0
MARKS = {"error": "✗", "warning": "!"}


class Desk:
    """Requests with a publisher's token."""

    def __init__(self, url: str, token: str, language: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept-Language": language,
        }

    def get(self, path: str) -> Any:
        return self._send(urllib.request.Request(self._url + path, headers=self._headers))

    def post(self, path: str, body: Any) -> Any:
        headers = {**self._headers, "Idempotency-Key": uuid.uuid4().hex}
        data = json.dumps(body).encode()
        return self._send(urllib.request.Request(self._url + path, data, headers, method="POST"))

    def settled(self, path: str, waiting: str = "waiting") -> Any:
        """What became of something handed in. Raises Refused when nothing does."""
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = self.get(path)
            if seen["state"] != waiting:
                return seen
            if time.monotonic() > deadline:
                raise Refused(f"{path} is still {waiting} after {PATIENCE:.0f} s")
            time.sleep(0.2)

    def _send(self, request: urllib.request.Request) -> Any:
        try:
            with DIRECT.open(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Refused(_problem(error)) from error
        except urllib.error.URLError as error:
            raise Refused(f"{self._url} does not answer: {error.reason}") from error


def upload(arguments: argparse.Namespace) -> None:
    """Hand in a document, alone or with its examples, and print the report."""
    file = Path(arguments.file)
    try:
        document = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{file}: {error}") from error
    examples = [
        json.loads(one.read_text("utf-8"))
        for one in sorted(file.parent.glob("examples/pass/*.json"))
    ]
    sent = {"service": document, "examples": examples} if examples else document
    desk = _desk(arguments, AUTHOR)
    done = desk.post("/services" + ("?dry-run=true" if arguments.dry_run else ""), sent)
    seen = desk.settled(f"/uploads/{done['upload']}")
    if arguments.json:
        print(json.dumps(seen, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_report(seen, arguments.language)))
    if seen["state"] == "refused":
        raise SystemExit(1)


def publish(arguments: argparse.Namespace) -> None:
    """Publish a draft that somebody else has uploaded."""
    desk = _desk(arguments, SECOND)
    draft = desk.get(f"/uploads/{arguments.upload}")
    if "service" not in draft:
        raise Refused(f"upload {arguments.upload} is {draft['state']}")
    details: dict[str, Any] = {"upload": arguments.upload}
    if arguments.accepts:
        details["accepts"] = arguments.accepts
    _give_order(desk, draft["service"], "publish", arguments.message, details)


def order(arguments: argparse.Namespace) -> None:
    """Test, discard, roll back, offer, close, reopen or retire; details as JSON."""
    try:
        details = json.loads(arguments.details)
    except ValueError as error:
        raise Refused(f"--details is not JSON: {error}") from error
    desk = _desk(arguments, AUTHOR)
    _give_order(desk, arguments.service, arguments.do, arguments.message, details)


def rebase(arguments: argparse.Namespace) -> None:
    """Move open cases to the live version, or with --dry-run say what would become of each."""
    desk = _desk(arguments, AUTHOR)
    live = desk.get(f"/services/{arguments.service}")["version"]
    plan = json.loads(arguments.plan)
    path = f"/services/{arguments.service}/rebases"
    job = desk.post(path, {**plan, "to": live, "dry_run": arguments.dry_run})
    seen = desk.settled(f"{path}/{job['job']}", "running")
    for one in seen["cases"]:
        print(one["case"], one["fate"], *(f["pointer"] for f in one["findings"]))
    print(json.dumps(seen["counts"], ensure_ascii=False))


def _give_order(desk: Desk, service: str, do: str, message: str, details: Any) -> None:
    path = f"/services/{service}/orders"
    done = desk.post(path, {"do": do, "message": message, "details": details})
    seen = desk.settled(f"{path}/{done['order']}")
    outcome = seen["outcome"]
    print(seen["state"], seen["service"], f"version {outcome.get('version', '-')}")
    for one in outcome.get("findings", []):
        print(f"{MARKS['error']} {one['pointer']}  {one['texts']['zh-Hans']}")
    if "problem" in outcome:
        print(outcome["problem"]["title"], outcome["problem"].get("detail", ""))
    if "test_token" in seen:
        print("Test-Token:", seen["test_token"])
    if seen["state"] == "refused":
        raise SystemExit(1)


def _report(seen: Any, language: str) -> list[str]:
    """The report as a person reads it."""
    report = seen["report"]
    lines = [f"{seen['upload']}  {seen['state']}"]
    for one in [*report["findings"], *report.get("warnings", [])]:
        text = one["texts"].get(language) or one["texts"]["zh-Hans"]
        lines.append(f"{MARKS[one['severity']]} {one['pointer']}  {text}")
    if report.get("diff"):
        lines.append(f"changes from version {report['diff']['from']}: {report['diff']['verdict']}")
        for one in report["diff"]["changes"]:
            text = one["texts"].get(language) or one["texts"]["zh-Hans"]
            place = one["place"].get(language) or one["place"]["zh-Hans"]
            lines.append(f"  {one['verdict']:<9} {place}  {text}  {one['pointer']}")
    lines += _rehearsed(report.get("rehearsal"))
    return lines


def _rehearsed(rehearsal: Any) -> list[str]:
    """How much of the flow was walked, what was never taken, where it could hang."""
    if not rehearsal:
        return []
    taken = [f"{name} {n['taken']}/{n['of']}" for name, n in rehearsal["coverage"].items()]
    lines = [f"rehearsed: {len(rehearsal['walks'])} walks; {', '.join(taken)}"]
    lines += [f"  never: {one['place']}  {one['why']}" for one in rehearsal["never"]]
    lines += [f"{MARKS['warning']} {one['pointer']}  {one['detail']}" for one in rehearsal["hangs"]]
    return lines


def _problem(error: urllib.error.HTTPError) -> str:
    text = error.read().decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except ValueError:
        return f"{error.code}: {text[:200]}"
    said = [f"{error.code} {body.get('title', '')} {body.get('detail', '')}".strip()]
    said += [f"  {one['pointer']}  {one['detail']}" for one in body.get("errors", [])]
    return "\n".join(said)


def _desk(arguments: argparse.Namespace, party: str) -> Desk:
    if arguments.url:
        if not arguments.token:
            raise Refused("--url needs --token FILE")
        token = Path(arguments.token).read_text("utf-8").strip()
        return Desk(arguments.url, token, arguments.language)
    if running(STATE) is None:
        raise Refused("the local stack is not running: start it with make run, or give --url")
    stack = LocalStack(say=lambda _: None)
    stack.attach()
    return Desk(stack.base_url, stack.token(arguments.party or party), arguments.language)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.services", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (upload, publish, order, rebase):
        entry = commands.add_parser(command.__name__, help=command.__doc__)
        entry.set_defaults(command=command)
        entry.add_argument("--url", help="a deployment; absent: the local stack")
        entry.add_argument("--token", help="a file with a publisher's bearer token")
        entry.add_argument("--as", dest="party", help="a publisher of the local stack")
        entry.add_argument("--language", default="zh-Hans", choices=["zh-Hans", "en"])
        if command is upload:
            entry.add_argument("file", help="service.json; examples/pass/*.json beside it go along")
            entry.add_argument("--dry-run", action="store_true", help="report only")
            entry.add_argument("--json", action="store_true", help="the whole report")
        if command is publish:
            entry.add_argument("upload", help="the upload's name")
            entry.add_argument("--accepts", choices=["safe", "widening", "narrowing", "breaking"])
        if command in (publish, order):
            entry.add_argument("--message", required=True, help="why, for the record")
        if command is order:
            entry.add_argument("service")
            entry.add_argument("do", help="test, discard, roll_back, offer, close, reopen, retire")
            entry.add_argument("--details", default="{}", help='such as {"nodes": ["jz-t1"]}')
        if command is rebase:
            entry.add_argument("service")
            entry.add_argument("--dry-run", action="store_true", help="say it only")
            entry.add_argument("--plan", default="{}", help='such as {"stages": {"old": "new"}}')
    arguments = parser.parse_args()
    arguments.command(arguments)


if __name__ == "__main__":
    # Typed as any text stream; in a command it is the interpreter's own, which can be told.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    exits(main)
