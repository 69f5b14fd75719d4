"""The named formats a form may use, as check functions; all others are refused by lint."""

from collections.abc import Callable, Mapping
from datetime import date

from chalicelib.people.identifiers import formats as national
from chalicelib.platform.numbers import is_number

STANDARD = ("date", "date-time", "time", "email", "uuid")

# What one check costs, in tens of nanoseconds; those not named here cost next to nothing.
UNITS: Mapping[str, float] = {
    "email": 20,
    "case-number": 200,
    "cn-citizen-number": 400,
    "cn-landline": 50,
    "cn-mobile": 30,
    "cn-organisation-code": 250,
    "cn-phone": 60,
    "cn-postcode": 60,
    "cn-region-code": 120,
    "cn-uscc": 350,
    "person-id": 400,
}

# What to say instead of the general sentence on formats, where it can help more.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "case-number": (
        "不是办件编号：共十位数字，请逐位核对",
        "This is not a case number: it has ten digits; please check each of them",
    ),
}


def named(today: Callable[[], date]) -> dict[str, Callable[[str], bool]]:
    """Our own formats; the standard ones are the validator's."""
    return {**national(today), "case-number": is_number}
