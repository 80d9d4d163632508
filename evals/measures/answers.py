"""What is said: the outcome, the facts, what must not be said, how long it is, what a model's claims came to."""

from assistant.domain import Answer
from evals.domain import Case, Score
from evals.measures.wording import stands

_WORDS = 100
"""Four sentences of 25 words: the tightest bound on an answer among comparable systems, and the length that guidance on
plain English gives for a sentence."""

_TIMES = 1.5
"""Ours: an answer that must say a long list may be half as long again as the list is in the pack."""


def right_outcome(case: Case, answer: Answer) -> Score:
    """Whether the question ended as it may."""
    allowed = " or ".join(sorted(case.outcomes))
    return Score("right_outcome", float(answer.outcome in case.outcomes), f"{answer.outcome}, allowed: {allowed}")


def facts(case: Case, answer: Answer) -> Score:
    """Of the facts that must be said, the share that is."""
    if not case.says:
        return Score("facts", None, "no fact is asked for")
    unsaid = [alternatives for alternatives in case.says if not any(stands(one, answer.text) for one in alternatives)]
    return Score("facts", 1 - len(unsaid) / len(case.says), f"not said: {unsaid}" if unsaid else "all said")


def forbidden(case: Case, answer: Answer) -> Score:
    """1 when nothing is said that must not be."""
    if not case.never_says:
        return Score("forbidden", None, "nothing is forbidden")
    said = [words for words in case.never_says if stands(words, _own_words(answer) or answer.text)]
    return Score("forbidden", float(not said), f"said: {said}" if said else "none said")


def length(case: Case, answer: Answer) -> Score:
    """1 when what is said of the pack has at most 100 words, or at most 1.5 times those of the quotes it rests on.

    Fixed replies are as long as the secretariat wants them, and are not measured.
    """
    if not answer.sentences:
        return Score("length", None, "nothing is said of the pack")
    words = len(_own_words(answer).split())
    limit = max(_WORDS, int(_TIMES * sum(len(quote.split()) for quote in case.rests_on)))
    return Score("length", float(words <= limit), f"{words} words, at most {limit}")


def claims_kept(case: Case, answer: Answer) -> Score:  # noqa: ARG001 - every measure takes both
    """Of the claims that a model made, the share that passed the checks; none where others' words took their place."""
    if answer.mode == "quoting":
        return Score("claims_kept", None, "no model was asked")
    kept = len(answer.sentences) if answer.mode == "model" else 0
    if not kept + len(answer.dropped):
        return Score("claims_kept", None, "the model claimed nothing")
    reasons = [dropped.why for dropped in answer.dropped]
    return Score("claims_kept", kept / (kept + len(reasons)), f"dropped: {reasons}" if reasons else "all kept")


def _own_words(answer: Answer) -> str:
    """What the assistant says of its own accord: not the asker's words that it gives back."""
    return "\n".join(part for part in (answer.lead_in, *(one.text for one in answer.sentences)) if part)
