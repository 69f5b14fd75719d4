"""Texts of a service document: known variables only, and an SMS that fits with all of them full.

One SMS segment is 70 characters of Chinese, signature included, or 160 of the basic alphabet
(3GPP TS 23.038); a longer text is cut and costs a segment more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.services.document import Service

VARIABLE = re.compile(r"\{([a-z_]+)\}")

# The longest value each SMS variable may have; what is longer is cut by the directory's limits
# (sign, phone, officer, where) or by the document's own (service, paper, reason).
SMS_FULL: Mapping[str, Mapping[str, int]] = {
    "zh-Hans": {
        "sign": 8,
        "service": 6,
        "no": 10,
        "date": 6,
        "officer": 4,
        "agent": 4,
        "phone": 12,
        "paper": 6,
        "reason": 10,
        "where": 8,
        "n": 2,
        "time": 6,
        "code": 6,
        "secret": 19,
        "unit": 8,
        "status": 8,
        "papers": 28,
        "other": 10,
        "news": 12,
        "hour": 5,
        "place": 12,
    },
    "en": {
        "sign": 8,
        "service": 24,
        "no": 10,
        "date": 6,
        "officer": 4,
        "agent": 4,
        "phone": 12,
        "paper": 24,
        "reason": 30,
        "where": 24,
        "n": 2,
        "time": 6,
        "code": 6,
        "secret": 19,
        "unit": 24,
        "status": 24,
        "papers": 60,
        "other": 10,
        "news": 40,
        "hour": 5,
        "place": 12,
    },
}
SMS_LONGEST = {"zh-Hans": 70, "zh-Hant": 70, "en": 160}
LONG_VARIABLES = frozenset(SMS_FULL["zh-Hans"]) | {
    "name",
    "number",
    "list",
    "text",
    "basis",
    "remedies",
    "due",
    "received",
    "accepted",
    "statutory",
    "promised",
    "consequence",
    "authority",
    "addressee",
    "review_body",
    "court",
    "licence",
    "days",
    "period",
    "rule",
}


def full_length(text: str, language: str) -> int:
    """The length of an SMS text with every variable at its longest."""
    full = SMS_FULL["en" if language == "en" else "zh-Hans"]
    return len(VARIABLE.sub(lambda match: "x" * full.get(match[1], 0), text))


def text_findings(service: Service) -> Iterator[Finding]:
    for name, notice in service.notices.items():
        at, texts = f"/notices/{name}/texts", notice["texts"]
        for language, text in texts["sms"].items():
            yield from _sms(f"{at}/sms/{language}", text, language)
        long = {"call": texts["call"]}
        long |= {f"email/{part}": words for part, words in texts.get("email", {}).items()}
        yield from _long(at, long)
        yield from _order(f"/notices/{name}/sms_template/variables", notice)
    for name, document in service.data["documents"].items():
        yield from _long(f"/documents/{name}", {"texts": document["texts"]})


def _sms(pointer: str, text: str, language: str) -> Iterator[Finding]:
    yield from _unknown(pointer, text, SMS_FULL["zh-Hans"])
    length, longest = full_length(text, language), SMS_LONGEST[language]
    if length > longest:
        zh = f"短信最长{longest}字，变量填满为{length}字"
        en = f"an SMS has {longest} characters; with its variables full this one has {length}"
        yield Finding(pointer, "maxLength", {"zh-Hans": zh, "en": en})


def _long(at: str, parts: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    for part, texts in parts.items():
        for language, text in texts.items():
            yield from _unknown(f"{at}/{part}/{language}", text, LONG_VARIABLES)


def _order(pointer: str, notice: Mapping[str, Any]) -> Iterator[Finding]:
    """The provider's registered template names its variables in the order of the text."""
    ordered = notice.get("sms_template", {}).get("variables")
    if ordered is not None and ordered != VARIABLE.findall(notice["texts"]["sms"]["zh-Hans"]):
        zh, en = "变量次序与短信文字不符", "the variables are not in the order of the text"
        yield Finding(pointer, "order", {"zh-Hans": zh, "en": en})


def _unknown(pointer: str, text: str, known: Iterable[str]) -> Iterator[Finding]:
    unknown = sorted(set(VARIABLE.findall(text)) - set(known))
    if unknown:
        names = ", ".join(unknown)
        yield Finding(
            pointer, "variable", {"zh-Hans": f"没有变量{names}", "en": f"no such variable: {names}"}
        )
