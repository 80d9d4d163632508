"""Servers on this machine's loopback that speak OpenAI's API: what a call and a reply are on the wire."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/json"
EVENTS = "text/event-stream"
DONE = "[DONE]"
"""What ends a stream of OpenAI's."""


class BrokenOff(Exception):
    """A reply can't be finished: the caller has to see that it is not whole."""


@dataclass(frozen=True, slots=True)
class Call:
    """`path` is what follows the base URL; `authorization` the header as it came, perhaps empty."""

    path: str
    body: dict[str, Any]
    authorization: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Sent piece by piece, each as soon as it is there."""

    pieces: Iterable[bytes]
    status: int = 200
    content_type: str = JSON


def event(data: str) -> bytes:
    """One piece of an event stream."""
    return f"data: {data}\n\n".encode()


def fault(status: int, message: str, code: str) -> Reply:
    """An error in OpenAI's shape."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return Reply((json.dumps({"error": error}, ensure_ascii=False).encode(),), status)


@contextmanager
def serving(answer: Callable[[Call], Reply], *, port: int = 0) -> Iterator[str]:
    """Serves POST calls, many at once, and gives the base URL, which ends in /v1. Port 0 is any that is free."""

    class Handler(_Handler):
        answered_by = staticmethod(answer)

    with _Server(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{_BASE}"
        finally:
            server.shutdown()


_BASE = "/v1"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small pieces would wait up to 40 ms for each other.
    disable_nagle_algorithm = True
    answered_by: Callable[[Call], Reply]

    def do_POST(self) -> None:
        # Clients keep connections for longer than the event loop that they were opened in.
        self.close_connection = True
        try:
            self._send(self._reply())
        except (BrokenOff, ConnectionError):
            return

    def _reply(self) -> Reply:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        except ValueError:
            return fault(400, "the body is not JSON", "not_json")
        if not isinstance(body, dict):
            return fault(400, "the body is not a JSON object", "not_json")
        path = self.path.split("?", 1)[0].removeprefix(_BASE)
        return self.answered_by(Call(path, body, self.headers.get("Authorization", "")))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        # An empty piece would say that the reply is over.
        for piece in filter(None, reply.pieces):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads a log of these."""
