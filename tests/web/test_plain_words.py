"""Our own copy can be read by nearly everybody: Flesch-Kincaid grade 8 or lower. What the pack says is not ours."""

import tomllib
from collections.abc import Iterator

import pytest
from textstat import textstat  # type: ignore[import-untyped]

from assistant.settings import ROOT
from assistant.web.words import words_in

GRADE = 8
ENOUGH = 12
"""Words from which on a grade says something of a text."""

NAMES = {words_in("en")["element"]["months"]}

FILES = [
    "assistant/web/words.en.toml",
    "assistant/web/words.console.en.toml",
    "assistant/signposts.toml",
    "assistant/replies.toml",
]
FILLED = {
    "owner": "The team",
    "reader": "The team",
    "name": "Members of the Board",
    "days": "180",
    "count": "3",
    "model": "a-model",
    "model_data": "",
    "model_works": "",
}


@pytest.mark.parametrize("file", FILES)
def test_each_text_of_ours_and_all_of_them_together_are_easy_to_read(file: str) -> None:
    texts = [_filled(text) for text in _texts(tomllib.loads((ROOT / file).read_text(encoding="utf-8")))]

    hard = {text: _grade(text) for text in texts if len(text.split()) >= ENOUGH and _grade(text) > GRADE}

    assert hard == {}
    assert _grade("\n".join(texts)) <= GRADE


def test_a_text_that_is_hard_to_read_is_found() -> None:
    hard = "Candidates' eligibility is conditional upon satisfactory completion of pre-appointment due diligence."

    assert _grade(hard) > GRADE


def _grade(text: str) -> float:
    return float(textstat.flesch_kincaid_grade(text))


def _texts(words: object) -> Iterator[str]:
    if isinstance(words, str) and words not in NAMES:
        yield words
    elif isinstance(words, dict):
        for part in words.values():
            yield from _texts(part)
    elif isinstance(words, list):
        for part in words:
            yield from _texts(part)


def _filled(text: str) -> str:
    for name, value in FILLED.items():
        text = text.replace(f"{{{name}}}", value)
    return text
