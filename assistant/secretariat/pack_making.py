"""How a pack is looked over, and put in the place of the one that is served. Slow: it reads, and it embeds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.fact_sheet import overruled_by
from assistant.secretariat.approved import Approved
from assistant.secretariat.binding import touched_by
from assistant.secretariat.pack_findings import (
    campaign_changes,
    cases_of,
    cases_touched,
    file_changes,
    left_unread,
    orders_in,
    passage_changes,
)
from assistant.secretariat.pack_folders import PackFolders
from knowledge.domain import Passage
from knowledge.ingesting import PassageEmbedder, ingest
from knowledge.pack import fact_sheet_lines
from knowledge.store import Changes, PassageStore, Report, StoreError, campaign_folder, silent


@dataclass(frozen=True, slots=True)
class Workshop:
    """What packs are made with. `cases` is where the repository's cases of the campaign lie, if it has any.

    `draw_up` draws up the fact sheet of a version; it takes seconds, and whatever it raises is its own.
    `share` then gives the version to other machines.
    """

    folders: PackFolders
    data_dir: Path
    embeddings: PassageEmbedder
    cases: Path
    draw_up: Callable[[str], object]
    share: Callable[[str], object]
    chroma_url: str = ""


def look_over(
    workshop: Workshop, folder: Path, approved: Iterable[Approved], cases: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """What publishing the folder would change, and what to be warned of, as it is kept. Nothing is done.

    PackError, StoreError, ModelError, ReadingError or FactSheetError say why it can't be published.
    """
    after: list[Passage] = []
    overruled_by(fact_sheet_lines(folder))
    changes = _ingest(workshop, folder, dry_run=True, look=after.extend)
    before = _served(workshop)
    base = workshop.folders.in_force().folder
    kept = [("", entry) for _, entry in cases]
    return {
        "changes": asdict(changes),
        "files": [list(change) for change in file_changes(base, folder)],
        "campaign": list(campaign_changes(base, folder)),
        "passages": [asdict(change) for change in passage_changes(before, after)],
        "approved": [{"id": one.id, "question": one.words.question} for one in touched_by(approved, after)],
        "cases": [asdict(one) for one in cases_touched([*kept, *cases_of(workshop.cases)], before, after)],
        "unread": [asdict(one) for one in left_unread(folder)],
        "orders": list(orders_in(after)),
    }


def publish(workshop: Workshop, number: int, report: Report) -> tuple[Changes, tuple[Passage, ...]]:
    """Make a pack that was put together the one that is served. Raises as `look_over`; then nothing is changed."""
    passages: list[Passage] = []
    changes = _ingest(workshop, workshop.folders.folder(number), report=report, look=passages.extend)
    workshop.folders.put_in_force(number)
    return changes, tuple(passages)


def _ingest(
    workshop: Workshop,
    folder: Path,
    *,
    dry_run: bool = False,
    report: Report = silent,
    look: Callable[[Sequence[Passage]], object],
) -> Changes:
    return ingest(
        folder,
        workshop.data_dir,
        workshop.embeddings,
        chroma_url=workshop.chroma_url,
        dry_run=dry_run,
        report=report,
        look=look,
    )


def _served(workshop: Workshop) -> tuple[Passage, ...]:
    """The passages of the current version; none where nothing is served."""
    folder = campaign_folder(workshop.data_dir, workshop.folders.campaign)
    try:
        with PassageStore(folder, chroma_url=workshop.chroma_url).open() as index:
            return index.passages
    except StoreError:
        return ()
