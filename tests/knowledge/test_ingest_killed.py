"""Whenever an ingest is killed, readers are served one whole version, and never miss an answer."""

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path

from knowledge.ingesting import ingest
from knowledge.live import LiveIndex
from knowledge.store import Index, PassageStore, campaign_folder
from tests.knowledge.indexes import ArithmeticEmbeddings, answers_rightly

INGESTS = 30
DUTIES = 120


def write_pack(folder: Path, edition: int) -> None:
    """Every sentence says which edition it is of, so that a mixture would show."""
    folder.mkdir(exist_ok=True)
    duties = "\n".join(f"- duty {number} of edition {edition}" for number in range(DUTIES))
    (folder / "pack.md").write_text(f"# Panel member\n\nThe duties are:\n\n{duties}\n")


@dataclass
class Reader:
    """Asks all the time, of the version that is served."""

    live: LiveIndex[Index]
    stop: threading.Event = field(default_factory=threading.Event)
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    editions: set[str] = field(default_factory=set)

    def ask(self) -> None:
        position = 0
        while not self.stop.is_set():
            try:
                with self.live.lease() as index:
                    self._check(index, position := position + 7)
            except Exception as error:  # noqa: BLE001
                self.failed.append(f"{type(error).__name__}: {error}")
            self.asked += 1
            time.sleep(0.002)

    def _check(self, index: Index, number: int) -> None:
        editions = {passage.text.rpartition(" ")[2] for passage in index.passages if "edition" in passage.text}
        duties = [position for position, passage in enumerate(index.passages) if "edition" in passage.text]
        assert len(editions) == 1
        assert len(duties) == DUTIES
        assert index.engine == "chroma"
        assert answers_rightly(index, ArithmeticEmbeddings(), duties[number % DUTIES])
        self.editions |= editions


def run_ingest(folder: Path, data_dir: Path, begun: Event) -> None:
    begun.set()
    ingest(folder, data_dir, ArithmeticEmbeddings())


def test_thirty_ingests_killed_at_random_cost_no_question_its_answer(tmp_path: Path) -> None:
    folder, data_dir = tmp_path / "panel", tmp_path / "data"
    write_pack(folder, 0)
    ingest(folder, data_dir, ArithmeticEmbeddings())
    store = PassageStore(campaign_folder(data_dir, "panel"))
    live = LiveIndex(store, prepare=lambda index: index, look_seconds=0.05)
    live.start()
    with _asking(Reader(live)) as reader:
        killed = _kill_at_random(folder, data_dir)
        write_pack(folder, INGESTS + 1)
        ingest(folder, data_dir, ArithmeticEmbeddings())
        end = time.monotonic() + 5
        while str(INGESTS + 1) not in reader.editions and time.monotonic() < end:
            time.sleep(0.05)
    live.stop()

    print(f"{reader.asked} questions, {killed} of {INGESTS} ingests killed, {len(reader.editions)} editions served")
    assert reader.failed == []
    assert reader.asked > 500
    assert 5 <= killed < INGESTS
    assert {"0", str(INGESTS + 1)} < reader.editions
    assert {path.name for path in store.folder.iterdir()} == {".builder.lock", "CURRENT", *store.versions()}
    assert len(store.versions()) <= 3


@contextmanager
def _asking(reader: Reader) -> Iterator[Reader]:
    asking = threading.Thread(target=reader.ask)
    asking.start()
    try:
        yield reader
    finally:
        reader.stop.set()
        asking.join()


def _kill_at_random(folder: Path, data_dir: Path) -> int:
    """How many of the ingests were killed before they had ended."""
    starts = multiprocessing.get_context("forkserver")
    starts.set_forkserver_preload(["ingest", "chromadb", "tests.knowledge.indexes"])
    chance = random.Random(3)
    killed = 0
    longest = 0.8
    for edition in range(1, INGESTS + 1):
        write_pack(folder, edition)
        begun = starts.Event()
        builder = starts.Process(target=run_ingest, args=(folder, data_dir, begun))
        builder.start()
        assert begun.wait(60)
        builder.join(chance.uniform(0, longest))
        if builder.exitcode is None:
            builder.kill()
            killed += 1
        builder.join()
        # However fast the machine, some die at every step and some come to their end.
        longest *= 0.8 if builder.exitcode == 0 else 1.15
        assert builder.exitcode in (0, -9)
    return killed
