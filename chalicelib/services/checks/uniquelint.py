"""Lists whose entries must differ: only of flat ones may there be many."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.services.forms.gate import Place, finding
from chalicelib.services.forms.price import CHAIN

MOST_UNIQUE = 200
FLAT = ("boolean", "integer", "null", "number", "string")


def unique_findings(at: str, found: Sequence[Place], known: Mapping[int, int]) -> Iterator[Finding]:
    """Entries that are lists or objects themselves must be few to be compared."""
    flat = Flat(found, known)
    for place in found:
        most = place.schema.get("maxItems")
        few = isinstance(most, int) and most <= MOST_UNIQUE
        if place.schema.get("uniqueItems") is True and not few and not flat.entries(place):
            zh = f"查重须写maxItems，最多{MOST_UNIQUE}；各项为文字、数字或选项时不必写"
            en = f"entries that must differ need maxItems, {MOST_UNIQUE} at most"
            en += ", unless they are texts, numbers or choices"
            pointer = f"{at}{place.pointer}/uniqueItems"
            yield finding(pointer, "uniqueItems", zh, en, limit=MOST_UNIQUE)


class Flat:
    """What can be no list or object, as far as the schema says so plainly; each is asked once."""

    def __init__(self, found: Sequence[Place], known: Mapping[int, int]) -> None:
        self._found, self._known = found, known
        self._told: dict[int, bool] = {}

    def entries(self, place: Place) -> bool:
        items = (part for keyword, _, part in place.parts if keyword == "items")
        return "prefixItems" not in place.schema and any(self._is(one, 0) for one in items)

    def _is(self, number: int, depth: int) -> bool:
        if number not in self._told:
            self._told[number] = False  # which holds for one that refers to itself
            ways = self._ways(number) if depth < CHAIN else []
            told = bool(ways) and all(self._is(one, depth + 1) for one in ways)
            self._told[number] = _says_flat(self._found[number].schema) or told
        return self._told[number]

    def _ways(self, number: int) -> list[int]:
        if number in self._known:
            return [self._known[number]]
        parts = self._found[number].parts
        return [part for keyword, _, part in parts if keyword in ("anyOf", "oneOf")]


def _says_flat(schema: Mapping[str, Any]) -> bool:
    types, choices = schema.get("type"), schema.get("enum", [schema.get("const", [])])
    named = types if isinstance(types, list) else [types]
    flat = isinstance(choices, list) and not any(isinstance(one, dict | list) for one in choices)
    return flat or all(one in FLAT for one in named)
