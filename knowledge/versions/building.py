"""A version is made aside: vectors for the texts that have none, Chroma filled once and tried, everything sealed."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from knowledge.domain import Passage
from knowledge.versions.contents import Contents, ContentsError, Vectors, write_contents
from knowledge.versions.manifest import Manifest, seal
from knowledge.versions.neighbours import (
    ChromaNeighbours,
    NeighboursError,
    Report,
    build_folder,
    build_on_server,
    lost,
    open_folder,
    open_server,
)
from knowledge.versions.scratch import Scratch

_EMBEDDED_AT_ONCE = 512
# A graph of 100,000 misses a handful (docs/adr/0001-index-versions.md); with more than this something is broken.
_UNREACHED_SHARE = 0.001


class Embedder(Protocol):
    """What makes vectors. Those of another `name` can't be compared with these."""

    @property
    def name(self) -> str: ...

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text."""


def embed(
    passages: Sequence[Passage], embedder: Embedder, known: Mapping[str, Vectors], progress: Report
) -> tuple[Vectors, int]:
    """A row a passage, and how many texts had to be embedded for it."""
    texts = {passage.searchable for passage in passages} - known.keys()
    # Texts of like length together are embedded faster; the longest first, so that what is left never takes longer.
    fresh = sorted(texts, key=lambda text: (-len(text), text))
    found = dict(known)
    for start in range(0, len(fresh), _EMBEDDED_AT_ONCE):
        batch = fresh[start : start + _EMBEDDED_AT_ONCE]
        found.update(zip(batch, _unit_rows(embedder, batch), strict=True))
        progress("embedding", start + len(batch), len(fresh))
    return np.stack([found[passage.searchable] for passage in passages]).astype(np.float32), len(fresh)


def stage(folder: Path, manifest: Manifest, contents: Contents, chroma_url: str, progress: Report) -> None:
    """Fill a new folder with a version. Nothing of it counts before it is sealed, and that comes last."""
    folder.mkdir(parents=True)
    write_contents(folder, contents)
    if chroma_url:
        build_on_server(chroma_url, manifest.collection, contents.vectors, progress)
        unreached = _tried(open_server(chroma_url, manifest.collection), contents.vectors, progress)
    else:
        build_folder(folder / "chroma", contents.vectors, progress)
        # Chroma changes the files that it reads, so a copy is tried: the files sealed are those that were not touched.
        scratch = Scratch()
        try:
            shutil.copytree(folder / "chroma", scratch.path / "chroma")
            unreached = _tried(open_folder(scratch.path / "chroma"), contents.vectors, progress)
        finally:
            scratch.close()
    seal(folder, manifest.model_copy(update={"unreached": unreached}))


def _unit_rows(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    rows = np.asarray(embedder.vectors(texts), dtype=np.float32)
    if len(rows) != len(texts) or not np.allclose(np.linalg.norm(rows, axis=-1), 1, atol=1e-3):
        raise ContentsError(f"{embedder.name} did not give one vector of unit length a text")
    return rows


def _tried(neighbours: ChromaNeighbours, vectors: Vectors, progress: Report) -> tuple[int, ...]:
    """Every passage is looked for by its own vector; the few that a large graph can't reach are returned."""
    try:
        unreached = lost(neighbours, vectors, range(len(vectors)), progress)
    finally:
        neighbours.close()
    if len(unreached) > len(vectors) * _UNREACHED_SHARE:
        raise NeighboursError(f"Chroma does not find {len(unreached)} of {len(vectors)} passages by their own vectors")
    return tuple(unreached)
