"""The pages that people read, without JavaScript."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from assistant.settings import AskLimit
from assistant.web.edge import HEADERS
from assistant.web.rendering import dialled, paragraphs
from tests.web.scripted import HELP, OLDER, PACK, PASSAGES, ScriptedAssistant


def page(client: TestClient, path: str = "/") -> Any:
    return html.fromstring(client.get(path).text)


def asked(client: TestClient, question: str, conversation: str = "") -> Any:
    response = client.post("/", data={"question": question, "conversation": conversation})
    return html.fromstring(response.text)


def test_the_start_page_says_what_it_is_whom_to_ask_and_offers_questions(client: TestClient) -> None:
    start = page(client)

    assert "not talking to a person" in start.text_content()
    assert start.xpath("//a[@href='mailto:secretariat@example.org']")
    assert start.xpath("//form//button[@name='question']/@value") == ["How often does the Board meet?"]
    assert start.xpath("//details//a[@href='tel:999']")


def test_the_question_box_has_a_label_and_a_hint_and_the_first_link_skips_to_the_content(client: TestClient) -> None:
    start = page(client)

    assert start.xpath("//label[@for='question']")
    assert start.xpath("//textarea/@aria-describedby") == ["hint"]
    assert start.xpath("//p[@id='hint']")
    assert start.xpath("(//body//a)[1]/@href") == ["#main"]
    assert start.get("lang") == "en-GB"


def test_each_sentence_points_to_a_source_on_the_page_and_each_source_to_a_passage_in_the_pack(
    client: TestClient,
) -> None:
    answer = asked(client, "How often do you meet?")

    cited = answer.xpath("//a[@class='cite']/@href")
    assert cited == ["#source-1", "#source-1", "#source-2"]
    for place in cited:
        assert answer.xpath(f"//li[@id='{place[1:]}']//blockquote")
    for url in answer.xpath("//*[@class='sources']//a/@href"):
        path, _, anchor = url.partition("#")
        assert page(client, path).xpath(f"//*[@id='{anchor}']")


def test_a_silent_pack_is_named_with_what_comes_near_and_whom_to_ask(client: TestClient) -> None:
    words = asked(client, "What does it pay?").xpath("//article")[0].text_content()

    assert "The recruitment pack does not say what the role pays." in words
    assert "Leeds" in words
    assert "secretariat@example.org" in words


def test_a_signpost_shows_only_its_own_words_with_numbers_to_dial(client: TestClient) -> None:
    article = asked(client, "bruises on her arm").xpath("//article")[0]

    assert article.xpath(".//a/@href") == ["tel:999", "https://example.org/report"]
    assert "bruises" not in article.text_content()


def test_personal_details_stay_with_the_person_who_typed_them(client: TestClient) -> None:
    answer = asked(client, "I am kestrel@example.org")

    assert "kestrel" in answer.xpath("//textarea")[0].text
    assert "kestrel" not in answer.xpath("//article")[0].text_content()


def test_a_conversation_goes_on_and_shows_what_was_said_before(
    client: TestClient, assistant: ScriptedAssistant
) -> None:
    first = asked(client, "How often do you meet?")
    conversation = first.xpath("//input[@name='conversation']/@value")[0]

    second = asked(client, "And where?", conversation)

    assert assistant.asked[1].history[0].question == "How often do you meet?"
    assert "How often do you meet?" in second.xpath("//details[@class='earlier']")[0].text_content()


@pytest.mark.parametrize("typed", ["", " \u200b ", "a" * 501], ids=["empty", "invisible", "too long"])
def test_a_problem_is_summed_up_at_the_top_and_what_was_typed_stays(client: TestClient, typed: str) -> None:
    response = client.post("/", data={"question": typed})

    faulty = html.fromstring(response.text)
    assert response.status_code == 422
    assert faulty.xpath("//*[@role='alert']//a/@href") == ["#question"]
    assert faulty.xpath("//textarea/@aria-invalid") == ["true"]
    assert (faulty.xpath("//textarea")[0].text or "").strip() == typed.strip()


def test_who_asks_too_much_reads_how_long_to_wait_and_keeps_the_text(
    with_settings: Callable[..., TestClient],
) -> None:
    client = with_settings(ask_limit=AskLimit(1, 1))
    client.post("/", data={"question": "How often?"})

    response = client.post("/", data={"question": "How long?"})

    assert response.status_code == 429
    assert response.headers["retry-after"]
    assert html.fromstring(response.text).xpath("//textarea")[0].text == "How long?"


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "</textarea><script>",
    "'-alert(1)-'",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_typed_is_text_and_nothing_else(client: TestClient, typed: str) -> None:
    shown = [asked(client, typed), asked(client, typed + "a" * 500), asked(client, "How often?", typed)]

    for document in shown:
        assert not document.xpath("//script | //img | //*[@onerror]")
        assert "49" not in document.text_content()


def test_a_page_asks_nothing_of_anyone_else_and_runs_no_script(client: TestClient) -> None:
    for path in ("/", "/pack/board/a1b2c3d4"):
        response = client.get(path)
        loaded = html.fromstring(response.text).xpath("//link/@href | //img/@src | //script | //iframe | //@style")
        assert all(str(address).startswith("/static/") for address in loaded)
        for name, value in HEADERS:
            assert response.headers[name.decode()] == value.decode()


def test_the_style_and_the_icon_are_there(client: TestClient) -> None:
    for address in page(client).xpath("//link/@href"):
        assert client.get(address).status_code == 200


def test_a_lost_visitor_gets_a_page_and_a_program_a_problem_document(client: TestClient) -> None:
    visitor = client.get("/nowhere", headers={"accept": "text/html"})
    program = client.get("/nowhere", headers={"accept": "application/json"})

    assert visitor.headers["content-type"].startswith("text/html")
    assert program.headers["content-type"] == "application/problem+json"
    assert visitor.status_code == program.status_code == 404


def test_the_pack_is_a_page_with_headings_lists_tables_and_an_anchor_a_passage(client: TestClient) -> None:
    pack = page(client, "/pack/board/a1b2c3d4")

    assert {passage.id for passage in PASSAGES} <= set(pack.xpath("//@id"))
    assert [heading.text_content() for heading in pack.xpath("//h3 | //h4")] == ["The role", "Duties", "Fees"]
    assert pack.xpath("//th/text()") == ["Grade", "Fee"]
    assert pack.xpath(f"//tr[@id='{PASSAGES[4].id}']/td/text()") == ["Chair", "£400"]
    assert [item.text_content().strip() for item in pack.xpath("//section//ul/li")] == [
        "Members lead reviews.",
        "Members speak at <b>events</b>.",
    ]
    assert pack.xpath("//dt/text()") == ["Location"]
    assert pack.xpath("//dd")[0].text_content().strip() == "Leeds"


def test_an_earlier_version_is_shown_as_one_and_a_lost_one_gives_way_to_the_one_in_use(client: TestClient) -> None:
    older = page(client, f"/pack/board/{OLDER.pack_version}")
    lost = page(client, "/pack/board/lost")

    assert "earlier version" in older.text_content()
    assert not older.xpath("//table")
    assert "no longer kept" in lost.text_content()
    assert lost.xpath("//table")
    assert client.get("/pack/other/a1b2c3d4").status_code == 404
    assert client.get("/pack", follow_redirects=False).headers["location"] == f"/pack/board/{PACK.pack_version}"


def test_numbers_that_can_be_dialled_become_links_and_other_text_is_escaped() -> None:
    made = str(dialled("Call 999 <now>, not 1999 or 9990.", HELP))

    assert re.findall('href="([^"]*)"', made) == ["tel:999"]
    assert "&lt;now&gt;" in made


def test_plain_text_is_read_as_paragraphs_and_lists() -> None:
    assert paragraphs("One.\n\n- a\n- b\nTwo.\n") == (("p", ("One.",)), ("ul", ("a", "b")), ("p", ("Two.",)))
