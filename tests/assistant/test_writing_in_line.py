"""Who writes to a file of SQLite waits in line: nothing is lost because many asked at once."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from assistant.records import Started, open_records

AT_ONCE = 60


def test_of_many_who_write_at_once_none_is_told_that_the_file_is_locked(tmp_path: Path) -> None:
    records = open_records(f"sqlite:///{tmp_path / 'records.sqlite3'}")

    @event.listens_for(records.database.engine, "connect")
    def _wait_for_nobody(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout = 0")

    records.database.engine.dispose()

    async def write() -> list[Started]:
        at = datetime.now(UTC)
        return await asyncio.gather(*(records.start_turn(None, "Who chairs?", asked_at=at) for _ in range(AT_ONCE)))

    try:
        started = asyncio.run(write())
    finally:
        records.close()

    assert len({one.turn for one in started}) == AT_ONCE
