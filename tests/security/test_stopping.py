"""Whoever leaves, and however the server is told to end: each question that was begun is recorded with how it ended."""

import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx

from assistant.settings import ROOT
from assistant.web.service import Service
from tests.waiting import until

EVENTS = {"accept": "text/event-stream"}
LEAVERS = 100
MIDWAY = 4
"""Lines of an answer: a slow one says so many and more before it waits."""
STREAMS = 20
SERVE = """
import sys
from pathlib import Path
import server
from tests.web.scripted import scripted_service
server._service = lambda settings: scripted_service(Path(sys.argv[1]))
sys.exit(server.main(["--port", sys.argv[2]]))
"""


def states(file: Path) -> Counter[str]:
    with closing(sqlite3.connect(file)) as records:
        return Counter(row[0] for row in records.execute("SELECT state FROM turn"))


def test_a_hundred_who_leave_at_any_moment_are_all_recorded_with_how_it_ended(address: str, service: Service) -> None:
    chance = random.Random(11)
    file = Path(service.settings.database.removeprefix("sqlite:///"))

    with httpx.Client(base_url=address) as client:
        for _ in range(LEAVERS // 2):
            _leave(client, "slow", heard=chance.randrange(MIDWAY))
            _leave(client, "How often?", heard=chance.randrange(2 * MIDWAY))
        until(lambda: states(file).total() == LEAVERS and "started" not in states(file))
        numbers = client.get("/metrics").text

    ended = states(file)
    assert ended["stopped"] >= LEAVERS // 2
    assert ended["finished"] + ended["stopped"] == LEAVERS
    with closing(sqlite3.connect(file)) as records:
        whole = records.execute("SELECT count(*) FROM turn WHERE (state = 'finished') = (answer IS NOT NULL)")
        assert whole.fetchone() == (LEAVERS,)
    assert "questions_in_flight 0.0" in numbers


def test_a_server_that_is_told_to_end_with_twenty_streams_open_ends_in_time_and_records_them_all(
    tmp_path: Path,
) -> None:
    with _serving(tmp_path) as (process, address, records):
        asking = [threading.Thread(target=_listen, args=(address,)) for _ in range(STREAMS)]
        for one in asking:
            one.start()
        until(lambda: states(records)["started"] == STREAMS)
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)

        status = process.wait(30)
        took = time.monotonic() - told
        for one in asking:
            one.join(10)

    assert (status, states(records)) == (0, {"failed": STREAMS})
    assert took <= 12


@contextmanager
def _serving(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str, Path]]:
    """`server.py` with a scripted assistant and real records, its address, and where the records lie."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), str(port)], cwd=ROOT)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            until(lambda: _is_up(client))
        yield process, f"http://127.0.0.1:{port}", next(folder.rglob("*.sqlite3"))
    finally:
        process.kill()
        process.wait()


def _is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _leave(client: httpx.Client, question: str, *, heard: int) -> None:
    """After so many lines of the answer, or at its end."""
    with client.stream("POST", "/api/ask", json={"question": question}, headers=EVENTS) as response:
        lines = response.iter_lines()
        for _ in range(heard):
            next(lines, None)


def _listen(address: str) -> None:
    with suppress(httpx.TransportError), httpx.Client(base_url=address, timeout=60) as client:
        _leave(client, "slow", heard=100_000)
