"""What a run showed: figures by measure and by kind, and every case that went wrong."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt

from evals.run import Result

_Z = 1.96


def summary(results: Sequence[Result]) -> str:
    """Figures with 95% intervals (Wilson) for shares of cases, then a line for each kind of case."""
    lines = [f"{len(results)} cases", ""]
    lines += [_measure_line(measure, values) for measure, values in _by_measure(results).items()]
    lines += ["", "Right by kind (outcome, facts and nothing forbidden):"]
    by_kind: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for result in results:
        by_kind[(result.case.campaign, result.case.kind)].append(result.right)
    for (campaign, kind), right in sorted(by_kind.items()):
        lines.append(f"  {campaign:28} {kind:20} {sum(right):3} of {len(right)}")
    return "\n".join(lines)


def wrong(results: Iterable[Result]) -> str:
    """Every case that went wrong, with the reasons."""
    lines = []
    for result in results:
        if not result.right:
            reasons = "; ".join(f"{one.measure}: {one.why}" for one in result.scores if one.value not in (None, 1.0))
            lines.append(
                f"{result.case.id}: {result.case.question}\n  {reasons}\n  said: {_shortened(result.answer.text)}"
            )
    return "\n".join(lines)


def averages(results: Sequence[Result]) -> dict[str, float]:
    """The mean of each measure over the cases where it can be taken."""
    return {measure: sum(values) / len(values) for measure, values in _by_measure(results).items()}


def wilson(successes: float, total: int) -> tuple[float, float]:
    """The 95% score interval of a share (Wilson 1927)."""
    share = successes / total
    middle = (share + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
    half = _Z * sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)) / (1 + _Z**2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def _by_measure(results: Sequence[Result]) -> dict[str, list[float]]:
    values: dict[str, list[float]] = defaultdict(list)
    for result in results:
        for score in result.scores:
            if score.value is not None:
                values[score.measure].append(score.value)
    return values


def _measure_line(measure: str, values: Sequence[float]) -> str:
    low, high = wilson(sum(values), len(values))
    return f"  {measure:20} {sum(values) / len(values):.3f}  ({low:.3f} to {high:.3f}, {len(values)} cases)"


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else flat[:200] + " ..."
