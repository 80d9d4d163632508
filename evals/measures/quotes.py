"""Is each quote the pack's own words, and cut where a reader would cut it?"""

import re
from collections.abc import Callable, Iterator

from assistant.domain import Answer, Citation
from evals.domain import Case, Score
from knowledge.domain import BlockKind, Passage

_INSIDE = re.compile(
    r"\w\w"  # a word or number
    r"|[£$€]\d|\d%"  # a sum, a share
    r"|\d[.,:/-]\d"  # 9.30, 14,500, 2024/25
    r"|[^\W\d]['’-]\w"  # the Chair's, part-time
    r"|[a-z0-9][.@][a-z0-9]"  # an address
)
_SENTENCE_ENDS = re.compile(r"[.!?…]['\"’”)\]]*\s*$")
_CELL_ENDS = re.compile(r"[:;]\s*$")


def verbatim(case: Case, answer: Answer) -> Score:  # noqa: ARG001 - every measure takes both
    """Of the citations, the share whose quote stands in its passage character for character."""
    if not answer.citations:
        return Score("verbatim", None, "nothing is cited")
    broken = [one.quote for one in answer.citations if not one.quote or one.quote not in one.passage.text]
    return Score(
        "verbatim", 1 - len(broken) / len(answer.citations), f"not in the pack: {broken}" if broken else "all are"
    )


def clean_cut(case: Case, answer: Answer) -> Score:  # noqa: ARG001 - every measure takes both
    """Of the quotes, the share that is not cut within a word or number, nor has white space at its ends."""
    return _share("clean_cut", answer, _is_between_words)


def whole_sentences(case: Case, answer: Answer) -> Score:  # noqa: ARG001 - every measure takes both
    """Of the quotes, the share made of whole sentences, list items, labels with their values, or table cells.

    It finds what `clean_cut` does not: a full stop that was lost, a sentence without its "unless".
    """
    return _share("whole_sentences", answer, _is_between_sentences)


def _share(measure: str, answer: Answer, is_clean: Callable[[Passage, int, int], bool]) -> Score:
    """Quotes that don't stand in their passage are left to `verbatim`; where one stands several times, any will do."""
    quotes = [one for one in answer.citations if one.quote and one.quote in one.passage.text]
    if not quotes:
        return Score(measure, None, "nothing is quoted")
    cut = [one.quote for one in quotes if not any(is_clean(one.passage, *place) for place in _places(one))]
    return Score(measure, 1 - len(cut) / len(quotes), f"cut: {cut}" if cut else "none is cut")


def _places(citation: Citation) -> Iterator[tuple[int, int]]:
    start = citation.passage.text.find(citation.quote)
    while start >= 0:
        yield start, start + len(citation.quote)
        start = citation.passage.text.find(citation.quote, start + 1)


def _is_between_words(passage: Passage, start: int, end: int) -> bool:
    text = passage.text
    is_trimmed = not text[start].isspace() and not text[end - 1].isspace()
    return is_trimmed and not _is_inside(text, start) and not _is_inside(text, end)


def _is_inside(text: str, cut: int) -> bool:
    """Whether a word or number runs over the cut."""
    around = text[max(0, cut - 2) : cut + 2]
    place = cut - max(0, cut - 2)
    return any(one.start() < place < one.end() for one in _overlapping(around))


def _overlapping(text: str) -> Iterator[re.Match[str]]:
    return (found for start in range(len(text)) if (found := _INSIDE.match(text, start)))


def _is_between_sentences(passage: Passage, start: int, end: int) -> bool:
    before, quote, after = passage.text[:start], passage.text[start:end], passage.text[end:]
    return _is_end(passage, before, quote) and _is_end(passage, quote, after)


def _is_end(passage: Passage, before: str, after: str) -> bool:
    """Whether a sentence, line or cell ends between the two."""
    if not before.strip() or not after.strip() or before.endswith("\n") or after.startswith("\n"):
        return True
    if passage.kind is BlockKind.TABLE_ROW and (_CELL_ENDS.search(before) or after.startswith(";")):
        return True
    is_apart = before[-1].isspace() or after[0].isspace()
    return is_apart and bool(_SENTENCE_ENDS.search(before))
