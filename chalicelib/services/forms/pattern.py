"""How large a regular expression is, and how many of its states may run at once.

A linear-time engine keeps sets of running states; the sets are few unless a pattern counts after
something of open length, as in `a[ab]{30}`: then every place to have begun is another thread.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

# How long the first thing of a pattern without anchor may be: its threads follow one another.
RUN = 50

_TOKEN = re.compile(
    r"""(?P<one>\[\^?(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\(?:x\w\w|u\w{4}|c\w|.)|[^()|^$*+?{])
      | (?P<flags>\(\?[^:<])
      | (?P<open>\((?:\?(?::|<[^>]*>))?)
      | (?P<close>\))
      | (?P<or>\|)
      | (?P<start>\^)
      | (?P<stop>\$)
      | (?P<times>[*+?]|\{(?P<least>\d{1,6})(?P<range>,(?P<most>\d{0,6}))?\})\??
      | (?P<brace>\{)""",
    re.VERBOSE | re.DOTALL,
)
_QUANTIFIERS: Mapping[str, tuple[float, float]] = {
    "*": (0, math.inf),
    "+": (1, math.inf),
    "?": (0, 1),
}
# States that a character class takes in UTF-8.
_WIDE: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"\\[pP]"), 60),
    (re.compile(r"^\.$|^\[\^|\\[SWD]"), 5),
    (re.compile(r"[^\x00-\x7f]|\\u"), 2),
)
# What one character of the text may be several of; through a plain one threads run as one.
_CHOICE = re.compile(r"\[|\.$|\\[dDwWsSpP]")
# What stands for itself.
_SIGN = re.compile(r"[^\[.\\]|\\[^\w]", re.ASCII)
# Classes of which Python warns that it may once read them as sets of sets.
_SETS = re.compile(r"\[\^?\[|.*(?:--|&&|~~|\|\|)", re.DOTALL)


class Pattern(NamedTuple):
    """About how many states it has for how many characters of its own, how many of them may run
    at once, and over how much text: without end where it may begin or go on anywhere. `plain`
    unless it has flags, which not every engine knows, or goes on behind an end or begins behind
    a beginning, where nothing can fit."""

    states: float
    length: float
    threads: float
    reach: float
    plain: bool


class _At(NamedTuple):
    """How far the writing out had come: `choices` are the characters that may be several, `ways`
    the places where there is more than one way on, `loose` says it is behind something of open
    length or has no anchor, `begun` that anything stands there already."""

    states: float
    length: float
    choices: float
    threads: float
    ways: int
    loose: bool
    begun: bool
    ended: bool


@lru_cache(maxsize=1024)
def written_out(pattern: str) -> Pattern:
    """Upper bounds, from the text alone; it does not ask whether the text is valid."""
    writer = _Writer()
    for token in _TOKEN.finditer(pattern):
        _WRITE[token.lastgroup or "one"](writer, token)
    at = writer.at
    reach = max(writer.reach, at.length)
    return Pattern(at.states, at.length, at.threads, reach, writer.plain)


class _Writer:
    def __init__(self) -> None:
        self.at = _At(0, 0, 0, 0, 0, True, False, False)
        # The last thing that a quantifier could repeat: where it began, and whether it is a group.
        self.last, self.group = self.at, False
        self.open: list[tuple[_At, bool, bool]] = []
        self.reach = 0.0
        self.anchor, self.plain = False, True
        # The plain character that stands right before, if it is sure which.
        self.sign = ""
        # The one that may stand right before.
        self.maybe = ""
        # Whether the last thing is a choice without that character, which therefore ends in it
        # all threads at which others begin.
        self.apart = False
        # The last thing, if it is one character; and the same once it is repeated, as long as it
        # stands right before and where it began is sure: the first character that is none of its
        # kind then ends it, at one place only.
        self.piece = self.run = ""

    def one(self, token: re.Match[str]) -> None:
        width = next((states for kind, states in _WIDE if kind.search(token[0])), 1)
        self.last, self.group, self.anchor = self.at, False, False
        at = self.at
        # In UTF-8 a wide one is several steps, so that more threads find room in it.
        repeated = token[0] == self.sign and (at.threads or at.ways)
        choice = (1 + (width > 1)) if self._chooses(token[0]) else int(bool(repeated))
        choice += choice > 0 and self.maybe != "" and _within(self.maybe, token[0])
        self.maybe = ""
        self.reach = math.inf if at.loose and not at.begun else self.reach
        over = self.run != "" and self.sign != "" and not _within(self.sign, self.run)
        self.piece, self.run = token[0], ""
        self.at = _At(
            at.states + width,
            at.length + 1,
            at.choices + choice,
            at.threads + (choice if at.loose and at.begun else 0),
            at.ways,
            at.loose and not over,
            True,
            at.ended,
        )
        self.plain = self.plain and not at.ended

    def _chooses(self, token: str) -> bool:
        """Whether it is a choice, and one that does not end all threads where another begins."""
        plain = _CHOICE.match(token) is None
        self.apart = self.sign != "" and not plain and not _within(self.sign, token)
        self.sign = token[-1] if _SIGN.fullmatch(token) else ""
        return not (plain or self.apart)

    def start(self, token: re.Match[str]) -> None:
        self.last, self.anchor, self.sign, self.run = self.at, True, "", ""
        self.plain = self.plain and not self.at.begun
        self.at = self.at._replace(loose=False, begun=False)

    def stop(self, token: re.Match[str]) -> None:
        self.last, self.group, self.anchor = self.at, True, False
        self.at = self.at._replace(ended=True)

    def flags(self, token: re.Match[str]) -> None:
        self.plain = False
        self.begin(token)

    def begin(self, token: re.Match[str]) -> None:
        self.run = ""
        self.open.append((self.at, False, False))

    def _branch_ends(self) -> None:
        if self.at.loose and not self.at.begun:  # and so the rest may begin anywhere
            self.reach = math.inf

    def alternative(self, token: re.Match[str]) -> None:
        self._branch_ends()
        at, self.sign, self.run = self.at, "", ""
        self.at = at._replace(
            ways=at.ways + 1, choices=at.choices + 1, threads=at.threads + (at.loose and at.begun)
        )
        if self.open:
            before, _, ended = self.open[-1]
            self.open[-1] = before, True, ended or at.ended
            self.at = self.at._replace(loose=before.loose, begun=before.begun, ended=before.ended)
        else:
            self.at = self.at._replace(loose=True, begun=False, ended=False)

    def end(self, token: re.Match[str]) -> None:
        if self.open:
            self._branch_ends()
            self.last, several, ended = self.open.pop()
            self.group, self.anchor, self.run = True, False, ""
            self.sign = "" if several else self.sign
            begun = self.last.begun or self.at.length > self.last.length
            self.at = self.at._replace(
                loose=self.at.loose or several, begun=begun, ended=self.at.ended or ended
            )

    def times(self, token: re.Match[str]) -> None:
        least, most = _range(token)
        before, at = self.last, self.at
        if self.anchor:  # which is then none
            self.at = before
            return
        self.sign, self.maybe = (self.sign, "") if least else ("", self.sign)
        self.run = "" if self.group or before.loose else self.piece
        rounds = most if most < math.inf else max(least, 1)
        # Without an anchor, what may be left out lets the rest begin anywhere.
        anywhere = most == math.inf or (before.loose and not before.begun and not least)
        self.reach = math.inf if anywhere else self.reach
        again = self.group and most > 1
        varied = 1 < most < math.inf and least != most
        long = before.loose and (at.states - before.states) * rounds > RUN
        # Round by round, a group with several ways is as good as a choice at each character; so
        # is a row of one character that hands on which threads came to it.
        several = varied or long or (again and at.ways > before.ways)
        several = several or (rounds > 1 and (before.threads > 0 or before.ways > 0))
        several = several and (self.group or not self.apart)
        chosen = at.choices - before.choices
        chosen = max(chosen, at.length - before.length) if several else chosen
        # Where it may stop early, it does so in as many ways again.
        chosen *= (1 + varied) * rounds
        counted = long or (before.loose and before.begun) or (again and at.loose)
        self.at = _At(
            before.states + (at.states - before.states) * rounds,
            before.length + (at.length - before.length) * rounds,
            before.choices + chosen,
            before.threads + chosen if counted else at.threads,
            at.ways + (least != most),
            (at.loose if least else before.loose) or least != most,
            at.begun,
            at.ended,
        )
        self.group = True  # for a quantifier of a quantifier


def _within(sign: str, choice: str) -> bool:
    """Whether the choice may be this character for any engine: they differ beyond ASCII."""
    if _SETS.match(choice):
        return True
    try:
        return any(re.fullmatch(choice, sign, kind) for kind in (re.ASCII, re.UNICODE))
    except re.error:
        return True


def _range(token: re.Match[str]) -> tuple[float, float]:
    if token["least"] is None:
        return _QUANTIFIERS[token["times"]]
    least = float(token["least"])
    if token["range"] is None:
        return least, least
    return least, float(token["most"] or math.inf)


_WRITE: Mapping[str, Callable[[_Writer, re.Match[str]], None]] = {
    "one": _Writer.one,
    "brace": _Writer.one,
    "flags": _Writer.flags,
    "open": _Writer.begin,
    "close": _Writer.end,
    "or": _Writer.alternative,
    "start": _Writer.start,
    "stop": _Writer.stop,
    "times": _Writer.times,
}
