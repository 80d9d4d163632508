"""Is it a child or a young person who may end or harm their own life, rather than the asker or another grown-up?

What the asker says of themselves is left out ("I can't go on"), what they tell of another is kept ("I found a note").
Of the rest the rule for crisis says whether there is danger, and the table whether a young person is in it.
"""

import re

from assistant.guard.crisis import heard
from assistant.guard.cues import groups, heaviest
from assistant.guard.words import Message, message

_GROUPS = groups("young_in_crisis")
_YOUNG, _GROWN, _OTHERS, _OWN, _TELLING = (_GROUPS[name] for name in ("young", "grown", "others", "own", "telling"))
_OF_ONESELF = re.compile(r"(?<!\w)i (?:(?!(?:[.,]|and|but|because|that|so|he|she|they|i)(?!\w))[^ ]+(?: |$))*")


def of_the_young(asked: Message) -> bool:
    """True when a message that is heard as a crisis speaks of a young person's."""
    if speaks_of_a_grown_up(asked) or heaviest(_OTHERS, asked.words):
        return False
    others = message(_OF_ONESELF.sub(_told, asked.words))
    return any(heaviest(_YOUNG, stretch) and not heaviest(_OWN, stretch) for stretch in heard(others))


def speaks_of_a_grown_up(asked: Message) -> bool:
    """True when somebody is said to be of age."""
    return heaviest(_GROWN, asked.words) > 0


def _told(clause: re.Match[str]) -> str:
    return clause[0] if heaviest(_TELLING, clause[0]) else ""
