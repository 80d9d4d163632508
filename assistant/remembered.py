"""What a question found and how it was judged, for whoever asks the same a moment later: of one version of the pack.

Both follow from the restated question and the version, so that nothing of an answer differs but its time. In memory
only, bounded in number and in age; who asks while the same is being worked out waits for that.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from threading import RLock
from typing import Final

from assistant.domain import Question
from assistant.reading import LookedUp

MOST: Final = 1_024
"""About 10 kB each."""

SECONDS: Final = 3_600.0
"""The words of a question are not kept longer than this, should nobody else have asked it by then."""


@dataclass(slots=True)
class _UnderWay:
    future: "Future[LookedUp]"
    waiting: int = 0


class Readings:
    """Works them out on the threads of `executor`, one after the other as they were asked."""

    def __init__(
        self,
        executor: Executor,
        *,
        most: int = MOST,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executor = executor
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[Question, tuple[LookedUp, float]] = OrderedDict()
        self._under_way: dict[Question, _UnderWay] = {}
        # Taken again by the callback of a future that is cancelled or ended while it is held.
        self._lock = RLock()

    async def __call__(self, look_up: Callable[[Question], LookedUp], question: Question) -> LookedUp:
        """What `look_up` gives for the question. An error is not remembered."""
        with self._lock:
            if known := self._known(question):
                return known
            under_way = self._under_way.get(question) or self._begin(look_up, question)
            under_way.waiting += 1
        try:
            # Shielded: who leaves must not take it from the others who wait.
            return await asyncio.shield(asyncio.wrap_future(under_way.future))
        finally:
            with self._lock:
                under_way.waiting -= 1
                if not under_way.waiting:
                    under_way.future.cancel()

    def _known(self, question: Question) -> LookedUp | None:
        known, until = self._kept.get(question, (None, 0.0))
        if known is None or until <= self._clock():
            return None
        self._kept.move_to_end(question)
        return known

    def _begin(self, look_up: Callable[[Question], LookedUp], question: Question) -> _UnderWay:
        begun = _UnderWay(self._executor.submit(copy_context().run, look_up, question))
        self._under_way[question] = begun
        begun.future.add_done_callback(partial(self._ended, question))
        return begun

    def _ended(self, question: Question, future: "Future[LookedUp]") -> None:
        with self._lock:
            self._under_way.pop(question, None)
            if future.cancelled() or future.exception():
                return
            now = self._clock()
            for old in [one for one, (_, until) in self._kept.items() if until <= now]:
                del self._kept[old]
            self._kept[question] = (future.result(), now + self._seconds)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
