"""Cases asked in model mode of a scripted model, which now and then claims what no passage says."""

from collections.abc import Iterator, Sequence

from evals.domain import Case, World
from evals.model.scripted import FALSEHOODS
from evals.variations.making import SAID, SILENT, by_campaign, made, must_be_answered, must_be_silent, place

MOST = 24
"""Cases a campaign: every one costs a call over a socket."""


def scripted(cases: Sequence[Case]) -> Iterator[Case]:
    """A sample that stays the same as cases come and go.

    What the model finds is its own: it may leave out a fact, and where the pack is silent it may quote what is beside
    the point. That claims pass their checks and falsehoods don't is ours.
    """
    fit = [case for case in cases if must_be_answered(case) or must_be_silent(case)]
    for _, group in by_campaign(fit):
        for case in sorted(group, key=place)[:MOST]:
            outcomes = SAID if must_be_answered(case) else SAID | SILENT
            yield made(case, "scripted", world=World.SCRIPTED, outcomes=outcomes, says=(), never_says=FALSEHOODS)
