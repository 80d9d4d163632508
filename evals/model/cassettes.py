"""Replies of a model's server, recorded once with a key and replayed without one: servers that record and replay.

What a line of a cassette holds, and what never, is for `evals.model.exchanges` to say.
"""

import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from evals.model.exchanges import AGAIN, PATHS, CassetteError, Exchange, exchange, key_of, read_exchanges
from evals.model.loopback import DONE, EVENTS, JSON, BrokenOff, Call, Reply, event, fault, serving

__all__ = ["CassetteError", "Tape", "recording", "replaying"]

_TIMEOUT = httpx2.Timeout(120.0, connect=10.0)
_PASSING = frozenset({401, 403, 408, 409, 429})
"""Beside the server's own faults, what another try might not get again."""


@dataclass
class Tape:
    """A server that records or replays; `kept` counts the calls that it did that with, `missed` the others."""

    cassette: Path
    base_url: str = ""
    kept: int = 0
    missed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @property
    def summary(self) -> str:
        """One line for the person who runs it."""
        held = f"{self.kept} calls are in {self.cassette}"
        return f"{held}, {self.missed} are not: {AGAIN.format(cassette=self.cassette)}" if self.missed else held

    def keep(self) -> None:
        with self._lock:
            self.kept += 1

    def miss(self) -> None:
        with self._lock:
            self.missed += 1


@contextmanager
def recording(base_url: str, cassette: Path, key: str = "") -> Iterator[Tape]:
    """Passes calls on to a real server and keeps what it replies, in a cassette that is written anew.

    `key` is sent to the real server; without one, whatever the caller sends. Lines are written as replies come, and in
    the end put in an order that does not hang on which of several calls at once came first.
    """
    tape = Tape(cassette)
    with httpx2.Client(timeout=_TIMEOUT) as client:
        recorder = _Recorder(tape, client, base_url.rstrip("/"), key)
        with serving(recorder.answer) as tape.base_url:
            try:
                yield tape
            finally:
                recorder.put_in_order()


@contextmanager
def replaying(cassette: Path) -> Iterator[Tape]:
    """Replies from a cassette; CassetteError when it can't be used.

    Calls that were made several times get their replies in the order recorded, and after that the last one.
    """
    tape = Tape(cassette)
    waiting: defaultdict[str, list[Exchange]] = defaultdict(list)
    for read in read_exchanges(cassette):
        waiting[read.key].append(read)
    taking = threading.Lock()

    def answer(call: Call) -> Reply:
        with taking:
            recorded = waiting.get(key_of(call.path, call.body))
            found = (recorded.pop(0) if len(recorded) > 1 else recorded[0]) if recorded else None
        if found is None:
            tape.miss()
            again = AGAIN.format(cassette=cassette)
            return fault(404, f"this call of {call.path} is not in {cassette}: {again}", "not_recorded")
        tape.keep()
        return found.reply()

    with serving(answer) as tape.base_url:
        yield tape


class _Recorder:
    def __init__(self, tape: Tape, client: httpx2.Client, base_url: str, key: str) -> None:
        self._tape = tape
        self._client = client
        self._base_url = base_url
        self._key = key
        self._exchanges: list[Exchange] = []
        self._writing = threading.Lock()

    def answer(self, call: Call) -> Reply:
        if call.path not in PATHS:
            self._tape.miss()
            return fault(404, f"a cassette holds calls of {' and '.join(PATHS)}, not of {call.path}", "not_recorded")
        authorization = f"Bearer {self._key}" if self._key else call.authorization
        asked = self._client.build_request(
            "POST", self._base_url + call.path, json=call.body, headers={"Authorization": authorization}
        )
        try:
            response = self._client.send(asked, stream=True)
            if response.status_code == 200 and response.headers.get("content-type", "").startswith(EVENTS):
                return Reply(self._streamed(call, response), content_type=EVENTS)
            whole = response.read()
        except httpx2.HTTPError as error:
            self._tape.miss()
            return fault(502, f"the model's server can't be reached ({type(error).__name__})", "no_server")
        self._take(call, _object(whole), response.status_code)
        return Reply((whole,), response.status_code, response.headers.get("content-type", JSON))

    def put_in_order(self) -> None:
        with self._writing:
            if not self._exchanges:
                return
            ordered = sorted(self._exchanges, key=lambda kept: (kept.path, kept.key))
            beside = self._tape.cassette.with_name(f"{self._tape.cassette.name}.new")
            beside.write_text("".join(kept.line() for kept in ordered), encoding="utf-8")
            os.replace(beside, self._tape.cassette)

    def _streamed(self, call: Call, response: httpx2.Response) -> Iterator[bytes]:
        pieces: list[dict[str, Any]] = []
        ended = False
        try:
            for line in response.iter_lines():
                if not line.startswith("data:"):
                    continue
                data = line.removeprefix("data:").strip()
                if data == DONE:
                    # Before the caller hears of the end, who may then be done with the recording.
                    ended = True
                    self._take(call, pieces, response.status_code)
                elif piece := _object(data):
                    pieces.append(piece)
                yield event(data)
        except httpx2.HTTPError as error:
            raise BrokenOff from error
        finally:
            response.close()
            if not ended:
                self._tape.miss()

    def _take(self, call: Call, replied: dict[str, Any] | list[dict[str, Any]] | None, status: int) -> None:
        """Keeps the exchange, unless another try might get another reply."""
        fails = isinstance(replied, list) and any("error" in piece for piece in replied)
        if replied is None or fails or status in _PASSING or status >= 500:
            self._tape.miss()
            return
        key = self._key or call.authorization.removeprefix("Bearer ")
        kept = exchange(call.path, call.body, replied, status=status, key=key)
        with self._writing:
            with self._tape.cassette.open("a" if self._exchanges else "w", encoding="utf-8") as file:
                file.write(kept.line())
            self._exchanges.append(kept)
        self._tape.keep()


def _object(written: str | bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(written)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
