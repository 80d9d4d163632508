"""Every route of the console, whatever part it belongs to: who gets in, and from where."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.web.app import create_app
from assistant.web.console.frame import COOKIE, ROOT, Console, _Needs, anyone
from assistant.web.service import Service
from tests.web.console.clients import OWN, done, sign_in, somebody
from tests.web.console.conftest import As

_PATHS = {"switch": "chat", "turn": "0" * 32, "person": "0" * 32}
"""What stands for a parameter of an address; another gets a number."""

ROLES = [Role.NONE, Role.READER, Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR]
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def routes(app: FastAPI) -> Iterator[tuple[str, str, APIRoute]]:
    """The method and an address of every route under ROOT, however deep it was included."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.path.startswith(ROOT):
            path = re.sub(r"{(\w+)(:\w+)?}", lambda found: _PATHS.get(found[1], "1"), route.path)
            yield from ((method, path, route) for method in sorted(route.methods or ()))


def needed(route: APIRoute) -> Role | None:
    """The role that a route names; None when anyone may call it."""
    named = [inner.call for inner in route.dependant.dependencies]
    if anyone in named:
        return None
    roles = [call.role for call in named if isinstance(call, _Needs)]
    assert roles, f"{route.path} says neither a role nor anyone"
    return max(roles, key=ROLES.index)


@pytest.fixture
def app(service: Service) -> Iterator[FastAPI]:
    app = create_app(service)
    with TestClient(app):
        yield app


def client_of(app: FastAPI) -> TestClient:
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    client.headers["accept"] = "text/html"
    return client


def test_the_walk_meets_the_routes_that_are_known_to_be_there(app: FastAPI) -> None:
    met = {(method, route.path) for method, _, route in routes(app)}

    assert {("GET", f"{ROOT}/audit"), ("POST", f"{ROOT}/settings/{{switch}}"), ("POST", f"{ROOT}/people")} <= met
    assert len(met) >= 15


def test_who_is_not_signed_in_is_sent_to_sign_in_and_can_change_nothing(app: FastAPI) -> None:
    nobody = client_of(app)
    for method, path, route in routes(app):
        if needed(route) is None:
            continue
        for cookie in (None, "made up"):
            nobody.cookies.clear()
            if cookie:
                nobody.cookies.set(COOKIE, cookie, path=ROOT)
            response = nobody.request(method, path, headers=OWN)
            if method in UNSAFE:
                assert response.status_code == 403, path
            else:
                assert response.status_code == 303, path
                assert response.headers["location"].startswith(f"{ROOT}/sign-in?back=%2Fsecretariat"), path


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_is_for_and_nothing_else(app: FastAPI, service: Service, role: Role) -> None:
    client = client_of(app)
    for method, path, route in routes(app):
        wanted = needed(route)
        if wanted is None:
            continue
        sign_in(client, service, role)  # anew, since signing out is among the routes
        status = client.request(method, path).status_code
        if role.covers(wanted):
            assert status not in (401, 403), f"{role} is kept from {method} {path}"
            assert status < 500, f"{method} {path} fails"
        else:
            assert status == 403, f"{role} gets into {method} {path}"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
    ids=["no word of where from", "another site", "another host of the site", "another origin", "no origin"],
)
def test_a_form_of_another_page_changes_nothing_whoever_is_signed_in(
    app: FastAPI, service: Service, headers: dict[str, str]
) -> None:
    client = client_of(app)
    sign_in(client, service, Role.ADMINISTRATOR)
    del client.headers["origin"]
    before = done(service.secretariat.audit.count())

    statuses = {
        (method, path): client.request(method, path, headers=headers).status_code
        for method, path, _ in routes(app)
        if method in UNSAFE
    }

    assert statuses
    assert set(statuses.values()) == {403}
    assert done(service.secretariat.audit.count()) == before


def test_a_route_that_names_nobody_is_closed_to_everybody(service: Service) -> None:
    console = Console(service)
    router = console.router()

    @router.get("/forgotten")
    async def forgotten() -> dict[str, str]:
        return {"secret": "kestrel"}

    app = create_app(service)
    app.include_router(router)
    with TestClient(app) as client:
        sign_in(client, service, Role.ADMINISTRATOR)
        response = client.get(f"{ROOT}/forgotten")

    assert response.status_code == 403
    assert "kestrel" not in response.text


@pytest.mark.parametrize("role", [Role.READER, Role.APPROVER, Role.ADMINISTRATOR])
def test_the_navigation_shows_what_the_role_opens_and_says_where_one_is(as_: As, role: Role) -> None:
    client = as_(role)
    page = client.get(f"{ROOT}/settings").text

    places = re.findall(rf'<li><a class="govuk-link" href="({ROOT}/[^"]+)"( aria-current="page")?', page)

    assert [path for path, here in places if here] == [f"{ROOT}/settings"]
    assert {client.get(path).status_code for path, _ in places} == {200}
    assert (f"{ROOT}/people" in dict(places)) is (role is Role.ADMINISTRATOR)


def test_a_session_is_not_taken_from_an_address(as_: As, service: Service) -> None:
    ada = somebody(service, Role.ADMINISTRATOR, "Ada")
    token = done(service.secretariat.sessions.begin(ada, at=datetime.now(UTC)))

    assert as_().get(f"{ROOT}/you?{COOKIE}={token}").status_code == 303


def test_where_there_is_no_provider_its_routes_are_not_there(as_: As) -> None:
    assert as_().get(f"{ROOT}/sign-in/start").status_code == 404
