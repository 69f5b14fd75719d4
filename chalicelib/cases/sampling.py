"""Which cases are looked at a second time: so many of a hundred, by a keyed hash of the number.

Nobody who handles a case can tell whether it will be among them; the answer is always the same.
"""

from chalicelib.platform.ports import Keys


def drawn(keys: Keys, number: str, task: str, share: int) -> bool:
    if share >= 100:
        return True
    secret = keys.secret(f"sample|{task}|{number}")
    return int.from_bytes(secret.encode(), "big") % 100 < share
