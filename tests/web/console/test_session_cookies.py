"""The cookies: how each is set on the way in and out, what no longer lets anybody in, and when to the minute."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from http.cookies import SimpleCookie

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role, read_role_claim
from assistant.secretariat.sessions import ABSOLUTE, IDLE
from assistant.settings import ROOT as PROJECT
from assistant.web.app import create_app
from assistant.web.console import frame
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.console.sign_in import sign_in_link
from assistant.web.service import Service
from tests.web.console.clients import done, somebody
from tests.web.console.provider import CLIENT, SECRET, provider
from tests.web.scripted import scripted_service

HOST = f"__Host-{COOKIE}"
SITE = "https://testserver"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return scripted_service(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="module")
def app(service: Service) -> Iterator[FastAPI]:
    app = create_app(service)
    with TestClient(app):
        yield app


@pytest.fixture(autouse=True)
def _no_tries_yet(service: Service) -> None:
    """All tests sign in from one address."""
    asyncio.run(service.shares.close())


def browser_of(app: FastAPI) -> TestClient:
    client = TestClient(app, base_url=SITE, raise_server_exceptions=False, follow_redirects=False)
    client.headers.update({"accept": "text/html", "origin": SITE})
    return client


def link(service: Service) -> str:
    ada = somebody(service, Role.ADMINISTRATOR, "Ada")
    return sign_in_link(done(service.secretariat.sessions.link(ada.id, by=None, at=datetime.now(UTC))))


def cookies_of(*responses: httpx.Response) -> dict[str, dict[str, str]]:
    """The cookies that were set or taken back, with how."""
    found = {}
    for said in (one for response in responses for one in response.headers.get_list("set-cookie")):
        for name, cookie in SimpleCookie(said).items():
            found[name] = {kind: str(value) for kind, value in cookie.items() if value}
    return found


def test_each_cookie_is_of_this_host_alone_secure_kept_from_scripts_and_from_forms_of_other_sites(
    app: FastAPI, service: Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    browser = browser_of(app)
    came = browser.get(link(service))
    asked = browser.post("/ask", data={"question": "How often?"})
    as_program = browser.post("/api/ask", json={"question": "How often?"})
    taken_back = browser.post("/conversation/delete")
    left = browser.post(f"{ROOT}/sign-out")
    with provider(sub="u1", name="Grace", groups=["Leads"]) as idp:
        by_provider = scripted_service(
            tmp_path_factory.mktemp("oidc"),
            oidc_issuer=idp.address,
            oidc_client_id=CLIENT,
            oidc_client_secret=SecretStr(SECRET),
            oidc_roles=read_role_claim("groups: Leads=approver"),
        )
        with TestClient(create_app(by_provider), base_url=SITE, follow_redirects=False) as visitor:
            away = visitor.get(f"{ROOT}/sign-in/start")
            back = visitor.get(httpx.get(away.headers["location"]).headers["location"])
            assert visitor.get(f"{ROOT}/you").status_code == 200

    for responses in ((came, asked, as_program), (taken_back, left), (away,), (back,)):
        found = cookies_of(*responses)
        assert found
        for name, how in found.items():
            assert name.startswith("__Host-"), name
            assert {"path": "/", "secure": "True", "httponly": "True", "samesite": "lax"}.items() <= how.items(), name
            assert "domain" not in how, name


def test_cookies_are_set_in_two_places_only() -> None:
    """What the test above does not see is set nowhere else."""
    sets = re.compile(r"\b(set|delete)_cookie\(|set-cookie", re.IGNORECASE)
    files = (PROJECT / "assistant").rglob("*.py")

    found = {str(file.relative_to(PROJECT)) for file in files if sets.search(file.read_text())}

    assert found == {"assistant/web/cookies.py", "assistant/web/console/cookies.py"}


def test_signing_in_gives_a_new_id_whatever_the_browser_held(app: FastAPI, service: Service) -> None:
    browser, ids = browser_of(app), ["planted" * 6]
    for _ in range(3):
        browser.cookies.clear()
        browser.cookies.set(HOST, ids[-1])
        found = SimpleCookie(browser.get(link(service)).headers.get_list("set-cookie")[0])
        ids.append(found[HOST].value)

    assert len(set(ids)) == 4
    assert all(len(one) >= 43 for one in ids[1:])
    browser.cookies.clear()
    assert browser.get(f"{ROOT}/you", headers={"cookie": f"{HOST}={ids[0]}"}).status_code == 303


def test_an_id_that_was_signed_out_is_refused_by_every_page(app: FastAPI, service: Service) -> None:
    browser = browser_of(app)
    browser.get(link(service))
    old = {"cookie": f"{HOST}={browser.cookies[HOST]}"}
    browser.post(f"{ROOT}/sign-out")

    pages = [f"{ROOT}/{page}" for page in ("you", "people", "audit", "data", "settings", "queues", "pack", "gaps")]
    assert [browser_of(app).get(page, headers=old).status_code for page in pages] == [303] * len(pages)
    assert browser_of(app).post(f"{ROOT}/people", headers=old, data={"name": "Eve"}).status_code == 403


def test_over_https_a_cookie_without_the_prefix_lets_nobody_in(app: FastAPI, service: Service) -> None:
    """A neighbouring host could have set it."""
    browser = browser_of(app)
    browser.get(link(service))
    session = browser.cookies[HOST]

    statuses = [
        browser_of(app).get(f"{ROOT}/you", headers={"cookie": f"{name}={session}"}).status_code
        for name in (COOKIE, HOST)
    ]

    assert statuses == [303, 200]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock by which the console lets people in."""
    began = datetime.now(UTC)

    def move(by: timedelta) -> None:
        class Moved(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Moved":
                return cls.fromtimestamp((began + by).timestamp(), tz)

        monkeypatch.setattr(frame, "datetime", Moved)

    return move


def test_a_session_nobody_uses_ends_after_half_an_hour_to_the_minute(
    app: FastAPI, service: Service, later: Callable[[timedelta], None]
) -> None:
    for used_at in (timedelta(), timedelta(seconds=59), timedelta(minutes=7, seconds=30)):
        browser = browser_of(app)
        browser.get(link(service))
        statuses = []
        for moment in (used_at, used_at + IDLE - MINUTE, used_at + IDLE - MINUTE + IDLE + timedelta(seconds=2)):
            later(moment)
            statuses.append(browser.get(f"{ROOT}/you").status_code)

        assert statuses == [200, 200, 303]


def test_a_session_ends_after_eight_hours_to_the_minute_however_much_it_is_used(
    app: FastAPI, service: Service, later: Callable[[timedelta], None]
) -> None:
    browser = browser_of(app)
    browser.get(link(service))
    moments = [timedelta(minutes=20) * number for number in range(24)]

    statuses = []
    for moment in (*moments, ABSOLUTE - MINUTE, ABSOLUTE + timedelta(seconds=2)):
        later(moment)
        statuses.append(browser.get(f"{ROOT}/you").status_code)

    assert statuses == [200] * 25 + [303]
