"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable


def until(so: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Returns as soon as it is so. AssertionError when it isn't within `seconds`."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, f"it did not happen within {seconds:g} seconds"
        time.sleep(0.01)
