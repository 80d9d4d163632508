"""A model that keeps failing is left alone for a while, so that nobody waits for it."""

import time
from collections.abc import Callable


class CircuitBreaker:
    """Opens after so many failures in a row; after a pause it lets one call through, and closes if that succeeds.

    `clock` gives seconds that never go back.
    """

    def __init__(
        self, *, failures: int = 5, pause_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed = failures
        self._pause = pause_seconds
        self._clock = clock
        self._failed = 0
        self._opened: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether calls are not made just now."""
        return self._opened is not None and self._clock() - self._opened < self._pause

    def lets_through(self) -> bool:
        """Whether a call may be made now. While open, asking after the pause takes the one trial."""
        if self._opened is None:
            return True
        if self._clock() - self._opened < self._pause:
            return False
        # Until the trial ends, others wait another pause; a trial that is never heard of costs no more than that.
        self._opened = self._clock()
        return True

    def succeeded(self) -> None:
        self._failed = 0
        self._opened = None

    def failed(self) -> None:
        self._failed += 1
        if self._failed >= self._allowed:
            self._opened = self._clock()
