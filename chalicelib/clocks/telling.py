"""Why a clock is due when it is, in one sentence; or why it rests. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib.clocks.calendar import ONE_DAY, Calendar
from chalicelib.clocks.clock import Explanation, Left, Reading
from chalicelib.clocks.pauses import Pause

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "due": "due {weekday} {due:%Y-%m-%d %H:%M} because ",
        "working_days": "{n} working day{s} after {start}",
        "days": "{n} day{s} after {start}",
        "office_minutes": "{n} office minute{s} from {start}",
        "same_working_day": "the same working day, from {start}",
        "extended": " and {n} working day{s} of extension",
        "off": ", days off: {spans}",
        "day": "{a.day} {a:%b}",
        "span": "{a.day} {a:%b} to {b.day} {b:%b}",
        "comma": ", ",
        "many": ", {n} days off between",
        "date": "it was set on {start}",
        "not_counted": ", not counting {spans}",
        "pause": "{a:%Y-%m-%d %H:%M} to {b:%Y-%m-%d %H:%M}",
        "paused": "paused since {start:%Y-%m-%d %H:%M}{because}, not due; {left} left",
        "because": " ({})",
        "left_working_days": "{n} working day{s}",
        "left_days": "{n} day{s}",
        "left_office_minutes": "{n} office minute{s}",
        "left_same_working_day": "the rest of the last day",
        "left_date": "the day that was set",
        "provisional": "; provisional, the holidays of a year are not published yet",
        "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
    },
    "zh-Hans": {
        "due": "到期时间{due:%Y-%m-%d}（{weekday}）{due:%H:%M}：",
        "working_days": "自{start}次日起{n}个工作日",
        "days": "自{start}次日起{n}日（自然日）",
        "office_minutes": "自{start}起{n}分钟（办公时间）",
        "same_working_day": "{start}当日（遇休息日或下班后顺延）",
        "extended": "，延期{n}个工作日",
        "off": "，其间休息日：{spans}",
        "day": "{a.month}月{a.day}日",
        "span": "{a.month}月{a.day}日至{b.month}月{b.day}日",
        "comma": "、",
        "many": "，其间休息日共{n}天",
        "date": "{start}约定",
        "not_counted": "，不计{spans}",
        "pause": "{a:%Y-%m-%d %H:%M}至{b:%Y-%m-%d %H:%M}",
        "paused": "{start:%Y-%m-%d %H:%M}起暂停计时{because}，尚无到期时间；还剩{left}",
        "because": "（{}）",
        "left_working_days": "{n}个工作日",
        "left_days": "{n}日（自然日）",
        "left_office_minutes": "{n}分钟（办公时间）",
        "left_same_working_day": "最后一日的剩余时间",
        "left_date": "约定的日期",
        "provisional": "；暂定，相关年度放假安排尚未公布",
        "weekdays": "周一 周二 周三 周四 周五 周六 周日",
    },
}
MOST_SPANS = 6


def explain(reading: Reading, calendar: Calendar, language: str, because: str = "") -> str:
    """One sentence in `en`, else `zh-Hans`: when it is due, counted how, over which days off and
    without which pauses; or since when it rests, with `because` (the title of what began that)."""
    texts = TEXTS.get(language, TEXTS["zh-Hans"])
    if reading.due_at is None:
        return _paused(texts, reading, calendar, because)
    why, due = reading.explanation, calendar.local(reading.due_at)
    parts = [
        texts["due"].format(due=due, weekday=texts["weekdays"].split()[due.weekday()]),
        _counted(texts[why.unit], why.amount, why.counted_from),
        _counted(texts["extended"], why.extension) if why.extension else "",
        _not_counted(texts, why.pauses, calendar),
        _off(texts, _days_off(why, due.date(), calendar)),
        texts["provisional"] if reading.provisional else "",
    ]
    return "".join(parts)


def _paused(texts: Mapping[str, str], reading: Reading, calendar: Calendar, because: str) -> str:
    if reading.paused is None:
        return ""
    return texts["paused"].format(
        start=calendar.local(reading.paused.start),
        because=texts["because"].format(because) if because else "",
        left=_left(texts, reading.left),
    )


def _left(texts: Mapping[str, str], left: Left) -> str:
    amount = left.amount
    if isinstance(amount, timedelta):
        # A minute that has begun is left.
        amount = -(-amount // timedelta(minutes=1))
    more = _counted(texts["extended"], left.days) if left.days else ""
    return _counted(texts[f"left_{left.unit}"], amount) + more


def _not_counted(texts: Mapping[str, str], pauses: tuple[Pause, ...], calendar: Calendar) -> str:
    spans = [
        texts["pause"].format(a=calendar.local(one.start), b=calendar.local(one.end))
        for one in pauses
        if one.end is not None
    ]
    return texts["not_counted"].format(spans=texts["comma"].join(spans)) if spans else ""


def _counted(text: str, n: int, start: date | None = None) -> str:
    return text.format(n=n, s="" if n == 1 else "s", start=start)


def _off(texts: Mapping[str, str], off: set[date]) -> str:
    firsts = sorted(day for day in off if day - ONE_DAY not in off)
    lasts = sorted(day for day in off if day + ONE_DAY not in off)
    if len(firsts) > MOST_SPANS:
        return texts["many"].format(n=len(off))
    kinds = (texts["day" if a == b else "span"] for a, b in zip(firsts, lasts, strict=True))
    spans = [k.format(a=a, b=b) for k, a, b in zip(kinds, firsts, lasts, strict=True)]
    return texts["off"].format(spans=texts["comma"].join(spans)) if spans else ""


def _days_off(why: Explanation, due: date, calendar: Calendar) -> set[date]:
    """Days off that moved the due date: calendar days count days off, all but the last."""
    uncounted = {"working_days": 1, "days": why.amount}.get(why.unit, 0)
    first = why.counted_from + uncounted * ONE_DAY
    if why.unit == "date":
        return set()
    days = (first + n * ONE_DAY for n in range((due - first).days))
    off = {day for day in days if not calendar.is_working_day(day)}
    return off - {day for pause in why.pauses for day in _at_rest(pause, calendar)}


def _at_rest(pause: Pause, calendar: Calendar) -> set[date]:
    """The whole days of a pause: not the one on which it began."""
    if pause.end is None:
        return set()
    first, last = calendar.local_date(pause.start), calendar.local_date(pause.end)
    return {first + n * ONE_DAY for n in range(1, (last - first).days + 1)}
