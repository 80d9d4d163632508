"""What the service says of itself, filled in from the campaign and the settings."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from lxml import html  # type: ignore[import-untyped]
from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.domain import Answer, Approval, Citation, Outcome, Sentence
from assistant.web.service import NotReady, PackVersion
from knowledge.domain import Campaign, Site
from tests.web.scripted import PACK, PASSAGES

CITED = Citation(1, PASSAGES[0], "The Board meets four times a year.")
CHECKED = Answer(
    Outcome.ANSWERED,
    CITED.quote,
    sentences=(Sentence(CITED.quote, (1,)),),
    citations=(CITED,),
    approved=Approval("a1", date(2026, 11, 12)),
)


@dataclass(frozen=True)
class ApprovedStub:
    question: str
    answer: Answer


async def checked() -> tuple[ApprovedStub, ...]:
    return (ApprovedStub("How often does the Board meet?", CHECKED),)


def words(client: TestClient, path: str) -> str:
    return " ".join(html.fromstring(client.get(path).text).xpath("//main")[0].text_content().split())


def test_the_privacy_page_says_who_keeps_what_for_how_long(with_settings: Callable[..., TestClient]) -> None:
    client = with_settings(retention_days=30)

    said = words(client, "/privacy")

    assert "The Board runs this service" in said
    assert "at most 30 days after you asked it" in said
    assert "at most 30 days after the closing date" in said
    assert "No language model is used." in said
    assert "You can ask The Secretariat, secretariat@example.org." in said


def test_a_model_at_work_is_named(with_settings: Callable[..., TestClient]) -> None:
    client = with_settings(openai_api_key=SecretStr("key"), chat_model="a-model")

    assert "named a-model" in words(client, "/privacy")
    assert "named a-model" in words(client, "/about-ai")


def test_how_it_works_names_its_owner_its_role_and_its_limits(with_settings: Callable[..., TestClient]) -> None:
    site = Site(owner="The Office of the Board")
    client = with_settings(pack=lambda: replace(PACK, campaign=replace(PACK.campaign, site=site)))

    said = words(client, "/about-ai")

    assert "The Office of the Board runs it" in said
    assert "Members of the Board" in said
    assert "No language model writes the answers." in said
    assert "It can be wrong" in said


def test_a_campaign_that_says_little_of_itself_still_has_whole_sentences(
    with_settings: Callable[..., TestClient],
) -> None:
    client = with_settings(pack=lambda: replace(PACK, campaign=Campaign("board", "Members of the Board")))

    for path in ("/privacy", "/accessibility", "/about-ai"):
        said = words(client, path)
        assert "The team that runs this campaign run" in said
        assert "{" not in said


def test_approved_answers_are_there_for_everybody(client: TestClient, with_settings: Callable[..., TestClient]) -> None:
    published = with_settings(approved=checked)

    assert "There are none yet." in words(client, "/questions-and-answers")
    page = html.fromstring(published.get("/questions-and-answers").text)
    (shown,) = page.xpath("//section[@id='a-a1']")
    assert shown.xpath("h2")[0].text == "How often does the Board meet?"
    assert "Checked by the secretariat on 12 November 2026" in shown.text_content()
    assert shown.xpath(".//blockquote/p")[0].text == "“The Board meets four times a year.”"
    assert shown.xpath(".//blockquote//a/@href")[0].startswith(f"/pack/board/{PACK.pack_version}#{PASSAGES[0].id}")


def test_a_page_that_needs_the_pack_says_when_it_is_not_ready_and_where_to_get_help(
    with_settings: Callable[..., TestClient],
) -> None:
    def not_ready() -> PackVersion:
        raise NotReady("no version")

    client = with_settings(pack=not_ready)

    for path in ("/", "/privacy", "/pack"):
        response = client.get(path, headers={"accept": "text/html"})
        assert response.status_code == 503
        assert html.fromstring(response.text).xpath("//details[@data-worried]//a[@href='tel:999']")
