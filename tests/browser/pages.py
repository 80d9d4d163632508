"""A browser on the pages: where Chromium is, opening a page, asking on it, and what its console said."""

import os
import shutil
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

WIDE: Final[ViewportSize] = {"width": 1280, "height": 800}
NARROW: Final[ViewportSize] = {"width": 320, "height": 256}
"""A screen of 1280 by 1024 at 400%."""

FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]


def chromium() -> str | None:
    """The program: what CHROMIUM names, or the one that is installed."""
    return shutil.which(os.environ.get("CHROMIUM") or "chromium")


class Visit:
    """Opens pages, each in a browser that knows nothing yet, and keeps what their consoles said."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._opened: list[BrowserContext] = []
        self.console: list[str] = []

    def __call__(self, path: str = "/", *, scripted: bool = True, **options: Any) -> Page:
        """A page of the service, or of another site when its whole address is given.

        Not `scripted`: our script is empty. The page is as without JavaScript, and a test can still look into it.
        """
        context = self._browser.new_context(**({"viewport": WIDE} | options))
        self._opened.append(context)
        context.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: self.console.append(f"thrown: {error.error}"))
        if not scripted:
            context.route("**/static/*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(path if "://" in path else self._address + path)
        return page

    def take(self) -> list[str]:
        """What the consoles said until now; it counts as expected."""
        said, self.console[:] = list(self.console), []
        return said

    def close(self) -> None:
        for context in self._opened:
            context.close()


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your question")


def ask(page: Page, question: str) -> Locator:
    """Asks, waits for the end, and gives the last turn."""
    begin(page, question)
    expect(page.locator("[data-progress]")).to_be_hidden(timeout=10_000)
    return page.locator(".ra-turn").last


def begin(page: Page, question: str) -> None:
    """Asks, and waits for nothing."""
    box(page).fill(question)
    box(page).press("Control+Enter")


def send(page: Page, question: str) -> Locator:
    """Asks as a browser without JavaScript does, and gives the last turn."""
    box(page).fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    return page.locator(".ra-turn").last


def focused(page: Page) -> str:
    """What has the focus: its name in a form, or its text."""
    named: str = page.evaluate("""() => {
      let one = document.activeElement
      while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
      return one.id === 'question' ? one.id : one.textContent.trim()
    }""")
    return named
