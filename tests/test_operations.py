"""The commands of docs/operations.md do what it says, as they stand there."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.records import open_records
from assistant.secretariat.audit import Audit, Change
from assistant.secretariat.erasure import Erasure
from assistant.settings import ROOT
from tests.databases import fresh, postgres, postgres_is_here
from tests.doors import program

DOCS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[str]:
    if not (postgres_is_here() and shutil.which("pg_dump") and shutil.which("pg_restore")):
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, postgres(Path(folder)) as server:
        yield server


def test_what_a_backup_of_sqlite_holds_is_there_after_a_restore(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'data/records.sqlite3'}"

    kept = _asked(address, "How often?", then=lambda: _run(tmp_path, "backup(sqlite3"))
    _asked(address, "asked after the backup")
    assert _run(tmp_path, "integrity_check") == "ok"
    _run(tmp_path, "rm -f data/records.sqlite3-wal")

    assert _questions(address, kept) == (["How often?"], None)


def test_what_a_backup_of_postgresql_holds_is_there_after_a_restore(postgres_server: str, tmp_path: Path) -> None:
    address = fresh(postgres_server)
    url = address.replace("+psycopg", "")

    kept = _asked(address, "How often?", then=lambda: _run(tmp_path, "pg_dump", DATABASE_URL=url))
    _asked(address, "asked after the backup")
    _run(tmp_path, "pg_restore", DATABASE_URL=url)

    assert _questions(address, kept) == (["How often?"], None)


def test_a_check_before_a_start_names_what_is_missing_and_changes_nothing(tmp_path: Path) -> None:
    done = program("server.py", "--check", DATA_DIR=tmp_path)

    said = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert done.returncode == 1, done.stderr
    assert said["index"].startswith("FAIL")
    assert "python ingest.py" in said["index"]
    assert said["settings"].startswith("ok")
    assert said["disk"].startswith(("ok", "FAIL"))
    assert {"writing", "clock", "migrations", "signposts"} <= said.keys()
    assert "first start makes them" in said["migrations"]
    assert not (tmp_path / "index").exists()


def test_a_check_finds_all_in_order_where_it_is(real_data: Path) -> None:
    done = program("server.py", "--check", DATA_DIR=real_data)

    assert [line for line in done.stdout.splitlines() if not line.startswith("ok ")] == []
    assert done.returncode == 0


def test_a_check_names_a_wrong_setting(tmp_path: Path) -> None:
    done = program("server.py", "--check", DATA_DIR=tmp_path, PORT="many")

    assert done.returncode == 1
    assert 'FAIL  settings    PORT is "many": expected a whole number' in done.stdout


def _asked(address: str, question: str, *, then: Callable[[], object] | None = None) -> str:
    """Keeps a turn and an entry of the audit, and gives the conversation. `then` comes while the database is open."""
    records = open_records(address)

    async def keep() -> str:
        started = await records.start_turn(None, question, asked_at=NOW)
        await Audit(records.database).note(Change(None, "erased", "turn", started.turn), at=NOW)
        return started.conversation

    try:
        conversation = asyncio.run(keep())
        if then:
            then()
    finally:
        records.close()
    return conversation


def _questions(address: str, kept: str) -> tuple[list[str | None], int | None]:
    """The questions of the conversation that was kept, where no other may be, and where the audit is broken."""
    records = open_records(address)

    async def found() -> tuple[list[str | None], int | None]:
        turns = await records.turns_of(kept)
        everything = datetime(2028, 1, 1, tzinfo=UTC)
        assert await Erasure(records.database).erase_before(everything, at=everything) == len(turns)
        return [turn.question for turn in turns], await Audit(records.database).broken()

    try:
        return asyncio.run(found())
    finally:
        records.close()


def _run(folder: Path, holding: str, **environment: str) -> str:
    """Runs the one command of the page that holds these words, in a folder; what it printed."""
    [command] = [line for line in re.findall(r"^    (\S.*)$", DOCS, re.MULTILINE) if holding in line]
    done = subprocess.run(
        ["sh", "-c", command.replace(".venv/bin/python", shlex.quote(sys.executable))],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
