"""A pack that the console changed on one machine: the others take it, or the secretariat is told that they can't."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.checks.looks import packs_here
from assistant.database import Database, open_database
from assistant.secretariat.pack_changes import PackChange
from assistant.secretariat.packs import Packs
from assistant.secretariat.people import People, Person
from assistant.settings import Settings
from assistant.wiring import _follower, _store, _workshop, pack_folders, publish_version
from knowledge.embedding import LocalEmbeddings
from knowledge.ingesting import ingest
from tests.deploy.test_two_machines import PACK, settings
from tests.secretariat.test_packs import settled

WEEKLY = PACK.format(meetings="The Board meets every week.")


@pytest.fixture
def one(tmp_path: Path, embeddings: LocalEmbeddings) -> Settings:
    """A machine that published the pack as it came. Each has a folder of its own, with one volume for packs in it."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "pack.md").write_text(PACK.format(meetings="The Board meets every month."))
    (tmp_path / "volume").mkdir()
    machines = [settings(tmp_path, machine) for machine in ("one", "other")]
    for machine in machines:
        machine.data_dir.mkdir()
        (machine.data_dir / "packs").symlink_to(tmp_path / "volume")
    publish_version(machines[0], ingest(machines[0].pack_dir, machines[0].data_dir, embeddings).version)
    return machines[0]


@pytest.fixture
def other(one: Settings, tmp_path: Path) -> Settings:
    return settings(tmp_path, "other")


@pytest.fixture
def database(one: Settings) -> Iterator[Database]:
    database = open_database(one.database)
    yield database
    database.close()


@pytest.fixture
def ada(database: Database) -> Person:
    return asyncio.run(People(database).starter(at=datetime.now(UTC)))


@pytest.fixture
def change_pack(one: Settings, database: Database, embeddings: LocalEmbeddings, ada: Person) -> Callable[[], int]:
    """As the console of the first machine does it, to the end; the number of the change."""

    def change() -> int:
        workshop = replace(_workshop(one), embeddings=embeddings, draw_up=lambda version: None)
        packs = Packs(database, workshop)
        who: dict[str, Any] = {"by": ada.id, "at": datetime.now(UTC)}

        async def draft() -> int:
            number = await packs.start(**who)
            await packs.give(number, {"pack.md": WEEKLY.encode()}, **who)
            await packs.check(number, **who)
            return number

        number = asyncio.run(draft())
        settled(packs, number)
        asyncio.run(packs.publish(number, **who))
        settled(packs, number)
        packs.close()
        return number

    return change


def found(one: Settings, database: Database, number: int) -> PackChange:
    packs = Packs(database, _workshop(one))
    try:
        return asyncio.run(packs.find(number))
    finally:
        packs.close()


def words(machine: Settings) -> str:
    with _store(machine).open() as index:
        return "\n".join(passage.text for passage in index.passages)


@contextmanager
def following(machine: Settings, database: Database) -> Iterator[Callable[[str], bool]]:
    """A server's follower; what it yields says whether words are served within five seconds."""
    follower = _follower(machine, database)
    follower.start()

    def serves(text: str) -> bool:
        end = time.monotonic() + 5
        while text not in words(machine) and time.monotonic() < end:
            time.sleep(0.05)
        return text in words(machine)

    try:
        yield serves
    finally:
        follower.stop()


def test_a_pack_that_was_changed_in_the_console_of_one_machine_is_served_by_another_and_is_its_pack_from_then_on(
    one: Settings, other: Settings, database: Database, change_pack: Callable[[], int]
) -> None:
    with following(other, database) as serves:
        assert serves("every month")
        number = change_pack()

        assert serves("every week")

    assert "not_shared" not in found(one, database, number).summary
    in_force = pack_folders(other).in_force()
    assert (in_force.number, in_force.moved_on) == (number, False)
    assert (in_force.folder / "pack.md").read_text() == WEEKLY
    assert asyncio.run(packs_here(database, pack_folders(other))).well


def test_when_it_cannot_be_published_the_secretariat_is_told_nothing_is_lost_and_an_ingest_anywhere_mends_it(
    one: Settings,
    other: Settings,
    database: Database,
    change_pack: Callable[[], int],
    embeddings: LocalEmbeddings,
    tmp_path: Path,
) -> None:
    shelf, away = tmp_path / "shelf", tmp_path / "away"
    with following(other, database) as serves:
        assert serves("every month")
        shelf.rename(away)
        shelf.write_text("not a folder")

        number = change_pack()

        told = found(one, database, number)
        assert told.state == "published"
        assert "was not published" in told.summary["not_shared"]
        assert "every week" in words(one)
        assert "every month" in words(other)

        shelf.unlink()
        away.rename(shelf)
        folder = pack_folders(other).in_force().folder
        publish_version(other, ingest(folder, other.data_dir, embeddings).version)
        assert serves("every week")


def test_a_machine_without_the_others_packs_says_so(
    one: Settings, other: Settings, database: Database, change_pack: Callable[[], int], tmp_path: Path
) -> None:
    assert asyncio.run(packs_here(database, pack_folders(other))).well
    number = change_pack()
    (other.data_dir / "packs").unlink()

    finding = asyncio.run(packs_here(database, pack_folders(other)))

    assert not finding.well
    assert str(number) in finding.said
    assert "one volume" in finding.remedy
    shutil.copytree(tmp_path / "volume", other.data_dir / "packs")
    assert asyncio.run(packs_here(database, pack_folders(other))).well
