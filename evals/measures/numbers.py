"""Does every number, date and sum that is said stand in what is cited? Simple, and none of the assistant's own code."""

import re

from assistant.domain import Answer, Citation, Sentence
from evals.domain import Case, Score

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SIGN = re.compile(r"[£$€](?=\d)|(?<=\d)(?:\s?%|\sper\scent\b)", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|(?<=\d )may\b|\bmay(?= \d)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+")
_IN_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        start=1,
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100"}


def figures_held(case: Case, answer: Answer) -> Score:  # noqa: ARG001 - every measure takes both
    """Of the sentences with a number, date or sum, the share whose citations hold all of them.

    A citation holds what stands in its quote, in the label and in the words that lead into its list. "One" counts there
    but not in the sentence, where it may be a pronoun.
    """
    measured = [one for one in answer.sentences if _said(one)]
    if not measured:
        return Score("figures_held", None, "no number, date or sum is said")
    loose = {one.text: sorted(_said(one) - _held(answer, one)) for one in measured}
    why = [f"{figures} in {text!r}" for text, figures in loose.items() if figures]
    share = sum(not loose[one.text] for one in measured) / len(measured)
    return Score("figures_held", share, f"not cited: {why}" if why else "all cited")


def _said(sentence: Sentence) -> set[str]:
    counted = {_IN_WORDS[word] for word in _WORD.findall(sentence.text.lower()) if word in _IN_WORDS and word != "one"}
    return counted | _written(sentence.text)


def _held(answer: Answer, sentence: Sentence) -> set[str]:
    ground = "\n".join(_ground(one) for one in answer.citations if one.number in sentence.citations)
    return _written(ground) | {_IN_WORDS[word] for word in _WORD.findall(ground.lower()) if word in _IN_WORDS}


def _ground(citation: Citation) -> str:
    return "\n".join((citation.quote, citation.passage.label, citation.passage.lead_in))


def _written(text: str) -> set[str]:
    """Numbers as "14500" and "5", however they were typed, the signs beside them, and the names of days and months."""
    numbers = {number.replace(",", "").lstrip("0") or "0" for number in _NUMBER.findall(text)}
    signs = {"%" if sign.strip() not in "£$€" else sign for sign in _SIGN.findall(text)}
    return numbers | signs | {name.lower() for name in _DATE.findall(text)}
