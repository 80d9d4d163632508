"""The pack as a page: its headings and contents, an anchor a passage, and versions that are no longer in use."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from tests.web.scripted import OLDER, PACK, PASSAGES, PackDocumentStub


def page(client: TestClient, path: str) -> Any:
    return html.fromstring(client.get(path).text)


def test_the_pack_is_a_page_with_headings_lists_tables_and_an_anchor_a_passage(client: TestClient) -> None:
    pack = page(client, "/pack/board/a1b2c3d4")

    assert {passage.id for passage in PASSAGES} <= set(pack.xpath("//@id"))
    assert [heading.text_content() for heading in pack.xpath("//h3 | //h4")] == ["The role", "Duties", "Fees"]
    assert pack.xpath("//th/text()") == ["Grade", "Fee"]
    assert pack.xpath(f"//tr[@id='{PASSAGES[4].id}']/td/text()") == ["Chair", "£400"]
    assert [item.text_content().strip() for item in pack.xpath("//section//ul/li")] == [
        "Members lead reviews.",
        "Members speak at <b>events</b>.",
    ]
    assert pack.xpath("//dt/text()") == ["Location"]
    assert pack.xpath("//dd")[0].text_content().strip() == "Leeds"


def test_the_contents_lead_to_every_heading(client: TestClient) -> None:
    pack = page(client, "/pack/board/a1b2c3d4")

    links = pack.xpath("//nav[@class='ra-contents']//a")
    assert [link.text for link in links] == ["Recruitment pack", "The role", "Duties", "Fees"]
    for link in links:
        assert pack.xpath(f"//*[@id='{link.get('href')[1:]}']")[0].text == link.text


def test_the_page_of_a_pdf_is_said_where_it_begins(client: TestClient) -> None:
    pack = page(client, "/pack/board/a1b2c3d4")

    [begins] = pack.xpath("//p[contains(@class, 'ra-page')]")
    assert begins.text == "Page 4"
    assert begins.getnext().xpath(f".//*[@id='{PASSAGES[6].id}']")


def test_a_document_says_when_it_is_from_and_what_it_changes(with_settings: Callable[..., TestClient]) -> None:
    update = PackDocumentStub("update", "Update", "update.md", date(2026, 11, 3), "pack")
    client = with_settings(pack=lambda: replace(PACK, documents=(*PACK.documents, update)))

    words = page(client, "/pack/board/a1b2c3d4").text_content()

    assert "Dated 3 November 2026. This document changes: Recruitment pack" in words


def test_an_earlier_version_is_shown_as_one_and_a_lost_one_gives_way_to_the_one_in_use(client: TestClient) -> None:
    older = page(client, f"/pack/board/{OLDER.pack_version}")
    lost = page(client, "/pack/board/lost")

    assert "earlier version" in older.text_content()
    assert older.xpath(f"//main//a[@href='/pack/board/{PACK.pack_version}']")
    assert not older.xpath("//table")
    assert "no longer kept" in lost.text_content()
    assert lost.xpath("//table")
    assert client.get("/pack/other/a1b2c3d4").status_code == 404
    assert client.get("/pack", follow_redirects=False).headers["location"] == f"/pack/board/{PACK.pack_version}"
