"""Points 8, 9, 14 and 19: asking by keyboard, hearing the answer, stopping it, and what happens when it fails."""

import sqlite3
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from assistant.settings import AskLimit
from tests.browser.acted import BREAKS, DUTIES, Acted, acted, answer
from tests.browser.pages import Visit, ask, begin, box, focused
from tests.browser.relay import relaying
from tests.browser.states import BAD_STATUS
from tests.waiting import until

ASKED = "How often does the Board meet?"
LONG = "Tell me everything."


def test_a_question_is_asked_read_and_judged_by_keyboard_alone(page: Page) -> None:
    assert tab_to(page, "question") <= 6
    page.keyboard.type(ASKED)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ra-answer--answered")).to_be_visible()
    assert focused(page) == "question"

    tab_to(page, "[1]", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".ra-source-list li").first).to_be_focused()

    tab_to(page, "Yes")
    page.keyboard.press("Enter")
    expect(page.locator(".ra-thanks")).to_be_focused()


def test_enter_alone_begins_a_new_line(page: Page, site: Acted) -> None:
    box(page).fill("How often")
    page.keyboard.press("Enter")
    page.keyboard.type("does it meet?")

    assert box(page).input_value() == "How often\ndoes it meet?"
    assert site.assistant.asked == []


@pytest.mark.parametrize("way", ["Escape", "Stop"])
def test_stopping_ends_the_answer_and_gives_the_question_back(page: Page, site: Acted, way: str) -> None:
    with site.holding():
        begin(page, ASKED)
        expect(page.locator(".ra-answer--pending .ra-cite")).to_be_visible()
        pressed = time.monotonic()
        if way == "Stop":
            tab_to(page, "Stop", key="Shift+Tab")
        page.keyboard.press("Enter" if way == "Stop" else way)

        until(lambda: last_state(site) == "stopped")
        # A stop takes 0.5 s at most; scripts/measure_page.py says how long it took. This machine may be busy.
        assert time.monotonic() - pressed < 3
        expect(page.locator(".ra-answer--stopped")).to_contain_text("The Board meets four times a year.")
        expect(box(page)).to_have_value(ASKED)
        assert focused(page) == "question"


def test_who_listens_is_told_three_things_at_most_and_last_the_whole_answer(page: Page, site: Acted) -> None:
    told = [(f"{duty.text} This is number {number}.", duty, duty.text) for number, duty in enumerate(DUTIES * 8)]
    site.assistant.answers[LONG] = answer(*told, lead_in="Members do this:")
    listen(page)
    ask(page, LONG)

    said = heard(page)

    assert len(said) <= 3
    assert said[-1].startswith("Answer: Members do this:")
    assert all(text in said[-1] for text, _, _ in told)


@pytest.mark.parametrize("question", ["What are my chances?", "Hello", BREAKS, ""])
def test_who_listens_is_told_of_every_end(page: Page, question: str) -> None:
    listen(page)
    ask(page, question)

    assert 1 <= len(heard(page)) <= 3


def test_a_sentence_is_shown_as_soon_as_it_is_released(page: Page, site: Acted) -> None:
    with site.holding(after=1):
        begin(page, "What does a member do?")

        expect(page.locator(".ra-answer--pending")).to_contain_text("Members read the papers before each meeting.")
        expect(page.locator(".ra-answer--pending .ra-source-list li")).to_have_count(1)
        expect(page.locator("[data-stage]")).to_have_text("Putting the answer together")


def test_two_clicks_ask_once(page: Page, site: Acted) -> None:
    box(page).fill(ASKED)
    page.get_by_role("button", name="Ask", exact=True).dblclick()
    expect(page.locator(".ra-answer--answered")).to_be_visible()

    assert len(site.assistant.asked) == 1
    assert page.locator(".ra-turn").count() == 1


def test_nothing_more_is_asked_while_an_answer_is_on_its_way(page: Page, site: Acted) -> None:
    with site.holding():
        begin(page, ASKED)
        expect(page.get_by_role("button", name="Ask", exact=True)).to_have_attribute("aria-disabled", "true")
        begin(page, "What does a member do?")

        expect(box(page)).to_have_value("What does a member do?")
        assert len(site.assistant.asked) == 1


def test_a_conversation_is_there_again_when_the_page_is_loaded_anew(page: Page) -> None:
    ask(page, ASKED)
    ask(page, "Is travel paid for?")
    page.reload()

    expect(page.locator(".ra-turn")).to_have_count(2)
    expect(page.locator(".ra-asked").last).to_be_visible()


def test_a_lost_connection_leaves_what_came_and_gives_the_question_back(visit: Visit, site: Acted) -> None:
    with site.holding(), relaying(site.address) as relay:
        page = visit(relay.address + "/")
        begin(page, ASKED)
        expect(page.locator(".ra-answer--pending .ra-cite")).to_be_visible()
        relay.cut()

        expect(page.locator("#question-error")).to_contain_text("The connection was lost")
    expect(page.locator(".ra-answer--failed")).to_contain_text("The Board meets four times a year.")
    expect(box(page)).to_have_value(ASKED)
    assert all("Failed to load resource" in line for line in visit.take())


def test_a_server_that_is_away_is_named_and_the_question_kept(page: Page, visit: Visit) -> None:
    page.context.set_offline(True)
    ask(page, ASKED)

    expect(page.locator("#question-error")).to_contain_text("can't be reached just now")
    expect(box(page)).to_have_value(ASKED)
    assert all("ERR_INTERNET_DISCONNECTED" in line for line in visit.take())
    page.context.set_offline(False)
    ask(page, ASKED)
    expect(page.locator("#question-error")).to_have_count(0)
    expect(page.locator(".ra-answer--answered")).to_be_visible()


@pytest.mark.parametrize("body", ["<h1>Bad gateway</h1>", '{"detail": "Sorry, something went wrong."}'])
def test_a_fault_of_the_server_keeps_the_page_and_the_question(page: Page, visit: Visit, body: str) -> None:
    def fault(route: Route) -> None:
        route.fulfill(status=500, body=body)

    page.route("**/api/ask", fault)
    ask(page, ASKED)

    expect(page.locator("#question-error")).to_contain_text("omething went wrong")
    expect(box(page)).to_have_value(ASKED)
    assert [f"{BAD_STATUS} 500" in line for line in visit.take()] == [True]


def test_who_asks_too_often_is_told_how_long_to_wait(visit: Visit, tmp_path: Path) -> None:
    with acted(tmp_path, ask_limit=AskLimit(1, 1)) as site:
        page = visit(site.address + "/")
        ask(page, ASKED)
        ask(page, "Is travel paid for?")
        bare = visit(site.address + "/", java_script_enabled=False)
        box(bare).fill("Is travel paid for?")
        bare.get_by_role("button", name="Ask", exact=True).click()

        for shown in (page, bare):
            expect(shown.locator("#question-error")).to_contain_text("Please wait")
            expect(shown.locator("#question-error")).to_contain_text("second")
            expect(box(shown)).to_have_value("Is travel paid for?")
    assert {f"{BAD_STATUS} 429" in line for line in visit.take()} == {True}


def test_an_error_is_tied_to_the_box_and_goes_with_the_next_question(page: Page) -> None:
    ask(page, "")

    expect(page.locator("#question-error")).to_have_text("Error: Enter a question")
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    assert "question-error" in (box(page).get_attribute("aria-describedby") or "").split()
    assert focused(page) == "question"
    ask(page, ASKED)
    expect(page.locator("#question-error")).to_have_count(0)
    expect(box(page)).not_to_have_attribute("aria-invalid", "true")


def test_characters_are_counted_as_people_count_them(page: Page) -> None:
    box(page).fill("🛶" * 499)
    expect(page.locator("[data-count]")).to_have_text("You have 1 character left")
    box(page).fill("🛶" * 502)
    expect(page.locator("[data-count]")).to_have_text("You have 2 characters too many")
    box(page).fill("Short")
    expect(page.locator("[data-count]")).to_be_empty()


def tab_to(page: Page, name: str, *, key: str = "Tab", at_most: int = 40) -> int:
    """Moves on until the focus is there; how many presses that took."""
    for presses in range(1, at_most):
        page.keyboard.press(key)
        if focused(page) == name:
            return presses
    raise AssertionError(f"{name} was not reached")


def listen(page: Page) -> None:
    page.evaluate("""() => {
      window.said = []
      const status = document.querySelector('[data-status]')
      const changes = { childList: true, characterData: true, subtree: true }
      new MutationObserver(() => window.said.push(status.textContent)).observe(status, changes)
    }""")


def heard(page: Page) -> list[str]:
    said: list[str] = page.evaluate("window.said")
    return said


def last_state(site: Acted) -> str:
    with sqlite3.connect(site.service.settings.database.removeprefix("sqlite:///")) as connection:
        return str(connection.execute("SELECT state FROM turn ORDER BY number DESC LIMIT 1").fetchone()[0])
