"""Limits as a caller meets them: through proxies, at several workers, with too much sent; and what is kept of them."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
import uvicorn

from assistant.database import open_database
from assistant.limits import Shares
from assistant.limits.failing_open import FailingOpen
from assistant.limits.in_database import DatabaseShares
from assistant.limits.in_redis import RedisShares
from assistant.settings import AskLimit, Settings, SettingsError, load_settings
from assistant.web.app import create_app
from assistant.web.service import Service
from server import _serve_together, listening
from tests.web.scripted import ScriptedAssistant, scripted_service

REAL, OTHER = "203.0.113.9", "203.0.113.10"


@contextmanager
def listened(service: Service) -> Iterator[httpx.Client]:
    """The app as `python server.py` listens, and a client of it."""
    server = uvicorn.Server(uvicorn.Config(create_app(service), **listening(service.settings) | {"port": 0}))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def ask(client: httpx.Client, question: str = "How often?", *, via: str = "", **more: str) -> int:
    headers = {"x-forwarded-for": via} if via else {}
    return client.post("/api/ask", json={"question": question, **more}, headers=headers).status_code


@pytest.mark.parametrize(
    ("proxies", "vias", "statuses"),
    [
        ("127.0.0.1", [REAL, f"{OTHER}, {REAL}", f"10.9.8.7, ::1, {REAL}", OTHER], [200, 429, 429, 200]),
        ("192.0.2.1", [REAL, OTHER, "127.0.0.1"], [200, 429, 429]),
        ("none", [REAL, OTHER, "127.0.0.1"], [200, 429, 429]),
        ("127.0.0.1, 10.0.0.0/8", [f"{REAL}, 10.1.2.3", f"{OTHER}, {REAL}, 10.3.2.1", OTHER], [200, 429, 200]),
    ],
    ids=["its own proxy", "a caller who is no proxy", "no proxy", "two proxies in a row"],
)
def test_only_what_the_configured_proxy_saw_counts(
    tmp_path: Path, proxies: str, vias: list[str], statuses: list[int]
) -> None:
    service = scripted_service(tmp_path, ask_limit=AskLimit(1, 1), forwarded_allow_ips=proxies)
    with listened(service) as client:
        assert [ask(client, via=via) for via in vias] == statuses


@pytest.mark.parametrize("value", ["*", "proxy.example.org", "10.0.0.5/8", "127.0.0.1,"])
def test_proxies_that_cannot_be_told_apart_are_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"FORWARDED_ALLOW_IPS is .*expected the addresses or networks"):
        load_settings(forwarded_allow_ips=value)


def test_money_without_prices_is_refused() -> None:
    with pytest.raises(SettingsError, match="MODEL_DOLLARS_A_DAY is set, which needs PRICE_IN and PRICE_OUT"):
        load_settings(model_dollars_a_day=5, price_in=1)


@pytest.mark.parametrize(
    ("given", "limits"),
    [
        ({}, "memory"),
        ({"workers": 4}, "sqlite:////data/limits.sqlite3"),
        ({"database_url": "postgres://u@h/d"}, "postgresql+psycopg://u@h/d"),
        ({"workers": 4, "limits_url": "redis://h/0"}, "redis://h/0"),
        ({"workers": 4, "limits_url": "memory"}, "memory"),
    ],
    ids=["one worker", "several workers", "several machines", "Redis", "as told"],
)
def test_limits_are_shared_as_far_as_the_records_are(given: dict[str, object], limits: str) -> None:
    assert Settings(_env_file=None, data_dir=Path("/data"), **given).limits == limits  # type: ignore[arg-type, call-arg]


@pytest.fixture
def workers(tmp_path: Path) -> tuple[Service, Service]:
    """Two workers' services, over the same database."""
    services = [scripted_service(tmp_path, ask_limit=AskLimit(3, 100)) for _ in range(2)]

    def shares() -> Shares:
        return FailingOpen(DatabaseShares(open_database(services[0].settings.database, passing=True)))

    first, second = (replace(service, shares=shares()) for service in services)
    return first, second


def test_a_conversations_limit_holds_whichever_worker_is_asked(workers: tuple[Service, Service]) -> None:
    with ExitStack() as opened:
        clients = [opened.enter_context(listened(worker)) for worker in workers]
        asked = clients[0].post("/api/ask", json={"question": "How often?"}).json()

        statuses = [ask(clients[turn % 2], conversation=asked["conversation"]) for turn in range(4)]

    assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize("is_first", [True, False], ids=["its first question", "a later one"])
def test_a_conversation_has_one_question_under_way_whichever_worker_is_asked(
    workers: tuple[Service, Service], is_first: bool
) -> None:
    with ExitStack() as opened:
        one, other = (opened.enter_context(listened(worker)) for worker in workers)
        known = (
            {}
            if is_first
            else {"conversation": one.post("/api/ask", json={"question": "Where?"}).json()["conversation"]}
        )
        wants = {"accept": "text/event-stream", "origin": str(one.base_url)}
        slow = {"question": "slow", **known}
        with one.stream("POST", "/api/ask", json=slow, headers=wants) as answer:
            # Told before the first word of the answer: a browser may ask again at once.
            conversation = answer.cookies["conversation"]
            busy = other.post("/api/ask", json={"question": "And?", "conversation": conversation})
            cast(ScriptedAssistant, workers[0].assistant).go_on.set()
            answer.read()
        after = ask(other, conversation=conversation)

    assert (busy.status_code, busy.headers["retry-after"]) == (429, "1")
    assert "still being answered" in busy.json()["detail"]
    assert after == 200


def test_a_store_that_is_down_is_told_by_readyz_while_questions_are_answered(tmp_path: Path) -> None:
    shares = FailingOpen(RedisShares("unix:///nowhere/redis.sock"))
    with listened(scripted_service(tmp_path, ask_limit=AskLimit(1, 100), shares=shares)) as client:
        conversation = client.post("/api/ask", json={"question": "How often?"}).json()["conversation"]
        statuses = [ask(client, conversation=conversation) for _ in range(2)]
        ready = client.get("/readyz")

    assert statuses == [200, 429]
    assert ready.status_code == 200
    assert "each worker counts for itself" in ready.json()["checks"]["limits"]


def test_workers_that_an_option_asked_for_know_that_they_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    known = []

    async def closed() -> None: ...

    ends, shares = SimpleNamespace(close=lambda: None), SimpleNamespace(close=closed)
    parts = SimpleNamespace(secretariat=None, records=ends, shares=shares, close=ends.close)
    monkeypatch.setattr("server._service", lambda _: parts)
    monkeypatch.setattr("server._show_link", lambda *_: None)
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: known.append(load_settings().limits))
    for name in ("WORKERS", "PYTHONWARNINGS", "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(name, "")

    assert _serve_together(load_settings(workers=2)) == 0
    assert [limits.rpartition("/")[2] for limits in known] == ["limits.sqlite3"]


def test_what_holds_the_limits_never_holds_an_address_or_a_conversation(
    workers: tuple[Service, Service], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with listened(workers[0]) as client:
        conversation = client.post(
            "/api/ask", json={"question": "How often?"}, headers={"x-forwarded-for": REAL}
        ).json()["conversation"]
        for _ in range(5):
            ask(client, via=REAL, conversation=conversation)
        numbers = client.get("/metrics").text
        kept = b"".join(file.read_bytes() for file in tmp_path.glob("records.sqlite3*"))
        database = open_database(workers[0].settings.database)
        with database.engine.connect() as connection:
            keys = [key for (key,) in connection.exec_driver_sql("SELECT key FROM share")]
        database.close()

    assert len(keys) >= 2
    assert REAL.encode() not in kept
    assert REAL not in caplog.text + numbers
    assert not any(conversation in key for key in keys)


def test_a_head_that_is_too_long_is_refused_and_one_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    with listened(scripted_service(tmp_path)) as client:
        long = client.get("/healthz", headers={"x-long": "a" * 20_000})
        usual = client.get("/healthz", headers={"x-long": "a" * 8_000})
        sent = _endless(client.base_url.port or 0, "GET / HTTP/1.1\r\nHost: a\r\nX-Long: ")

    assert (long.status_code, long.headers["content-type"]) == (431, "application/problem+json")
    assert "16384 bytes" in long.json()["detail"]
    assert usual.status_code == 200
    assert sent < 5_000_000


def _endless(port: int, begin: str) -> int:
    """How many bytes of a head were taken before the connection was cut."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(begin.encode())
        try:
            while sent < 50_000_000:
                connection.sendall(b"a" * 16_384)
                sent += 16_384
                # A server that answers has ended the head.
                connection.settimeout(0.001)
                try:
                    if connection.recv(1):
                        break
                except TimeoutError:
                    pass
                connection.settimeout(10)
        except ConnectionError:
            pass
    return sent
