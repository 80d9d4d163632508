"""What people think of an answer, sent as forms without JavaScript."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient


def answer(client: TestClient) -> Any:
    return html.fromstring(client.get("/").text).xpath("//article")[0]


@pytest.fixture
def id(client: TestClient) -> str:
    """An answer that was given."""
    client.post("/ask", data={"question": "How often do you meet?"})
    return str(answer(client).get("data-answer"))


def kept(folder: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "records.sqlite3") as connection:
        return connection.execute("SELECT useful, reason FROM feedback").fetchall()


def test_a_useful_answer_is_thanked_for_where_it_stands(client: TestClient, id: str, tmp_path: Path) -> None:
    response = client.post("/feedback", data={"answer": id, "useful": "yes"}, follow_redirects=False)

    assert (response.status_code, response.headers["location"]) == (303, f"/#a-{id}")
    assert kept(tmp_path) == [(1, None)]
    assert "Thank you" in answer(client).text_content()
    assert answer(client).xpath(".//form[@data-feedback-form]") == []


def test_who_found_it_of_no_use_is_asked_why_and_may_say_it_in_words(
    client: TestClient, id: str, tmp_path: Path
) -> None:
    client.post("/feedback", data={"answer": id, "useful": "no"})
    asked = answer(client).xpath(".//form[@data-feedback-form]")[0]
    reasons = asked.xpath(".//input[@type='radio']/@value")

    sent = {
        "answer": id,
        "useful": "no",
        "asked": "true",
        "reason": reasons[3],
        "words": "It was \u200blast year's date.",
    }
    client.post("/feedback", data=sent)

    assert len(reasons) == 5
    assert kept(tmp_path) == [(0, "It is out of date: It was last year's date.")]
    assert "Thank you" in answer(client).text_content()


def test_nobody_has_to_say_why(client: TestClient, id: str, tmp_path: Path) -> None:
    client.post("/feedback", data={"answer": id, "useful": "no", "asked": "true", "words": ""})

    assert kept(tmp_path) == [(0, "")]
    assert "Thank you" in answer(client).text_content()


def test_words_that_may_not_be_kept_are_answered_and_not_kept(client: TestClient, id: str, tmp_path: Path) -> None:
    response = client.post(
        "/feedback", data={"answer": id, "useful": "no", "asked": "true", "words": "bruises on her arm"}
    )

    shown = html.fromstring(response.text)
    assert response.status_code == 422
    assert shown.xpath("//article//a/@href")[0] == "tel:999"
    assert "bruises" not in response.text
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"answer": "0" * 32, "useful": "yes"}, 404),
        ({"answer": "//example.com", "useful": "yes"}, 404),
        ({"useful": "yes"}, 422),
        ({"answer": "0" * 32, "useful": "perhaps"}, 422),
    ],
    ids=["unknown", "no id", "none", "neither"],
)
def test_what_cannot_be_kept_is_refused_with_a_page(client: TestClient, sent: dict[str, str], status: int) -> None:
    response = client.post("/feedback", data=sent, headers={"accept": "text/html"})

    assert response.status_code == status
    assert html.fromstring(response.text).xpath("//h1")


def test_feedback_from_another_site_is_not_taken(client: TestClient, id: str, tmp_path: Path) -> None:
    response = client.post("/feedback", data={"answer": id, "useful": "no"}, headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403
    assert kept(tmp_path) == []
