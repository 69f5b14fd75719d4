"""Advice on notices: that an SMS fits one segment, that everybody can answer it, that the
provider has approved it.

Segments after 3GPP TS 23.038: 160 characters of the basic alphabet (153 when cut), else 70 UTF-16
units (67 when cut).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.texts import SMS_FULL, VARIABLE
from chalicelib.services.document import Service
from chalicelib.services.reports.plain import place

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")
# Variables that are written in Chinese whatever the language of the text: names and abbreviations.
CHINESE = frozenset({"officer", "agent", "unit"})
# What somebody with a keypad telephone cannot do.
SMARTPHONE = re.compile(
    r"https?:|www\.|点击|链接|扫码|二维码|小程序|公众号|微信|\b(?:app|click|scan|wechat)\b",
    re.IGNORECASE,
)
SMARTPHONE_CHANNELS = frozenset({"web"})


def sms_advice(service: Service) -> Iterator[Finding]:
    yield from _channels(service)
    for name, notice in service.data["notices"].items():
        at = f"/notices/{name}"
        yield from _segments(service, at, notice)
        yield from _reach(service, at, notice)
        yield from _digits(service, at, notice)
        yield from _template(service, at, notice)


def segments(text: str, language: str) -> int:
    """How many SMS the text takes with every variable at its longest."""
    full = SMS_FULL["en" if language == "en" else "zh-Hans"]
    names = VARIABLE.findall(text)
    bare = VARIABLE.sub("", text)
    longest = sum(full.get(name, 0) for name in names)
    if language == "en" and not CHINESE & set(names) and set(bare) <= BASIC | EXTENDED:
        return _parts(longest + len(bare) + sum(one in EXTENDED for one in bare), 160, 153)
    return _parts(longest + len(bare.encode("utf-16-le")) // 2, 70, 67)


def _parts(length: int, whole: int, part: int) -> int:
    return 1 if length <= whole else -(-length // part)


def _warn(service: Service, pointer: str, keyword: str, zh: str, en: str, **params: Any) -> Finding:
    here = place(service, pointer)
    texts = {"zh-Hans": f"{here['zh-Hans']}：{zh}", "en": f"{here['en']}: {en}"}
    return Finding(pointer, keyword, texts, params, severity="warning")


def _segments(service: Service, at: str, notice: Mapping[str, Any]) -> Iterator[Finding]:
    for language, text in notice["texts"]["sms"].items():
        count = segments(text, language)
        if count > 1:
            chinese = sorted(CHINESE & set(VARIABLE.findall(text)))
            zh, en = (
                f"变量填满时要拆成{count}条短信",
                f"with its variables full it takes {count} SMS",
            )
            if language == "en" and chinese:
                names = "、".join(f"{{{name}}}" for name in chinese)
                zh += f"：{names}是汉字，全条按70字计"
                en += f": {', '.join(chinese)} is Chinese, so that 70 characters count, not 160"
            yield _warn(service, f"{at}/texts/sms/{language}", "segments", zh, en, segments=count)


def _channels(service: Service) -> Iterator[Finding]:
    channels = service.data["channels"]
    if SMARTPHONE_CHANNELS >= set(channels):
        zh = "只能在网上申请；没有智能手机的居民办不了，请加窗口、电话或代办"
        en = "it can be asked for on the web only; add a counter, the telephone or an agent"
        yield _warn(service, "/channels", "smartphone", zh, en)


def _reach(service: Service, at: str, notice: Mapping[str, Any]) -> Iterator[Finding]:
    """Whoever has only a keypad telephone is told by SMS, in words that need nothing else."""
    wanted = notice.get("channels", ["sms", "email"])
    if "sms" not in wanted and "sms" in service.data["channels"]:
        zh, en = (
            "事项可以短信办理，这条通知却不发短信",
            "the service takes SMS, this notice sends none",
        )
        yield _warn(service, f"{at}/channels", "sms", zh, en)
    elif "sms" not in wanted:
        zh, en = "只发邮件；没有邮箱的居民要等人打电话", "e-mail only; others wait for a call"
        yield _warn(service, f"{at}/channels", "smartphone", zh, en)
    for language, text in notice["texts"]["sms"].items():
        found = SMARTPHONE.search(text)
        if found:
            zh = f"含有“{found[0]}”；没有智能手机的居民看不了，请改为电话或回复数字"
            en = f'it says "{found[0]}", which needs a smartphone; give a telephone or a digit'
            yield _warn(service, f"{at}/texts/sms/{language}", "smartphone", zh, en)


def _digits(service: Service, at: str, notice: Mapping[str, Any]) -> Iterator[Finding]:
    """A digit that does something is told."""
    digits = [one for one in notice.get("asks", {}).get("replies", {}) if one.isdecimal()]
    for language, text in notice["texts"]["sms"].items():
        untold = [one for one in digits if one not in VARIABLE.sub("", text)]
        if untold:
            zh = f"没有说可以回复{'、'.join(untold)}"
            en = f"it does not say that {', '.join(untold)} may be sent back"
            yield _warn(service, f"{at}/texts/sms/{language}", "digit", zh, en)


def _template(service: Service, at: str, notice: Mapping[str, Any]) -> Iterator[Finding]:
    """Chinese providers send registered texts only (domain.md §6)."""
    if "sms" not in notice.get("channels", ["sms", "email"]):
        return
    template = notice.get("sms_template")
    if template is None:
        zh = "没有写短信模板；服务商只发报备过的文字，先用通用文字"
        en = "it names no SMS template; providers send registered texts only, so the general one"
        yield _warn(service, at, "sms-template", zh, en)
    elif not template["number"]:
        zh = "短信模板还没有服务商的编号；批准之前先用通用文字"
        en = "its SMS template awaits the provider's approval; the general text serves meanwhile"
        yield _warn(service, f"{at}/sms_template/number", "sms-template", zh, en)
