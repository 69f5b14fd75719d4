"""Advice on texts with a variable that nothing in the document could ever fill."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding, Texts
from chalicelib.services.checks.texts import VARIABLE
from chalicelib.services.document import Service
from chalicelib.services.reports.plain import place

# What is read from the clocks of their kind, and from the clock that `date` names.
LIMITS = frozenset({"statutory", "promised"})
DATES = frozenset({"date", "due", "time"})
DAYS = frozenset({"working_days", "days"})


def hole_advice(service: Service) -> Iterator[Finding]:
    """A warning for each text that would have a hole."""
    limited = {one.get("kind") for one in service.clocks.values() if DAYS & {*one["budget"]}}
    for name, notice in service.notices.items():
        texts = notice["texts"]
        parts = {"sms": texts["sms"], "call": texts["call"]}
        parts |= {f"email/{part}": words for part, words in texts.get("email", {}).items()}
        yield from _holes(service, f"/notices/{name}/texts", notice, parts, LIMITS - limited)
    for name, document in service.data["documents"].items():
        parts = {"texts": document["texts"]}
        yield from _holes(service, f"/documents/{name}", document, parts, LIMITS - limited)


def _holes(
    service: Service,
    at: str,
    item: Mapping[str, Any],
    parts: Mapping[str, Texts],
    unlimited: frozenset[str],
) -> Iterator[Finding]:
    empty = unlimited | (DATES if "date" not in item else frozenset())
    for part, texts in parts.items():
        for language, text in texts.items():
            for name in sorted(empty & {*VARIABLE.findall(text)}):
                pointer = f"{at}/{part}/{language}"
                here, (zh, en) = place(service, pointer), _why(name)
                said = {
                    "zh-Hans": f"{here['zh-Hans']}：{{{name}}}会是空的，{zh}",
                    "en": f"{here['en']}: {{{name}}} would be empty, {en}",
                }
                yield Finding(pointer, "variable", said, severity="warning")


def _why(name: str) -> tuple[str, str]:
    if name in DATES:
        return "没有写明date是哪个时限", "date names no clock"
    return "没有这种时限", f"no clock is {name}"
