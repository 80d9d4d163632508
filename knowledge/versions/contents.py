"""What a version holds, and the files it stands in: the campaign, its documents, the passages and their vectors."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from knowledge.domain import Campaign, Pack, Passage
from knowledge.versions.manifest import FORMAT

Vectors = NDArray[np.float32]

FILES = frozenset({"campaign.json", "passages.jsonl", "vectors.npy"})
"""What no answer can do without. Whatever else lies in a version makes search quicker."""


class ContentsError(Exception):
    """The files of a version do not fit together; the message names the folder."""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document of the pack without its text."""

    id: str
    title: str
    file: str
    dated: date | None = None
    amends: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The pack without its passages."""

    pack_version: str
    campaign: Campaign
    documents: tuple[DocumentInfo, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Row n of `vectors` (passages, dimensions), of unit length, belongs to passage n."""

    header: Header
    passages: tuple[Passage, ...]
    vectors: Vectors


def header_of(pack: Pack) -> Header:
    documents = tuple(DocumentInfo(each.id, each.title, each.file, each.dated, each.amends) for each in pack.documents)
    return Header(pack.version, pack.campaign, documents)


def version_of(header: Header, passages: Sequence[Passage], embedder: str) -> str:
    """The name of the version that these make: the same for the same, whoever builds it and whenever."""
    digest = hashlib.sha256(f"{FORMAT}\n{embedder}\n".encode())
    digest.update(_HEADER.dump_json(header))
    for passage in passages:
        digest.update(b"\n" + _PASSAGE.dump_json(passage))
    return f"v-{digest.hexdigest()[:16]}"


def write_contents(folder: Path, contents: Contents) -> None:
    (folder / "campaign.json").write_bytes(_HEADER.dump_json(contents.header, indent=1))
    with (folder / "passages.jsonl").open("wb") as lines:
        lines.writelines(_PASSAGE.dump_json(passage) + b"\n" for passage in contents.passages)
    np.save(folder / "vectors.npy", contents.vectors)


def read_contents(folder: Path) -> Contents:
    """The vectors stay on the disk until they are used."""
    try:
        header = _HEADER.validate_json((folder / "campaign.json").read_bytes())
        # Not splitlines: a passage may hold other characters that end a line.
        lines = (folder / "passages.jsonl").read_bytes().rstrip(b"\n").split(b"\n")
        passages = tuple(_PASSAGE.validate_json(line) for line in lines)
        vectors = np.asarray(np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, ValidationError) as error:
        raise ContentsError(f"{folder} can't be read: {error}") from error
    if vectors.ndim != 2 or vectors.dtype != np.float32 or len(vectors) != len(passages):
        raise ContentsError(f"{folder} holds {len(passages)} passages and vectors of shape {vectors.shape}")
    return Contents(header, passages, vectors)


_HEADER = TypeAdapter(Header)
_PASSAGE = TypeAdapter(Passage)
