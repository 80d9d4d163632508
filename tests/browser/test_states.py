"""Points 1, 5, 6, 7, 11 and 13: no state of any page keeps anybody out.

Each state is visited once, and looked at in every way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.acted import Acted
from tests.browser.barriers import axe, cut_when_spaced, faint_controls, sideways, stops
from tests.browser.pages import NARROW, WIDE, Visit
from tests.browser.states import BAD_STATUS, STATES, State


@dataclass
class There:
    """A page in the state that it came to."""

    state: State
    page: Page
    visit: Visit


@pytest.fixture(scope="module", params=STATES, ids=lambda name: name.replace(" ", "-"))
def there(request: pytest.FixtureRequest, browser: Browser, running: Acted) -> Iterator[There]:
    state = STATES[request.param]
    running.reset()
    visit = Visit(browser, running.address)
    try:
        yield There(state, state.way(visit, running), visit)
    finally:
        running.reset()
        visit.close()


@pytest.mark.axe
def test_axe_finds_no_barrier(there: There) -> None:
    there.page.set_viewport_size(WIDE)

    assert axe(there.page, within=there.state.within) == []


def test_nothing_goes_sideways_at_400_percent(there: There) -> None:
    there.page.set_viewport_size(NARROW)

    assert sideways(there.page) == []


def test_more_space_in_the_text_cuts_nothing_off(there: There) -> None:
    there.page.set_viewport_size(NARROW)

    assert cut_when_spaced(there.page) == []


def test_each_stop_of_the_tab_key_is_marked_uncovered_and_large(there: There) -> None:
    there.page.set_viewport_size(NARROW)

    found, count = stops(there.page)

    assert [fault for stop in found for fault in stop.faults] == []
    assert len(found) >= count > 0


def test_each_control_stands_out_from_the_page(there: There) -> None:
    assert faint_controls(there.page) == []


def test_the_console_has_nothing_to_say(there: There) -> None:
    said = [line for line in there.visit.console if f"{BAD_STATUS} {there.state.status}" not in line]

    assert said == []
