"""A form's patterns as browsers read them: the same language, or nothing.

The server matches with Rust's regular expressions; browsers compile `pattern` by ECMA-262 §22.2
with the flag u, as JSON Schema 2020-12 core §6.4 recommends. Where the two differ the pattern is
spelled so that both mean the same: `.` takes a carriage return here and does not there, `\\-` is
an error there. What has no such spelling (flags, word boundaries, sets inside classes) is left to
the server. Properties of Unicode are each engine's own edition.
"""

import re

# In this order; `quantifier` may follow `atom` only, which ECMA's flag u insists on.
_TOKENS = re.compile(
    r"""
    (?P<class>\[\^?(?:[^\[\]\\]|\\.)+\])
  | (?P<named>\(\?P?<(?P<name>[A-Za-z_][A-Za-z0-9_]*)>)
  | (?P<open>\((?:\?:)?(?!\?))
  | (?P<close>\))
  | (?P<anchor>[\^$|])
  | (?P<quantifier>(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??)
  | (?P<property>\\[pP]\{[A-Za-z_=]+\})
  | (?P<code>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|c[A-Za-z]))
  | (?P<escape>\\[^A-Za-z0-9<>])
  | (?P<shorthand>\\[dDwWsStnrfv])
  | (?P<plain>[^\\{(\[*+?])
    """,
    re.VERBOSE | re.DOTALL,
)
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_PROPERTY = re.compile(
    r"\\([pP])\{((?:Script=|sc=)?)(C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?"
    r"|Alphabetic|ASCII|Han|Hangul|Hiragana|Katakana|Latin|Cyrillic|Arabic|Tibetan|Mongolian)\}"
)
_SCRIPTS = frozenset("Han Hangul Hiragana Katakana Latin Cyrillic Arabic Tibetan Mongolian".split())
# One character of a class, or a shorthand that may not end a range.
_MEMBER = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|c[A-Za-z])"
    r"|\\[pP]\{[A-Za-z_=]+\}|\\[dDwWsStnrfv]|\\[^A-Za-z0-9<>]|[^\\]",
    re.DOTALL,
)
_SETS = re.compile(r"&&|--|~~")
_WIDE = ("\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\p", "\\P")


def ecma(pattern: str) -> str | None:
    """The pattern for `new RegExp(…, "u")` that matches the same texts; None: there is none."""
    written, at, may_repeat, depth = [], 0, False, 0
    while at < len(pattern):
        token = _TOKENS.match(pattern, at)
        if token is None:
            return None
        kind = str(token.lastgroup) if token["name"] is None else "named"
        depth += (kind in ("open", "named")) - (kind == "close")
        text = _spelled(kind, token)
        if text is None or depth < 0 or (kind == "quantifier" and not may_repeat):
            return None
        written.append(text)
        may_repeat = kind not in ("open", "named", "anchor", "quantifier")
        at = token.end()
    return "".join(written) if depth == 0 else None


def _spelled(kind: str, token: re.Match[str]) -> str | None:
    text = token[0]
    if kind == "class":
        return _class(text)
    if kind == "named":
        return f"(?<{token['name']}>"
    if kind == "property":
        return _property(text)
    if kind == "escape":
        return text if text[1] in _SYNTAX else text[1]
    if kind == "plain":
        return {".": r"[^\n]", "]": r"\]", "}": r"\}"}.get(text, text)
    return text


def _class(text: str) -> str | None:
    """`[…]` with members both engines read alike; None for sets and for doubtful hyphens."""
    head = "[^" if text.startswith("[^") else "["
    body = text[len(head) : -1]
    if _SETS.search(body):
        return None
    members = _MEMBER.findall(body)
    written: list[str] = []
    for index, member in enumerate(members):
        last = index == len(members) - 1
        if member == "-" and 0 < index and not last and not _ranges(members, index):
            return None
        spelled = _member(member)
        if spelled is None:
            return None
        written.append(spelled)
    return head + "".join(written) + "]" if "".join(members) == body else None


def _ranges(members: list[str], index: int) -> bool:
    """Whether the hyphen stands between two single characters and closes no second range."""
    around = (members[index - 1], members[index + 1])
    chained = index >= 2 and members[index - 2] == "-" and index >= 3
    return not chained and not any(one.startswith(_WIDE) or one == "-" for one in around)


def _member(member: str) -> str | None:
    if member.startswith(("\\p", "\\P")):
        return _property(member)
    if len(member) == 2 and member[0] == "\\" and not member[1].isalnum():
        return member if member[1] in _SYNTAX or member[1] == "-" else member[1]
    return member


def _property(text: str) -> str | None:
    """`\\p{…}` by names of Unicode both know; a bare script needs its `Script=` in ECMA."""
    match = _PROPERTY.fullmatch(text)
    if match is None:
        return None
    sign, kind, name = match.groups()
    if name in _SCRIPTS:
        return f"\\{sign}{{{kind or 'Script='}{name}}}"
    return None if kind else text
