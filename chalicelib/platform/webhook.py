"""Signed messages from outside: Standard Webhooks 1.0, with secrets derived, never stored."""

import base64
import re
from collections.abc import Iterable, Mapping

from standardwebhooks import Webhook

from chalicelib.platform.errors import SignatureInvalid
from chalicelib.platform.ports import Keys

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
# The library also takes fractions, other digits and foreign characters; one spelling is enough.
TIME = re.compile("[0-9]{1,12}")
SIGNATURE = re.compile("v1,[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")
# Three derived secrets of 80 bits: the specification asks for 24 to 64 bytes.
PIECES = 3


def secret(keys: Keys, name: str, version: int) -> str:
    """The secret a sender signs with, in the specification's form `whsec_…`."""
    texts = (keys.secret(f"webhook|{name}|{version}|{piece}") for piece in range(PIECES))
    raw = b"".join(base64.b32decode(text.replace("-", "")) for text in texts)
    return "whsec_" + base64.b64encode(raw).decode()


def verify(secrets: Iterable[str], body: bytes, headers: Mapping[str, str | None]) -> None:
    """Raises SignatureInvalid unless one of the secrets has signed this, within five minutes."""
    sent = {name: value for name in HEADERS if (value := headers.get(name))}
    if not TIME.fullmatch(sent.get("webhook-timestamp", "")):
        raise SignatureInvalid
    offered = sent.get("webhook-signature", "").split(" ")
    sent["webhook-signature"] = " ".join(one for one in offered if SIGNATURE.fullmatch(one))
    for one in secrets:
        try:
            Webhook(one).verify(body, sent, json_parse=False)
        except Exception:  # noqa: BLE001 - the library raises many kinds; all mean: not signed
            continue
        return
    raise SignatureInvalid
