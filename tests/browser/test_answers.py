"""Points 12, 16, 17, 18 and 20: what an answer rests on, whom to ask, help in need, and other ways to see a page."""

import io
import logging
import re
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.browser.acted import ANSWERS, OUTCOMES, PACK, UNKEPT, Acted
from tests.browser.pages import WIDE, Visit, ask, begin, box, focused

ASKED = "How often does the Board meet?"
PAGES = ["/", "/privacy", "/accessibility", "/about-ai", "/questions-and-answers", "/pack", "/conversation/delete"]


@pytest.mark.parametrize("question", [asked for asked, outcome in OUTCOMES.items() if ANSWERS[asked].sentences])
def test_every_sentence_names_its_source_and_each_source_stands_in_the_pack(page: Page, question: str) -> None:
    turn = ask(page, question)
    texts = {passage.id: passage.text for passage in PACK.passages}

    for sentence in turn.locator(".ra-sentences > *").all():
        assert sentence.locator(".ra-cite").count() >= 1
    for cite in turn.locator(".ra-cite").all():
        source = page.locator(cite.get_attribute("href") or "")
        quote = (source.locator("blockquote p").text_content() or "").strip("“”")
        to = source.get_by_role("link").get_attribute("href") or ""
        found = re.fullmatch(r"/pack/heritage-rivers/c0ffee12#(p\w+):~:text=\S+", to)
        assert found
        assert quote in texts[found[1]]


def test_a_citation_moves_to_the_quote_and_the_quote_to_the_words_of_the_pack(page: Page) -> None:
    turn = ask(page, ASKED)
    turn.locator(".ra-cite").last.click()
    expect(turn.locator(".ra-source-list li").last).to_be_focused()
    expect(turn.locator(".ra-source-list li").last).to_be_in_viewport()

    turn.get_by_role("link", name=re.compile("Read this in the pack.*source 2")).click()
    expect(page.locator(":target")).to_contain_text("Meetings are held in Leeds or by video.")
    expect(page.locator(":target")).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".ra-turn")).to_have_count(1)


def test_a_closed_list_of_sources_opens_for_a_citation(page: Page) -> None:
    turn = ask(page, ASKED)
    turn.locator(".ra-sources summary").click()
    turn.locator(".ra-cite").first.click()

    expect(turn.locator(".ra-source-list li").first).to_be_focused()


def test_the_text_that_an_address_names_is_found_by_the_browser(page: Page) -> None:
    ask(page, ASKED).get_by_role("link", name=re.compile("Read this in the pack")).first.click()

    # The directive is the browser's own affair: what the page sees is the anchor.
    assert page.url.partition("#")[2].partition(":~:")[0] == PACK.passages[0].id


@pytest.mark.parametrize("question", [asked for asked, outcome in OUTCOMES.items() if outcome == "signposted"])
def test_who_is_in_need_gets_the_fixed_reply_and_nothing_else(
    visit: Visit, site: Acted, question: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = visit("/")
        ask(page, "Is a lapwing kept?")
        turn = ask(page, question)
    shown = turn.locator(".ra-reply").inner_text().replace("\n\n", "\n")

    lines = [line.removeprefix("- ") for line in ANSWERS[question].text.splitlines() if line.strip()]
    assert shown.replace("\n", " ").endswith(" ".join(lines))
    assert turn.locator("a[href^='tel:']").count() > 2
    assert turn.locator(".ra-cite, .ra-sources, .ra-feedback, [data-follow-ups]").count() == 0
    first = turn.locator(".ra-reply a").first
    expect(first).to_have_attribute("href", "tel:999")
    files = _files(site)
    assert any("lapwing" in kept for kept in files)
    for kept in (page.content(), caplog.text, *files):
        assert UNKEPT not in kept.lower()


def test_that_it_is_no_person_and_whom_to_ask_is_seen_at_once_and_before_the_form(visit: Visit) -> None:
    page = visit("/", viewport=WIDE)

    for words in (page.get_by_text("You are not talking to a person."), page.locator("#notice a[href^='mailto:']")):
        expect(words).to_be_in_viewport()
    assert page.evaluate(
        "document.querySelector('#notice').compareDocumentPosition(document.querySelector('form')) "
        "& Node.DOCUMENT_POSITION_FOLLOWING"
    )


def test_help_and_contact_stand_in_the_same_place_on_every_page(visit: Visit) -> None:
    page = visit("/")
    orders = []
    for path in PAGES:
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        orders.append(
            page.evaluate(
                "[...document.querySelectorAll('main h1, [data-worried], footer ul, .ra-footer-contact a')]"
                ".map((one) => `${one.localName} ${one.getAttribute('href') ?? ''}`)"
            )
        )

    assert all(order == orders[0] for order in orders)
    assert len(orders[0]) == 4


def test_nothing_moves_for_who_wants_no_motion(visit: Visit, site: Acted) -> None:
    page = visit("/", reduced_motion="reduce")
    with site.holding():
        begin(page, ASKED)
        expect(page.locator(".ra-answer--pending .ra-cite")).to_be_visible()

        assert page.evaluate("document.getAnimations().length") == 0
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_edges_and_the_focus_are_seen_in_forced_colours(visit: Visit) -> None:
    page = visit("/", forced_colors="active")
    ask(page, ASKED)

    for part in ("textarea", ".govuk-button", ".ra-answer", ".ra-outcome"):
        border = page.locator(part).first.evaluate("(one) => getComputedStyle(one).borderTopWidth")
        assert float(border.removesuffix("px")) >= 1, part
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        outline = page.evaluate(
            "(({ outlineStyle, outlineWidth }) => [outlineStyle, parseFloat(outlineWidth)])"
            "(getComputedStyle(document.activeElement))"
        )
        assert outline[0] != "none", focused(page)
        assert outline[1] >= 2, focused(page)


def test_a_print_holds_what_was_said_and_nothing_to_press(page: Page) -> None:
    ask(page, ASKED)
    ask(page, "Is travel paid for?")
    box(page).fill("Half a question")
    pdf = page.pdf(tagged=True, outline=True)

    text = printed(pdf)
    for words in (
        ASKED,
        "The Board meets four times a year.",
        "“Meetings are held in Leeds or by video.”",
        "Who to ask",
    ):
        assert words in text
    for words in ("Was this answer useful?", "Your question Use up to", "Half a question", "Questions you could ask"):
        assert words not in text


def test_the_pack_prints_tagged(visit: Visit) -> None:
    text = printed(visit("/pack").pdf(tagged=True, outline=True))

    assert "Members lead one review of a river a year." in text


def printed(pdf: bytes) -> str:
    """The words of a PDF, once it is sure that it is tagged."""
    reader = PdfReader(io.BytesIO(pdf))
    catalogue = cast(DictionaryObject, reader.trailer["/Root"])
    assert "/StructTreeRoot" in catalogue
    assert cast(DictionaryObject, catalogue["/MarkInfo"])["/Marked"]
    return " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())


def _files(site: Acted) -> list[str]:
    """All that the service has written."""
    folder = Path(site.service.settings.data_dir)
    return [file.read_bytes().decode("utf-8", "replace") for file in folder.rglob("*") if file.is_file()]
