"""The pieces that presets are put together from: JSON in `preset/`, read once.

A piece that says {"use": name} is that part, changed by what stands beside it; a change is a JSON
Merge Patch (RFC 7396), so null takes a member out.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from chalicelib.platform.json import loads

Json = dict[str, Any]


def read(name: str) -> Json:
    """A fresh copy of one file of pieces."""
    data: Json = loads(_text(name))
    return data


@cache
def _text(name: str) -> str:
    return files("chalicelib.services.sheets").joinpath(f"preset/{name}.json").read_text("utf-8")


def whole(piece: Any, parts: Mapping[str, Any]) -> Any:
    """The piece with every part it uses in its place. Raises KeyError for an unknown part."""
    if isinstance(piece, list):
        return [whole(item, parts) for item in piece]
    if not isinstance(piece, dict):
        return piece
    beside = {name: whole(value, parts) for name, value in piece.items() if name != "use"}
    return patched(whole(parts[piece["use"]], parts), beside) if "use" in piece else beside


def patched(value: Any, patch: Any) -> Any:
    """RFC 7396 §2; a patch without members leaves lists and texts as they are."""
    if not isinstance(patch, dict):
        return patch
    if not isinstance(value, dict):
        return value if not patch else patched({}, patch)
    changed = {name: item for name, item in value.items() if patch.get(name, item) is not None}
    for name, item in patch.items():
        if item is not None:
            changed[name] = patched(value.get(name), item)
    return changed
