"""What a candidate typed is cleaned without losing a letter of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text import clean

SEEN = st.text(
    st.sampled_from(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?!'’£€%&-()âêîôûŵŷáéíóúàèìòùäëïöüẅÿçñ "
    )
)
_HIDDEN = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u2066\u2069\u200e\u200f\U000e0041\U000e007f\ufe0f\u034f\u3164"
)
HIDDEN = st.sampled_from([*_HIDDEN, *"\x00\x07\x1b\x7f\x9c\ud800\udfff"])


@given(SEEN)
def test_welsh_accents_and_pounds_stay_as_they_are(text: str) -> None:
    assert clean(text) == " ".join(text.split())


@given(st.lists(st.one_of(SEEN, HIDDEN)))
def test_what_can_not_be_seen_is_taken_out_and_nothing_else(pieces: list[str]) -> None:
    seen = "".join(piece for piece in pieces if not _is_hidden(piece))

    assert clean("".join(pieces)) == " ".join(seen.split())


@given(st.text(st.characters()))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters()))
def test_a_clean_text_is_composed_and_can_be_sent(text: str) -> None:
    cleaned = clean(text)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  How \t often\r\n do they\u00a0meet? ", "How often do they meet?"),
        ("Caerdydd: y Ty\u0302", "Caerdydd: y T\u0177"),
        ("one\u2028two", "one two"),
        ("", ""),
    ],
    ids=["white space", "a letter in two parts", "line separator", "nothing"],
)
def test_a_text_is_read_as_it_was_meant(typed: str, read: str) -> None:
    assert clean(typed) == read


def _is_hidden(piece: str) -> bool:
    return (len(piece) == 1 and not piece.isprintable()) or piece in ("\ufe0f", "\u034f", "\u3164")
