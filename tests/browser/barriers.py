"""What stands in somebody's way on a page: what axe finds, and what barriers.js looks for besides."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from assistant.settings import ROOT

AXE: Final = ROOT / "node_modules/axe-core/axe.min.js"
OURS: Final = Path(__file__).with_name("barriers.js")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe(page: Page, *, within: str = "") -> list[str]:
    """Each barrier that axe finds (or is not sure about), with the elements in question."""
    _load(page, AXE, "axe")
    found = page.evaluate(
        "([within, tags]) => axe.run(within || document, {runOnly: tags, resultTypes: ['violations', 'incomplete']})",
        [within, RULES],
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node.get('failureSummary', '')}"
        for kind in ("violations", "incomplete")
        for rule in found[kind]
        for node in rule["nodes"]
    ]


def sideways(page: Page) -> list[str]:
    """What reaches beyond the right edge, so that one would have to scroll there."""
    found: list[str] = _ask(page, "sideways")
    return found


def cut_when_spaced(page: Page) -> list[str]:
    """What is cut off, or goes sideways, when a reader sets more space between lines, words and letters."""
    found: list[str] = _ask(page, "cutWhenSpaced")
    return found


def faint_controls(page: Page) -> list[str]:
    """Controls that hardly stand out from what they stand on: less than 3 to 1 (WCAG 1.4.11)."""
    return [f"{named}: {best:.1f}" for named, best in _ask(page, "controls") if best < 3]


@dataclass(frozen=True)
class Stop:
    """One place where the Tab key stops."""

    named: str
    place: int
    marked: bool
    seen: bool
    small: bool

    @property
    def faults(self) -> list[str]:
        said = {"has no mark": not self.marked, "is covered": not self.seen, "is a small target": self.small}
        return [f"{self.named} {words}" for words, so in said.items() if so]


def stops(page: Page) -> tuple[list[Stop], int]:
    """Where the Tab key stops on its way once around the page, and how many places it should find at least."""
    count: int = _ask(page, "watch")
    for _ in range(count + 3):
        page.keyboard.press("Tab")
    found = [Stop(**stop) for stop in _ask(page, "watched")]
    return list({stop.place: stop for stop in reversed(found)}.values()), count


def _ask(page: Page, name: str) -> Any:
    _load(page, OURS, "barriers")
    return page.evaluate(f"barriers.{name}()")


def _load(page: Page, script: Path, name: str) -> None:
    # Not as a script tag: the page's policy lets none in but its own.
    if page.evaluate(f"typeof {name}") == "undefined":
        page.evaluate(f"() => {{ {_text(script)} }}")


@cache
def _text(script: Path) -> str:
    return script.read_text(encoding="utf-8")
