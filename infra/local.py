"""The local run: `python -m infra.local run|deploy|tick|recover|away|why|inbox|stop`.

`run` stays in the foreground until Ctrl-C, then ends the emulator once and waits while it writes
its state. The other commands speak to the stack that runs. Every refusal is one line and exit
code 2.
"""

import argparse
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.platform import times
from chalicelib.platform.numbers import is_number
from infra import seed, signed
from infra.emulator import DIRECT, running
from infra.failures import Refused, exits
from infra.stack import STATE, LocalStack

ENDED = ("SIGINT", "SIGTERM", "SIGHUP")
WHY_ROUTE = "/cases/{case}/why"
WHY_READER = "officer-zhou"
INBOX_READER = "officer-li"


def run(_: argparse.Namespace) -> None:
    """Start, say how to use it, stay until Ctrl-C."""
    for name in ENDED:
        signal.signal(signal.Signals[name], _interrupt)
    stack = LocalStack(say=print)
    try:
        began = time.monotonic()
        stack.start()
        print(_welcome(stack, time.monotonic() - began), flush=True)
        while stack.alive():
            time.sleep(0.5)
        print(stack.ending())
    except KeyboardInterrupt:
        print("\nstopping; the data is being written")
    finally:
        for name in ENDED:
            signal.signal(signal.Signals[name], signal.SIG_IGN)
        stack.stop()
    print("stopped; the state is in", os.path.relpath(STATE))


def deploy(_: argparse.Namespace) -> None:
    """Package and deploy what has changed into the running stack."""
    stack = _attached(say=True)
    stack.bring_up_to_date()
    print(stack.base_url)


def tick(arguments: argparse.Namespace) -> None:
    """Let the clocks act, as of now or of the moment given, for every case or for one."""
    event = {}
    if arguments.now:
        try:
            event["now"] = times.text(times.moment(arguments.now))
        except ValueError as error:
            raise Refused("--now takes a moment such as 2026-12-31T02:00:00Z") from error
    if arguments.case:
        event["case"] = _number(arguments.case)
    print(json.dumps(_attached().invoke("worker", {"tick": event}), ensure_ascii=False))


def recover(_: argparse.Namespace) -> None:
    """Send on every open case whose execution is gone."""
    print(json.dumps(_attached().invoke("worker", {"recover": {}}), ensure_ascii=False))


def away(arguments: argparse.Namespace) -> None:
    """Record that an officer is away: whoever stands in acts with those grants meanwhile."""
    absence = {
        "party": arguments.party,
        "from": arguments.first,
        "to": arguments.last,
        "because": arguments.because,
    }
    answer = _attached().invoke("publisher", {"absence": absence})
    print(json.dumps(answer, ensure_ascii=False))


def why(arguments: argparse.Namespace) -> None:
    """Say why a case is where it is, by the officers' own route."""
    number = _number(arguments.case)
    stack = _attached()
    url = stack.base_url + WHY_ROUTE.format(case=number)
    request = urllib.request.Request(
        url, headers={"Authorization": f"Bearer {stack.token(WHY_READER)}"}
    )
    try:
        with DIRECT.open(request, timeout=30) as answer:
            print(_readable(answer.read().decode()))
    except urllib.error.HTTPError as error:
        raise Refused(f"there is no case {number} on this stack ({error.code})") from error


def _number(text: str) -> str:
    if not is_number(text):
        raise Refused(
            f"{text!r} is not a case number (ten digits, the last one checks the others): "
            "make why CASE=1234567894"
        )
    return text


def sms(arguments: argparse.Namespace) -> None:
    """Send a text message in, as a phone would: the provider's signed request."""
    stack = _attached()
    body, headers = signed.sms(stack.sms_secret(), arguments.sender, arguments.text)
    sent = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(stack.base_url + signed.ROUTE, body, sent, method="POST")
    try:
        with DIRECT.open(request, timeout=30) as answer:
            print(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise Refused(f"not taken ({error.code}): {_readable(error.read().decode())}") from error


def inbox(_: argparse.Namespace) -> None:
    """Print the text messages and e-mails sent."""
    stack = _attached()
    for kind, messages in (("SMS", stack.sms()), ("e-mail", stack.emails())):
        for message in messages:
            print(kind, json.dumps(message, ensure_ascii=False))


def stop(_: argparse.Namespace) -> None:
    """End the emulator cleanly, whoever started it."""
    pid = running(STATE)
    if pid is None:
        print("not running")
        return
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + 60
    while running(STATE) is not None:
        if time.monotonic() > end:
            raise Refused(f"the emulator does not stop: kill -9 {pid} ends it and loses its data")
        time.sleep(0.1)
    print("stopped")


def _attached(say: bool = False) -> LocalStack:
    if running(STATE) is None:
        raise Refused("the local stack is not running: start it with make run")
    stack = LocalStack(say=print if say else lambda _: None)
    try:
        stack.attach()
    except (BotoCoreError, ClientError) as error:
        raise Refused("the local stack is still starting: try again in a moment") from error
    return stack


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _welcome(stack: LocalStack, seconds: float) -> str:
    lines = [
        f"\nBancheng is up after {seconds:.1f} s. Base URL:\n  {stack.base_url}",
        f"Try:\n  curl -s {stack.base_url}/services",
        "SMS and e-mails sent:\n  .local/venv/bin/python -m infra.local inbox",
        f"  {stack.endpoint}/_ministack/sns/sms-messages",
        f"  {stack.endpoint}/_ministack/ses/messages",
        "Officers of the demo region; the file holds a token for eight hours:",
    ]
    tokens = STATE / "tokens"
    tokens.mkdir(mode=0o700, exist_ok=True)
    for party, name, roles in seed.officers():
        (tokens / party).write_text(stack.token(party))
        lines.append(f"  {os.path.relpath(tokens / party)}  {name}: {roles}")
    lines.append(
        f"An officer's inbox:\n  curl -s -H \"Authorization: Bearer "
        f'$(cat {os.path.relpath(tokens / INBOX_READER)})" '
        f"'{stack.base_url}/inbox?role=acceptor&node=jz-t1-v1'"
    )
    lines.append(
        "Ctrl-C stops it and keeps everything; "
        "a crash of the emulator loses what came after its last clean stop."
    )
    return "\n".join(lines)


def _readable(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="The local run.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (run, deploy, tick, recover, away, why, sms, inbox, stop):
        entry = commands.add_parser(command.__name__, help=command.__doc__)
        entry.set_defaults(command=command)
        if command is tick:
            entry.add_argument("--now", help="a moment such as 2026-01-01T00:00:00Z")
            entry.add_argument("--case", help="a case number: nobody else's case grows older")
        if command is sms:
            entry.add_argument("text", help="what the phone sends, such as 8")
            entry.add_argument("--from", required=True, dest="sender", help="the phone")
        if command is away:
            entry.add_argument("party", help="a party such as officer-huang")
            entry.add_argument("--from", required=True, dest="first", help="the first day away")
            entry.add_argument("--to", required=True, dest="last", help="the last day away")
            entry.add_argument("--because", required=True, help="why, in words for the record")
        if command is why:
            entry.add_argument("case", help="a case number")
    arguments = parser.parse_args()
    arguments.command(arguments)


if __name__ == "__main__":
    # Typed as any text stream; in a command it is the interpreter's own, which can be told.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    exits(main)
