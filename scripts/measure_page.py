"""How soon the page says what happens: after a question, at the first sentence, at the end, and after a stop.

    python -m scripts.measure_page [ROUNDS]

The service acts and is on this machine, so that what is measured is the page and the web service, not the answering.
Times are milliseconds; the page's own clock takes them, from the press of the key to the change of the text.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.acted import Acted, acted
from tests.browser.pages import FLAGS, Visit, ask, begin, box, chromium

_ROUNDS: Final = 30
_ASKED: Final = "What does a member do?"

# When the key was pressed, and when each thing was first seen after it.
_WATCH: Final = """() => {
  window.seen = {}
  const now = (name) => { window.seen[name] ??= performance.now() }
  const find = (selector) => document.querySelector(selector)
  const watched = { childList: true, subtree: true, characterData: true, attributes: true }
  addEventListener('keydown', ({ key, ctrlKey }) => key === 'Enter' && ctrlKey && now('pressed'), true)
  new MutationObserver(() => {
    const done = find('[data-progress]').hidden
    if (!done) now(find('[data-stage]').textContent)
    if (find('.ra-answer--pending .ra-cite')) now('first sentence')
    if (done && find('.ra-answer--answered')) now('whole answer')
  }).observe(find('role-assistant'), watched)
}"""


def main(arguments: Sequence[str]) -> int:
    """0 when it was measured; 2 without Chromium."""
    rounds = int(arguments[0]) if arguments else _ROUNDS
    if not chromium():
        print("Chromium is missing: install it, or name it with CHROMIUM.")
        return 2
    with tempfile.TemporaryDirectory() as folder, acted(Path(folder)) as site, sync_playwright() as playwright:
        visit = Visit(playwright.chromium.launch(executable_path=chromium(), args=FLAGS), site.address)
        seen = [_seen(visit("/")) for _ in range(rounds)]
        for name in seen[0]:
            if name != "pressed":
                _print(name, [one[name] - one["pressed"] for one in seen if name in one])
        _print("stopped at the server after Esc", [_stopped(visit("/"), site) for _ in range(rounds)])
        visit.close()
    return 0


def _seen(page: Page) -> dict[str, float]:
    page.evaluate(_WATCH)
    ask(page, _ASKED)
    found: dict[str, float] = page.evaluate("window.seen")
    page.close()
    return found


def _stopped(page: Page, site: Acted) -> float:
    with site.holding():
        begin(page, _ASKED)
        expect(page.locator(".ra-answer--pending .ra-cite")).to_be_visible()
        before = _stops(site)
        pressed = time.perf_counter()
        box(page).press("Escape")
        while _stops(site) == before:
            time.sleep(0.001)
        took = (time.perf_counter() - pressed) * 1000
    page.close()
    return took


def _stops(site: Acted) -> int:
    with sqlite3.connect(site.service.settings.database.removeprefix("sqlite:///")) as connection:
        return int(connection.execute("SELECT count(*) FROM turn WHERE state = 'stopped'").fetchone()[0])


def _print(name: str, taken: Sequence[float]) -> None:
    worst = max(taken)
    print(f"{name}: median {statistics.median(taken):.0f} ms, worst of {len(taken)} {worst:.0f} ms")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
