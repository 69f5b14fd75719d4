"""What a case opens again and again, in words."""

from collections.abc import Mapping

from chalicelib.platform.errors import Texts, pick
from chalicelib.services.document import Data

EVERY: Mapping[str, Texts] = {
    "days": {"zh-Hans": "每{n}天", "en": "every {n} days"},
    "working_days": {"zh-Hans": "每{n}个工作日", "en": "every {n} working days"},
    "months": {"zh-Hans": "每{n}个月", "en": "every {n} months"},
    "weekdays": {"zh-Hans": "每周（{n}）", "en": "each week ({n})"},
    "times_a_week": {
        "zh-Hans": "每周{n}次，日子不固定",
        "en": "{n} times a week, on days nobody knows beforehand",
    },
}
SAYS: Mapping[str, Texts] = {
    "one": {
        "zh-Hans": "{title}：{every}{between}立一案（{service}），最长{months}个月",
        "en": "{title}: {every}{between} a case of {service}, for {months} months at most",
    },
    "each": {
        "zh-Hans": "{title}：{every}{between}按名单逐个立案（{service}），最长{months}个月",
        "en": "{title}: {every}{between} a case of {service} for each of a list,"
        " for {months} months at most",
    },
    "between": {"zh-Hans": "，{first}至{last}之间，", "en": ", between {first} and {last},"},
}
DAYS = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "一二三四五六日", strict=True))


def recurring(one: Data, language: str) -> str:
    """An emission as a sentence."""
    ((unit, amount),) = one["every"].items()
    if isinstance(amount, list):
        words = {day: {"zh-Hans": DAYS[day], "en": day.capitalize()} for day in amount}
        amount = ", ".join(pick(words[day], language) for day in amount)
    between = ""
    if "between" in one:
        first, last = one["between"]
        between = pick(SAYS["between"], language).format(first=first, last=last)
    return pick(SAYS["each" if "over" in one else "one"], language).format(
        title=pick(one["titles"], language),
        every=pick(EVERY[unit], language).format(n=amount),
        between=between,
        service=one["opens"]["service"],
        months=one["until"]["months"],
    )
