"""Where in given answers the path of a rule leads, and what stands there."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.json import escape
from chalicelib.services.rules.expressions import EACH, Path

ABSENT = object()
Answers = dict[str, Any]


def values_in(value: Any) -> int:
    """How many values there are, itself and all that it holds."""
    ahead, count = [value], 0
    while ahead:
        here = ahead.pop()
        count += 1
        if isinstance(here, dict | list):
            ahead += here.values() if isinstance(here, dict) else here
    return count


def copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: copied(member) for name, member in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def known(value: Any) -> Any:
    """A copy without members that are null or an empty text: nothing was answered there."""
    if isinstance(value, Mapping):
        return {name: known(member) for name, member in value.items() if member not in (None, "")}
    return [known(item) for item in value] if isinstance(value, list) else value


def spots(answers: Answers, path: Path) -> list[Path]:
    """The path for each entry of the list it goes through; itself when it goes through none."""
    if EACH not in path:
        return [path]
    before, after = entry(path)[:-1], path[path.index(EACH) + 1 :]
    found = at(answers, before)
    count = len(found) if isinstance(found, list) else 0
    return [(*before, str(index), *after) for index in range(count)]


def entry(path: Path) -> Path:
    """The part of a path that leads to one entry of a list; () if it goes through none."""
    return path[: path.index(EACH) + 1] if EACH in path else ()


def at(answers: Any, spot: Path) -> Any:
    """What stands there, or ABSENT."""
    for step in spot:
        if isinstance(answers, dict) and step in answers:
            answers = answers[step]
        elif isinstance(answers, list) and step.isdecimal() and int(step) < len(answers):
            answers = answers[int(step)]
        else:
            return ABSENT
    return answers


def take(answers: Answers, spot: Path) -> Any:
    """Remove the member that stands there; what it was, or ABSENT."""
    holder = at(answers, spot[:-1])
    return holder.pop(spot[-1], ABSENT) if isinstance(holder, dict) else ABSENT


def put(answers: Answers, spot: Path, value: Any) -> bool:
    """Whether there is an object that could take it."""
    holder = at(answers, spot[:-1])
    if isinstance(holder, dict):
        holder[spot[-1]] = value
    return isinstance(holder, dict)


def outermost(found: set[Path]) -> Iterator[Path]:
    """Those that lie in no other one, in order."""
    for spot in sorted(found):
        if not any(spot[:length] in found for length in range(1, len(spot))):
            yield spot


def pointer(spot: Path) -> str:
    return "".join(f"/{escape(step)}" for step in spot)
