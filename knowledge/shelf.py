"""Versions where many machines can fetch them: a shared folder, or an object store such as S3.

The only module that knows fsspec, which is imported when a shelf is opened. Nothing on a shelf is ever changed: a place
is named after what lies in it.
"""

import hashlib
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from knowledge.versions.manifest import MANIFEST, ManifestError, changed_files, read_manifest

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_STRIDE = 1 << 20
_SHOWN = 12


class ShelfError(Exception):
    """A version could not be put on the shelf or fetched from it; the message says which file, and why."""


@dataclass(frozen=True, slots=True)
class Published:
    """A version that lies on the shelf. Its manifest tells the checksum of each file, these tell what is beside it.

    `sheet_sha256` is that of its fact sheet, or None where it has none.
    """

    version: str
    manifest_sha256: str
    sheet_sha256: str | None = None


class Shelf:
    """The published versions of one campaign under an address such as file:///shared or s3://bucket/folder."""

    def __init__(self, url: str, campaign: str) -> None:
        self._files, root = _opened(url)
        self._root = f"{root.rstrip('/')}/{campaign}"

    def put(self, folder: Path, sheet: Path) -> Published:
        """Lay a version down, each file read back once it is there. What lies there as it should is left alone."""
        with self._faults_told(f"{folder.name} was not published"):
            manifest = read_manifest(folder)
            if changed := sorted(changed_files(folder, manifest)):
                raise ShelfError(f"{folder.name} was not published: {', '.join(changed)} not as built")
            published = Published(folder.name, _of_file(folder / MANIFEST), _of_file(sheet) if sheet.exists() else None)
            for name, sha256 in manifest.files.items():
                self._put(folder / name, f"{self._place(published)}/{name}", sha256)
            if published.sheet_sha256:
                self._put(sheet, self._sheet(published), published.sheet_sha256)
            # Last, as everywhere: a version counts once it has its manifest.
            self._put(folder / MANIFEST, f"{self._place(published)}/{MANIFEST}", published.manifest_sha256)
        return published

    def fetch(self, published: Published, folder: Path) -> None:
        """Fill a folder, which has the version's name. ShelfError when a file is gone or not as it was published."""
        with self._faults_told(f"{published.version} could not be fetched"):
            self._fetch(published, MANIFEST, folder, published.manifest_sha256)
            for name, sha256 in read_manifest(folder).files.items():
                self._fetch(published, name, folder, sha256)

    def sheet(self, published: Published) -> bytes | None:
        """The version's fact sheet, if it has one."""
        if published.sheet_sha256 is None:
            return None
        with self._faults_told(f"{published.version} could not be fetched"):
            sheet = cast(bytes, self._files.cat_file(self._sheet(published)))
        if hashlib.sha256(sheet).hexdigest() != published.sheet_sha256:
            raise ShelfError(f"{published.version} could not be fetched: its fact sheet is not as published")
        return sheet

    def look(self, published: Published) -> None:
        """ShelfError when it does not lie here, or nobody can tell."""
        with self._faults_told(f"{published.version} could not be found"):
            if self._sha256(f"{self._place(published)}/{MANIFEST}") != published.manifest_sha256:
                raise ShelfError(f"{published.version} was published, but does not lie at INDEX_URL")

    def keep(self, kept: Collection[Published]) -> None:
        """Clear away all but these."""
        places = {place for one in kept for place in (self._place(one), self._sheet(one))}
        with self._faults_told("older versions were not cleared away"):
            self._files.invalidate_cache()
            for path in self._files.ls(self._root, detail=False):
                if path.rstrip("/") not in places:
                    self._files.rm(path, recursive=True)

    def _place(self, published: Published) -> str:
        return f"{self._root}/{published.version}.{published.manifest_sha256[:_SHOWN]}"

    def _sheet(self, published: Published) -> str:
        return f"{self._place(published)}.sheet.{(published.sheet_sha256 or '')[:_SHOWN]}.json"

    def _put(self, file: Path, place: str, sha256: str) -> None:
        if self._sha256(place) == sha256:
            return
        self._files.put_file(str(file), place)
        if self._sha256(place) != sha256:
            raise ShelfError(f"{place} did not arrive as it was sent")

    def _fetch(self, published: Published, name: str, folder: Path, sha256: str) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        self._files.get_file(f"{self._place(published)}/{name}", str(target))
        if _of_file(target) != sha256:
            raise ShelfError(f"{published.version} could not be fetched: {name} is not as published")

    def _sha256(self, place: str) -> str | None:
        """None where nothing lies there."""
        self._files.invalidate_cache()
        try:
            with self._files.open(place, "rb") as file:
                return _digest(file)
        except FileNotFoundError:
            return None

    @contextmanager
    def _faults_told(self, what: str) -> Iterator[None]:
        try:
            yield
        except _faults() as error:
            raise ShelfError(f"{what}: {type(error).__name__}: {error}") from error


def _opened(url: str) -> "tuple[AbstractFileSystem, str]":
    from fsspec.core import url_to_fs

    try:
        files, root = url_to_fs(url, **({"auto_mkdir": True} if url.startswith("file:") else {}))
    except (ImportError, ValueError) as error:
        raise ShelfError(f"INDEX_URL {url} can't be opened: {error}") from error
    return files, str(root)


def _faults() -> tuple[type[Exception], ...]:
    """What a store may fail with. S3's client has errors of its own, known once it is loaded."""
    boto = cast(Any, sys.modules.get("botocore.exceptions"))
    return (OSError, ManifestError, boto.BotoCoreError) if boto else (OSError, ManifestError)


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while part := file.read(_STRIDE):
        digest.update(part)
    return digest.hexdigest()
