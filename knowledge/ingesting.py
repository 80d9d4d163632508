"""A folder becomes the index that is served: read, cut, embed, switch."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from knowledge.domain import Passage
from knowledge.pack import load_pack
from knowledge.passages import split
from knowledge.store import Changes, Embedder, PassageStore, Report, campaign_folder, silent

PASSAGE_TOKENS: Final = 200
"""With the headings above it a passage of this length still fits the local embedding model, which reads 254."""


class PassageEmbedder(Embedder, Protocol):
    """An embedder that says how much of a text it reads."""

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, text: str) -> int: ...


def ingest(
    folder: Path,
    data_dir: Path,
    embeddings: PassageEmbedder,
    *,
    chroma_url: str = "",
    dry_run: bool = False,
    report: Report = silent,
    look: Callable[[Sequence[Passage]], object] = len,
) -> Changes:
    """Make the index that is served that of the pack in the folder; with `dry_run` only say what that would change.

    `look` is shown the passages that the pack was cut into.
    """
    pack = load_pack(folder)
    max_tokens = min(PASSAGE_TOKENS, embeddings.max_tokens)
    passages = split(pack, max_tokens=max_tokens, count_tokens=embeddings.count_tokens)
    look(passages)
    store = PassageStore(campaign_folder(data_dir, pack.campaign.id), chroma_url=chroma_url)
    if dry_run:
        return store.compare(pack, passages, embeddings)
    return store.build(pack, passages, embeddings, progress=report)
