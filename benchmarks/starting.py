"""The web service as a process: how soon it is ready, what memory it takes, how many threads its model needs."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path

from assistant.settings import ROOT
from benchmarks.figures import Figure, Run, ratios, seconds, turns
from benchmarks.texts import PACK, ingest, questions, settings_for
from knowledge.embedding import LocalEmbeddings

_READY_SECONDS = 60
_AT_ONCE = 8

_LIST = """
import json, os, sys
import uvicorn
from assistant.settings import load_settings
from assistant.web.app import create_app
from assistant.wiring import build_service
create_app(build_service(load_settings()))
files = {name: getattr(module, "__file__", "") or "" for name, module in list(sys.modules.items())}
print(json.dumps([name for name, file in files.items() if "site-packages" in file]), flush=True)
os._exit(0)
"""
_IMPORT = """
import sys
from contextlib import suppress
from importlib import import_module
for name in sys.argv[1].split():
    with suppress(ImportError):
        import_module(name)
"""


def start(run: Run) -> Iterator[Figure]:
    """From starting the process until /readyz says yes, with an index that is there."""
    ingest(settings_for(run.folder))
    environment = _environment(run.folder)
    listed = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _LIST], env=environment, cwd=ROOT, capture_output=True, check=True
    )
    modules = " ".join(json.loads(listed.stdout.splitlines()[-1]))

    imports = partial(subprocess.run, [sys.executable, "-c", _IMPORT, modules], cwd=ROOT, check=True)
    whole, alone = [], []
    imports()
    for _ in range(run.rounds):
        begun = time.perf_counter()
        with _serving(run.folder):
            whole.append(time.perf_counter() - begun)
        alone.append(seconds(imports))
    yield Figure("ready / importing the same packages", ratios(tuple(whole), tuple(alone)), "x", at_most=1.5)
    yield Figure("process start to ready", tuple(whole), "s")
    yield Figure(f"importing the same {len(modules.split())} modules", tuple(alone), "s")


def memory(run: Run) -> Iterator[Figure]:
    """Resident memory of the server process after questions asked one after another."""
    ingest(settings_for(run.folder))
    count = 10 if run.quick else 200
    with _serving(run.folder) as (process, connection):
        for question in islice(cycle(questions()), count):
            body = json.dumps({"question": question})
            connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            reply.read()
            if reply.status != HTTPStatus.OK:
                raise RuntimeError(f"a question to the server ended with status {reply.status}")
        kept = _memory(process.pid)
    yield Figure(f"resident memory after {count} questions", (kept["VmRSS"],), "MB", at_most=600)
    yield Figure("resident memory at its highest", (kept["VmHWM"],), "MB")


def threads(run: Run) -> Iterator[Figure]:
    """One thread against two within a pass through the model; they do not spin while they wait."""
    texts = questions()[: 10 if run.quick else 60]
    models = {count: LocalEmbeddings(threads=count) for count in (1, 2)}
    for model in models.values():
        model.vectors(["loaded"])
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        alone = {str(count): partial(_one_by_one, model, texts) for count, model in models.items()}
        together = {str(count): partial(_at_once, model, texts, pool) for count, model in models.items()}
        for what, ways in (("one question at a time", alone), (f"{_AT_ONCE} at once", together)):
            took = turns(ways, run.rounds)
            yield Figure(f"{what}: one thread / two", ratios(took["1"], took["2"]), "x")
            for count, times in took.items():
                yield Figure(f"{what}: {count} thread(s)", tuple(len(texts) / each for each in times), "texts/s")


def _one_by_one(model: LocalEmbeddings, texts: list[str]) -> None:
    for text in texts:
        model.embed_query(text)


def _at_once(model: LocalEmbeddings, texts: list[str], pool: ThreadPoolExecutor) -> None:
    list(pool.map(model.embed_query, texts))


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], HTTPConnection]]:
    """A server that is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(ROOT / "server.py"), "--port", str(port)]
    with subprocess.Popen(command, env=_environment(folder), stderr=subprocess.DEVNULL) as process:  # noqa: S603
        connection = HTTPConnection("127.0.0.1", port, timeout=_READY_SECONDS)
        try:
            _wait_until_ready(process, connection)
            yield process, connection
        finally:
            connection.close()
            process.terminate()


def _wait_until_ready(process: subprocess.Popen[bytes], connection: HTTPConnection) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            connection.request("GET", "/readyz")
            reply = connection.getresponse()
            reply.read()
            if reply.status == HTTPStatus.OK:
                return
        except ConnectionError:
            connection.close()
        time.sleep(0.005)
    raise RuntimeError(f"the server was not ready within {_READY_SECONDS} seconds")


def _environment(folder: Path) -> Mapping[str, str]:
    settings = {"PACK_DIR": str(PACK), "DATA_DIR": str(folder / "data"), "EMBEDDING_MODEL": "local", "ASK_LIMIT": "off"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return {**kept, **settings, "LOG_LEVEL": "error"}


def _memory(process: int) -> dict[str, float]:
    """Megabytes, as Linux counts them."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return {name: float(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}
