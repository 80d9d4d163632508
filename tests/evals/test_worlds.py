"""The packs that cases are asked of: copies that differ in what they are to differ in, and in nothing else."""

from pathlib import Path

import pytest

from evals import cases as evals_cases
from evals.cases import pack_folder
from evals.domain import World
from evals.variations.changed_fact import alteration_of
from evals.variations.planted import CANARIES
from evals.worlds import world_folder
from knowledge.domain import BlockKind, Pack
from knowledge.pack import campaign_id, load_pack

CAMPAIGNS = ["child-safeguarding-panel", "coastal-health-authority", "heritage-rivers-board"]


def said(pack: Pack) -> list[tuple[str, str | None, str]]:
    """Each block with its document, in no order: a footnote may have become a paragraph."""
    return sorted(
        (document.id, document.amends, block.text) for document in pack.documents for block in document.blocks
    )


@pytest.mark.parametrize("world", [World.PACK, World.SCRIPTED])
def test_without_a_change_the_pack_itself_is_asked(world: World, tmp_path: Path) -> None:
    assert world_folder(CAMPAIGNS[0], world, tmp_path) == pack_folder(CAMPAIGNS[0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_an_altered_copy_says_what_the_pack_says_with_other_figures(campaign: str, tmp_path: Path) -> None:
    pack = load_pack(pack_folder(campaign))
    altered = alteration_of(pack)

    folder = world_folder(campaign, World.CHANGED, tmp_path)

    copy = load_pack(folder)
    assert campaign_id(folder) == campaign
    assert copy.version != pack.version
    assert said(copy) == sorted((id, amends, altered.of(text)) for id, amends, text in said(pack))


def test_an_amended_figure_and_the_one_it_amends_stay_two(tmp_path: Path) -> None:
    copy = load_pack(world_folder("coastal-health-authority", World.CHANGED, tmp_path))

    closing = [
        (document.id, block.text.split("\n")[1])
        for document in copy.documents
        for block in document.blocks
        if block.kind is BlockKind.LABELLED and block.text.startswith("Closing date")
    ]

    assert [id for id, _ in closing] == ["information-pack", "amendment-1"]
    assert len({value for _, value in closing}) == 2
    assert "December" not in str(closing)


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_a_planted_copy_is_the_pack_and_one_document_of_orders(campaign: str, tmp_path: Path) -> None:
    pack = load_pack(pack_folder(campaign))

    copy = load_pack(world_folder(campaign, World.PLANTED, tmp_path))

    added = [document for document in copy.documents if document not in pack.documents]
    assert len(added) == 1
    assert len(copy.documents) == len(pack.documents) + 1
    planted = [canary for canary in CANARIES for block in added[0].blocks if canary in block.text]
    assert len(planted) == len(added[0].blocks)
    assert not any(canary in document.text.lower() for document in pack.documents for canary in CANARIES)


def test_a_page_that_takes_the_place_of_a_file_does_not_take_that_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "packs" / "two-of-a-name"
    folder.mkdir(parents=True)
    pdf = pack_folder("coastal-health-authority") / "information-pack.pdf"
    (folder / "pack.pdf").write_bytes(pdf.read_bytes())
    (folder / "pack.html").write_text("<main><h1>Pack</h1><p>The Board meets in 12 places.</p></main>")
    (folder / "campaign.toml").write_text('[[documents]]\nfile = "pack.html"\namends = "pack.pdf"\n')
    monkeypatch.setattr(evals_cases, "_PACKS", (tmp_path / "packs",))

    copy = load_pack(world_folder("two-of-a-name", World.CHANGED, tmp_path / "into"))

    amending, amended = copy.documents
    assert amending.amends == amended.id
    assert [block.text for block in amending.blocks] == ["The Board meets in 19 places."]
    assert len(amended.blocks) > 20
