"""What really goes over the wire: a request in its own bytes, and every byte that comes back."""

import json
import socket
from urllib.parse import urlsplit

_PATIENCE = 60.0


def raw(address: str, request: bytes) -> bytes:
    """All that a server sends until it closes the connection."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=_PATIENCE) as connection:
        connection.sendall(request)
        received = bytearray()
        while piece := connection.recv(65536):
            received += piece
    return bytes(received)


def posted(address: str, path: str, body: object, *, accept: str = "application/json") -> bytes:
    """What comes back for a body as JSON."""
    sent = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: {accept}\r\n"
        f"Content-Length: {len(sent)}\r\nConnection: close\r\n\r\n"
    )
    return raw(address, head.encode() + sent)


def got(address: str, target: bytes) -> bytes:
    """What comes back for a target of a GET, sent as it stands."""
    return raw(address, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")


def status(received: bytes) -> int:
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else 0
