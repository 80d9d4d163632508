"""PDF and Word files are read in a child process that may use only so much memory and time.

Such a file can expand a thousandfold. What goes wrong there ends the child, never its parent.
"""

import contextlib
import json
import logging
import os
import resource
import signal
import subprocess  # nosec B404
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from knowledge.domain import Block, BlockKind
from knowledge.reading.elements import HeadedText, Raw, ReadingError


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use: bytes of address space, seconds of processor, seconds by the clock."""

    memory: int = 600_000_000
    processor: int = 40
    clock: int = 60


LIMITS = Limits()
MAX_CHARACTERS = 5_000_000
"""Of text in one file: twenty times the longest recruitment pack."""

_CHILD = (sys.executable, "-m", "knowledge.reading.sandbox")
_MEMORY, _REFUSED = 3, 4
_RAW = "raw"
_SMALLER = "save it again from the program that made it, or split it"


def read_apart(path: Path, *, limits: Limits = LIMITS) -> HeadedText:
    """The text of a PDF or Word file, read in a child process."""
    return _loaded(_output(path, limits))


def raw_apart(path: Path, *, limits: Limits = LIMITS) -> Raw:
    """All that stands in a PDF or Word file, whether it is read or not, from a child process."""
    found = json.loads(_output(path, limits, _RAW))
    return Raw(tuple(found["lines"]), tuple(found["hidden"]))


def _output(path: Path, limits: Limits, *how: str) -> bytes:
    root = Path(__file__).parents[2]
    # Nothing else of ours: what reads a stranger's file has no business with a key.
    environment = {"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        # Our own interpreter and module; the path is an argument of its own and no shell sees it.
        child = subprocess.run(  # nosec B603  # noqa: S603
            [
                sys.executable,
                "-m",
                "knowledge.reading.sandbox",
                str(path.absolute()),
                str(limits.memory),
                str(limits.processor),
                *how,
            ],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limits.clock,
        )
    except subprocess.TimeoutExpired as error:
        raise ReadingError(f"it took more than {limits.clock} seconds to read: {_SMALLER}") from error
    if child.returncode == 0:
        return child.stdout
    if child.returncode == _REFUSED:
        raise ReadingError(child.stdout.decode())
    if child.returncode == _MEMORY:
        raise ReadingError(f"it needs more than {limits.memory // 1_000_000} MB of memory to read: {_SMALLER}")
    if -child.returncode in (signal.SIGXCPU, signal.SIGKILL):
        raise ReadingError(f"it took more than {limits.processor} seconds of the processor to read: {_SMALLER}")
    last = child.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1][:200]
    raise ReadingError(f"it is broken, or too large to read ({last or f'ended with {child.returncode}'}): {_SMALLER}")


def _loaded(output: bytes) -> HeadedText:
    read = json.loads(output)
    blocks = (
        Block(**{**block, "kind": BlockKind(block["kind"]), "heading": tuple(block["heading"])})
        for block in read["blocks"]
    )
    return HeadedText(read["title"], tuple(blocks))


def main(path: Path, memory: int, processor: int, how: str = "") -> int:
    """What the child does: limits first, then the reader, then the text as JSON."""
    # macOS refuses this limit; there the limits on time still hold.
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable()
    try:
        output = json.dumps(asdict(_raw(path) if how == _RAW else _short(_read(path))), ensure_ascii=False)
        if len(output) > 8 * MAX_CHARACTERS:
            raise ReadingError(
                f"its headings and lists nest so deep that they take {len(output):,} characters: split it"
            )
        sys.stdout.write(output)
        sys.stdout.flush()
    except ReadingError as error:
        sys.stdout.write(str(error))
        sys.stdout.flush()
        return _REFUSED
    except MemoryError:
        return _MEMORY
    return 0


def _short(read: HeadedText) -> HeadedText:
    if sum(len(block.text) for block in read.blocks) > MAX_CHARACTERS:
        raise ReadingError(f"it holds more than {MAX_CHARACTERS:,} characters: split it")
    return read


def _raw(path: Path) -> Raw:
    if path.suffix.lower() == ".pdf":
        from knowledge.reading.pdf_pages import raw_pdf

        return raw_pdf(path)
    from knowledge.reading.docx_raw import raw_docx

    return raw_docx(path)


def _read(path: Path) -> HeadedText:
    if path.suffix.lower() == ".pdf":
        from knowledge.reading.pdf import read_pdf

        return read_pdf(path)
    from knowledge.reading.docx import read_docx

    return read_docx(path)


if __name__ == "__main__":
    # Not sys.exit: a reader's clean-up must not run out of memory a second time.
    os._exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5]))
