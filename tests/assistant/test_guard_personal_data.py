"""Details of a person are known by their shape and their check digits; other numbers are not taken for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.gb import nhs

from assistant.guard.personal_data import holds_personal_data


@pytest.mark.parametrize(
    "detail",
    [
        *("jo@example.com", "J.O'Neil+panel@mail.example.gov.uk", "jo [at] example [dot] com", "jo at example dot com"),
        *("07700 900123", "07700900123", "+44 7700 900123", "0044 7700 900123", "(0117) 496 0122", "020-7946-0018"),
        *(
            "0 7 7 0 0 9 0 0 1 2 3",
            "+44 (0)131 496 0991",
            "+353 1 234 5678",
            "oh seven seven oh oh nine oh oh one two three",
        ),
        *("AB 12 34 56 C", "ab123456c", "AB-12-34-56-C"),
        *("SW1A 2AA", "ls29jt", "EH1 1YZ", "M1 1AE"),
        *("943 476 5919", "NHS number 943 476 5910"),
        *("4111 1111 1111 1111", "3782-822463-10005"),
        *("20-00-00 12345678", "sort code 200000", "account number 12345678", "GB29 NWBK 6016 1331 9268 19"),
        *("DOB 12/03/1971", "date of birth: 4 June 1980", "I was born on the 3rd of March 1965", "d.o.b. 1-9-58"),
        *("I live at 12 Acacia Avenue", "passport number 123456789", "MORGA657054SM9IJ"),
        "𝟎𝟕𝟕𝟎𝟎 𝟗𝟎𝟎𝟏𝟐𝟑",
    ],
)
def test_a_detail_of_a_person_is_found(detail: str) -> None:
    assert holds_personal_data(f"{detail}")
    assert holds_personal_data(f"Hello, {detail}, thank you")


@pytest.mark.parametrize(
    "text",
    [
        *("£27,404 a year", "100000 pounds", "a budget of 250,000,000", "How many of the 1,204,500 members?"),
        *(
            "the 2026 to 2027 round",
            "4 years from 2025-2029",
            "24/11/2026 at 12:00",
            "interviews 14-01-2027 or 15-01-2027",
        ),
        *("01-02-2026 10:30", "from 09:30-12:30 or 13:00-16:00", "on 2026-11-24", "30/11/2025 23:59"),
        *("reference 1234567", "reference number 100 0000", "campaign ID 8745632", "OR 2024 12 34 A", "REC 23/LO/0456"),
        *("section 10A of the 2006 Act", "band 8a", "grade SCS2", "Level B2 English", "room M1 1", "SI 2018/789"),
        *(
            "Do I give my date of birth?",
            "Is my postcode needed?",
            "What is the phone number?",
            "my NI number goes where?",
        ),
        *("The panel was born on 29 June 2018", "Is the role at education.gov.uk?", "@gov", "4111 1111 1111 1112"),
    ],
)
def test_other_numbers_and_words_about_details_are_not(text: str) -> None:
    assert not holds_personal_data(text)


@given(st.integers(min_value=100_000_000, max_value=999_999_999))
def test_of_ten_numbers_the_one_with_an_nhs_check_digit_is_found(first_nine: int) -> None:
    for last in range(10):
        number = f"{first_nine}{last}"

        assert holds_personal_data(f"It is {number[:3]} {number[3:6]} {number[6:]}.") is nhs.is_valid(number)


@given(st.integers(min_value=3 * 10**14, max_value=7 * 10**14 - 1))
def test_every_number_with_a_cards_check_digit_is_found(first_fifteen: int) -> None:
    number = f"{first_fifteen}{luhn.calc_check_digit(str(first_fifteen))}"

    assert holds_personal_data(f"pay with {number[:4]} {number[4:8]} {number[8:12]} {number[12:]}")


@given(st.integers(min_value=10**9, max_value=10**10 - 1), st.sampled_from([" ", "-", ""]))
def test_every_number_that_can_be_dialled_in_the_country_is_found(number: int, between: str) -> None:
    digits = f"0{number}"

    assert holds_personal_data(f"ring {digits[:5]}{between}{digits[5:8]}{between}{digits[8:]} please")


@given(st.integers(min_value=0, max_value=999_999_999))
def test_no_sum_of_money_is_taken_for_a_detail(pounds: int) -> None:
    assert not holds_personal_data(f"Is it £{pounds:,} or £{pounds} a year?")


def test_a_detail_that_anybody_may_read_is_nobodys_secret() -> None:
    published = "Write to the team at team@example.gov.uk, 20 Great Smith Street, London SW1P 3BT, 020 7946 0991."

    assert not holds_personal_data("Is it team@example.gov.uk, SW1P3BT, or 02079460991?", published=published)
    assert holds_personal_data("Is it me@example.gov.uk?", published=published)
