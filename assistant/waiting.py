"""Which queues of the secretariat an answer is put into when it is given."""

import math
from enum import StrEnum
from typing import Final

from assistant.domain import Answer, Outcome

CLOSE: Final = 0.5
"""Log-odds from the line within which a question was nearly answered, or nearly not. Of the cases of the evals that the
judge saw, one in nine lies there, and more of those are wrong than of the others (docs/console.md)."""


class Queue(StrEnum):
    """Why somebody should look at an answer."""

    NOT_IN_PACK = "not_in_pack"
    PARTLY_ANSWERED = "partly_answered"
    NEARLY_ANSWERED = "nearly_answered"
    NOT_USEFUL = "not_useful"
    DECLINED = "declined"
    EVIDENCE_CHANGED = "evidence_changed"
    LOST_SENTENCES = "lost_sentences"
    MARKS_DIFFER = "marks_differ"


_BY_OUTCOME: Final = {
    Outcome.NOT_IN_PACK: Queue.NOT_IN_PACK,
    Outcome.PARTLY_ANSWERED: Queue.PARTLY_ANSWERED,
    Outcome.DECLINED: Queue.DECLINED,
    Outcome.SIGNPOSTED: Queue.DECLINED,
}


def queues_of(answer: Answer) -> set[Queue]:
    """None for most that were answered."""
    queues = {_BY_OUTCOME[answer.outcome]} if answer.outcome in _BY_OUTCOME else set()
    if answer.line is not None and any(is_close(chance, answer.line) for chance in answer.judged.values()):
        queues.add(Queue.NEARLY_ANSWERED)
    if answer.dropped:
        queues.add(Queue.LOST_SENTENCES)
    return queues


def is_close(chance: float, line: float) -> bool:
    """Whether a probability is close to the line, itself a probability."""
    return abs(_log_odds(chance) - _log_odds(line)) <= CLOSE


def _log_odds(chance: float) -> float:
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    return math.log(chance / (1 - chance))
