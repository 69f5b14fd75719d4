"""What reaches the worker: queue messages, stream records, ticks, ended executions, operators.

One function takes them all; which it is follows from the event's own shape as AWS documents it.
Nothing of a message is logged but ids and what became of it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from chalicelib.cases import bulk, bulkrun, rebasing, recomputing
from chalicelib.cases.dispatch import carry_out
from chalicelib.cases.envelope import Taken, read_envelope, take
from chalicelib.cases.fact import SHARDS
from chalicelib.cases.house import House
from chalicelib.cases.tick import Report, recover, revive, tick
from chalicelib.channels.sweep import take as take_message
from chalicelib.platform import logs, times
from chalicelib.platform.ports import Busy, Table

log = logs.worker()

Event = Mapping[str, Any]
INBOUND = "inbound#"
REBASE = "rebase#"


def work(house: House, event: Event) -> Any:
    """The answer of one invocation; for queue batches, the messages to be delivered again."""
    if "Records" in event:
        source = event["Records"][0].get("eventSource", "") if event["Records"] else ""
        return _queue(house, event) if source == "aws:sqs" else _stream(house, event)
    if event.get("source") == "aws.states":
        return _execution(house, event)
    for name, command in COMMANDS.items():
        if name in event:
            return command(house, event[name] or {})
    return {"error": f"one of {', '.join(COMMANDS)} is needed"}


def _queue(house: House, event: Event) -> Event:
    """Envelopes. Only what may go better next time is given back to the queue."""
    failures = []
    for record in event["Records"]:
        try:
            body = json.loads(record["body"])
        except ValueError:
            body = None
        envelope = read_envelope(body, house.now())
        try:
            taken = take(house, envelope) if envelope else Taken.DROPPED
        except Busy:
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        log.info(
            json.dumps(
                {
                    "event": "envelope",
                    "case": envelope.case if envelope else None,
                    "stage": envelope.stage if envelope else None,
                    "taken": taken,
                }
            )
        )
    return {"batchItemFailures": failures}


def _stream(house: House, event: Event) -> Event:
    """The table's stream only wakes the dispatcher; the sweep finds what is missed here."""
    for record in event["Records"]:
        keys = record.get("dynamodb", {}).get("Keys", {})
        pk, sk = keys.get("pk", {}).get("S", ""), keys.get("sk", {}).get("S", "")
        if record.get("eventName") == "INSERT":
            try:
                _wake(house, pk, sk)
            except (Busy, LookupError) as error:
                log.warning(json.dumps({"event": "effect-later", "why": type(error).__name__}))
    return {"batchItemFailures": []}


def _wake(house: House, pk: str, sk: str) -> None:
    """A row that owes something was written: an out row, or a message that came in."""
    if sk.startswith("out#"):
        carry_out(house, pk.removeprefix("case#"), sk)
    elif pk.startswith(INBOUND):
        report = Report()
        _deal_with(house, pk, report)
        _reported(report)
    elif pk.startswith(REBASE) and sk == "job":
        rebasing.carry_on(house, pk.removeprefix(REBASE))
    elif pk.startswith(bulk.PREFIX) and sk == "job":
        bulkrun.carry_on(house, pk.removeprefix(bulk.PREFIX))


def _execution(house: House, event: Event) -> Event:
    """An execution ended (EventBridge): a case that has not ended gets its next generation."""
    name = str(event.get("detail", {}).get("name", ""))
    number = name.partition("-")[0]
    return {"restarted": revive(house, number)}


def _tick(house: House, command: Event) -> Event:
    then = at(house, command.get("now"))
    report = tick(then, command.get("case"))
    # The time that is driven for one case is not that of other people's messages.
    _sweep_messages(house if command.get("case") else then, report)
    if not command.get("case"):
        _sweep_rebases(then, report)
        _sweep_calendars(then, report)
        _sweep_bulk(then, report)
    return _reported(report)


def _sweep_messages(house: House, report: Report) -> None:
    """Every message that came in and is due."""
    for number in range(SHARDS):
        page = house.ports.store.find(Table.CASES, "due", f"in#{number}", times.text(house.now()))
        for pk, _ in page.keys:
            _deal_with(house, pk, report)


def _sweep_rebases(house: House, report: Report) -> None:
    """Every rebase that is not done yet."""
    for name in rebasing.due_jobs(house):
        report.carried += rebasing.carry_on(house, name)


def _sweep_calendars(house: House, report: Report) -> None:
    """A calendar that has changed, and cases whose dates it may have moved."""
    recomputing.notice(house)
    for name in recomputing.due_jobs(house):
        report.carried += recomputing.carry_on(house, name)


def _sweep_bulk(house: House, report: Report) -> None:
    """Every act on many members that is not done yet."""
    for name in bulk.due_jobs(house):
        report.carried += bulkrun.carry_on(house, name)


def _deal_with(house: House, pk: str, report: Report) -> None:
    """One message that cannot be dealt with must not hold up the others; it stays due."""
    name = pk.removeprefix(INBOUND)
    try:
        report.carried += take_message(house, name)
    except Exception as error:  # noqa: BLE001 - whatever it is, the messages behind it wait
        report.failed += 1
        report.failures.append(f"message {name[:16]} {type(error).__name__}")


def _recover(house: House, command: Event) -> Event:
    return _reported(recover(at(house, command.get("now"))))


def _reported(report: Report) -> Event:
    if report.failed:
        log.warning(json.dumps({"event": "tick-failures", "failures": report.failures[:20]}))
    return asdict(report)


COMMANDS: dict[str, Callable[[House, Event], Event]] = {"tick": _tick, "recover": _recover}


def at(house: House, now: str | None) -> House:
    """The same house at a given time, for operators who drive the clock."""
    if now is None:
        return house
    moment = times.moment(now)
    wall = house.ports.wall or house.ports.now
    return House(replace(house.ports, now=lambda: moment, wall=wall))
