"""What the assistant does not do: write an application, judge the asker's chances, talk about other things."""

from assistant.guard.cues import scale
from assistant.guard.patterns import rows
from assistant.guard.words import Message, sentences_of


def asks_for_drafting(asked: Message) -> bool:
    """True for a wish to have part of an application written, improved or judged."""
    return _fits("drafting", asked)


def asks_own_chances(asked: Message) -> bool:
    """True for a wish to hear how well the asker would do, or whether to apply."""
    return scale("own_chances").tips(asked) or _fits("own_chances", asked)


def is_off_topic(asked: Message) -> bool:
    """True for what has clearly nothing to do with an appointment; whatever is in doubt is False."""
    return any(row.fits(asked.words) for row in rows("off_topic"))


def _fits(rule: str, asked: Message) -> bool:
    return any(row.fits(sentence) for sentence in sentences_of(asked.words) for row in rows(rule))
