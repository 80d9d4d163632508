"""Signing in through a provider of identities, from end to end, over real sockets to the provider."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.secretariat.audit import Wanted
from assistant.secretariat.roles import read_role_claim
from assistant.web.app import create_app
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.console.sign_in import sign_in_link
from assistant.web.service import Service
from tests.web.console.clients import OWN, done
from tests.web.console.provider import CLIENT, SECRET, Provider, provider
from tests.web.scripted import scripted_service

LEADS = {"sub": "u1", "name": "Grace Hopper", "groups": ["Others", "Leads"]}


@pytest.fixture
def idp() -> Iterator[Provider]:
    with provider(**LEADS) as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, idp: Provider) -> Service:
    return scripted_service(
        tmp_path,
        oidc_issuer=idp.address,
        oidc_client_id=CLIENT,
        oidc_client_secret=SecretStr(SECRET),
        oidc_roles=read_role_claim("groups: Team=reviewer, Leads=approver, IT=administrator"),
    )


@pytest.fixture
def visitor(service: Service) -> Iterator[Callable[[], TestClient]]:
    """A browser that knows nothing yet. All of them see the same app."""
    app = create_app(service)
    with ExitStack() as opened:
        opened.enter_context(TestClient(app))

        def make() -> TestClient:
            client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
            client.headers["accept"] = "text/html"
            return client

        yield make


Visitor = Callable[[], TestClient]


def back_from(client: TestClient, back: str = ROOT) -> str:
    """Away to the provider, and the address with which it sends the browser back."""
    away = client.get(f"{ROOT}/sign-in/start", params={"back": back})
    assert away.status_code == 303, away.text
    return httpx.get(away.headers["location"], follow_redirects=False).headers["location"]


def signs_in(client: TestClient, back: str = ROOT) -> bool:
    client.get(back_from(client, back))
    return COOKIE in client.cookies


def test_somebody_signs_in_with_the_role_that_their_group_gives(visitor: Visitor, service: Service) -> None:
    client = visitor()
    assert f"{ROOT}/sign-in/start?back=/secretariat/audit" in client.get(f"{ROOT}/sign-in?back={ROOT}/audit").text

    returned = client.get(back_from(client, f"{ROOT}/audit?action=added"))

    assert (returned.status_code, returned.headers["location"]) == (303, f"{ROOT}/audit?action=added")
    assert "Signed in as Grace Hopper (approver)" in client.get(f"{ROOT}/you").text
    assert client.get(f"{ROOT}/people").status_code == 403
    told = [entry.change.action for entry in done(service.secretariat.audit.entries())]
    assert told == ["signed_in", "added"]


def test_the_provider_is_asked_with_pkce_a_state_and_a_nonce_anew_each_time(visitor: Visitor, idp: Provider) -> None:
    for _ in range(2):
        assert signs_in(visitor())

    first, second = idp.asked
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 16
        assert first[name] != second[name]
    assert first["response_type"] == "code"
    assert first["redirect_uri"] == "http://testserver/secretariat/sign-in/return"


def test_who_has_no_group_with_a_role_gets_nowhere_and_is_not_taken_in(
    visitor: Visitor, service: Service, idp: Provider
) -> None:
    idp.claims["groups"] = ["Others"]
    client = visitor()

    refused = client.get(back_from(client))

    assert refused.status_code == 403
    assert "no role" in refused.text
    assert COOKIE not in client.cookies
    assert done(service.secretariat.people.all()) == ()


def test_a_role_that_the_provider_takes_back_is_gone_after_the_next_try(visitor: Visitor, idp: Provider) -> None:
    client = visitor()
    assert signs_in(client)
    idp.claims["groups"] = []

    assert not signs_in(visitor())

    assert client.get(f"{ROOT}/settings").status_code == 403


def test_groups_that_are_told_only_when_asked_for_count_too_if_they_are_of_the_same_person(
    visitor: Visitor, idp: Provider
) -> None:
    del idp.claims["groups"]
    idp.told_later = {"sub": "u1", "groups": ["IT"]}
    client = visitor()
    assert signs_in(client)
    assert client.get(f"{ROOT}/people").status_code == 200

    idp.told_later = {"sub": "somebody else", "groups": ["IT"]}
    assert not signs_in(visitor())


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"audience": "another"},
        {"lasts": -600},
        {"algorithm": "none"},
        {"signs_with": RSAKey.generate_key(2048)},
    ],
    ids=["nonce", "audience", "expired", "unsigned", "another key"],
)
def test_a_token_that_cannot_be_trusted_signs_nobody_in(
    visitor: Visitor, idp: Provider, wrong: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in wrong.items():
        setattr(idp, name, value)
    client = visitor()

    refused = client.get(back_from(client))

    assert refused.status_code == 403
    assert COOKIE not in client.cookies
    assert "nobody signed in" in caplog.text
    assert "Grace" not in caplog.text


def test_a_token_of_another_issuer_signs_nobody_in(visitor: Visitor, idp: Provider) -> None:
    client = visitor()
    back = back_from(client)
    idp.claims["iss"] = "https://elsewhere.example"

    assert client.get(back).status_code == 403


def test_a_provider_that_describes_another_issuer_is_not_gone_to(visitor: Visitor, idp: Provider) -> None:
    idp.issuer = "https://elsewhere.example"

    refused = visitor().get(f"{ROOT}/sign-in/start")

    assert refused.status_code == 403
    assert "location" not in refused.headers


def test_a_key_that_the_provider_changed_is_fetched_anew(visitor: Visitor, idp: Provider) -> None:
    assert signs_in(visitor())
    idp.key = RSAKey.generate_key(2048, {"kid": "newer"})

    assert signs_in(visitor())


def test_the_way_back_works_once_in_the_browser_that_set_out_and_with_its_own_state(visitor: Visitor) -> None:
    client, other = visitor(), visitor()
    back = back_from(client)

    assert other.get(back).status_code == 403
    changed = visitor()
    own = back_from(changed)
    assert changed.get(own.replace("state=", "state=x")).status_code == 403
    assert client.get(back).status_code == 303
    assert visitor().get(back).status_code == 403
    again = client.get(back)
    assert again.status_code == 403


def test_with_a_provider_links_are_neither_made_nor_taken(visitor: Visitor, service: Service, idp: Provider) -> None:
    idp.claims["groups"] = ["IT"]
    client = visitor()
    assert signs_in(client)
    person = done(service.secretariat.people.starter(at=datetime.now(UTC)))
    secret = done(service.secretariat.sessions.link(person.id, by=None, at=datetime.now(UTC)))

    assert visitor().get(sign_in_link(secret)).status_code == 404
    assert client.post(f"{ROOT}/people", data={"name": "Eve", "role": "administrator"}, headers=OWN).status_code == 405
    assert client.post(f"{ROOT}/people/{person.id}/link", headers=OWN).status_code == 404
    role = client.post(f"{ROOT}/people/{person.id}/role", data={"role": "reader"}, headers=OWN)
    assert role.status_code == 422
    assert done(service.secretariat.audit.entries(Wanted(action="gave_role"))) == ()
    assert "<select" not in client.get(f"{ROOT}/people").text


def test_a_provider_that_cannot_be_reached_is_said_so(tmp_path: Path) -> None:
    service = scripted_service(
        tmp_path,
        oidc_issuer="http://127.0.0.1:9",
        oidc_client_id=CLIENT,
        oidc_roles=read_role_claim("groups: IT=administrator"),
    )
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        page = client.get(f"{ROOT}/sign-in/start", headers={"accept": "text/html"})

    assert page.status_code == 403
    assert "could not be signed in" in page.text
