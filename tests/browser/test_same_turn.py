"""The server and the element draw the same turn: what was seen as it arrived is there again after a reload."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acted import ANSWERS, OUTCOMES, UNKEPT
from tests.browser.pages import ask, box

_DRAWN = """(turns) => turns.map((turn) => {
  const drawn = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\\s+/g, ' ')
    const names = [...node.attributes].map(({ name, value }) => ` ${name}="${value}"`).sort().join('')
    return `<${node.localName}${names}>${[...node.childNodes].map(drawn).join('')}</>`
  }
  turn.normalize()
  return drawn(turn)
})"""


def test_every_outcome_is_drawn_alike(page: Page) -> None:
    assert set(OUTCOMES.values()) == {
        "answered", "partly_answered", "not_in_pack", "clarify", "declined", "signposted", "greeted", "unavailable",
    }  # fmt: skip
    for question in ANSWERS:
        ask(page, question)
        box(page).fill("")
    arrived = drawn(page.locator(".ra-turn"))
    page.reload()
    recorded = drawn(page.locator(".ra-turn"))

    assert len(arrived) == len(recorded) == len(ANSWERS)
    for question, ours, theirs in zip(ANSWERS, arrived, recorded, strict=True):
        assert ours == theirs, question


@pytest.mark.parametrize("question", [question for question in ANSWERS if UNKEPT in question.lower()])
def test_a_question_that_is_not_kept_is_drawn_alike_too(page: Page, bare: Page, question: str) -> None:
    arrived = drawn(ask(page, question))
    box(bare).fill(question)
    bare.get_by_role("button", name="Ask", exact=True).click()

    assert drawn(bare.locator(".ra-turn").last) == arrived
    assert UNKEPT not in (bare.locator(".ra-turn").last.text_content() or "").lower()


def test_the_question_why_is_drawn_alike(page: Page) -> None:
    turn = ask(page, "How often does the Board meet?")
    turn.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("radio").first).to_be_focused()
    arrived = drawn(turn)
    page.reload()

    assert drawn(page.locator(".ra-turn")) == arrived


def test_follow_ups_stand_with_the_last_answer_and_ask_their_question(page: Page) -> None:
    ask(page, "How often does the Board meet?")

    page.get_by_role("button", name="Is travel paid for?").click()

    expect(page.locator(".ra-answer--not_in_pack")).to_be_visible()
    expect(box(page)).to_be_focused()
    expect(page.get_by_role("button", name="What does a member do?")).to_have_count(1)


def drawn(turns: Locator) -> list[str]:
    """Elements with their attributes and words; space between elements, and the ids of turns, do not count."""
    found: list[str] = turns.evaluate_all(_DRAWN)
    return [re.sub(r"[0-9a-f]{32}", "ID", re.sub(r"\s*(<[^>]*>)\s*", r"\1", one)) for one in found]
