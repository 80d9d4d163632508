"""Checks on what is asked and on what is about to be said: plain functions in order, without a model or an index."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.domain import MAX_QUESTION, Question, Refusal
from assistant.guard.boundaries import asks_for_drafting, asks_own_chances, is_off_topic
from assistant.guard.child_at_risk import at_risk
from assistant.guard.crisis import in_crisis
from assistant.guard.instructions import redirects
from assistant.guard.personal_data import holds_personal_data
from assistant.guard.small_talk import is_unreadable, kind_of_small_talk
from assistant.guard.words import Message, message, plain
from assistant.signposts import Reply, Signposts
from assistant.text import clean

Check = Callable[[Message], bool]

_PIECE = 2 * MAX_QUESTION
_OVERLAP = MAX_QUESTION // 2

# A child at risk is heard first, whatever else the message holds.
_SAFETY: tuple[tuple[Reply, Check], ...] = ((Reply.CHILD_AT_RISK, at_risk), (Reply.CRISIS, in_crisis))
_BOUNDS: tuple[tuple[Reply, Check], ...] = (
    (Reply.INSTRUCTIONS, redirects),
    (Reply.DRAFTING, asks_for_drafting),
    (Reply.OWN_CHANCES, asks_own_chances),
    (Reply.CLARIFY, is_unreadable),
    (Reply.OFF_TOPIC, is_off_topic),
)


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses what must not be answered, in the secretariat's words.

    `published` gives words that anybody may read now, such as the campaign's contact: a detail that stands in them is
    no person's secret.
    """

    signposts: Signposts
    published: Callable[[], str] = str
    _forbidden: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        terms = "|".join(re.escape(plain(term)) for term in self.signposts.forbidden) or r"(?!)"
        object.__setattr__(self, "_forbidden", re.compile(rf"\b(?:{terms})\b"))

    def screen(self, question: Question) -> Refusal | None:
        """The fixed reply to a question that is not to be answered from the pack, or None."""
        text = clean(question.text)
        reply = self._reply(text)
        return self.signposts.refusal(reply) if reply else None

    def review(self, text: str, *, published: str = "") -> Refusal | None:
        """The reply to give instead of a text that must not be said; details that stand in `published` may be."""
        withheld = self._forbidden.search(plain(text)) or holds_personal_data(
            text, published=f"{self.published()}\n{published}"
        )
        return self.signposts.refusal(Reply.WITHHELD) if withheld else None

    def _reply(self, text: str) -> Reply | None:
        whole = message(text)
        pieces = tuple(map(message, _pieces(text)))
        for reply, fits in _SAFETY:
            if any(map(fits, pieces)):
                return reply
        published = self.published()
        if any(holds_personal_data(piece.text, published=published) for piece in pieces):
            return Reply.PERSONAL_DATA
        return kind_of_small_talk(whole) or next((reply for reply, fits in _BOUNDS if any(map(fits, pieces))), None)


def _pieces(text: str) -> Iterator[str]:
    """The text itself, or pieces of it that overlap: so the time that a check takes grows no faster than the text."""
    for start in range(0, max(len(text) - _OVERLAP, 1), _PIECE - _OVERLAP):
        yield text[start : start + _PIECE]
