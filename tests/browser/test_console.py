"""The console's pages keep nobody out: each is visited once by an administrator, and looked at in every way."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from assistant.secretariat.roles import Role
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.service import Service
from tests.browser.acted import Acted
from tests.browser.barriers import axe, cut_when_spaced, faint_controls, sideways, stops
from tests.browser.marked import marked
from tests.browser.pages import NARROW, WIDE, Visit
from tests.web.console.approved_answers import drafted, stale
from tests.web.console.clients import session_of
from tests.web.console.pack_changes import addendum, checked, in_vain

PAGES: Final = (
    "/overview",
    "/overview?period=own&since=2026-01-01",
    "/data",
    "/data/answers/{marked}",
    "/queues",
    "/queues?queue=marks_differ&text=travel&mine=yes",
    "/answers/{marked}",
    "/cases",
    "/approved?state=live&text=board",
    "/approved/new",
    "/approved/{drafted}/edit?q=meetings&check=true",
    "/approved/{stale}",
    "/gaps",
    "/gaps/draft",
    "/gaps/group?turn={in_vain}",
    "/gaps/addenda/{addendum}",
    "/pack",
    "/pack/changes/{checked}",
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
    page.goto(running.address + ROOT + _filled(request.param, running.service))
    yield page
    visit.close()


def _filled(path: str, service: Service) -> str:
    """The path with what is made for it."""
    makers = {"{marked}": marked, "{drafted}": drafted, "{stale}": stale} | {
        "{checked}": checked,
        "{in_vain}": in_vain,
        "{addendum}": addendum,
    }
    return next((path.replace(name, make(service)) for name, make in makers.items() if name in path), path)


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
