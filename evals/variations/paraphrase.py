"""The same question in other clothes: polite, greeted, hurried, unpunctuated, stated or with a slip of the finger."""

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.domain import MAX_QUESTION
from evals.domain import Case
from evals.variations.making import made, place

_OF_THEIR_FORM = frozenset({"fragment", "greeting"})
"""Kinds whose point is how they are put."""

_LONG = 7
"""Letters from which on one slip leaves a word that can be read."""

_OPENING = re.compile(
    r"(?:What|When|Where|Which|Who|Whom|Whose|Why|How|Is|Are|Am|Was|Were|Do|Does|Did|Can|Could|Will|Would|Should|Shall"
    r"|May|Might|Must|Has|Have|Had|If|The|There|To|From|On|In|At|By|With|For|Of|And|Any|A|An|My|List|Tell|Give)\b"
)
_STOPS = re.compile(r"[?!.,;:]+(?=\s|$)")
_SLIP = re.compile(rf"(?<![\w@.'’/-])[a-z]{{{_LONG},}}(?![\w@'’/-]|\.\w)")

Form = Callable[[str], str | None]
"""Other words for a question, or None for one that can't be put so."""


def paraphrase(cases: Sequence[Case]) -> Iterator[Case]:
    """One of each case, in the first form from its own place in the rotation that fits it.

    What leans on earlier turns is changed only in its letters, since its opening words say how it leans; an attempt to
    redirect the assistant only around it, since its letters may be the attempt.
    """
    for case in cases:
        if case.kind in _OF_THEIR_FORM:
            continue
        forms = _AROUND if case.kind == "instructions" else _LETTERS if case.turns else _FORMS
        for step in range(len(forms)):
            words = forms[(place(case) + step) % len(forms)](case.question)
            if words and words != case.question and len(words) <= MAX_QUESTION:
                yield made(case, "paraphrase", question=words)
                break


def _polite(question: str) -> str | None:
    return f"Please could you help me with this? {question}"


def _greeted(question: str) -> str | None:
    return f"Good morning. {question}"


def _hurried(question: str) -> str | None:
    return f"Quick question: {_within(question)}"


def _can_you_tell(question: str) -> str | None:
    return f"Can you tell me, {_within(question)}" if _is_one_question(question) else None


def _stated(question: str) -> str | None:
    return f"I'd like to know: {_within(question.rstrip('? '))}." if _is_one_question(question) else None


def _unpunctuated(question: str) -> str | None:
    return _STOPS.sub("", question).lower()


def _with_a_slip(question: str) -> str | None:
    """Two letters in the middle of the longest word change places."""
    longest = max(_SLIP.finditer(question), key=lambda found: len(found[0]), default=None)
    if longest is None:
        return None
    middle = (longest.start() + longest.end()) // 2
    return question[: middle - 1] + question[middle] + question[middle - 1] + question[middle + 1 :]


def _is_one_question(question: str) -> bool:
    return question.endswith("?") and not re.search(r"[?!.]\s", question)


def _within(question: str) -> str:
    """As it stands inside a sentence."""
    return question[0].lower() + question[1:] if _OPENING.match(question) else question


_AROUND: tuple[Form, ...] = (_polite, _greeted, _hurried)
_LETTERS: tuple[Form, ...] = (_unpunctuated, _with_a_slip)
_FORMS: tuple[Form, ...] = (_can_you_tell, *_AROUND, *_LETTERS, _stated)
