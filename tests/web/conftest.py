"""The app on a scripted assistant and real records: in process, and on a real socket."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
import uvicorn
from starlette.testclient import TestClient

from assistant.web.app import create_app
from assistant.web.service import Service
from tests.web.scripted import ScriptedAssistant, scripted_service

JSON = {"content-type": "application/json"}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return scripted_service(tmp_path)


@pytest.fixture
def assistant(service: Service) -> ScriptedAssistant:
    return cast(ScriptedAssistant, service.assistant)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def with_settings(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """A client of an app with other settings, or another part of the service."""
    opened: list[TestClient] = []

    def make(**changes: object) -> TestClient:
        client = TestClient(create_app(scripted_service(tmp_path, **changes)), raise_server_exceptions=False)
        opened.append(client)
        return client.__enter__()

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """The app on a real socket; its address. Leaving ends the server in good order."""
    config = uvicorn.Config(create_app(service), port=0, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    with serving(service) as address:
        yield address
