"""Where a campaign's packs lie: PACK_DIR, and beside the index those that the console made. One of them is in force.

Once the console has published one, it is the pack that is ingested and served, until somebody goes back to PACK_DIR.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.pack import PackError, campaign_id, pack_files

KEPT: Final = 4
"""Published packs whose documents are kept: the one in force and the three before it."""

_POINTER: Final = "IN_FORCE"
_GIVEN: Final = "given"


@dataclass(frozen=True, slots=True)
class InForce:
    """The folder to ingest and serve. `number` is that of the console's pack, 0 for PACK_DIR itself.

    `moved_on`: PACK_DIR holds other files than it did when the console's first pack was made from them.
    """

    folder: Path
    number: int = 0
    moved_on: bool = False


class PackFolders:
    """The folders of one campaign. PackError when the pointer to the one in force can't be followed."""

    def __init__(self, pack_dir: Path, data_dir: Path) -> None:
        self.pack_dir = pack_dir
        self.campaign = campaign_id(pack_dir)
        self._root = data_dir / "packs" / self.campaign

    def in_force(self) -> InForce:
        pointer = self._root / _POINTER
        try:
            kept = json.loads(pointer.read_text(encoding="utf-8"))
            number, made_from = int(kept["number"]), str(kept["pack_dir"])
        except (FileNotFoundError, NotADirectoryError):
            return InForce(self.pack_dir)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PackError(f"{pointer} can't be read: remove it to go back to the files of PACK_DIR") from error
        folder = self.folder(number)
        if not folder.is_dir():
            raise PackError(f"{pointer} names {number}, which is gone: remove {pointer} to go back to PACK_DIR's files")
        return InForce(folder, number, fingerprint(self.pack_dir) != made_from)

    def folder(self, number: int) -> Path:
        """The pack of that number, once it was put together. Its name is the campaign's, as everywhere."""
        return self._root / str(number) / self.campaign

    def new(self, after: int) -> int:
        """A number that nobody has, with a place for what is given to it; greater than `after`."""
        number = after + 1
        while True:
            try:
                (self._root / str(number) / _GIVEN).mkdir(parents=True)
            except FileExistsError:
                number += 1
            else:
                return number

    def given(self, number: int) -> dict[str, Path]:
        """The files that a pack brings, by name."""
        folder = self._root / str(number) / _GIVEN
        return {path.name: path for path in sorted(folder.glob("*")) if path.is_file()}

    def give(self, number: int, name: str, content: bytes) -> None:
        """Keep a file for a pack; `name` was made safe before."""
        (self._root / str(number) / _GIVEN / name).write_bytes(content)

    def take_back(self, number: int, name: str) -> None:
        (self._root / str(number) / _GIVEN / name).unlink(missing_ok=True)

    def put_together(self, number: int, base: Path, *, without: Collection[str] = ()) -> Path:
        """The files of another pack but some, and those given, as the pack of this number."""
        target = self.folder(number)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        kept = {name: path for name, path in pack_files(base).items() if name not in without}
        for name, path in (kept | self.given(number)).items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
        return target

    def put_in_force(self, number: int) -> None:
        """From now on this pack is ingested and served, also after a restart."""
        pointer = self._root / _POINTER
        try:
            made_from = str(json.loads(pointer.read_text(encoding="utf-8"))["pack_dir"])
        except (OSError, ValueError, KeyError, TypeError):
            made_from = fingerprint(self.pack_dir)
        part = pointer.with_name(f".{_POINTER}.{os.getpid()}")
        part.write_text(json.dumps({"number": number, "pack_dir": made_from}), encoding="utf-8")
        part.replace(pointer)

    def back_to_pack_dir(self) -> None:
        """From now on PACK_DIR is ingested and served. What the console made stays where it is."""
        (self._root / _POINTER).unlink(missing_ok=True)

    def clear(self, number: int) -> None:
        """The documents of a pack are no longer needed."""
        shutil.rmtree(self._root / str(number), ignore_errors=True)


def fingerprint(folder: Path) -> str:
    """Of the names and bytes of all that makes up a pack; empty when the folder holds none that is whole."""
    try:
        files = pack_files(folder)
    except PackError:
        return ""
    lines = sorted(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for name, path in files.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
