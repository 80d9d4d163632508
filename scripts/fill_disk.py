"""The records on a disk of six megabytes that runs full, and locked for half a minute: python -m scripts.fill_disk

Every question must be answered all the same, nothing must end with 500, and what is saved must be saved again without a
restart once there is room. Exit status 1 when one of that is not so; 2 for wrong usage, or where no tmpfs may be
mounted.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from scripts.arguments import none
from scripts.served import Served, run, served

_QUESTIONS: Final = 300
_LOCKED_SECONDS: Final = 30.0
_MOUNT: Final = 'mount -t tmpfs -o size=6m none "$0" && head -c 4000000 /dev/zero > "$0/ballast" && exec "$@"'


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        tried = subprocess.run([*_mounted(place), "true"], capture_output=True, text=True)  # noqa: S603
    if tried.returncode:
        print(f"no tmpfs may be mounted here: {tried.stderr.strip()}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="full-") as name:
        folder = Path(name)
        small = folder / "small"
        small.mkdir()
        done = run("ingest.py", DATA_DIR=folder / "data")
        if done.returncode:
            raise RuntimeError(done.stderr)
        records = f"sqlite:///{small / 'records.sqlite3'}"
        before = _mounted(small)
        with served(folder / "log.txt", before=before, DATA_DIR=folder / "data", DATABASE_URL=records) as server:
            full = filled(server, Path(f"/proc/{server.process.pid}/root{small}"))
        with served(folder / "log.txt", DATA_DIR=folder / "data") as server:
            locked = answered_while_locked(server, folder / "data/records.sqlite3")
    return 0 if full and locked else 1


def _mounted(folder: str | Path) -> list[str]:
    """What goes before a command that shall see six megabytes there."""
    return ["unshare", "--mount", "sh", "-c", _MOUNT, str(folder)]


def filled(server: Served, small: Path) -> bool:
    """Asked until long after the disk is full, and again once there is room."""
    statuses = [server.ask("Hello").status_code for _ in range(_QUESTIONS)]
    unsaved = _unsaved(server)
    (small / "ballast").unlink()
    time.sleep(2.5)
    before = _unsaved(server)
    after = [server.ask("Hello").status_code for _ in range(20)]
    saved_again = _unsaved(server) == before
    print(
        f"full disk: {statuses.count(200)} of {_QUESTIONS} answered, {unsaved:.0f} writes told as not saved; "
        f"with room again {after.count(200)} of 20 answered, saved again without a restart: {saved_again}"
    )
    return set(statuses) == {200} and unsaved > 0 and set(after) == {200} and saved_again


def answered_while_locked(server: Served, file: Path) -> bool:
    """Another program holds the database for half a minute."""
    server.ask("Hello")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        end, times, statuses = time.monotonic() + _LOCKED_SECONDS, [], []
        while time.monotonic() < end:
            begun = time.monotonic()
            statuses.append(server.ask("Hello").status_code)
            times.append(time.monotonic() - begun)
        other.execute("ROLLBACK")
    print(f"locked for 30 s: {statuses.count(200)} of {len(statuses)} answered, the slowest after {max(times):.1f} s")
    return set(statuses) == {200}


def _unsaved(server: Served) -> float:
    lines = server.http.get("/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("records_failed_total "))


if __name__ == "__main__":
    none(__doc__)
    sys.exit(main())
