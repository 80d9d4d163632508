"""The form that makes a case of an answer: filled in so that for a right answer one press is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assistant.casebook import TurnLine
from assistant.domain import MAX_QUESTION, Outcome
from assistant.secretariat.answers import KeptAnswer
from assistant.secretariat.case_making import Wish, expected, trusted
from assistant.secretariat.marks import Review
from assistant.text import clean
from assistant.web.schemas import AnswerBody

OUTCOMES: Final = (
    Outcome.ANSWERED,
    Outcome.PARTLY_ANSWERED,
    Outcome.NOT_IN_PACK,
    Outcome.CLARIFY,
    Outcome.DECLINED,
    Outcome.GREETED,
)
"""How a case may be meant to end. The others are of questions that are not kept, or of no question."""

_ANSWERED: Final = frozenset({Outcome.ANSWERED, Outcome.PARTLY_ANSWERED})
_MAX_QUOTE: Final = 4000


@dataclass(frozen=True, slots=True)
class CaseForm:
    """`quotes` are pairs of a quote and whether it is ticked; `other` is one more, typed."""

    question: str
    outcome: Outcome
    quotes: tuple[tuple[str, bool], ...]
    other: str
    follows: bool


def case_values(answer: KeptAnswer, body: AnswerBody | None, typed: Mapping[str, Any]) -> CaseForm | None:
    """The form, None for an answer that no case can be made of: not reviewed, not kept, of no known outcome."""
    review = answer.review
    if body is None or review is None or answer.question is None or body.outcome not in OUTCOMES:
        return None
    meant = expected(body.outcome, review.opinion.verdict)
    chosen = typed["quotes"] if "quotes" in typed else _rests_on(body, review, meant)
    return CaseForm(
        question=typed.get("question", answer.question),
        outcome=Outcome(typed.get("outcome", meant)),
        quotes=tuple((quote, quote in chosen) for quote in _known(answer, body)),
        other=typed.get("other", ""),
        follows=bool(earlier(answer)),
    )


def earlier(answer: KeptAnswer) -> tuple[TurnLine, ...]:
    """The turns without which the question could not be read; none when it stood alone."""
    restated = answer.working.restated if answer.working else ""
    if not restated or restated.casefold() == (answer.question or "").casefold():
        return ()
    return tuple(TurnLine(question=turn.question, answer=turn.answer) for turn in answer.before)


def wish_of(answer: KeptAnswer, typed: Mapping[str, Any], campaign: str) -> Wish:
    """What was asked for with the form."""
    return Wish(
        campaign=campaign,
        turn=answer.turn,
        question=typed["question"],
        outcome=Outcome(typed["outcome"]),
        quotes=(*typed["quotes"], typed["other"]),
        turns=earlier(answer),
        rule=answer.rule,
    )


def typed_of(question: str, outcome: str, quotes: Sequence[str], other: str) -> dict[str, Any]:
    """What stood in the form, made safe. A quote keeps its line ends: it stands so in the pack."""
    return {
        "question": clean(question)[:MAX_QUESTION],
        "outcome": outcome if outcome in OUTCOMES else Outcome.NOT_IN_PACK.value,
        "quotes": [quote.replace("\r\n", "\n")[:_MAX_QUOTE] for quote in quotes],
        "other": clean(other)[:_MAX_QUOTE],
    }


def _rests_on(body: AnswerBody, review: Review, meant: Outcome) -> tuple[str, ...]:
    return trusted([citation.quote for citation in body.citations], review) if meant in _ANSWERED else ()


def _known(answer: KeptAnswer, body: AnswerBody) -> list[str]:
    """The quotes at hand: those cited, those that were nearly, those shown as nearest."""
    likely = [one.quote for part in answer.working.parts for one in part.likeliest] if answer.working else []
    cited = [citation.quote for citation in body.citations]
    return list(dict.fromkeys([*cited, *likely, *(near.quote for near in body.nearest)]))
