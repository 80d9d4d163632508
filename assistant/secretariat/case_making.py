"""A reviewed answer as a case of the evals: its line, and what speaks against keeping it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from assistant.casebook import CaseLine, TurnLine, asked, faults, page_of
from assistant.domain import Outcome, Rule
from assistant.guard.personal_data import holds_personal_data
from assistant.secretariat.marks import Review, Verdict
from knowledge.domain import Block
from knowledge.fingerprint import fingerprint
from knowledge.pack import load_pack

AUTHOR: Final = "the secretariat"

_KINDS: Final = {
    Outcome.ANSWERED: "answerable",
    Outcome.PARTLY_ANSWERED: "partly_answerable",
    Outcome.NOT_IN_PACK: "not_in_pack",
    Outcome.CLARIFY: "ambiguous",
    Outcome.GREETED: "greeting",
}
_BY_RULE: Final = {Rule.OWN_CHANCES, Rule.DRAFTING, Rule.INSTRUCTIONS, Rule.OFF_TOPIC}


@dataclass(frozen=True, slots=True)
class CheckedPack:
    """The pack that a case is checked against: its blocks, and its fingerprint for the evals."""

    fingerprint: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a case is to be: the question as it will be read by anybody, how it should end, the quotes it rests on.

    `turns` are those that the question follows; `rule` is the one that a declined question should meet.
    """

    campaign: str
    turn: str
    question: str
    outcome: Outcome
    quotes: tuple[str, ...] = ()
    turns: tuple[TurnLine, ...] = ()
    rule: str = ""


def read_pack(folder: Path) -> CheckedPack:
    """The pack in a folder; PackError when it can't be read. Takes seconds for long PDFs."""
    blocks = tuple(block for document in load_pack(folder).documents for block in document.blocks)
    return CheckedPack(fingerprint(folder), blocks)


def expected(outcome: Outcome, verdict: Verdict) -> Outcome:
    """How an answer that ended so should have ended, as far as the verdict tells."""
    if verdict is Verdict.SHOULD_HAVE or (verdict is Verdict.INCOMPLETE and outcome is Outcome.PARTLY_ANSWERED):
        return Outcome.ANSWERED
    return Outcome.NOT_IN_PACK if verdict is Verdict.SHOULD_NOT else outcome


def trusted(quotes: Sequence[str], review: Review) -> tuple[str, ...]:
    """The quotes of an answer's citations, in their order, but those that the review calls wrong."""
    wrong = {mark.number for mark in review.opinion.marks if mark.of == "citation" and mark.grade == "wrong"}
    return tuple(quote for number, quote in enumerate(quotes, start=1) if number not in wrong)


def line_of(wish: Wish, pack: CheckedPack, *, verdict: Verdict, at: datetime) -> CaseLine:
    """The case as the evals read it."""
    quotes = list(dict.fromkeys(quote.strip() for quote in wish.quotes if quote.strip()))
    pages = [page_of(quote, pack.blocks) for quote in quotes]
    return CaseLine(
        id=f"{wish.campaign}-reviewed-{wish.turn[:12]}",
        kind=_kind(wish),
        question=wish.question,
        turns=list(wish.turns),
        outcomes=[wish.outcome],
        rests_on=quotes,
        pages=pages if any(pages) else [],
        note=f"Made of an answer that was marked {verdict.replace('_', ' ')}.",
        author=AUTHOR,
        date=at.date().isoformat(),
        pack=pack.fingerprint,
    )


def holds_private_words(line: CaseLine, *, published: str) -> bool:
    """Whether a case gives away something about a person that does not stand in the published words."""
    said = (line.question, *(turn.question for turn in line.turns))
    return any(holds_personal_data(text, published=published) for text in said)


def complaints(line: CaseLine, pack: CheckedPack, others: Iterable[CaseLine]) -> list[str]:
    """What the lint of the evals would say of it, among the others of its campaign."""
    same = [other.id for other in others if other.id != line.id and asked(other) == asked(line)]
    return [*faults(line, pack.blocks), *(f"it asks the same as {other}" for other in same[:1])]


def _kind(wish: Wish) -> str:
    if wish.turns:
        return "follow_up"
    if wish.outcome is Outcome.DECLINED:
        return wish.rule if wish.rule in _BY_RULE else Rule.OFF_TOPIC.value
    return _KINDS[wish.outcome]
