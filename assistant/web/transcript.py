"""A conversation as a plain text to keep: questions, answers, and the words of the pack that they rest on."""

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urljoin

from assistant.records import KeptTurn
from assistant.web.schemas import AnswerBody, CitationBody
from assistant.web.words import Words, checked_in, day_in
from knowledge.domain import Campaign


def transcript(turns: Sequence[KeptTurn], *, campaign: Campaign, words: Words, site: str, today: date) -> str:
    """What may be kept of a conversation; `site` is what makes addresses whole."""
    ours = words["transcript"]
    kept = [turn for turn in turns if turn.question]
    # An answer's own: whoever gets the text passed on can't open or erase the conversation by it.
    reference = [ours["reference"].format(reference=kept[0].id)] if kept else []
    parts = [
        f"{ours['title']}: {campaign.name}",
        ours["made"].format(day=day_in(words, today)),
        ours["notice"],
        *reference,
        *(_turn(turn, words, site) for turn in kept),
    ]
    return "\n\n".join(parts if kept else [*parts, ours["none"]]) + "\n"


def _turn(turn: KeptTurn, words: Words, site: str) -> str:
    ours = words["transcript"]
    asked = ours["question"].format(question=turn.question)
    lines = ["-" * 72, asked, ours["asked"].format(day=day_in(words, turn.asked_at.date())), ""]
    if not turn.body:
        return "\n".join([*lines, ours["unfinished"]])
    return "\n".join([*lines, *_answer(AnswerBody.model_validate(turn.body), words, site)])


def _answer(answer: AnswerBody, words: Words, site: str) -> Iterator[str]:
    if answer.approved:
        yield checked_in(words, answer.approved.checked_on)
    yield answer.text
    for citation in answer.citations:
        yield from ("", words["transcript"]["source"].format(number=citation.number, place=_place(citation, words)))
        yield from (f"“{citation.quote}”", urljoin(site, citation.url))
    for nearest in answer.nearest:
        yield from ("", f"{words['element']['nearest']}: {' › '.join(nearest.heading)}")
        yield from (f"“{nearest.quote}”", urljoin(site, nearest.url))


def _place(citation: CitationBody, words: Words) -> str:
    page = words["element"]["source_page"].format(page=citation.page) if citation.page else ""
    return " › ".join([citation.title, *citation.heading]) + page
