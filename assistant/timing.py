"""How long each step of an answer took, and the span that it is in a trace."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from assistant.tracing import span


class Timings:
    """Milliseconds a step, and in all since it was made."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        began = perf_counter()
        with span(step):
            yield
        self._steps[step] = _milliseconds(began)

    def spared(self, *steps: str) -> None:
        """Steps that, unless they were taken, this answer did without: 0 milliseconds."""
        for step in steps:
            self._steps.setdefault(step, 0.0)

    def total(self) -> Mapping[str, float]:
        """The steps so far and their `total`."""
        return {**self._steps, "total": _milliseconds(self._began)}


def _milliseconds(began: float) -> float:
    return round((perf_counter() - began) * 1000, 3)
