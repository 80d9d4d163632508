"""POST /api/ask and POST /api/feedback: the contract that other programs rely on."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from assistant.settings import AskLimit
from assistant.web.ask import wants_events
from assistant.web.service import Service
from tests.waiting import until
from tests.web.conftest import serving
from tests.web.scripted import PASSAGES, ScriptedAssistant, scripted_service

EVENTS = {"accept": "text/event-stream"}
CANARY = "kestrel"


def ask(client: TestClient | httpx.Client, question: str, **more: Any) -> Any:
    return client.post("/api/ask", json={"question": question, **more})


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def rows(service: Service, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(service.settings.database.removeprefix("sqlite:///")) as connection:
        return connection.execute(query).fetchall()


def test_an_answer_has_every_field_of_the_contract(client: TestClient) -> None:
    answer = ask(client, "How often do you meet?").json()

    assert answer.keys() >= {
        *("id", "conversation", "outcome", "rule", "text", "sentences", "citations", "missing", "nearest", "contact"),
        *("approved", "mode", "versions", "timings_ms"),
    }
    assert answer["outcome"] == "answered"
    assert answer["sentences"][1] == {"text": "Members lead reviews.", "citations": [1, 2]}
    assert answer["citations"][1] == {
        "number": 2,
        "document": "pack",
        "title": "Recruitment pack",
        "heading": ["The role", "Duties"],
        "page": None,
        "quote": "Members lead reviews.",
        "url": f"/pack/board/a1b2c3d4#{PASSAGES[1].id}",
    }
    assert answer["versions"].keys() == {"pack", "index", "prompt", "model", "code"}


def test_events_tell_the_stages_then_each_sentence_with_its_sources_and_last_the_whole_answer(
    client: TestClient,
) -> None:
    response = client.post("/api/ask", json={"question": "How often?"}, headers=EVENTS)

    said = events(response.text)
    assert [name for name, _ in said] == ["stage", "stage", "sentence", "sentence", "answer"]
    assert said[0][1] == {"stage": "search"}
    assert [source["number"] for source in said[3][1]["new_citations"]] == [2]
    assert said[4][1].keys() == ask(client, "How often?").json().keys()
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"


def test_a_stream_that_has_nothing_to_say_yet_says_that_it_is_there(
    address: str, assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.web.ask.SILENCE", 0.02)
    lines = []

    with httpx.stream("POST", f"{address}/api/ask", json={"question": "slow"}, headers=EVENTS) as response:
        for line in response.iter_lines():
            lines.append(line)
            if lines.count(": ping") == 2:
                assistant.go_on.set()

    assert "event: answer" in lines


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/event-stream", True),
        ("text/event-stream, application/json", True),
        ("application/json, text/event-stream", False),
        ("application/json;q=0.5, text/event-stream;q=0.9", True),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=high", False),
    ],
)
def test_the_accept_header_chooses_between_one_answer_and_events(accept: str, streams: bool) -> None:
    assert wants_events(accept) is streams


@given(st.text(max_size=60))
def test_no_accept_header_is_too_strange(accept: str) -> None:
    assert wants_events(accept) in (True, False)


def test_a_follow_up_is_read_with_the_answered_turns_before_it_and_without_the_refused_ones(
    client: TestClient, assistant: ScriptedAssistant
) -> None:
    conversation = ask(client, "How often do you meet?").json()["conversation"]
    ask(client, "What are my chances?", conversation=conversation)
    ask(client, "What does it pay?", conversation=conversation)

    assert ask(client, "And where?", conversation=conversation).json()["conversation"] == conversation
    assert [turn.question for turn in assistant.asked[-1].history] == ["How often do you meet?", "What does it pay?"]


def test_only_the_last_five_turns_are_looked_at(client: TestClient, assistant: ScriptedAssistant) -> None:
    conversation = ask(client, "Question 0").json()["conversation"]
    for number in range(1, 8):
        ask(client, f"Question {number}", conversation=conversation)

    assert [turn.question[-1] for turn in assistant.asked[-1].history] == ["2", "3", "4", "5", "6"]


@pytest.mark.parametrize("made_up", ["0" * 32, "mine", "' OR 1=1 --", "\u0000", "../../etc", ""])
def test_a_conversation_that_nobody_was_given_starts_a_new_one_with_no_history(
    client: TestClient, assistant: ScriptedAssistant, made_up: str
) -> None:
    ask(client, "How often do you meet?")

    answer = ask(client, "And where?", conversation=made_up).json()

    assert answer["conversation"] not in ("", made_up)
    assert assistant.asked[-1].history == ()


MALFORMED: dict[str, bytes] = {
    "NaN": b'{"question":NaN}',
    "Infinity": b'{"question":Infinity}',
    "-1e999": b'{"question":-1e999}',
    "big number": b'{"question":' + b"9" * 5000 + b"}",
    "deep list": b'{"question":' + b"[" * 7000 + b"]" * 7000 + b"}",
    "deep object": b'{"a":' * 2500 + b"1" + b"}" * 2500,
    "not UTF-8": b'{"question":"\xff\xfe"}',
    "UTF-16": '{"question":5}'.encode("utf-16"),
    "empty": b"",
    "null": b"null",
    "string": b'"kestrel"',
    "list": b'["kestrel"]',
    "cut off": b'{"question":"kestrel',
    "number": b'{"question":5}',
    "no question": b"{}",
    "blank question": b'{"question":" \\u200b\\u202e \\t"}',
    "long question": b'{"question":"' + b"kestrel " * 200 + b'"}',
    "conversation of another kind": b'{"question":"How often?","conversation":["kestrel"]}',
    "long conversation": b'{"question":"How often?","conversation":"' + b"kestrel" * 100 + b'"}',
}


@pytest.mark.parametrize("path", ["/api/ask", "/api/feedback", "/v1/chat/completions"])
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_input_gets_a_short_problem_that_repeats_nothing(client: TestClient, path: str, body: bytes) -> None:
    response = client.post(path, content=body, headers={"content-type": "application/json"})

    assert response.status_code in (400, 413, 422)
    assert len(response.content) <= 1024
    assert CANARY not in response.text
    problem = response.json()
    if path.startswith("/api"):
        assert response.headers["content-type"] == "application/problem+json"
        assert problem["status"] == response.status_code
        assert problem["detail"]
    else:
        assert problem["error"]["message"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=200), st.text(max_size=80).map(lambda text: json.dumps({"question": text}).encode())
    )
)
def test_no_body_whatever_makes_the_server_fail(client: TestClient, body: bytes) -> None:
    assert client.post("/api/ask", content=body, headers={"content-type": "application/json"}).status_code < 500


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
@pytest.mark.parametrize("path", ["/api/ask", "/api/feedback", "/v1/chat/completions"])
def test_only_json_is_taken_so_that_no_other_site_can_post_unasked(
    client: TestClient, assistant: ScriptedAssistant, path: str, kind: str | None
) -> None:
    headers = {"content-type": kind} if kind else {}

    assert client.post(path, content=b'{"question":"How often?"}', headers=headers).status_code == 415
    assert assistant.asked == []


@pytest.mark.parametrize(
    ("question", "status"), [("a" * 500, 200), ("a" * 501, 422), ("a" * 500 + "\u200b" * 90 + "  ", 200)]
)
def test_a_question_has_up_to_500_characters_after_cleaning(client: TestClient, question: str, status: int) -> None:
    assert ask(client, question).status_code == status


def test_what_is_asked_is_clean(client: TestClient, assistant: ScriptedAssistant) -> None:
    client.post("/api/ask", content=b'{"question":"What \\ud800 next?"}', headers={"content-type": "application/json"})
    ask(client, "  Sut\u202e mae\u200b  Caf\u0065\u0301 £5? ")

    assert assistant.asked[0].text == "What next?"
    assert assistant.asked[1].text == "Sut mae Caf\u00e9 £5?"


def test_a_body_over_the_cap_is_refused_whether_or_not_it_says_its_length(client: TestClient) -> None:
    def pieces() -> Any:
        for _ in range(40):
            yield b"a" * 1000

    told = client.post("/api/ask", content=b"a" * 20_000, headers={"content-type": "application/json"})
    untold = client.post("/api/ask", content=pieces(), headers={"content-type": "application/json"})

    assert told.status_code == untold.status_code == 413
    assert told.headers["content-type"] == "application/problem+json"


def test_a_large_upload_is_cut_off_early(address: str) -> None:
    sent = 0

    def flood() -> Any:
        nonlocal sent
        for _ in range(3000):
            sent += 100_000
            yield b"a" * 100_000

    try:
        status = httpx.post(
            f"{address}/api/ask", content=flood(), headers={"content-type": "application/json"}
        ).status_code
    except httpx.TransportError:
        status = 413
    assert status == 413
    assert sent < 100_000_000
    assert httpx.get(f"{address}/healthz").status_code == 200


def test_an_assistant_that_breaks_gives_a_problem_without_words_and_leaves_a_failed_turn(
    client: TestClient, service: Service
) -> None:
    answered = ask(client, f"break {CANARY}")
    streamed = client.post("/api/ask", json={"question": f"break {CANARY}"}, headers=EVENTS)

    assert answered.status_code == 503
    assert "retry-after" in answered.headers
    assert events(streamed.text)[-1][0] == "error"
    assert CANARY not in answered.text + streamed.text
    assert rows(service, "SELECT state FROM turn") == [("failed",), ("failed",)]


def test_a_turn_is_saved_with_its_evidence_and_what_it_took(client: TestClient, service: Service) -> None:
    answer = ask(client, "How often do you meet?").json()

    ((question, state, outcome, body, tokens),) = rows(
        service, "SELECT question, state, outcome, answer, tokens_in FROM turn"
    )
    assert (question, state, outcome, tokens) == ("How often do you meet?", "finished", "answered", 12)
    assert json.loads(body) == answer
    assert rows(service, "SELECT rank, used FROM evidence ORDER BY rank") == [(1, 1), (2, 1), (3, 0)]


@pytest.mark.parametrize(
    ("question", "rule"), [("bruises, kestrel", "child_at_risk"), ("kestrel@example.org", "personal_data")]
)
@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["json", "events"])
def test_a_question_that_may_not_be_kept_is_nowhere_on_the_disk(
    client: TestClient, service: Service, tmp_path: Path, question: str, rule: str, headers: dict[str, str]
) -> None:
    client.post("/api/ask", json={"question": question}, headers=headers)

    assert rows(service, "SELECT question, rule FROM turn") == [(None, rule)]
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not any(CANARY.encode() in content for content in files)


def test_a_second_question_waits_for_the_answer_to_the_first(
    address: str, service: Service, assistant: ScriptedAssistant
) -> None:
    with httpx.Client(base_url=address) as client:
        conversation = ask(client, "How often?").json()["conversation"]
        first = threading.Thread(target=ask, args=(client, "slow"), kwargs={"conversation": conversation})
        first.start()
        until(lambda: len(assistant.asked) == 2)

        second = ask(client, "And now?", conversation=conversation)
        elsewhere = ask(client, "And me?")
        assistant.go_on.set()
        first.join()

        assert second.status_code == 429
        assert int(second.headers["retry-after"]) >= 1
        assert elsewhere.status_code == 200
        assert ask(client, "And now?", conversation=conversation).status_code == 200


@pytest.mark.parametrize(("delay", "state"), [(0.3, "finished"), (30.0, "failed")], ids=["in time", "too late"])
def test_a_server_that_is_told_to_end_finishes_what_it_can_and_marks_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delay: float, state: str
) -> None:
    monkeypatch.setattr("assistant.web.app.PATIENCE", 1.0)
    service = scripted_service(tmp_path)
    go_on = threading.Timer(delay, cast(ScriptedAssistant, service.assistant).go_on.set)
    with serving(service) as address, httpx.Client(base_url=address) as client:
        with suppress(httpx.ReadTimeout):
            client.post("/api/ask", json={"question": "slow"}, timeout=0.3)
        go_on.start()
    go_on.cancel()

    assert rows(service, "SELECT state FROM turn") == [(state,)]


def test_too_many_questions_get_a_human_sentence_and_the_seconds_to_wait(
    with_settings: Callable[..., TestClient],
) -> None:
    client = with_settings(ask_limit=AskLimit(2, 100))
    conversation = ask(client, "One?").json()["conversation"]

    statuses = [ask(client, "More?", conversation=conversation).status_code for _ in range(3)]
    refused = ask(client, "More?", conversation=conversation)

    assert statuses == [200, 200, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert "Please wait" in refused.json()["detail"]
    assert ask(client, "A new conversation?").status_code == 200


def test_records_that_cannot_be_written_cost_no_answer(client: TestClient, service: Service) -> None:
    conversation = ask(client, "How often?").json()["conversation"]
    locked = sqlite3.connect(service.settings.database.removeprefix("sqlite:///"), isolation_level=None)
    locked.execute("DROP TABLE feedback")
    locked.execute("ALTER TABLE turn RENAME TO gone")

    answers = [ask(client, "How often?", conversation=conversation) for _ in range(3)]

    assert [answer.json()["outcome"] for answer in answers] == ["answered"] * 3
    assert "records_failed_total 3.0" in client.get("/metrics").text
    assert client.get("/readyz").status_code == 503
    assert client.post("/api/feedback", json={"answer": "0" * 32, "useful": True}).status_code == 503


def test_a_locked_database_delays_an_answer_by_seconds_and_a_queue_by_no_more(
    client: TestClient, service: Service
) -> None:
    locked = sqlite3.connect(service.settings.database.removeprefix("sqlite:///"), isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()

    statuses = [ask(client, "How often?").status_code for _ in range(5)]

    assert statuses == [200] * 5
    assert time.monotonic() - began < 9
    locked.execute("ROLLBACK")


def test_feedback_is_kept_once_an_answer_and_only_for_answers_that_were_given(
    client: TestClient, service: Service
) -> None:
    answer = ask(client, "How often?").json()["id"]

    first = client.post("/api/feedback", json={"answer": answer, "useful": True})
    last = client.post("/api/feedback", json={"answer": answer, "useful": False, "reason": " not\u200b clear "})
    stray = client.post("/api/feedback", json={"answer": "0" * 32, "useful": True})

    assert (first.status_code, last.status_code, stray.status_code) == (204, 204, 404)
    assert rows(service, "SELECT useful, reason FROM feedback") == [(0, "not clear")]


def test_a_reason_is_kept_under_the_same_rules_as_a_question(client: TestClient, service: Service) -> None:
    answer = ask(client, "How often?").json()["id"]

    for reason in ("kestrel@example.org", "He has bruises, kestrel"):
        refused = client.post("/api/feedback", json={"answer": answer, "useful": False, "reason": reason})
        assert refused.status_code == 422
        assert CANARY not in refused.text
    assert "999" in refused.json()["detail"]
    assert rows(service, "SELECT * FROM feedback") == []
