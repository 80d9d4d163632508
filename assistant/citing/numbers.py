"""Numbers in words become numbers in digits, so that both say the same."""

import re

_UNITS = {word: value for value, word in enumerate("one two three four five six seven eight nine".split(), start=1)}
_TEENS = {
    word: value
    for value, word in enumerate(
        """ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen""".split(), start=10
    )
}
_TENS = {
    word: value * 10
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_VALUES = {"zero": 0, "a": 1, "an": 1, "dozen": 12, **_UNITS, **_TEENS, **_TENS}

_ORDINALS = {
    word: value
    for value, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
        fifteenth sixteenth seventeenth eighteenth nineteenth""".split(),
        start=1,
    )
} | {word.replace("y", "ieth"): value for word, value in _TENS.items()}


def _either(words: dict[str, int]) -> str:
    return "(?:" + "|".join(words) + ")"


_BELOW_100 = f"(?:{_either(_TENS)}(?:[ -]{_either(_UNITS)})?|{_either(_TEENS)}|{_either(_UNITS)}|zero)"
_BELOW_1000 = f"(?:(?:{_BELOW_100}|an?) hundred(?: (?:and )?{_BELOW_100})?|{_BELOW_100})"
_CARDINAL = re.compile(
    rf"\b(?:(?:{_BELOW_1000}|an?)[ -](?:thousand|million|billion)(?: (?:and )?{_BELOW_1000})?"
    rf"|(?:{_BELOW_100}|an?) dozen|{_BELOW_1000}|(?<=\d )dozen)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(rf"\b(?:({_either(_TENS)})[ -])?({_either(_ORDINALS)})\b", re.IGNORECASE)
_TIME = r"(minute|hour|day|week|fortnight|month|year)"
_SHORT = [
    (re.compile(r"\bno[ -]one\b", re.IGNORECASE), "nobody"),
    (re.compile(r"\bonce (?=(?:an?|per|every|each|in every)\b)", re.IGNORECASE), ""),
    (re.compile(r"\btwice\b", re.IGNORECASE), "2 times"),
    (re.compile(r"\bthrice\b", re.IGNORECASE), "3 times"),
    (re.compile(r"\ba couple of\b", re.IGNORECASE), "2"),
]
_HALVES = [
    (re.compile(rf"\b(?:an?|1) {_TIME} and a half\b", re.IGNORECASE), r"1.5 \1s"),
    (re.compile(r"\b(\d+) and a half\b", re.IGNORECASE), r"\1.5"),
    (re.compile(rf"\bhalf[ -](?:an? )?{_TIME}\b", re.IGNORECASE), r"0.5 \1"),
    (re.compile(r"\b(\d+)1⁄2"), r"\1.5"),
    (re.compile(r"\b1⁄2"), "0.5"),
]


def in_digits(text: str) -> str:
    """The text with its numbers and ordinals as digits: "twenty-one days" is "21 days", "half a day" "0.5 day"."""
    for pattern, digits in _SHORT:
        text = pattern.sub(digits, text)
    text = _ORDINAL.sub(_ordinal, text)
    text = _CARDINAL.sub(lambda match: str(_value(match[0].lower())), text)
    for pattern, digits in _HALVES:
        text = pattern.sub(digits, text)
    return text


def _ordinal(match: re.Match[str]) -> str:
    value = _TENS.get((match[1] or "").lower(), 0) + _ORDINALS[match[2].lower()]
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def _value(words: str) -> int:
    total = current = 0
    for word in re.split(r"[ -]", words):
        if word == "and":
            continue
        if word == "dozen":
            current = 12 * (current or 1)
        elif word == "hundred":
            current = 100 * (current or 1)
        elif word in _SCALES:
            total += (current or 1) * _SCALES[word]
            current = 0
        else:
            current += _VALUES[word]
    return total + current
