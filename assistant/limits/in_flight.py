"""One question at a time in a conversation, whichever worker answers it."""

import asyncio
import hashlib
from typing import Final

from assistant.limits import Share, Shares

LEASE_SECONDS: Final = 10.0
"""How long a conversation stays closed after the worker that answered in it was killed."""

_RENEW_SECONDS: Final = 3.0


class InFlight:
    """The conversations that have a question under way, held until it ends, however long that takes."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._held: set[str] = set()
        self._renewing: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    async def begin(self, conversation: str) -> bool:
        """False while another question of the conversation is under way. One that began has to end."""
        key = _key(conversation)
        if await self._shares.take(Share(key, every=LEASE_SECONDS)):
            return False
        self._held.add(key)
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew())
        return True

    async def end(self, conversation: str) -> None:
        """Nothing happens to one that did not begin."""
        key = _key(conversation)
        if key not in self._held:
            return
        self._held.remove(key)
        if self._telling:
            # What was sent to the store can't be called back, and would close the conversation again.
            await asyncio.wait([self._telling])
        await self._shares.hold(key, seconds=0)

    async def _renew(self) -> None:
        """All of them at once: each by itself, hundreds that wait would keep the store busy."""
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            if not self._held:
                return
            self._telling = asyncio.create_task(self._shares.hold(*self._held, seconds=LEASE_SECONDS))
            await self._telling


def _key(conversation: str) -> str:
    """Without a secret: an id is 128 random bits, and whoever reads the store must not learn one."""
    return "busy:" + hashlib.blake2b(conversation.encode("utf-8", "replace"), digest_size=16).hexdigest()
