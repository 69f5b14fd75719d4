"""Uploads as the api sees them: keep one, read its report. Checking happens in the publisher.

An upload is `waiting` until it is checked, then `refused` or a `draft`; a dry run is `checked` and
can never be published. A draft is published or discarded by an order.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform import times
from chalicelib.platform.errors import NotFound
from chalicelib.platform.ports import Ports, Put, Row, Table
from chalicelib.services.catalogue import pack, unpack

PENDING = "uploads"
DRAFTS = "drafts"
MOST_LISTED = 100
UPLOAD = re.compile("[0-9a-f]{32}")


def store_upload(
    ports: Ports, upload: str, by: str, sent: Mapping[str, Any], body: str, dry: bool
) -> Row:
    """Keep what was sent for the publisher; `body` is the hash of the request.

    Raises ConditionFailed when there is one of this name already.
    """
    document, examples = parts(sent)
    at = times.text(ports.now())
    row: Row = {
        "pk": f"upload#{upload}",
        "sk": "upload",
        "kind": "upload",
        "upload": upload,
        "by": by,
        "at": at,
        "state": "waiting",
        "document": pack(document),
        "examples": pack(examples),
        "dry": int(dry),
        "pending": PENDING,
        "pending_at": at,
        "body": body,
    }
    ports.store.transact([Put(Table.DIRECTORY, row)])
    return row


def parts(sent: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """The document and its examples: alone, or as {"service": document, "examples": [...]}."""
    if isinstance(sent.get("service"), dict):
        examples = sent.get("examples")
        return sent["service"], examples if isinstance(examples, list) else []
    return sent, []


def read_upload(ports: Ports, upload: str) -> Row:
    """One upload, whoever sent it: a second person must see it. Raises NotFound."""
    row = None
    if UPLOAD.fullmatch(upload):
        row = ports.store.get(Table.DIRECTORY, (f"upload#{upload}", "upload"))
    if row is None:
        raise NotFound
    return row


def drafts(ports: Ports) -> Iterator[Row]:
    """What waits for a second person, oldest first; a hundred at most."""
    page = ports.store.find(Table.DIRECTORY, "pending", DRAFTS, limit=MOST_LISTED)
    yield from ports.store.get_many(Table.DIRECTORY, page.keys)


def report_of(row: Row) -> Any:
    """The report that was made when it was checked; None before."""
    return unpack(row["report"]) if row.get("report") else None
