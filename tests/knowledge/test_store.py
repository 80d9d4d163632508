"""What the store promises to those who build an index and to those who read it."""

import json
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.domain import BlockKind, Passage
from knowledge.store import PassageStore, StoreError
from knowledge.versions.changes import difference
from knowledge.versions.contents import Vectors
from knowledge.versions.neighbours import exact
from knowledge.versions.scratch import Scratch, clear_leftovers
from tests.knowledge.indexes import ArithmeticEmbeddings, answers_rightly, pack_of, passages_of

ITEMS = tuple(f"Duty number {number} of the panel." for number in range(60))


@pytest.fixture
def embeddings() -> ArithmeticEmbeddings:
    return ArithmeticEmbeddings()


@pytest.fixture
def store(tmp_path: Path, embeddings: ArithmeticEmbeddings) -> PassageStore:
    """A store that holds one version."""
    store = PassageStore(tmp_path / "index" / "panel")
    pack = pack_of(*ITEMS)
    store.build(pack, passages_of(pack), embeddings)
    return store


def test_an_opened_version_gives_back_what_was_built(store: PassageStore, embeddings: ArithmeticEmbeddings) -> None:
    pack = pack_of(*ITEMS)

    with store.open() as index:
        assert (index.version, index.pack_version, index.embedder) == (store.current(), "1", "arithmetic")
        assert (index.campaign, index.passages) == (pack.campaign, passages_of(pack))
        assert [document.id for document in index.documents] == ["pack"]
        assert index.passage(index.passages[7].id) == index.passages[7]
        assert index.passage("no such passage") is None
        assert (index.engine, index.problem) == ("chroma", "")
        assert all(answers_rightly(index, embeddings, position) for position in range(len(ITEMS)))


def test_an_ingest_with_nothing_changed_embeds_nothing_and_makes_nothing(
    store: PassageStore, embeddings: ArithmeticEmbeddings
) -> None:
    embeddings.embedded.clear()
    before = _files(store.folder)

    changes = store.build(pack_of(*ITEMS), passages_of(pack_of(*ITEMS)), embeddings)

    assert (changes.unchanged, changes.added, changes.built, embeddings.embedded) == (60, 0, False, [])
    assert _files(store.folder) == before


def test_only_changed_passages_are_embedded_again(store: PassageStore, embeddings: ArithmeticEmbeddings) -> None:
    embeddings.embedded.clear()
    pack = pack_of("A duty put before all others.", "Duty number 0 in new words.", *ITEMS[1:50], version="2")

    expected = store.compare(pack, passages_of(pack), embeddings)
    changes = store.build(pack, passages_of(pack), embeddings)

    assert changes == expected
    assert (changes.added, changes.changed, changes.removed, changes.unchanged) == (0, 2, 9, 49)
    assert sorted(text.splitlines()[-1] for text in embeddings.embedded) == [
        "A duty put before all others.",
        "Duty number 0 in new words.",
    ]
    with store.open() as index:
        assert np.allclose(index.vectors, embeddings.vectors([passage.searchable for passage in index.passages]))


def test_another_embedder_embeds_everything_again(store: PassageStore) -> None:
    other = ArithmeticEmbeddings("another")

    changes = store.build(pack_of(*ITEMS), passages_of(pack_of(*ITEMS)), other)

    assert (changes.embedded, changes.unchanged) == (60, 60)


def test_a_dry_run_changes_nothing(store: PassageStore, embeddings: ArithmeticEmbeddings) -> None:
    before = _files(store.folder)

    changes = store.compare(pack_of("All new.", version="2"), passages_of(pack_of("All new.")), embeddings)

    assert (changes.changed, changes.removed, changes.built) == (1, 59, True)
    assert _files(store.folder) == before


def test_the_last_three_versions_stay_and_what_dead_builders_left_goes(
    store: PassageStore, embeddings: ArithmeticEmbeddings
) -> None:
    (store.folder / ".staging-v-0000000000000000").mkdir()
    (store.folder / ".retired-v-0000000000000000").mkdir()

    for version in "2345":
        pack = pack_of(*ITEMS, version=version)
        store.build(pack, passages_of(pack), embeddings)

    assert [_pack_version(store, version) for version in store.versions()] == ["5", "4", "3"]
    assert sorted(path.name for path in store.folder.iterdir()) == sorted(
        [".builder.lock", "CURRENT", *store.versions()]
    )


def test_a_pack_that_is_put_back_is_served_again_without_building(
    store: PassageStore, embeddings: ArithmeticEmbeddings
) -> None:
    first = store.current()
    changed = pack_of(*ITEMS[:30], version="2")
    store.build(changed, passages_of(changed), embeddings)

    changes = store.build(pack_of(*ITEMS), passages_of(pack_of(*ITEMS)), embeddings)

    assert (changes.built, store.current(), store.versions()[0]) == (False, first, first)


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _emptied(path: Path) -> None:
    os.truncate(path, 0)


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) * 3 // 5] ^= 0x10
    path.write_bytes(content)


def _deleted(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_truncated, _emptied, _flipped, _deleted])
@pytest.mark.parametrize("name", ["MANIFEST.json", "campaign.json", "passages.jsonl", "vectors.npy"])
def test_a_version_with_damaged_text_or_vectors_is_refused_and_made_anew_by_an_ingest(
    store: PassageStore, embeddings: ArithmeticEmbeddings, name: str, damage: Callable[[Path], None]
) -> None:
    version = str(store.current())
    damage(store.folder / version / name)

    with pytest.raises(StoreError, match=rf"{version}.*ingest\.py"):
        store.open()

    store.build(pack_of(*ITEMS), passages_of(pack_of(*ITEMS)), embeddings)
    with store.open() as index:
        assert (index.engine, len(store.versions())) == ("chroma", 1)
        assert answers_rightly(index, embeddings, 11)


def test_whatever_happens_to_chromas_files_answers_stay_right(
    store: PassageStore, embeddings: ArithmeticEmbeddings
) -> None:
    version = store.folder / str(store.current())
    files = [
        path.relative_to(version) for path in version.glob("chroma/**/*") if path.stat().st_size and path.is_file()
    ]
    assert len(files) >= 4
    whole = store.folder / "whole"
    shutil.copytree(version, whole)

    for name in files:
        for damage in (_truncated, _emptied, _flipped, _deleted):
            shutil.rmtree(version)
            shutil.copytree(whole, version)
            damage(version / name)
            with store.open() as index:
                assert index.engine == "exact", (name, damage)
                assert "Chroma" in index.problem
                assert all(answers_rightly(index, embeddings, position) for position in range(0, 60, 7))

    store.build(pack_of(*ITEMS), passages_of(pack_of(*ITEMS)), embeddings)
    with store.open() as index:
        assert index.engine == "chroma"


def test_a_version_of_another_chroma_is_searched_exactly_and_made_anew_without_embedding(
    store: PassageStore, embeddings: ArithmeticEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.versions.opening.CHROMA", "99.0")
    monkeypatch.setattr("knowledge.store.CHROMA", "99.0")
    embeddings.embedded.clear()

    with store.open() as index:
        assert index.engine == "exact"
        assert answers_rightly(index, embeddings, 3)
    changes = store.build(pack_of(*ITEMS), passages_of(pack_of(*ITEMS)), embeddings)

    assert (changes.built, changes.unchanged, embeddings.embedded) == (True, 60, [])


@pytest.mark.parametrize("content", ["", "v-", "../../etc", "\x00\x00", "v-ffffffffffffffff"])
def test_a_damaged_pointer_is_told_with_its_remedy(store: PassageStore, content: str) -> None:
    (store.folder / "CURRENT").write_text(content)

    with pytest.raises(StoreError, match=r"ingest\.py"):
        store.open()


def test_a_version_of_another_embedder_is_not_opened(store: PassageStore) -> None:
    with pytest.raises(StoreError, match="made with arithmetic, but the questions come from another"):
        PassageStore(store.folder, embedder="another").open()


def test_a_folder_copied_over_another_version_is_refused(store: PassageStore, embeddings: ArithmeticEmbeddings) -> None:
    first = str(store.current())
    changed = pack_of(*ITEMS[:30], version="2")
    store.build(changed, passages_of(changed), embeddings)
    shutil.rmtree(store.folder / str(store.current()))
    shutil.copytree(store.folder / first, store.folder / str(store.current()))

    with pytest.raises(StoreError, match="not as it was written"):
        store.open()


def test_only_one_builder_works_at_a_time(store: PassageStore) -> None:
    starts = multiprocessing.get_context("forkserver")
    reached, go_on = starts.Event(), starts.Event()
    other = starts.Process(target=_build_slowly, args=(store.folder, reached, go_on))
    other.start()
    assert reached.wait(30)

    with pytest.raises(StoreError, match="Another ingest is building"):
        store.build(pack_of("Mine."), passages_of(pack_of("Mine.")), ArithmeticEmbeddings())

    go_on.set()
    other.join(30)
    with store.open() as index:
        assert [passage.text for passage in index.passages] == ["Theirs."]


def _build_slowly(folder: Path, reached: Event, go_on: Event) -> None:
    class SlowEmbeddings(ArithmeticEmbeddings):
        def vectors(self, texts: Sequence[str]) -> Vectors:
            reached.set()
            go_on.wait(30)
            return super().vectors(texts)

    PassageStore(folder).build(pack_of("Theirs."), passages_of(pack_of("Theirs.")), SlowEmbeddings())


def test_an_embedder_that_fails_leaves_the_old_version_and_no_remains(store: PassageStore) -> None:
    class BrokenEmbeddings(ArithmeticEmbeddings):
        def vectors(self, texts: Sequence[str]) -> Vectors:
            return super().vectors(texts) * 0

    current = store.current()
    with pytest.raises(StoreError, match="unit length"):
        store.build(pack_of("New."), passages_of(pack_of("New.")), BrokenEmbeddings("broken"))

    assert store.current() == current
    assert not list(store.folder.glob(".staging-*"))


def test_a_disk_that_takes_no_more_is_told_and_leaves_the_old_version(store: PassageStore) -> None:
    current = store.current()
    starts = multiprocessing.get_context("forkserver")

    for limit in (1_000, 10_000, 30_000, 150_000):
        told = starts.SimpleQueue()
        builder = starts.Process(target=_build_within, args=(store.folder, limit, told))
        builder.start()
        builder.join(60)
        assert builder.exitcode == 0, limit
        assert "was left as it was" in told.get(), limit

    assert store.current() == current
    assert not list(store.folder.glob(".staging-*"))
    with store.open() as index:
        assert answers_rightly(index, ArithmeticEmbeddings(), 5)


def _build_within(folder: Path, limit: int, told: "SimpleQueue[str]") -> None:
    """No file may grow beyond the limit: the nearest to a full disk that any user can bring about."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    pack = pack_of(*ITEMS, "One more.", version="2")
    try:
        PassageStore(folder).build(pack, passages_of(pack), ArithmeticEmbeddings())
        told.put("built")
    except StoreError as error:
        told.put(str(error))


def test_a_pack_without_passages_is_refused(store: PassageStore, embeddings: ArithmeticEmbeddings) -> None:
    with pytest.raises(StoreError, match="nothing to index"):
        store.build(pack_of(), (), embeddings)


def test_repeated_passages_stand_for_each_other(tmp_path: Path, embeddings: ArithmeticEmbeddings) -> None:
    store = PassageStore(tmp_path)
    pack = pack_of(*["The same duty."] * 40, *ITEMS)

    changes = store.build(pack, passages_of(pack), embeddings)

    with store.open() as index:
        assert (changes.added, changes.embedded, len(index.passages)) == (100, 61, 100)
        assert [round(cosine, 5) for _, cosine in index.nearest(index.vectors[0], 5)] == [1.0] * 5


def test_text_of_every_script_and_line_ending_is_kept(tmp_path: Path, embeddings: ArithmeticEmbeddings) -> None:
    store = PassageStore(tmp_path)
    pack = pack_of("Cyfarfod â'r panel\u2028 bob pythefnos \x85 £301 🎓", 'Y \\ n " {}')

    store.build(pack, passages_of(pack), embeddings)

    with store.open() as index:
        assert index.passages == passages_of(pack)


class _WideEmbeddings(ArithmeticEmbeddings):
    """384 wide, as the model's vectors are, and like those spread over far fewer directions than that."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        narrow = super().vectors(texts)
        basis = np.linalg.qr(np.random.default_rng(1).standard_normal((384, self.dimensions)))[0]
        wide: Vectors = (narrow @ basis.T).astype(np.float32)
        return wide


@pytest.mark.parametrize("embeddings", [ArithmeticEmbeddings(dimensions=8), _WideEmbeddings()], ids=["8", "384"])
def test_the_best_five_of_chroma_are_the_exact_best_five(tmp_path: Path, embeddings: ArithmeticEmbeddings) -> None:
    pack = pack_of(*[f"Passage {number}." for number in range(2000)])
    store = PassageStore(tmp_path)
    store.build(pack, passages_of(pack), embeddings)
    questions = embeddings.vectors([f"Question {number}?" for number in range(200)])

    with store.open() as index:
        assert index.engine == "chroma"
        same = sum(
            [position for position, _ in index.nearest(question, 5)] == exact(index.vectors, question, 5)
            for question in questions
        )
        cosines = [cosine for _, cosine in index.nearest(questions[0], 5)]

    assert same >= 198
    assert np.allclose(cosines, np.sort(index.vectors @ questions[0])[::-1][:5], atol=1e-5)


def test_private_copies_of_killed_readers_are_cleared_and_those_of_living_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = multiprocessing.get_context("forkserver")
    made = starts.SimpleQueue()
    reader = starts.Process(target=_hold_a_copy, args=(tmp_path, made))
    reader.start()
    theirs = made.get()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mine = Scratch()

    clear_leftovers()
    assert theirs.is_dir()
    reader.kill()
    reader.join(30)
    clear_leftovers()

    assert list(tmp_path.iterdir()) == [mine.path]
    mine.close()
    assert not mine.path.exists()


def _hold_a_copy(parent: Path, made: "SimpleQueue[Path]") -> None:
    tempfile.tempdir = str(parent)
    scratch = Scratch()
    made.put(scratch.path)
    time.sleep(60)


_PASSAGES = st.lists(
    st.builds(
        lambda number, heading, text: Passage(
            f"p{number}", "pack", "Pack", (heading,), text, BlockKind.PARAGRAPH, "", "", None, 0, 1, 0, 0
        ),
        st.integers(0, 20),
        st.sampled_from("abc"),
        st.sampled_from("xyz"),
    ),
    unique_by=lambda passage: passage.id,
)


@given(_PASSAGES, _PASSAGES)
def test_every_passage_is_counted_once(before: list[Passage], after: list[Passage]) -> None:
    found = difference(before, after)

    assert min(found.added, found.changed, found.removed, found.unchanged) >= 0
    assert found.added + found.changed + found.unchanged == len(after)
    assert found.removed + found.changed + found.unchanged == len(before)


def _files(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def _pack_version(store: PassageStore, version: str) -> str:
    return str(json.loads((store.folder / version / "campaign.json").read_bytes())["pack_version"])
