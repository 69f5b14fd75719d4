"""Sizes of items in DynamoDB JSON, and the index entries a write touches.

After the developer guide, "DynamoDB item sizes and formats": names and texts in UTF-8, a number
about one byte per two digits and one more, lists and maps three bytes and one more per element.
"""

import base64
from typing import Any

Item = dict[str, Any]
SHORT = {"BOOL": 1, "NULL": 1}


def size(item: Item) -> int:
    """Bytes of a whole item, names included."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(typed: Item) -> int:
    ((kind, value),) = typed.items()
    if kind in SHORT:
        return SHORT[kind]
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        digits = value.lstrip("-").replace(".", "").strip("0")
        return (len(digits) + 1) // 2 + 1 + int(value.startswith("-"))
    if kind == "B":
        return len(value if isinstance(value, bytes) else base64.b64decode(value))
    if kind == "L":
        return 3 + sum(1 + _value(each) for each in value)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in value.items())
    raise ValueError(f"no size for type {kind}")


def entries(keys: tuple[str, str], before: Item | None, after: Item | None) -> int:
    """Entries written in a keys-only index: one put, one removed, or both."""
    old, new = (_entry(keys, item) for item in (before, after))
    return 0 if old == new else (old is not None) + (new is not None)


def _entry(keys: tuple[str, str], item: Item | None) -> tuple[str, ...] | None:
    if item is None or not all(name in item for name in keys):
        return None
    return tuple(item[name]["S"] for name in keys)
