"""What makes a version whole: the checksum of every file, sealed when it is built and checked whenever it is read."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

FORMAT = 1
"""Raise it when the files of a version change their meaning: older versions are then built anew."""

MANIFEST = "MANIFEST.json"
_STRIDE = 1 << 20


class ManifestError(Exception):
    """A version can't be trusted; the message names the file and what is wrong with it."""


class Manifest(BaseModel):
    """`files` are paths below the version's folder and their SHA-256.

    `collection` names the collection on a Chroma server; it is empty where the folder holds Chroma's files itself.
    `unreached` are the positions that Chroma does not find by their own vectors, and that are compared with always.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    version: str
    pack_version: str
    embedder: str
    passages: int
    chroma: str
    collection: str = ""
    unreached: tuple[int, ...] = ()
    files: Mapping[str, str] = {}


def seal(folder: Path, manifest: Manifest) -> None:
    """Write the manifest over all files that lie in the folder, and bring everything to the disk."""
    sealed = manifest.model_copy(update={"files": {name: _sha256(folder / name) for name in _names(folder)}})
    body = json.dumps({"manifest": sealed.model_dump(), "sha256": _seal(sealed)}, indent=1)
    (folder / MANIFEST).write_text(body, encoding="utf-8")
    for path in [*folder.rglob("*"), folder]:
        to_disk(path)


def read_manifest(folder: Path) -> Manifest:
    """Only the manifest itself is checked here, not the files."""
    path = folder / MANIFEST
    try:
        body = json.loads(path.read_bytes())
        manifest = Manifest.model_validate(body["manifest"])
        sealed = body["sha256"]
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise ManifestError(f"{path} can't be read: {type(error).__name__}") from error
    if sealed != _seal(manifest) or manifest.version != folder.name:
        raise ManifestError(f"{path} is not as it was written")
    if manifest.format != FORMAT:
        raise ManifestError(f"{path} has format {manifest.format}, this program reads {FORMAT}")
    return manifest


def changed_files(folder: Path, manifest: Manifest) -> frozenset[str]:
    """The files that are gone or not as they were sealed."""
    return frozenset(name for name, sha256 in manifest.files.items() if _sha256(folder / name) != sha256)


def copy_whole(folder: Path, manifest: Manifest, target: Path) -> frozenset[str]:
    """Copy the files and return those that are gone or changed: what is checked is what was copied."""
    return frozenset(
        name for name, sha256 in manifest.files.items() if _sha256(folder / name, copy=target / name) != sha256
    )


def to_disk(path: Path) -> None:
    """Return only when a file, or the names in a folder, would survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _seal(manifest: Manifest) -> str:
    return hashlib.sha256(json.dumps(manifest.model_dump(), sort_keys=True).encode()).hexdigest()


def _sha256(path: Path, *, copy: Path | None = None) -> str | None:
    """None where the file can't be read. A failure to write the copy is the caller's to know."""
    try:
        source = path.open("rb")
    except OSError:
        return None
    digest = hashlib.sha256()
    with source, _writing(copy) as target:
        while part := source.read(_STRIDE):
            digest.update(part)
            target.write(part)
    return digest.hexdigest()


def _writing(copy: Path | None) -> BinaryIO:
    if copy is None:
        return open(os.devnull, "wb")
    copy.parent.mkdir(parents=True, exist_ok=True)
    return copy.open("wb")
