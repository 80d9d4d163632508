"""Turns as a page shows them: each question with what was said to it, or why nothing was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.records import Feedback, KeptTurn
from assistant.web.schemas import AnswerBody


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """`question` is empty when it is not kept; `answer` is None when none came (yet): `state` says which.

    `state` is finished, failed, stopped or pending; `feedback` is what to show of it: ask, why, thanks or none.
    """

    id: str
    question: str
    answer: AnswerBody | None
    state: str
    feedback: str = "ask"


def shown(turns: Sequence[KeptTurn], *, now: datetime, patience: timedelta) -> tuple[ShownTurn, ...]:
    """What was recorded. A turn begun longer than `patience` ago was cut off, and no answer will come."""
    return tuple(
        ShownTurn(
            id=turn.id,
            question=turn.question or "",
            answer=AnswerBody.model_validate(turn.body) if turn.body else None,
            state=_state(turn, now - patience),
            feedback=_feedback(turn.feedback),
        )
        for turn in turns
    )


def shown_now(answer: AnswerBody, question: str) -> ShownTurn:
    """An answer that is not, or not wholly, in the records."""
    return ShownTurn(answer.id, question, answer, "finished")


def _state(turn: KeptTurn, begun_after: datetime) -> str:
    if turn.state != "started":
        return turn.state
    return "pending" if turn.asked_at > begun_after else "failed"


def _feedback(given: Feedback | None) -> str:
    if given is None:
        return "ask"
    return "thanks" if given.useful or given.reason is not None else "why"
