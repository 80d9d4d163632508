"""One index on many machines: what is published is fetched whole, or what was served before goes on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from assistant.database import Database, open_database
from assistant.published_index import PublishedIndex
from assistant.publishing import Follower, publish
from knowledge.shelf import Shelf, ShelfError
from knowledge.store import PassageStore, campaign_folder
from tests.knowledge.indexes import ArithmeticEmbeddings, pack_of, passages_of
from tests.object_store import BUCKET, object_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Machine:
    """A store, and what it takes to follow a shelf."""

    def __init__(self, folder: Path, url: str, database: Database) -> None:
        self.store = PassageStore(campaign_folder(folder, "panel"))
        self.shelf = Shelf(url, "panel")
        self.database = database
        self.sheets = self.store.folder / "fact-sheets"
        self._publications = count()

    def ingest(self, words: str, sheet: str = "") -> str:
        """Build a version with these words and publish it; its name."""
        pack = pack_of(words, version=words)
        version = self.store.build(pack, passages_of(pack), ArithmeticEmbeddings()).version
        self.sheets.mkdir(exist_ok=True)
        if sheet:
            (self.sheets / f"{version}.json").write_text(sheet)
        self.publish(version)
        return version

    def publish(self, version: str) -> None:
        publish(
            self.store.folder / version,
            self.sheets / f"{version}.json",
            campaign="panel",
            shelf=self.shelf,
            database=self.database,
            at=NOW + timedelta(seconds=next(self._publications)),
        )

    def follower(self) -> Follower:
        return Follower(self.store, self.shelf, self.database, campaign="panel", sheets=self.sheets)

    @contextmanager
    def looking(self) -> Iterator[Follower]:
        """As a server does when it starts."""
        follower = self.follower()
        follower.start()
        yield follower
        follower.stop()

    def words(self) -> str:
        with self.store.open() as index:
            return index.pack_version


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"file://{tmp_path / 'shelf'}"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield database
    database.close()


@pytest.fixture
def builder(tmp_path: Path, url: str, database: Database) -> Machine:
    return Machine(tmp_path / "builder", url, database)


@pytest.fixture
def replica(tmp_path: Path, url: str, database: Database) -> Machine:
    return Machine(tmp_path / "replica", url, database)


def test_the_last_three_are_on_the_shelf_and_on_each_machine_that_starts_the_newest_with_its_sheet(
    builder: Machine, replica: Machine, tmp_path: Path
) -> None:
    versions = [builder.ingest(words, sheet=f"sheet of {words}") for words in ("one", "two", "three", "four")]

    with replica.looking() as follower:
        pass

    assert (replica.words(), follower.problem) == ("four", "")
    assert replica.store.versions() == tuple(reversed(versions[1:]))
    assert (replica.sheets / f"{versions[3]}.json").read_text() == "sheet of four"
    assert {place.name.split(".")[0] for place in (tmp_path / "shelf" / "panel").iterdir()} == set(versions[1:])


def test_going_back_to_an_older_version_is_followed_too(builder: Machine, replica: Machine) -> None:
    for words in ("one", "two", "one"):
        builder.ingest(words)

    with replica.looking():
        assert replica.words() == "one"


def test_without_anything_published_a_machine_keeps_what_it_has(replica: Machine) -> None:
    with replica.looking() as follower:
        assert (replica.store.current(), follower.problem) == (None, "")


@pytest.mark.parametrize("damage", ["changed", "gone", "another manifest", "another sheet"])
def test_a_damaged_download_is_refused_and_the_old_version_goes_on(
    builder: Machine, replica: Machine, tmp_path: Path, damage: str
) -> None:
    builder.ingest("one")
    with replica.looking():
        pass
    version = builder.ingest("two", sheet="{}")
    [place] = (tmp_path / "shelf" / "panel").glob(f"{version}.*/")
    [sheet] = (tmp_path / "shelf" / "panel").glob(f"{version}.*.json")
    passages = place / "passages.jsonl"
    if damage == "changed":
        passages.write_bytes(passages.read_bytes().replace(b"two", b"owt"))
    elif damage == "gone":
        passages.unlink()
    elif damage == "another manifest":
        (place / "MANIFEST.json").write_text((place / "MANIFEST.json").read_text() + " ")
    else:
        sheet.write_text("[]")

    with replica.looking() as follower:
        assert (replica.words(), version in follower.problem) == ("one", True)
    assert not list(replica.store.folder.glob(".staging-*"))

    builder.publish(version)
    with replica.looking() as follower:
        assert (replica.words(), follower.problem) == ("two", "")


def test_a_version_that_is_not_whole_at_home_is_not_published(builder: Machine, database: Database) -> None:
    version = builder.ingest("one")
    before = asyncio.run(PublishedIndex(database).last("panel", limit=3))
    (builder.store.folder / version / "passages.jsonl").write_text("")

    with pytest.raises(ShelfError, match=r"passages\.jsonl not as built"):
        builder.publish(version)

    assert asyncio.run(PublishedIndex(database).last("panel", limit=3)) == before


def test_the_pointer_moves_only_when_all_files_are_there(
    builder: Machine, replica: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder.ingest("one")

    def full(_self: Shelf, *_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Shelf, "_put", full)
        with pytest.raises(ShelfError, match="No space left"):
            builder.ingest("two")

    with replica.looking():
        assert replica.words() == "one"


def test_a_version_damaged_on_a_machine_is_fetched_anew_when_it_starts(builder: Machine, replica: Machine) -> None:
    version = builder.ingest("one")
    with replica.looking():
        pass
    (replica.store.folder / version / "vectors.npy").write_bytes(b"")

    with replica.looking():
        assert replica.words() == "one"


def test_a_shelf_in_an_object_store_keeps_the_same_promises(builder: Machine, replica: Machine) -> None:
    with object_store() as (_, s3):

        def keys() -> list[str]:
            return [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]

        builder.shelf = replica.shelf = Shelf(f"s3://{BUCKET}/index", "panel")
        versions = [builder.ingest(words, sheet="{}") for words in ("one", "two", "three", "four")]
        with replica.looking():
            assert replica.words() == "four"
        assert {key.split("/")[2].split(".")[0] for key in keys()} == set(versions[1:])

        version = builder.ingest("five")
        [passages] = [key for key in keys() if version in key and key.endswith("passages.jsonl")]
        s3.put_object(Bucket=BUCKET, Key=passages, Body=b"damaged")
        with replica.looking() as follower:
            assert (replica.words(), version in follower.problem) == ("four", True)
