"""Of the lock, the packages that run the service, with all that they need: for an image without what tests need.

    python deploy/serving_lock.py pyproject.toml requirements.lock > serving.lock

Needs an environment in which the whole lock is installed: each package's own metadata say what it needs. Stands alone,
since it runs before anything of the project is there.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_MORE: Final = ""
"""What a marker compares `extra` with where none is asked for."""


def main(pyproject: Path, lock: Path) -> int:
    wanted = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    names = needed(Requirement(line) for line in wanted)
    sys.stdout.write("".join(entry for name, entry in _entries(lock) if name in names))
    return 0


def needed(requirements: Iterable[Requirement]) -> set[str]:
    """The names of these packages and of all that they ask for here, by their metadata."""
    waiting = list(requirements)
    asked: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        for extra in (_MORE, *requirement.extras):
            key = (canonicalize_name(requirement.name), extra)
            if key not in asked:
                asked.add(key)
                waiting += _asked_by(requirement.name, extra)
    return {name for name, _ in asked}


def _asked_by(name: str, extra: str) -> list[Requirement]:
    try:
        found = [Requirement(line) for line in requires(name) or ()]
    except PackageNotFoundError:
        # The lock serves several systems; what this one has no use for is not installed.
        return []
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": extra})]


def _entries(lock: Path) -> list[tuple[str, str]]:
    entries = re.split(r"^(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [(canonicalize_name(re.split(r"[=\s;\[]", entry, maxsplit=1)[0]), entry) for entry in entries]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
