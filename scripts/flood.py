"""A flood of questions from one address at a real server of several workers: how many pass, and how others fare.

python -m scripts.flood [--workers 4] [--seconds 20] [--limits memory|database|redis://...]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import httpx

from scripts.served import run, served

FLOODER: Final = "203.0.113.9"
QUESTION: Final = "How often does the Panel meet?"
A_MINUTE, AT_ONCE = 60, 20
_CALLERS: Final = 20
_PAUSE: Final = 0.2


async def main(address: str, seconds: float) -> None:
    """Quiet first, so that the two can be compared."""
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as http:
        quiet = await _others(http, seconds, start=0)
        began = time.monotonic()
        floods = [asyncio.create_task(_flood(http, began + seconds)) for _ in range(_CALLERS)]
        busy = await _others(http, seconds, start=1)
        statuses: Counter[int] = sum(await asyncio.gather(*floods), Counter())
        spent = time.monotonic() - began
    due = AT_ONCE + A_MINUTE / 60 * spent
    print(f"one address: {statuses.total()} asks in {spent:.1f} s, {statuses[200]} passed where {due:.1f} were due")
    print(f"its other replies: {dict(statuses - Counter({200: statuses[200]}))}")
    print(f"others, quiet: {_said(quiet)}")
    print(f"others, flooded: {_said(busy)}")


async def _flood(http: httpx.AsyncClient, end: float) -> Counter[int]:
    statuses: Counter[int] = Counter()
    while time.monotonic() < end:
        statuses[(await _ask(http, FLOODER)).status_code] += 1
    return statuses


async def _others(http: httpx.AsyncClient, seconds: float, *, start: int) -> list[tuple[int, float]]:
    """Status and time of questions that come one after the other, each from an address of its own."""
    found: list[tuple[int, float]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        reply = await _ask(http, f"10.{start}.{len(found) // 250}.{len(found) % 250 + 1}")
        found.append((reply.status_code, time.monotonic() - began))
        await asyncio.sleep(_PAUSE)
    return found


async def _ask(http: httpx.AsyncClient, caller: str) -> httpx.Response:
    return await http.post("/api/ask", json={"question": QUESTION}, headers={"X-Forwarded-For": caller})


def _said(found: list[tuple[int, float]]) -> str:
    taken = [seconds for _, seconds in found]
    slow = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
    answered = sum(status == httpx.codes.OK for status, _ in found)
    return f"{answered} of {len(found)} answered, p50 {statistics.median(taken):.3f} s, p95 {slow:.3f} s"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m scripts.flood")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--limits", default="database", help='"database", "memory" or an address')
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flood-") as folder:
        place: dict[str, Any] = {"DATA_DIR": Path(folder) / "data"}
        run("ingest.py", **place).check_returncode()
        kept = {} if given.limits == "database" else {"LIMITS_URL": given.limits}
        limit = {"WORKERS": str(given.workers), "ASK_LIMIT": f"15/minute, {A_MINUTE}/minute"}
        with served(Path(folder) / "log", **place, **kept, **limit) as server:
            asyncio.run(main(str(server.http.base_url), given.seconds))
            print(*(line for line in (Path(folder) / "log").read_text().splitlines() if "limits are" in line), sep="\n")
