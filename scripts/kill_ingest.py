"""Kill `python ingest.py` again and again while the index is asked: python -m scripts.kill_ingest [KILLS]

Each edition of the pack says its number in many places. Every question must find its passage, of one whole edition, and
after the last kill an ingest must be served. Exit status 1 when one of that is not so, 2 for wrong usage.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from assistant.settings import ROOT
from knowledge.live import LiveIndex
from knowledge.store import Index, PassageStore, StoreError, campaign_folder
from scripts.arguments import how_many

_SECTIONS: Final = 60


@dataclass
class Reader:
    """Asks all the time, of the version that is served."""

    live: LiveIndex[Index]
    stop: threading.Event = field(default_factory=threading.Event)
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    editions: set[str] = field(default_factory=set)

    def ask(self) -> None:
        while not self.stop.is_set():
            try:
                with self.live.lease() as index:
                    self._check(index)
            except (StoreError, RuntimeError) as error:
                self.failed.append(f"{type(error).__name__}: {error}")
            self.asked += 1
            time.sleep(0.002)

    def _check(self, index: Index) -> None:
        texts = [passage.text for passage in index.passages]
        place = self.asked % len(texts)
        found, _ = index.nearest(np.array(index.vectors[place]), 1)[0]
        editions = {text.rpartition(" ")[2] for text in texts}
        if found != place or len(editions) != 1 or len(texts) != _SECTIONS:
            self.failed.append(f"{found} for {place} of {len(texts)} passages of {editions}")
        self.editions |= editions


def main(kills: int) -> int:
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        pack, data = Path(name) / "board", Path(name) / "data"
        _write(pack, 0)
        _ingest(pack, data).wait()
        live = LiveIndex(PassageStore(campaign_folder(data, "board")), prepare=lambda index: index)
        live.start()
        reader = Reader(live)
        asking = threading.Thread(target=reader.ask)
        asking.start()
        ended = _kill(kills, pack, data)
        _write(pack, kills + ended + 1)
        last = _ingest(pack, data).wait()
        time.sleep(5)
        reader.stop.set()
        asking.join()
        live.stop()
    served = f"{kills + ended + 1}." in reader.editions
    print(
        f"{kills} ingests killed, {ended} came to their end first; {reader.asked} questions, "
        f"{len(reader.failed)} failed, {len(reader.editions)} editions served, the last one too: {served}"
    )
    for each in reader.failed[:10]:
        print(f"  {each}")
    return 0 if last == 0 and served and not reader.failed else 1


def _kill(kills: int, pack: Path, data: Path) -> int:
    """How many came to their end before they could be killed, while so many were killed."""
    chance = random.Random(3)  # noqa: S311 - when to kill
    killed = ended = 0
    longest = 4.0
    while killed < kills:
        _write(pack, killed + ended + 1)
        process = _ingest(pack, data)
        try:
            process.wait(chance.uniform(0, longest))
            ended += 1
            longest *= 0.8
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
            # However fast the machine: some die at every step, some come to their end.
            longest *= 1.1
        print(f"\r{killed} of {kills} kills", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return ended


def _write(pack: Path, edition: int) -> None:
    pack.mkdir(exist_ok=True)
    sections = (f"## Duty {number}\n\nDuty number {number} is of edition {edition}.\n" for number in range(_SECTIONS))
    (pack / "pack.md").write_text("# Members of the Board\n\n" + "\n".join(sections), encoding="utf-8")


def _ingest(pack: Path, data: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603
        [sys.executable, str(ROOT / "ingest.py"), str(pack)],
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data)},
        cwd=pack.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    sys.exit(main(how_many(__doc__, "kills", default=200)))
