"""The places of a service document, as people call them: a JSON Pointer, segment by segment."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.services.reports.formplaces import LONGEST, first, inside, named, schema_segments
from chalicelib.services.reports.listwords import EACH
from chalicelib.services.reports.placewords import (
    CODED,
    LANGUAGES,
    LOST,
    NO_SCHEMAS,
    OPAQUE,
    SCHEMAS,
    SILENT,
    WORDS,
    Pair,
)

NOTHING = ("", "")


class Segment(NamedTuple):
    """One step of a path in zh-Hans and in en; steps are joined by 的, and by a comma."""

    zh: str
    en: str


def segments(document: Any, pointer: str) -> list[Segment]:
    """The path to a place of any JSON; what has no name of its own is quoted."""
    path: list[Segment] = []
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    value, owner, each = document, "", None
    for index, token in enumerate(tokens):
        value, last = inside(value, token), index == len(tokens) - 1
        if each is not None:
            path.append(_member(document, each, owner, token, value))
            owner, each = _name(owner), None
            continue
        place = f"{LOST}{token}" if owner == LOST else f"{_name(owner)}/{token}"
        word, each, fields = (_of(table, place) for table in (WORDS, EACH, SCHEMAS))
        if fields is not None and not last and place not in NO_SCHEMAS:
            below = schema_segments(value, tokens[index + 1 :], fields, word or NOTHING)
            return path + [Segment(*pair) for pair in below]
        if token in LANGUAGES and path:
            path[-1] = _in_language(path[-1], token)
        elif last or not (each or place in SILENT):
            path.append(Segment(*word) if word else Segment(f"「{token}」", f'"{token}"'))
        owner = place if word and not {place, token} & OPAQUE else LOST
    return path


def _of(table: Mapping[str, Pair], place: str) -> Pair | None:
    """The entry for `owner/name`, else for the name alone; members of the document itself have
    entries of their own."""
    if place.startswith(("/", LOST)):
        return table.get(place)
    return table.get(place) or table.get(_name(place))


def _name(place: str) -> str:
    return place.rpartition("/")[2]


def _in_language(said: Segment, language: str) -> Segment:
    zh, en = LANGUAGES[language]
    return Segment(f"{said.zh}（{zh}）", f"{said.en} in {en}")


def _member(document: Any, each: Pair, here: str, token: str, value: Any) -> Segment:
    number = int(token) + 1 if token.isdecimal() and len(token) < LONGEST else token
    bare = NOTHING if "{n}" in each[0] else (token, token)
    zh, en = _names(document, here, token, value) or bare
    return Segment(
        each[0].format(n=number, name=f"「{zh}」" if zh else ""),
        each[1].format(n=number, name=f' "{en}"' if en else ""),
    )


def _names(document: Any, here: str, token: str, value: Any) -> Pair | None:
    """A member's own title, with the code that officers know it by where it has one."""
    titles = named(value)
    if here in CODED:
        event = first(inside(value, "on")) if here == "/notices" else token
        zh, en = titles or named(inside(inside(document, "events"), event)) or ("", "")
        return (f"{token}（{zh}）", f"{token} ({en})") if zh else (token, token)
    return titles
