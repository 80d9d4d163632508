"""Pictures of the pages, to look at: every state at three widths, or an answer as it arrives.

    python -m scripts.screenshots [FOLDER] [--only TEXT]     every state, into FOLDER (default: data/screenshots)
    python -m scripts.screenshots --strip [FILE]             an answer as it arrives (default: docs/answer-arriving.png)

The pages are those of a service that acts. The strip is of the real one over the pack that was ingested last, held at
each step for as long as a picture takes. Needs Chromium (CHROMIUM names another).
"""

import argparse
import asyncio
import base64
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, expect, sync_playwright
from pydantic import SecretStr

from assistant.domain import Event, Question, Said, Stage
from assistant.settings import ROOT, load_settings
from assistant.web.service import Assistant
from assistant.wiring import build_service
from tests.browser.acted import acted
from tests.browser.pages import FLAGS, Visit, begin, chromium
from tests.browser.states import ONE_BY_ONE, STATES
from tests.web.conftest import serving

WIDTHS: Final = (320, 768, 1280)
FOLDER: Final = ROOT / "data/screenshots"
STRIP: Final = ROOT / "docs/answer-arriving.png"

_ASKED: Final = "What are the key responsibilities?"
_FRAME: Final = {"width": 400, "height": 700}
_STYLE: Final = """
body { display: flex; gap: 24px; margin: 0; padding: 24px 0 0 24px; background: #f3f3f3; font: 18px sans-serif }
figure { margin: 0 }
figcaption { margin-bottom: 8px; font-weight: 700 }
img { display: block; border: 1px solid #b1b4b6 }
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the pictures were made; 2 without Chromium."""
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots", description="Pictures of the pages.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", default="", metavar="TEXT", help="states whose name holds this")
    parser.add_argument("--strip", nargs="?", type=Path, const=STRIP, metavar="FILE", help="an answer as it arrives")
    given = parser.parse_args(arguments)
    if not chromium():
        print("Chromium is missing: install it, or name it with CHROMIUM.")
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        if given.strip:
            strip(browser, given.strip)
        else:
            every_state(browser, given.folder, given.only)
    return 0


def every_state(browser: Browser, folder: Path, only: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, acted(Path(data)) as site:
        for name, state in {**STATES, **ONE_BY_ONE}.items():
            if only not in name:
                continue
            visit = Visit(browser, site.address)
            page = state.way(visit, site)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                page.screenshot(path=folder / f"{name.replace(' ', '-')}-{width}.png", full_page=True)
            visit.close()
            site.reset()
            print(name, flush=True)


@dataclass
class Held:
    """An assistant that goes on to its next event only when it is told to."""

    assistant: Assistant
    steps: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        async for event in self.assistant.stream(question):
            if isinstance(event, Stage | Said):
                yield event
                await asyncio.to_thread(self.steps.acquire)
            else:
                yield event


def strip(browser: Browser, file: Path) -> None:
    """Four frames side by side: asked, a stage, the first sentence, the whole answer."""
    with tempfile.TemporaryDirectory() as data:
        settings = load_settings()
        service = build_service(settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{data}/strip.db")}))
        held = Held(service.assistant)
        with serving(replace(service, assistant=held)) as address:
            frames = _frames(Visit(browser, address)("/", viewport=_FRAME), held)
    page = browser.new_page(viewport={"width": _FRAME["width"] * len(frames) + 24 * 5, "height": 760})
    page.set_content(_sheet(frames))
    page.screenshot(path=file, full_page=True)


def _frames(page: Page, held: Held) -> list[tuple[str, bytes]]:
    page.get_by_role("textbox", name="Your question").fill(_ASKED)
    frames = [("Asked", _picture(page))]
    begin(page, _ASKED)
    expect(page.locator("[data-stage]")).to_have_text("Searching the recruitment pack")
    frames.append(("It says what it does", _picture(page)))
    while page.locator(".ra-answer--pending .ra-cite").count() == 0:
        held.steps.release()
        page.wait_for_timeout(100)
    frames.append(("The first sentence, with its source", _picture(page)))
    held.steps.release(100)
    expect(page.locator("[data-progress]")).to_be_hidden(timeout=20_000)
    frames.append(("The whole answer", _picture(page)))
    return frames


def _picture(page: Page) -> bytes:
    page.evaluate(
        "(document.querySelector('.ra-log:not([hidden])') ?? document.querySelector('form')).scrollIntoView()"
    )
    return page.screenshot()


def _sheet(frames: Sequence[tuple[str, bytes]]) -> str:
    figures = [
        f"<figure><figcaption>{number}. {words}</figcaption>"
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}"></figure>'
        for number, (words, picture) in enumerate(frames, start=1)
    ]
    return f"<style>{_STYLE}</style>{''.join(figures)}"


if __name__ == "__main__":
    sys.exit(main())
