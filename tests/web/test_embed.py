"""The assistant on pages of other sites: who may call, what the widget gets, the frame, and the script itself."""

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html  # type: ignore[import-untyped]
from openai import OpenAI
from starlette.testclient import TestClient

from assistant.web.edge import SHARED
from assistant.web.service import NotReady, PackVersion
from assistant.web.words import words_in
from knowledge.domain import Site
from tests.web.conftest import serving
from tests.web.scripted import PACK, scripted_service

ELEMENT = Path(__file__).parents[2] / "assistant" / "web" / "element" / "role-assistant.js"
FRIEND = "https://www.example.gov.uk"
STRANGER = "https://elsewhere.example"
QUESTION = {"question": "How often do you meet?"}
SITE = Site(allowed_origins=(FRIEND,), reply_time="within 2 working days")


@pytest.fixture
def client(with_settings: Callable[..., TestClient]) -> TestClient:
    """Of a campaign that lets one other site show the assistant."""
    return with_settings(pack=_shared_pack)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with serving(scripted_service(tmp_path, pack=_shared_pack)) as address:
        yield address


def _shared_pack() -> PackVersion:
    return replace(PACK, campaign=replace(PACK.campaign, site=SITE))


def cors(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("path", sorted(SHARED))
def test_a_page_of_a_named_site_may_call_what_the_widget_needs_without_cookies(client: TestClient, path: str) -> None:
    asking = {
        "origin": FRIEND,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    before = client.options(path, headers=asking)

    assert before.status_code == 204
    assert cors(before.headers) == {
        "access-control-allow-origin": FRIEND,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
    }


def test_an_answer_to_a_named_site_can_be_read_there_and_sets_no_cookie(client: TestClient) -> None:
    headers = {"origin": FRIEND, "sec-fetch-site": "cross-site"}
    answer = client.post("/api/ask", json=QUESTION, headers=headers)
    problem = client.post("/api/ask", json={}, headers=headers)

    assert (answer.status_code, problem.status_code) == (200, 422)
    for response in (answer, problem):
        assert cors(response.headers) == {"access-control-allow-origin": FRIEND}
        assert "origin" in response.headers["vary"]
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", f"{FRIEND}.example", "http://www.example.gov.uk", f"{FRIEND}:444"]
)
def test_other_sites_get_no_word_and_can_send_nothing(client: TestClient, origin: str) -> None:
    headers = {"origin": origin}
    posts = [client.post(path, json=QUESTION, headers=headers) for path in ("/api/ask", "/api/feedback")]
    others = [client.options("/api/ask", headers=headers), client.get("/api/widget", headers=headers)]

    for response in posts:
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"
    for response in (*posts, *others):
        assert cors(response.headers) == {}


def test_what_another_site_sends_is_refused_before_it_is_read_and_asks_nothing(client: TestClient) -> None:
    client.post("/api/ask", json=QUESTION, headers={"origin": STRANGER})

    assert "answers_total{" not in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/api/pack", "/v1/models", "/healthz", "/"])
def test_a_named_site_may_call_nothing_but_that(client: TestClient, path: str) -> None:
    assert cors(client.get(path, headers={"origin": FRIEND}).headers) == {}
    assert cors(client.options(path, headers={"origin": FRIEND}).headers) == {}


def test_programs_name_no_origin_and_work_as_ever(address: str) -> None:
    theirs = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=20)

    completion = theirs.chat.completions.create(model="any", messages=[{"role": "user", "content": "How often?"}])
    answer = httpx.post(f"{address}/api/ask", json=QUESTION)
    widget = httpx.get(f"{address}/api/widget")

    assert completion.choices[0].finish_reason == "stop"
    assert (answer.status_code, widget.status_code) == (200, 200)
    assert "set-cookie" not in answer.headers


def test_a_page_of_another_site_can_not_use_openais_shape(client: TestClient) -> None:
    body = {"messages": [{"role": "user", "content": "How often?"}]}
    response = client.post("/v1/chat/completions", json=body, headers={"origin": FRIEND})

    assert response.status_code == 403
    assert response.json()["error"]["type"] == "permission_error"


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("sent", [{"sec-fetch-site": "same-origin"}, {}], ids=["says so", "old browser"])
def test_our_own_page_is_given_the_conversation_as_a_cookie(
    client: TestClient, accept: str, sent: dict[str, str]
) -> None:
    headers = {"accept": accept, "origin": "http://testserver", **sent}
    response = client.post("/api/ask", json=QUESTION, headers=headers)

    cookie = response.headers["set-cookie"]
    assert re.match(r"conversation=[0-9a-f]{32}; ", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "How often do you meet?" in client.get("/").text


def test_a_campaign_that_is_not_ready_lets_nobody_in(with_settings: Callable[..., TestClient]) -> None:
    def pack() -> PackVersion:
        raise NotReady("no index")

    client = with_settings(pack=pack)

    assert client.post("/api/ask", json=QUESTION, headers={"origin": FRIEND}).status_code == 403
    assert client.get("/embed").status_code == client.get("/api/widget").status_code == 503


def test_the_widget_gets_words_and_facts_and_nothing_about_anybody(client: TestClient) -> None:
    facts = client.get("/api/widget", headers={"origin": FRIEND}).json()

    assert facts["name"] == "Members of the Board"
    assert facts["contact"]["email"] == "secretariat@example.org"
    assert facts["starters"] == ["How often does the Board meet?"]
    assert facts["worried"][0] == {"label": "Call 999", "url": "tel:999"}
    assert facts["words"]["reply_time"] == "They aim to reply within 2 working days."


def test_the_script_has_one_address_that_stays_and_may_run_anywhere(client: TestClient) -> None:
    plain = client.get("/embed.js", headers={"accept-encoding": "identity"})
    small = client.get("/embed.js", headers={"accept-encoding": "gzip"})

    assert plain.content == small.content
    assert small.headers["content-encoding"] == "gzip"
    for response in (plain, small):
        assert response.headers["content-type"].startswith("text/javascript")
        assert response.headers["cache-control"] == "public, max-age=300"
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(("site", "who"), [(SITE, FRIEND), (Site(), "'none'")], ids=["named", "none named"])
def test_only_the_sites_that_are_named_may_frame_the_page_for_frames_and_nobody_any_other(
    with_settings: Callable[..., TestClient], site: Site, who: str
) -> None:
    client = with_settings(pack=lambda: replace(PACK, campaign=replace(PACK.campaign, site=site)))

    assert f"frame-ancestors {who};" in client.get("/embed").headers["content-security-policy"]
    assert "frame-ancestors 'none';" in client.get("/").headers["content-security-policy"]


def test_in_a_frame_the_page_is_only_what_is_needed_to_ask_and_leads_away_beside_it(client: TestClient) -> None:
    page = html.fromstring(client.get("/embed").text)

    assert page.xpath("//role-assistant[@data-page]//textarea")
    assert page.xpath("//head/base/@target") == ["_blank"]
    assert page.xpath("//details[@data-worried]")
    assert not page.xpath("//header | //footer")


def test_the_pages_run_no_script_but_ours_and_make_no_html_of_text(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]

    for rule in ("default-src 'none'", "script-src 'self'", "connect-src 'self'", "base-uri 'none'"):
        assert f"{rule};" in policy
    assert policy.endswith("require-trusted-types-for 'script'; trusted-types 'none'")
    assert "unsafe" not in policy


def test_the_element_finds_every_word_it_says_in_the_file_of_words() -> None:
    source = ELEMENT.read_text(encoding="utf-8")
    taken = re.findall(r"const \{ ([\w, ]+) \} = (?:this\.#)?at\.words", source)
    said = {name for names in taken for name in names.split(", ")} | set(re.findall(r"\bwords\.(\w+)", source))
    said -= {"length", "map", "replace", "slice"}

    assert len(said) > 40
    assert said - set(words_in("en")["element"]) == set()


def test_the_element_makes_no_html_of_text_and_is_one_small_file() -> None:
    source = ELEMENT.read_text(encoding="utf-8")

    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|^import ", source, re.M
    )
    assert len(gzip.compress(source.encode(), mtime=0)) <= 12 * 1024
