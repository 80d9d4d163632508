"""A server of its own for a script that does it harm: started, asked, and looked at while it suffers."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from assistant.settings import ROOT

_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Served:
    """A running `python server.py`."""

    process: "subprocess.Popen[bytes]"
    http: httpx.Client

    def ask(self, question: str) -> httpx.Response:
        return self.http.post("/api/ask", json={"question": question})

    def events(self, question: str) -> str:
        """All that was on the wire."""
        return self.http.post("/api/ask", json={"question": question}, headers={"Accept": "text/event-stream"}).text

    @property
    def checks(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.http.get("/readyz").json().get("checks", {})
        return found

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


def run(program: str, *options: str, **environment: str | Path) -> "subprocess.CompletedProcess[str]":
    """A program of the project with no settings but these."""
    return subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / program), *options],
        env=_environment(environment),
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        timeout=600,
    )


@contextmanager
def served(log: Path, *, before: Sequence[str] = (), **environment: str | Path) -> Iterator[Served]:
    """A server that is up, ready or not; whoever is left of it at the end is killed. `before` is what starts it."""
    port = _free_port()
    command = [*before, sys.executable, str(ROOT / "server.py"), "--port", str(port)]
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603
            command,
            env=_environment({"ASK_LIMIT": "off"} | environment),
            cwd=log.parent,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE) as http:
                _until_up(http, process, log)
                yield Served(process, http)
        finally:
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """By force, with all its workers."""
    if process.poll() is None:
        os.killpg(process.pid, 9)
    process.wait(30)


def _until_up(http: httpx.Client, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if http.get("/healthz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not come up: {log.read_text(errors='replace')[-2000:]}")


def said_of(wire: str) -> Any:
    """The whole answer of an event stream, or None."""
    blocks = [block.splitlines() for block in wire.split("\n\n")]
    found = [lines[1].removeprefix("data: ") for lines in blocks if lines[:1] == ["event: answer"]]
    return json.loads(found[-1]) if found else None


def _environment(given: Mapping[str, str | Path]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {name: str(value) for name, value in given.items()}


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
