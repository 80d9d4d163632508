"""Shares of one process."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from assistant.limits import Share, taken

_MOST: Final = 50_000
"""How many shares are remembered; the one that was quiet longest is forgotten first."""


class MemoryShares:
    """Never raises. `clock` gives seconds that never go back."""

    problem: str | None = None

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()
        self._day, self._key = "", b""

    async def take(self, *shares: Share) -> float:
        return self.take_now(*shares)

    def take_now(self, *shares: Share) -> float:
        """`take` for those who can't wait."""
        for share in shares:
            waits, until = taken(self._until.get(share.key, 0.0), share, now=self._clock())
            if waits:
                return waits
            self._keep(share.key, until)
        return 0.0

    async def hold(self, *keys: str, seconds: float) -> None:
        for key in keys:
            if seconds:
                self._keep(key, self._clock() + seconds)
            else:
                self._until.pop(key, None)

    async def daily_key(self, day: str) -> bytes:
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
        return self._key

    async def close(self) -> None:
        self._until.clear()

    def _keep(self, key: str, until: float) -> None:
        self._until[key] = until
        self._until.move_to_end(key)
        while len(self._until) > _MOST:
            self._until.popitem(last=False)
