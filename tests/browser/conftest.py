"""What tests of the pages in a browser share: Chromium, one service that acts, pages whose console is watched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.acted import Acted, acted
from tests.browser.barriers import AXE
from tests.browser.pages import FLAGS, Visit, chromium

_HERE: Final = Path(__file__).parent
_SKIPPED: Final = pytest.StashKey[str]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Ours come last: while Playwright runs, no other test of this process can run an event loop of its own."""
    items.sort(key=_is_ours)
    ours = [item for item in items if _is_ours(item)]
    if ours and not chromium():
        config.stash[_SKIPPED] = f"{len(ours)} tests of the pages: Chromium was not found (install it, or set CHROMIUM)"
    elif ours and not AXE.is_file():
        ours = [item for item in ours if item.get_closest_marker("axe")]
        config.stash[_SKIPPED] = f"{len(ours)} tests for barriers: axe was not found (make tools installs it)"
    else:
        return
    for item in ours:
        item.add_marker(pytest.mark.skip(reason=config.stash[_SKIPPED]))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if why := config.stash.get(_SKIPPED, ""):
        terminalreporter.write_line(f"Skipped {why}")


def _is_ours(item: pytest.Item) -> bool:
    return item.path.is_relative_to(_HERE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium(), "args": FLAGS}


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acted]:
    with acted(tmp_path_factory.mktemp("acted")) as running:
        yield running


@pytest.fixture
def site(running: Acted) -> Iterator[Acted]:
    """The service as it is before a test changes anything about it."""
    running.reset()
    running.assistant.asked.clear()
    yield running
    running.reset()


@pytest.fixture
def visit(browser: Browser, site: Acted) -> Iterator[Visit]:
    """Opens pages of the service. At the end nothing may stand in the console that the test has not taken."""
    visit = Visit(browser, site.address)
    yield visit
    visit.close()
    assert visit.console == []


@pytest.fixture
def page(visit: Visit) -> Page:
    """The page to ask on, as a browser with JavaScript first sees it."""
    return visit("/")


@pytest.fixture
def bare(visit: Visit) -> Page:
    """The page to ask on in a browser without JavaScript."""
    return visit("/", java_script_enabled=False)
