"""Point 10: all that a page does, it does without JavaScript."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acted import Acted
from tests.browser.pages import Visit, box, send
from tests.browser.states import no_patience

ASKED = "How often does the Board meet?"


def test_a_question_is_answered_at_the_place_of_its_answer(bare: Page) -> None:
    turn = send(bare, ASKED)

    expect(turn).to_contain_text("The Board meets four times a year.")
    assert re.search(r"/#a-[0-9a-f]{32}$", bare.url)
    assert turn.locator("article:target").count() == 1
    assert box(bare).input_value() == ""


def test_a_starter_asks_its_question(bare: Page) -> None:
    bare.get_by_role("button", name="How long is the appointment?").click()

    expect(bare.locator(".ra-turn")).to_contain_text("Members are appointed for three years")


def test_a_follow_up_asks_its_question(bare: Page) -> None:
    send(bare, ASKED).get_by_role("button", name="Is travel paid for?").click()

    expect(bare.locator(".ra-turn").last).to_contain_text("does not say whether travel is paid for")


def test_a_citation_leads_to_its_words_and_on_into_the_pack(bare: Page) -> None:
    turn = send(bare, ASKED)
    turn.locator(".ra-cite").first.click()
    expect(turn.locator(".ra-source-list li:target")).to_contain_text("The Board meets four times a year")
    turn.get_by_role("link", name=re.compile("Read this in the pack")).first.click()

    expect(bare.locator(":target")).to_contain_text("The Board meets four times a year")
    bare.go_back()
    expect(bare.locator(".ra-turn")).to_have_count(1)


def test_an_answer_is_judged_and_the_reason_told(bare: Page) -> None:
    turn = send(bare, ASKED)
    turn.get_by_role("button", name="No", exact=True).click()
    turn.get_by_label("It is out of date").check()
    turn.get_by_label("Tell us more").fill("It was five.")
    turn.get_by_role("button", name="Send").click()

    expect(bare.locator(".ra-thanks")).to_be_visible()


def test_an_answer_that_was_useful_is_thanked_for(bare: Page) -> None:
    send(bare, ASKED).get_by_role("button", name="Yes", exact=True).click()

    expect(bare.locator(".ra-thanks")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Enter a question"), ("How long? " * 60, "Your question has 599 characters")]
)
def test_a_fault_is_summed_up_and_leads_to_the_box_with_what_was_typed(
    visit: Visit, bare: Page, typed: str, words: str
) -> None:
    send(bare, typed)

    expect(bare).to_have_title(re.compile("^Error: "))
    expect(bare.locator("#question-error")).to_contain_text(words)
    expect(box(bare)).to_have_value(typed)
    bare.get_by_role("link", name=re.compile(words)).click()
    assert bare.url.endswith("#question")
    visit.take()


def test_a_slow_answer_can_be_looked_for(bare: Page, site: Acted) -> None:
    with site.holding(after=0), no_patience():
        send(bare, ASKED)
        expect(bare.locator(".ra-outcome--pending")).to_be_visible()
    bare.get_by_role("button", name="Check if your answer is ready").click()

    expect(bare.locator(".ra-answer--answered")).to_be_visible()


def test_a_conversation_is_taken_along_as_a_text(bare: Page) -> None:
    send(bare, ASKED)
    with bare.expect_download() as download:
        bare.get_by_role("link", name="Download this conversation").click()

    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "questions.txt"
    assert ASKED in text
    assert "“The Board meets four times a year”" in text
    assert re.search(r"http://127\.0\.0\.1:\d+/pack/heritage-rivers/c0ffee12#p0", text)


def test_a_conversation_is_deleted(bare: Page, site: Acted) -> None:
    send(bare, ASKED)
    bare.get_by_role("link", name="Delete this conversation").click()
    bare.get_by_role("button", name="Delete this conversation").click()

    expect(bare.get_by_text("Your conversation is deleted.")).to_be_visible()
    expect(bare.locator(".ra-turn")).to_have_count(0)
    assert bare.context.cookies() == []


def test_the_frame_for_other_sites_answers_beside_it(visit: Visit) -> None:
    page = visit("/embed", java_script_enabled=False)
    with page.context.expect_page() as opened:
        send(page, ASKED)

    expect(opened.value.locator(".ra-turn")).to_contain_text("The Board meets four times a year.")


@pytest.mark.parametrize("question", ["A kestrel told me of bruises on her arm", "What are my chances?", "Hello"])
def test_a_fixed_reply_is_shown(bare: Page, question: str) -> None:
    turn = send(bare, question)

    expect(turn.locator(".ra-reply")).to_be_visible()
