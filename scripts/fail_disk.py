"""Writes to the records while the disk fails at random: python -m scripts.fail_disk [TURNS]

Debian's fiu-utils makes calls of the system fail inside the program, as SQLite's own makers test it. Whatever the
records say is saved must be there afterwards. Exit status 1 when something is not, or no failure was met; 2 for wrong
usage, or where fiu-run is missing.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assistant import database
from assistant.database import RecordsError
from assistant.domain import Answer
from assistant.domain import Outcome as Ending
from assistant.records import Records, open_records
from assistant.settings import ROOT
from scripts.arguments import how_many

FAULTS: Final = (
    "posix/io/rw/pwrite",
    "posix/io/rw/pread",
    "posix/io/sync/fdatasync",
    "posix/io/rw/ftruncate",
)
"""Writing, reading, bringing to the disk, and changing the length of a file."""

_CHILD: Final = "--keep-in"
_OPENED_ANEW: Final = 20
"""Turns after which the records are closed and opened again, which reads and cuts their files."""


@dataclass(frozen=True)
class Outcome:
    """What one run came to: turns called saved, failures that were told, turns called saved that are not there."""

    fault: str
    saved: int
    told: int
    lost: int
    sound: bool

    @property
    def holds(self) -> bool:
        return self.sound and not self.lost

    def __str__(self) -> str:
        sound = "the database is sound" if self.sound else "THE DATABASE IS NOT SOUND"
        return f"{self.fault}: {self.saved} saved, {self.told} told as not saved, {self.lost} lost; {sound}"


def main(turns: int) -> int:
    if shutil.which("fiu-run") is None:
        print("fiu-run is missing: apt-get install fiu-utils", file=sys.stderr)
        return 2
    outcomes = []
    for fault in FAULTS:
        outcomes.append(failing(fault, turns=turns))
        print(outcomes[-1], flush=True)
    return 0 if all(outcome.holds for outcome in outcomes) and any(outcome.told for outcome in outcomes) else 1


def failing(fault: str, *, turns: int, probability: float = 0.02) -> Outcome:
    """So many turns begun and finished, while calls of this kind fail now and then."""
    with tempfile.TemporaryDirectory(prefix="failing-") as name:
        file = Path(name) / "records.sqlite3"
        # The tables are there before anything fails.
        open_records(f"sqlite:///{file}").close()
        done = subprocess.run(  # noqa: S603
            [
                shutil.which("fiu-run") or "fiu-run",
                "-x",
                "-c",
                f"enable_random name={fault},probability={probability}",
                sys.executable,
                "-m",
                "scripts.fail_disk",
                _CHILD,
                str(file),
                str(turns),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=3600,
        )
        words = done.stdout.split()
        if not words or not words[-1].startswith("told"):
            raise RuntimeError(f"the records came to no end ({done.returncode}): {done.stderr[-500:]}")
        with closing(sqlite3.connect(file)) as records:
            kept = {turn for (turn,) in records.execute("SELECT id FROM turn WHERE state = 'finished'")}
            [(sound,)] = records.execute("PRAGMA integrity_check").fetchall()
        saved = set(words[:-1])
        return Outcome(fault, len(saved), int(words[-1].removeprefix("told:")), len(saved - kept), sound == "ok")


def keep(file: Path, turns: int) -> None:
    """What the child does: name each turn that was called finished, and last how often a failure was told."""
    # Every turn meets the disk: nothing is left at rest after a failure.
    vars(database)["_AT_REST_SECONDS"] = 0.0
    records: Records | None = None
    told = 0

    async def one(records: Records) -> str:
        now = datetime.now(UTC)
        turn = (await records.start_turn(None, "question " * 50, asked_at=now)).turn
        await records.finish_turn(turn, Answer(Ending.ANSWERED, "answer"), {"text": "answer " * 50}, finished_at=now)
        return turn

    for turn in range(turns):
        try:
            records = records or open_records(f"sqlite:///{file}")
            _say(asyncio.run(one(records)))
        except RecordsError:
            told += 1
        if records and turn % _OPENED_ANEW == 0:
            records.close()
            records = None
    _say(f"told:{told}")


def _say(word: str) -> None:
    with suppress(OSError):
        os.write(1, f"{word}\n".encode())


if __name__ == "__main__":
    if sys.argv[1:2] == [_CHILD]:
        keep(Path(sys.argv[2]), int(sys.argv[3]))
        sys.exit(0)
    sys.exit(main(how_many(__doc__, "turns", default=3000)))
