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
from datetime import date, datetime
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.people.directory import BELIEVED
from chalicelib.platform import times
from chalicelib.platform.numbers import is_number
from infra import seed, sent, signed
from infra.emulator import DIRECT, running
from infra.failures import Refused, exits
from infra.publisher import in_words
from infra.stack import STATE, LocalStack

ENDED = ("SIGINT", "SIGTERM", "SIGHUP")
WHY_ROUTE = "/cases/{case}/why"
WHY_READER = "officer-zhou"
INBOX_READER = "officer-li"
AN_EXAMPLE = "1234567894"
# Times that calendars and rows can hold.
YEARS = range(2000, 2101)


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
        event["now"] = times.text(_moment(arguments.now))
    if arguments.case is not None:
        event["case"] = _number(arguments.case, "--case")
    print(json.dumps(_attached().invoke("worker", {"tick": event}), ensure_ascii=False))


def recover(_: argparse.Namespace) -> None:
    """Send on every open case whose execution is gone."""
    print(json.dumps(_attached().invoke("worker", {"recover": {}}), ensure_ascii=False))


def away(arguments: argparse.Namespace) -> None:
    """Record that an officer is away, or take it back: whoever stands in acts meanwhile."""
    absence = {"party": arguments.party, "from": _day(arguments.first, "--from"), "cancel": True}
    if not arguments.cancel:
        if not (arguments.last and arguments.because):
            raise Refused("--to and --because say until when and why; --cancel takes it back")
        last = _day(arguments.last, "--to")
        absence |= {"to": last, "because": arguments.because, "cancel": False}
    stack = _attached()
    try:
        answer = stack.invoke("publisher", {"absence": absence})
    except Refused as error:
        raise Refused(in_words(error)) from error
    print(json.dumps(answer, ensure_ascii=False))
    print(f"In force within {BELIEVED.seconds} s: so long officers' grants are believed.")


def why(arguments: argparse.Namespace) -> None:
    """Say why a case is where it is, by the officers' own route."""
    number = _number(arguments.case, "make why CASE=")
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


def _number(text: str, how: str) -> str:
    """A case number; `how` is the way in which the command takes one."""
    example = f"{how}{'' if how.endswith('=') else ' '}{AN_EXAMPLE}"
    if not text:
        raise Refused(f"say which case: {example}")
    if not is_number(text):
        raise Refused(
            f"{text!r} is not a case number (ten digits, the last one checks the others), "
            f"which is given like {example}"
        )
    return text


def _moment(text: str) -> datetime:
    try:
        found = times.moment(text)
    except (ValueError, OverflowError) as error:
        raise Refused("--now takes a moment such as 2026-12-31T02:00:00Z") from error
    if found.year not in YEARS:
        raise Refused(f"--now lies between {YEARS[0]} and {YEARS[-1]}")
    return found


def _day(text: str, name: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refused(f"{name} takes a day such as 2026-03-10, not {text!r}") from error


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 up, not {text!r}")
    return int(text)


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


def inbox(arguments: argparse.Namespace) -> None:
    """Print the text messages and e-mails sent, one line each, in the order of time."""
    stack = _attached()
    messages = sent.in_order(stack.sms(), stack.emails(), sent.rows_of(stack))
    for message in sent.chosen(messages, arguments.to, arguments.last):
        print(message.line())


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
            entry.add_argument("--to", dest="last", help="the last day away")
            entry.add_argument("--because", help="why, in words for the record")
            entry.add_argument("--cancel", action="store_true", help="take the absence back")
        if command is inbox:
            entry.add_argument("--to", help="only what went to this phone or address")
            entry.add_argument("--last", type=_count, help="only the last so many")
        if command is why:
            entry.add_argument("case", help="a case number")
    arguments = parser.parse_args()
    arguments.command(arguments)


if __name__ == "__main__":
    # Typed as any text stream; in a command it is the interpreter's own, which can be told.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    exits(main)
