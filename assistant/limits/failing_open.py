"""Shares that are shared while that can be had; else each worker goes by its own, and says so."""

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from assistant.limits import Share, Shares, SharesError
from assistant.limits.memory import MemoryShares

_REST_SECONDS: Final = 2.0
"""After a failure the shared store is left alone for so long: a question must not wait for each try."""

_log = logging.getLogger("assistant.limits")

Result = TypeVar("Result")


class FailingOpen:
    """Never raises: candidates are answered while the store is down, each worker with a limit of its own.

    Both edges of an outage are logged, once.
    """

    def __init__(self, shared: Shares) -> None:
        self._shared = shared
        self._own = MemoryShares()
        self._rest_until = 0.0
        self._fault = ""

    @property
    def problem(self) -> str | None:
        return f"{self._fault}; each worker counts for itself" if self._fault else None

    async def take(self, *shares: Share) -> float:
        return await self._first(partial(self._take_together, *shares), partial(self._own.take, *shares))

    async def hold(self, *keys: str, seconds: float) -> None:
        # In both: a question may begin before an outage and end in it, or the other way round.
        own = partial(self._own.hold, *keys, seconds=seconds)
        await own()
        await self._first(partial(self._shared.hold, *keys, seconds=seconds), own)

    async def daily_key(self, day: str) -> bytes:
        return await self._first(partial(self._shared.daily_key, day), partial(self._own.daily_key, day))

    async def close(self) -> None:
        await self._shared.close()

    async def _take_together(self, *shares: Share) -> float:
        waits = await self._shared.take(*shares)
        if self._fault:
            self._fault = ""
            _log.warning("limits are shared again")
        return waits

    async def _first(self, shared: Callable[[], Awaitable[Result]], own: Callable[[], Awaitable[Result]]) -> Result:
        if time.monotonic() < self._rest_until:
            return await own()
        try:
            return await shared()
        except SharesError as error:
            self._rest_until = time.monotonic() + _REST_SECONDS
            if not self._fault:
                _log.error("limits are not shared: %s; each worker counts for itself", error)
            self._fault = str(error)
            return await own()
