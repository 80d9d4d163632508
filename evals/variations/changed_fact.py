"""Changed facts: figures are altered in a copy of the pack; the answer must follow, and never say the old ones."""

from collections.abc import Iterator, Sequence

from assistant.domain import Turn
from evals.domain import Case, World
from evals.variations.altering import Alteration, alteration, in_digits
from evals.variations.making import by_campaign, made, must_be_answered, pack_of
from evals.variations.standing import any_stands, stands
from knowledge.domain import Pack, PackDocument

Fact = tuple[str, ...]
"""Alternatives, one of which must be said."""


def changed_fact(cases: Sequence[Case]) -> Iterator[Case]:
    """Of every answered case that asks for a figure: question, quotes and facts are altered as the pack is."""
    sure = [case for case in cases if must_be_answered(case)]
    for campaign, group in by_campaign(sure):
        pack = pack_of(campaign)
        altered = alteration_of(pack)
        text = "\n".join(altered.of(document.text) for document in pack.documents)
        for case in group:
            if changed := _changed(case, altered, text):
                yield changed


def alteration_of(pack: Pack) -> Alteration:
    """One for all documents: so an amended figure and the one it amends stay two, each in its own document."""
    texts = [text for document in pack.documents for text in (document.title, document.text, *_headings(document))]
    return alteration(texts)


def _changed(case: Case, altered: Alteration, pack: str) -> Case | None:
    """None where no fact of the case changes, or where one can't be told from the altered pack."""
    quotes = tuple(map(altered.of, case.rests_on))
    facts = [_followed(fact, "\n".join(case.rests_on), "\n".join(quotes), altered) for fact in case.says]
    says = tuple(fact for fact in facts if fact)
    if len(says) < len(facts) or says == case.says or not all(stands(quote, pack) for quote in quotes):
        return None
    question = altered.of(case.question)
    new = [words for fact, was in zip(says, case.says, strict=True) if fact != was for words in fact]
    old = [words for fact, now in zip(case.says, says, strict=True) if fact != now for words in fact]
    if any_stands(new, question) != any_stands(old, case.question):
        return None  # what was asked wrongly would now be asked rightly
    forbidden = dict.fromkeys([*map(altered.of, case.never_says), *old])
    return made(
        case,
        "changed_fact",
        world=World.CHANGED,
        question=question,
        turns=tuple(Turn(altered.of(turn.question), altered.of(turn.answer)) for turn in case.turns),
        rests_on=quotes,
        pages=(),
        says=says,
        never_says=tuple(words for words in forbidden if not stands(words, pack)),
    )


def _followed(fact: Fact, quotes: str, altered_quotes: str, altered: Alteration) -> Fact:
    """What must be said now: of the alternatives those that the quotes hold, in words or in digits; empty if unknown.

    Alternatives that were worked out ("nine" of "a Chair and eight others") can't be followed, and are no longer true.
    """
    held = {in_digits(words) for words in fact if stands(words, quotes)}
    if all(altered.of(words) == words for words in fact) or (held and {altered.of(words) for words in held} == held):
        return fact
    new = tuple(dict.fromkeys(altered.of(words) for words in fact if in_digits(words) in held))
    return new if any_stands(new, altered_quotes) else ()


def _headings(document: PackDocument) -> Iterator[str]:
    for block in document.blocks:
        yield from block.heading
