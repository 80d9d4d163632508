"""One question, several things asked: "How often do you meet, where, and are expenses paid?" is three."""

import re
from itertools import pairwise

from assistant.subjects import asked_about
from assistant.wording import content_words
from knowledge.sentences import sentences

_WH = r"(?:what|when|where|who|whom|whose|which|why|how)"
_AUX = r"(?:is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|must|has|have|had)"
_PREPOSITION = r"(?:(?:in|at|on|from|to|for|by|with|of|until|since)\s+)?"
_SUBJECT = r"(?:i|we|you|they|it|he|she|there|the|a|an|my|your|our|their|this|that|these|those|any|all|members?)\b"
_ASIDE = rf"{_AUX}\s+(?:{_SUBJECT}|\w+\s+(?:\w+ed|paid|held|given|made|known|available|possible|needed)\b)"
_JOINT = re.compile(
    rf"\s*(?:[,;]?\s+(?:and|or|plus|&)\s+(?:also\s+|then\s+)?|;\s*)(?={_PREPOSITION}{_WH}\b|{_ASIDE})"
    rf"|\s*,\s*(?=(?:what|when|why|how)\b|where\b(?=\s*(?:,|and\b|\?|$|{_AUX}\b))|{_ASIDE})",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"^{_PREPOSITION}(?:(?:what|which|whose|how many|how much)(?:\s+(?!{_AUX}\b)[\w-]+){{0,3}}"
    rf"|how(?:\s+(?:often|long|many|much))?|{_WH})$",
    re.IGNORECASE,
)
_OPENING = re.compile(rf"^{_PREPOSITION}{_WH}\b.*?(?=\s+{_AUX}\b)", re.IGNORECASE)
_ASKS = re.compile(rf"\?\s*$|^(?:and\s+|but\s+|so\s+|also\s+)?{_PREPOSITION}(?:{_WH}|{_AUX})\b", re.IGNORECASE)
_PAIR = re.compile(
    rf"^(?P<head>(?:{_WH}|{_AUX}|tell me|do you)\b.*?\b(?:is|are|about|on|the|for|there|any|any of)\s+)?"
    r"(?P<first>[\w' -]{2,40}?)\s*(?:,|and|&|or)\s+(?P<second>[\w' -]{2,40})$",
    re.IGNORECASE,
)


def parts_of(question: str) -> tuple[str, ...]:
    """The things that a question asks, each to stand alone; a question that asks one thing is its own only part.

    What is said before the first thing asked ("I work full time. Can I apply?") goes with it.
    """
    background: list[str] = []
    parts: list[str] = []
    for start, end in sentences(question):
        sentence = question[start:end]
        if not _ASKS.search(sentence):
            background.append(sentence)
            continue
        asked = _asked_in(sentence.rstrip("?!. "))
        if not parts and background:
            asked[0] = " ".join([*background, asked[0]])
        parts.extend(asked)
    if not parts:
        parts = _pair(question.strip().rstrip("?!. "))
    return tuple(dict.fromkeys(part for part in parts if content_words(part))) or (question,)


def _asked_in(sentence: str) -> list[str]:
    pieces = [piece.strip(" ,;") for piece in _JOINT.split(sentence)]
    pieces = [piece for piece in pieces if piece]
    whole = _with_predicates(pieces)
    return [part for piece in whole for part in _pair(piece)]


def _with_predicates(pieces: list[str]) -> list[str]:
    """A bare "where" borrows "do you meet" from its neighbour: from the piece before it, else from the one after."""
    predicates = [None if _BARE.match(piece) else _predicate(piece) for piece in pieces]
    for before, here in pairwise(range(len(pieces))):
        if predicates[here] is None and _BARE.match(pieces[here]):
            predicates[here] = predicates[before]
    for here, after in reversed(list(pairwise(range(len(pieces))))):
        if predicates[here] is None and _BARE.match(pieces[here]):
            predicates[here] = predicates[after]
    return [
        f"{piece} {predicate}" if predicate and _BARE.match(piece) else piece
        for piece, predicate in zip(pieces, predicates, strict=True)
    ]


def _predicate(piece: str) -> str | None:
    opening = _OPENING.match(piece)
    return piece[opening.end() :].strip() if opening else None


def _pair(piece: str) -> list[str]:
    """ "What are the pay and the deadline" asks two things when each half names a subject of its own."""
    found = _PAIR.match(piece)
    if not found:
        return [piece]
    first, second = asked_about(found["first"]), asked_about(found["second"])
    if not first or not second or set(first) & set(second):
        return [piece]
    head = found["head"] or ""
    return [f"{head}{found['first'].strip()}", f"{head}{found['second'].strip()}"]
