"""The parts of the topology, started and ended in order."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from assistant.settings import ROOT
from scripts.loopback.nginx import Proxy, proxy
from tests.databases import fresh, postgres

_PATIENCE_SECONDS: Final = 300.0
_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


class Replica:
    """A `python server.py` with a folder of its own, as on a machine of its own."""

    def __init__(self, folder: Path, port: int, environment: dict[str, str]) -> None:
        self.folder = folder
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._environment = environment | {"DATA_DIR": str(folder / "data"), "PORT": str(port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, ROOT / "server.py"], env=self._environment, cwd=self.folder, stdout=log, stderr=log
            )

    def until_ready(self) -> None:
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()
            try:
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise TimeoutError(f"a replica did not become ready: {(self.folder / 'log').read_text()}")

    def kill(self) -> None:
        """As a machine that loses its power does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything that runs, the folder that it all lies in, and what `ingest.py` and `server.py` are run with."""

    proxy: Proxy
    replicas: Sequence[Replica]
    folder: Path
    environment: dict[str, str]

    def run(self, *command: str | Path, **more: str | Path) -> str:
        """A program of the project, as the machine that builds the index runs it; what it printed."""
        environment = self.environment | {name: str(value) for name, value in more.items()}
        return _run([sys.executable, ROOT / command[0], *command[1:]], environment)


@contextmanager
def topology(folder: Path, **settings: str) -> Iterator[Topology]:
    """PostgreSQL, Redis, an ingest, two replicas and nginx."""
    ports = free_ports(5)
    with ExitStack() as running:
        database = folder / "postgres"
        database.mkdir()
        server = running.enter_context(postgres(database))
        redis = running.enter_context(_redis(folder, ports[0]))
        environment = _environment() | {
            "DATABASE_URL": fresh(server),
            "LIMITS_URL": redis,
            "INDEX_URL": f"file://{folder / 'shelf'}",
            "DATA_DIR": str(folder / "builder"),
            **settings,
        }
        _run([sys.executable, ROOT / "ingest.py"], environment)
        ours = running.enter_context(replicas(folder, ports[1:3], environment))
        front = running.enter_context(proxy(folder / "nginx", ports[1:3], ports[3:]))
        yield Topology(front, ours, folder, environment)


@contextmanager
def replicas(folder: Path, ports: Sequence[int], environment: dict[str, str]) -> Iterator[Sequence[Replica]]:
    """Replicas that are ready."""
    ours = [Replica(folder / f"replica-{port}", port, environment) for port in ports]
    with ExitStack() as running:
        for replica in ours:
            running.callback(replica.stop)
            replica.start()
        for replica in ours:
            replica.until_ready()
        yield ours


def missing() -> list[str]:
    """The programs that are needed and not installed."""
    from scripts.loopback.nginx import program
    from tests.databases import postgres_is_here

    here = {
        "nginx": program() is not None,
        "PostgreSQL": postgres_is_here(),
        "redis-server": shutil.which("redis-server") is not None,
        "slowhttptest": shutil.which("slowhttptest") is not None,
        "openssl": shutil.which("openssl") is not None,
    }
    return [name for name, found in here.items() if not found]


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    with ExitStack() as held:
        listening = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in listening:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in listening]


@contextmanager
def _redis(folder: Path, port: int) -> Iterator[str]:
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _run(command: Sequence[str | Path], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603
        [str(part) for part in command], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise RuntimeError(f"{command[1]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout
