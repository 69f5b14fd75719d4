"""Uploads as the api sees them: store one, read its report. Checking happens in the publisher."""

import re
from typing import Any

from chalicelib.platform import times
from chalicelib.platform.errors import NotFound
from chalicelib.platform.ports import Ports, Put, Row, Table
from chalicelib.services.catalogue import pack

PENDING = "uploads"
UPLOAD = re.compile("[0-9a-f]{32}")


def store_upload(ports: Ports, upload: str, by: str, document: Any, body: str) -> Row:
    """Keep the document for the publisher; `body` is the hash of the request.

    Raises ConditionFailed when there is one of this name already.
    """
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
        "pending": PENDING,
        "pending_at": at,
        "body": body,
    }
    ports.store.transact([Put(Table.DIRECTORY, row)])
    return row


def read_upload(ports: Ports, upload: str, by: str) -> Row:
    """The upload of this person. Raises NotFound for everybody else's."""
    if not UPLOAD.fullmatch(upload):
        raise NotFound
    row = ports.store.get(Table.DIRECTORY, (f"upload#{upload}", "upload"))
    if row is None or row["by"] != by:
        raise NotFound
    return row
