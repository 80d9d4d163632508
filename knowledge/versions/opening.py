"""A version on the disk becomes an Index: checked while it is copied, then opened from the copy."""

from pathlib import Path

from knowledge.versions.contents import FILES, ContentsError, Vectors, read_contents
from knowledge.versions.index import Index
from knowledge.versions.manifest import Manifest, ManifestError, changed_files, copy_whole, read_manifest
from knowledge.versions.neighbours import (
    CHROMA,
    ChromaNeighbours,
    NeighboursError,
    lost,
    open_folder,
    open_server,
    size_on_server,
)
from knowledge.versions.scratch import Scratch

_CANARIES = 16


def open_version(folder: Path, *, chroma_url: str) -> Index:
    """Refused where the text or the vectors are not as they were built; served by exact search where only Chroma fails.

    Chroma kills its process on some damaged files, so it is shown only bytes that its builder saw it answer from.
    """
    manifest = read_manifest(folder)
    scratch = Scratch()
    try:
        damaged = copy_whole(folder, manifest, scratch.path)
        if essential := sorted(damaged & FILES):
            raise ContentsError(f"{folder}: {', '.join(essential)} not as built")
        contents = read_contents(scratch.path)
        neighbours, problem = _neighbours(manifest, damaged, scratch.path, contents.vectors, chroma_url)
    except BaseException:
        scratch.close()
        raise
    return Index(manifest, contents, neighbours=neighbours, problem=problem, release=scratch.close)


def is_whole(folder: Path, *, chroma_url: str) -> bool:
    """Whether everything of a version is as it was built, for the Chroma at hand."""
    try:
        manifest = read_manifest(folder)
        if bool(manifest.collection) != bool(chroma_url) or changed_files(folder, manifest):
            return False
        if manifest.collection:
            return size_on_server(chroma_url, manifest.collection) == manifest.passages
    except ManifestError:
        return False
    return manifest.chroma == CHROMA


def _neighbours(
    manifest: Manifest, damaged: frozenset[str], copy: Path, vectors: Vectors, chroma_url: str
) -> tuple[ChromaNeighbours | None, str]:
    if damaged:
        return None, f"{manifest.version}: Chroma's files are not as built; search is exact until the next ingest"
    if bool(manifest.collection) != bool(chroma_url) or (not chroma_url and manifest.chroma != CHROMA):
        return None, f"{manifest.version} was built for another Chroma; search is exact until the next ingest"
    try:
        neighbours = open_server(chroma_url, manifest.collection) if chroma_url else open_folder(copy / "chroma")
    except NeighboursError as error:
        return None, f"{manifest.version}: Chroma can't be opened ({error}); search is exact"
    try:
        missing = lost(neighbours, vectors, _canaries(manifest))
        problem = f"{manifest.version}: Chroma no longer finds passages by their own vectors" if missing else ""
    except NeighboursError as error:
        problem = f"{manifest.version}: Chroma can't be searched ({error})"
    if problem:
        neighbours.close()
        return None, f"{problem}; search is exact"
    return neighbours, ""


def _canaries(manifest: Manifest) -> list[int]:
    """Positions spread over the whole version."""
    spread = {step * (manifest.passages - 1) // (_CANARIES - 1) for step in range(_CANARIES)}
    return sorted(spread - set(manifest.unreached))
