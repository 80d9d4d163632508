"""What deploy/nginx.conf promises: nginx itself, before small servers that stand for the replicas."""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.loopback.nginx import CONF, Proxy, program, proxy
from scripts.loopback.parts import free_ports

pytestmark = pytest.mark.skipif(program() is None, reason="nginx is not installed")

PAGE = "<p>" + "A page of the pack. " * 200


@dataclass
class Stub:
    """What the replicas were asked, and how many of them drop a question before they say anything."""

    asked: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    dropping: int = 0


class _Replica(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def do_GET(self) -> None:
        self._note(0)
        self._say(PAGE.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        length = len(self.rfile.read(int(self.headers.get("content-length", 0))))
        self._note(length)
        if self.stub.dropping:
            self.stub.dropping -= 1
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if "event-stream" in self.headers.get("accept", ""):
            self._drip()
        else:
            self._say(b"{}", "application/json")

    def log_message(self, *_: Any) -> None:
        pass

    def _note(self, length: int) -> None:
        self.stub.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, length))

    def _say(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number in range(3):
            event = f"event: stage\ndata: {number}\n\n".encode()
            self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            time.sleep(0.3)
        self.wfile.write(b"0\r\n\r\n")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Stub, list[ThreadingHTTPServer]]]:
    stub = Stub()
    handler = type("Replica", (_Replica,), {"stub": stub})
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    with proxy(tmp_path_factory.mktemp("nginx") / "run", [one.server_port for one in servers], free_ports(2)) as front:
        yield front, stub, servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def front(served: tuple[Proxy, Stub, list[ThreadingHTTPServer]]) -> Proxy:
    return served[0]


@pytest.fixture
def stub(served: tuple[Proxy, Stub, list[ThreadingHTTPServer]]) -> Stub:
    served[1].asked.clear()
    return served[1]


def test_events_go_out_as_they_come(front: Proxy, stub: Stub) -> None:
    came = []
    with httpx.stream("POST", f"{front.address}/api/ask", json={}, headers={"accept": "text/event-stream"}) as answer:
        assert "content-encoding" not in answer.headers
        for _ in answer.iter_raw():
            came.append(time.monotonic())

    gaps = [after - before for before, after in pairwise(came)]
    assert len(came) >= 3
    assert gaps[0] > 0.2
    assert gaps[1] > 0.2


def test_only_what_the_proxy_itself_knows_of_a_caller_reaches_a_replica(front: Proxy, stub: Stub) -> None:
    claimed = {
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "elsewhere.example",
        "x-real-ip": "203.0.113.9",
        "forwarded": "for=203.0.113.9",
        "x-request-id": "mine",
    }

    httpx.get(front.address, headers=claimed)

    [(_, told, _)] = stub.asked
    assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert told["host"] == front.address.removeprefix("http://")
    assert {"x-forwarded-host", "x-real-ip", "forwarded"} & told.keys() == set()
    assert len(told["x-request-id"]) == 32


def test_over_tls_replicas_are_told_and_browsers_are_told_to_stay_with_it(front: Proxy, stub: Stub) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE

    secure = httpx.get(front.secure, verify=trusting)

    assert secure.headers["strict-transport-security"] == "max-age=31536000"
    assert stub.asked[-1][1]["x-forwarded-proto"] == "https"
    assert "strict-transport-security" not in httpx.get(front.address).headers


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/api/ask", 16_384, 200),
        ("/api/ask", 16_385, 413),
        ("/v1/chat/completions", 262_144, 200),
        ("/v1/chat/completions", 262_145, 413),
        ("/secretariat/sign-out", 16_385, 413),
        ("/secretariat/pack/changes/3/files", 2_000_000, 200),
    ],
)
def test_a_body_has_a_cap(front: Proxy, stub: Stub, path: str, length: int, status: int) -> None:
    answer = httpx.post(f"{front.address}{path}", content=b"x" * length)

    assert answer.status_code == status
    assert [size for _, _, size in stub.asked] == ([length] if status == 200 else [])
    if status == 413:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 413


def test_headers_have_a_cap(front: Proxy, stub: Stub) -> None:
    assert httpx.get(front.address, headers={"x-much": "a" * 20_000}).status_code == 400
    assert stub.asked == []


def test_pages_are_compressed_and_say_no_version_and_every_answer_has_safe_headers(front: Proxy, stub: Stub) -> None:
    page = httpx.get(front.address)
    refused = httpx.post(f"{front.address}/api/ask", content=b"x" * 20_000)

    assert (page.headers["content-encoding"], page.headers["server"]) == ("gzip", "nginx")
    assert page.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]
    for answer in (page, refused):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_what_is_for_those_who_run_it_is_not_for_the_web(front: Proxy, stub: Stub) -> None:
    assert [httpx.get(front.address + path).status_code for path in ("/metrics", "/readyz")] == [404, 404]
    assert stub.asked == []


def test_a_question_whose_replica_dies_is_asked_of_the_other_and_nothing_else_is_done_twice(
    front: Proxy, stub: Stub
) -> None:
    stub.dropping = 1
    assert httpx.post(f"{front.address}/api/ask", json={}).status_code == 200
    assert len(stub.asked) == 2

    stub.asked.clear()
    stub.dropping = 1
    assert httpx.post(f"{front.address}/secretariat/settings/chat", data={"to": "off"}).status_code == 503
    assert len(stub.asked) == 1


def test_a_client_that_stops_in_the_middle_is_waited_for_a_few_seconds() -> None:
    """What comes of it, `slow_clients` of `make topology` times."""
    waits = dict(
        re.findall(r"^    (client_header_timeout|client_body_timeout|send_timeout) (\d+)s;", CONF.read_text(), re.M)
    )

    assert waits == {"client_header_timeout": "5", "client_body_timeout": "3", "send_timeout": "10"}


def test_the_log_holds_no_address_no_path_and_nothing_that_was_typed(front: Proxy, stub: Stub) -> None:
    httpx.get(f"{front.address}/kestrel?q=kestrel", headers={"user-agent": "kestrel", "referer": "http://kestrel/"})
    httpx.post(f"{front.address}/api/ask", content=b"kestrel" * 9_000)

    said = front.log.read_text()
    assert "kestrel" not in said
    lines = [json.loads(line) for line in said.splitlines()]
    assert {"method", "status", "seconds", "request_id"} <= lines[-1].keys()
    assert not any("127.0.0.1" in str(value) for line in lines for name, value in line.items() if name != "replica")


def test_when_no_replica_answers_people_and_programs_are_told_to_come_back(front: Proxy, tmp_path: Path) -> None:
    with proxy(tmp_path / "run", free_ports(2), free_ports(2)) as alone:
        page = httpx.get(alone.address, headers={"accept": "text/html"})
        told = httpx.post(f"{alone.address}/api/ask", json={})

    assert (page.status_code, page.headers["content-type"]) == (503, "text/html")
    assert "try again in a minute" in page.text
    assert (told.status_code, told.headers["content-type"]) == (503, "application/problem+json")
    assert (told.json()["status"], told.headers["retry-after"]) == (503, "5")
