"""The secretariat's page in a browser: it works from disk, for everyone, with and without its script."""

import importlib.util
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from evals.reporting import html
from tests.evals.reports import full_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEEDED = {
    "Chromium": CHROMIUM,
    "playwright": importlib.util.find_spec("playwright"),
    "axe-playwright-python": importlib.util.find_spec("axe_playwright_python"),
}
MISSING = [name for name, found in NEEDED.items() if not found]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
WIDER_THAN_SEEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"there is no {' and no '.join(MISSING)} here to look at the page"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(html(full_report()), encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    with browser.new_page(viewport={"width": 1280, "height": 900}) as page:
        page.goto(address)
        yield page


def shown(page: Any) -> list[str]:
    """The ids of the cases that are to be seen."""
    found: list[str] = page.locator(".case:visible .id").all_text_contents()
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_to_mend(browser: Any, address: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    with browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        page.goto(address)
        page.evaluate(OPEN_ALL)
        found = Axe().run(page)

    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("width", "text"), [(320, "100%"), (640, "200%"), (1280, "200%")])
def test_nobody_has_to_scroll_sideways(browser: Any, address: str, width: int, text: str) -> None:
    with browser.new_page(viewport={"width": width, "height": 900}) as page:
        page.goto(address)
        page.evaluate(OPEN_ALL)
        page.evaluate(f"document.documentElement.style.fontSize = '{text}'")

        assert not page.evaluate(WIDER_THAN_SEEN)


def test_nothing_is_fetched_and_nothing_in_a_question_or_answer_runs(browser: Any, address: str) -> None:
    with browser.new_page() as page:
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(address)
        page.evaluate(OPEN_ALL)

        assert asked == [address]
        assert errors == []
        assert page.evaluate("window.owned") is None
        assert "<script>window.owned = true</script>" in page.locator(".case summary").all_text_contents()[-1]


def test_the_cases_can_be_filtered_by_campaign_kind_verdict_and_words(page: Any) -> None:
    everything = shown(page)

    page.get_by_label("Campaign", exact=True).select_option("rivers")
    assert shown(page) == ["hostile"]
    assert page.locator("section.kind:visible").count() == 1

    page.get_by_role("button", name="Show all answers").click()
    page.get_by_label("Kind of question", exact=True).select_option("child_at_risk")
    assert shown(page) == ["refused"]
    assert page.get_by_role("status").text_content() == f"1 of {len(everything)} cases shown."

    page.get_by_role("button", name="Show all answers").click()
    page.get_by_label("Verdict").select_option("changed")
    assert sorted(shown(page)) == ["follow", "lost", "right"]
    page.get_by_label("Verdict").select_option("worse")
    page.get_by_label("Words to find").fill("£999 FEE")
    assert shown(page) == ["lost"]

    page.get_by_role("button", name="Show all answers").click()
    assert shown(page) == everything


def test_a_link_to_a_case_opens_it_even_when_it_is_filtered_out(page: Any) -> None:
    page.get_by_label("Verdict").select_option("right")
    page.locator(".gate a").first.click()

    opened = page.locator(".case[open]")
    assert opened.locator(".id").all_text_contents() == ["lost"]
    assert opened.is_visible()


def test_without_its_script_the_page_shows_everything_and_no_filter(browser: Any, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)

        assert not page.locator("#filters").is_visible()
        assert page.locator(".case:visible").count() == page.locator(".case").count() > 0
        last = page.locator(".case").last
        last.locator("summary").click()
        assert last.locator(".body").is_visible()


def test_the_keyboard_leads_through_the_page_and_shows_where_it_is(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    assert page.locator(".skip").bounding_box()["x"] >= 0

    page.locator(".case summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".case").first.get_attribute("open") is not None
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


def test_on_paper_there_are_the_answers_and_no_controls(page: Any) -> None:
    page.emulate_media(media="print")

    assert not page.locator("#filters").is_visible()
    assert page.locator(".case summary").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.table')).overflowX") == "visible"
