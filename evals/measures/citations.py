"""Are the right words of the pack cited, and under the right sentences?

`citation_recall` and `citation_precision` are those of ALCE (Gao et al. 2023, section 3), with the quotes of the case
in place of its entailment model:

- A sentence rests on the quotes that it says word for word; where a model put it in its own words, on any of them.
- Citations hold a sentence up when they overlap every quote that it rests on. One that overlaps no quote of the case
  holds nothing up: what it cites may be true, but a right answer does not rest on it.
- Recall is the share of sentences that are held up by their citations together.
- Precision is the share of citations that are needed: their sentence is held up, and either they do it alone, or the
  others do not without them.

As there, an answer without a sentence has neither; that nothing was cited which had to be shows in `quotes_cited`.
"""

from collections.abc import Sequence

from assistant.domain import Answer, Citation, Sentence
from evals.domain import Case, Score
from evals.measures.wording import holds, overlaps


def quotes_cited(case: Case, answer: Answer) -> Score:
    """Of the quotes that a right answer rests on, the share that is cited, in whole or in part."""
    if not case.rests_on:
        return Score("quotes_cited", None, "the case rests on nothing")
    cited = _overlapped(case, answer.citations)
    missing = [quote for quote in case.rests_on if quote not in cited]
    return Score("quotes_cited", 1 - len(missing) / len(case.rests_on), f"not cited: {missing}" if missing else "all")


def citation_recall(case: Case, answer: Answer) -> Score:
    """Of the sentences, the share that their citations together hold up."""
    if not case.rests_on or not answer.sentences:
        return Score("citation_recall", None, "nothing to compare")
    loose = [one.text for one in answer.sentences if not _held_up(case, one, _citations(answer, one))]
    return Score(
        "citation_recall", 1 - len(loose) / len(answer.sentences), f"not held up: {loose}" if loose else "all held up"
    )


def citation_precision(case: Case, answer: Answer) -> Score:
    """Of the citations under the sentences, the share that is needed."""
    pairs = [(one, citation) for one in answer.sentences for citation in _citations(answer, one)]
    if not case.rests_on or not pairs:
        return Score("citation_precision", None, "nothing to compare")
    beside = [citation.quote for one, citation in pairs if not _is_needed(case, answer, one, citation)]
    return Score(
        "citation_precision", 1 - len(beside) / len(pairs), f"beside the point: {beside}" if beside else "all needed"
    )


def page(case: Case, answer: Answer) -> Score:
    """Of the citations that overlap a quote whose page is known, the share that names that page."""
    known = {quote: number for quote, number in zip(case.rests_on, case.pages, strict=False) if number is not None}
    wrong: list[str] = []
    measured = 0
    for citation in answer.citations:
        right = {known[quote] for quote in _overlapped(case, [citation]) if quote in known}
        measured += bool(right)
        if right and citation.passage.page not in right:
            wrong.append(f"{citation.quote!r} on {citation.passage.page}, not {' or '.join(map(str, sorted(right)))}")
    if not measured:
        return Score("page", None, "no citation of a quote whose page is known")
    return Score("page", 1 - len(wrong) / measured, f"wrong: {wrong}" if wrong else "all right")


def _is_needed(case: Case, answer: Answer, sentence: Sentence, citation: Citation) -> bool:
    together = _citations(answer, sentence)
    if not _held_up(case, sentence, together):
        return False
    others = [one for one in together if one.number != citation.number]
    return _held_up(case, sentence, [citation]) or not _held_up(case, sentence, others)


def _held_up(case: Case, sentence: Sentence, citations: Sequence[Citation]) -> bool:
    cited = _overlapped(case, citations)
    said = {quote for quote in case.rests_on if holds(sentence.text, quote, among=case.rests_on)}
    return bool(cited) and said <= cited


def _overlapped(case: Case, citations: Sequence[Citation]) -> set[str]:
    return {quote for quote in case.rests_on if any(overlaps(one, quote, among=case.rests_on) for one in citations)}


def _citations(answer: Answer, sentence: Sentence) -> list[Citation]:
    return [citation for citation in answer.citations if citation.number in sentence.citations]
