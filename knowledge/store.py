"""Where passages are kept: versions that are built aside, tried, and then switched to. Readers read copies.

A version is a folder whose files never change once it has its name; CURRENT names the one to serve. Whenever a builder
dies, what readers find is a version that is whole.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.domain import Pack, Passage
from knowledge.versions.building import Embedder, embed, stage
from knowledge.versions.changes import Changes, difference
from knowledge.versions.contents import (
    FILES,
    Contents,
    ContentsError,
    DocumentInfo,
    Vectors,
    header_of,
    read_contents,
    version_of,
)
from knowledge.versions.index import Index
from knowledge.versions.manifest import Manifest, ManifestError, changed_files, read_manifest, to_disk
from knowledge.versions.neighbours import CHROMA, NeighboursError, Report, drop_from_server, silent
from knowledge.versions.opening import is_whole, open_version

__all__ = [
    "Changes",
    "DocumentInfo",
    "Embedder",
    "Index",
    "PassageStore",
    "Report",
    "StoreBusy",
    "StoreError",
    "campaign_folder",
    "silent",
]

_KEPT = 3
_TRIES = 5
# The lock of a builder that was killed outlasts it by a moment.
_PATIENCE_SECONDS = 2.0
_VERSION = re.compile(r"v-[0-9a-f]{16}(-[0-9]+)?")
_FAULTS = (OSError, ManifestError, ContentsError, NeighboursError)


class StoreError(Exception):
    """The index can't be built or opened; the message names the folder, what is wrong, and the remedy."""


def campaign_folder(data_dir: Path, campaign: str) -> Path:
    """Where the index of a campaign lies."""
    return data_dir / "index" / campaign


class StoreBusy(StoreError):
    """Another process is changing the index at this moment."""


class PassageStore:
    """The versions of one campaign's index.

    With `chroma_url` a Chroma server searches the vectors; everything else stays in the folder. With `embedder` only
    versions whose vectors came from the embedder of that name are opened.
    """

    def __init__(self, folder: Path, *, chroma_url: str = "", embedder: str = "") -> None:
        self.folder = folder
        self._chroma_url = chroma_url.rstrip("/")
        self._embedder = embedder

    def current(self) -> str | None:
        """The version to serve, or None where nothing names one."""
        try:
            name = (self.folder / "CURRENT").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return name if _VERSION.fullmatch(name) else None

    def versions(self) -> tuple[str, ...]:
        """Those that are kept, the last published first; nothing of them is checked."""
        published = []
        for folder in self.folder.glob("v-*"):
            with suppress(FileNotFoundError):
                published.append((folder.stat().st_mtime_ns, folder.name))
        return tuple(name for _, name in sorted(published, reverse=True) if _VERSION.fullmatch(name))

    def open(self, version: str | None = None) -> Index:
        """The version named, or else the current one. Close it when done."""
        for _ in range(_TRIES):
            name = version or self.current()
            if name is None:
                raise StoreError(f"{self.folder} has no current version: run `python ingest.py`.")
            try:
                return self._open(name)
            except StoreError:
                # It may have been cleared away, since there is a newer one.
                if version is not None or self.current() == name:
                    raise
        raise StoreError(f"{self.folder} changes faster than it can be read: wait until the ingests have ended.")

    def marks(self, version: str) -> frozenset[tuple[str, int, int]]:
        """Name, size and time of each file of a version: while they stay the same, nobody has touched it."""
        found = set()
        # Unlike a glob, a walk takes it calmly when folders vanish under it.
        for folder, _, names in os.walk(self.folder / version):
            for name in names:
                with suppress(FileNotFoundError):
                    status = Path(folder, name).stat()
                    found.add((name, status.st_size, status.st_mtime_ns))
        return frozenset(found)

    def compare(self, pack: Pack, passages: Sequence[Passage], embeddings: Embedder) -> Changes:
        """What `build` would do. Nothing is done."""
        with self._faults_told():
            wanted = version_of(header_of(pack), passages, embeddings.name)
            before, known = self._before(embeddings.name)
            standing = self._standing(wanted)
        fresh = {passage.searchable for passage in passages} - known.keys()
        embedded = 0 if standing else len(fresh)
        return _changes(standing or wanted, before, passages, embedded=embedded, built=standing is None)

    def build(
        self, pack: Pack, passages: Sequence[Passage], embeddings: Embedder, *, progress: Report = silent
    ) -> Changes:
        """Make this pack's version and switch to it. Only texts that the current version does not hold are embedded."""
        if not passages:
            raise StoreError(f"{self.folder}: there is nothing to index; put documents with text into the pack.")
        with self._faults_told(), self._only_builder():
            self._clear_remains()
            header = header_of(pack)
            wanted = version_of(header, passages, embeddings.name)
            before, known = self._before(embeddings.name)
            name, embedded = self._standing(wanted), 0
            if built := name is None:
                name = self._free_name(wanted)
                vectors, embedded = embed(passages, embeddings, known, progress)
                self._make(name, Contents(header, tuple(passages), vectors), embeddings.name, progress)
            if name != self.current():
                self._publish(name)
            self._retire(name)
        return _changes(name, before, passages, embedded=embedded, built=built)

    def take_in(self, version: str, fetch: Callable[[Path], object], *, published_at: datetime) -> None:
        """Keep a version that was built elsewhere. `fetch` fills a folder with it; nothing of it counts until all of it
        is there and as it was built.
        """
        if not _VERSION.fullmatch(version):
            raise StoreError(f"{version!r} is no name of a version.")
        with self._faults_told(), self._only_builder():
            if _as_built(self.folder / version):
                return
            self._clear_remains()
            staging = self.folder / f".staging-{version}" / version
            try:
                fetch(staging)
                if not _as_built(staging):
                    raise StoreError(f"{version} was fetched, but is not as it was built.")
                if (self.folder / version).exists():
                    (self.folder / version).rename(self.folder / f".retired-{version}")
                staging.rename(self.folder / version)
                os.utime(self.folder / version, (published_at.timestamp(), published_at.timestamp()))
                to_disk(self.folder)
            finally:
                self._clear_remains()

    def switch_to(self, version: str) -> None:
        """Serve a version that is kept."""
        with self._faults_told(), self._only_builder():
            if version != self.current():
                self._publish(version)

    def keep(self, versions: Collection[str]) -> None:
        """Clear away all other versions here. Collections on a Chroma server are their builder's to drop."""
        with self._faults_told(), self._only_builder():
            for version in set(self.versions()) - set(versions):
                (self.folder / version).rename(self.folder / f".retired-{version}")
            self._clear_remains()

    def _open(self, name: str) -> Index:
        try:
            index = open_version(self.folder / name, chroma_url=self._chroma_url)
        except _FAULTS as error:
            raise StoreError(
                f"Version {name} can't be served: {error}. Run `python ingest.py` to make it anew."
            ) from error
        if self._embedder not in ("", index.embedder):
            index.close()
            made = f"{self.folder / name} was made with {index.embedder}"
            raise StoreError(f"{made}, but the questions come from {self._embedder}: run `python ingest.py`.")
        return index

    def _before(self, embedder: str) -> tuple[tuple[Passage, ...], Mapping[str, Vectors]]:
        """The passages of the current version, and the vectors of their texts where they came from this embedder."""
        folder = self.folder / (self.current() or "none")
        try:
            manifest = read_manifest(folder)
            if changed_files(folder, manifest) & FILES:
                return (), {}
            contents = read_contents(folder)
        except (ManifestError, ContentsError):
            return (), {}
        if manifest.embedder != embedder:
            return contents.passages, {}
        rows = zip(contents.passages, contents.vectors, strict=True)
        return contents.passages, {passage.searchable: vector for passage, vector in rows}

    def _standing(self, wanted: str) -> str | None:
        """The name under which this version stands whole, if it does."""
        names = [name for name in self.versions() if name.split("-")[:2] == wanted.split("-")]
        return next((name for name in names if is_whole(self.folder / name, chroma_url=self._chroma_url)), None)

    def _free_name(self, wanted: str) -> str:
        """A version that was damaged is made under another name: so its readers see that there is a new one."""
        names = [wanted, *(f"{wanted}-{number}" for number in range(2, 1000))]
        return next(name for name in names if not (self.folder / name).exists())

    def _make(self, name: str, contents: Contents, embedder: str, progress: Report) -> None:
        manifest = Manifest(
            version=name,
            pack_version=contents.header.pack_version,
            embedder=embedder,
            passages=len(contents.passages),
            chroma="" if self._chroma_url else CHROMA,
            collection=f"{contents.header.campaign.id}-{name}" if self._chroma_url else "",
        )
        staging = self.folder / f".staging-{name}"
        try:
            stage(staging, manifest, contents, self._chroma_url, progress)
            staging.rename(self.folder / name)
            to_disk(self.folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _publish(self, name: str) -> None:
        os.utime(self.folder / name)
        pointer = self.folder / ".CURRENT"
        pointer.write_text(f"{name}\n", encoding="utf-8")
        to_disk(pointer)
        pointer.replace(self.folder / "CURRENT")
        to_disk(self.folder)

    def _retire(self, current: str) -> None:
        """Clear away all but the last versions, and whatever was damaged and made anew."""
        anew = current.split("-")[:2]
        others = [name for name in self.versions() if name != current]
        kept = [name for name in others if name.split("-")[:2] != anew][: _KEPT - 1]
        for name in set(others) - set(kept):
            with suppress(NeighboursError):
                self._drop_collection(name)
                # Renamed first: a reader never finds half of one.
                (self.folder / name).rename(self.folder / f".retired-{name}")
        self._clear_remains()

    def _drop_collection(self, name: str) -> None:
        with suppress(ManifestError):
            if self._chroma_url and (collection := read_manifest(self.folder / name).collection):
                drop_from_server(self._chroma_url, collection)

    def _clear_remains(self) -> None:
        for folder in [*self.folder.glob(".staging-*"), *self.folder.glob(".retired-*")]:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _only_builder(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".builder.lock", timeout=_PATIENCE_SECONDS):
                yield
        except Timeout as error:
            raise StoreBusy(
                f"Another ingest is building the index in {self.folder}: wait until it has ended, then run this again."
            ) from error

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        try:
            yield
        except _FAULTS as error:
            left = f"The index in {self.folder} was left as it was"
            raise StoreError(f"{left}: {error}. When that is mended, run `python ingest.py` again.") from error


def _as_built(folder: Path) -> bool:
    try:
        return not changed_files(folder, read_manifest(folder))
    except ManifestError:
        return False


def _changes(
    version: str, before: Sequence[Passage], after: Sequence[Passage], *, embedded: int, built: bool
) -> Changes:
    found = difference(before, after)
    return Changes(version, found.added, found.changed, found.removed, found.unchanged, embedded, built)
