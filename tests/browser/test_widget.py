"""Points 10 and 11: the assistant on a page of another site, whatever that page forbids."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.acted import Acted
from tests.browser.pages import Visit, ask, box, focused

LINK = "Ask a question about this role"
ASKED = "How often does the Board meet?"


@pytest.fixture
def widget(visit: Visit, site: Acted) -> Page:
    """A page of a site that may show the assistant. Its policy forbids all but our script and our address."""
    page = visit(site.host.allowed + "/")
    expect(box(page)).to_be_visible()
    return page


def test_it_answers_under_the_strictest_policy(widget: Page) -> None:
    turn = ask(widget, ASKED)
    expect(turn).to_contain_text("The Board meets four times a year.")

    turn.locator(".ra-cite").first.click()
    assert focused(widget).startswith("“The Board meets four times a year”")
    turn.get_by_role("button", name="Yes", exact=True).click()
    expect(turn.locator(".ra-thanks")).to_be_focused()


def test_it_sends_and_keeps_no_cookie_and_goes_on_with_the_conversation_of_the_tab(widget: Page, site: Acted) -> None:
    sent: list[Request] = []
    widget.on("request", lambda request: sent.append(request))
    ask(widget, ASKED)
    widget.reload()
    ask(widget, "And that?")

    assert [turn.question for turn in site.assistant.asked[-1].history] == [ASKED]
    assert not any("cookie" in request.all_headers() for request in sent)
    assert widget.context.cookies() == []


def test_it_shows_what_a_page_of_ours_shows(widget: Page) -> None:
    for words in ("You are not talking to a person.", "The Board Secretariat", "Worried about a child?"):
        expect(widget.get_by_text(words).first).to_be_visible()
    expect(widget.get_by_role("heading", name=re.compile("Members of the Heritage"), level=2)).to_be_visible()
    expect(widget.get_by_role("button", name=ASKED)).to_be_visible()


def test_its_headings_begin_where_the_page_says(visit: Visit, site: Acted) -> None:
    page = visit(site.host.allowed + "/deeper")
    ask(page, ASKED)

    expect(page.get_by_role("heading", name=re.compile("Members of the Heritage"), level=3)).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("You asked:"), level=5)).to_be_visible()


def test_a_page_gives_it_its_colour(widget: Page) -> None:
    widget.evaluate("document.querySelector('role-assistant').style.setProperty('--ra-brand', 'rgb(0, 90, 48)')")

    expect(widget.get_by_role("button", name="Ask", exact=True)).to_have_css("background-color", "rgb(0, 90, 48)")


def test_a_second_one_on_a_page_stays_a_link(visit: Visit, site: Acted) -> None:
    page = visit(site.host.allowed + "/twice")

    expect(box(page)).to_have_count(1)
    expect(page.get_by_role("link", name=LINK)).to_have_count(1)


@pytest.mark.parametrize("why", ["tampered", "foreign", "off"])
def test_where_it_may_not_or_can_not_run_there_is_a_link(visit: Visit, site: Acted, why: str) -> None:
    site.off = why == "off"
    host = site.host.foreign if why == "foreign" else site.host.allowed
    page = visit(host + ("/tampered" if why == "tampered" else "/"))

    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("link", name=LINK)).to_be_visible()
    expect(box(page)).to_have_count(0)
    # Only the browser itself complains.
    assert all(line.startswith("error: ") for line in visit.take())


def test_without_javascript_there_is_a_link_to_the_page(visit: Visit, site: Acted) -> None:
    page = visit(site.host.allowed + "/", java_script_enabled=False)
    page.get_by_role("link", name=LINK).click()

    expect(box(page)).to_be_visible()
    assert page.url == site.address + "/"


def test_links_of_an_answer_open_beside_the_page(widget: Page) -> None:
    turn = ask(widget, ASKED)
    with widget.context.expect_page() as opened:
        turn.get_by_role("link", name=re.compile("Read this in the pack")).first.click()

    assert "/pack/heritage-rivers/" in opened.value.url
    expect(widget.locator(".ra-turn")).to_have_count(1)


def test_only_named_sites_may_show_the_page_in_a_frame(visit: Visit, site: Acted) -> None:
    allowed = visit(site.host.allowed + "/framed").frame_locator("iframe")
    expect(allowed.get_by_role("textbox", name="Your question")).to_be_visible()
    assert visit.take() == []

    for path in (site.host.foreign + "/framed", site.host.allowed + "/framed-page"):
        refused = visit(path)
        expect(refused.frame_locator("iframe").get_by_role("textbox")).to_have_count(0)
        assert any("frame-ancestors" in line for line in visit.take())
