"""A connection to the service that can be cut, as a network does it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """Passes bytes on, both ways, until it is cut; then it takes no more."""

    def __init__(self, address: str) -> None:
        there = urlsplit(address)
        self._there = (there.hostname or "", there.port or 80)
        self._open: list[socket.socket] = []
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._ear.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def cut(self) -> None:
        for one in (self._ear, *self._open):
            # Only a shutdown wakes a thread that reads.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._ear.accept()
                there = socket.create_connection(self._there)
                self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


@contextmanager
def relaying(address: str) -> Iterator[Relay]:
    relay = Relay(address)
    try:
        yield relay
    finally:
        relay.cut()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while some := one.recv(65_536):
            other.sendall(some)
        other.shutdown(socket.SHUT_WR)
