"""What answers took: time a stage, tokens, dollars. Told, never gated: they are the machine's as much as the code's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.domain import Result


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of a stage over the answers that went through it."""

    stage: str
    median: float
    p95: float
    answers: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens and US dollars in all, over the answers that a model had a part in; 0 dollars where no price is known."""

    tokens_in: int
    tokens_out: int
    dollars: float
    answers: int


def latencies(results: Sequence[Result]) -> list[Latency]:
    """The stages in the order in which answers go through them, `total` last."""
    longest = sorted((result.answer.timings_ms for result in results), key=len, reverse=True)
    stages = sorted(dict.fromkeys(stage for timings in longest for stage in timings), key="total".__eq__)
    return [_latency(stage, [timings[stage] for timings in longest if stage in timings]) for stage in stages]


def spent(results: Sequence[Result]) -> Spent:
    used = [
        result.answer.usage for result in results if result.answer.usage.tokens_in or result.answer.usage.tokens_out
    ]
    return Spent(
        sum(usage.tokens_in for usage in used),
        sum(usage.tokens_out for usage in used),
        sum(usage.dollars for usage in used),
        len(used),
    )


def _latency(stage: str, milliseconds: Sequence[float]) -> Latency:
    median, p95 = np.percentile(milliseconds, [50, 95])
    return Latency(stage, float(median), float(p95), len(milliseconds))
