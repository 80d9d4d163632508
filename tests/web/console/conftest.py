"""The console over the same scripted service as the pages of candidates."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.web.app import create_app
from assistant.web.service import Service
from tests.web.console.clients import sign_in
from tests.web.scripted import scripted_service

As = Callable[..., TestClient]


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return scripted_service(tmp_path)


@pytest.fixture
def as_(service: Service) -> Iterator[As]:
    """`as_(Role.REVIEWER, "Ada")` is a client that she is signed in with; `as_()` is nobody's. All share one app."""
    app = create_app(service)
    with ExitStack() as opened:
        opened.enter_context(TestClient(app))

        def make(role: Role | None = None, name: str = "") -> TestClient:
            # Not entered: the app is started and ended once, above.
            client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
            client.headers["accept"] = "text/html"
            if role is not None:
                sign_in(client, service, role, name)
            return client

        yield make
