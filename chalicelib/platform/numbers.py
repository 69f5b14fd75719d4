"""Case numbers, the numbers of records and of documents.

A case number is nine random digits and a check digit (Damm, 2004), so that one wrong digit or two
swapped neighbours are always noticed when it is read out; ten characters fit every SMS. A
record's has sixteen, since there may be more of them in a week than cases in a year. A
document's number is derived from the case's, so no counter is written by all cases.
"""

import re

from chalicelib.platform.ports import Ids

RANDOM_DIGITS = 9
RECORD_DIGITS = 15
DOCUMENT = re.compile(r"〔[0-9]{4}〕([0-9]+)-[0-9]+号$")
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def new_number(ids: Ids) -> str:
    digits = ids.digits(RANDOM_DIGITS)
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The digit that brings Damm's totally anti-symmetric quasigroup of order 10 back to 0."""
    row = 0
    for digit in digits:
        row = int(_DAMM[row][int(digit)])
    return str(row)


def record_number(secret: str) -> str:
    """The number that belongs to a secret of the keys port: fifteen digits and the check digit."""
    digits = str(int.from_bytes(secret.encode(), "big") % 10**RECORD_DIGITS).zfill(RECORD_DIGITS)
    return digits + check_digit(digits)


def is_number(text: str, random_digits: int = RANDOM_DIGITS) -> bool:
    return (
        len(text) == random_digits + 1
        and text.isascii()
        and text.isdigit()
        and check_digit(text[:-1]) == text[-1]
    )


def document_number(abbr: str, word: str, year: int, number: str, seq: int) -> str:
    """机关简称 + 类别 + 〔年份〕 + 顺序号, the order being the case's number and the event's."""
    return f"{abbr}{word}〔{year}〕{number}-{seq}号"


def case_of_document(number: str) -> str | None:
    """The number of the case that a document number names, or None when it is no such number."""
    found = DOCUMENT.search(number)
    return found[1] if found and is_number(found[1]) else None
