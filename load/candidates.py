"""200 candidates at once in quoting mode, held against the passes through the models that their answers need."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

import httpx

from load.passes import passes_alone
from load.processes import counted, processor_seconds
from load.questions import all_different, as_on_a_campaign_page, bodies
from scripts.served import Served, served

AT_ONCE: Final = 200
_PLAYS: Final = Path(__file__).with_name("ask.lua")
_BODIES: Final = 20_000
_LOOK_SECONDS: Final = 0.2
_AT_REST: Final = 0.1
"""Seconds of the processor in one second."""


@dataclass(frozen=True)
class _Found:
    """What came of one mix; times in milliseconds. `looked_up` answers were worked out, the others remembered."""

    answers: int
    errors: int
    seconds: float
    p50: float
    p95: float
    most: float
    looked_up: int
    processor: float
    health: Sequence[float]

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def candidates(folder: Path, data: Path, seconds: int, workers: int) -> Iterator[str]:
    """Of each mix: errors, waiting, answers a second, and these as a share of what the models alone would allow."""
    wrk = shutil.which("wrk")
    if wrk is None:
        yield "skipped: wrk is missing (apt-get install wrk)"
        return
    different, page = all_different(_BODIES), as_on_a_campaign_page(_BODIES)
    yield "the models' passes alone, for 60 of the questions, twice ..."
    alone = passes_alone(data, different[:60])
    yield f"they allow {alone.rate:.1f} answers/s, {alone.processor * 1000:.0f} ms of processor time each"
    for name, texts in (("all different", different), ("as on a campaign page", page)):
        yield f"{name}: {AT_ONCE} at once for {seconds} s, {workers} workers ..."
        asked = folder / "bodies.txt"
        asked.write_text(bodies(texts), encoding="utf-8")
        with served(folder / "log.txt", DATA_DIR=data, WORKERS=str(workers)) as server:
            _wake(server)
            found = _asked(server, wrk, asked, seconds)
        yield from _said(found)
        needed = alone.rate * found.answers / max(found.looked_up, 1)
        own = found.processor / max(found.answers, 1)
        due = alone.processor * found.looked_up / max(found.answers, 1)
        yield (
            f"  of what the passes for them alone allow ({needed:.1f}/s): {found.rate / needed:.2f} (target 0.8, where "
            f"all are different); processor {own * 1000:.0f} ms an answer, {due / own:.2f} of it such passes"
        )


def _said(found: _Found) -> Iterator[str]:
    health = sorted(found.health)
    yield (
        f"  {found.answers} answers, {found.rate:.1f}/s, {found.errors} errors (target 0); p50 {found.p50:.0f} ms, "
        f"p95 {found.p95:.0f} ms (target 2000), most {found.most:.0f} ms"
    )
    yield (
        f"  {found.looked_up} looked up, the rest remembered; health meanwhile: p50 {health[len(health) // 2]:.0f} ms, "
        f"p99 {health[int(len(health) * 0.99)]:.0f} ms"
    )


def _wake(server: Served) -> None:
    """Every worker has loaded its models and read the passages ahead: the server has come to rest."""
    for _ in range(20):
        with httpx.Client(base_url=server.http.base_url, timeout=60) as another:
            another.post("/api/ask", json={"question": "Who cannot be appointed?"})
    end, before = time.monotonic() + 60, -1.0
    while time.monotonic() < end and processor_seconds(server.process.pid) - before > _AT_REST:
        before = processor_seconds(server.process.pid)
        time.sleep(1)


def _asked(server: Served, wrk: str, asked: Path, seconds: int) -> _Found:
    before, spent = counted(server, "stage_seconds_count", stage="judge"), processor_seconds(server.process.pid)
    health: list[float] = []
    over = Event()
    looking = Thread(target=_look, args=(server, health, over))
    looking.start()
    done = subprocess.run(  # noqa: S603
        [wrk, "-t2", f"-c{AT_ONCE}", f"-d{seconds}s", "--timeout", "60s", "-s", str(_PLAYS),
         str(server.http.base_url), "--", str(asked)],
        capture_output=True,
        text=True,
        timeout=seconds + 120,
    )  # fmt: skip
    over.set()
    looking.join()
    spent = processor_seconds(server.process.pid) - spent
    lines = [line for line in done.stdout.splitlines() if line.startswith("FIGURES ")]
    if not lines:
        raise RuntimeError(f"wrk did not end well: {done.stdout[-500:]}{done.stderr[-500:]}")
    figures = json.loads(lines[0].removeprefix("FIGURES "))
    return _Found(
        answers=figures["answers"],
        errors=figures["errors"] + figures["timeouts"],
        seconds=figures["seconds"],
        p50=figures["p50_ms"],
        p95=figures["p95_ms"],
        most=figures["most_ms"],
        looked_up=int(counted(server, "stage_seconds_count", stage="judge") - before),
        processor=spent,
        health=health,
    )


def _look(server: Served, health: list[float], over: Event) -> None:
    """Each time by a connection of its own, as a load balancer would, and so at whichever worker takes it."""
    while not over.wait(_LOOK_SECONDS):
        begun = time.perf_counter()
        httpx.get(f"{server.http.base_url}/healthz", timeout=60).raise_for_status()
        health.append((time.perf_counter() - begun) * 1000)
