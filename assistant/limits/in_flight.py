"""One question at a time in a conversation, whichever worker answers it."""

import asyncio
import hashlib
from typing import Final

from assistant.limits import Share, Shares

LEASE_SECONDS: Final = 10.0
"""How long a conversation stays closed after the worker that answered in it was killed."""

_RENEW_SECONDS: Final = 3.0


class InFlight:
    """The conversations that have a question under way."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._under_way: dict[str, _UnderWay] = {}

    async def begin(self, conversation: str) -> bool:
        """False while another question of the conversation is under way. One that began has to end."""
        key = _key(conversation)
        if await self._shares.take(Share(key, every=LEASE_SECONDS)):
            return False
        self._under_way[key] = _UnderWay(self._shares, key)
        return True

    async def end(self, conversation: str) -> None:
        """Nothing happens to one that did not begin."""
        key = _key(conversation)
        if under_way := self._under_way.pop(key, None):
            await under_way.end()
            await self._shares.hold(key, seconds=0)


class _UnderWay:
    """Holds a conversation until the end, however long that takes."""

    def __init__(self, shares: Shares, key: str) -> None:
        self._shares = shares
        self._key = key
        self._ended = asyncio.Event()
        self._renewing = asyncio.create_task(self._renew())

    async def end(self) -> None:
        # Not cancelled: what was sent to the store can't be called back, and would close the conversation again.
        self._ended.set()
        await self._renewing

    async def _renew(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self._ended.wait(), _RENEW_SECONDS)
            except TimeoutError:
                await self._shares.hold(self._key, seconds=LEASE_SECONDS)
            else:
                return


def _key(conversation: str) -> str:
    """Without a secret: an id is 128 random bits, and whoever reads the store must not learn one."""
    return "busy:" + hashlib.blake2b(conversation.encode("utf-8", "replace"), digest_size=16).hexdigest()
