"""500 event streams that stay open, against a model's server that drips."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import httpx

from assistant.settings import ROOT
from load.processes import counted, used
from scripts.served import Served, served

STREAMS: Final = 500
_QUESTION: Final = "Who supports new members?"
_OPENING: Final = 120
_LOOK_SECONDS: Final = 0.2
_PATIENCE: Final = 60.0


def streams(folder: Path, data: Path, seconds: int, count: int) -> Iterator[str]:
    """Memory, how soon health answers meanwhile, and whether leaving gives every slot back."""
    yield f"{count} streams for {seconds} s, 1 worker ..."
    begun: list[str] = []
    with (
        dripping(begun) as model,
        served(
            folder / "log.txt",
            DATA_DIR=data,
            OPENAI_BASE_URL=model,
            ANSWER_SECONDS="300",
            FIRST_TOKEN_SECONDS="120",  # noqa: S106 - a time, not a secret
        ) as server,
    ):
        server.http.post("/api/ask", json={"question": "Hello"})
        held = _Held(server, count, begun)
        asyncio.run(held.hold(seconds))
        yield (
            f"  {len(begun)} of {count} open after {held.opening:.0f} s, {held.ended} of them ended by themselves; "
            f"at most {held.most / 1e6:.0f} MB (target 1000)"
        )
        for when, health in (("while they opened", held.health_before), ("once all were open", held.health)):
            health.sort()
            if health:
                yield (
                    f"  health {when}: p50 {health[len(health) // 2]:.0f} ms, p99 "
                    f"{health[int(len(health) * 0.99)]:.0f} ms, most {health[-1]:.0f} ms (target 100)"
                )
        left = _left(server)
        yield (
            "  slots were held for a minute after all had left"
            if left is None
            else (f"  all slots were free {left:.1f} s after all had left")
        )


@contextmanager
def dripping(begun: list[str]) -> Iterator[str]:
    """Its address; `begun` grows by a line for each stream that it begins."""
    command = [sys.executable, "-m", "load.dripping"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            Thread(target=begun.extend, args=(process.stdout,)).start()
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


class _Held:
    """Streams that are opened, held and left all at once, and what was seen of the server meanwhile (milliseconds).

    One is open when the model has begun to write to it: `begun` has a line for each.
    """

    def __init__(self, server: Served, count: int, begun: Sequence[str]) -> None:
        self._server = server
        self._count = count
        self._begun = begun
        self.ended = 0
        self.opening = 0.0
        self.most = 0
        self.health_before: list[float] = []
        self.health: list[float] = []

    async def hold(self, seconds: int) -> None:
        limits = httpx.Limits(max_connections=self._count + 10)
        address = str(self._server.http.base_url)
        async with httpx.AsyncClient(base_url=address, timeout=_OPENING, limits=limits) as http:
            begun = time.monotonic()
            held = [asyncio.create_task(self._one(http)) for _ in range(self._count)]
            while len(self._begun) < self._count and time.monotonic() < begun + _OPENING:
                await self._look(http, self.health_before)
            self.opening = time.monotonic() - begun
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                await self._look(http, self.health)
            for task in held:
                task.cancel()
            await asyncio.gather(*held, return_exceptions=True)

    async def _one(self, http: httpx.AsyncClient) -> None:
        headers = {"Accept": "text/event-stream"}
        async with http.stream("POST", "/api/ask", json={"question": _QUESTION}, headers=headers) as reply:
            async for _ in reply.aiter_bytes():
                pass
            self.ended += 1

    async def _look(self, http: httpx.AsyncClient, health: list[float]) -> None:
        begun = time.perf_counter()
        (await http.get("/healthz")).raise_for_status()
        health.append((time.perf_counter() - begun) * 1000)
        self.most = max(self.most, used(self._server.process.pid).memory)
        await asyncio.sleep(_LOOK_SECONDS)


def _left(server: Served) -> float | None:
    begun = time.monotonic()
    while time.monotonic() < begun + _PATIENCE:
        if not counted(server, "questions_in_flight"):
            return time.monotonic() - begun
        time.sleep(0.1)
    return None
