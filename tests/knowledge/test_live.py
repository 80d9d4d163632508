"""What the served version promises while others come, go and break."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.live import LiveIndex
from knowledge.store import Index, PassageStore, StoreError
from tests.knowledge.indexes import ArithmeticEmbeddings, answers_rightly, pack_of, passages_of

ITEMS = tuple(f"Duty number {number} of the panel." for number in range(40))
EMBEDDINGS = ArithmeticEmbeddings()


def build(store: PassageStore, version: str) -> None:
    pack = pack_of(*ITEMS, f"Version {version} has this.", version=version)
    store.build(pack, passages_of(pack), EMBEDDINGS)


def as_it_is(index: Index) -> Index:
    return index


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PassageStore:
    (tmp_path / "copies").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "copies"))
    store = PassageStore(tmp_path / "index" / "panel")
    build(store, "1")
    return store


@pytest.fixture
def live(store: PassageStore) -> Iterator[LiveIndex[Index]]:
    live = LiveIndex(store, prepare=as_it_is, look_seconds=0.1)
    live.start()
    yield live
    live.stop()


def served(live: LiveIndex[Index]) -> str:
    with live.lease() as index:
        return index.pack_version


def comes(live: LiveIndex[Index], pack_version: str, *, within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if served(live) == pack_version:
            return True
        time.sleep(0.02)
    return False


def copies(store: PassageStore) -> int:
    return len(list((store.folder.parent.parent / "copies").iterdir()))


def test_a_new_version_is_taken_within_five_seconds_with_the_time_between_looks_that_is_served(
    store: PassageStore,
) -> None:
    live = LiveIndex(store, prepare=as_it_is)
    live.start()
    build(store, "2")

    assert comes(live, "2")
    assert live.problem == ""
    live.stop()


def test_a_question_keeps_its_version_to_its_end_and_only_then_its_copy_goes(
    store: PassageStore, live: LiveIndex[Index]
) -> None:
    with live.lease() as index:
        build(store, "2")
        assert comes(live, "2")

        assert index.pack_version == "1"
        assert (index.engine, answers_rightly(index, EMBEDDINGS, 40)) == ("chroma", True)
        assert copies(store) == 2

    assert copies(store) == 1


def test_questions_in_flight_never_fail_over_many_versions(store: PassageStore, live: LiveIndex[Index]) -> None:
    stop = threading.Event()
    seen: set[str] = set()

    def ask() -> None:
        # The last version is asked of at least once, however busy the machine is.
        while not stop.is_set() or "6" not in seen:
            with live.lease() as index:
                assert index.passages[40].text == f"Version {index.pack_version} has this."
                assert answers_rightly(index, EMBEDDINGS, 40)
                seen.add(index.pack_version)

    with ThreadPoolExecutor(4) as pool:
        questions = [pool.submit(ask) for _ in range(4)]
        for version in "23456":
            build(store, version)
            assert comes(live, version)
        stop.set()

    for question in questions:
        question.result()
    assert seen == set("123456")
    assert live.problem == ""


def test_a_new_version_that_is_damaged_is_refused_and_the_next_one_taken(
    store: PassageStore, live: LiveIndex[Index]
) -> None:
    aside = PassageStore(store.folder.parent / "aside")
    build(aside, "2")
    broken = str(aside.current())
    os.truncate(aside.folder / broken / "passages.jsonl", 100)
    shutil.copytree(aside.folder / broken, store.folder / broken)
    (store.folder / "CURRENT").write_text(broken)

    assert _told(live, broken)
    assert served(live) == "1"

    build(store, "3")
    assert comes(live, "3")
    assert live.problem == ""


def test_a_version_that_cannot_be_prepared_is_refused_whatever_went_wrong(store: PassageStore) -> None:
    def prepare(index: Index) -> Index:
        if index.pack_version == "2":
            raise ZeroDivisionError("no words")
        return index

    live = LiveIndex(store, prepare=prepare, look_seconds=0.1)
    live.start()
    build(store, "2")

    assert _told(live, "ZeroDivisionError: no words")
    assert served(live) == "1"
    build(store, "3")
    assert comes(live, "3")
    live.stop()


def test_a_start_on_a_damaged_version_serves_the_last_whole_one_and_says_so(store: PassageStore) -> None:
    build(store, "2")
    damaged = str(store.current())
    (store.folder / damaged / "vectors.npy").unlink()
    live = LiveIndex(store, prepare=as_it_is, look_seconds=0.1)

    live.start()

    assert served(live) == "1"
    assert damaged in live.problem
    build(store, "2")
    assert comes(live, "2")
    assert live.problem == ""
    live.stop()


def test_a_version_of_another_embedder_or_of_another_pack_is_refused_and_the_last_that_fits_served(
    store: PassageStore,
) -> None:
    ours = PassageStore(store.folder, embedder="arithmetic")
    first = str(ours.current())
    live, later, last = (LiveIndex(ours, prepare=as_it_is, look_seconds=0.05) for _ in range(3))
    live.start()

    pack = pack_of(*ITEMS, "Version 2 has this.", version="2")
    store.build(pack, passages_of(pack), ArithmeticEmbeddings("another"))
    assert _told(live, "made with another")
    later.start()
    shutil.rmtree(store.folder / str(store.current()))
    shutil.copytree(store.folder / first, store.folder / str(store.current()))
    last.start()

    assert [served(one) for one in (live, later, last)] == ["1", "1", "1"]
    assert "made with another" in later.problem
    assert "not as it was written" in last.problem
    for one in (live, later, last):
        one.stop()


def test_a_start_without_an_index_waits_for_the_first(tmp_path: Path) -> None:
    store = PassageStore(tmp_path)
    live = LiveIndex(store, prepare=as_it_is, look_seconds=0.1)
    live.start()

    assert not live.ready
    assert "ingest.py" in live.problem
    with pytest.raises(StoreError, match=r"ingest\.py"), live.lease():
        pass

    build(store, "1")
    end = time.monotonic() + 5
    while not live.ready and time.monotonic() < end:
        time.sleep(0.02)
    assert served(live) == "1"
    live.stop()


def test_a_pointer_that_vanishes_leaves_what_is_served(store: PassageStore, live: LiveIndex[Index]) -> None:
    (store.folder / "CURRENT").unlink()

    assert _told(live, "ingest.py")
    assert served(live) == "1"


def test_damage_to_the_files_of_the_served_version_is_told_and_harms_no_question(
    store: PassageStore, live: LiveIndex[Index]
) -> None:
    version = store.folder / str(store.current())
    os.truncate(version / "vectors.npy", 10)
    shutil.rmtree(version / "chroma")

    assert _told(live, f"{version.name} were changed on the disk")
    with live.lease() as index:
        assert index.engine == "chroma"
        assert all(answers_rightly(index, EMBEDDINGS, position) for position in range(41))
    build(store, "1")
    end = time.monotonic() + 5
    while live.problem and time.monotonic() < end:
        time.sleep(0.02)
    assert (live.problem, live.version) == ("", f"{version.name}-2")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux counts a process's handles in /proc")
def test_sixty_reloads_keep_handles_threads_and_private_copies_flat(store: PassageStore) -> None:
    build(store, "2")
    first, second = store.versions()
    live = LiveIndex(store, prepare=as_it_is, look_seconds=0.01)
    live.start()
    used: list[tuple[int, int, int]] = []
    for number in range(60):
        version = (first, second)[number % 2]
        (store.folder / ".next").write_text(version)
        (store.folder / ".next").replace(store.folder / "CURRENT")
        end = time.monotonic() + 5
        while live.version != version and time.monotonic() < end:
            time.sleep(0.005)
        with live.lease() as index:
            assert (index.version, index.engine) == (version, "chroma")
            assert answers_rightly(index, EMBEDDINGS, number % 40)
        used.append((len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")), copies(store)))
    live.stop()

    early, late = used[5], used[-1]
    assert all(abs(after - before) <= 5 for before, after in zip(early, late, strict=True)), (early, late)


def test_after_the_end_nothing_of_the_private_copy_is_left(store: PassageStore, live: LiveIndex[Index]) -> None:
    with live.lease() as index:
        live.stop()
        assert answers_rightly(index, EMBEDDINGS, 3)

    assert not live.ready
    assert copies(store) == 0


def _told(live: LiveIndex[Index], what: str) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if what in live.problem:
            return True
        time.sleep(0.02)
    return False
