"""What the judges said, to read: means with intervals, what is unscored, and where they and our measures part ways."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from evals.domain import Asked, Result
from evals.judges.asking import Judged
from evals.judges.judge import JUDGES
from evals.scoring import score
from evals.statistics import interval

_FULL = 1.0
_WORDS = 200


def summary(judged: Sequence[Judged], asked: Sequence[Asked]) -> str:
    """A line a measure, then every answer that is called right here and wanting there, or the other way about."""
    right = {_key(result): result.right for result in score(asked)}
    lines = ["advisory: what a model thinks of the answers; the gate never asks it"]
    for one in JUDGES:
        lines.extend(_measure(one.name, [row for row in judged if row.measure == one.name], right))
    return "\n".join(lines)


def _measure(name: str, rows: Sequence[Judged], right: dict[tuple[str, int], bool]) -> Iterator[str]:
    values = [(row, row.judgement.value) for row in rows if row.judgement.value is not None]
    unscored = [row for row in rows if row.judgement.value is None]
    if values:
        low, high = interval([value for _, value in values])
        mean = fmean(value for _, value in values)
        yield f"{name:18} {mean:.3f}  ({low:.3f} to {high:.3f}, {len(values)} answers, {len(unscored)} unscored)"
        parted = [(row, value) for row, value in values if (value == _FULL) != right[_key(row.asked)]]
        agree = 1 - len(parted) / len(values)
        yield f"  agrees with right or wrong as we measure it: {agree:.3f}"
        yield from (_parted(row, value, right[_key(row.asked)]) for row, value in parted)
    else:
        yield f"{name:18} unscored ({len(unscored)} answers)"
    yield from (f"  unscored: {row.asked.case.id}: {row.judgement.why[:_WORDS]}" for row in unscored)


def _parted(row: Judged, value: float, right: bool) -> str:
    ours = "right" if right else "wrong"
    return f"  {row.asked.case.id}: {value:.2f}, {ours} as we measure it: {row.judgement.why[:_WORDS]}"


def _key(one: Asked | Result) -> tuple[str, int]:
    return one.case.id, one.repeat
