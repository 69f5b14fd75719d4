"""Notices that every service has: the answers to what residents send by SMS.

A service document may word them itself under the same name. What a phone is told that we never
wrote to belongs to no service.
"""

from collections.abc import Mapping
from typing import Any


def _notice(on: str, sms: tuple[str, str], call: tuple[str, str]) -> Mapping[str, Any]:
    return {
        "key": f"sms.{on}",
        "on": [on],
        "channels": ["sms"],
        "to": "sender",
        "at_once": True,
        "texts": {
            "sms": {"zh-Hans": sms[0], "en": sms[1]},
            "call": {"zh-Hans": call[0], "en": call[1]},
        },
    }


STRANGER: Mapping[str, str] = {
    "zh-Hans": "{sign}此号码没有在办的事。要咨询或者办事，请打{phone}。",
    "en": "{sign}Nothing is in hand for this number. To ask or apply please call {phone}.",
}
COMMON: Mapping[str, Mapping[str, Any]] = {
    "sms_progress": _notice(
        "progress_asked",
        (
            "{sign}{service}{no}：{status}。{phone}",
            "{sign}{service} {no}: {status}. {phone}",
        ),
        (
            "您好，您问的{service}{no}，现在是：{status}。有疑问请打{phone}。",
            "Hello. You asked about {service} {no}: it is now {status}. Questions: {phone}.",
        ),
    ),
    "sms_list": _notice(
        "list_asked",
        (
            "{sign}{service}{no}还缺：{papers}。电话{phone}",
            "{sign}{service} {no} still lacks: {papers}. {phone}",
        ),
        (
            "您好，{service}{no}还缺这些材料：{list}。有疑问请打{phone}。",
            "Hello. {service} {no} still lacks: {list}. Questions: {phone}.",
        ),
    ),
    "sms_unknown": _notice(
        "not_understood",
        (
            "{sign}没看懂您的回复。问进度回复8，找人工请打{phone}。",
            "{sign}We did not understand your reply. Send 8 for progress, or call {phone}.",
        ),
        (
            "您好，我们没看懂您的短信回复，请问您想办什么？",
            "Hello. We did not understand your text message. How can we help?",
        ),
    ),
    # What an answer did is told by the document's own notices; else it is only thanked for.
    "sms_thanks": {
        **_notice(
            "",
            (
                "{sign}{service}{no}：您的回复已收到，谢谢您。电话{phone}",
                "{sign}{service} {no}: we have your answer. Thank you. {phone}",
            ),
            (
                "您好，{service}{no}您的短信回复已收到，谢谢您。",
                "Hello. We have your text message about {service} {no}. Thank you.",
            ),
        ),
        "key": "sms.thanks",
        "on": [],
    },
    "sms_which": _notice(
        "reply_ambiguous",
        (
            "{sign}您有多件事等您答复，请打{phone}，由工作人员为您记录。",
            "{sign}Several of our questions are open with you. Please call {phone} to answer.",
        ),
        (
            "您好，您有多件事等您答复，请问您的回复是哪一件？",
            "Hello. Several of our questions are open with you. Which one did you answer?",
        ),
    ),
    "date_moved": {
        "key": "case.date_moved",
        "on": ["date_moved"],
        "channels": ["sms"],
        "date": "moved",
        "texts": {
            "sms": {
                "zh-Hans": "{sign}{service}{no}：因放假安排有变，办理期限改到{date}。电话{phone}",
                "en": "{sign}{service} {no}: public holidays have changed, so it is now due by"
                " {date}. {phone}",
            },
            "call": {
                "zh-Hans": "您好，因放假安排有变，您的{service}{no}的办理期限改到{due}。",
                "en": "Hello. Public holidays have changed: {service} {no} is now due by {due}.",
            },
        },
    },
    "news": {
        "key": "case.news",
        "on": ["news"],
        "channels": ["sms"],
        "texts": {
            "sms": {
                "zh-Hans": "{sign}您的{service}{no}已并入{other}：{news}。电话{phone}",
                "en": "{sign}Your {service} {no}, merged into {other}: {news}. {phone}",
            },
            "call": {
                "zh-Hans": "您好，您的{service}{no}已并入{other}办理，现在是：{news}。",
                "en": "Hello. Your {service} {no} was merged into {other}: {news}.",
            },
        },
    },
    "correct": {
        "key": "case.correct",
        "on": ["correction_asked"],
        "channels": ["sms"],
        "texts": {
            "sms": {
                "zh-Hans": "{sign}{service}{no}的表单有更新，请到网上或窗口补填。电话{phone}",
                "en": "{sign}The form of {service} {no} has changed: please complete it online"
                " or at a window. {phone}",
            },
            "call": {
                "zh-Hans": "您好，{service}{no}的表单有更新，还要请您补填几项，可以到窗口办理。",
                "en": "Hello. The form of {service} {no} has changed and some answers are missing."
                " You can complete it at a window.",
            },
        },
    },
}

# What is sent while a notice's own text waits for the provider's approval.
GENERAL: Mapping[str, str] = {
    "zh-Hans": "{sign}您的{service}有新进展，编号{no}。详情请打{phone}",
    "en": "{sign}There is news about your {service}, no. {no}. Please call {phone}",
}
