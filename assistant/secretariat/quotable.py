"""What of the pack an approved answer can quote: whole sentences, found by a search or taken over from an answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.domain import Sentence
from assistant.ranking import ROWS
from assistant.secretariat.approved import Approved, BoundCitation, Words
from assistant.secretariat.binding import bound, by_content, successor
from knowledge.domain import Passage
from knowledge.sentences import sentences


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence of a passage, or a row as a whole; `id` names it in a form."""

    id: str
    passage: Passage
    text: str


def quotable_in(passage: Passage) -> tuple[Quotable, ...]:
    """Its sentences in order; a row of a table, and a label with its value, are quoted whole."""
    if passage.kind in ROWS:
        return (Quotable(f"{passage.id}-0", passage, passage.text),)
    spans = enumerate(sentences(passage.text))
    return tuple(Quotable(f"{passage.id}-{place}", passage, passage.text[start:end]) for place, (start, end) in spans)


def chosen(ids: Iterable[str], passages: Sequence[Passage]) -> tuple[Quotable, ...]:
    """Those that a form names, in its order; what the pack does not hold is left out."""
    wanted = tuple(dict.fromkeys(ids))
    named = {id.rpartition("-")[0] for id in wanted}
    known = {one.id: one for passage in passages if passage.id in named for one in quotable_in(passage)}
    return tuple(known[id] for id in wanted if id in known)


def with_sources(words: Words, quotes: Iterable[Quotable], *, said: bool) -> Words:
    """The words with more to cite; with `said` each quote also becomes a sentence that cites it."""
    citations, sentences_ = list(words.citations), list(words.sentences)
    for quote in quotes:
        same = next((one for one in citations if (one.passage, one.quote) == (quote.passage.id, quote.text)), None)
        if same is None:
            same = bound(max((one.number for one in citations), default=0) + 1, quote.passage, quote.text)
            citations.append(same)
        if said:
            sentences_.append(Sentence(_as_sentence(quote), (same.number,)))
    return replace(words, citations=tuple(citations), sentences=tuple(sentences_))


def tidied(words: Words) -> Words:
    """Only the sources that a sentence cites, numbered in the order in which they are first used."""
    used = tuple(dict.fromkeys(number for sentence in words.sentences for number in sentence.citations))
    known = {one.number: one for one in words.citations}
    numbers = {old: new for new, old in enumerate((number for number in used if number in known), start=1)}
    return replace(
        words,
        citations=tuple(replace(known[old], number=new) for old, new in numbers.items()),
        sentences=tuple(
            replace(one, citations=tuple(numbers[old] for old in one.citations if old in numbers))
            for one in words.sentences
        ),
    )


def from_answer(body: Mapping[str, Any], passages: Sequence[Passage]) -> Words:
    """What a candidate was told, as the beginnings of an approved answer, where it still stands in the pack."""
    known = {passage.id: passage for passage in passages}
    cited = [(one, known.get(str(one["url"]).rpartition("#")[2])) for one in body.get("citations", ())]
    citations = tuple(
        bound(one["number"], passage, one["quote"])
        for one, passage in cited
        if passage and one["quote"] in passage.text
    )
    numbers = {one.number for one in citations}
    said = tuple(
        Sentence(one["text"], tuple(one["citations"]))
        for one in body.get("sentences", ())
        if one["citations"] and set(one["citations"]) <= numbers
    )
    return Words(sentences=said, citations=citations)


def bound_again(approved: Approved, passages: Sequence[Passage]) -> Words | None:
    """The same sentences on the passages of today, each quote as it now reads; None where nothing like one is left.

    Whether the sentences still hold is for `approval_checks` to say.
    """
    known = by_content(passages)
    citations: list[BoundCitation] = []
    for one in approved.words.citations:
        passage = known.get(one.content_hash) or successor(one, passages)
        quote = _quote_now(one.quote, passage) if passage else None
        if passage is None or quote is None:
            return None
        citations.append(bound(one.number, passage, quote))
    return replace(approved.words, citations=tuple(citations))


def _quote_now(quote: str, passage: Passage) -> str | None:
    if quote in passage.text:
        return quote
    own = set(quote.lower().split())
    nearest = max(quotable_in(passage), key=lambda one: len(own & set(one.text.lower().split())), default=None)
    return nearest.text if nearest else None


def _as_sentence(quote: Quotable) -> str:
    return ": ".join(line.strip() for line in quote.text.split("\n", 1)) if quote.passage.label else quote.text
