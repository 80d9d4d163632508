"""What the pack does not say, in the asker's words: "Where do members meet?" leaves open "where members meet"."""

import re

from assistant.subjects import Subject

_WH = r"(?:(?:in|at|on|from|to|for|by|with) )?(?:what|which|who|whom|whose|when|where|why|how)\b[^?]*?"
_PRONOUNS = {"i": "you", "we": "you", "you": "the body", "it": "it", "they": "they", "he": "he", "she": "she"}
_MODAL = re.compile(
    rf"^(?P<wh>{_WH} )?(?P<modal>can|could|will|would|should|may|must|am|are|do|did) (?P<who>i|we|they|it) "
    r"(?P<rest>.+)$",
    re.IGNORECASE,
)
_PERSONS = [
    (re.compile(r"\bmy\b", re.I), "your"),
    (re.compile(r"\bme\b", re.I), "you"),
    (re.compile(r"\bmyself\b", re.I), "yourself"),
    (re.compile(r"\bi'm\b|\bi am\b", re.I), "you are"),
    (re.compile(r"\bi\b", re.I), "you"),
]
_LONGEST = 90
# What a page, a terminal or whoever reads Markdown could take for more than words is not said back to them.
_MORE_THAN_WORDS = re.compile(r"://|[^\w\s'’‘\"“”.,;:?!£$€%&/()+–—-]+")


def missing_words(part: str, silent_on: Subject | None) -> str:
    """What to put behind "the recruitment pack does not say": the subject on which it is silent, else what was asked,
    which may be less than its subject. The question stands in “ ” where no clause can be made.
    """
    if silent_on:
        return silent_on.missing
    asked = " ".join(_MORE_THAN_WORDS.sub(" ", part).split()).rstrip("?!. ")
    inverted = _MODAL.match(asked)
    if inverted and len(asked) <= _LONGEST:
        return _clause(inverted)
    shown = asked if len(asked) <= _LONGEST else asked[:_LONGEST].rsplit(" ", 1)[0] + " ..."
    return f"“{shown}?”"


def _clause(inverted: re.Match[str]) -> str:
    opening = (inverted["wh"] or "whether ").lower()
    who = _PRONOUNS[inverted["who"].lower()]
    modal = inverted["modal"].lower()
    verb = {"am": "are", "do": "", "did": "did"}.get(modal, modal)
    clause = f"{opening}{who} {verb} {inverted['rest']}"
    for pattern, replacement in _PERSONS:
        clause = pattern.sub(replacement, clause)
    return " ".join(clause.split())
