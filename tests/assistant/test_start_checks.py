"""What `server.py --check` says where versions are published for many machines, and of a store of limits."""

import asyncio
import hashlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.checks import Finding
from assistant.checks.looks import published_found
from assistant.checks.start import before_start
from assistant.database import Database, open_database
from assistant.published_index import PublishedIndex
from assistant.settings import Settings
from knowledge.shelf import Published, Shelf

MANIFEST = b"{}"
PUBLISHED = Published("v-1", hashlib.sha256(MANIFEST).hexdigest())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield database
    database.close()


def _found(database: Database, folder: Path) -> Finding:
    return asyncio.run(published_found(Shelf(f"file://{folder}", "panel"), database, "panel"))


def test_what_was_published_and_lies_there_is_in_order(database: Database, tmp_path: Path) -> None:
    asyncio.run(PublishedIndex(database).publish("panel", PUBLISHED, at=datetime.now(UTC)))
    place = tmp_path / "panel" / f"v-1.{PUBLISHED.manifest_sha256[:12]}"
    place.mkdir(parents=True)
    (place / "MANIFEST.json").write_bytes(MANIFEST)

    assert _found(database, tmp_path) == Finding("v-1 is published")

    (place / "MANIFEST.json").unlink()
    assert "does not lie at INDEX_URL" in _found(database, tmp_path).said


def test_a_store_without_its_package_is_told_by_the_name_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)

    found = _before_start(data_dir=tmp_path / "data", index_url="s3://bucket/index")["published"]

    assert "INDEX_URL s3://bucket/index can't be opened: Install s3fs" in found.said
    assert found.remedy


def test_a_machine_that_fetches_its_index_is_told_to_publish_one_and_that_its_limits_are_away(tmp_path: Path) -> None:
    found = _before_start(
        data_dir=tmp_path / "data",
        index_url=f"file://{tmp_path / 'shelf'}",
        limits_url=f"unix://{tmp_path / 'redis.sock'}",
    )

    assert {name for name, finding in found.items() if not finding.well} == {"published", "limits"}
    assert "with this INDEX_URL and DATABASE_URL" in found["published"].remedy
    assert not (tmp_path / "shelf").exists()


def _before_start(**given: Any) -> dict[str, Finding]:
    async def findings() -> dict[str, Finding]:
        settings = Settings(_env_file=None, **given)  # type: ignore[call-arg]
        return {name: finding async for name, finding in before_start(settings)}

    return asyncio.run(findings())
