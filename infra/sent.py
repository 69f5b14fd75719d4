"""The messages that a stack has sent, one line each in the order of time.

The emulator keeps text messages by phone and without a time; when one was sent follows from its
reference: the notice's row in its case, or the message that it answers.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.platform import times
from infra.stack import LocalStack

OFFICE = ZoneInfo("Asia/Shanghai")
NOTICE = re.compile(r"notice#(?P<seq>\d{5})#(?P<notice>.+?)(?P<case>\d{10})")
STRANGER = re.compile(r"stranger-(?P<name>[0-9a-f]{64})")
UNKNOWN = "9999"
COUNTRY = "+86"
# The rows of a partition of the case table, as they are stored.
Rows = Callable[[str], Iterable[Mapping[str, Any]]]


class Sent(NamedTuple):
    """One message; `at` is a stored moment, or UNKNOWN while its delivery is not recorded."""

    at: str
    by: str
    to: str
    text: str

    def line(self) -> str:
        when = " " * 11 if self.at == UNKNOWN else _office(self.at)
        return f"{when}  {self.by:<6}  {self.to}  {' '.join(self.text.split())}"


def in_order(
    sms: Iterable[Mapping[str, Any]], emails: Iterable[Mapping[str, Any]], rows: Rows
) -> list[Sent]:
    """Text messages and e-mails as the emulator lists them, oldest first."""
    kept = cache(lambda pk: list(rows(pk)))
    found = [_text_message(one, kept) for one in sms]
    found += [_email(one) for one in emails]
    return sorted(found, key=lambda one: one.at)


def _text_message(message: Mapping[str, Any], rows: Rows) -> Sent:
    said = {name.lower(): value for name, value in message.items()}
    phone = str(said.get("phonenumber", "")).removeprefix(COUNTRY)
    return Sent(_when(_reference(said), rows), "SMS", phone, str(said.get("message", "")))


def _email(message: Mapping[str, Any]) -> Sent:
    sent = datetime.fromtimestamp(float(message.get("Timestamp", 0)), UTC)
    to = ", ".join(message.get("To", []))
    text = f"{message.get('Subject', '')} {message.get('BodyText', '')}"
    return Sent(times.text(sent), "e-mail", to, text)


def _reference(message: Mapping[str, Any]) -> str:
    found: Any = (message.get("messageattributes") or {}).get("reference", "")
    if isinstance(found, Mapping):
        found = next((v for n, v in found.items() if n in ("StringValue", "Value")), "")
    return str(found)


def _when(reference: str, rows: Rows) -> str:
    notice, stranger = NOTICE.fullmatch(reference), STRANGER.fullmatch(reference)
    if stranger:
        return next((str(row["at"]) for row in rows(f"inbound#{stranger['name']}")), UNKNOWN)
    events = rows(f"case#{notice['case']}") if notice else ()
    delivered = (row for row in events if row.get("type") == "notice_delivered")
    for row in delivered:
        data = json.loads(row["data"]) if isinstance(row["data"], str) else row["data"]
        if notice and (data["notice"], int(data["about"])) == (
            notice["notice"],
            int(notice["seq"]),
        ):
            return str(row["at"])
    return UNKNOWN


def chosen(messages: Iterable[Sent], to: str | None, last: int | None) -> Iterator[Sent]:
    """Those to one phone or address, and the last few of them."""
    found = [one for one in messages if to is None or to in one.to]
    yield from found[-last:] if last else found


def _office(at: str) -> str:
    return times.moment(at).astimezone(OFFICE).strftime("%m-%d %H:%M")


def rows_of(stack: LocalStack) -> Rows:
    """What reads a partition of the stack's case table."""
    database = stack.client("dynamodb")
    table = next(name for name in database.list_tables()["TableNames"] if "cases" in name.lower())

    def rows(pk: str) -> Iterator[Mapping[str, Any]]:
        found = database.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
        )
        for row in found["Items"]:
            yield {name: next(iter(value.values())) for name, value in row.items()}

    return rows
