"""Single cells of a table, read as offices type them. Pure; what cannot be read raises Wrong with
a sentence for the clerk.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

SEPARATORS = re.compile("[;；\n]+")
# Nothing that prints: control characters, joiners, marks of direction, byte order marks.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
SPACES = re.compile("[ \t\u00a0\u2002-\u200a\u202f\u3000]+")
MARKS = re.compile(r"^(?P<name>.*?)\s*[（(](?P<marks>[^（）()]*)[）)]$")
BASIS = re.compile("^《(?P<title>[^》]+)》(?P<article>.*)$")
DAYS = re.compile(r"^(\d{1,4})\s*(?:个)?\s*(?:工作日|working days?)?$", re.IGNORECASE)
MONEY = re.compile(r"^[¥￥]?\s*(\d{1,9}(?:\.\d+)?)\s*(?:元|yuan)?$", re.IGNORECASE)
GAP = re.compile(r"^容缺(?:后补)?(?:(\d{1,3})\s*(?:个)?(日|天|自然日|工作日))?$")
FORM = re.compile("^(原件和复印件|原件|复印件|电子(?:件|版)?|打印件)(?:([1-9])份)?$")
COPIES = re.compile("^([1-9])份$")
CODE = re.compile("^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
PHONE = re.compile("^[0-9][0-9 -]{2,23}$")

AT_ONCE = frozenset({"当场", "即时", "当日", "当天", "即办", "立即"})
NOTHING = frozenset({"", "无", "/", "-", "—", "——", "none"})
FREE = frozenset({"不收费", "免费", "否", "0", "0元", "no", "free"}) | NOTHING
YES = frozenset({"是", "可以", "可", "支持", "y", "yes", "true", "1"})
NO = frozenset({"否", "不可以", "不可", "不支持", "n", "no", "false", "0"})
NECESSITY = {"必要": "necessary", "必需": "necessary", "必须": "necessary", "非必要": "optional"}
FORMS = {
    "原件": "original",
    "复印件": "copy",
    "原件和复印件": "original_and_copy",
    "电子": "electronic",
    "电子件": "electronic",
    "电子版": "electronic",
    "打印件": "printed",
}
SOURCES = {
    "自备": "applicant",
    "申请人自备": "applicant",
    "部门核发": "authority",
    "政府部门核发": "authority",
    "共享": "shared",
    "数据共享": "shared",
    "中介": "agency",
}
LONGEST_SHORT = 6


class Wrong(ValueError):
    """A cell that cannot be read: a stable keyword, and why in zh-Hans and en."""

    def __init__(self, keyword: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.keyword, self.texts = keyword, {"zh-Hans": zh, "en": en}


def plain(text: object) -> str:
    """NFC, without invisible characters, with single plain spaces and none at the ends."""
    normal = unicodedata.normalize("NFC", "" if text is None else str(text))
    lines = INVISIBLE.sub("", normal).replace("\r", "\n").split("\n")
    return "\n".join(filter(None, (SPACES.sub(" ", line).strip() for line in lines)))


def narrow(text: str) -> str:
    """As typed with full-width digits, letters and signs, in plain ones (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def parts(text: str) -> list[str]:
    """What a semicolon or a new line separates."""
    return [part for part in map(plain, SEPARATORS.split(text)) if part]


def code(text: str) -> str:
    found = narrow(text).replace(" ", "")
    if not CODE.fullmatch(found):
        zh, en = "编码只能用字母、数字、点和横线，最长40位", "letters, digits, dots and hyphens: 40"
        raise Wrong("code", f"{zh}：{text}", f"a code has {en} at most: {text}")
    return found


def identifier(text: str) -> str:
    """The id that a code becomes: small letters, digits, hyphens, a letter first."""
    bare = re.sub("[^a-z0-9]+", "-", code(text).lower()).strip("-")
    return (bare if bare[:1].isalpha() else f"i-{bare}")[:40]


def days(text: str) -> int | None:
    """Working days; None for at once and for nothing said."""
    bare = narrow(text).strip()
    if bare in AT_ONCE | NOTHING:
        return None
    match = DAYS.fullmatch(bare)
    if match is None or not 1 <= int(match[1]) <= 400:
        zh = f"时限须为1至400的工作日数：{text}"
        raise Wrong("days", zh, f"a limit is a number of working days from 1 to 400: {text}")
    return int(match[1])


def fen(text: str) -> int:
    """A fee in fen."""
    bare = narrow(text).replace(",", "").strip()
    if bare.lower() in FREE:
        return 0
    match = MONEY.fullmatch(bare)
    try:
        amount = Decimal(match[1]) * 100 if match else None
    except InvalidOperation:
        amount = None
    if amount is None or amount != int(amount):
        zh = f"收费须为“不收费”或者金额（元，最多两位小数）：{text}"
        raise Wrong("fee", zh, f"a fee is 不收费 or an amount in yuan with two decimals: {text}")
    return int(amount)


def yes(text: str) -> bool:
    bare = narrow(text).strip().lower()
    if bare not in YES | NO:
        raise Wrong("choice", f"须填“是”或“否”：{text}", f"是 or 否 is needed: {text}")
    return bare in YES


def choice(text: str, words: Mapping[str, Any]) -> Any:
    """What one of the words means."""
    found = words.get(narrow(text).strip().lower())
    if found is None:
        listed = "、".join(list(words)[:12])
        raise Wrong("choice", f"没有“{text}”，可填：{listed}", f"{text} is none of: {listed}")
    return found


def choices(text: str, words: Mapping[str, Any]) -> list[Any]:
    """What each of the words means; commas separate here as well."""
    named = [part for one in parts(text) for part in re.split("[,，、/]", one) if part.strip()]
    return list(dict.fromkeys(choice(part, words) for part in named))


def phone(text: str) -> str:
    found = narrow(text).strip()
    if not PHONE.fullmatch(found):
        raise Wrong("phone", f"不是电话号码：{text}", f"this is no telephone number: {text}")
    return found


def day(text: str) -> str:
    """A day as 2026-01-31, 2026/1/31, 2026.1.31 or 2026年1月31日."""
    numbers = re.split("[-/.年月]", narrow(text).strip().rstrip("日"))
    try:
        year, month, of_month = map(int, numbers)
        return date(year, month, of_month).isoformat()
    except ValueError as error:
        raise Wrong("day", f"不是日期：{text}", f"this is no day: {text}") from error


def longest(text: str, length: int) -> str:
    if len(text) > length:
        zh, en = f"最长{length}字：{text}", f"{length} characters at most: {text}"
        raise Wrong("maxLength", zh, en)
    return text


def bases(text: str) -> list[dict[str, str]]:
    """《law》article, separated by semicolons; a text without 《》 is a title."""
    found = []
    for part in parts(text):
        match = BASIS.fullmatch(part)
        title, article = (match["title"], match["article"].strip()) if match else (part, "")
        basis = {"title": longest(title, 200)}
        found.append({**basis, "article": longest(article, 80)} if article else basis)
    if not found:
        raise Wrong("required", "缺少依据", "the legal basis is missing")
    if len(found) > 20:
        raise Wrong("maxItems", "依据最多20条", "twenty bases at most")
    return found


def papers(text: str) -> list[dict[str, Any]]:
    """name（mark，mark）; …: 必要 (the default), 容缺10日 or 非必要; 原件 or 复印件2份; 自备."""
    found = [_paper(f"P{number}", part) for number, part in enumerate(parts(text), 1)]
    if len(found) > 39:
        raise Wrong("maxItems", "材料最多39种", "thirty-nine papers at most")
    return found


def _paper(id: str, part: str) -> dict[str, Any]:
    match = MARKS.fullmatch(part)
    read = list(_marks(match["marks"])) if match else []
    if match is None or not any(read):
        name, marks = part, {}
    elif all(read):
        name, marks = match["name"], {key: value for one in read for key, value in one.items()}
    else:
        zh = f"材料“{part}”的括号里有看不懂的标注"
        raise Wrong("mark", zh, f"the brackets of this paper hold something unknown: {part}")
    if not name:
        raise Wrong("required", "材料没有名称", "a paper has no name")
    short = {"zh-Hans": name if len(name) <= LONGEST_SHORT else f"{name[: LONGEST_SHORT - 1]}…"}
    titles = {"zh-Hans": longest(name, 200)}
    return {"id": id, "titles": titles, "short": short, "necessity": "necessary", **marks}


def _marks(text: str) -> Iterator[dict[str, Any]]:
    """What each mark says; an empty answer for one that is none."""
    for mark in re.split("[,，、 ]+", narrow(text).strip()):
        if mark:
            yield _mark(mark)


def _mark(mark: str) -> dict[str, Any]:
    if mark in NECESSITY:
        return {"necessity": NECESSITY[mark]}
    if mark in SOURCES:
        return {"source_channel": SOURCES[mark]}
    if match := GAP.fullmatch(mark):
        return _gap(match[1], match[2])
    if match := FORM.fullmatch(mark):
        return {"form": FORMS[match[1]], **({"copies": int(match[2])} if match[2] else {})}
    if match := COPIES.fullmatch(mark):
        return {"copies": int(match[1])}
    return {}


def _gap(number: str | None, unit: str | None) -> dict[str, Any]:
    """Promised papers are due after calendar days; five working days are a week."""
    gap: dict[str, Any] = {"necessity": "gap"}
    if number:
        n = int(number)
        within = -(-n * 7 // 5) if unit == "工作日" else n
        if not 1 <= within <= 366:
            raise Wrong("days", "容缺期限须为1至366日", "a paper may follow within 1 to 366 days")
        gap["gap"] = {"within": {"days": within}}
    return gap
