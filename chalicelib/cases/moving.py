"""Answers carried to their places in another form. Pure."""

from collections.abc import Mapping
from typing import Any

from chalicelib.platform.ports import Row


def moved_answers(answers: Mapping[str, Any], fields: Mapping[str, str]) -> Row | None:
    """A copy of the answers with each named one at its new place, by JSON Pointers into objects;
    an empty place drops it. None where another answer is in the way: none is ever lost."""
    result: Row = _copy(answers)
    taken = []
    for source, target in fields.items():
        *path, name = source.split("/")[1:]
        holder = _holder(result, path)
        if holder is not None and name in holder:
            taken.append((target, holder.pop(name)))
    for target, value in taken:
        if target and not _placed(result, target.split("/")[1:], value):
            return None
    return result


def _holder(value: Any, path: list[str]) -> Row | None:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else None


def _placed(holder: Row, path: list[str], value: Any) -> bool:
    """Put a value where nothing is, its holders made; False where something is."""
    for name in path[:-1]:
        inner = holder.setdefault(name, {})
        if not isinstance(inner, dict):
            return False
        holder = inner
    if path[-1] in holder:
        return False
    holder[path[-1]] = value
    return True


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copy(member) for name, member in value.items()}
    return value
