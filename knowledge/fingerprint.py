"""Which pack a case of the evals was checked against."""

import hashlib
import json
import tomllib
from pathlib import Path

from knowledge.pack import CAMPAIGN_FILE
from knowledge.reading import KINDS


def fingerprint(folder: Path) -> str:
    """16 hex figures over what the pack in the folder says: the bytes of its documents and the facts of campaign.toml.

    Not over what the reader makes of them: a reader that loses half a pack must not make another pack of it. Line ends
    don't count.
    """
    path = folder / CAMPAIGN_FILE
    given = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    given.pop("starters", None)
    files = [file for file in sorted(folder.rglob("*")) if file.suffix.lower() in KINDS and file.name[0] not in ".~"]
    documents = [
        (file.relative_to(folder).as_posix(), _hash(file.read_bytes().replace(b"\r\n", b"\n"))) for file in files
    ]
    return _hash(json.dumps([given, documents], sort_keys=True, default=str).encode())[:16]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
