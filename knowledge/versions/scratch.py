"""Private folders in the system's temporary place, and the clearing of those that killed processes left behind."""

import fcntl
import os
import shutil
import tempfile
import weakref
from pathlib import Path

_PREFIX = "recruitment-pack-index-"


class Scratch:
    """A folder of one's own until `close`, or until the process ends."""

    def __init__(self) -> None:
        clear_leftovers()
        while (lock := _lock(path := Path(tempfile.mkdtemp(prefix=_PREFIX)))) is None:
            continue
        self.path = path
        self._removal = weakref.finalize(self, _remove, path, lock)

    def close(self) -> None:
        self._removal()


def clear_leftovers() -> None:
    """Remove the folders whose owners are gone: a lock ends with its process, however that ended."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if (lock := _lock(path)) is not None:
            _remove(path, lock)


def _lock(path: Path) -> int | None:
    """None where another holds the folder, or has removed it just now."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.stat()
    except OSError:
        os.close(lock)
        return None
    return lock


def _remove(path: Path, lock: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(lock)
