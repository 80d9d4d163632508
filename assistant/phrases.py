"""Phrases that a person can read and change, as patterns: `pay*`, `how long ... appoint*`, `# days`, `£#`."""

import re
from collections.abc import Iterable

_NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|half"
_NUMBER = rf"(?:\d[\d,.]*|{_NUMBER_WORDS})"
_NAMED = {
    "<month>": r"(?:january|february|march|april|(?<=\d )may|may(?= \d)|june|july|august|september|october|november|"
    r"december)",
    "<unit>": r"(?:minutes?|hours?|days?|weeks?|months?|years?|fortnights?)",
}
_GAP = r"(?:\W+[\w'’-]+){0,5}?\W+"


def any_of(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern that finds any of the phrases, or None when there are none.

    `*` ends a word early, ` ... ` is a gap of up to five words, `#` a number in digits or letters, `<month>` the name
    of a month, `<unit>` a unit of time.
    """
    # Whole words share one look behind them, which is what makes long lists quick.
    words: list[str] = []
    others: list[str] = []
    for phrase in phrases:
        (words if re.match(r"[\w#<]", phrase) else others).append(_pattern(phrase))
    patterns = ([rf"(?<!\w)(?:{'|'.join(words)})"] if words else []) + others
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None


def _pattern(phrase: str) -> str:
    sides = [_words(side) for side in phrase.split(" ... ")]
    end = r"(?!\w)" if re.search(r"[\w#*>]$", phrase) else ""
    return _GAP.join(sides) + end


def _words(side: str) -> str:
    return r"[\s-]+".join(_word(word) for word in side.split())


def _word(word: str) -> str:
    if word in _NAMED:
        return _NAMED[word]
    escaped = re.escape(word).replace(r"\*", r"[\w-]*").replace("'", "['’]")
    return escaped.replace(r"\#", _NUMBER)
