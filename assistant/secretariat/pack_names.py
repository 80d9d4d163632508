"""Names of files that somebody uploads: made safe, or refused with what is wrong."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from knowledge.reading import KINDS

_LONGEST: Final = 100


class NameRefused(Exception):
    """A file can't be taken under this name; `why` is a word of the console's [pack] section."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def safe_name(given: str) -> str:
    """A name for a document, of letters, figures, spaces, dots and dashes."""
    if re.search(r"[/\\\0]|^\.\.", given):
        raise NameRefused("name_path")
    plain = unicodedata.normalize("NFKC", given)
    stem, suffix = PurePosixPath(plain).stem, PurePosixPath(plain).suffix.lower()
    if suffix not in KINDS:
        raise NameRefused("name_kind")
    clean = re.sub(r"[^\w .()&,-]+", "-", stem).strip(" .-")[:_LONGEST].rstrip(" .-")
    # Such a file belongs to the folder and is not read.
    if not clean or clean.lower() == "readme":
        raise NameRefused("name_empty")
    return f"{clean}{suffix}"
