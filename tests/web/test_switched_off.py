"""With answers switched off, every door says so, with whom to ask, and the turn is counted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.secretariat.switches import Switch, SwitchedAssistant
from assistant.web.app import create_app
from assistant.web.service import Service
from tests.web.console.clients import done, somebody
from tests.web.scripted import CONTACT, PACK, ScriptedAssistant, scripted_service

QUESTION = "How often does the Board meet?"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    service = scripted_service(tmp_path)
    switches, writing = service.secretariat.switches, ScriptedAssistant()
    assistant = SwitchedAssistant(writing, writing, switches, service.screen, campaign=lambda: PACK.campaign)
    person = somebody(service, Role.APPROVER, "Ada")
    done(switches.set(Switch.CHAT, off=True, reason="wrong dates", by=person.id, at=datetime.now(UTC)))
    return scripted_service(tmp_path, assistant=assistant)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_an_asker_gets_a_503_that_says_whom_to_ask(service: Service, accept: str) -> None:
    with TestClient(create_app(service)) as client:
        reply = client.post("/api/ask", json={"question": QUESTION}, headers={"accept": accept})

    assert (reply.status_code, reply.headers["content-type"]) == (503, "application/problem+json")
    problem = reply.json()
    assert problem["outcome"] == "unavailable"
    assert problem["contact"]["email"] == CONTACT.email
    assert CONTACT.email in problem["detail"]
    assert int(reply.headers["retry-after"]) > 0


def test_a_client_of_openai_gets_an_error_of_its_shape(service: Service) -> None:
    asked = {"model": "assistant", "messages": [{"role": "user", "content": QUESTION}]}
    with TestClient(create_app(service)) as client:
        reply = client.post("/v1/chat/completions", json=asked)

    assert reply.status_code == 503
    assert CONTACT.email in reply.json()["error"]["message"]


def test_the_page_says_so_and_keeps_what_was_typed(service: Service) -> None:
    with TestClient(create_app(service)) as client:
        headers = {"accept": "text/html", "origin": "http://testserver"}
        page = client.post("/", data={"question": QUESTION}, headers=headers)

    assert page.status_code == 503
    assert CONTACT.email in page.text
    assert QUESTION in page.text


def test_people_in_danger_are_answered_all_the_same(service: Service) -> None:
    with TestClient(create_app(service)) as client:
        reply = client.post("/api/ask", json={"question": "My child has bruises"})

    assert (reply.status_code, reply.json()["outcome"]) == (200, "signposted")
