"""How much one caller may ask of the service in a minute, whichever worker they meet."""

import hashlib
import ipaddress
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from assistant.limits import Share, Shares
from assistant.settings import AskLimit
from assistant.web.errors import Problem
from assistant.web.words import ENGLISH, words_in

_MINUTE: Final = 60.0

_AT_ONCE: Final = 5
"""How many questions somebody may ask in a row; a third of a minute's, where that is more."""


def today() -> date:
    return datetime.now(UTC).date()


class Limits:
    """Who may ask now. An address is known only by a hash whose key is forgotten with the day.

    What is asked of `kind` uses up no other kind's share.
    """

    def __init__(
        self, shares: Shares, limit: AskLimit | None, *, kind: str = "address", day: Callable[[], date] = today
    ) -> None:
        self._shares = shares
        self._limit = limit
        self._kind = kind
        self._day = day

    async def check(self, address: str, conversation: str | None = None) -> None:
        """Problem 429 for who has asked too much."""
        if self._limit is None:
            return
        key = await self._shares.daily_key(self._day().isoformat())
        asked = [_share(self._kind, _hashed(_network(address), key), self._limit.address)]
        if conversation:
            # Without a key: an id is 128 random bits, and a conversation may go on past midnight.
            asked.append(_share("conversation", _hashed(conversation), self._limit.conversation))
        _turn_away(await self._shares.take(*asked))


def _share(kind: str, caller: str, a_minute: int) -> Share:
    at_once = min(a_minute, max(_AT_ONCE, a_minute // 3))
    return Share(f"{kind}:{caller}", every=_MINUTE / a_minute, at_once=at_once)


def _turn_away(waits: float) -> None:
    if waits:
        seconds = math.ceil(waits)
        words = words_in(ENGLISH)["problem"]["too_many" if seconds > 1 else "too_many_one"]
        raise Problem(429, words.format(seconds=seconds), retry_after=seconds)


def _hashed(words: str, key: bytes = b"") -> str:
    return hashlib.blake2b(words.encode("utf-8", "replace"), key=key, digest_size=16).hexdigest()


def _network(address: str) -> str:
    """An IPv6 caller holds a whole /64 and may use a new address of it for each question."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    # A server that listens to both kinds sees every IPv4 caller in one and the same network of the other.
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((int(parsed), 64), strict=False))
