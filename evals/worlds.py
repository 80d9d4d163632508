"""The packs that cases are asked of: the pack itself, a copy with other figures, a copy with orders planted in it."""

import shutil
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString

from evals.cases import pack_folder
from evals.domain import World
from evals.variations.altering import Alteration
from evals.variations.changed_fact import alteration_of
from evals.variations.making import pack_of
from evals.variations.page import page_of
from evals.variations.planted import orders
from knowledge.domain import PackDocument
from knowledge.pack import CAMPAIGN_FILE
from knowledge.reading import KINDS

_PLANTED_FILE = "further-information-for-candidates.md"
_TEXT = ("Markdown", "plain text")
_PAGE_ENDINGS = (".html", ".htm", ".xhtml")
_NOT_ITS_TEXT = ("script", "style", "template", "sup")
"""Parts of a page; a footnote's mark is no figure."""


def world_folder(campaign: str, world: World, into: Path) -> Path:
    """The folder to ingest. A copy is made under `into`, in a folder of the campaign's name, since that is its id."""
    folder = pack_folder(campaign)
    if world in (World.PACK, World.SCRIPTED):
        return folder
    copy = into / world / campaign
    shutil.copytree(folder, copy)
    pack = pack_of(campaign)
    if world is World.PLANTED:
        (copy / _PLANTED_FILE).write_text(orders(pack), encoding="utf-8")
        return copy
    altered = alteration_of(pack)
    for document in pack.documents:
        _alter(copy, document, altered)
    return copy


def _alter(folder: Path, document: PackDocument, altered: Alteration) -> None:
    """In place, where the file is text; else a page of the same blocks takes the place of the file."""
    path = folder / document.file
    kind = KINDS[path.suffix.lower()]
    if kind in _TEXT:
        path.write_text(altered.of(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
    elif kind == "HTML":
        path.write_text(_altered_page(path.read_text(encoding="utf-8-sig"), altered), encoding="utf-8")
    else:
        _put_page_in_place(folder, document, altered)


def _altered_page(page: str, altered: Alteration) -> str:
    soup = BeautifulSoup(page, "lxml")
    for text in soup.find_all(string=True):
        if type(text) is NavigableString and text.find_parent(_NOT_ITS_TEXT) is None:
            text.replace_with(altered.of(text))
    return str(soup)


def _put_page_in_place(folder: Path, document: PackDocument, altered: Alteration) -> None:
    """Under the same name with another ending: so the document keeps its id, and what amends it still does."""
    old = folder / document.file
    new = next(path for ending in _PAGE_ENDINGS if not (path := old.with_suffix(ending)).exists())
    old.unlink()
    new.write_text(_altered_page(page_of(document), altered), encoding="utf-8")
    described = folder / CAMPAIGN_FILE
    if described.is_file():
        names = described.read_text(encoding="utf-8").replace(
            f'"{document.file}"', f'"{new.relative_to(folder).as_posix()}"'
        )
        described.write_text(names, encoding="utf-8")
