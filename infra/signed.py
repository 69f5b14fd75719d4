"""Signs messages as a provider does (Standard Webhooks), for the local run and the tests."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook

ROUTE = "/channels/sms"
# Where bodies outside answer.
BODIES = "/channels/bodies/"


def sms(
    secret: str, phone: str, text: str, name: str | None = None, to: str | None = None
) -> tuple[bytes, Mapping[str, str]]:
    """Body and headers of one message; `name` is its id, its own unless it is a repeat."""
    message = {"from": phone, "text": text, **({"to": to} if to else {})}
    body = json.dumps(message, ensure_ascii=False).encode()
    return body, headers(secret, body, name or f"msg_{uuid.uuid4().hex}")


def headers(secret: str, body: bytes, name: str) -> Mapping[str, str]:
    now = datetime.now(UTC)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, now, body.decode()),
    }
