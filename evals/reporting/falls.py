"""What a run fell at, in words that a report can show."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.domain import Result
from evals.gating.verdict import Fall, Verdict, Why
from evals.reporting.meanings import meaning
from evals.reporting.words import amount, slice_title


@dataclass(frozen=True, slots=True)
class Fallen:
    """A gate that a run fell at: its name for machines, what happened in a sentence, and the cases that did it."""

    name: str
    what: str
    worse: tuple[str, ...]


def fallen(verdict: Verdict) -> tuple[Fallen, ...]:
    """Each fall in words, in the order of the verdict."""
    return tuple(
        Fallen(
            f"{fall.gate.measure}, {fall.gate.slice}: {fall.why}", _what(fall), tuple(one.case for one in fall.worse)
        )
        for fall in verdict.falls
    )


def worse_results(fall: Fallen, results: Sequence[Result]) -> list[Result]:
    """The answers of the cases that a fall names, in its order; cases that are gone have none."""
    order = {case: place for place, case in enumerate(fall.worse)}
    return sorted((one for one in results if one.case.id in order), key=lambda one: order[one.case.id])


def decided(verdict: Verdict | None) -> str:
    """The verdict in a sentence."""
    if verdict is None:
        return "The gate was not asked: nothing here says whether the change may be merged."
    if verdict.passed:
        return f"The gate lets this change pass: it holds all {verdict.held} limits."
    return f"The gate stops this change: it falls at {len(verdict.falls)} of {verdict.held} limits."


def notes(verdict: Verdict | None) -> tuple[str, ...]:
    """What else is to be known of a verdict: what it leaves out, and what else changed."""
    if verdict is None:
        return ()
    told = {
        "Not held, because only a part of their cases was asked": [slice_title(one) for one in verdict.left_out],
        "Cases that moved to another kind or campaign": verdict.moved,
        "Not as it was when the baseline was made": verdict.other,
    }
    return tuple(f"{title}: {'; '.join(ones)}." for title, ones in told.items() if ones)


def _what(fall: Fall) -> str:
    measure = fall.gate.measure
    about = f"{meaning(measure).title} ({slice_title(fall.gate.slice)}, {fall.cases} cases)"
    before, after = (_known(measure, value) for value in (fall.before, fall.after))
    if fall.why == Why.LOST:
        return f"{about}: {len(fall.worse)} cases of the baseline can no longer be measured."
    if fall.why == Why.FLOOR:
        limit = "at most" if meaning(measure).lower else "at least"
        return f"{about} is {after}; {limit} {_known(measure, fall.gate.floor)} is asked for."
    if fall.why == Why.ANY_DROP:
        return f"{about} went from {before} to {after}; here no case may get worse, and {len(fall.worse)} did."
    return f"{about} went from {before} to {after}{_interval(fall)}; it may lose {_points(measure, fall.gate.drop)}."


def _known(measure: str, value: float | None) -> str:
    return "none" if value is None else amount(measure, value)


def _interval(fall: Fall) -> str:
    if fall.low is None or fall.high is None:
        return ""
    low, high = (_points(fall.gate.measure, value) for value in (fall.low, fall.high))
    return f" (95% interval of the difference: {low} to {high})"


def _points(measure: str, difference: float | None) -> str:
    if difference is None:
        return "nothing"
    return f"{difference * 100:.1f} points" if meaning(measure).share else f"{difference:.3f}"
