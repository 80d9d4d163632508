"""Signing in by a link, and out."""

import asyncio
from datetime import UTC, datetime

from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.web.app import create_app
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.console.sign_in import sign_in_link
from assistant.web.service import Service
from tests.web.console.clients import OWN, done, sign_in, somebody
from tests.web.console.conftest import As


def link(service: Service, role: Role = Role.ADMINISTRATOR, name: str = "Ada") -> str:
    person = somebody(service, role, name)
    return sign_in_link(done(service.secretariat.sessions.link(person.id, by=None, at=datetime.now(UTC))))


def test_a_link_leads_into_the_console_once(as_: As, service: Service) -> None:
    client, address = as_(), link(service)

    followed = client.get(address)

    assert (followed.status_code, followed.headers["location"]) == (303, ROOT)
    assert client.get(f"{ROOT}/you").status_code == 200
    again = as_().get(address)
    assert again.status_code == 403
    assert "used" in again.text
    assert COOKIE not in again.headers.get("set-cookie", "")


def test_a_browser_that_looks_ahead_does_not_use_a_link_up(as_: As, service: Service) -> None:
    client, address = as_(), link(service)

    assert client.get(address, headers={"sec-purpose": "prefetch;prerender"}).status_code == 403
    assert client.head(address).status_code == 405
    assert client.get(address).status_code == 303


def test_the_cookie_holds_no_more_than_a_random_id_and_scripts_cannot_read_it(service: Service) -> None:
    with TestClient(create_app(service), base_url="https://testserver", follow_redirects=False) as client:
        said = client.get(link(service)).headers.get_list("set-cookie")

    (cookie,) = [one for one in said if one.startswith(f"__Host-{COOKIE}=")]
    assert {"HttpOnly", "SameSite=lax", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert len(cookie.partition(";")[0]) < 80
    assert "Ada" not in cookie


def test_signing_out_here_leaves_the_other_browser_signed_in_and_everywhere_does_not(as_: As) -> None:
    here, there = as_(Role.READER, "Grace"), as_(Role.READER, "Grace")

    assert here.post(f"{ROOT}/sign-out").headers["location"] == f"{ROOT}/sign-in?done=signed_out"
    assert (here.get(f"{ROOT}/you").status_code, there.get(f"{ROOT}/you").status_code) == (303, 200)

    again = as_(Role.READER, "Grace")
    again.post(f"{ROOT}/sign-out-everywhere")
    assert [client.get(f"{ROOT}/you").status_code for client in (again, there)] == [303, 303]


def test_a_session_that_is_ended_elsewhere_is_over_at_the_next_request(as_: As, service: Service) -> None:
    grace, administrator = as_(Role.APPROVER, "Grace"), as_(Role.ADMINISTRATOR)
    person = somebody(service, Role.APPROVER, "Grace")

    administrator.post(f"{ROOT}/people/{person.id}/sign-out")

    assert grace.get(f"{ROOT}/settings").status_code == 303


def test_who_was_sent_to_sign_in_is_told_how_and_never_led_to_another_site(as_: As) -> None:
    page = as_().get(f"{ROOT}/sign-in?back=https://elsewhere.example").text
    assert "python server.py --sign-in-link" in page
    assert "elsewhere" not in page

    signed_in = as_(Role.READER)
    for back in (
        "https://elsewhere.example",
        "//elsewhere.example",
        "/secretariat\\@elsewhere.example",
        "/secretariatx",
    ):
        assert signed_in.get(f"{ROOT}/sign-in", params={"back": back}).headers["location"] == ROOT
    wanted = f"{ROOT}/audit?action=added"
    assert signed_in.get(f"{ROOT}/sign-in", params={"back": wanted}).headers["location"] == wanted


def test_nobody_tries_links_without_end(as_: As) -> None:
    client = as_()

    statuses = [client.get(sign_in_link(f"guess {number}")).status_code for number in range(40)]

    assert statuses[0] == 403
    assert statuses[-1] == 429


def test_tries_from_an_address_are_counted_by_all_servers_together(service: Service) -> None:
    """Each under another account: the address is what they have in common."""
    servers = [TestClient(create_app(service)) for _ in range(2)]

    statuses = [servers[n % 2].get(sign_in_link(f"{n:032x}guess")).status_code for n in range(12)]

    assert statuses == [403] * 10 + [429] * 2


def test_who_guessed_too_often_is_told_when_to_come_back_whoever_they_guessed_at(as_: As, service: Service) -> None:
    ada = somebody(service, Role.ADMINISTRATOR, "Ada")
    for account in (ada.id, "0" * 32):
        asyncio.run(service.shares.close())  # forgets the address
        pages = [as_().get(sign_in_link(f"{account}guess{n}")) for n in range(6)]

        assert [page.status_code for page in pages] == [403] * 5 + [429]
        assert 890 <= int(pages[-1].headers["retry-after"]) <= 900
        assert "Wait 15 minutes" in pages[-1].text


def test_no_page_of_the_console_stays_in_a_cache_or_a_search_engine(as_: As) -> None:
    page = as_(Role.ADMINISTRATOR).get(f"{ROOT}/people")

    assert page.headers["cache-control"] == "no-store"
    assert 'name="robots" content="noindex"' in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_the_console_works_before_there_is_a_pack_and_programs_get_problem_documents(service: Service) -> None:
    with TestClient(create_app(service), follow_redirects=False) as client:
        sign_in(client, service, Role.READER)
        refused = client.get(f"{ROOT}/people", headers={"accept": "application/json", **OWN})

    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == (
        "You need the role of administrator for this. An administrator can give it to you."
    )
