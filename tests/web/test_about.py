"""The pack, the search for the secretariat, health, readiness, metrics, and the description of the contract."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Event

from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.checks import Check, Finding
from assistant.database import RecordsError
from assistant.domain import Question, Refusal
from assistant.waiting import Queue
from assistant.web.app import create_app
from assistant.web.service import NotReady, PackVersion, Service

TOKEN = "a token of some length"


def test_the_pack_is_described_with_its_documents_and_version(client: TestClient) -> None:
    pack = client.get("/api/pack").json()

    assert pack["campaign"]["name"] == "Members of the Board"
    assert (pack["version"], pack["index"]) == ("a1b2c3d4", "v-0123456789abcdef")
    assert [document["id"] for document in pack["documents"]] == ["pack"]
    assert client.get(pack["url"]).status_code == 200


def test_the_search_is_closed_to_everyone_while_no_token_is_set(client: TestClient) -> None:
    for authorization in ("", "Bearer ", "Bearer x", "Basic x"):
        assert client.get("/api/search?q=meet", headers={"authorization": authorization}).status_code == 403


def test_the_search_shows_scores_to_who_holds_the_token(with_settings: Callable[..., TestClient]) -> None:
    client = with_settings(secretariat_token=SecretStr(TOKEN))

    def search(authorization: str) -> int:
        return client.get("/api/search?q=meet", headers={"authorization": authorization}).status_code

    assert [search("Bearer wrong"), search(TOKEN), search(f"Basic {TOKEN}")] == [403, 403, 403]
    (found,) = client.get("/api/search?q=meet", headers={"authorization": f"Bearer {TOKEN}"}).json()
    assert (found["score"], found["dense"], found["lexical"]) == (0.9, 0.8, 4.0)


def test_the_guard_is_made_ready_before_anybody_asks(service: Service) -> None:
    asked = Event()

    def screen(_: Question) -> Refusal | None:
        asked.set()
        return None

    with TestClient(create_app(replace(service, screen=screen))):
        assert asked.wait(5)


def test_ready_means_that_the_index_and_the_records_answer(with_settings: Callable[..., TestClient]) -> None:
    ready = with_settings().get("/readyz")
    assert ready.json() == {"status": "ok", "checks": {"index": "ok", "records": "ok", "limits": "ok"}}

    def pack() -> PackVersion:
        raise NotReady("no index")

    unready = with_settings(pack=pack, problem=lambda: "the version is damaged").get("/readyz")
    assert unready.status_code == 503
    assert "the version is damaged" in unready.json()["checks"]["index"]


def test_what_does_not_stop_answers_is_told_with_its_remedy_and_turns_nobody_away(
    with_settings: Callable[..., TestClient],
) -> None:
    async def full() -> Finding:
        return Finding("3 MB are free", "Make room")

    client = with_settings(problem=lambda: "the new version is damaged", checks=[Check("disk", full)])

    response = client.get("/readyz")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["disk"] == "3 MB are free. Make room."
    assert "v-0123456789abcdef is served, but: the new version is damaged" in response.json()["checks"]["index"]
    page = client.get("/metrics").text
    assert 'check_ok{check="disk"} 0.0' in page
    assert 'check_ok{check="records"} 1.0' in page


def test_without_a_pack_the_process_is_up_and_every_question_gets_a_503(
    with_settings: Callable[..., TestClient],
) -> None:
    def pack() -> PackVersion:
        raise NotReady("/somewhere/private holds no index")

    client = with_settings(pack=pack)

    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 200
    for response in (client.post("/api/ask", json={"question": "How?"}), client.get("/api/pack"), client.get("/")):
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert "not ready" in response.json()["detail"]
        assert "private" not in response.text


def test_metrics_count_outcomes_stages_tokens_and_name_the_index(client: TestClient) -> None:
    client.post("/api/ask", json={"question": "How often?"})
    client.post("/api/ask", json={"question": "bruises"})

    page = client.get("/metrics").text

    assert 'answers_total{mode="quoting",outcome="answered",rule=""} 1.0' in page
    assert 'outcome="signposted",rule="child_at_risk"} 1.0' in page
    assert 'model_tokens_total{direction="in"} 12.0' in page
    assert 'stage_seconds_count{stage="search"} 1.0' in page
    assert "questions_in_flight 0.0" in page
    assert 'index_info{pack="a1b2c3d4",version="v-0123456789abcdef"} 1.0' in page
    assert 'http_requests_total{method="POST",route="/api/ask",status="200"} 2.0' in page
    assert 'http_request_seconds_count{route="/api/ask"} 2.0' in page
    assert "model_left_alone 0.0" in page


def test_metrics_say_how_many_answers_wait_for_the_secretariat(with_settings: Callable[..., TestClient]) -> None:
    async def queues() -> Mapping[Queue, int]:
        return {Queue.NOT_USEFUL: 3}

    async def unread() -> Mapping[Queue, int]:
        raise RecordsError("the records are away")

    assert 'queue_length{queue="not_useful"} 3.0' in with_settings(queues=queues).get("/metrics").text
    assert "queue_length{" not in with_settings(queues=unread).get("/metrics").text


def test_no_name_in_the_numbers_is_a_callers(client: TestClient) -> None:
    client.request("KESTREL", "/api/ask")
    client.get("/kestrel")

    page = client.get("/metrics").text

    assert 'http_requests_total{method="_OTHER",route="/api/ask",status="405"} 1.0' in page
    assert 'http_requests_total{method="GET",route="-",status="404"} 1.0' in page
    assert "kestrel" not in page.lower()


def test_the_contract_is_described_and_the_inner_pages_are_not(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    assert {"/api/ask", "/api/feedback", "/api/pack", "/v1/chat/completions", "/healthz"} <= paths.keys()
    assert not paths.keys() & {"/api/search", "/metrics", "/"}
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_no_route_takes_a_method_it_was_not_made_for(client: TestClient) -> None:
    for path in ("/api/ask", "/api/feedback", "/v1/chat/completions"):
        response = client.get(path)
        assert response.status_code == 405
        assert "POST" in response.headers["allow"]
