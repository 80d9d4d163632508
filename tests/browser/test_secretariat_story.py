"""In Chromium: from a question that the pack does not answer to an approved answer, until the pack changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import Visit, ask
from tests.doors import Server, program, server

PACK: Final = """# The Harbour Board

## Papers

Papers are put on a shared site a week before. Each of them is read by two people before a meeting.

## Meetings

The Board meets four times a year.
"""
ASKED: Final = "Must members have read the papers?"
QUESTION: Final = "Do members have to have read the papers?"
REWORDED: Final = "Do members need to have read the papers?"
SAID: Final = "Each of them is read by two people before a meeting."
ROOT: Final = "/secretariat"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.md").write_text(PACK, encoding="utf-8")
    given = {"PACK_DIR": str(pack), "DATA_DIR": str(tmp_path / "data")}
    done = program("ingest.py", **given)
    assert done.returncode == 0, done.stderr
    return given


@pytest.fixture
def running(settings: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with server(tmp_path / "log", **settings) as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, running: Server) -> Iterator[Visit]:
    visit = Visit(browser, running.address)
    yield visit
    visit.close()


def test_what_was_asked_in_vain_is_answered_by_the_secretariat_until_the_pack_changes(
    open_page: Visit, running: Server, settings: dict[str, str], tmp_path: Path
) -> None:
    turn = ask(open_page(), ASKED)
    expect(turn).to_contain_text("The recruitment pack does not")

    ada = open_page(_sign_in_link(running, settings))
    grace = open_page(_invited(ada, "Grace", "approver"))
    _open_in_queue(ada, ASKED)
    ada.get_by_role("link", name="Write an approved answer").click()
    _write(ada)
    _approve(grace)

    expect(ask(open_page(), REWORDED)).to_contain_text("Checked by the secretariat on")
    public = open_page("/questions-and-answers")
    expect(public.get_by_role("main")).to_contain_text(SAID)

    changed = tmp_path / "pack.md"
    changed.write_text(PACK.replace("by two people", "by three people"), encoding="utf-8")
    _publish(grace, changed)

    expect(ask(open_page(), REWORDED)).not_to_contain_text("Checked by the secretariat on")
    _sees_what_changed(ada)
    _reads_the_audit(ada)


def _sign_in_link(running: Server, settings: dict[str, str]) -> str:
    port = running.address.rpartition(":")[2]
    done = program("server.py", "--sign-in-link", "--port", port, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split()[-1]


def _invited(administrator: Page, name: str, role: str) -> str:
    administrator.goto(_at(administrator, "/people"))
    form = administrator.locator("form").filter(has=administrator.locator("#name"))
    form.locator("#name").fill(name)
    form.get_by_label("Role").select_option(label=role)
    form.get_by_role("button").click()
    return administrator.locator(".govuk-inset-text code").inner_text().strip()


def _open_in_queue(page: Page, question: str) -> None:
    page.goto(_at(page, "/queues?queue=not_in_pack"))
    page.get_by_role("link", name=question).click()
    expect(page.get_by_role("main")).to_contain_text(question)


def _write(page: Page) -> None:
    page.get_by_label("Question", exact=True).fill(QUESTION)
    page.get_by_role("button", name="Start writing").click()
    page.get_by_label("Search the pack").fill("papers read")
    page.get_by_role("button", name="Save and search").click()
    page.get_by_label(SAID).check()
    page.get_by_role("button", name="Add as sentences").click()
    expect(page.get_by_label("Sentence 1", exact=True)).to_have_value(SAID)
    page.get_by_role("button", name="Send for approval").click()
    expect(page.get_by_role("main")).to_contain_text("Somebody else has to approve this.")
    expect(page.get_by_role("button", name="Approve and use it")).to_have_count(0)


def _approve(page: Page) -> None:
    page.goto(_at(page, "/approved?state=waiting"))
    page.get_by_role("link", name=QUESTION).click()
    page.get_by_role("button", name="Approve and use it").click()
    expect(page.get_by_role("main")).to_contain_text("Whoever asks this gets this answer.")


def _publish(page: Page, changed: Path) -> None:
    page.goto(_at(page, "/pack"))
    page.get_by_role("button", name="Start a change").click()
    page.get_by_label("Add or replace documents").set_input_files(changed)
    page.get_by_role("button", name="Put them into the draft").click()
    page.get_by_role("button", name="Check what this changes").click()
    _until(page, "It was checked.")
    expect(page.get_by_role("main")).to_contain_text(QUESTION)
    page.get_by_role("button", name="Publish this pack").click()
    _until(page, "Candidates are answered from this pack now.")


def _until(page: Page, words: str) -> None:
    for _ in range(60):
        if words in page.get_by_role("main").inner_text():
            return
        page.wait_for_timeout(500)
        page.goto(page.url)
    raise AssertionError(f"{words} was not said: {page.get_by_role('main').inner_text()}")


def _sees_what_changed(page: Page) -> None:
    page.goto(_at(page, "/approved?state=stale"))
    page.get_by_role("link", name=QUESTION).click()
    expect(page.locator("del")).to_contain_text("two")
    expect(page.locator("ins")).to_contain_text("three")


def _reads_the_audit(page: Page) -> None:
    page.goto(_at(page, "/audit?check=true"))
    said = page.get_by_role("main").inner_text().lower()
    for action in ("added", "drafted", "sent", "approved", "published", "withdrew stale"):
        assert action in said
    assert ASKED.lower() not in said


def _at(page: Page, path: str) -> str:
    return f"{page.url.split('/secretariat', 1)[0]}{ROOT}{path}"
