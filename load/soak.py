"""100 switches of the index and 50,000 questions: what a server keeps of them."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Final

import httpx

from assistant.settings import ROOT
from load.processes import Used, used
from load.questions import all_different, as_on_a_campaign_page
from scripts.served import Served, run, served

QUESTIONS: Final = 50_000
SWITCHES: Final = 100
_AT_ONCE: Final = 4
_DIFFERENT: Final = 50
"""One question in so many was never asked before. After a switch all others are looked up anew, too."""

_AMONG: Final = 10
"""One in so many questions is asked between switches, the others after the last."""

_SWITCH_SECONDS: Final = 30.0


def soak(folder: Path, data: Path, questions: int, switches: int) -> Iterator[str]:
    """Memory, handles and threads after all of it, against what they were after the first tenth of the switches."""
    index = next(data.glob("index/*/CURRENT")).parent
    versions = [(index / "CURRENT").read_text(encoding="utf-8"), _another_version(folder, data, index)]
    yield f"{questions} questions, one in {_DIFFERENT} never asked before, and {switches} switches, 1 worker ..."
    asked, tenth = _mixed(questions), max(1, switches // 10)
    with served(folder / "log.txt", DATA_DIR=data) as server:
        failed, begun, early = 0, time.monotonic(), used(server.process.pid)
        for number in range(1, switches + 1):
            _switch(server, index, versions[number % 2])
            failed += _ask(server, list(islice(asked, questions // _AMONG // switches)))
            early = used(server.process.pid) if number == tenth else early
            if number % tenth == 0:
                yield f"  {number} switches, {time.monotonic() - begun:.0f} s, {failed} failed: {_told(server)}"
        while rest := list(islice(asked, max(1, questions // 10))):
            failed += _ask(server, rest)
            yield f"  {len(rest)} questions more, {time.monotonic() - begun:.0f} s, {failed} failed: {_told(server)}"
        yield from _grown(early, used(server.process.pid))


def _mixed(count: int) -> Iterator[str]:
    page, different = as_on_a_campaign_page(count), all_different(count // _DIFFERENT + 1)
    return (different[n // _DIFFERENT] if n % _DIFFERENT == 0 else text for n, text in enumerate(page))


def _grown(early: Used, late: Used) -> Iterator[str]:
    yield (
        f"  since the first tenth: memory {(late.memory - early.memory) / 1e6:+.1f} MB (target 30), handles "
        f"{late.handles - early.handles:+} (target 5), threads {late.threads - early.threads:+} (target 2)"
    )


def _told(server: Served) -> str:
    now = used(server.process.pid)
    return f"{now.memory / 1e6:.0f} MB, {now.handles} handles, {now.threads} threads"


def _another_version(folder: Path, data: Path, index: Path) -> str:
    """The pack with one document more, built beside the first."""
    pack = folder / "child-safeguarding-panel"
    pack.mkdir()
    for file in (ROOT / "knowledge/packs/child-safeguarding-panel").iterdir():
        if file.is_file():
            (pack / file.name).write_bytes(file.read_bytes())
    (pack / "notice.md").write_text("# Notice\n\nInterviews are held in March.\n", encoding="utf-8")
    done = run("ingest.py", str(pack), DATA_DIR=data)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return (index / "CURRENT").read_text(encoding="utf-8")


def _switch(server: Served, index: Path, version: str) -> None:
    """Returns once the server answers from it."""
    (index / ".next").write_text(version, encoding="utf-8")
    (index / ".next").replace(index / "CURRENT")
    end = time.monotonic() + _SWITCH_SECONDS
    while server.http.get("/api/pack").json()["index"] != version.strip():
        if time.monotonic() > end:
            raise RuntimeError(f"the server did not switch to {version} within {_SWITCH_SECONDS:.0f} seconds")
        time.sleep(0.05)


def _ask(server: Served, texts: Sequence[str]) -> int:
    """How many were not answered."""
    own = [texts[start::_AT_ONCE] for start in range(_AT_ONCE)]
    with ThreadPoolExecutor(_AT_ONCE) as askers:
        return sum(askers.map(partial(_one_by_one, str(server.http.base_url)), own))


def _one_by_one(address: str, texts: Sequence[str]) -> int:
    with httpx.Client(base_url=address, timeout=60) as http:
        statuses = [http.post("/api/ask", json={"question": text}).status_code for text in texts]
    return sum(status != HTTPStatus.OK for status in statuses)
