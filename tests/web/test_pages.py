"""The page where questions are asked, without JavaScript: what it says, each kind of answer, and the conversation."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from assistant.database import RecordsError
from assistant.records import Records
from assistant.settings import AskLimit
from assistant.web.edge import HEADERS
from assistant.web.rendering import render
from assistant.web.schemas import AnswerBody, ApprovalBody
from assistant.web.shown_turns import ShownTurn, shown_now
from assistant.web.words import element_words, words_in
from knowledge.domain import Site
from tests.web.scripted import PACK, ScriptedAssistant

OUTCOMES = {
    "How often do you meet?": "Answered from the pack",
    "What does it pay?": "Not in the pack",
    "bruises on her arm": "Where to get help",
    "my chances": "Not answered here",
}


def page(client: TestClient, path: str = "/") -> Any:
    return html.fromstring(client.get(path).text)


def asked(client: TestClient, question: str) -> Any:
    """The page as a browser shows it after a question: it follows where it is sent."""
    return html.fromstring(client.post("/ask", data={"question": question}).text)


def test_the_start_page_says_what_it_is_whom_to_ask_and_offers_questions(client: TestClient) -> None:
    start = page(client)

    notice = start.xpath("//*[@id='notice']")[0]
    assert "not talking to a person" in notice.text_content()
    assert "can be wrong" in notice.text_content()
    assert notice.xpath(".//a/@href") == ["mailto:secretariat@example.org", "/privacy"]
    assert start.xpath("//form//button[@name='question']/@value") == ["How often does the Board meet?"]
    assert start.xpath("//details[@data-worried]//a/@href") == ["tel:999", "https://example.org/report"]
    assert start.xpath("//section[@class='ra-log']/@hidden")


def test_the_question_box_has_a_label_and_a_hint_and_the_first_link_skips_to_the_content(client: TestClient) -> None:
    start = page(client)

    assert start.xpath("//label[@for='question']")
    described = start.xpath("//textarea/@aria-describedby")[0].split()
    assert "question-hint" in described
    assert all(start.xpath(f"//*[@id='{place}']") for place in described)
    assert start.xpath("(//body//a)[1]/@href") == ["#main"]
    assert start.get("lang") == "en-GB"


def test_the_element_is_given_its_addresses_its_words_and_the_conversation(client: TestClient) -> None:
    before = page(client).xpath("//role-assistant")[0]
    asked(client, "How often do you meet?")
    after = page(client).xpath("//role-assistant")[0]

    assert (before.get("data-ask"), before.get("data-feedback")) == ("/api/ask", "/api/feedback")
    assert json.loads(before.get("data-words")) == element_words(PACK.campaign)
    assert before.get("data-conversation") == ""
    assert after.get("data-conversation") == client.cookies["conversation"]


def test_each_sentence_points_to_a_source_on_the_page_and_each_source_to_its_words_in_the_pack(
    client: TestClient,
) -> None:
    answer = asked(client, "How often do you meet?").xpath("//article")[0]

    id = answer.get("data-answer")
    cited = answer.xpath(".//a[contains(@class, 'ra-cite')]/@href")
    assert cited == [f"#s-{id}-1", f"#s-{id}-1", f"#s-{id}-2"]
    assert all(answer.xpath(f".//li[@id='{place[1:]}']//blockquote") for place in cited)
    for url in answer.xpath(".//details[contains(@class, 'ra-sources')]//footer/a/@href"):
        path, _, anchor = url.partition("#")
        passage, _, words = anchor.partition(":~:text=")
        assert words
        assert page(client, path).xpath(f"//*[@id='{passage}']")


@pytest.mark.parametrize(("question", "said"), OUTCOMES.items(), ids=list(OUTCOMES))
def test_every_answer_says_in_words_what_kind_it_is(client: TestClient, question: str, said: str) -> None:
    tag = asked(client, question).xpath("//article//p[contains(@class, 'ra-outcome')]")[0]

    assert tag.text == said


def test_a_silent_pack_is_named_with_what_comes_near_and_whom_to_ask(client: TestClient) -> None:
    words = asked(client, "What does it pay?").xpath("//article")[0].text_content()

    assert "The recruitment pack does not say what the role pays." in words
    assert "Leeds" in words
    assert "secretariat@example.org" in words


def test_a_signpost_shows_whom_to_call_before_its_own_words_and_nothing_else(client: TestClient) -> None:
    article = asked(client, "bruises on her arm").xpath("//article")[0]

    assert article.xpath(".//a/@href") == ["tel:999", "https://example.org/report", "tel:999"]
    assert article.xpath(".//ul[1]//a") == article.xpath(".//a")[:2]
    assert article.xpath(".//form | .//details | .//button") == []
    assert "bruises" not in article.text_content()


def test_personal_details_stay_with_the_person_who_typed_them(client: TestClient) -> None:
    answer = asked(client, "I am kestrel@example.org")
    later = client.get("/").text

    assert "kestrel" in answer.xpath("//textarea")[0].text
    assert "kestrel" not in answer.xpath("//article")[0].text_content()
    assert "kestrel" not in later


def test_a_page_of_questions_and_answers_says_how_to_go_on_from_each(client: TestClient) -> None:
    starter = PACK.campaign.starters[0]
    first = asked(client, "And where?").xpath("//article")[0]
    second = asked(client, starter).xpath("//article")[-1]

    assert first.xpath(".//form[@data-follow-ups]//button/@value") == [starter]
    assert second.xpath(".//form[@data-follow-ups]") == []


def test_an_approved_answer_says_who_checked_it_and_when(client: TestClient) -> None:
    answer = AnswerBody.model_validate(client.post("/api/ask", json={"question": "How often?"}).json())
    words = element_words(PACK.campaign)

    approved = ApprovalBody(id="a1", checked_on=date(2026, 11, 12))
    turn = shown_now(answer.model_copy(update={"approved": approved}), "How often?")

    shown = html.fromstring(render("turn.html", turn=turn, said=words, campaign=PACK.campaign))

    tag = shown.xpath("//p[contains(@class, 'ra-outcome')]")[0].text
    assert tag == "Checked by the secretariat on 12 November 2026"


def test_a_question_leads_to_its_answer_in_the_conversation_that_the_cookie_names(
    client: TestClient, assistant: ScriptedAssistant
) -> None:
    first = client.post("/ask", data={"question": "How often do you meet?"}, follow_redirects=False)
    second = client.post("/ask", data={"question": "And where?"}, follow_redirects=False)

    log = page(client)
    assert (first.status_code, second.status_code) == (303, 303)
    assert [f"/#{id}" for id in log.xpath("//article/@id")] == [first.headers["location"], second.headers["location"]]
    assert ["How often do you meet?" in turn.text_content() for turn in log.xpath("//h3")] == [True, False]
    assert assistant.asked[1].history[0].question == "How often do you meet?"


def test_the_cookie_is_set_after_the_first_question_and_kept_from_scripts(client: TestClient) -> None:
    start = client.get("/")
    answered = client.post("/ask", data={"question": "How often?"}, follow_redirects=False)
    secure = client.post("https://testserver/ask", data={"question": "How often?"}, follow_redirects=False)

    assert "set-cookie" not in start.headers
    assert set(answered.headers["set-cookie"].split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=lax"}
    assert "Secure" in secure.headers["set-cookie"]


def test_what_our_own_page_asked_by_script_is_there_after_a_reload_and_a_program_gets_no_cookie(
    client: TestClient,
) -> None:
    ask = {"question": "How often?"}
    program = client.post("/api/ask", json=ask)
    other = client.post("/api/ask", json=ask, headers={"sec-fetch-site": "cross-site"})

    client.post("/api/ask", json=ask, headers={"sec-fetch-site": "same-origin", "origin": "http://testserver"})

    assert "set-cookie" not in program.headers
    assert "set-cookie" not in other.headers
    assert len(page(client).xpath("//article")) == 1


def test_another_browser_does_not_see_the_conversation(client: TestClient) -> None:
    asked(client, "How often do you meet?")
    client.cookies.clear()

    assert page(client).xpath("//article") == []


def test_an_answer_that_takes_long_is_promised_and_is_there_later(
    client: TestClient, assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.web.pages.PATIENCE", 0.05)

    response = client.post("/ask", data={"question": "slow"})

    waiting = html.fromstring(response.text)
    assert response.status_code == 202
    assert waiting.xpath("//article//form[@method='get' and @action='/']//button")
    assert not waiting.xpath("//meta[@http-equiv='refresh']")
    assistant.go_on.set()
    until = time.monotonic() + 5
    while not (found := page(client).xpath("//a[contains(@class, 'ra-cite')]")) and time.monotonic() < until:
        time.sleep(0.02)
    assert found


def test_a_question_that_failed_or_was_stopped_says_so_in_the_log(client: TestClient) -> None:
    asked(client, "How often?")
    failed = client.post("/ask", data={"question": "break"})
    words = element_words(PACK.campaign)
    stopped = render("turn.html", turn=ShownTurn("1", "Why?", None, "stopped"), said=words, campaign=PACK.campaign)

    assert failed.status_code == 503
    assert html.fromstring(failed.text).xpath("//textarea")[0].text.strip() == "break"
    assert words["failed"] in page(client).text_content()
    assert words["stopped"] in html.fromstring(stopped).text_content()


def test_an_answer_is_shown_even_when_nothing_can_be_recorded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*args: object, **options: object) -> None:
        raise RecordsError("the disk is full")

    for method in ("start_turn", "turns_of", "history"):
        monkeypatch.setattr(Records, method, fails)

    response = client.post("/ask", data={"question": "How often do you meet?"})

    shown = html.fromstring(response.text)
    assert response.status_code == 200
    assert "How often do you meet?" in shown.xpath("//article")[0].text_content()
    assert "four times a year" in shown.xpath("//article")[0].text_content()
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("typed", ["", " \u200b ", "a" * 501], ids=["empty", "invisible", "too long"])
def test_a_problem_is_summed_up_at_the_top_and_what_was_typed_stays(client: TestClient, typed: str) -> None:
    response = client.post("/ask", data={"question": typed})

    faulty = html.fromstring(response.text)
    assert response.status_code == 422
    assert faulty.xpath("//*[@role='alert']//a/@href") == ["#question"]
    assert faulty.xpath("//textarea/@aria-invalid") == ["true"]
    assert "question-error" in faulty.xpath("//textarea/@aria-describedby")[0].split()
    assert (faulty.xpath("//textarea")[0].text or "").strip() == typed.strip()


def test_who_asks_too_much_reads_how_long_to_wait_and_keeps_the_text(
    with_settings: Callable[..., TestClient],
) -> None:
    client = with_settings(ask_limit=AskLimit(1, 1))
    client.post("/ask", data={"question": "How often?"})

    response = client.post("/ask", data={"question": "How long?"})

    limited = html.fromstring(response.text)
    assert response.status_code == 429
    assert response.headers["retry-after"]
    assert limited.xpath("//textarea")[0].text == "How long?"
    assert len(limited.xpath("//article")) == 1


SENT_FROM = {
    "another site": ({"sec-fetch-site": "cross-site"}, 403),
    "another site of ours": ({"sec-fetch-site": "same-site", "origin": "http://testserver"}, 403),
    "an old browser on another site": ({"origin": "https://example.com"}, 403),
    "nowhere that may be told": ({"origin": "null"}, 403),
    "our own page": ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 303),
    "an old browser on our own page": ({"origin": "http://testserver"}, 303),
    "the address bar": ({"sec-fetch-site": "none"}, 303),
    "a program": ({}, 303),
}


@pytest.mark.parametrize(("headers", "status"), SENT_FROM.values(), ids=list(SENT_FROM))
@pytest.mark.parametrize("path", ["/", "/ask", "/conversation/delete"])
def test_a_form_is_taken_from_our_own_page_only(
    client: TestClient, path: str, headers: dict[str, str], status: int
) -> None:
    sent = {"accept": "text/html"} | headers

    response = client.post(path, data={"question": "How often?"}, headers=sent, follow_redirects=False)

    assert response.status_code == status
    assert ("another site" in response.text) is (status == 403)


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "</textarea><script>",
    "'-alert(1)-'",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_typed_is_text_and_nothing_else(client: TestClient, typed: str) -> None:
    client.cookies.set("conversation", typed.replace(";", ""))
    shown = [asked(client, typed), asked(client, typed + "a" * 500), page(client)]

    for document in shown:
        assert not document.xpath("//body//script | //img | //*[@onerror]")
        assert "49" not in document.xpath("//main")[0].text_content()


PAGES = [
    "/",
    "/ask",
    "/pack/board/a1b2c3d4",
    "/privacy",
    "/accessibility",
    "/about-ai",
    "/questions-and-answers",
    "/conversation/delete",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nothing_of_anyone_else_and_stands_on_the_same_frame(client: TestClient, path: str) -> None:
    response = client.get(path)

    shown = html.fromstring(response.text)
    loaded = shown.xpath("//link/@href | //img/@src | //script/@src")
    assert all(str(address).startswith("/static/") for address in loaded)
    assert shown.xpath("//iframe | //@style | //style | //script[not(@src)]") == []
    assert len(shown.xpath("//h1")) == 1
    assert shown.xpath("//main//details[@data-worried]//a[@href='tel:999']")
    assert shown.xpath("//footer//a/@href")[:4] == ["/privacy", "/accessibility", "/about-ai", "/pack"]
    assert shown.xpath("//footer//a[@href='mailto:secretariat@example.org']")
    for name, value in HEADERS:
        assert response.headers[name.decode()] == value.decode()


def test_no_id_stands_on_a_page_twice(client: TestClient) -> None:
    for question in OUTCOMES:
        client.post("/ask", data={"question": question})
    client.post("/feedback", data={"answer": page(client).xpath("//article/@data-answer")[0], "useful": "no"})

    for path in PAGES:
        ids = page(client, path).xpath("//@id")
        assert len(ids) == len(set(ids))


def test_the_style_the_script_and_the_icon_are_there(client: TestClient) -> None:
    for address in page(client).xpath("//link/@href | //script/@src"):
        assert client.get(address).status_code == 200


def test_a_lost_visitor_gets_a_page_and_a_program_a_problem_document(client: TestClient) -> None:
    visitor = client.get("/nowhere", headers={"accept": "text/html"})
    program = client.get("/nowhere", headers={"accept": "application/json"})

    assert visitor.headers["content-type"].startswith("text/html")
    assert program.headers["content-type"] == "application/problem+json"
    assert visitor.status_code == program.status_code == 404


def test_a_campaign_says_how_its_pages_look_and_who_reads_them(
    with_settings: Callable[..., TestClient], tmp_path: Path
) -> None:
    site = Site(reply_time="within 2 working days", feedback_reader="The clerk", colour="#1b4f72", phase="live")
    pack = replace(PACK, campaign=replace(PACK.campaign, site=site))
    client = with_settings(pack=lambda: pack)

    start = asked(client, "How often?")

    assert "They aim to reply within 2 working days." in start.xpath("//*[@id='notice']")[0].text_content()
    assert start.xpath("//form[@class='ra-feedback']/p")[0].text == "The clerk reads this."
    assert "1b4f72" in start.xpath("//link[@rel='stylesheet']/@href")[0]
    assert start.xpath("//*[contains(@class, 'govuk-phase-banner')]") == []


def test_every_word_of_ours_is_a_text_with_a_name() -> None:
    words = words_in("en")

    assert all(isinstance(text, str) for section in words.values() for text in section.values())
    assert len(words["element"]["months"].split()) == 12
