"""Whether the entries of a list differ, in time that grows with their size alone.

jsonschema-rs compares up to 15 entries pair by pair, and more of them by a hash that forgets where
lists begin and end: 200 entries can be made to keep it busy for two seconds.
"""

from collections.abc import Hashable, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any


class UniqueItems:
    """The keyword of that name (JSON Schema Validation §6.4.3), in place of the library's."""

    def __init__(self, schema: Any, value: Any, path: Any) -> None:
        self._asked = value is True

    def validate(self, instance: Any) -> None:
        if self._asked and isinstance(instance, list) and not differ(instance):
            raise ValueError("an entry is repeated")


def differ(entries: Sequence[Any]) -> bool:
    """Numbers are equal by value, objects whatever the order of their members."""
    return len(set(map(_key, entries))) == len(entries)


def _key(entry: Any) -> Hashable:
    """The same for equal entries only; nobody can choose entries whose hashes are the same."""
    if isinstance(entry, str | int | float) and not isinstance(entry, bool):
        return entry
    return (_written(entry),)


def _written(value: Any) -> str:
    """The same text for equal values only. Recurses: values of the front door are not deep."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join([quoted(name) + _written(value[name]) for name in sorted(value)])}}}"
    whole = isinstance(value, float) and value.is_integer()
    return repr(int(value) if whole else value)


KEYWORDS: dict[str, type[Any]] = {"uniqueItems": UniqueItems}
