"""The doors that tests of the whole go in by: the programs as processes, a server on a socket, `Assistant.answer`."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from assistant.answering import Assistant
from assistant.domain import Answer, Question, Turn
from assistant.settings import ROOT, Settings
from assistant.wiring import build_assistant, open_served_pack
from knowledge.domain import Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.ingesting import ingest
from knowledge.store import Index

_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_PATIENCE = 60.0


def program(name: str, *options: str | Path, **environment: str | Path) -> subprocess.CompletedProcess[str]:
    """A program of the project, run to its end from another folder with no settings but these."""
    return subprocess.run(
        [sys.executable, ROOT / name, *options],
        capture_output=True,
        text=True,
        env=_environment(environment),
        cwd=ROOT / "tests",
        timeout=120,
    )


@dataclass(frozen=True)
class Server:
    """A running `python server.py`."""

    address: str
    http: httpx.Client

    def ask(self, question: str, conversation: str | None = None) -> dict[str, Any]:
        """The answer as JSON."""
        asked = {"question": question} | ({"conversation": conversation} if conversation else {})
        response = self.http.post("/api/ask", json=asked)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    def events(self, question: str) -> tuple[list[tuple[str, Any]], str]:
        """The events of an answer in their order, and all that was on the wire."""
        response = self.http.post("/api/ask", json={"question": question}, headers={"Accept": "text/event-stream"})
        events = []
        for block in response.text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if fields:
                events.append((fields["event"], json.loads(fields["data"])))
        return events, response.text


@contextmanager
def server(log: Path, **environment: str | Path) -> Iterator[Server]:
    """`python server.py` on a free port, ready, and ended in good order. `log` takes what it says."""
    port = _free_port()
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, ROOT / "server.py", "--port", str(port)],
            env=_environment({"ASK_LIMIT": "off"} | environment),
            cwd=log.parent,
            stdout=said,
            stderr=said,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE) as http:
                _until_ready(http, process, log)
                yield Server(f"http://127.0.0.1:{port}", http)
        finally:
            process.terminate()
            process.wait(timeout=30)


@dataclass(frozen=True)
class Asking:
    """An assistant over one pack."""

    assistant: Assistant
    index: Index

    def ask(self, question: str, *turns: Turn) -> Answer:
        return asyncio.run(self.assistant.answer(Question(question, turns)))

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(self.index.passages)


@contextmanager
def asking(pack: Path, data: Path) -> Iterator[Asking]:
    """The assistant as `wiring` makes it, over a pack that was ingested into a folder."""
    settings = settings_for(pack, data)
    served_pack = open_served_pack(settings)
    try:
        with served_pack.lease() as opened:
            yield Asking(build_assistant(settings, served_pack), opened.index)
    finally:
        served_pack.stop()


def settings_for(pack: Path, data: Path) -> Settings:
    """The defaults, with these two folders, whatever a file `.env` says."""
    return Settings(_env_file=None, pack_dir=pack, data_dir=data)  # type: ignore[call-arg]


def ingested(folder: Path, files: Mapping[str, str], embeddings: LocalEmbeddings) -> Path:
    """Makes a pack of the files, by name and text, in `folder/pack`, ingests it, and gives the data folder."""
    pack = folder / "pack"
    pack.mkdir(parents=True)
    for name, text in files.items():
        (pack / name).write_text(text, encoding="utf-8")
    ingest(pack, folder / "data", embeddings)
    return folder / "data"


def _until_ready(http: httpx.Client, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            if http.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server did not become ready: {log.read_text()}")


def _environment(given: Mapping[str, str | Path]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {name: str(value) for name, value in given.items()}


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
