"""What has to be in order for answers to be given and kept: looked at before a start, and all the while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

_PATIENCE: Final = 15.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `remedy` is empty when all is well. `stops`: like this, no question can be answered."""

    said: str
    remedy: str = ""
    stops: bool = False

    @property
    def well(self) -> bool:
        return not self.remedy

    def __str__(self) -> str:
        return f"{self.said.rstrip('.')}. {self.remedy}." if self.remedy else self.said


@dataclass(frozen=True, slots=True)
class Check:
    """What `look` found counts for `lasts` seconds; 0 looks each time.

    `at_start` is False for what costs money: the first look is then when that time has passed.
    """

    name: str
    look: Callable[[], Awaitable[Finding]]
    lasts: float = 0.0
    at_start: bool = True


class Checks:
    """Remembers what is dear to find out, so that asking how things stand is cheap."""

    def __init__(self, checks: Sequence[Check], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._checks = tuple(checks)
        self._clock = clock
        self._found: dict[str, Finding] = {}
        self._due = {check.name: clock() + (0.0 if check.at_start else check.lasts) for check in checks}

    async def refresh(self) -> None:
        """Look again where what is remembered has grown old."""
        due = [check for check in self._checks if check.lasts and self._due[check.name] <= self._clock()]
        for check, finding in zip(due, await asyncio.gather(*map(look, due)), strict=True):
            self._found[check.name] = finding
            self._due[check.name] = self._clock() + check.lasts

    async def findings(self) -> dict[str, Finding]:
        """How things stand, by check: looked at now where that is cheap. What was never looked at is left out."""
        live = [check for check in self._checks if not check.lasts]
        now = dict(zip((check.name for check in live), await asyncio.gather(*map(look, live)), strict=True))
        known = self._found | now
        return {check.name: known[check.name] for check in self._checks if check.name in known}


async def look(check: Check) -> Finding:
    """What one check finds, in bounded time."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check.look()
    except TimeoutError:
        return Finding(f"no reply within {_PATIENCE:.0f} s", "Find out what it waits for")
    except Exception as error:  # noqa: BLE001 - whatever one check meets, the others are looked at
        return Finding(f"the check itself failed: {type(error).__name__}", "Tell the developers")
