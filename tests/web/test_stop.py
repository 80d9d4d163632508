"""Closing an event stream stops the question; one that is asked for whole is answered and kept. On real sockets."""

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from openai import OpenAI

from assistant.web.service import Service
from tests.waiting import until
from tests.web.conftest import serving
from tests.web.scripted import ScriptedAssistant, scripted_service

EVENTS = {"accept": "text/event-stream"}
AT_ONCE = 0.5
"""Seconds within which a question that was stopped has ended and is recorded as stopped."""


@contextlib.contextmanager
def listening(client: httpx.Client, question: str, **more: str) -> Iterator[Iterator[str]]:
    """The lines of an event stream; leaving it closes the connection, as a browser does that aborts."""
    body = {"question": question, **more}
    with client.stream("POST", "/api/ask", json=body, headers=EVENTS) as response:
        assert response.status_code == 200
        yield response.iter_lines()


def states(service: Service) -> list[tuple[Any, ...]]:
    with sqlite3.connect(service.settings.database.removeprefix("sqlite:///")) as connection:
        return connection.execute("SELECT question, state, outcome FROM turn ORDER BY number").fetchall()


@pytest.mark.parametrize("heard", [0, 1, 6], ids=["before a word", "after a stage", "after a sentence"])
def test_who_leaves_an_event_stream_stops_the_question_at_once(address: str, service: Service, heard: int) -> None:
    with httpx.Client(base_url=address) as client:
        with listening(client, "slow") as lines:
            for _ in range(heard):
                next(lines)
        left = time.monotonic()

        until(lambda: states(service) == [("slow", "stopped", None)])
        assert time.monotonic() - left < AT_ONCE
        assert "questions_in_flight 0.0" in client.get("/metrics").text


def test_a_stopped_question_does_no_more_work_and_is_no_failure(
    address: str, service: Service, assistant: ScriptedAssistant
) -> None:
    with httpx.Client(base_url=address) as client:
        with listening(client, "slow") as lines:
            next(lines)
        until(lambda: states(service) == [("slow", "stopped", None)])
        assistant.go_on.set()
        client.post("/api/ask", json={"question": "How often?"})

        counted = client.get("/metrics").text
    assert "answers_failed_total 0.0" in counted
    assert 'outcome="answered",rule=""} 1.0' in counted


def test_a_conversation_goes_on_at_once_after_a_stop_without_the_stopped_question(
    address: str, service: Service, assistant: ScriptedAssistant
) -> None:
    with httpx.Client(base_url=address) as client:
        conversation = client.post("/api/ask", json={"question": "How often?"}).json()["conversation"]
        with listening(client, "slow", conversation=conversation) as lines:
            next(lines)
        until(lambda: ("slow", "stopped", None) in states(service))

        answer = client.post("/api/ask", json={"question": "And where?", "conversation": conversation})

    assert answer.status_code == 200
    assert [turn.question for turn in assistant.asked[-1].history] == ["How often?"]


def test_a_question_that_is_asked_for_whole_is_answered_and_kept_whoever_stays(
    address: str, service: Service, assistant: ScriptedAssistant
) -> None:
    with httpx.Client(base_url=address) as client:
        for _ in range(5):
            with contextlib.suppress(httpx.ReadTimeout):
                client.post("/api/ask", json={"question": "slow"}, timeout=0.3)
        assert {state for _, state, _ in states(service)} == {"started"}
        assistant.go_on.set()

        until(lambda: states(service) == [("slow", "finished", "answered")] * 5)


def test_twenty_that_leave_do_not_disturb_who_stays(
    address: str, service: Service, assistant: ScriptedAssistant
) -> None:
    with httpx.Client(base_url=address) as client, listening(client, "slow, stays") as lines:
        next(lines)
        for _ in range(20):
            with listening(client, "slow") as left:
                next(left)
        until(lambda: [state for _, state, _ in states(service)].count("stopped") == 20)
        assistant.go_on.set()
        said = list(lines)

    assert "event: answer" in said
    assert states(service)[0] == ("slow, stays", "finished", "answered")


def test_a_stream_that_is_heard_to_its_end_is_finished(address: str, service: Service) -> None:
    with httpx.Client(base_url=address) as client, listening(client, "How often?") as lines:
        last = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")][-1]

    assert last["outcome"] == "answered"
    assert states(service) == [("How often?", "finished", "answered")]


def test_a_stream_in_openais_shape_is_stopped_in_the_same_way(address: str, service: Service) -> None:
    theirs = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=20)
    stream = theirs.chat.completions.create(model="any", messages=[{"role": "user", "content": "slow"}], stream=True)
    next(iter(stream))
    stream.close()

    until(lambda: states(service) == [("slow", "stopped", None)])


def test_a_server_that_ends_does_not_take_its_listeners_for_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.web.app.PATIENCE", 3.0)
    service = scripted_service(tmp_path)
    # The server gives open connections a second; the question then has its own patience left.
    go_on = threading.Timer(2, cast(ScriptedAssistant, service.assistant).go_on.set)
    with contextlib.ExitStack() as to_the_end:
        client = to_the_end.enter_context(httpx.Client(timeout=30))
        with serving(service) as address:
            client.base_url = httpx.URL(address)
            next(lines := to_the_end.enter_context(listening(client, "slow")))
            go_on.start()
        with contextlib.suppress(httpx.TransportError):
            assert "event: answer" not in list(lines)

    assert states(service) == [("slow", "finished", "answered")]
