"""Shares in Redis, for many machines. The only module that knows it."""

import secrets
import time
from collections.abc import Awaitable
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError

from assistant.limits import Share, SharesError

_SECONDS: Final = 1.0
"""A Redis that takes longer counts as one that is not there: nobody waits for a limit."""

_CONNECTIONS: Final = 8

_KEY_SECONDS: Final = 60.0
_TWO_DAYS: Final = 172_800
_PREFIX: Final = "recruitment-pack-assistant:"

# The same sums as in `taken`, by Redis's own clock, and not to be interrupted.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local every, span = tonumber(ARGV[1]), ARGV[1] * ARGV[2]
local kept = tonumber(redis.call('GET', KEYS[1]) or 0)
local full = math.min(math.max(kept, now), now + span) + every
local waits = full - span - now
if waits > 0.000001 then return string.format('%.6f', waits) end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000))
return '0'
"""

_HOLD: Final = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
for _, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.6f', now + ARGV[1]), 'PX', math.ceil(ARGV[1] * 1000))
end
"""


class RedisShares:
    problem: str | None = None

    def __init__(self, address: str) -> None:
        pool = BlockingConnectionPool.from_url(
            address,
            max_connections=_CONNECTIONS,
            timeout=_SECONDS,
            socket_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
            # Once: a connection that rested while Redis was started anew is found broken only when it is used.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        )
        self._client: Any = Redis.from_pool(pool)
        self._take = self._client.register_script(_TAKE)
        self._hold = self._client.register_script(_HOLD)
        self._day, self._key, self._read_at = "", b"", 0.0

    async def take(self, *shares: Share) -> float:
        for share in shares:
            if waits := float(await _asked(self._take([_PREFIX + share.key], [share.every, share.at_once]))):
                return waits
        return 0.0

    async def hold(self, *keys: str, seconds: float) -> None:
        names = [_PREFIX + key for key in keys]
        if seconds:
            await _asked(self._hold(names, [seconds]))
        else:
            await _asked(self._client.delete(*names))

    async def daily_key(self, day: str) -> bytes:
        if day == self._day and time.monotonic() - self._read_at < _KEY_SECONDS:
            return self._key
        # A Redis that was started anew gets today's key back from whoever knows it.
        mine = self._key if day == self._day else secrets.token_bytes(32)
        name = f"{_PREFIX}key:{day}"
        await _asked(self._client.set(name, mine, nx=True, ex=_TWO_DAYS))
        self._key = bytes(await _asked(self._client.get(name)))
        self._day, self._read_at = day, time.monotonic()
        return self._key

    async def close(self) -> None:
        await self._client.aclose()


async def _asked(reply: Awaitable[Any]) -> Any:
    try:
        return await reply
    except (RedisError, OSError) as error:
        raise SharesError(f"Redis can't be used: {type(error).__name__}") from error
