"""Every route of the service, the console's and the candidates': what other sites can do, and what looking changes."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.web.app import create_app
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from tests.secretariat.held import everything
from tests.web.console.clients import done, sign_in
from tests.web.scripted import scripted_service

PUBLIC = {
    *("/", "/ask", "/feedback", "/conversation/delete", "/api/ask", "/api/feedback", "/v1/chat/completions"),
    *("/openapi.json", "/v1/models", "/v1/models/{name}", "/api/pack", "/api/search", "/api/widget"),
    *("/healthz", "/readyz", "/metrics", "/static/{name}", "/embed.js", "/embed", "/transcript.txt"),
    *("/privacy", "/accessibility", "/about-ai", "/questions-and-answers", "/pack", "/pack/{campaign}/{version}"),
}
"""All that is not the console. `/api/search` asks for its token, `/metrics` and `/readyz` are shut by the proxy."""

OTHER_SITES = {
    "another site": {"sec-fetch-site": "cross-site"},
    "another site that claims our origin": {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    "another host of the site": {"sec-fetch-site": "same-site"},
    "another host that claims our origin": {"sec-fetch-site": "same-site", "origin": "http://testserver"},
    "another origin": {"origin": "https://elsewhere.example"},
    "no origin": {"origin": "null"},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return scripted_service(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def app(service: Service) -> Iterator[FastAPI]:
    app = create_app(service)
    with TestClient(app):
        yield app


@pytest.fixture
def administrator(app: FastAPI, service: Service) -> TestClient:
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    client.headers["accept"] = "text/html"
    sign_in(client, service, Role.ADMINISTRATOR)
    client.post("/ask", data={"question": "How often does the Board meet?"})
    return client


def walk(app: FastAPI, *methods: str) -> Iterator[tuple[str, str, str]]:
    """The method, the path as it was written and an address of each route that takes one of the methods."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            address = re.sub(r"{\w+(:\w+)?}", "1", route.path)
            yield from ((method, route.path, address) for method in methods if method in (route.methods or ()))


def test_a_route_outside_the_console_is_one_that_everybody_may_call(app: FastAPI) -> None:
    """A new one is put into the list by somebody who thought about it, or into the console, which is shut."""
    met = {context.original_route.path for context in iter_route_contexts(app.routes)}  # type: ignore[attr-defined]

    assert {path for path in met if path != ROOT and not path.startswith(f"{ROOT}/")} == PUBLIC


def test_nothing_that_another_site_has_a_browser_send_is_taken(
    app: FastAPI, service: Service, administrator: TestClient
) -> None:
    del administrator.headers["origin"]
    before = everything(service.secretariat.database)

    statuses = {
        (kind, method, path): administrator.request(method, address, headers=headers).status_code
        for method, path, address in walk(app, "POST", "PUT", "PATCH", "DELETE")
        for kind, headers in OTHER_SITES.items()
    }

    assert {("no origin", "POST", path) for path in ("/ask", "/api/ask", f"{ROOT}/people")} <= set(statuses)
    assert set(statuses.values()) == {403}, {each for each, status in statuses.items() if status != 403}
    assert everything(service.secretariat.database) == before


def test_looking_changes_nothing(app: FastAPI, service: Service, administrator: TestClient) -> None:
    """Only the audit grows: by who exported what, and by the guess that a link without a token is."""
    database = service.secretariat.database
    before, entries = everything(database, but=("audit",)), done(service.secretariat.audit.count())

    for _, _, address in walk(app, "GET"):
        assert administrator.get(address).status_code < 500, address

    assert everything(database, but=("audit",)) == before
    noted = done(service.secretariat.audit.entries())[:-entries]
    assert {one.change.action for one in noted} == {"exported", "failed_to_sign_in"}
