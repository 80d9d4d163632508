"""From answers to scores: the half of a run that can be repeated without asking again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.domain import Outcome
from evals.domain import Asked, Case, Result, Score, Scored
from evals.measures import MEASURES

_ANSWERED = {Outcome.ANSWERED, Outcome.PARTLY_ANSWERED}
_SILENT = {Outcome.NOT_IN_PACK}


def score(asked: Sequence[Asked]) -> list[Result]:
    """A result for each, in the same order.

    What a kind stands for is asked of cases made by rule, too: they are measured as the kind that they were made from.
    """
    kinds = {one.case.id: one.case.kind for one in asked}
    return [Result(one.case, one.answer, _scores(one, kinds), one.repeat) for one in asked]


def scored(result: Result) -> Scored:
    """What is kept of a result to compare runs."""
    return Scored(
        case=result.case.id,
        campaign=result.case.campaign,
        kind=result.case.kind,
        outcome=str(result.answer.outcome),
        right=result.right,
        values={one.measure: one.value for one in result.scores if one.value is not None},
        judge=max(result.answer.judged.values(), default=None),
        answerable=_answerable(result.case),
    )


def current(asked: Asked) -> Score:
    """1 when the answer was made from the version of the pack that it was asked of."""
    if not asked.pack or asked.answer.versions is None or not asked.answer.versions.pack:
        return Score("current", None, "the answer was made without the pack")
    made_from = asked.answer.versions.pack
    return Score("current", float(made_from == asked.pack), f"made from {made_from}, asked of {asked.pack}")


def _scores(asked: Asked, kinds: Mapping[str, str]) -> tuple[Score, ...]:
    case = _as_its_original(asked.case, kinds)
    return (*(measure(case, asked.answer) for measure in MEASURES), current(asked))


def _as_its_original(case: Case, kinds: Mapping[str, str]) -> Case:
    return replace(case, kind=kinds.get(case.made.of, case.kind)) if case.made else case


def _answerable(case: Case) -> bool | None:
    if case.outcomes <= _ANSWERED:
        return True
    return False if case.outcomes <= _SILENT else None
