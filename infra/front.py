"""A front over HTTP: the packaged application, deployed into the emulator.

Time is driven by ticks with `now` for one case, as operators can; a front keeps its own idea of
the time, and nobody else's cases grow older.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from chalicelib.platform import times
from infra import signed
from infra.emulator import DIRECT
from infra.player import Answer
from infra.stack import LocalStack

PATIENCE = 60.0
# What a worker that died was at is free again within seconds.
LEASE = timedelta(seconds=10)
OFFICE = timedelta(hours=8)
# How far a flow on its way is driven ahead of itself: well before it is taken for lost.
AHEAD = timedelta(minutes=1)
PARSE = TypeDeserializer()


class StackFront:
    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.moment = daytime(datetime.now(UTC))
        self.tables = self._tables()

    @property
    def moment(self) -> datetime:
        """The moment this front is driven to; from there on its time passes as elsewhere.

        It must: what an effect wants again in two seconds would never come where it stood still.
        """
        return self._driven + timedelta(seconds=time.monotonic() - self._since)

    @moment.setter
    def moment(self, moment: datetime) -> None:
        self._driven, self._since = moment, time.monotonic()

    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        party: str | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        sent = {"Content-Type": "application/json", **(headers or {})}
        if party:
            sent["Authorization"] = f"Bearer {self.stack.token(party)}"
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        url = self.stack.base_url + path
        request = urllib.request.Request(url, data, sent, method=method)
        try:
            with DIRECT.open(request, timeout=30) as answer:
                return _answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.headers, error.read())

    def settle(self, number: str) -> None:
        """Wait until the case rests: its stage open or the case ended, nothing owed now."""
        deadline = time.monotonic() + PATIENCE
        while not self._rests(number):
            if time.monotonic() > deadline:
                owed = self._owed(self.rows(number))
                raise AssertionError(f"case {number} does not come to rest; owed: {owed}")
            waited = time.monotonic() > deadline - PATIENCE / 2
            self._tick(number, None if waited else self._on_its_way(number))
            time.sleep(0.1)

    def tick(self, moment: datetime | None, number: str) -> Any:
        if moment is not None:
            self.moment = max(self.moment, daytime(moment))
        report = self._tick(number)
        self.settle(number)
        return report

    def messages(self, phone: str) -> list[str]:
        return [
            str(message.get("message", message.get("Message", "")))
            for message in self.stack.sms()
            if phone in json.dumps(message)
        ]

    def sms_in(self, phone: str, text: str) -> Answer:
        """A provider's message; returns when the worker has dealt with it."""
        body, headers = signed.sms(self.stack.sms_secret(), phone, text)
        answer = self.http("POST", signed.ROUTE, None, None, headers, raw=body)
        deadline = time.monotonic() + PATIENCE
        while answer.status == 202 and self._waits(answer.body["id"]):
            if time.monotonic() > deadline:
                raise AssertionError(f"nobody deals with message {answer.body['id']}")
            time.sleep(0.1)
        return answer

    def _waits(self, name: str) -> bool:
        key = {"pk": {"S": f"inbound#{name}"}, "sk": {"S": "message"}}
        found = self.stack.client("dynamodb").get_item(
            TableName=self.tables["cases"], Key=key, ConsistentRead=True
        )
        return bool(found["Item"]["state"]["S"] == "waiting")

    def rows(self, number: str) -> list[dict[str, Any]]:
        """The raw rows of a case."""
        query = self.stack.client("dynamodb").query(
            TableName=self.tables["cases"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"case#{number}"}},
            ConsistentRead=True,
        )
        return [{k: PARSE.deserialize(v) for k, v in row.items()} for row in query["Items"]]

    def row(self, number: str) -> dict[str, Any]:
        return next(row for row in self.rows(number) if row["sk"] == "case")

    def kill(self, number: str) -> None:
        """End the case's present execution from outside."""
        case = self.row(number)
        states = self.stack.client("stepfunctions")
        machines = states.list_state_machines()["stateMachines"]
        arn = next(m["stateMachineArn"] for m in machines if m["name"].endswith(case["machine"]))
        execution = arn.replace(":stateMachine:", ":execution:")
        states.stop_execution(executionArn=f"{execution}:{number}-{int(case['generation'])}")

    def recover(self, number: str) -> Any:
        report = self.stack.invoke("worker", {"recover": {"now": times.text(self._now())}})
        self.settle(number)
        return report

    def _tick(self, number: str, moment: datetime | None = None) -> Any:
        event = {"now": times.text(moment or self._now()), "case": number}
        return self.stack.invoke("worker", {"tick": event})

    def _on_its_way(self, number: str) -> datetime:
        """The front's time; soon after its last step while a flow is between two stages.

        The workers' own time may be a night or months behind: at the front's, the envelope that
        they are handling would be lost already, and the flow started again.
        """
        rows = self.rows(number)
        case = next(row for row in rows if row["sk"] == "case")
        if case["open"] or case["ended"]:
            return self._now()
        steps = [row["at"] for row in rows if row["sk"].startswith("event#")]
        steps += [one["due"] for one in self._owed(rows) if one["do"] in ("start", "signal")]
        return min(self._now(), times.moment(max(steps)) + AHEAD)

    def _now(self) -> datetime:
        return max(self.moment, daytime(datetime.now(UTC)))

    def _rests(self, number: str) -> bool:
        rows = self.rows(number)
        case = next(row for row in rows if row["sk"] == "case")
        soon = times.text(self._now() + LEASE)
        owed = self._owed(rows)
        if any(effect["attempts"] == 0 or effect["due"] <= soon for effect in owed):
            return False
        if "result" in case and case["open"]:
            # What is left of it is telling: it closes by itself but for a repeat or a call.
            calls = [row for row in rows if row.get("task_kind") == "call"]
            return bool(owed) or any(row["state"] == "open" for row in calls)
        return bool(case["ended"] or case["open"])

    def _owed(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            effect
            for row in rows
            if row["sk"].startswith("out#")
            for effect in json.loads(row["effects"])
            if effect["state"] == "owed"
        ]

    def _tables(self) -> dict[str, str]:
        names = self.stack.client("dynamodb").list_tables()["TableNames"]
        return {
            kind: next(name for name in names if kind in name.lower())
            for kind in ("cases", "directory", "keys")
        }


def daytime(moment: datetime) -> datetime:
    """The moment, or 9:00 where the office is when it falls into the quiet hours."""
    local = moment.astimezone(UTC) + OFFICE
    if 8 <= local.hour < 21:
        return moment
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    return morning + timedelta(days=1 if local.hour >= 21 else 0) - OFFICE


def _answer(status: int, headers: Any, data: bytes) -> Answer:
    try:
        body = json.loads(data) if data else None
    except ValueError:
        body = data.decode("utf-8", "replace")
    return Answer(status, {name.lower(): v for name, v in headers.items()}, body)
