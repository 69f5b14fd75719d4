"""The regular expressions of a schema: of linear time, and small enough to compile and to run."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import jsonschema_rs

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.forms.answers import compiled
from chalicelib.services.forms.gate import Place, finding
from chalicelib.services.forms.pattern import written_out
from chalicelib.services.forms.price import LONG, THREADS, longest

LONGEST_PATTERN = 256
# States of one pattern, and of all the different ones of a schema, since each must be compiled.
STATES, ALL_STATES = 2_000, 15_000
# Characters by Unicode property, a large table each time one is repeated, and how many states of
# these fit into a compiled pattern at least.
_BY_PROPERTY = re.compile(r"\\[pP]\{")
PROPERTIES = 300

_REPEATS = "重复次数过多，长度请用maxLength", "it repeats too much; use maxLength for lengths"


def pattern_findings(at: str, found: Sequence[Place]) -> Iterator[Finding]:
    """Each is looked at before it is compiled, since that is what they may cost most by."""
    seen: set[str] = set()
    states = 0.0
    for place in found:
        for pointer, pattern in _every_pattern(place):
            fault = _size_of(pattern)
            if fault is None:
                new = pattern not in seen
                states += new * written_out(pattern).states
                seen.add(pattern)
                if states > ALL_STATES:
                    zh, en = "正则表达式过多、过长", "too many long regular expressions"
                    yield finding(at, "cost", zh, en)
                    return
                fault = _manner_of(pattern, place if pointer == "/pattern" else None)
                # Then it was compiled until it was too large: as much work as the largest.
                states += new * STATES * (fault is _REPEATS)
            if fault is not None:
                yield finding(f"{at}{place.pointer}{pointer}", "pattern", *fault)


def _every_pattern(place: Place) -> Iterator[tuple[str, str]]:
    pattern, names = place.schema.get("pattern"), place.schema.get("patternProperties")
    if isinstance(pattern, str):
        yield "/pattern", pattern
    for name in names if isinstance(names, dict) else ():
        yield f"/patternProperties/{escape(name)}", name


def _size_of(pattern: str) -> tuple[str, str] | None:
    if len(pattern) > LONGEST_PATTERN:
        zh = f"正则表达式最长{LONGEST_PATTERN}字"
        return zh, f"a pattern has {LONGEST_PATTERN} characters at most"
    return _REPEATS if written_out(pattern).states > STATES else None


def _manner_of(pattern: str, place: Place | None) -> tuple[str, str] | None:
    """`place` is where it is tried on a text, not on names."""
    written = written_out(pattern)
    if not (written.plain and linear(pattern)):
        if written.plain and written.states > PROPERTIES and _BY_PROPERTY.search(pattern):
            return _REPEATS
        return "不支持这种正则表达式", "no look-around, no references back, no flags"
    if written.threads > THREADS and (longest(place.schema) if place else written.reach) > LONG:
        return _begins_anywhere(pattern, place)
    return None


def _begins_anywhere(pattern: str, place: Place | None) -> tuple[str, str]:
    """What to write instead of a count that begins at many places of one text."""
    ways = [] if pattern.startswith("^") else [("以^开头", "begin it with ^")]
    if place is not None:
        zh = f"同时写maxLength（最多{LONG}，电子邮箱写254）"
        ways.append((zh, f"write maxLength beside it ({LONG} at most; 254 for e-mail addresses)"))
    ways.append(("次数不写上限，如{2,}而非{2,24}", "leave counts open: {2,} instead of {2,24}"))
    zh, en = ("，或".join(one for one, _ in ways), ", or ".join(one for _, one in ways))
    return f"长文本中可能从多处开始计数：请{zh}", f"it may begin to count at many places: {en}"


@lru_cache(maxsize=1024)
def linear(pattern: str) -> bool:
    """Whether the engine that needs no more than linear time takes the pattern."""
    try:
        compiled({"pattern": pattern}, {})
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True
