"""Vectors: GB 11643 and GB 11714 (the standards' own), GB 32100, and published region codes."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.people import identifiers as ids
from chalicelib.people.identifiers import citizen_number, formats, normalise_phone, person_id

TODAY = date(2026, 1, 15)
VALID_CITIZENS = ["11010519491231002X", "440524188001010014", "510522193604201014"]
VALID_CITIZENS += ["810000199001010019"]  # residence permit, Hong Kong


def completed(first17: str) -> str:
    """The check character by ISO 7064 MOD 11-2, the recursive way the standard also gives."""
    rest = 0
    for digit in first17:
        rest = (rest + int(digit)) * 2 % 11
    return first17 + "0123456789X"[(12 - rest) % 11]


@pytest.mark.parametrize("number", VALID_CITIZENS)
def test_published_citizen_numbers_pass(number: str) -> None:
    assert citizen_number(number, today=TODAY)


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # check
        "11010519491231002x",  # stored in capitals
        "11010519491231002X\n",
        " 11010519491231002X",
        "１１010519491231002X",
        "110105491231002",  # 15 digits: first generation
        completed("11010519490229002"),  # 1949 was no leap year
        completed("11010519001301002"),
        completed("11010500000101002"),  # year 0
        completed("01010519491231002"),
        "",
    ],
)
def test_wrong_citizen_numbers_fail(number: str) -> None:
    assert not citizen_number(number)


def test_leap_day_is_a_birthday() -> None:
    assert citizen_number(completed("51010420000229001"), today=TODAY)


def test_birth_date_ahead_of_today_fails_and_today_itself_passes() -> None:
    assert citizen_number(completed("51010420260115001"), today=TODAY)
    assert not citizen_number(completed("51010420260116001"), today=TODAY)


@given(st.dates(date(1850, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 17), st.data())
def test_one_mistyped_digit_is_noticed(
    born: date, sequence: int, place: int, data: st.DataObject
) -> None:
    number = completed(f"510104{born:%Y%m%d}{sequence:03}")
    typed = data.draw(st.sampled_from("0123456789"))
    assume(typed != number[place])

    assert citizen_number(number, today=TODAY)
    assert not citizen_number(number[:place] + typed + number[place + 1 :], today=TODAY)


def test_formats_ask_for_today_anew_at_every_check() -> None:
    days = iter([TODAY, date(2026, 1, 16)])
    check = formats(lambda: next(days))["cn-citizen-number"]
    number = completed("51010420260116001")

    assert [check(number), check(number)] == [False, True]


def test_formats_bind_every_named_format() -> None:
    assert formats(lambda: TODAY).keys() == ids.NAMED_FORMATS.keys()
    assert {"cn-citizen-number", "cn-uscc", "cn-mobile", "cn-phone"} < set(ids.NAMED_FORMATS)


@given(st.text(max_size=40))
def test_no_format_fails_on_any_text(text: str) -> None:
    for check in formats(lambda: TODAY).values():
        assert check(text) in (True, False)
    normalise_phone(text)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000802100433B", "910010000000000000"])
def test_credit_codes_pass_also_where_the_sum_leaves_nothing(code: str) -> None:
    assert ids.uscc(code)


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y4Z", "91350100M000100Y44", "91350100m000100y43", "91350100M000100Y4", ""],
)
def test_wrong_credit_codes_fail(code: str) -> None:
    assert not ids.uscc(code)


@pytest.mark.parametrize("letter", "IOSVZ")
def test_credit_code_has_no_letters_that_look_like_others(letter: str) -> None:
    assert not ids.uscc(f"91350100M000100{letter}43")


def test_organisation_codes_are_checked() -> None:
    assert ids.organisation_code("D2143569X")  # the example of GB 11714
    assert ids.organisation_code("M000100Y4")
    assert not any(map(ids.organisation_code, ["D21435690", "D2143569-X"]))


def test_mobiles_are_eleven_digits_from_13_to_19() -> None:
    assert ids.mobile("13812345678")
    assert not any(map(ids.mobile, ["12812345678", "1381234567", "138123456789", "１3812345678"]))


@pytest.mark.parametrize(
    "number", ["08312345678", "0831-2345678", "010-12345678", "02812345678-801", "075512345678"]
)
def test_landlines_pass(number: str) -> None:
    assert ids.landline(number)
    assert ids.phone(number)


@pytest.mark.parametrize("number", ["2345678", "0831-23456", "00861012345678", "01-12345678"])
def test_no_landlines_fail(number: str) -> None:
    assert not ids.landline(number)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("13812345678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("86-138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("＋８６　１３８１２３４５６７８", "13812345678"),
        ("0831-2345678", "08312345678"),
        ("010 1234 5678", "01012345678"),
        ("+86 10 12345678", "01012345678"),
        ("028-12345678-801", "02812345678-801"),
        ("2345678", None),
        ("+1 202 555 0100", None),
        ("138123456789", None),
        ("", None),
    ],
)
def test_typed_phone_numbers_become_plain(typed: str, plain: str | None) -> None:
    assert normalise_phone(typed) == plain


@given(st.text("0123456789+- ０８", max_size=20))
def test_normalised_phone_is_a_phone_and_stays_as_it_is(typed: str) -> None:
    plain = normalise_phone(typed)

    assert plain is None or (ids.phone(plain) and normalise_phone(plain) == plain)


@pytest.mark.parametrize(
    "code",
    "510000000000 510500000000 510522000000 510522100000 510522100001 510522100201".split(),
)
def test_region_codes_of_every_level_pass(code: str) -> None:
    assert ids.region_code(code)


def test_region_code_of_a_city_without_counties_passes() -> None:
    assert ids.region_code("441900003000")  # Dongguan


@pytest.mark.parametrize(
    "code",
    [
        *("510022000000", "510522000201"),  # a level without the one above it
        *("510522600000", "510522100600"),  # no such kinds of township, village
        *("000000000000", "510522", "5105221000010", "51052210000X"),
    ],
)
def test_broken_region_codes_fail(code: str) -> None:
    assert not ids.region_code(code)


def test_postcode_is_six_digits() -> None:
    assert ids.postcode("646000")
    assert not any(map(ids.postcode, ["64600", "6460000", "６46000"]))


def test_person_may_show_any_document_but_no_mistyped_citizen_number() -> None:
    assert all(
        map(person_id, [*VALID_CITIZENS, "H12345678", "12345678", "CHN123456789012", "E1234"])
    )
    assert not any(map(person_id, ["110105194912310021", "E123", "护照12345"]))


def test_mask_shows_first_three_and_last_two_only() -> None:
    assert ids.mask("13812345678") == "138******78"
    assert [ids.mask("张三"), ids.mask("1234567")] == ["**", "*******"]
