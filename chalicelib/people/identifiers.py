"""Forms and check digits of Chinese identifiers.

Every checker takes the plain, stored spelling (ASCII digits, capital letters) and answers
whether it can be one; none asks whether it was ever issued. Places (GB/T 2260) are not looked
up: they change, and people keep the number they were born with. Sources: GB 11643, GB 11714,
GB 32100-2015, GB/T 10114.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType

Checker = Callable[[str], bool]

_CITIZEN = re.compile(r"[1-9][0-9]{5}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))

_ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_AREA = r"0(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(rf"({_AREA})-?([1-9][0-9]{{6,7}})(?:-([0-9]{{1,6}}))?")
_COUNTRY = re.compile(r"(?:\+|00)?86-?")
_OTHER_DOCUMENT = re.compile(r"[A-Z0-9]{5,17}")

_REGION = re.compile(r"[1-8][1-9]([0-9]{2})([0-9]{2})([0-9]{3})([0-9]{3})")
_HIGHEST_TOWNSHIP = _HIGHEST_VILLAGE = 599

# What people type for a digit, a plus, a space or a hyphen, and what is meant.
_TYPED = str.maketrans(
    "０１２３４５６７８９＋－‐‑‒–—−\u3000\u00a0\t",
    "0123456789+-------" + "   ",
)


def citizen_number(text: str, *, today: date | None = None) -> bool:
    """An 18-character number of GB 11643, residence permits of 81, 82, 83 included.

    The date of birth must exist and, if `today` is given, not lie ahead of it.
    """
    match = _CITIZEN.fullmatch(text)
    if match is None or text[-1] != _citizen_check(text):
        return False
    try:
        born = date(*map(int, match.groups()))
    except ValueError:
        return False
    return today is None or born <= today


def _citizen_check(text: str) -> str:
    total = sum(w * int(c) for w, c in zip(_CITIZEN_WEIGHTS, text, strict=False))
    return _CITIZEN_CHECKS[total % 11]


def uscc(text: str) -> bool:
    """A unified social credit code. The check of the code inside it is not asked for."""
    if not _USCC.fullmatch(text):
        return False
    values = [_USCC_ALPHABET.index(c) for c in text]
    total = sum(w * v for w, v in zip(_USCC_WEIGHTS, values, strict=False))
    return values[-1] == (31 - total % 31) % 31


def organisation_code(text: str) -> bool:
    """The nine characters of GB 11714, without hyphen."""
    if not _ORGANISATION.fullmatch(text):
        return False
    pairs = zip(_ORGANISATION_WEIGHTS, text, strict=False)
    check = 11 - sum(w * int(c, 36) for w, c in pairs) % 11
    return text[-1] == {10: "X", 11: "0"}.get(check, str(check))


def mobile(text: str) -> bool:
    """Eleven digits, plain; see normalise_phone for what people type."""
    return _MOBILE.fullmatch(text) is not None


def landline(text: str) -> bool:
    """Area code, number, and perhaps `-extension`; a hyphen after the area code may stand."""
    return _LANDLINE.fullmatch(text) is not None


def phone(text: str) -> bool:
    """A mobile or a landline number."""
    return mobile(text) or landline(text)


def normalise_phone(text: str) -> str | None:
    """The plain spelling of what somebody typed, or None if it is no Chinese phone number.

    Takes off +86, 0086 or 86, spaces and hyphens, and narrows full-width characters; a landline
    keeps one hyphen before its extension. After +86 the 0 of the area code may be missing.
    """
    typed = re.sub(r"[ -]+", "-", text.translate(_TYPED).strip(" -"))
    bare = _COUNTRY.sub("", typed, count=1) if _COUNTRY.match(typed) else typed
    with_zero = [f"0{bare}"] if bare != typed and not bare.startswith("0") else []
    for number in (bare, *with_zero):
        plain = number.replace("-", "")
        if mobile(plain):
            return plain
        match = _LANDLINE.fullmatch(number) or _LANDLINE.fullmatch(plain)
        if match:
            area, local, extension = match.groups()
            return f"{area}{local}-{extension}" if extension else f"{area}{local}"
    return None


def region_code(text: str) -> bool:
    """Twelve digits: province, city, county, township, village, then zeros for the levels below.

    A city may have townships and no counties (Dongguan, Jiayuguan), so 00 may stand for a county.
    """
    match = _REGION.fullmatch(text)
    if match is None:
        return False
    city, county, township, village = map(int, match.groups())
    return (
        (city > 0 or county == township == 0)
        and (township > 0 or village == 0)
        and township <= _HIGHEST_TOWNSHIP
        and village <= _HIGHEST_VILLAGE
    )


def postcode(text: str) -> bool:
    """Six digits."""
    return re.fullmatch(r"[0-9]{6}", text) is not None


def person_id(text: str, *, today: date | None = None) -> bool:
    """The number of any document a person may show.

    Eighteen characters must be a citizen number; anything shorter is a passport, a permit or an
    older card, which have no check digit.
    """
    return citizen_number(text, today=today) or _OTHER_DOCUMENT.fullmatch(text) is not None


def mask(text: str) -> str:
    """First three and last two characters, stars between; all stars if that would tell most."""
    if len(text) < 8:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 5) + text[-2:]


NAMED_FORMATS: Mapping[str, Checker] = MappingProxyType(
    {
        "cn-citizen-number": citizen_number,
        "cn-uscc": uscc,
        "cn-organisation-code": organisation_code,
        "cn-mobile": mobile,
        "cn-landline": landline,
        "cn-phone": phone,
        "cn-region-code": region_code,
        "cn-postcode": postcode,
        "person-id": person_id,
    }
)
"""Checkers by the name a form uses; these do not refuse a birth date that lies ahead."""


def formats(today: Callable[[], date]) -> Mapping[str, Checker]:
    """NAMED_FORMATS, with birth dates ahead of `today()` refused; asked anew at every check."""

    def born(check: Callable[..., bool], text: str) -> bool:
        return check(text, today=today())

    dated = {
        "cn-citizen-number": partial(born, citizen_number),
        "person-id": partial(born, person_id),
    }
    return MappingProxyType({**NAMED_FORMATS, **dated})
