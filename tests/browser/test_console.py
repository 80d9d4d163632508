"""The console's pages keep nobody out: each is visited once by an administrator, and looked at in every way."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from assistant.secretariat.roles import Role
from assistant.web.console.frame import COOKIE, ROOT
from tests.browser.acted import Acted
from tests.browser.barriers import axe, cut_when_spaced, faint_controls, sideways, stops
from tests.browser.pages import NARROW, WIDE, Visit
from tests.web.console.clients import session_of

PAGES: Final = (
    "/settings",
    "/people",
    "/audit",
    "/audit?action=added&check=true",
    "/you",
)
SIGNED_OUT: Final = ("/sign-in?done=signed_out", "/sign-in/link?token=used")


@pytest.fixture(scope="module", params=[*PAGES, *SIGNED_OUT])
def page(request: pytest.FixtureRequest, browser: Browser, running: Acted) -> Iterator[Page]:
    visit = Visit(browser, running.address)
    page = visit("/privacy")
    if request.param in PAGES:
        _, session = session_of(running.service, Role.ADMINISTRATOR, "Ada Lovelace-With-A-Long-Double-Barrelled-Name")
        page.context.add_cookies([{"name": COOKIE, "value": session, "url": running.address + ROOT}])
    page.goto(running.address + ROOT + request.param)
    yield page
    visit.close()


@pytest.mark.axe
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_no_barrier(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)

    assert axe(page) == []


def test_nothing_goes_sideways_at_400_percent(page: Page) -> None:
    page.set_viewport_size(NARROW)

    assert sideways(page) == []


def test_more_space_in_the_text_cuts_nothing_off(page: Page) -> None:
    page.set_viewport_size(NARROW)

    assert cut_when_spaced(page) == []


def test_each_stop_of_the_tab_key_is_marked_uncovered_and_large(page: Page) -> None:
    page.set_viewport_size(NARROW)

    found, count = stops(page)

    assert [fault for stop in found for fault in stop.faults] == []
    assert len(found) >= count > 0


def test_each_control_stands_out_from_the_page(page: Page) -> None:
    assert faint_controls(page) == []
