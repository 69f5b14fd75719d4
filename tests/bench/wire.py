"""The network, answered inside botocore: DynamoDB from rows in memory, everything else canned.

Requests are still built, signed and parsed by botocore; only the socket is missing.
"""

import base64
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from botocore import handlers
from botocore.awsrequest import AWSResponse

Item = dict[str, Any]
Rows = list[tuple[str, Item]]
PLAINTEXT = base64.b64encode(bytes(range(32))).decode()
CANNED: dict[str, Any] = {
    "TrentService.Decrypt": {"Plaintext": PLAINTEXT},
    "TrentService.GenerateDataKeyWithoutPlaintext": {"CiphertextBlob": PLAINTEXT},
    "AWSStepFunctions.StartExecution": {"executionArn": "arn:aws:states:e:1", "startDate": 1.0},
    "AWSStepFunctions.CreateStateMachine": {"stateMachineArn": "arn:m", "creationDate": 1.0},
}


HEADERS: Any = {"Content-Type": "application/x-amz-json-1.0"}


class Raw(BytesIO):
    """The body as urllib3 would give it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        while part := self.read():
            yield part


class Wire:
    """`rows` are (table, item in DynamoDB JSON); `keep` also stores what Put operations write."""

    def __init__(self, rows: Rows, keep: bool = False) -> None:
        self._items: dict[tuple[str, str, str], Item] = {}
        self._keep = keep
        self.calls: dict[str, int] = {}
        for table, item in rows:
            self._put(table, item)

    def install(self) -> None:
        """Answer every session that is made from now on; before-send is what botocore offers."""
        handlers.BUILTIN_HANDLERS.append(("before-send", self.answer))

    def rows(self) -> Rows:
        return [(table, item) for (table, _, _), item in self._items.items()]

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        target = target.decode() if isinstance(target, bytes) else target
        self.calls[target] = self.calls.get(target, 0) + 1
        operation = target.partition(".")[2]
        if target in CANNED:
            body = CANNED[target]
        elif operation == "TransactWriteItems":
            body = self._transact(request.body)
        else:
            told = {"GetItem": self._get, "Query": self._query, "PutItem": self._put_alone}
            body = told[operation](json.loads(request.body))
        raw: Any = Raw(json.dumps(body).encode())
        return AWSResponse(request.url, 200, HEADERS, raw)

    def _transact(self, body: bytes) -> Item:
        if self._keep:
            for operation in json.loads(body)["TransactItems"]:
                put = operation["Put"]
                self._put(put["TableName"], put["Item"])
        return {}

    def _put_alone(self, body: Item) -> Item:
        if self._keep:
            self._put(body["TableName"], body["Item"])
        return {}

    def _put(self, table: str, item: Item) -> None:
        self._items[table, item["pk"]["S"], item["sk"]["S"]] = item

    def _get(self, body: Item) -> Item:
        key = body["Key"]
        item = self._items.get((body["TableName"], key["pk"]["S"], key["sk"]["S"]))
        return {"Item": item} if item else {}

    def _query(self, body: Item) -> Item:
        """A whole partition; indexes are empty."""
        wanted = {value["S"] for value in body["ExpressionAttributeValues"].values()}
        items = [
            item
            for (table, pk, _), item in self._items.items()
            if table == body["TableName"] and pk in wanted and "IndexName" not in body
        ]
        return {"Items": items, "Count": len(items)}
