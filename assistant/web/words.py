"""Every word of the pages that is ours: one file a language, words.<language>.toml."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from knowledge.domain import Campaign

ENGLISH: Final = "en"

Words = Mapping[str, Mapping[str, str]]

_HERE: Final = Path(__file__).parent


@cache
def words_in(language: str) -> Words:
    """The words of a language, by section and name."""
    return tomllib.loads((_HERE / f"words.{language}.toml").read_text(encoding="utf-8"))


def element_words(campaign: Campaign, language: str = ENGLISH) -> dict[str, str]:
    """What the element draws, with what this campaign says of itself filled in; empty where it says nothing."""
    words = dict(words_in(language)["element"])
    site = campaign.site
    words["reply_time"] = words["reply_time"].format(time=site.reply_time) if site.reply_time else ""
    if site.feedback_reader:
        words["feedback_reader_unknown"] = words["feedback_reader"].format(reader=site.feedback_reader)
    words["feedback_reader"] = words["feedback_reader_unknown"]
    return words


def day_in(words: Words, day: date) -> str:
    """12 November 2026."""
    return f"{day.day} {words['element']['months'].split()[day.month - 1]} {day.year}"


def moment_in(words: Words, moment: datetime) -> str:
    """12 November 2026, 14:05 UTC."""
    at = moment.astimezone(UTC)
    return f"{day_in(words, at.date())}, {at:%H:%M} UTC"


def checked_in(words: Words, day: date) -> str:
    """That an answer was checked by the secretariat, and when."""
    return words["element"]["approved_on"].format(day=day_in(words, day))
