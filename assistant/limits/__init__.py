"""Shares: how often somebody may do something. Each kind of store is a module: memory, the database, Redis."""

from dataclasses import dataclass
from typing import Protocol


class SharesError(Exception):
    """The store of shares could not be used; the message holds nothing of who asked."""


@dataclass(frozen=True, slots=True)
class Share:
    """A token bucket that gets a token every so many seconds, and holds `at_once` of them when nobody takes any."""

    key: str
    every: float
    at_once: int = 1


class Shares(Protocol):
    """What every worker takes from. Every method may raise SharesError, unless the store says otherwise."""

    @property
    def problem(self) -> str | None:
        """Why workers count each for themselves just now; None while they count together."""

    async def take(self, *shares: Share) -> float:
        """A token of each, in this order, up to the first that has none: the seconds until it has. 0.0: all gave."""

    async def hold(self, *keys: str, seconds: float) -> None:
        """Nobody takes from these shares of one token for so long, from now; with 0 anybody may at once."""

    async def daily_key(self, day: str) -> bytes:
        """Random bytes, the same for every worker, that are forgotten after the day."""

    async def close(self) -> None: ...


def taken(until: float, share: Share, *, now: float) -> tuple[float, float]:
    """The seconds to wait, and then what to keep as `until`: the moment at which the bucket is full again.

    A bucket is known by that moment alone. One that lies too far ahead was written before the clock went back.
    """
    span = share.every * share.at_once
    full = min(max(until, now), now + span) + share.every
    waits = full - span - now
    return (waits, until) if waits > _ROUNDING else (0.0, full)


_ROUNDING = 1e-6
