"""People who ask, slow clients, and a watch on health: what the topology is tried with."""

import re
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import httpx

QUESTIONS: Final = (
    "How often does the Panel meet?",
    "Who supports new members?",
    "What are the key responsibilities?",
    "What does it pay?",
    "Is the Panel independent of government?",
)
SLOW: Final = 900
ASKERS: Final = 12

Looked = TypeVar("Looked")


class Asking:
    """Many people who ask through the proxy, half of them for events; who is cut off asks once more."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._ask_on, args=(number,)) for number in range(ASKERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _ask_on(self, number: int) -> None:
        # Each has an address of its own, as people have.
        transport = httpx.HTTPTransport(local_address=f"127.0.1.{number + 1}")
        with httpx.Client(base_url=self._address, transport=transport, timeout=30) as http:
            while not self._over.is_set():
                ended = self._once(http, number) or (self._once(http, number) and "answered when asked again")
                with self._lock:
                    self.counts[ended or "lost"] += 1
                time.sleep(0.2)

    def _once(self, http: httpx.Client, number: int) -> str:
        """How it ended; empty when no answer came."""
        wanted = "text/event-stream" if number % 2 else "application/json"
        try:
            answer = http.post(
                "/api/ask", json={"question": QUESTIONS[number % len(QUESTIONS)]}, headers={"accept": wanted}
            )
        except httpx.TransportError:
            return ""
        whole = '"outcome"' in answer.text and (number % 2 == 0 or "event: answer" in answer.text)
        return "answered" if answer.status_code == 200 and whole else ""


@contextmanager
def watching(places: Mapping[str, tuple[str, int]]) -> Iterator[dict[str, list[float]]]:
    """How long each of many requests to an address took, which has this status, while something else went on."""
    over = threading.Event()
    took: dict[str, list[float]] = {place: [] for place in places}

    def watch() -> None:
        # From an address of its own.
        transport = httpx.HTTPTransport(local_address="127.0.2.1")
        with httpx.Client(transport=transport, timeout=30) as http:
            while not over.is_set():
                for place, (url, status) in places.items():
                    began = time.perf_counter()
                    assert http.get(url).status_code == status
                    took[place].append(time.perf_counter() - began)
                time.sleep(0.05)

    with ThreadPoolExecutor() as pool:
        watched = pool.submit(watch)
        try:
            yield took
        finally:
            over.set()
            watched.result()


def slowhttptest(address: str, options: list[str], *, folder: Path) -> str:
    command = ["slowhttptest", "-c", str(SLOW), "-r", "300", "-i", "10", "-l", "30", "-p", "5", *options]
    done = subprocess.run(  # noqa: S603
        [*command, "-u", f"{address}/api/ask"], capture_output=True, text=True, timeout=60, cwd=folder
    )
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout + done.stderr)


def closed_after(address: str, sent: str) -> float:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=20) as slow:
        slow.sendall(sent.encode())
        with suppress(ConnectionResetError):
            while slow.recv(4096):
                pass
    return time.monotonic() - began


def events(address: str, question: str) -> tuple[list[float], list[str]]:
    """When events came, and their names, each once."""
    times: list[float] = []
    names: dict[str, None] = {}
    asked = {"question": question}
    with httpx.stream(
        "POST", f"{address}/api/ask", json=asked, headers={"accept": "text/event-stream"}, timeout=30
    ) as answer:
        for line in answer.iter_lines():
            if line.startswith("event: "):
                times.append(time.perf_counter())
                names[line.removeprefix("event: ")] = None
    return times, list(names)


def until(look: Callable[[], Looked], wanted: Callable[[Looked], bool]) -> tuple[float, Looked]:
    """How long it took until what is looked at was as wanted, half a minute at most, and what it was then."""
    began = time.monotonic()
    while not wanted(found := look()) and time.monotonic() - began < 30:
        time.sleep(0.1)
    return time.monotonic() - began, found
