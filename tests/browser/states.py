"""Every state that a page can be in, and the way there."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from playwright.sync_api import Page, expect

from tests.browser.acted import ANSWERS, BREAKS, OLDER, Acted, Approved
from tests.browser.pages import Visit, ask, begin, box, send

Way = Callable[[Visit, Acted], Page]

QUESTIONS: Final = {str(said.outcome): question for question, said in reversed(list(ANSWERS.items()))}
"""A question for each outcome."""

BAD_STATUS: Final = "Failed to load resource: the server responded with a status of"


@dataclass(frozen=True)
class State:
    """`within` is the part of the page that is ours, where not all is; `status` is what the console may name."""

    way: Way
    within: str = ""
    status: int = 200


def _at(path: str, **options: Any) -> Way:
    return lambda visit, site: visit(path, **options)


def _asked(question: str) -> Way:
    def way(visit: Visit, site: Acted) -> Page:
        page = visit("/")
        ask(page, question)
        return page

    return way


def _elsewhere(question: str = "") -> Way:
    def way(visit: Visit, site: Acted) -> Page:
        page = visit(site.host.allowed + "/")
        expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
        if question:
            ask(page, question)
        return page

    return way


def _held(after: int) -> Way:
    def way(visit: Visit, site: Acted) -> Page:
        site.hold(after)
        page = visit("/")
        begin(page, "What does a member do?")
        if after:
            expect(page.locator(".ra-answer--pending .ra-sentences > *")).to_have_count(after)
        else:
            expect(page.locator("[data-stage]")).to_have_text("Putting the answer together")
        return page

    return way


def _held_elsewhere(visit: Visit, site: Acted) -> Page:
    site.hold(1)
    page = _elsewhere()(visit, site)
    begin(page, "What does a member do?")
    expect(page.locator(".ra-answer--pending .ra-cite")).to_be_visible()
    return page


def _stopped(visit: Visit, site: Acted) -> Page:
    page = _held(1)(visit, site)
    page.keyboard.press("Escape")
    expect(page.locator(".ra-answer--stopped")).to_be_visible()
    return page


def _conversation(visit: Visit, site: Acted) -> Page:
    page = visit("/")
    for question in ANSWERS:
        ask(page, question)
        box(page).fill("")
    return page


def _why(visit: Visit, site: Acted) -> Page:
    page = _asked(QUESTIONS["answered"])(visit, site)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("radio").first).to_be_visible()
    return page


def _thanked(visit: Visit, site: Acted) -> Page:
    page = _asked(QUESTIONS["answered"])(visit, site)
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.locator(".ra-thanks")).to_be_visible()
    return page


def _empty_sent(visit: Visit, site: Acted) -> Page:
    page = visit("/", scripted=False)
    send(page, "")
    return page


def _too_long(visit: Visit, site: Acted) -> Page:
    page = visit("/")
    begin(page, "How long? " * 60)
    return page


@contextmanager
def no_patience() -> Iterator[None]:
    """Answers are not waited for: browsers without JavaScript are told that theirs is not ready."""
    with patch("assistant.web.pages.PATIENCE", 0.05):
        yield


def _pending(visit: Visit, site: Acted) -> Page:
    page = visit("/", scripted=False)
    site.hold(0)
    with no_patience():
        send(page, "What does a member do?")
        expect(page.locator(".ra-outcome--pending")).to_be_visible()
    return page


def _off(visit: Visit, site: Acted) -> Page:
    site.off = True
    return visit("/")


def _off_meanwhile(visit: Visit, site: Acted) -> Page:
    page = visit("/")
    site.off = True
    begin(page, QUESTIONS["answered"])
    expect(page.locator("#question-error")).to_be_visible()
    return page


def _delete(visit: Visit, site: Acted) -> Page:
    page = _asked(QUESTIONS["answered"])(visit, site)
    page.get_by_role("link", name="Delete this conversation").click()
    return page


def _deleted(visit: Visit, site: Acted) -> Page:
    page = _delete(visit, site)
    page.get_by_role("button", name="Delete this conversation").click()
    return page


def _cited(visit: Visit, site: Acted) -> Page:
    page = _asked(QUESTIONS["answered"])(visit, site)
    page.get_by_role("link", name=re.compile("Read this in the pack.*source 1")).click()
    return page


def _source(visit: Visit, site: Acted) -> Page:
    page = _asked(QUESTIONS["answered"])(visit, site)
    page.locator(".ra-cite").first.click()
    return page


def _approved(visit: Visit, site: Acted) -> Page:
    site.approved = (Approved("Can it be longer?", ANSWERS["Can it be longer?"]),)
    return visit("/questions-and-answers")


def _worried(visit: Visit, site: Acted) -> Page:
    page = visit("/")
    page.locator("[data-worried] summary").click()
    return page


ONE_BY_ONE: Final = {
    **{outcome: State(_asked(question)) for outcome, question in QUESTIONS.items()},
    "crisis": State(_asked("I can't go on like this, said the kestrel")),
    "approved": State(_asked("Can it be longer?")),
    "long answer": State(_asked("What does a member do?")),
}
"""For pictures. Tests look at all of them on one page."""

STATES: Final = {
    "empty": State(_at("/")),
    "stage": State(_held(0)),
    "mid-stream": State(_held(2)),
    "every outcome": State(_conversation),
    "personal data": State(_asked("My name is Jo Kestrel, jo.kestrel@example.org")),
    "source": State(_source),
    "stopped": State(_stopped),
    "error": State(_asked(BREAKS)),
    "too long": State(_too_long),
    "off meanwhile": State(_off_meanwhile, status=503),
    "feedback why": State(_why),
    "feedback thanks": State(_thanked),
    "worried": State(_worried),
    "error summary": State(_empty_sent, status=422),
    "pending": State(_pending),
    "off": State(_off, status=503),
    "lost": State(_at("/nowhere", extra_http_headers={"accept": "text/html"}), status=404),
    "delete": State(_delete),
    "nothing to delete": State(_at("/conversation/delete")),
    "deleted": State(_deleted),
    "privacy": State(_at("/privacy")),
    "accessibility": State(_at("/accessibility")),
    "how it works": State(_at("/about-ai")),
    "questions and answers": State(_approved),
    "no questions and answers": State(_at("/questions-and-answers")),
    "pack": State(_at("/pack")),
    "pack, at a citation": State(_cited),
    "earlier pack": State(_at(f"/pack/heritage-rivers/{OLDER.pack_version}")),
    "frame": State(_at("/embed")),
    "widget": State(_elsewhere(), within="role-assistant"),
    "widget mid-stream": State(_held_elsewhere, within="role-assistant"),
    "widget answered": State(_elsewhere(QUESTIONS["partly_answered"]), within="role-assistant"),
    "widget signposted": State(_elsewhere(QUESTIONS["signposted"]), within="role-assistant"),
}
