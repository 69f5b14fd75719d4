"""Case numbers and the numbers of documents.

A case number is nine random digits and a check digit (ISO/IEC 7064, MOD 11,10), so that one wrong
digit or two swapped neighbours are noticed when it is read out; ten characters fit every SMS. A
document's number is derived from the case's, so no counter is written by all cases.
"""

from chalicelib.platform.ports import Ids

RANDOM_DIGITS = 9


def new_number(ids: Ids) -> str:
    digits = ids.digits(RANDOM_DIGITS)
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """ISO/IEC 7064:2003 hybrid system MOD 11,10."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = (total * 2) % 11
    return str((11 - product) % 10)


def is_number(text: str) -> bool:
    return (
        len(text) == RANDOM_DIGITS + 1
        and text.isascii()
        and text.isdigit()
        and check_digit(text[:-1]) == text[-1]
    )


def document_number(abbr: str, word: str, year: int, number: str, seq: int) -> str:
    """机关简称 + 类别 + 〔年份〕 + 顺序号, the order being the case's number and the event's."""
    return f"{abbr}{word}〔{year}〕{number}-{seq}号"
