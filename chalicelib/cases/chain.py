"""The chain of a case's events: each hashes its canonical JSON with the hash before it."""

import hashlib

from chalicelib.platform.json import canonical
from chalicelib.platform.ports import Row

FIRST_HEAD = "0" * 64


def chain_hash(number: str, row: Row) -> str:
    """SHA-256 over the canonical JSON of an event and the hash before it."""
    sealed = row.get("sealed")
    content = {
        "case": number,
        "seq": row["seq"],
        "type": row["type"],
        "at": row["at"],
        "as_of": row.get("as_of"),
        "actor": row["actor"],
        "stage": row.get("stage"),
        "visit": row["visit"],
        "data": row["data"],
        "sealed": hashlib.sha256(sealed).hexdigest() if sealed else None,
        "previous": row["previous"],
    }
    return hashlib.sha256(canonical(content)).hexdigest()
