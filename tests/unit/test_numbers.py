"""Case numbers survive being read out: a wrong digit or two swapped neighbours are noticed."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.platform.ids import SystemIds
from chalicelib.platform.numbers import check_digit, document_number, is_number, new_number
from chalicelib.services.checks.formlint import schema_findings
from chalicelib.services.forms.answers import Forms

DIGITS = "0123456789"
RANDOM = random.Random(20260310)
SAMPLE = ["000000000", "999999999", "123456789"]
SAMPLE += ["".join(RANDOM.choices(DIGITS, k=9)) for _ in range(400)]
NUMBERS = [digits + check_digit(digits) for digits in SAMPLE]


def test_a_number_has_ten_digits_of_which_the_last_is_the_check() -> None:
    for _ in range(100):
        number = new_number(SystemIds())

        assert len(number) == 10
        assert number.isdigit()
        assert is_number(number)


def test_every_wrong_digit_is_noticed() -> None:
    passed = [
        (number, typed)
        for number in NUMBERS
        for place, right in enumerate(number)
        for digit in DIGITS
        if digit != right and is_number(typed := number[:place] + digit + number[place + 1 :])
    ]

    assert passed == []


def test_every_swap_of_neighbours_is_noticed() -> None:
    passed = [
        (number, typed)
        for number in NUMBERS
        for place in range(9)
        if number[place] != number[place + 1]
        and is_number(
            typed := number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        )
    ]

    assert passed == []


@given(st.text(DIGITS, min_size=9, max_size=9))
def test_exactly_one_check_digit_fits(digits: str) -> None:
    assert sum(is_number(digits + digit) for digit in DIGITS) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        NUMBERS[0][:-1],
        NUMBERS[0] + "0",
        " " + NUMBERS[0],
        NUMBERS[0] + "\n",
        NUMBERS[0][:-1] + "X",
        "٠" * 10,
        "０００００００００" + check_digit("000000000"),
        "²" * 10,
    ],
    ids=ascii,
)
def test_what_is_not_ten_ascii_digits_is_no_number(text: str) -> None:
    assert not is_number(text)


@given(st.text(max_size=12))
def test_no_text_makes_the_check_fail(text: str) -> None:
    assert is_number(text) in (True, False)


FORM = {"properties": {"about": {"type": "string", "format": "case-number"}}}


def test_a_form_may_ask_for_a_case_number() -> None:
    forms = Forms(lambda: date(2026, 3, 10))

    assert list(schema_findings("/form", FORM)) == []
    assert all(forms.holds("form", FORM, {"about": number}) for number in NUMBERS)


@pytest.mark.parametrize(
    "typed", [NUMBERS[0][:-1], NUMBERS[1] + "1", "1234567890", "编号1234567894"]
)
def test_what_is_no_case_number_is_refused_with_words_of_its_own(typed: str) -> None:
    findings = Forms(lambda: date(2026, 3, 10)).check("form", FORM, {"about": typed}, "/answers")

    assert [(one.pointer, one.keyword) for one in findings] == [("/answers/about", "format")]
    assert "办件编号" in findings[0].texts["zh-Hans"]
    assert "case number" in findings[0].texts["en"]


def test_the_number_of_a_document_names_office_kind_year_case_and_event() -> None:
    number = document_number("示区审", "受", 2026, "1234567890", 7)

    assert number == "示区审受〔2026〕1234567890-7号"
