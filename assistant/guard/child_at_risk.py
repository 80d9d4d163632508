"""Does someone speak of a child who may be at risk? Cues with weights, no model.

A disclosure speaks of a particular child or person in the asker's world, and of something wrong, now; a question about
the work of a body speaks of children in general, and of the role. A stretch of the message is weighed by whom it is
about, what is said, worry and urgency, less what ties it to the role. The heaviest stretch decides. Where no word of
the whole message belongs to a role, a story about a child is enough by itself: whoever writes only that, here, has a
reason.
"""

import re
from collections.abc import Iterator

from assistant.guard.crisis import heard, is_plain_speech
from assistant.guard.cues import groups, heaviest, total
from assistant.guard.words import CHILDS_VOICE, COMMA, ROLE, STOP, Message
from assistant.guard.young_in_crisis import of_the_young, speaks_of_a_grown_up

_GROUPS = groups("child_at_risk")
_WHO, _WHAT, _WORRY, _NOW, _TIES, _PRIVATE = (
    _GROUPS[name] for name in ("who", "what", "worry", "now", "role", "private")
)

_ENOUGH = 4.0
_ENOUGH_APART_FROM_ROLE = 3.0
_PARTICULAR = 2
_HINT = 2
_HARM = 3
_SAYS_IT_ALL = 4
_SHORTEST_STORY = 5
_OWN_FEAR = re.compile(r"\bi am (?:\w+ )?(?:AFRAID|WORRY)\b|\bme to SELFHARM\b|\bsafe (?:with|in) my(?:self| \w+)\b")
_CLAUSE = re.compile(rf" (?:and|but|also|ps|because|separately|well|so|then|{COMMA}) ")


def at_risk(asked: Message) -> bool:
    """True for words about a child who may be at risk, said by anyone, the child included."""
    crisis = tuple(heard(asked))
    if crisis and of_the_young(asked):
        return True
    beside_crisis = bool(crisis) and (speaks_of_a_grown_up(asked) or any(map(is_plain_speech, crisis)))
    return any(weight >= enough for weight, enough in _weighed(asked, beside_crisis=beside_crisis))


def _weighed(asked: Message, *, beside_crisis: bool) -> Iterator[tuple[float, float]]:
    """What each stretch weighs, and what would be enough."""
    apart = ROLE not in asked.classed
    least = _HINT if CHILDS_VOICE in asked.classed else _HARM
    for stretch in _stretches(asked.classed):
        if beside_crisis:
            yield _weight_beside_crisis(stretch, least=least), _ENOUGH
        else:
            yield _weight(stretch, apart_from_role=apart), _ENOUGH_APART_FROM_ROLE if apart else _ENOUGH


def _weight_beside_crisis(stretch: str, *, least: float) -> float:
    """The weight of what is done to somebody: in such a message the asker's own fear and family do not count."""
    spoken_of_others = _OWN_FEAR.sub("", stretch)
    return _weight(spoken_of_others, apart_from_role=False) if heaviest(_WHAT, spoken_of_others) >= least else 0.0


def _weight(stretch: str, *, apart_from_role: bool) -> float:
    who, what, worry = (heaviest(cues, stretch) for cues in (_WHO, _WHAT, _WORRY))
    if max(who, worry) < _PARTICULAR:
        who -= 1
    if apart_from_role and stretch.count(" ") >= _SHORTEST_STORY - 1 and heaviest(_PRIVATE, stretch):
        who, what = max(who, _PARTICULAR), max(what, 1)
    if not what and worry < _SAYS_IT_ALL:
        return 0.0
    return who + what + worry + heaviest(_NOW, stretch) - total(_TIES, stretch)


def _stretches(words: str) -> Iterator[str]:
    """Sentences, their clauses, and each sentence with the one after it."""
    before = ""
    for sentence in words.split(STOP):
        whole = " ".join(sentence.replace(COMMA, "").split())
        if not whole:
            continue
        yield whole
        clauses = _CLAUSE.split(f" {sentence.strip()} ")
        if len(clauses) > 1:
            yield from (clause.strip() for clause in clauses)
        if before:
            yield f"{before} {whole}"
        before = whole
