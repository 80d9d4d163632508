"""A conversation belongs to who holds it: it can be taken along as a text, and erased."""

import re

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from assistant.database import RecordsError
from assistant.records import Records
from assistant.secretariat.erasure import Erasure


def ask(client: TestClient, *questions: str) -> None:
    for question in questions:
        client.post("/ask", data={"question": question})


def test_a_transcript_holds_questions_answers_quotes_and_whole_addresses(client: TestClient) -> None:
    ask(client, "How often do you meet?", "What does it pay?")

    response = client.get("/transcript.txt")

    text = response.text
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["content-disposition"].startswith("attachment")
    assert text.index("You asked: How often do you meet?") < text.index("You asked: What does it pay?")
    assert "The Board meets four times a year.\nMembers lead reviews." in text
    assert re.search(r"^Reference: [0-9a-f]{32}\.", text, re.MULTILINE)
    assert client.cookies["conversation"] not in text
    assert "Source 2: Recruitment pack › The role › Duties\n“Members lead reviews.”" in text
    assert "http://testserver/pack/board/a1b2c3d4#p000000000002" in text
    assert "“Leeds”" in text


def test_a_transcript_holds_nothing_of_questions_that_are_not_kept(client: TestClient) -> None:
    ask(client, "bruises on her arm", "I am kestrel@example.org")

    text = client.get("/transcript.txt").text

    assert "You asked" not in text
    assert "999" not in text
    assert "not asked anything yet" in text


def test_a_question_without_an_answer_stands_in_the_transcript_as_one(client: TestClient) -> None:
    ask(client, "break")

    assert "You asked: break" not in client.get("/transcript.txt").text
    ask(client, "How often?")
    ask(client, "break")
    assert "This question has no answer." in client.get("/transcript.txt").text


def test_deleting_asks_first_then_erases_everything_and_the_cookie(client: TestClient, service: object) -> None:
    ask(client, "How often do you meet?")
    conversation = client.cookies["conversation"]

    confirmation = html.fromstring(client.get("/conversation/delete").text)
    done = client.post("/conversation/delete")

    assert confirmation.xpath("//form[@method='post']/@action") == ["/conversation/delete"]
    assert "Your conversation is deleted." in html.fromstring(done.text).xpath("//*[@role='alert']")[0].text_content()
    assert "conversation" not in client.cookies
    client.cookies.set("conversation", conversation)
    assert html.fromstring(client.get("/").text).xpath("//article") == []


def test_who_holds_no_conversation_is_told_so(client: TestClient) -> None:
    shown = html.fromstring(client.get("/conversation/delete").text)

    assert "no conversation to delete" in shown.text_content()
    assert shown.xpath("//form") == []
    assert client.post("/conversation/delete", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/transcript.txt"), ("GET", "/conversation/delete"), ("POST", "/conversation/delete")]
)
def test_records_that_cannot_be_used_are_an_error_that_says_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RecordsError("the disk is full")

    monkeypatch.setattr(Records, "turns_of", fails)
    monkeypatch.setattr(Erasure, "erase", fails)

    response = client.request(method, path, headers={"accept": "text/html"})

    assert response.status_code == 503
    assert "can't be shown just now" in html.fromstring(response.text).text_content()
