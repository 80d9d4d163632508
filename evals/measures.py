"""What is measured of one answer. Pure functions; what can't be measured is None and leaves the average."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from assistant.domain import Answer
from evals.cases import Case


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 to 1, or None where the case says nothing of it; `why` is for the person who reads the report."""

    measure: str
    value: float | None
    why: str


def right_outcome(case: Case, answer: Answer) -> Score:
    """Whether the question ended as it may."""
    allowed = " or ".join(sorted(case.outcomes))
    return Score("right_outcome", float(answer.outcome in case.outcomes), f"{answer.outcome}, allowed: {allowed}")


def facts(case: Case, answer: Answer) -> Score:
    """Of the facts that must be said, the share that is."""
    if not case.says:
        return Score("facts", None, "no fact is asked for")
    unsaid = [alternatives for alternatives in case.says if not any(_stands(one, answer.text) for one in alternatives)]
    return Score("facts", 1 - len(unsaid) / len(case.says), f"not said: {unsaid}" if unsaid else "all said")


def forbidden(case: Case, answer: Answer) -> Score:
    """1 when nothing is said that must not be."""
    if not case.never_says:
        return Score("forbidden", None, "nothing is forbidden")
    said = [words for words in case.never_says if _stands(words, _own_words(answer))]
    return Score("forbidden", float(not said), f"said: {said}" if said else "none said")


def citation_recall(case: Case, answer: Answer) -> Score:
    """Of the quotes that a right answer rests on, the share that is cited, in whole or in a part that is a sentence."""
    if not case.rests_on:
        return Score("citation_recall", None, "the case rests on nothing")
    cited = [_folded(citation.quote) for citation in answer.citations]
    missing = [quote for quote in case.rests_on if not any(_overlap(_folded(quote), one) for one in cited)]
    return Score(
        "citation_recall", 1 - len(missing) / len(case.rests_on), f"not cited: {missing}" if missing else "all"
    )


def citation_precision(case: Case, answer: Answer) -> Score:
    """Of the citations, the share that a right answer rests on."""
    if not case.rests_on or not answer.citations:
        return Score("citation_precision", None, "nothing to compare")
    gold = [_folded(quote) for quote in case.rests_on]
    beside = [one.quote for one in answer.citations if not any(_overlap(quote, _folded(one.quote)) for quote in gold)]
    return Score("citation_precision", 1 - len(beside) / len(answer.citations), f"beside the point: {beside}")


def verbatim(case: Case, answer: Answer) -> Score:  # noqa: ARG001 - every measure takes both
    """Of the citations, the share whose quote stands in its passage character for character."""
    if not answer.citations:
        return Score("verbatim", None, "nothing is cited")
    broken = [citation.quote for citation in answer.citations if citation.quote not in citation.passage.text]
    return Score("verbatim", 1 - len(broken) / len(answer.citations), f"not in the pack: {broken}")


MEASURES: tuple[Callable[[Case, Answer], Score], ...] = (
    right_outcome,
    facts,
    forbidden,
    citation_recall,
    citation_precision,
    verbatim,
)


def _own_words(answer: Answer) -> str:
    """What the assistant says of its own accord: not the asker's words that it gives back."""
    return "\n".join([answer.lead_in, *(sentence.text for sentence in answer.sentences)]) or answer.text


def _overlap(gold: str, cited: str) -> bool:
    return gold in cited or (cited in gold and len(cited.split()) >= 4)


def _stands(words: str, text: str) -> bool:
    begin = r"(?<!\w)" if words[:1].isalnum() else ""
    end = r"(?!\w)" if words[-1:].isalnum() else ""
    return bool(re.search(begin + re.escape(_folded(words)) + end, _folded(text)))


def _folded(text: str) -> str:
    straight = unicodedata.normalize("NFKC", text).translate(str.maketrans("’‘“”–—", "''\"\"--"))
    return " ".join(straight.casefold().split())
