"""Where fact sheets lie: one file a version of the index, used only by the program that would draw up the same."""

import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.fact_sheet import Fact, FactSheet, FactSheetError
from assistant.subjects import FILE

_REMEDY = "run `python ingest.py` to draw it up anew"


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")

    made_from: str
    facts: tuple[Fact, ...]


def fingerprint(reader: str) -> str:
    """What a fact sheet is made from besides the index: the subjects, and the reader's model (its SHA-256)."""
    return hashlib.sha256(FILE.read_bytes() + b"\n" + reader.encode()).hexdigest()


def load_sheet(folder: Path, version: str, made_from: str) -> FactSheet | None:
    """None where there is none, or only one made from something else. FactSheetError when it is damaged."""
    path = _path(folder, version)
    try:
        kept = _Kept.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FactSheetError(f"{path} can't be read ({error.strerror}): {_REMEDY}.") from error
    except ValidationError as error:
        raise FactSheetError(f"{path} is no fact sheet ({error.errors()[0]['msg']}): {_REMEDY}.") from error
    return FactSheet(kept.facts) if kept.made_from == made_from else None


def save_sheet(sheet: FactSheet, folder: Path, version: str, made_from: str) -> None:
    """Readers find the whole file or none."""
    path = _path(folder, version)
    part = folder / f".{version}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(_Kept(made_from=made_from, facts=sheet.facts).model_dump_json(indent=1), encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise FactSheetError(f"{path} can't be written ({error.strerror}): mend that and ingest again.") from error


def clear_sheets(folder: Path, kept: Collection[str]) -> None:
    """Remove those of versions that are no longer kept."""
    for path in folder.glob("v-*.json"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)


def _path(folder: Path, version: str) -> Path:
    return folder / f"{version}.json"
